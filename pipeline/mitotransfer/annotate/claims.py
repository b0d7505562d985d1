"""Claims of a sentence that cites others: which of its words each citation stands for.

A citation stands for what precedes it in its clause, or, behind an author's name ("Doe et al. [3] showed"), for what
follows. Words in between that are said of other studies are blanked out, so distances stay those of the sentence. In a
list with a citation for each item ("taken up by macrophages [1], neurons [2] and astrocytes [3]") every item goes with
what is said of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mitotransfer.annotate.rules import ProseRules
from mitotransfer.document import Study

_BETWEEN = re.compile(r"[\s,;()\[\]–-]*(?:and|see also)?[\s,;()\[\]–-]*")
_LEADING = re.compile(
    r"[\s,;()\[\]]*(?:(?:and|or|but|as well as|but also|then)\b)?\s*(?:\w+ly\s+|also\s+|then\s+)*", re.IGNORECASE
)
_NEW = re.compile(r"[;:]\s|\s\(?(?:\d|[ivx]{1,3})\)\s")  # what precedes it is another statement
_LAST_WORD = re.compile(r"[\w‐-]+\W*$")
_ITEM_WORDS = 8  # a longer piece without verb is no item of a list


class Cited(NamedTuple):
    """A place of a sentence where studies are cited; `start == end` where the printed number was lifted out."""

    start: int
    end: int
    studies: tuple[Study, ...]


class Claim(NamedTuple):
    """The words that citations stand for, from the first to the last of them with blanks in place of others' words.

    They begin at `start` of the sentence. `studies` are those that the citations name.
    """

    start: int
    text: str
    studies: tuple[Study, ...]


Span = tuple[int, int]


def claims(text: str, cited: Sequence[Cited], rules: ProseRules) -> list[Claim]:
    """The claims of a sentence in the order of their citations. Pure; a sentence without citations has none."""
    places = _joined(text, sorted(cited, key=lambda place: place.start))
    if not places:
        return []
    author = rules.attribution["author"].regex
    named = {m.end(): m.start() for m in author.finditer(text)}
    begins = [_name_before(text, place, named, author) for place in places]
    found: list[tuple[list[Span], tuple[Study, ...]]] = []
    starts = [0, *sorted({begin for begin in begins if begin})]
    waiting: tuple[Study, ...] = ()
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        inside = [(place, name) for place, name in zip(places, begins, strict=True) if begin <= place.start and place.end <= end]
        forward = [place for place, name in inside if name is not None and name >= begin]
        backward = [place for place in (p for p, _ in inside) if place not in forward]
        studies = waiting + tuple(study for place in forward for study in place.studies)
        waiting = ()
        if studies and not rules.attribution["verb"].regex.search(text, begin, end):
            waiting = studies  # "Doe et al. [3] and Roe et al. [4] showed"
        elif studies:
            found.append(([(begin, _border(text, max(p.end for p, _ in inside), end, rules))], studies))
        found += _preceding(text, (begin, end), backward, rules)
    return [Claim(*_masked(text, spans), tuple(dict.fromkeys(studies))) for spans, studies in found]


def _joined(text: str, places: Sequence[Cited]) -> list[Cited]:
    """Citations with nothing but punctuation between them are one."""
    found: list[Cited] = []
    for place in places:
        if found and _BETWEEN.fullmatch(text, found[-1].end, place.start) and not _is_item(text, found[-1].end, place.start):
            found[-1] = Cited(found[-1].start, place.end, found[-1].studies + place.studies)
        else:
            found.append(place)
    return found


def _is_item(text: str, start: int, end: int) -> bool:
    return any(character.isalnum() for character in text[start:end].replace("and", "").replace("see also", ""))


def _name_before(text: str, place: Cited, named: dict[int, int], author: re.Pattern[str]) -> int | None:
    """Where the author's name begins that stands right before a citation, or is one in the sentence; None where none does."""
    before = text[: place.start]
    if place.end > place.start and before.count("(") == before.count(")") and author.match(text, place.start):
        return place.start
    at = len(before.rstrip(" ([,."))
    return next((begin for end, begin in named.items() if at <= end <= place.start), None)


def _border(text: str, start: int, end: int, rules: ProseRules) -> int:
    """Where a statement of its own begins behind the last citation, else the end."""
    border = rules.attribution["apart"].regex.search(text, start, end)
    return border.start() if border else end


def _preceding(
    text: str, part: Span, places: Sequence[Cited], rules: ProseRules
) -> Iterator[tuple[list[Span], tuple[Study, ...]]]:
    """What stands before each citation of a part, items of a list together with what is said of the whole list."""
    verb = rules.attribution["verb"].regex
    starts = [part[0], *(place.end for place in places)]
    segments = [(_after_new(text, start, place.start), place.start) for start, place in zip(starts, places, strict=False)]
    lists: list[list[int]] = []
    for number, (start, end) in enumerate(segments):
        if number and not verb.search(text, start, end) and len(text[start:end].split()) <= _ITEM_WORDS:
            lists[-1].append(number)
        else:
            lists.append([number])
    for members in lists:
        first = segments[members[0]]
        last = places[members[-1]].end
        behind = (last, _border(text, last, part[1], rules)) if members[-1] == len(places) - 1 else (last, last)
        split = _item_start(text, first, rules) if len(members) > 1 else first[0]
        head = (first[0], split) if len(members) > 1 else _subject(text, segments, members[0], verb)
        for number in members:
            own = (split, first[1]) if number == members[0] else _without_joint(text, segments[number])
            yield [head, own, behind], places[number].studies


def _after_new(text: str, start: int, end: int) -> int:
    """Where the last statement before a citation begins: behind a semicolon or a number ("(2) …")."""
    return max((m.end() for m in _NEW.finditer(text, start, end) if text[m.end() : end].strip()), default=start)


def _item_start(text: str, segment: Span, rules: ProseRules) -> int:
    """Where the first item of a list begins: behind the last verb or preposition before it."""
    found = [m.end() for m in rules.attribution["opens_item"].regex.finditer(text, *segment)]
    if found and text[found[-1] : segment[1]].strip():
        return found[-1]
    word = _LAST_WORD.search(text, *segment)
    return word.start() if word else segment[0]


def _subject(text: str, segments: Sequence[Span], number: int, verb: re.Pattern[str]) -> Span:
    """The subject that a clause shares with the one before ("A release X [1] and take up Y [2]"): an empty span without."""
    start, end = segments[number]
    opening = _LEADING.match(text, start, end)
    if number == 0 or opening is None or opening.end() == start or verb.match(text, opening.end(), end) is None:
        return start, start
    before = segments[number - 1]
    predicate = verb.search(text, *before)
    return (before[0], predicate.start()) if predicate else (start, start)


def _without_joint(text: str, segment: Span) -> Span:
    """An item of a list without the comma and the "and" before it."""
    opening = _LEADING.match(text, *segment)
    return (opening.end() if opening else segment[0], segment[1])


def _masked(text: str, spans: Sequence[Span]) -> tuple[int, str]:
    """Where the first of the spans begins, and the text from there to the last with blanks outside the spans."""
    shown = bytearray(len(text))
    for start, end in spans:
        shown[start:end] = b"\1" * max(0, end - start)
    masked = "".join(character if keep else " " for character, keep in zip(text, shown, strict=True))
    begin = len(masked) - len(masked.lstrip(" ,;"))
    return begin, masked[begin:].rstrip(" ")
