"""Outcomes and the direction in which they change, from a table cell or a sentence.

A direction word speaks for the outcomes after it in its clause ("increased A, B and C; reduced D"), or for the one before
it ("infarct size was reduced"). "Improved" raises an outcome that one wants high and lowers one that one wants low.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mitotransfer.annotate.cues import Cue, find_cues, polarity_at
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.variants import normal
from mitotransfer.annotate.vocabulary import Entry
from mitotransfer.document import Mention
from mitotransfer.rows import MISSING_ID

# what may stand between an outcome and the word that says how it changed: "levels in the lung were also significantly"
_PASSIVE = re.compile(
    r"\s*(?:levels?|activity|production|generation|rates?|size|formation|of\b[^,;.]{0,40})?"
    r"\s*(?:was|were|is|are|has been|have been|had)?\s*(?:also|both|all|each)?"
    r"\s*(?:further|more|not|\w+ly)?\s*"
)
_CLAUSE = re.compile(r";|:|\.\s|\b(?:but|whereas|while|although|however|yet)\b", re.IGNORECASE)
_NULL = re.compile(
    r"\b(?:no (?:significant |further |clear )?"
    r"(?:improvement|effect|change|difference|increase|decrease|reduction|benefit|gain)s?"
    r"|(?:did|does|do|was|were|could) not|failed to|without|neither|nor|unchanged|unaffected|unaltered"
    r"|remained (?:the same|similar|stable))\b",
    re.IGNORECASE,
)
_ADVERBS = frozenset({"better", "longer", "worse", "less"})  # "survived better"
_LOST = re.compile(r"\bno longer (?:\w+ )?$", re.IGNORECASE)
_NO_LONGER = re.compile(r"no longer\b", re.IGNORECASE)
_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|did|does|could|can|may|might|would)\b", re.IGNORECASE)


class Effect(NamedTuple):
    """An outcome with its direction; `start:end` is the outcome, `trigger` the direction word (empty if none)."""

    ident: str
    surface: str
    direction: str
    start: int
    end: int
    trigger: str


class Direction(NamedTuple):
    """A direction word or arrow in a text and what it means: increase, decrease, change, none or improve."""

    start: int
    end: int
    meaning: str


_MEANINGS = {
    "regulation-positive": "increase",
    "regulation-negative": "decrease",
    "reduction": "decrease",
    "improvement": "improve",
}


# Said of an outcome these mean that it stays as it is, though no word for a direction is there to be denied.
_UNCHANGED = re.compile(
    r"\bno (?:(?:significant|further|clear|detectable|obvious|overall) )?(?:effects?|changes?|differences?|influence|impact)\b"
    r"|\bwithout (?:affecting|altering|changing|influencing)\b|\bun(?:changed|affected|altered)\b"
    r"|\bnot (?:\w+ly )?(?:affect|alter|chang|influenc|differ)\w*"
    r"|\b(?:remain(?:ed|s)?|stayed|was|were|is|are) (?:the same|similar|stable|comparable)\b",
    re.IGNORECASE,
)
_ARROWS = {"↑": "increase", "↓": "decrease", "↔": "none", "→": "none"}


def _find_directions(text: str, resources: Resources) -> list[Direction]:
    """The direction words of a text in order; an entry with opposite meanings ("altered") is a mere change."""
    found = []
    for mention in resources.triggers.find(text):
        events = resources.vocabulary.entries[mention.ident].values("event")
        meanings = {_MEANINGS[event] for event in events if event in _MEANINGS}
        compound = text[mention.start - 1 : mention.start] in ("-", "‐", "‑") and mention.start > 0  # "LPS-induced"
        if meanings and not compound:
            found.append(Direction(mention.start, mention.end, meanings.pop() if len(meanings) == 1 else "change"))
    nulls = [Direction(m.start(), m.end(), "none") for m in _UNCHANGED.finditer(text)]
    found = [d for d in found if not any(null.start <= d.start and d.end <= null.end for null in nulls)] + nulls
    found += [Direction(at, at + 1, _ARROWS[sign]) for at, sign in enumerate(text) if sign in _ARROWS]
    return sorted(found)


def find_effects(text: str, resources: Resources, extra: Extra, *, default: str = "") -> list[Effect]:
    """The outcomes of a text with their directions.

    `default` is the direction of an outcome no word speaks for; when empty such outcomes are left out (prose).
    """
    outcomes = find_outcomes(text, resources, extra)
    if not outcomes:
        return []
    words = _find_directions(text, resources)
    inner = {o.start for o in outcomes for d in words if o.start <= d.start and d.end <= o.end}
    directions = [d for d in words if not any(o.start <= d.start and d.end <= o.end for o in outcomes)]
    cues = find_cues(text, resources.cues)
    breaks = [found.span() for found in _CLAUSE.finditer(text)]
    found = []
    for mention in outcomes:
        word = _speaking_for(text, mention, directions, outcomes, breaks)
        if word and _is_lost(text, word.start):
            continue
        # a process named by a verb ("clear mitochondria", "TLR9 activation") takes place when nothing else is said
        unsaid = "increase" if default and mention.start in inner else default
        direction = _direction(text, mention, word, resources) if word else unsaid
        if word and _is_null(text, word, mention, cues):
            direction = "none"
        if direction:
            trigger = text[word.start : word.end] if word else ""
            found.append(Effect(mention.ident, mention.surface, direction, mention.start, mention.end, trigger))
    return found


def find_outcomes(text: str, resources: Resources, extra: Extra) -> list[Mention]:
    """The outcomes of a text, denied ones too: their denial is a direction."""
    return names(text, resources, ("outcome",), extra, denied=True)


def _speaking_for(
    text: str, mention: Mention, directions: list[Direction], outcomes: list[Mention], breaks: list[tuple[int, int]]
) -> Direction | None:
    """The word for a direction that is said of an outcome; `breaks` are the places of what ends a clause."""
    after = next((d for d in directions if d.start >= mention.end), None)
    if after and text[after.start] in _ARROWS and not text[mention.end : after.start].strip():
        return after
    if after and _PASSIVE.fullmatch(text, mention.end, after.start) and _passive(text, mention, after):
        return after
    clause = next((start for start, end in reversed(breaks) if end <= mention.start), -1)
    before = [d for d in directions if clause < d.end <= mention.start]
    if not before:
        # "A, B and C were reduced": what is said of C holds for the A and B that stand in one list with it
        return _through_list(text, mention, directions, outcomes, breaks)
    return before[-1]


def _passive(text: str, mention: Mention, word: Direction) -> bool:
    """Whether the direction word after an outcome is its predicate and not a participle of the next noun."""
    said = text[word.start : word.end].lower()
    if word.meaning == "none":
        return not said.startswith(("no ", "without"))  # these speak for what follows
    compared = said in _ADVERBS and mention.surface.lower().startswith("survive")
    return compared or bool(_FINITE.search(text[mention.end : word.start])) or said.endswith(("ed", "es", "ell", "ose"))


def _through_list(
    text: str, mention: Mention, directions: list[Direction], outcomes: list[Mention], breaks: list[tuple[int, int]]
) -> Direction | None:
    following = next((o for o in outcomes if o.start >= mention.end), None)
    if following and re.fullmatch(r"\s*(?:,|and|or|,\s*and|/|as well as)\s*(?:\w+\s+){0,2}", text[mention.end : following.start]):
        return _speaking_for(text, following, directions, outcomes, breaks)
    return None


def _direction(text: str, mention: Mention, word: Direction, resources: Resources) -> str:
    if word.meaning == "change" and re.search(r"\b(?:to|toward|towards|into)\b", text[word.end : mention.start]):
        return "increase"  # shifted to, reprogrammed towards
    if word.meaning != "improve":
        return word.meaning
    if mention.ident == MISSING_ID:
        return "increase"
    return improved(mention, resources)


def improved(mention: Mention, resources: Resources) -> str:
    """The direction in which an outcome gets better: what one wants low falls, all else rises."""
    entry = resources.vocabulary.entries[mention.ident]
    wanted_low = (entry.extra.get("polarity") == "down") != is_inverse(entry, mention.surface)
    return "decrease" if wanted_low else "increase"


def _is_lost(text: str, start: int) -> bool:
    """Whether the direction word at `start` belongs to "no longer".

    An effect that went away when its cause was taken away is a control, no finding of its own.
    """
    return _LOST.search(text, 0, start) is not None or _NO_LONGER.match(text, max(0, start - 3)) is not None


def is_inverse(entry: Entry, surface: str) -> bool:
    """Whether a form names the opposite of its outcome, so that less of it is more of the outcome."""
    inverse = {normal(form) for form in entry.values("inverse_forms")}
    return not inverse.isdisjoint({normal(surface), normal(surface).removesuffix("s")})


def _is_null(text: str, word: Direction, mention: Mention, cues: list[Cue]) -> bool:
    """Whether the change is denied: "no improvement in A", "did not reduce A", "A was not reduced"."""
    start, end = min(word.start, mention.start), max(word.end, mention.end)
    window = text[max(0, start - 25) : end]
    if not _NULL.search(window):
        return False
    begins = re.match(r"no\b", text[start:], re.IGNORECASE)
    return polarity_at(text, cues, word.start, word.end).negated or begins is not None
