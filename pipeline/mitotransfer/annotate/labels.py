"""How the mitochondria or cells of a row were made visible: labels that a sentence puts on them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import general, related
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention

_CONFIDENCE = 0.7
# Reporters and dyes of mitochondria; what marks cells only tells which cell is which.
_OF_MITOCHONDRIA = re.compile(
    r"mito|mt-?keima|dendra|tmr[me]|jc-?1|celllight|bacmam|su9|pham|tom(?:m)?20|hsp60|cox ?iv", re.IGNORECASE
)
_NO_TRACER = frozenset({
    "label:mitosox", "label:flow_cytometry", "label:lentiviral_mitochondrial_reporter", "label:labeling", "label:unlabeled_cells",
    "label:phalloidin", "label:wga", "label:rhodamine_123", "label:celltrace", "label:electron_microscopy",
})  # fmt: skip
_PUT_ON = re.compile(
    r"label|stain|tag|tracked|traced|visuali[sz]|express|transduc|transfect|load|carry|mark|followed|trace|probe|reporter|determin|measur|judged",
    re.IGNORECASE,
)


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
    if not _PUT_ON.search(reading.sentence.text):
        return []
    of_mitochondria = [m for m in named if _OF_MITOCHONDRIA.search(m.surface) or _OF_MITOCHONDRIA.search(m.ident)]
    return of_mitochondria


def _names_its_cells(reading: Reading, row: Draft, frame: Frame) -> bool:
    cells = {m.ident for m in reading.slots.mentions if m.category in ("cell", "cell_line")}
    return related(cells, row.idents("donor") | row.idents("recipient"), frame.resources.vocabulary)
