"""A sentence in pieces: the words that fill a role, signal the event, negate it or put it with doubt, and what is between."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mitotransfer.evidence import Span, spans

NEGATION = "negation"
DOUBT = "doubt"


class Piece(NamedTuple):
    """Some text of a sentence; `role` is empty for what is between."""

    text: str
    role: str = ""
    ident: str = ""


def pieces(line: Any) -> list[Piece]:
    """The sentence of a line of evidence; joined, the pieces are the sentence, sign by sign."""
    sentence: str = line.sentence
    marked = spans(dataclasses.asdict(line))
    for cue, role in ((line.negation_cue, NEGATION), (line.hedge_cue, DOUBT)):
        marked += _cue(sentence, cue, role, marked)
    return list(_cut(sentence, sorted(marked)))


def _cue(sentence: str, cue: str, role: str, taken: list[Span]) -> list[Span]:
    """Where a cue stands first that nothing else takes; cues of several words may lie apart in a table, and are left out then."""
    if not cue:
        return []
    for match in re.finditer(rf"(?<!\w){re.escape(cue)}(?!\w)", sentence, re.IGNORECASE):
        if not any(match.start() < span.end and span.start < match.end() for span in taken):
            return [Span(match.start(), match.end(), role)]
    return []


def _cut(sentence: str, marked: list[Span]) -> Iterator[Piece]:
    place = 0
    for span in marked:
        if span.start > place:
            yield Piece(sentence[place : span.start])
        yield Piece(sentence[span.start : span.end], span.role, span.ident)
        place = span.end
    if place < len(sentence):
        yield Piece(sentence[place:])
