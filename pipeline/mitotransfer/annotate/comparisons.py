"""Outcomes whose direction is said by a comparative or an intransitive verb: "survival was higher", "less edema", "ATP rose".

Completes `effects.find_effects`, which knows the transitive verbs of the trigger vocabulary.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mitotransfer.annotate.cues import find_cues, polarity_at
from mitotransfer.annotate.effects import Effect, effects_of, find_directions, find_outcomes, improved, is_lost
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.document import Mention

# Between an outcome and its predicate: the rest of a list of outcomes ("A, B and C were all …"), no other clause or verb.
_AUXILIARY = r"(?:was|were|is|are|had been|has been|have been|had|has|have)"
_BEHIND = re.compile(
    rf"(?:(?!\b(?:but|whereas|while|that|which|who|when|after|although|so|because|{_AUXILIARY})\b|[;:.]\s).){{0,160}}?"
    rf"(?P<auxiliary>\b{_AUXILIARY}\s+)?(?:(?:all|both|also|each|likewise|then|much|further|significantly|\w+ly)\s+){{0,3}}",
    re.IGNORECASE,
)
_OPPOSITE = {"increase": "decrease", "decrease": "increase"}
_BEFORE = re.compile(r"\s+(?:[\w‐-]+\s+){0,2}")


class Word(NamedTuple):
    """A word that tells a direction; `transitive` if it is a verb that takes the outcome as its object."""

    start: int
    end: int
    meaning: str
    transitive: bool


def prose_effects(text: str, resources: Resources, extra: Extra) -> list[Effect]:
    """The outcomes of a sentence with their directions, by trigger verbs first, then by comparatives."""
    outcomes = find_outcomes(text, resources, extra)
    if not outcomes:
        return []
    found = effects_of(text, outcomes, resources)
    taken = {(effect.start, effect.end) for effect in found}
    words = [Word(w.start(), w.end(), w.lastgroup or "", False) for w in resources.rules.comparative.finditer(text)]
    words += [Word(d.start, d.end, d.meaning, True) for d in find_directions(text, resources)]
    words.sort()
    cues = find_cues(text, resources.cues)
    for outcome in outcomes:
        word = next((w for w in words if _speaks_for(text, w, outcome)), None)
        if word is None or (outcome.start, outcome.end) in taken or is_lost(text, word.start):
            continue
        direction = _direction(word.meaning, outcome, resources)
        if polarity_at(text, cues, word.start, word.end).negated:
            direction = "none"
        trigger = text[word.start : word.end]
        found.append(Effect(outcome.ident, outcome.surface, direction, outcome.start, outcome.end, trigger, word.start))
    return found


def _speaks_for(text: str, word: Word, outcome: Mention) -> bool:
    """A verb that takes an object speaks for what stands before it in the passive only."""
    if word.start >= outcome.end:
        found = _BEHIND.fullmatch(text, outcome.end, word.start)
        return found is not None and bool(found["auxiliary"] or not word.transitive)
    return not word.transitive and word.end <= outcome.start and _BEFORE.fullmatch(text, word.end, outcome.start) is not None


def _direction(meaning: str, outcome: Mention, resources: Resources) -> str:
    """ "Better" raises what one wants high and lowers what one wants low."""
    if meaning not in ("improve", "worsen"):
        return meaning
    better = improved(outcome, resources)
    return better if meaning == "improve" else _OPPOSITE[better]
