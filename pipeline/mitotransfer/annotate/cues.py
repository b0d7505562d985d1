"""Negation and doubt: cue words and how far they reach.

After NegEx (Chapman et al. 2001, doi:10.1006/jbin.2001.1029) and ConText (Harkema et al. 2009,
doi:10.1016/j.jbi.2009.05.002): a cue reaches forward, backward or both ways until the clause ends, and a longer form
that holds a cue without its meaning ("not only", "membrane potential", "data not shown") keeps it away. Cues are the
entries of the vocabulary's category negation_hedge, with type and scope. Where these papers cut after a fixed number
of words, clause borders are guessed here from punctuation, conjunctions and the finite verbs around "and".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mitotransfer.annotate.matcher import Matcher

CATEGORY = "negation_hedge"


class Cue(NamedTuple):
    """A cue `text[start:end]`; `type` and `scope` are those of its vocabulary entry."""

    start: int
    end: int
    type: str
    ident: str
    surface: str
    scope: str = "forward"


class Polarity(NamedTuple):
    """What the cues make of a place in a sentence; a cue is empty where none reaches it."""

    negated: bool
    negation_cue: str
    hedged: bool
    hedge_cue: str


# A new statement begins, whatever the cue.
_STRONG = re.compile(
    r";|\b(?:but|however|whereas|although|though|while|yet|nevertheless|nonetheless|despite|instead|conversely|unlike)\b",
    re.IGNORECASE,
)
# A circumstance or consequence begins: "did not recover when TNTs were blocked".
_WEAK = re.compile(
    r"\b(?:when|if|after|once|until|unless|because|since|so that|which|who|whose|where|thus|thereby|therefore|hence|"
    r"resulting in|leading to|suggesting|indicating|implying|as did)\b|,\s(?:one|two|three|\d+)\s",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:was|were|is|are|has|have|had|did|does|do|can|could|may|might|will|would)\b"
_FINITE = rf"(?:{_AUXILIARY}|(?:[a-z]{{3,}}ed|led|became|rose|fell)\b)"
# "and" or a comma before a subject and its verb; not before a participle after a preposition ("and release by treated cells").
_JOINT = r"(?:,?\s(?:and|or)|,)\s"
_AND_CLAUSE = re.compile(
    rf"{_JOINT}(?:(?:(?!(?:that|which|who)\b)[\w-]+\s){{0,10}}?{_AUXILIARY}"
    rf"|(?:(?!(?:of|by|in|from|with|to|for|on)\b)[\w-]+\s){{0,3}}?{_FINITE})"
)
_AND_VERB = re.compile(r",?\sand\s(?:(?:then|also|thus|thereby|therefore|even|instead|subsequently)\s)?[a-z]{3,}ed\b")
_HAS_FINITE = re.compile(rf"\b{_FINITE}")
# A stretch that opens with one of these ends at the next comma.
_OPENER = re.compile(
    r"\W*(?:when|if|after|before|although|though|while|whilst|because|since|as|once|unless|until|in|by|with|without|upon|following|"
    r"during|despite|unlike|under|on|at|for|compared|given|even|which|who|whose|where|whereas|that|rather|irrespective|"
    r"regardless|independent|independently|besides|unless|lacking|absent)\b",
    re.IGNORECASE,
)
# Cues that govern a noun phrase or gerund only: "cells lacking Miro1 transferred …" transfers.
_PHRASE = frozenset(f"{CATEGORY}:{name}" for name in ("without", "rather_than", "independent_of"))
# "did not" governs a bare verb; a past tense after "and" stands by itself.
_BARE_VERB = re.compile(
    r"(?:did|does|do|could|can|would|will) ?n[o']t|cannot|(?:fail|unable|inability|incapable|failure)\w* (?:to|of)", re.IGNORECASE
)
_DOUBLED = re.compile(r"\s+(?:(?:be|entirely|completely|fully|totally)\s)?")
_PASSIVE = re.compile(r"(?:\b(?:is|are|was|were|be|been|being)\s+(?:also\s+|widely\s+|long\s+)?)$", re.IGNORECASE)
_OCCUR = re.compile(r"\s+(?:also\s+)?(?:occur|take place|happen|exist|be (?:possible|involved|present))\b", re.IGNORECASE)
_MONTH = re.compile(r"(?:\b(?:in|of|since|until|from|to|by|between|and|late|early|\d{1,2})\s+)$", re.IGNORECASE)


@lru_cache(maxsize=256)
def find_cues(text: str, matcher: Matcher) -> Sequence[Cue]:
    """The cues of a sentence in order. Use a matcher of the category negation_hedge alone: other names would hide cues."""
    entries = matcher.vocabulary.entries
    found = []
    for mention in matcher.find(text):
        if mention.category == CATEGORY and not _is_name(text, mention.start, mention.end):
            extra = entries[mention.ident].extra
            found.append(Cue(mention.start, mention.end, extra["type"], mention.ident, mention.surface, extra["scope"]))
    return found


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a cue word is the month of May, or 'No.' before a number."""
    surface, behind = text[start:end], text[end : end + 6]
    if surface == "May":
        return bool(_MONTH.search(text[:start]) or re.match(r",?\s+\d", behind))
    return surface in ("No", "no") and bool(re.match(r"\.\s?\d", behind))


def polarity_at(text: str, cues: Sequence[Cue], start: int, end: int) -> Polarity:
    """Whether `text[start:end]` is negated or put with doubt, and by which cue.

    `text` is one sentence and `start:end` the trigger or name of a finding in it; `cues` come from `find_cues`.
    """
    negations = [cue for cue in _uncancelled(text, cues) if cue.type == "negation" and _reaches(text, cue, start, end)]
    hedges = [cue for cue in cues if cue.type == "hedge" and _reaches(text, cue, start, end)]
    negation, hedge = (_nearest(found, start, end) for found in (negations, hedges))
    return Polarity(bool(negation), negation, bool(hedge), hedge)


def _nearest(cues: Sequence[Cue], start: int, end: int) -> str:
    return min(cues, key=lambda cue: max(start - cue.end, cue.start - end)).surface if cues else ""


def _uncancelled(text: str, cues: Sequence[Cue]) -> list[Cue]:
    """The cues without pairs that undo each other: 'not independent of', 'not without'."""
    kept: list[Cue] = []
    for cue in cues:
        last = kept[-1] if kept else None
        doubled = last is not None and last.type == cue.type == "negation" and last.scope == "forward"
        if last is not None and doubled and _DOUBLED.fullmatch(text, last.end, cue.start):
            kept.pop()
        else:
            kept.append(cue)
    return kept


def _reaches(text: str, cue: Cue, start: int, end: int) -> bool:
    if cue.start < end and start < cue.end:
        return cue.scope != "adjacent"
    if cue.end <= start:
        if cue.scope in ("forward", "both"):
            return not _border_after(text, cue, start, end)
        return False
    if cue.scope == "adjacent":
        return text[end : cue.start] in ("-", "‐", "‑", "–", " ")
    return (cue.scope in ("backward", "both") or _looks_back(text, cue)) and not _border_before(text, cue, end)


@lru_cache(maxsize=4096)  # asked for each name behind which the cue stands
def _looks_back(text: str, cue: Cue) -> bool:
    """Doubt in the passive or of an occurrence is about its subject: 'has been suggested', 'may occur'."""
    passive = _PASSIVE.search(text[: cue.start]) or re.match(r"(?:is|are|has|have|was|were)\b", cue.surface, re.IGNORECASE)
    return cue.type == "hedge" and bool(passive or _OCCUR.match(text, cue.end))


def _border_after(text: str, cue: Cue, start: int, end: int) -> bool:
    between = text[cue.end : start]
    if _STRONG.search(between) or _leaves_bracket(between, "(", ")"):
        return True
    # "In all likelihood, …" opens with a preposition and still speaks of what follows.
    if "," in between and _opens_stretch(text, cue.start) and not (cue.type == "hedge" and _OPENER.match(cue.surface)):
        return True
    if cue.type == "hedge" and re.match(r"\s+that\b", between):
        return False
    if cue.ident in _PHRASE and ("," in between or text[start:end].endswith("ed") or _HAS_FINITE.search(between)):
        return True
    if _BARE_VERB.match(cue.surface) and _AND_VERB.search(between + text[start:end]):
        return True
    return bool(_WEAK.search(between)) or _and_clause(text, cue.end, start)


def _border_before(text: str, cue: Cue, end: int) -> bool:
    # A relative clause between commas is stepped over: "Transfer, which needs TNTs, was not observed".
    between = re.sub(r",\s(?:which|who|whose|where)\b[^,;]*,", "", text[end : cue.start])
    if _STRONG.search(between) or _WEAK.search(between) or _leaves_bracket(between[::-1], ")", "("):
        return True
    return (_opens_stretch(text, end) and "," in between) or _and_clause(text, end, cue.start)


def _leaves_bracket(between: str, opening: str, closing: str) -> bool:
    """Whether the way from the cue goes out of a bracket that holds the cue."""
    depth = 0
    for character in between:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return True
    return False


def _opens_stretch(text: str, position: int) -> bool:
    """Whether the words between the last comma or border before a place and the place open with a preposition or subordinator."""
    begin = max(text.rfind(",", 0, position), text.rfind(";", 0, position)) + 1
    return bool(_OPENER.match(text, begin))


def _and_clause(text: str, begin: int, stop: int) -> bool:
    """Whether an 'and' or comma between two places joins clauses, not words: a finite verb stands on both of its sides."""
    # The verb itself may stand behind the second place: "did not improve, and clearance [second place] was lost".
    joints = (joint.start() for joint in _AND_CLAUSE.finditer(text, begin) if joint.start() < stop)
    return any(_HAS_FINITE.search(text, 0, start) for start in joints)
