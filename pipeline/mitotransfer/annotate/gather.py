"""An article's own findings gathered into rows: those that agree on donor and recipient together, completed by the frame."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.circumstances import add_circumstances
from mitotransfer.annotate.drafts import Draft, events_of
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.labels import add_labels
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.mechanisms import add_mechanisms
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.secretion_rows import complete as complete_secretion
from mitotransfer.annotate.secretion_rows import secretion_rows, standing
from mitotransfer.annotate.transplantation_rows import PREPARATION, PREPARED, transplantation_rows
from mitotransfer.annotate.transplantation_rows import complete as complete_transplantation
from mitotransfer.annotate.transplantation_rows import stands as transplantation_stands
from mitotransfer.document import Event

_CELLS = ("cell", "cell_line")


def gather(readings: Sequence[Reading], resources: Resources, extra: Extra) -> list[Event]:
    """The events of an article's own findings, each with the group (row) it belongs to."""
    frame = Frame(readings, resources, extra)
    own = [r for r in readings if r.sentence.voice == "own"]
    _route_findings(own)
    prepared = any(f.rule == PREPARED for r in own for f in r.findings)
    secretion = standing(secretion_rows(own, resources), prepared=prepared)
    transplantation = transplantation_rows(own, frame) if transplantation_stands(frame) else []
    by_sentence = {id(r.sentence): r for r in own}
    for row in secretion:
        complete_secretion(row, _readings(row, by_sentence), own, frame)
    for row in transplantation:
        complete_transplantation(row, _readings(row, by_sentence), own, frame)
    rows = secretion + transplantation
    add_labels(rows, own, frame)
    add_mechanisms(secretion, own, frame)
    add_circumstances(rows, own, frame)
    return [event for number, row in enumerate(rows, 1) for event in events_of(row, f"prose {row.table} {number}")]


def _readings(row: Draft, by_sentence: dict[int, Reading]) -> list[Reading]:
    return [by_sentence[id(f.sentence)] for f in row.findings]


def _route_findings(own: Sequence[Reading]) -> None:
    """Mitochondria without a donor cell that are taken up where mitochondria are given: the target of a transplantation."""
    findings = [f for r in own for f in r.findings]
    if not any(f.rule == PREPARED for f in findings):
        return
    natural = any(_from_cell(f) and not f.polarity.negated for f in findings)
    for reading in own:
        prepared = any(f.rule == PREPARED for f in reading.findings)
        said = PREPARATION.search(reading.sentence.text) is not None
        for finding in reading.findings:
            if finding.table != "secretion" or finding.polarity.negated:
                continue
            if (prepared and not natural) or (not _from_cell(finding) and (said or not natural)):
                finding.table, finding.kind = "transplantation", "uptake"


def _from_cell(finding: Finding) -> bool:
    """Whether a cell itself releases or hands over what moves."""
    if finding.table != "secretion" or finding.kind == "uptake":
        return False
    return any(m.category in _CELLS for m in finding.roles.get("donor", ()))
