"""What is done on the page, as decisions of the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from mitotransfer.decisions import Decision, Snapshot, Verdict, standing, withdrawn
from mitotransfer.decisions.model import editable, ids_column, role_of, written_by
from mitotransfer.errors import MitotransferError
from mitotransfer.review.curation.catalogue import Catalogue, Entry
from mitotransfer.review.curation.settling import opposed, overruled
from mitotransfer.rows import SEPARATOR
from mitotransfer.terms import Terms, paired, split

_VERDICTS = ("accept", "reject")


class BadActionError(MitotransferError):
    """What was sent is no decision that can be made."""


class Action(msgspec.Struct, forbid_unknown_fields=True):
    """What a reviewer does to a row; `last_seen`: the last decision on it that the page knew of.

    `evidence`: a line of evidence instead of the row. `settle`: the reviewer whose side is taken in a conflict (for a line of
    evidence anything: the decision overrules those who say the opposite).
    """

    row: str
    last_seen: str
    decision: Literal["accept", "reject", "edit", "note"]
    evidence: str = ""
    field: str = ""
    value: str = ""
    note: str = ""
    settle: str = ""


class Undo(msgspec.Struct, forbid_unknown_fields=True):
    """Withdraws a reviewer's last decision, which is named: another page may have gone on meanwhile."""

    decision: str


class Draft(NamedTuple):
    """A decision to be added, and the row as it was when it was made."""

    decision: Decision
    snapshot: Snapshot


def draft(action: Action, catalogue: Catalogue, terms: Terms, reviewer: str) -> Draft:
    """The decision that an action comes to. Raises BadActionError in words that a reviewer understands."""
    entry = catalogue.entries.get(action.row)
    if entry is None:
        raise BadActionError("this row is not there any more")
    if action.evidence:
        made = _on_evidence(action, entry, catalogue, reviewer)
    elif action.settle:
        made = _settling(action, entry, catalogue, reviewer)
    elif action.decision == "edit":
        made = _edit(action, entry, terms, reviewer)
    else:
        decision = Decision(reviewer=reviewer, decision=action.decision, note=action.note, **_about(entry))
        made = Draft(decision, _snapshot(entry))
    if fault := made.decision.fault():
        raise BadActionError(fault)
    return Draft(dataclasses.replace(made.decision, snapshot=made.snapshot.key), made.snapshot)


def _about(entry: Entry) -> dict[str, str]:
    row = entry.row
    return {
        "table": entry.table,
        "row_id": entry.key,
        "source_id": row.source_id,
        "reference": getattr(row, "reference", ""),
    }


def _snapshot(entry: Entry, changed: dict[str, str] | None = None) -> Snapshot:
    """The row as the reviewer sees it, with what is changed."""
    return Snapshot(
        entry.table, {**dataclasses.asdict(entry.row), **(changed or {})}, tuple(map(dataclasses.asdict, entry.lines))
    )


def _on_evidence(action: Action, entry: Entry, catalogue: Catalogue, reviewer: str) -> Draft:
    line = next((one for one in entry.lines if one.evidence_id == action.evidence), None)
    if line is None:
        raise BadActionError("this line of evidence is not behind the row any more")
    verdict = catalogue.verdict_on(line)
    against = opposed(verdict, action.decision, reviewer) if action.settle and verdict else []
    key = catalogue.evidence_key(line)
    decision = Decision(
        reviewer=reviewer,
        decision=action.decision,
        evidence_id=key,
        field=action.field,
        note=action.note,
        replaces=SEPARATOR.join(one.decision_id for one in against),
        **_about(entry),
    )
    return Draft(decision, Snapshot(entry.table, {}, ({**dataclasses.asdict(line), "evidence_id": key},)))


def _edit(action: Action, entry: Entry, terms: Terms, reviewer: str) -> Draft:
    name, base = action.field, entry.base or entry.row
    if name not in editable(entry.table):
        raise BadActionError(f"column '{name}' cannot be edited")
    ids = ids_column(entry.table, name)
    values = list(dict.fromkeys(" ".join(value.split()) for value in split(action.value)))
    new = SEPARATOR.join(values) if ids else " ".join(action.value.split())
    if new == getattr(entry.row, name):
        raise BadActionError("this value stands there already")
    new_ids, changed = "", {name: new}
    if ids:
        known = paired(getattr(base, name), getattr(base, ids)) | paired(getattr(entry.row, name), getattr(entry.row, ids))
        new_ids = changed[ids] = terms.ids(role_of(entry.table, name), new, known)
    decision = Decision(
        reviewer=reviewer, decision="edit", field=name, old=getattr(base, name), new=new, new_ids=new_ids, note=action.note,
        **_about(entry),
    )  # fmt: skip
    return Draft(decision, _snapshot(entry, changed))


def _settling(action: Action, entry: Entry, catalogue: Catalogue, reviewer: str) -> Draft:
    """Takes the side of a reviewer: says the same, and replaces what cannot stand beside it."""
    verdict = entry.verdict
    if verdict is None or not verdict.conflicts:
        raise BadActionError("nobody disagrees about this row any more")
    snapshots = catalogue.snapshots()
    against = overruled(verdict, action.settle, snapshots)
    if not against:
        raise BadActionError(f"'{action.settle}' does not disagree with anybody about this row")
    theirs = [one for one in verdict.decisions if one.reviewer == action.settle]
    rejects = any(one.decision == "reject" for one in theirs)
    gone = {one.decision_id for one in against}
    if not rejects and reviewer != action.settle:  # what the settling person said against it before does not count either
        gone |= {one.decision_id for one in verdict.decisions if one.reviewer == reviewer and one.decision == "reject"}
    left = standing([one for one in verdict.decisions if one.decision_id not in gone], snapshots).rows.get(entry.key, Verdict())
    decision = Decision(
        reviewer=reviewer,
        decision="reject" if rejects else "accept",
        note=action.note,
        replaces=SEPARATOR.join(sorted(gone)),
        **_about(entry),
    )
    return Draft(decision, _snapshot(entry, _changes(theirs, left)))


def _changes(theirs: Sequence[Decision], left: Verdict) -> dict[str, str]:
    """The values that stand once a conflict is settled."""
    edits = left.edits | {one.field: one for one in theirs if one.decision == "edit"}
    changed: dict[str, str] = {}
    for edit in edits.values():
        changed |= written_by(edit)
    return changed


def undoable(decisions: Sequence[Decision], reviewer: str) -> Decision | None:
    """A reviewer's last decision that has not been withdrawn."""
    gone = withdrawn(decisions)
    mine = (one for one in reversed(decisions) if one.reviewer == reviewer and one.decision not in ("undo", "add"))
    return next((one for one in mine if one.decision_id not in gone), None)


def undoing(one: Decision) -> Decision:
    """The line of the log that withdraws a decision."""
    about: dict[str, Any] = {name: getattr(one, name) for name in ("table", "row_id", "evidence_id", "source_id", "reference")}
    return Decision(reviewer=one.reviewer, decision="undo", replaces=one.decision_id, **about)
