"""The species of a cell from its own name, from the syntax of its sentence, or from the sentence's only species."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from spacy.tokens import Span, Token

Evidence = Literal["line", "modifier", "origin", "prefix", "sentence", ""]

# Dependency labels of CRAFT's trees (those of spaCy's English models), from a species up to the cell it tells of.
_MODIFIES = frozenset(("amod", "compound", "nmod", "poss", "npadvmod", "nummod"))
_LEADS_UP = _MODIFIES | {"prep", "pobj", "acl", "relcl", "pcomp"}
_SUBJECT_OR_OBJECT = frozenset(("nsubj", "nsubjpass", "nsubj:pass", "dobj", "obj"))
_ORIGIN = frozenset(("from", "of", "in"))
# What is done to get a cell; "transplanted" or "injected" tell whom it was given to.
_TAKEN = frozenset((
    *("isolated", "derived", "obtained", "harvested", "purified", "collected", "prepared", "extracted", "taken", "generated"),
    *("cultured", "dissociated", "explanted", "sorted", "originating", "established", "differentiated", "aspirated"),
))  # fmt: skip

# hMSC, mBMSC, rADSC, hiPSC; not mTEC and mDC, where m is medullary and myeloid, and not hCD34.
_PREFIX = re.compile(r"(?!mTEC|mDC)([hmr])(?!CD\d)(?=(?:uc|f|i|a|d)?[A-Z]{2,}[A-Za-z-]*s?\b)")
_PREFIXES = MappingProxyType({"h": "human", "m": "mouse", "r": "rat"})
_SHORT_FORMS = MappingProxyType(
    {
        "human": re.compile(r"H(?:UVEC|UAEC|CAEC|PAEC|MVEC|MEC-1|ASMC|DF|FF|PMEC|BMEC)s?\b"),
        "mouse": re.compile(r"MEFs?\b"),
        "rat": re.compile(r"NR(?:VM|VC|CM|VCM)s?\b"),
    }
)

Lines = Callable[[Span], str]


class SpeciesOf(NamedTuple):
    """The species of a cell, more than one where the text names several ("human and rat astrocytes"), and how that is known.

    `line`: the cell line's own; `modifier`: a word of the cell's noun phrase; `origin`: what the cell was taken from; `prefix`: a
    letter of its short form; `sentence`: the only species of the sentence; "" with no species.
    """

    species: tuple[str, ...]
    evidence: Evidence


def species_of(cell: Span, species: Iterable[Span], line: Lines = lambda _: "") -> SpeciesOf:
    """The species of the cell mention `cell`, in a text with dependencies and sentence boundaries.

    `species` are the mentions of species in the text; each is answered by its `id_` where it has one (a vocabulary id; that of
    its species for a strain, if the caller wants it so), else by its text in lower case. `line` gives the species of a cell line,
    empty for other cells. A short form's letter is answered as "human", "mouse" or "rat".
    """
    if own := line(cell):
        return SpeciesOf((own,), "line")
    near = [span for span in species if cell.sent.start <= span.start < cell.sent.end]
    if found := [span for span in near if _inside(span, cell) or _climbs(span.root, cell, _MODIFIES)]:
        return SpeciesOf(_idents(found), "modifier")
    if found := [span for span in near if _climbs(span.root, cell, _LEADS_UP)]:
        return SpeciesOf(_idents(found), "origin")
    if own := _prefix(cell.text):
        return SpeciesOf((own,), "prefix")
    if len(only := _idents(near)) == 1:
        return SpeciesOf(only, "sentence")
    return SpeciesOf((), "")


def _idents(spans: Sequence[Span]) -> tuple[str, ...]:
    ordered = sorted(spans, key=lambda span: span.start)
    return tuple(dict.fromkeys(span.id_ or span.text.lower() for span in ordered))


def _inside(span: Span, cell: Span) -> bool:
    return bool(cell.start <= span.start and span.end <= cell.end)


def _climbs(token: Token, cell: Span, allowed: frozenset[str]) -> bool:
    """Whether the way from a species' word up the tree leads to the cell, through nothing but words that tell of an origin."""
    while token.dep_ == "conj" and not cell.start <= token.head.i < cell.end:
        token = token.head  # "human and rat astrocytes": rat stands beside human, and goes the same way
    for _ in range(len(token.doc)):  # a tree has no cycle, but a hand-made one may
        if cell.start <= token.i < cell.end:
            return True
        taken = token.lower_ in _TAKEN
        if "prep" in allowed and taken and _has_part(token, cell):
            return True
        if token.dep_ not in allowed or (token.dep_ == "prep" and token.lower_ not in _ORIGIN):
            return False
        if token.dep_ in ("acl", "relcl") and not taken:
            return False
        token = token.head
    return False


def _has_part(verb: Token, cell: Span) -> bool:
    """Whether the cell is what was taken: "MSCs were isolated from rats", "we isolated MSCs from rats"."""
    return any(child.dep_ in _SUBJECT_OR_OBJECT and cell.start <= child.i < cell.end for child in verb.children)


def _prefix(name: str) -> str:
    if found := _PREFIX.match(name):
        return _PREFIXES[found[1]]
    return next((species for species, pattern in _SHORT_FORMS.items() if pattern.match(name)), "")
