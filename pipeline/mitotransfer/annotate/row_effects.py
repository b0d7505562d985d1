"""Effects of mitochondria that moved: which outcomes a sentence says to change, and to which row they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mitotransfer.annotate.drafts import Draft, event_of
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.outcomes import Outcome
from mitotransfer.annotate.prose_effects import WITHOUT, effect_role, effects_in, key, of_cells
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Reading

_CULTURE = re.compile(r"\b(?:in vitro|co-?cultur\w*|cultur\w+|cell lines?|medium)\b", re.IGNORECASE)
_METHODS = re.compile(
    r"\b(?:methods?|materials|procedures?|experimental|statistics|statistical)\b(?! and results)", re.IGNORECASE
)
_WERE = re.compile(r"\b(?:was|were|had been|received|underwent)\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"\b(?:transplant|inject|infus|administ|instil|deliver|given|received|co-?cultur|incubat|engraft)\w*", re.IGNORECASE
)
_OF_ANIMALS = frozenset({"functional", "structural"})  # classes of outcomes that cells in culture do not have


def add_effects(rows: Sequence[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Adds the effects of the article's own sentences to the rows they speak for, each outcome once a row."""
    begun = False
    seen: dict[tuple[int, str], tuple[Draft, Reading, Outcome]] = {}
    setting = ""
    standing = [row for row in rows if not row.negated]
    named = {id(reading) for reading in own}
    animals = any(row.table == "transplantation" for row in standing)
    titles = [reading for reading in frame.readings if reading.sentence.passage.kind == "title"]
    for reading in [*(one for one in frame.readings if one not in titles), *titles]:
        kind = reading.sentence.passage.kind
        before, begun = begun, begun or (kind != "title" and (bool(reading.findings) or _tells_of_giving(reading)))
        if id(reading) not in named:
            continue  # an aim: "to see whether they help, mitochondria were injected"
        setting = _setting(reading) or setting
        if kind == "caption" or not standing or any(_METHODS.search(title) for title in reading.sentence.passage.section):
            continue
        for found in effects_in(reading, frame.resources, frame.extra, begun=begun):
            if kind != "title" and not before and (found.direction == "none" or _is_general(found)):
                continue
            if not animals and _setting(reading) == "transplantation" and _class(found, frame.resources) in _OF_ANIMALS:
                continue  # of animals for which there is no row
            row = _row_for(standing, reading, found, setting, frame.resources)
            if row.table == "secretion" and found.change.rule == WITHOUT and _class(found, frame.resources) in _OF_ANIMALS:
                continue
            outcome = of_cells(found, frame.resources) if row.table == "secretion" else found
            others = {_class(one, frame.resources) for other, _, one in seen.values() if other is row}
            summed = bool(others) if kind == "title" else _class(found, frame.resources) in others
            if (kind == "title" or _is_general(found)) and (not outcome.ident or summed):
                continue  # a title, a conclusion sums up what the text tells more exactly
            place = (id(row), key(outcome))
            if place not in seen or _outdoes(outcome, seen[place][2]):
                seen[place] = (row, reading, outcome)  # what changed in the end matters more than that it had not yet
    for row, reading, outcome in seen.values():
        trigger, rule = outcome.change.trigger, f"prose:effect_{outcome.change.rule}"
        row.added.append(event_of(reading, "effect", row.table, [effect_role(outcome)], trigger.text, rule, trigger.idx))


def _tells_of_giving(reading: Reading) -> bool:
    """Whether a sentence tells that mitochondria, or what carries them, were given: what follows it can be the effect."""
    text = reading.sentence.text
    return reading.sentence.topical and _WERE.search(text) is not None and _GIVEN.search(text) is not None


def _is_general(outcome: Outcome) -> bool:
    """Whether a change is told in the present tense: what is known, where an article has not begun with its own findings."""
    verb = outcome.change.trigger
    while verb.head != verb and not (verb.tag_ in ("VBZ", "VBP", "VBD", "MD") and verb.pos_ in ("VERB", "AUX")):
        verb = verb.head
    return verb.tag_ in ("VBZ", "VBP", "MD")


def _outdoes(new: Outcome, old: Outcome) -> bool:
    """Whether what is told later of an outcome replaces what was told before."""
    if WITHOUT in (new.change.rule, old.change.rule):
        return new.change.rule != WITHOUT
    return old.direction == "none" and new.direction != "none"


def _class(outcome: Outcome, resources: Resources) -> str:
    """The class of an outcome of the vocabulary, empty for others."""
    return resources.vocabulary.entries[outcome.ident].extra.get("class", "") if outcome.ident else ""


def _setting(reading: Reading) -> str:
    """Where a sentence takes place: the table it speaks for, empty if it does not say."""
    if in_animals(reading):
        return "transplantation"
    return "secretion" if _CULTURE.search(reading.sentence.text) else ""


def _row_for(rows: Sequence[Draft], reading: Reading, outcome: Outcome, setting: str, resources: Resources) -> Draft:
    """The row that an effect belongs to: by its setting, then by the cells that are named with it."""
    wanted = _setting(reading)
    own = {f.table for f in reading.findings}
    if len(own) == 1:
        wanted = own.pop()
    elif not wanted and _class(outcome, resources) in _OF_ANIMALS:
        wanted = "transplantation"
    here = {m.ident for m in reading.slots.mentions}
    if not wanted and any(row.table == "secretion" and here & row.idents("recipient") for row in rows):
        given = any(row.table == "transplantation" and here & row.idents("target") for row in rows)
        wanted = "" if given else "secretion"
    wanted = wanted or setting or "secretion"
    fitting = [row for row in rows if row.table == wanted] or list(rows)
    target = {m.ident for m in reading.slots.mentions if m.surface == outcome.target}
    return max(fitting, key=lambda row: _shared(row, target) * 4 + _shared(row, here) * 2 + len(here & row.idents("donor")))


def _shared(row: Draft, idents: set[str]) -> int:
    return len(idents & (row.idents("recipient") | row.idents("target")))
