"""Whose cells: the species that a sentence's syntax gives to the cells it names."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Span

from mitotransfer.annotate.slots import CELLS
from mitotransfer.document import Mention
from mitotransfer.models.species import species_of

Owner = tuple[str, str]  # ids of the cell and of the species
# What the species alone of its sentence, or of the vocabulary's entry, would tell is known without syntax.
_BY_SYNTAX = ("modifier", "origin", "prefix")
_BY_PREFIX = {"human": "species:human", "mouse": "species:mouse", "rat": "species:rat"}


def owners(doc: Doc | None, mentions: Sequence[Mention]) -> list[Owner]:
    """The (cell, species) pairs of a parsed sentence, whose `mentions` have offsets in it; none without syntax."""
    if doc is None or not doc.has_annotation("DEP"):
        return []
    species = [span for m in mentions if m.category == "species" and (span := _span(doc, m)) is not None]
    found: list[Owner] = []
    for mention in mentions:
        if mention.category not in CELLS or not mention.ident or (cell := _span(doc, mention)) is None:
            continue
        told = species_of(cell, species)
        if told.evidence in _BY_SYNTAX:
            found += [(mention.ident, _BY_PREFIX.get(ident, ident)) for ident in told.species]
    return found


def _span(doc: Doc, mention: Mention) -> Span | None:
    return doc.char_span(mention.start, mention.end, alignment_mode="expand", span_id=mention.ident)
