"""What a regular expression needs: words one of which must stand in every text that it matches.

As in Cox, "Regular expression matching with a trigram index" (2012) and RE2's prefilters, but for words: a part of a pattern
that can only be one of a few strings asks for the longest word of one of them. So whoever looks for these words first, all
patterns at once, need not try the pattern on most texts. Nothing has to be kept beside the patterns themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import ahocorasick

Words = frozenset[str]
_MOST = 300  # strings that a part may stand for, before it is taken apart
_WORD = re.compile(r"<?[^\W_]+")  # with the sign that opens a slot


class _Part:
    """What a part of a pattern stands for: `exact` strings where they are few, and what it needs beside, in its order."""

    def __init__(self, exact: set[str] | None = None, needs: Iterable[Words] = ()) -> None:
        self.exact = exact
        self.needs = list(needs)

    def all_needs(self) -> list[Words]:
        return [*self.needs, *_asked(self.exact)]


@cache
def needs(pattern: str) -> tuple[Words, ...]:
    """For a pattern that ignores case: sets of words in lower case, of each of which one stands in any text it matches.

    They do so in this order, none overlapping the next. `<` before a word belongs to it. Empty: nothing is known.
    """
    return tuple(_sequence(parser.parse(pattern, re.IGNORECASE)).all_needs())


class WordSets:
    """Sets of words, of each of which it is told whether one stands in a text; all are looked for at once."""

    def __init__(self, sets: Iterable[Words]) -> None:
        self._bits: dict[Words, int] = {}
        told: dict[str, int] = {}
        for words in sets:
            bit = self._bits.setdefault(words, 1 << len(self._bits))
            for word in words:
                told[word] = told.get(word, 0) | bit
        self._automaton = ahocorasick.Automaton()
        for word, bits in told.items():
            self._automaton.add_word(word, bits)
        self._automaton.make_automaton()

    def bits(self, sets: Iterable[Words]) -> int:
        """The bits of these sets."""
        return sum({self._bits[words] for words in sets})

    def found_in(self, text: str) -> int:
        """The bits of the sets of which a word stands in a text, whatever its case."""
        found = 0
        for _, bits in self._automaton.iter(text.lower()) if self._bits else ():
            found |= bits
        return found


def _asked(exact: set[str] | None) -> list[Words]:
    """The longest words of strings, if each has one."""
    words = {max(_WORD.findall(text), key=len, default="") for text in exact or ("",)}
    return [] if "" in words else [frozenset(words)]


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Part:
    """Parts one after the other; strings are joined as long as they are few."""
    joined: set[str] = {""}
    found: list[Words] = []
    whole = True
    for code, value in items:
        part = _part(code, value)
        if part.exact is not None and len(joined) * len(part.exact) <= _MOST:
            joined = {text + more for text in joined for more in part.exact}
            continue
        whole = False
        found += [*_asked(joined), *part.needs]
        joined = part.exact if part.exact is not None else {""}
    return _Part(joined) if whole else _Part(None, [*found, *_asked(joined)])


def _part(code: Any, value: Any) -> _Part:
    if code is codes.LITERAL:
        return _Part({chr(value).lower()})
    if code is codes.IN and all(one is codes.LITERAL for one, _ in value):
        return _Part({chr(one).lower() for _, one in value})
    if code is codes.SUBPATTERN:
        return _sequence(value[3])
    if code is codes.BRANCH:
        return _branch([_sequence(choice) for choice in value[1]])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = value
        return _repeated(least, most, _sequence(inner))
    if code in (codes.ASSERT, codes.ASSERT_NOT, codes.AT):
        return _Part({""})  # takes no room
    return _Part()


def _branch(choices: list[_Part]) -> _Part:
    if all(choice.exact is not None for choice in choices):
        return _Part({text for choice in choices for text in choice.exact or ()})
    # of each choice what is rarest, by a guess: the longest words
    asked = [max(choice.all_needs(), key=lambda words: min(map(len, words)), default=None) for choice in choices]
    known = [words for words in asked if words is not None]
    return _Part(None, [frozenset().union(*known)] if len(known) == len(asked) else [])


def _repeated(least: int, most: int, inner: _Part) -> _Part:
    if least == 0:
        return _Part(inner.exact | {""}) if most == 1 and inner.exact is not None else _Part()
    return inner if least == most == 1 else _Part(None, inner.all_needs())


_CELL = re.compile(r"<(?:\(\?:)?(?:[a-z]+\|)*cell(?:\|[a-z]+)*\)?\\d\+/>")
_WILD = "\ue000"  # a slot for a cell in a pattern that is read
_SLOT_SIGNS = frozenset(map(ord, "<>/"))
_CLASSES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_NOT_WORD: r"\W",
}


class _Gap:
    """Where anything may stand."""


class _Choice(NamedTuple):
    """Several ways to go on, some of them with gaps."""

    ways: list[list[_Piece]]


_Piece = str | _Gap | _Choice  # a string is a part of a regular expression


class Pieces:
    """A wider pattern, for a sentence in which more names of cells may get slots than have them so far.

    Where the pattern matches with them this one does without: anything may stand for a cell, and wherever a slot could stand
    unseen ("[^;]{0,70}"), whose name is longer than it. What must not stand somewhere is not asked. So there remain pieces,
    one after the other.
    """

    def __init__(self, pattern: str) -> None:
        pieces = _read(parser.parse(_CELL.sub(_WILD, pattern), re.IGNORECASE))
        self._ways = [_steps(way) for way in _spelt_out(pieces)]

    def fit(self, text: str) -> bool:
        """Whether the pieces are found in a text, each behind the shortest form of the one before."""
        return any(_walk(way, text) for way in self._ways)


class _Step(NamedTuple):
    """A piece to be found, and its least length."""

    regex: re.Pattern[str]
    least: int


def _spelt_out(pieces: Iterable[_Piece]) -> list[list[str | _Gap]]:
    """All ways through the choices; ways without gaps stay one piece, and a choice with too many becomes a gap."""
    found: list[list[str | _Gap]] = [[]]
    for piece in pieces:
        ways: list[list[str | _Gap]] = []
        if isinstance(piece, _Choice):
            plain = ["".join(map(str, way)) for way in piece.ways if _is_plain(way)]
            ways = [[_either(plain)]] if plain else []
            ways += [one for way in piece.ways if not _is_plain(way) for one in _spelt_out(way)]
        else:
            ways.append([piece])
        if len(found) * len(ways) > _MOST:
            ways = [[_Gap()]]
        found = [[*before, *way] for before in found for way in ways]
    return found


def _is_plain(way: Iterable[_Piece]) -> bool:
    return all(isinstance(piece, str) for piece in way)


def _either(written: Iterable[str]) -> str:
    return f"(?:{'|'.join(written)})"


def _steps(pieces: Iterable[str | _Gap]) -> list[_Step]:
    runs = ("".join(map(str, group)) for is_text, group in groupby(pieces, key=lambda one: isinstance(one, str)) if is_text)
    return [_Step(re.compile(written, re.IGNORECASE), parser.parse(written).getwidth()[0]) for written in runs]


def _walk(steps: Iterable[_Step], text: str) -> bool:
    """Whether all steps are there, in their order."""
    place = 0
    for regex, least in steps:
        found = regex.search(text, place)
        if found is None:
            return False
        place = found.start() + least
    return True


def _read(items: Iterable[tuple[Any, Any]]) -> list[_Piece]:
    return [piece for code, value in items for piece in _read_one(code, value)]


def _read_one(code: Any, value: Any) -> list[_Piece]:
    if code is codes.LITERAL:
        return [_Gap() if chr(value) == _WILD else re.escape(chr(value))]
    if code is codes.IN and (value[0][0] is not codes.NEGATE or not _SLOT_SIGNS.isdisjoint(one for _, one in value[1:])):
        return [f"[{''.join(_member(kind, one) for kind, one in value)}]"]
    if code is codes.SUBPATTERN:
        return _read(value[3])
    if code is codes.BRANCH:
        ways = [_read(way) for way in value[1]]
        return [_either("".join(map(str, way)) for way in ways)] if all(map(_is_plain, ways)) else [_Choice(ways)]
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = value
        pieces = _read(inner)
        if _is_plain(pieces):
            return [f"(?:{''.join(map(str, pieces))}){{{least},{'' if most is codes.MAXREPEAT else most}}}?"]
        return pieces if least == most == 1 else [_Gap()]
    return [] if code in (codes.ASSERT, codes.ASSERT_NOT, codes.AT) else [_Gap()]


def _member(kind: Any, value: Any) -> str:
    if kind is codes.NEGATE:
        return "^"
    if kind is codes.LITERAL:
        return re.escape(chr(value))
    if kind is codes.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return _CLASSES[value]
