"""Words for mitochondria: what is without one, article, passage or sentence, states none of their transfers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

UNMENTIONED = "no mention of mitochondria"

# Of texts in lower case. Not mitosis, mitogens, mitomycin.
PATTERN = r"mitochondri|mitovesic|\bmito(?!tic|s[ei]s\b|gen(?!om)|mycin)\w*|organelle|exopher|mitocyto|\bexmt"
WORDS = ("mito", "organelle", "exopher", "exmt")  # one of them is in whatever the pattern finds
_TOPIC = re.compile(PATTERN)
# In bytes only the letters of ASCII are put in lower case, and no other becomes one of these words' (tests look at all).
_BYTES = [word.encode("ascii") for word in WORDS]
# What begins as a word for mitochondria and is another, to its end: behind a tag or a letter beyond ASCII it may go on.
_OTHERS = re.compile(rb"\bmito(?:s[ei]s|(?:tic|gen(?!om)|mycin)[a-z0-9_]*)(?![a-z0-9_\0\x80-\xff])")


def has_topic(text: str) -> bool:
    """Whether a text has a word for mitochondria."""
    lower = text.lower()
    for word in WORDS:  # most texts are done with by this, at the speed of memory
        if word in lower:
            return _TOPIC.search(lower) is not None
    return False


def name_topic(texts: Iterable[str]) -> bool:
    """Whether one of many texts has a word for mitochondria."""
    lower = _lowered("\n".join(texts))
    return any(has_topic(line) for word in _BYTES for line in _lines_with(word, lower))


def unmentioned(text: bytes, pieces: Callable[[], Iterable[str]]) -> str:
    """Why an article is passed over; nothing where it may have a word for mitochondria, however it will be read.

    `text`: all its text, in UTF-8 and without tags; `pieces`: gives it as it stands between them.

    Reading joins what tags divide ("mito<italic>chondria</italic>") and leaves a blank where it cuts something out. Not seen is a
    word whose first letters are divided by a formula's blanks or notes, or by another form of the same thing.
    """
    lower = text.lower()
    if any(word in lower for word in _BYTES[1:]):
        return ""
    found = lower.count(_BYTES[0])
    others = len(_OTHERS.findall(_lowered("\0".join(pieces())))) if found else 0
    return UNMENTIONED if others == found else ""


def _lowered(text: str) -> bytes:
    # bytes: a text with a single letter outside of Latin would be put in lower case letter by letter
    return text.encode("utf-8", "surrogatepass").lower()


def _lines_with(word: bytes, text: bytes) -> Iterator[str]:
    at = text.find(word)
    while at >= 0:
        start, end = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        end = end if end >= 0 else len(text)
        yield text[start:end].decode("utf-8", "surrogatepass")
        at = text.find(word, end)
