"""What a regular expression needs: words one of which must stand in every text that it matches.

As in Cox, "Regular expression matching with a trigram index" (2012) and RE2's prefilters, but for words: a part of a pattern
that can only be one of a few strings asks for the longest word of one of them. So whoever looks for these words first, all
patterns at once, need not try the pattern on most texts. Nothing has to be kept beside the patterns themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

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


def needs(pattern: str) -> list[Words]:
    """For a pattern that ignores case: sets of words in lower case, of each of which one stands in any text it matches.

    They do so in this order, none overlapping the next. `<` before a word belongs to it. Empty: nothing is known.
    """
    return _sequence(parser.parse(pattern, re.IGNORECASE)).all_needs()


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
