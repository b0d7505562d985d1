"""Rows of the transplantation table from the findings of an article: what was given to whom, and what completes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.kinds import related
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Role

PREPARED = "prose:given"  # the rule for mitochondria that are given as such
_MOST_SOURCES = 2
_SWALLOWING = frozenset({"trigger:take_up", "trigger:internalize", "trigger:engulf", "trigger:endocytose", "trigger:enter"})
PREPARATION = re.compile(
    r"isolated|exogenous|transplant|inject|infus|administ|graft|given|donor mitoch|intra\w+ mitoch|allogen|autolog", re.IGNORECASE
)
_INTO_TISSUE = re.compile(r"\b(?:in)?to (?:the )?(?:[\w-]+ ){0,2}<tissue\d+/>")


def transplantation_rows(own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """One row for mitochondria that are given, else one for cells (or their vesicles) that hand over mitochondria."""
    mitochondria, cells = Draft("transplantation", False), Draft("transplantation", False)
    released = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    donors = {ident for f in released for ident in f.idents("donor")}
    for reading in own:
        for finding in reading.findings:
            if finding.table == "transplantation" and finding.rule != f"prose:{CELLS_GIVEN}":
                mitochondria.findings.append(finding)
            elif finding.table == "transplantation" and donors and _into_animal(reading, frame):
                cells.findings += _handing_over(finding, donors, frame.resources.vocabulary)
    if donors and not any(PREPARATION.search(f.sentence.text) for f in mitochondria.findings):
        mitochondria.findings = []  # "cells supplied them with mitochondria" says nothing of a preparation
    if any(f.rule == PREPARED for f in mitochondria.findings):
        return [mitochondria]
    return [cells] if cells.findings else []


def _into_animal(reading: Reading, frame: Frame) -> bool:
    if in_animals(reading) or frame.routes([reading]) or reading.sentence.passage.kind == "title":
        return True
    return _INTO_TISSUE.search(reading.slots.text) is not None


def _handing_over(finding: Finding, donors: set[str], vocabulary: Vocabulary) -> list[Finding]:
    """The finding if what is given are donor cells of the article, or vesicles; they are then the source as well."""
    named = finding.roles.get("agent", [])
    agents = [m for m in named if m.category == "secreted_form" or related({m.ident}, donors, vocabulary)]
    if not agents:
        return []
    finding.roles |= {"agent": agents, "donor": [m for m in agents if m.category != "secreted_form"], "recipient": []}
    return [finding]


def stands(frame: Frame) -> bool:
    """Whether an article with such a row says enough: it names who something is given to."""
    return bool(frame.model_species())


def complete(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """Adds what the sentences of a row (`readings`) and the article's own sentences say of the roles that it leaves open."""
    origins = [m for r in own if not any(f.table == "secretion" for f in r.findings) for m in r.loose.get("donor", ())]
    sources = {m.ident for m in (*row.mentions("donor"), *origins)}
    row.frame += frame.model_species() + frame.diseases() + frame.procedures() + frame.tissues(sources)
    if not row.mentions("recipient"):
        released = (f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated)
        row.frame += linked("target", [m for f in released for m in f.roles.get("recipient", ())])[:_MOST_SOURCES]
    row.frame += linked("mito_source", origins)[:_MOST_SOURCES]
    row.frame += frame.routes(readings, frame.readings)
    uptakes = linked("uptake", frame.named(("uptake",), readings))[:2]
    row.frame += uptakes or [_internalization(f) for f in row.findings if f.kind == "uptake" and _swallows(f, frame)][:1]


def _swallows(finding: Finding, frame: Frame) -> bool:
    triggers = frame.resources.triggers.exactly(finding.sentence.text[finding.start : finding.end])
    return any(m.ident in _SWALLOWING for m in triggers)


def _internalization(finding: Finding) -> Role:
    return Role("uptake", finding.sentence.text[finding.start : finding.end], "uptake:internalization")
