"""Regular expressions without what may but need not stand at the start of a match.

Most patterns of rules begin with words that may narrow a name. To look for these at each place of a text costs far more than to
see that the name with the rest of the pattern is nowhere in it.
"""

from __future__ import annotations

import re

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
