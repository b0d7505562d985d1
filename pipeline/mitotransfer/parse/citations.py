"""Which parts of a paragraph are citations, which of them leave the text, and which references they point to.

Works on the printed text with the raw spans of its `xref`s and `sup`s. Numbered citations ("[12]", "3–5", superscripts)
become regions to cut, brackets and separators included; author-year citations are words of the sentence and stay.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from mitotransfer.document import Citation

if TYPE_CHECKING:
    from mitotransfer.parse.inline import Walk

RawCitation = tuple[int, int, str]  # start, end, rid as written
Region = tuple[int, int, tuple[str, ...], str]  # start, end, reference keys, printed label
Span = tuple[int, int]

_DASHES = r"\-\u2010-\u2015\u2212"
_NUMBER = r"(?!(?:19|20)\d\d)\d{1,4}[a-z]?"
_LOOSE = rf"(?:[A-Za-z]{{0,2}}{_NUMBER}|[a-z])"  # S3, w12 of web lists; "a" after a number
_JOIN = rf"(?:\s*(?:[,;{_DASHES}/]|\s(?:and|&)\s)\s*|\s+)"


def _listing(number: str) -> str:
    return rf"{number}(?:{_JOIN}{number})*"


_PLAIN = re.compile(rf"\s*[\[(]?\s*{_listing(_NUMBER)}\s*[\])]?[.,;]?\s*")
_WRAPPED = re.compile(rf"[\s\[(,;]*{_listing(_LOOSE)}[\s\]),;]*")
_BRACKETED = re.compile(rf"\[\s*{_listing(_LOOSE)}[\s,;]*\]|\(\s*{_listing(_LOOSE)}[\s,;]*\)")
_FARTHEST_BRACKET = 60
_LONGEST_BETWEEN = 3  # a separator with its blanks
_OPEN = frozenset(("[", "("))
_BETWEEN = frozenset(("", ",", ";", "-", *map(chr, range(0x2010, 0x2016)), "\u2212"))
_SEPARATORS = frozenset(("", " ", ",", ", ", ";", "; ", "[", "]", "(", ")", "],[", "], [", "] ["))
_YEAR_BEFORE = re.compile(r"(?<![\d.,])(?:19|20)\d\d[.,;:)]?$")
_WHOLE_NUMBERS = re.compile(rf"\d{{1,3}}(?:\s*[,{_DASHES}]\s*\d{{1,3}})*")
_TOKEN = re.compile(rf"([A-Za-z]{{0,2}}\d{{1,4}}[a-z]?)|([{_DASHES}])")
_LONGEST_RANGE = 200


def cited_regions(text: str, cites: list[RawCitation], sups: list[Span], walk: Walk) -> tuple[list[Region], list[Citation]]:
    """(numbered, author-year) citations of a tidy text, each in order; spans of the first do not overlap.

    `cites` and `sups` are the spans of `xref`s to references and of superscripts, each in the order of their ends. A `sup` of
    whole numbers right after a year is a citation even when it is not tagged as one: "2006<sup>24</sup>" is a year and a
    reference, never 200624.
    """
    untagged = _untagged(text, cites, sups) if sups else []
    holders = _Holders(text, sups) if sups and (cites or untagged) else None
    numbered: list[Region] = []
    named: list[Citation] = []
    group: list[RawCitation] = []  # the citations of one region, which covers `opening` to `reached`
    opening = reached = -1
    for cite in sorted(cites + untagged) if untagged else cites:
        start, end, target = cite
        if end <= reached:
            group.append(cite)
            continue
        printed = text[start:end]
        # by far the most frequent: "[" "12" "]" with the brackets outside the tag or inside it
        if end - start < 4 and printed.isdigit() and text[start - 1 : start] == "[" and text[end : end + 1] == "]":
            first, last = start - 1, end + 1
        elif not holders and end - start < 6 and printed[:1] == "[" and printed[-1] == "]" and printed[1:-1].isdecimal():
            first, last = start, end
        elif span := _numbered(text, start, end, holders):
            first, last = span
        else:
            named.append(Citation(start, end, _resolve(target, walk), printed.strip()))
            continue
        if first and text[first - 1] in _OPEN:
            first, last = _with_empty_brackets(text, first, last)
        if group and first <= reached + _LONGEST_BETWEEN and text[reached:first].strip() in _BETWEEN:
            group.append(cite)
        else:
            if group:
                numbered.append(_region(text, opening, reached, group, walk))
            opening, group = first, [cite]
        if last > reached:
            reached = last
    if group:
        numbered.append(_region(text, opening, reached, group, walk))
    return numbered, named


def _untagged(text: str, cites: list[RawCitation], sups: list[Span]) -> list[RawCitation]:
    """The superscripts of whole numbers right after a year that overlap no citation."""
    found = [(start, end, "") for start, end in sups if _follows_year(text, start, end)]
    if not found or not cites:
        return found
    ends = [end for _, end, _ in cites]
    # where the earliest of the citations from the i-th one on starts
    earliest = list(accumulate((start for start, _, _ in reversed(cites)), min))[::-1]
    later = [bisect_right(ends, start) for start, _, _ in found]
    return [sup for sup, index in zip(found, later, strict=True) if index == len(ends) or earliest[index] >= sup[1]]


def _follows_year(text: str, start: int, end: int) -> bool:
    if not text[start : start + 1].isdigit() or not _YEAR_BEFORE.search(text, max(0, start - 6), start):
        return False
    return _WHOLE_NUMBERS.fullmatch(text[start:end].strip()) is not None


class _Holders:
    """The superscripts that hold nothing but citation numbers, to be found by what stands inside them.

    Superscripts come in the order of their ends and lie beside or inside each other.
    """

    def __init__(self, text: str, sups: list[Span]) -> None:
        self._sups = [sup for sup in sups if sup[0] < sup[1] and _WRAPPED.fullmatch(text, *sup)]
        self._ends = [end for _, end in self._sups]
        self._outer = [len(self._sups)] * len(self._sups)  # for each the one around it
        waiting: list[int] = []
        for index, (start, _) in enumerate(self._sups):
            while waiting and self._sups[waiting[-1]][0] >= start:
                self._outer[waiting.pop()] = index
            waiting.append(index)

    def find(self, start: int, end: int) -> Span | None:
        """The innermost such superscript around `start:end`."""
        index = bisect_left(self._ends, end)
        while index < len(self._sups):
            if self._sups[index][0] <= start:
                return self._sups[index]
            index = self._outer[index]
        return None


def _numbered(text: str, start: int, end: int, holders: _Holders | None) -> Span | None:
    """What leaves the text with a numbered citation: the `sup` or bracket that holds only citations, or just itself.

    None for an author-year citation, which stays.
    """
    printed = text[start:end]
    is_number = printed.isdigit() and len(printed) < 4
    if holders and (span := holders.find(start, end)):
        return span
    nearest = max(0, start - _FARTHEST_BRACKET)
    opening = max(text.rfind("[", nearest, start + 1), text.rfind("(", nearest, start + 1))
    if opening >= 0 and (match := _BRACKETED.match(text, opening)) and match.end() >= end > start:
        return match.span()
    if is_number or not printed or _PLAIN.fullmatch(printed):
        return start, end
    return None


def _with_empty_brackets(text: str, first: int, last: int) -> Span:
    """A span and the brackets that would hold nothing without it: the citation "[3]" in "([3])"."""
    while first and text[first - 1] in "[(" and text[last : last + 1] == ("]" if text[first - 1] == "[" else ")"):
        first, last = first - 1, last + 1
    return first, last


def _region(text: str, start: int, end: int, cites: list[RawCitation], walk: Walk) -> Region:
    return start, end, _references(text, start, end, cites, walk), text[start:end].strip()


def _resolve(target: str, walk: Walk) -> tuple[str, ...]:
    """The keys of the references that a `rid` (one or more ids) points to."""
    keys = walk.keys
    if key := keys.get(target):
        return (key,)
    found = []
    for ident in target.split():
        if ident in keys:
            found.append(keys[ident])
        else:
            walk.dangling.add(ident)
    return tuple(found)


def _references(text: str, start: int, end: int, cites: list[RawCitation], walk: Walk) -> tuple[str, ...]:
    """The references of one region: those tagged, those printed without a tag, and those inside ranges."""
    first, last, target = cites[0]
    if target and len(cites) == 1 and (text[first:last].isdigit() or first == last) and last - first >= end - start - 2:
        return _resolve(target, walk)
    if (listed := _plain_list(text, start, end, cites, walk)) is not None:
        return listed
    items: list[str | None] = []  # keys; None is a dash
    place = start
    for first, last, target in cites:
        items += _printed(text[place:first], walk)
        place = last
        tagged = _resolve(target, walk)
        printed = _printed(text[first:last], walk) if len(tagged) < 2 and (last - first > 2 or not target) else []
        items += printed if None in printed[1:] or not target else tagged
    items += _printed(text[place:end], walk)
    return tuple(dict.fromkeys(_expand(items, walk)))


def _plain_list(text: str, start: int, end: int, cites: list[RawCitation], walk: Walk) -> tuple[str, ...] | None:
    """The references of tagged whole numbers ("12", "[12]") with separators between them: nothing is to be read from the print.

    None for any other region.
    """
    found: list[str] = []
    place = start
    for first, last, target in cites:
        if not target or text[place:first] not in _SEPARATORS or not text[first:last].strip("[]()").isdigit():
            return None
        found += _resolve(target, walk)
        place = last
    return tuple(dict.fromkeys(found)) if text[place:end] in _SEPARATORS else None


def _printed(text: str, walk: Walk) -> list[str | None]:
    """Reference numbers as printed, through the labels of the reference list; None for each dash."""
    if text in _SEPARATORS:
        return []
    found: list[str | None] = []
    for match in _TOKEN.finditer(text):
        number, dash = match.groups()
        if dash:
            found.append(None)
        elif number in walk.labels:
            found.append(walk.labels[number])
    return found


def _expand(items: list[str | None], walk: Walk) -> Iterator[str]:
    """Keys with each "a – b" filled up by the order of the reference list."""
    previous = ""
    open_range = False
    for key in items:
        if key is None:
            open_range = bool(previous)
            continue
        if open_range:
            first, last = walk.position(previous), walk.position(key)
            if last - first <= _LONGEST_RANGE:
                yield from walk.order[first + 1 : last]
        yield key
        previous, open_range = key, False
