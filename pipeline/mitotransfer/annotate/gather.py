"""An article's own findings gathered into rows: those that agree on donor and recipient together, completed by the frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mitotransfer.annotate.drafts import Draft, events_of
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.labels import add_labels
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.mechanisms import add_mechanisms
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.row_effects import add_effects
from mitotransfer.annotate.secretion_rows import complete as complete_secretion
from mitotransfer.annotate.secretion_rows import is_lesser, secretion_rows, standing
from mitotransfer.annotate.slots import CELLS
from mitotransfer.annotate.transplantation_rows import (
    ISOLATED,
    PREPARATION,
    PREPARED,
    add_handing_over,
    stands,
    transplantation_rows,
)
from mitotransfer.annotate.transplantation_rows import complete as complete_transplantation
from mitotransfer.document import Event

_MEETING = re.compile(r"\bco-?cultur|nanotub|cell[- ](?:to[- ])?cell|\bcontact|transwell", re.IGNORECASE)


def gather(readings: Sequence[Reading], resources: Resources, extra: Extra) -> list[Event]:
    """The events of an article's own findings, each with the group (row) it belongs to."""
    return grouped(gathered_rows(readings, resources, extra, standing, stands))


def gathered_rows(
    readings: Sequence[Reading],
    resources: Resources,
    extra: Extra,
    secretion_standing: Callable[[list[Draft], bool], list[Draft]],
    transplantation_stands: Callable[[Draft, Frame], bool],
) -> list[Draft]:
    """The rows of the findings of one study, of those that say enough; `readings` are all sentences on it."""
    frame = Frame(readings, resources, extra)
    own = [r for r in readings if r.sentence.voice != "aim"]
    _route_findings(own, readings)
    prepared = any(_is_prepared(f) for r in own for f in r.findings)
    secretion = secretion_standing(secretion_rows(own, resources), prepared)
    transplantation = [row for row in transplantation_rows(own, frame) if transplantation_stands(row, frame)]
    by_sentence = {id(r.sentence): r for r in own}
    for row in secretion:
        lesser = is_lesser(row, secretion, resources.vocabulary)
        complete_secretion(row, _readings(row, by_sentence), own, frame, lesser=lesser)
    for row in transplantation:
        here = [r for r in own if id(r.sentence) not in row.apart]
        complete_transplantation(row, _readings(row, by_sentence), here, frame)
        add_handing_over(row, secretion, resources.vocabulary)
    rows = secretion + transplantation
    add_labels(rows, own, frame)
    add_mechanisms(secretion, own, frame)
    add_effects(rows, own, frame)
    return rows


def grouped(rows: Sequence[Draft]) -> list[Event]:
    """The events of rows, each with the group it belongs to."""
    return [event for number, row in enumerate(rows, 1) for event in events_of(row, f"prose {row.table} {number}")]


def _readings(row: Draft, by_sentence: dict[int, Reading]) -> list[Reading]:
    return [by_sentence[id(f.sentence)] for f in row.findings]


def _route_findings(own: Sequence[Reading], readings: Sequence[Reading]) -> None:
    """Mitochondria without a donor cell that are taken up where mitochondria are given: the target of a transplantation."""
    findings = [f for r in own for f in r.findings]
    if not any(f.rule in PREPARED for f in findings):
        return
    isolated = _only_isolated(readings, findings)
    natural = any(_from_cell(f) and not f.polarity.negated for f in findings)
    for reading in own:
        prepared = any(f.rule in PREPARED for f in reading.findings)
        said = PREPARATION.search(reading.sentence.text) is not None
        for finding in reading.findings:
            if finding.table != "secretion" or finding.polarity.negated:
                continue
            if isolated or (prepared and not natural) or (not _from_cell(finding) and (said or not natural)):
                finding.table, finding.kind = "transplantation", "uptake"


def _is_prepared(finding: Finding) -> bool:
    """Whether mitochondria are given in words that a preparation is spoken of in: cells, too, "give" mitochondria."""
    return finding.rule == PREPARED[1] or (finding.rule in PREPARED and PREPARATION.search(finding.sentence.text) is not None)


def _only_isolated(readings: Sequence[Reading], findings: Sequence[Finding]) -> bool:
    """Whether "transfer of platelet mitochondria" is that of isolated ones: no release, no culture or contact with donors."""
    if any(f.kind == "secretion" and _from_cell(f) for f in findings):
        return False
    isolated = any(ISOLATED.search(r.slots.text) for r in readings)
    return isolated and not any(_MEETING.search(r.sentence.text) for r in readings)


def _from_cell(finding: Finding) -> bool:
    """Whether a cell itself releases or hands over what moves."""
    if finding.table != "secretion" or finding.kind == "uptake":
        return False
    return "donor" in finding.pronouns or any(m.category in CELLS for m in finding.roles.get("donor", ()))
