"""Names in a cell or sentence for a given role: matched, coordinations completed, denied ones left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mitotransfer.annotate.cues import Cue, find_cues, polarity_at
from mitotransfer.annotate.matcher import Extra, Matcher
from mitotransfer.annotate.resources import Resources
from mitotransfer.document import Mention

# It begins where blanks begin: tried at each of many blanks (a claim has those in place of other words) it would be slow.
_JOINT = re.compile(r"(?<!\s)\s*(?:,\s*(?:and|or)?|\band\b(?:/or)?|\bor\b|/|&)\s*")
_WORD = re.compile(r"[^\s,;()/]+")
_BREAK = re.compile(r"[,;()]")
# "peri-infarct area" is no infarct area
_PREFIX = re.compile(r"\b(?:peri|non|anti|post|pre|pseudo)[-‐]$", re.IGNORECASE)
_LONGEST = 4  # words that a coordination may share


def names(
    text: str,
    resources: Resources,
    categories: Sequence[str],
    extra: Extra,
    *,
    boundaries: Sequence[int] = (),
    adjectives: bool = False,
    denied: bool = False,
) -> list[Mention]:
    """The names of `categories` in a text, one mention a place (the first category wins), in text order.

    "Infarct area and volume" gives both names. "A-independent" and "not A" give none, unless `denied` asks for them.
    """
    matcher = resources.matcher(*categories)
    if not (found := matcher.find(text, boundaries, extra, adjectives, only=categories)):
        return []
    rank = {category: number for number, category in enumerate(categories)}
    best: dict[tuple[int, int], Mention] = {}
    for mention in found:
        place = (mention.start, mention.end)
        if _PREFIX.search(text, max(0, mention.start - 7), mention.start) or mention.ident in resources.unspecific:
            continue
        if place not in best or rank[mention.category] < rank[best[place].category]:
            best[place] = mention
    completed = complete_lists(text, list(best.values()), matcher)
    if denied:
        return completed
    cues = find_cues(text, resources.cues)
    return [m for m in completed if not is_denied(text, m, cues)]


def is_denied(text: str, mention: Mention, cues: Sequence[Cue]) -> bool:
    """Whether a name stands under a negation: "independent of A", "A-independent", "without A"."""
    if re.match(r"[\s‐‑–-]+independent(?:ly)?\b", text[mention.end :], re.IGNORECASE):
        return True
    return polarity_at(text, cues, mention.start, mention.end).negated


def complete_lists(text: str, mentions: list[Mention], matcher: Matcher) -> list[Mention]:
    """Adds the names that a list shares words with: "microvesicles or bodies containing X", "infarct area and volume".

    A name made of words on both sides of a joint replaces a shorter one at its place; its mention covers its own words.
    """
    found = {(m.start, m.end): m for m in mentions}
    for joint in _joints(text) if mentions else ():
        for candidate in (*_shared_start(text, joint, mentions, matcher), *_shared_end(text, joint, mentions, matcher)):
            inside = [place for place in found if place[0] < candidate.end and candidate.start < place[1]]
            if all(candidate.start <= start and end <= candidate.end for start, end in inside):
                for place in inside:
                    del found[place]
                found[candidate.start, candidate.end] = candidate
    return [found[place] for place in sorted(found)]


@lru_cache(maxsize=256)
def _joints(text: str) -> list[re.Match[str]]:
    return list(_JOINT.finditer(text))


def _words(text: str, start: int, end: int) -> list[re.Match[str]]:
    return list(_WORD.finditer(text, start, end))


def _shared_start(text: str, joint: re.Match[str], mentions: list[Mention], matcher: Matcher) -> list[Mention]:
    """ "Infarct area and volume": the words after the joint with the first words of the name before it."""
    left = next((m for m in mentions if m.end == joint.start() or text[m.end : joint.start()].isspace()), None)
    if left is None:
        return []
    stop = _BREAK.search(text, joint.end())
    following = _words(text, joint.end(), stop.start() if stop else len(text))[:_LONGEST]
    shared = _words(text, left.start, left.end)
    for keep in range(len(shared) - 1, 0, -1):
        opening = text[left.start : shared[keep - 1].end()]
        for count in range(len(following), 0, -1):
            name = f"{opening} {text[following[0].start() : following[count - 1].end()]}"
            for meaning in matcher.exactly(name):
                start, end = following[0].start(), following[count - 1].end()
                if (meaning.category, meaning.ident) == (left.category, left.ident):
                    return [left._replace(end=end)]  # "infarct area and volume" are one: the name goes on to the end of the list
                if meaning.category == left.category:
                    return [Mention(start, end, meaning.category, meaning.ident, name)]
    return []


def _shared_end(text: str, joint: re.Match[str], mentions: list[Mention], matcher: Matcher) -> list[Mention]:
    """ "Infarct or lesion size": the words before the joint with the last words of the name after it."""
    right = next((m for m in mentions if m.start == joint.end()), None)
    if right is None:
        return []
    breaks = [b.end() for b in _BREAK.finditer(text, 0, joint.start())]
    preceding = _words(text, breaks[-1] if breaks else 0, joint.start())[-_LONGEST:]
    shared = _words(text, right.start, right.end)
    for drop in range(1, len(shared)):
        closing = text[shared[drop].start() : right.end]
        for count in range(len(preceding), 0, -1):
            first = preceding[-count]
            name = f"{text[first.start() : preceding[-1].end()]} {closing}"
            for meaning in matcher.exactly(name):
                if meaning.category == right.category and meaning.ident != right.ident:
                    return [Mention(first.start(), preceding[-1].end(), meaning.category, meaning.ident, name)]
    return []
