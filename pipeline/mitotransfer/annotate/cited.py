"""Findings that an article cites from others: the sentences on one study are read as if they were all of its article.

What is said of a study alone makes its rows. Of a statement that cites several studies each gets a row of its own, but
only where nothing is said of it alone: "several cell types release mitochondria [3-9]" tells less of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.gather import gathered_rows, grouped
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Reading
from mitotransfer.annotate.single import roles_of
from mitotransfer.document import Event, Study

_RESOLVED, _NAMED = 0.7, 0.4  # highest confidence with a resolved reference, and with a printed name only
_FINDING = frozenset({"form", "mechanism", "recipient", "effect"})
_MODEL = frozenset({"model_species", "disease", "procedure", "tissue"})


def cited_events(readings: Sequence[Reading], resources: Resources, extra: Extra) -> list[Event]:
    """The events of all cited studies, in the order in which the article comes to speak of them."""
    alone: dict[Study, list[Reading]] = {}
    shared: dict[Study, list[Reading]] = {}
    for reading in readings:
        studies = reading.sentence.studies
        for study in studies:
            alone.setdefault(study, [])
            shared.setdefault(study, [])
            (alone if len(studies) == 1 else shared)[study].append(reading)
    events: list[Event] = []
    for study in alone:
        events += _of_study(alone[study], study, resources, extra) or _of_study(shared[study], study, resources, extra)
    return events


def _of_study(readings: Sequence[Reading], study: Study, resources: Resources, extra: Extra) -> list[Event]:
    own = [_copy(reading) for reading in readings]
    rows = [row for row in gathered_rows(own, resources, extra, _may_stand, _is_model) if _stands(row)]
    most = _RESOLVED if study.doi or study.pmid or study.pmcid else _NAMED
    return [msgspec.structs.replace(e, study=study, confidence=min(e.confidence, most)) for e in grouped(rows)]


def _copy(reading: Reading) -> Reading:
    """The reading with findings of its own: gathering rows changes them, and a sentence may speak for several studies."""
    findings = [replace(f, roles={role: list(named) for role, named in f.roles.items()}) for f in reading.findings]
    return replace(reading, findings=findings)


def _may_stand(row: Draft) -> bool:
    return bool(row.mentions("donor") or row.mentions("recipient"))


def _is_model(frame: Frame) -> bool:
    return True  # decided for each row when all is known that belongs to it


def _stands(row: Draft) -> bool:
    """Whether a row says enough without an article around it: who releases and one more thing, or who takes up and how."""
    named = {role.name for finding in row.findings for role in roles_of(finding)} | {role.name for role in row.frame}
    named |= {role.name for event in row.added for role in event.roles}
    if row.table == "transplantation":
        return bool(named & _MODEL)
    return bool(("donor" in named and named & _FINDING) or {"recipient", "mechanism"} <= named)
