"""How the mitochondria or cells of a row were made visible: labels that a sentence puts on them."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import general, related
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention

_CONFIDENCE = 0.7
_NO_TRACER = frozenset({
    "label:mitosox", "label:flow_cytometry", "label:lentiviral_mitochondrial_reporter", "label:labeling", "label:unlabeled_cells",
    "label:phalloidin", "label:wga", "label:rhodamine_123", "label:electron_microscopy",
})  # fmt: skip
# Dyes that tell one kind of cell from the other: a label of the transfer where they stand beside one of mitochondria.
_CELL_DYES = frozenset({"label:celltracker", "label:celltrace", "label:cytotracker_orange"})
_REPORTER = "label:mitochondrial_reporter_mouse"


def add_labels(rows: Sequence[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Adds the labels of mitochondria to the rows of the secretion table whose cells a sentence names, or to all of them."""
    stated = [row for row in rows if row.table == "secretion" and not row.negated]
    for reading in own:
        if not reading.sentence.topical:
            continue
        roles = linked("label", _labels(reading, frame))
        for row in stated if roles else ():
            if _names_its_cells(reading, row, frame):
                row.say(reading, roles, "prose:label", _CONFIDENCE, "labelling")
    for row in stated:
        told = {role.ident for event in row.added for role in event.roles if role.name == "label"}
        row.dropped |= {("label", ident) for ident in general(told, frame.resources.vocabulary)}


def _labels(reading: Reading, frame: Frame) -> list[Mention]:
    named = [m for m in frame.in_sentence(reading, ("label",)) if m.ident not in _NO_TRACER]
    sign = frame.resources.rules.sign
    if not sign["put_on"].search(reading.sentence.text):
        return []
    organelles = [
        m
        for m in named
        if m.ident not in _CELL_DYES
        and (sign["label_of_mitochondria"].search(m.surface) or sign["label_of_mitochondria"].search(m.ident))
    ]
    if len(organelles) > 1:  # "the mitochondrial reporter MitoDsRed"
        organelles = [m for m in organelles if m.ident != _REPORTER]
    swapped = sign["labels_swapped"].search(reading.sentence.text) is not None
    return organelles + [m for m in named if m.ident in _CELL_DYES and organelles and not swapped]


def _names_its_cells(reading: Reading, row: Draft, frame: Frame) -> bool:
    cells = {m.ident for m in reading.slots.mentions if m.category in ("cell", "cell_line")}
    return related(cells, row.idents("donor") | row.idents("recipient"), frame.resources.vocabulary)
