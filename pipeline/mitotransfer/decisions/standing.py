"""What stands of all that was decided: one verdict and one new value a column for each row, or a conflict that is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mitotransfer.decisions.model import Decision
from mitotransfer.decisions.snapshots import Snapshot
from mitotransfer.errors import Problem


@dataclass(slots=True)
class Verdict:
    """What stands of the decisions on a row or a line of evidence.

    `verdict` is accept, reject or nothing; `edits` the standing one of each column; `conflicts` say in words who disagrees about
    what: nothing they speak of is applied. `decisions`: all that stand, in the order in which they were made.
    """

    decisions: list[Decision] = field(default_factory=list)
    verdict: str = ""
    edits: dict[str, Decision] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    @property
    def last(self) -> Decision:
        """The latest decision that stands."""
        return self.decisions[-1]

    @property
    def positive(self) -> bool:
        """Whether a person said that the row is one."""
        return any(one.decision in ("accept", "edit", "add") for one in self.decisions) and self.verdict != "reject"

    def snapshot(self, snapshots: Mapping[str, Snapshot], *kinds: str) -> Snapshot | None:
        """The row as it was at the latest decision of these kinds (default: of any)."""
        keys = (one.snapshot for one in reversed(self.decisions) if not kinds or one.decision in kinds)
        return next((snapshots[key] for key in keys if key in snapshots), None)


class Standing(NamedTuple):
    """What stands for rows and for lines of evidence, by id, and what cannot be followed."""

    rows: dict[str, Verdict]
    evidence: dict[str, Verdict]
    problems: list[Problem]


def standing(decisions: Sequence[Decision], snapshots: Mapping[str, Snapshot]) -> Standing:
    """What stands of a log.

    Withdrawn decisions count nothing, replaced ones neither; a person's later verdict or edit takes the place of the earlier one.
    Two people who disagree are never reconciled: where one accepts and one rejects, where they write different values into one
    column, and where one accepts a row in which another's correction is not made, both stand as a conflict.
    """
    problems = [_problem(one, number, fault) for number, one in enumerate(decisions, 2) if (fault := one.fault())]
    sound = [one for one in decisions if not one.fault()]
    gone = withdrawn(sound)
    acting = [one for one in sound if one.decision_id not in gone and one.decision != "undo"]
    settled = {ident for one in acting for ident in one.replaced}
    found = Standing({}, {}, problems)
    for one in _latest(one for one in acting if one.decision_id not in settled):
        things = found.evidence if one.evidence_id else found.rows
        things.setdefault(one.thing, Verdict()).decisions.append(one)
    for verdict in (*found.rows.values(), *found.evidence.values()):
        _judge(verdict, snapshots)
    return found


def withdrawn(decisions: Sequence[Decision]) -> set[str]:
    """The decisions that were withdrawn, by id; an undo that is undone itself withdraws nothing."""
    gone: set[str] = set()
    for one in reversed(decisions):
        if one.decision == "undo" and one.decision_id not in gone:
            gone.update(one.replaced)
    return gone


def _latest(decisions: Iterable[Decision]) -> list[Decision]:
    """Of each person the last word on each thing, in the order of the log."""
    words: dict[tuple[str, ...], Decision] = {}
    for one in decisions:
        kind = "verdict" if one.decision in ("accept", "reject") else one.decision
        key = (one.thing, one.reviewer, kind, one.field)
        words.pop(key, None)
        words[key] = one
    return list(words.values())


def _judge(verdict: Verdict, snapshots: Mapping[str, Snapshot]) -> None:
    """Fills in what the decisions on one thing come to."""
    said = [one for one in verdict.decisions if one.decision in ("accept", "reject")]
    edits = [one for one in verdict.decisions if one.decision == "edit"]
    accepts = [one for one in said if one.decision == "accept"]
    rejects = [one for one in said if one.decision == "reject"]
    for reject in rejects:
        others = [one for one in (*accepts, *edits) if one.reviewer != reject.reviewer]
        verdict.conflicts += [_disagree(one, reject) for one in others]
    for number, edit in enumerate(edits):
        rivals = [one for one in edits[:number] if one.field == edit.field and one.new != edit.new]
        verdict.conflicts += [_disagree(one, edit) for one in rivals if one.reviewer != edit.reviewer]
        blind = [one for one in accepts if one.reviewer != edit.reviewer and not _made(edit, one, snapshots)]
        verdict.conflicts += [_disagree(one, edit) for one in blind]
    if not verdict.conflicts:
        verdict.verdict = said[-1].decision if said else ""
        verdict.edits = {} if verdict.verdict == "reject" else {edit.field: edit for edit in edits}


def _made(edit: Decision, accept: Decision, snapshots: Mapping[str, Snapshot]) -> bool:
    """Whether the row that was accepted had the correction."""
    accepted = snapshots.get(accept.snapshot)
    if accepted is None:
        return accept.decided_at > edit.decided_at
    return accepted.row.get(edit.field) == edit.new


def _disagree(one: Decision, other: Decision) -> str:
    return f"{_said(one)}, {_said(other)}"


def _said(one: Decision) -> str:
    what = f"{one.field}: '{one.new}'" if one.decision == "edit" else one.decision
    return f"{one.reviewer}: {what}"


def _problem(one: Decision, number: int, fault: str) -> Problem:
    message = f"decision {one.decision_id} {fault}; it is kept and not followed"
    return Problem(one.source_id, "decisions", "warning", "bad-decision", f"decision {number - 1} of the log", message)
