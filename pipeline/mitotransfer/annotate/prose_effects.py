"""Effects of one sentence: what changes in it, what that is called, and whether mitochondria that moved are the cause."""

from __future__ import annotations

from mitotransfer.annotate.causes import is_due, lost_without
from mitotransfer.annotate.changes import find_changes, find_compared
from mitotransfer.annotate.cues import find_cues
from mitotransfer.annotate.effects import find_outcomes
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.outcomes import Outcome, outcomes_of
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Role

WITHOUT = "when_stopped"  # the rule of effects that are told by what happened without the transfer


def effects_in(reading: Reading, resources: Resources, extra: Extra, *, begun: bool = True) -> list[Outcome]:
    """The outcomes that a sentence says to change through mitochondria that moved, each once; `begun` as in `is_due`."""
    if reading.doc is None:
        return []
    text = reading.sentence.text
    mentions = find_outcomes(text, resources, extra)
    changes = find_changes(reading.doc, reading.syntax, mentions, find_cues(text, resources.cues), resources.rules)
    changes += find_compared(reading.doc, mentions, changes, resources.rules)
    found = [outcome for change in changes for outcome in outcomes_of(change, mentions, resources)]
    due = [outcome for outcome in found if is_due(outcome, resources, begun=begun)]
    told = {key(outcome) for outcome in due}
    due += [
        outcome._replace(direction=direction, change=outcome.change._replace(rule=WITHOUT))
        for outcome in found
        if key(outcome) not in told and (direction := lost_without(outcome, resources))
    ]
    return list({key(outcome): outcome for outcome in reversed(due)}.values())[::-1]


def key(outcome: Outcome) -> str:
    """What tells an outcome from others: its id, else its words."""
    return outcome.ident or outcome.surface.lower()


def effect_role(outcome: Outcome) -> Role:
    """An outcome as a role of an event."""
    return Role("effect", outcome.surface, outcome.ident, outcome.direction, outcome.target)


def of_cells(outcome: Outcome, resources: Resources) -> Outcome:
    """The outcome as one of cells, where the vocabulary tells it from the same of animals: "survival"."""
    found = resources.matcher("outcome").exactly(f"cell {outcome.surface}")
    return outcome._replace(ident=found[0].ident) if found else outcome
