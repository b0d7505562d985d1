"""Disagreement between reviewers, and what settling it one way replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mitotransfer.decisions import Decision, Snapshot, Verdict

_VERDICTS = ("accept", "reject")


def sides(verdict: Verdict, snapshots: Mapping[str, Snapshot]) -> list[dict[str, Any]]:
    """Who said what of a row, and what taking this side replaces; people who do not disagree with anybody are no side."""
    people = dict.fromkeys(one.reviewer for one in verdict.decisions)
    found = []
    for who in people:
        said = [one for one in verdict.decisions if one.reviewer == who and one.decision in (*_VERDICTS, "edit")]
        if said and (against := overruled(verdict, who, snapshots)):
            found.append({"who": who, "said": [_words(one) for one in said], "against": [one.decision_id for one in against]})
    return found


def overruled(verdict: Verdict, who: str, snapshots: Mapping[str, Snapshot]) -> list[Decision]:
    """The decisions of others that cannot stand beside those of this person."""
    mine = [one for one in verdict.decisions if one.reviewer == who]
    others = [one for one in verdict.decisions if one.reviewer != who]
    if any(one.decision == "reject" for one in mine):
        return [one for one in others if one.decision in ("accept", "edit")]
    edits = {one.field: one.new for one in mine if one.decision == "edit"}
    accepted = [snapshots[one.snapshot].row for one in mine if one.decision == "accept" and one.snapshot in snapshots]
    found = []
    for one in others:
        row = snapshots[one.snapshot].row if one.snapshot in snapshots else None
        rival = one.decision == "edit" and edits.get(one.field, one.new) != one.new
        unseen = one.decision == "edit" and any(seen.get(one.field) != one.new for seen in accepted) and one.field not in edits
        blind = one.decision == "accept" and row is not None and any(row.get(name) != new for name, new in edits.items())
        if one.decision == "reject" or rival or unseen or blind:
            found.append(one)
    return found


def opposed(verdict: Verdict, decision: str, who: str) -> list[Decision]:
    """Of the verdicts on a line of evidence those of others that say the opposite."""
    return [one for one in verdict.decisions if one.decision in _VERDICTS and one.decision != decision and one.reviewer != who]


def _words(one: Decision) -> str:
    return f"{one.field.replace('_', ' ')}: “{one.new}”" if one.decision == "edit" else f"{one.decision}s the row"
