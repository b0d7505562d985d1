"""Findings that an article cites from others: the sentences on one study are read as if they were all of its article.

What is said of a study alone makes its rows. Of a statement that cites several studies each gets a row of its own, but
only where nothing is said of it alone: "several cell types release mitochondria [3-9]" tells less of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from mitotransfer.annotate.cues import find_cues, polarity_at
from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.gather import gathered_rows, grouped
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.secretion_rows import is_full
from mitotransfer.annotate.single import roles_of
from mitotransfer.annotate.slots import CELLS, ISOLATED_MITOCHONDRIA
from mitotransfer.annotate.transplantation_rows import PREPARED
from mitotransfer.document import Event, Mention, Study
from mitotransfer.topic import has_topic

_RESOLVED, _NAMED = 0.7, 0.4  # highest confidence with a resolved reference, and with a printed name only
_FINDING = frozenset({"form", "mechanism", "recipient", "effect"})
_MODEL = frozenset({"model_species", "disease", "procedure", "tissue"})


def cited_events(readings: Sequence[Reading], resources: Resources, extra: Extra) -> list[Event]:
    """The events of all cited studies, in the order in which the article comes to speak of them."""
    said: dict[Study, tuple[list[Reading], list[Reading]]] = {}
    for reading in readings:
        studies = reading.sentence.studies
        for study in studies:
            alone, shared = said.setdefault(study, ([], []))
            (alone if len(studies) == 1 else shared).append(reading)
    events: list[Event] = []
    for study, (alone, shared) in said.items():
        events += _of_study(alone, study, resources, extra) or _of_study(shared, study, resources, extra)
    return events


def _of_study(readings: Sequence[Reading], study: Study, resources: Resources, extra: Extra) -> list[Event]:
    if not any(reading.sentence.topical for reading in readings):
        return []
    own = [_copy(reading) for reading in readings]
    _lend_donors(own)
    _add_products(own, resources, extra)
    rows = [row for row in gathered_rows(own, resources, extra, _may_stand, _any_model) if _stands(row)]
    most = _RESOLVED if study.doi or study.pmid or study.pmcid else _NAMED
    return [msgspec.structs.replace(e, study=study, confidence=min(e.confidence, most)) for e in grouped(rows)]


def _copy(reading: Reading) -> Reading:
    """The reading with findings of its own: gathering rows changes them, and a sentence may speak for several studies."""
    findings = [replace(f, roles={role: list(named) for role, named in f.roles.items()}) for f in reading.findings]
    return replace(reading, findings=findings)


def _lend_donors(readings: Sequence[Reading]) -> None:
    """A release that names nobody is that of the cells in its sentence, else of the only cells named for the study.

    "Release of mitochondria was seen in fibroblasts [3]" cites one study: its cells are those that release.
    """
    releases = [(r, f) for r in readings for f in r.findings if f.kind == "secretion"]
    silent = [(r, f) for r, f in releases if not any(f.roles.get(role) for role in ("donor", "recipient"))]
    if len(silent) < len(releases):
        return  # who releases is said; sentences that leave it open mean the same cells
    for reading, finding in silent:
        finding.roles["donor"] = _cells([reading])
    named = _cells([r for r in readings if r.sentence.topical])
    if silent and not any(f.roles["donor"] for _, f in silent) and len({m.ident for m in named}) == 1:
        silent[0][1].roles["donor"] = named


def _cells(readings: Sequence[Reading]) -> list[Mention]:
    return [m for r in readings for m in r.slots.mentions if m.category in CELLS]


def _add_products(readings: Sequence[Reading], resources: Resources, extra: Extra) -> None:
    """A preparation of mitochondria with a name of its own ("PN-101") that does something in an animal was given to it."""
    if any(reading.findings for reading in readings):
        return
    for reading in readings:
        text = reading.sentence.text
        agents = [m for m in names(text, resources, ("agent",), extra) if _is_product(m, resources)]
        if agents and in_animals(reading):
            start, end = agents[0].start, agents[0].end
            polarity = polarity_at(text, find_cues(text, resources.cues), start, end)
            finding = Finding(reading.sentence, "transplantation", "transplantation", PREPARED[0], start, end, polarity)
            finding.roles["agent"] = agents
            reading.findings.append(finding)


def _is_product(agent: Mention, resources: Resources) -> bool:
    return resources.vocabulary.is_a(agent.ident, ISOLATED_MITOCHONDRIA) and not has_topic(agent.surface)


def _may_stand(rows: list[Draft], _: bool) -> list[Draft]:
    named = [row for row in rows if row.mentions("donor") or row.mentions("recipient")]
    return [row for row in named if is_full(row)] or named


def _any_model(_: Draft, __: Frame) -> bool:
    return True  # decided for each row when all is known that belongs to it


def _stands(row: Draft) -> bool:
    """Whether a row says enough without an article around it: who releases and one more thing, or who takes up and how."""
    named = {role.name for finding in row.findings for role in roles_of(finding)} | {role.name for role in row.frame}
    named |= {role.name for event in row.added for role in event.roles}
    if row.table == "transplantation":
        return bool(named & _MODEL)
    return bool(("donor" in named and named & _FINDING) or {"recipient", "mechanism"} <= named)
