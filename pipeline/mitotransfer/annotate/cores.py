"""Regular expressions that cost little where they do not match.

Most patterns of rules begin with words that may narrow a name. To look for these at each place of a text costs far more than to
see that the name with the rest of the pattern is nowhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from mitotransfer.annotate.literals import WordSets, needs

_GROUP = re.compile(r"\(\?(?::|P<\w+>)")
_OPTIONAL = re.compile(r"(?:\?|\*|\{0,\d*\})\??")
_REPEATED = re.compile(r"[+{]")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)  # an escape, a set of characters, a character


def without_optional_start(pattern: str) -> str:
    """The pattern without groups at its start that need not match; what is left is found in a text if the whole is.

    >>> without_optional_start(r"(?P<donor>(?:\\w+ ){0,6}?(?:old )?cells?) (?:of )?mice")
    '(?P<donor>cells?) (?:of )?mice'
    """
    opened = ""
    while opening := _GROUP.match(pattern):
        end = _closing(pattern)
        if optional := _OPTIONAL.match(pattern, end):
            pattern = pattern[optional.end() :]
        elif _REPEATED.match(pattern, end):
            break
        else:
            opened, pattern = opened + opening[0], pattern[opening.end() :]
    return opened + pattern


def _closing(pattern: str) -> int:
    """Where the group ends that a pattern begins with."""
    depth = 0
    for piece in _PIECE.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if not depth:
            return piece.end()
    raise ValueError(f"'{pattern}' has a group that does not end")


class Alternatives:
    """Patterns tried as one that ignores case, without those whose words (`literals.needs`) do not stand in a text."""

    def __init__(self, patterns: Iterable[str]) -> None:
        asked = {pattern: needs(pattern) for pattern in patterns}
        self._words = WordSets(words for sets in asked.values() for words in sets)
        self._patterns = [(pattern, self._words.bits(sets)) for pattern, sets in asked.items()]
        self._joined = lru_cache(maxsize=256)(_joined)
        self.blanked = lru_cache(maxsize=16)(self._blanked)  # asked for the text of a whole article, again and again
        self.dotted = lru_cache(maxsize=64)(self._dotted)  # asked for a sentence more than once

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        live = self._live(text)
        return self._joined(live).sub(new, text) if live else text

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        live = self._live(text)
        return self._joined(live).search(text) if live else None

    def _live(self, text: str) -> tuple[str, ...]:
        there = self._words.found_in(text)
        return tuple(pattern for pattern, asked in self._patterns if not asked & ~there)

    def _blanked(self, text: str) -> str:
        """The text with a blank in place of each match."""
        return self.sub(" ", text)

    def _dotted(self, text: str) -> str:
        """The text with dots in place of the characters of each match."""
        return self.sub(lambda found: "·" * len(found[0]), text)


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
