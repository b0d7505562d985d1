"""What curators decided, applied to the rows that the articles gave today: nothing decided is lost or changed silently."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mitotransfer.decisions.likeness import Features, Likeness, evidence_key, features, matches
from mitotransfer.decisions.model import Decision, editable, table_of, written_by
from mitotransfer.decisions.snapshots import Snapshot
from mitotransfer.decisions.standing import Standing, Verdict
from mitotransfer.errors import Problem
from mitotransfer.rows import REVIEWED, SEPARATOR, TABLE_FILES, TABLES, EvidenceRow, ProblemRow, header

_PLACE = "decisions.csv"
Files = dict[str, list[Any]]


class Fate(NamedTuple):
    """What became of decisions whose row is not there: `moved`, `kept` (it came back), `waits` or `orphaned`; what is like it."""

    kind: str
    likeness: Likeness | None = None


class Applied(NamedTuple):
    """What came of the decisions: problems to tell, the ids under which decided rows and lines of evidence are found today where
    these are others, and the fate of decisions whose row is not there."""

    problems: list[Problem]
    moved: dict[str, str]
    evidence: dict[str, str]
    fates: dict[str, Fate]


def rejected_evidence(files: Files, found: Standing, snapshots: Mapping[str, Snapshot]) -> frozenset[str]:
    """The ids, as of today, of the lines of evidence that were rejected."""
    today = _evidence_today(files, found, snapshots)
    return frozenset(today[old] for old, verdict in found.evidence.items() if verdict.verdict == "reject" and old in today)


def apply(files: Files, found: Standing, snapshots: Mapping[str, Snapshot]) -> Applied:
    """Changes the rows and lines of evidence in `files` (name of `rows.FILES` -> rows) as was decided.

    A rejected row stays, and says so. An accepted row keeps the values that were accepted, an edited column the value that was
    written, whatever is read now. A row that is not found under its id is looked for by its sentences and words; an accepted or
    edited one that is not there any more comes back as it was. A decision on an article that is not among the inputs waits.
    """
    told: list[Problem] = list(found.problems)
    lines = _mark_evidence(files, found, snapshots, told)
    rows = {row.row_id: row for table in TABLE_FILES.values() for row in files[table]}
    away = {old: verdict for old, verdict in found.rows.items() if old not in rows}
    inputs = {article.id for article in files["articles.csv"]} | {row.source_id for row in rows.values()}
    like = _alike(files, {row.row_id for row in rows.values()} - found.rows.keys(), away, snapshots)
    moved: dict[str, str] = {}
    fates: dict[str, Fate] = {}
    for old, verdict in found.rows.items():
        likeness = like.get(old)
        if old in rows:
            told += apply_to(rows[old], verdict, snapshots)
        elif likeness and likeness.sure:
            moved[old] = likeness.row_id
            fates[old] = Fate("moved", likeness)
            told.append(
                _tell(verdict, "note", "decision-moved", f"row {old} is now {likeness.row_id} (alike by {likeness.share:.2f})")
            )
            told += apply_to(rows[likeness.row_id], verdict, snapshots)
        else:
            if kind := _without_row(files, old, verdict, snapshots, likeness, inputs, told):
                fates[old] = Fate(kind, likeness)
    _order(files)
    return Applied(told, moved, {old: new for old, new in lines.items() if old != new}, fates)


def apply_to(row: Any, verdict: Verdict, snapshots: Mapping[str, Snapshot]) -> list[Problem]:
    """Changes one row as was decided, and says what of it is read otherwise now."""
    if verdict.conflicts:
        row.review_status = "conflict"
        return [
            _tell(verdict, "warning", "decision-conflict", f"row {row.row_id}: {'; '.join(verdict.conflicts)}; nothing applied")
        ]
    if verdict.verdict == "reject":
        row.review_status = "rejected"
        return []
    told = []
    table = table_of(row)
    if verdict.verdict == "accept" and (accepted := verdict.snapshot(snapshots, "accept")):
        wanted = {name: accepted.row[name] for name in editable(table) if name in accepted.row and name not in verdict.edits}
        if changed := [name for name, value in wanted.items() if getattr(row, name) != value]:
            now = ", ".join(f"{name} '{getattr(row, name)}'" for name in changed)
            told.append(
                _tell(verdict, "note", "accepted-row-changed", f"row {row.row_id} would now be read with {now}; kept as accepted")
            )
        _fill(row, wanted)
    for name, edit in verdict.edits.items():
        if (now := getattr(row, name)) not in (edit.old, edit.new) and verdict.verdict != "accept":
            message = f"row {row.row_id}: {name} was '{edit.old}' when it was edited and would now be '{now}'; kept as edited"
            told.append(_tell(verdict, "note", "edited-value-changed", message))
        _fill(row, written_by(edit))
    if verdict.edits:
        row.review_status = "edited"
    elif verdict.positive:
        row.review_status = "accepted"
    return told


def _fill(row: Any, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


# -- rows that are not there -----------------------------------------------------------------------------------------


def _alike(
    files: Files, free: Collection[str], away: Mapping[str, Verdict], snapshots: Mapping[str, Snapshot]
) -> dict[str, Likeness]:
    """For the rows that are away the rows of today most like them, of the same table and article, and free."""
    if not away:
        return {}
    lines = defaultdict(list)
    for line in files["evidence.csv"]:
        lines[line.row_id].append({name: getattr(line, name) for name in ("roles", "sentence")})
    old: dict[tuple[str, str], dict[str, Features]] = defaultdict(dict)
    for row_id, verdict in away.items():
        if snapshot := verdict.snapshot(snapshots):
            old[snapshot.table, snapshot.row.get("source_id", "")][row_id] = features(snapshot.evidence)
    new: dict[tuple[str, str], dict[str, Features]] = defaultdict(dict)
    for table, file in TABLE_FILES.items():
        for row in files[file]:
            if row.row_id in free and (table, row.source_id) in old:
                new[table, row.source_id][row.row_id] = features(lines[row.row_id])
    return {row_id: found for key in old for row_id, found in matches(old[key], new[key]).items()}


def _without_row(
    files: Files,
    old: str,
    verdict: Verdict,
    snapshots: Mapping[str, Snapshot],
    likeness: Likeness | None,
    inputs: Collection[str],
    told: list[Problem],
) -> str:
    """What becomes of decisions whose row is not there: the row comes back when a person wanted it, else they wait.

    Returns the kind of their fate, told as a problem; nothing for a row that a hand added.
    """
    nearest = f"most like it is row {likeness.row_id} ({likeness.share:.2f})" if likeness else "no row is like it"
    snapshot = verdict.snapshot(snapshots, "accept", "edit", "add")
    if verdict.last.source_id not in inputs and verdict.last.decision != "add":
        message = f"row {old}: its article is not among the inputs of this run; nothing is lost"
        told.append(_tell(verdict, "note", "decision-waits", message))
        return "waits"
    if snapshot is None or not (verdict.positive or verdict.conflicts):
        said = ", ".join(dict.fromkeys(one.decision for one in verdict.decisions))
        message = f"row {old} ({said}) is not found any more; {nearest}"
        told.append(_tell(verdict, "warning", "decision-orphaned", message))
        return "orphaned"
    row = TABLES[snapshot.table](**_known(snapshot.row, TABLES[snapshot.table]))
    row.row_id = old
    told += apply_to(row, verdict, snapshots)
    files[TABLE_FILES[snapshot.table]].append(row)
    present = {(line.evidence_id, line.row_id) for line in files["evidence.csv"]}
    own = [EvidenceRow(**_known(line, EvidenceRow) | {"row_id": old}) for line in snapshot.evidence]
    back = [line for line in own if (line.evidence_id, line.row_id) not in present]
    files["evidence.csv"] += back
    _count(files["articles.csv"], row.source_id)
    if verdict.last.decision == "add":
        return ""
    told.append(_tell(verdict, "warning", "decided-row-kept", f"row {old} is not found any more and kept as it was; {nearest}"))
    return "kept"


def _known(values: Mapping[str, str], row_class: type) -> dict[str, str]:
    return {name: values[name] for name in header(row_class) if name in values}


def _count(articles: Iterable[Any], source: str) -> None:
    """One more row of an article in articles.csv."""
    for article in articles:
        if article.id == source:
            article.n_rows = str(int(article.n_rows or 0) + 1)
            if article.status == "no_evidence":
                article.status, article.reason = "rows", ""


def _order(files: Files) -> None:
    """Rows and evidence that came back stand with those of their article."""
    place = {article.id: number for number, article in enumerate(files["articles.csv"])}
    for name in REVIEWED:
        files[name].sort(key=lambda line: place.get(line.source_id, len(place)))


# -- lines of evidence -----------------------------------------------------------------------------------------------


def _evidence_today(files: Files, found: Standing, snapshots: Mapping[str, Snapshot]) -> dict[str, str]:
    """The readings that were decided on: their evidence_id when decided -> that of today; one may stand behind several rows."""
    if not found.evidence:
        return {}
    present = {line.evidence_id for line in files["evidence.csv"]}
    today = {old: old for old in found.evidence if old in present}
    away = {old: verdict for old, verdict in found.evidence.items() if old not in present}
    if away:
        by_key: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for line in files["evidence.csv"]:
            by_key[evidence_key(dataclasses.asdict(line))].add(line.evidence_id)
        for old, verdict in away.items():
            snapshot = verdict.snapshot(snapshots)
            was = next((line for line in snapshot.evidence if line["evidence_id"] == old), None) if snapshot else None
            same = by_key.get(evidence_key(was), set()) if was else set()
            if len(same) == 1:
                today[old] = next(iter(same))
    return today


def _mark_evidence(files: Files, found: Standing, snapshots: Mapping[str, Snapshot], told: list[Problem]) -> dict[str, str]:
    """Writes into evidence.csv what was decided of its lines; returns their id when decided -> their id today."""
    today = _evidence_today(files, found, snapshots)
    lines = defaultdict(list)
    for line in files["evidence.csv"]:
        lines[line.evidence_id].append(line)
    for old, verdict in found.evidence.items():
        if old not in today:
            message = (
                f"evidence {old} ({verdict.last.decision}) is not found any more: its sentence is read otherwise or not at all"
            )
            told.append(_tell(verdict, "warning", "decision-orphaned", message))
            continue
        if verdict.conflicts:
            told.append(_tell(verdict, "warning", "decision-conflict", f"evidence {today[old]}: {'; '.join(verdict.conflicts)}"))
        for line in lines[today[old]]:
            mark(line, verdict)
    return today


def mark(line: Any, verdict: Verdict) -> None:
    """Writes into a line of evidence what was decided of it."""
    line.decision = verdict.verdict
    line.reviewer = SEPARATOR.join(dict.fromkeys(one.reviewer for one in verdict.decisions))
    line.reviewed_at = verdict.last.decided_at
    line.note = SEPARATOR.join(verdict.conflicts or [one.note for one in verdict.decisions if one.note])


def _tell(verdict: Verdict, severity: Any, code: str, message: str) -> Problem:
    last: Decision = verdict.last
    who = ", ".join(dict.fromkeys(one.reviewer for one in verdict.decisions))
    return Problem(last.source_id, "decisions", severity, code, _PLACE, f"{message} (decided by {who})")


def account(found: Standing, problems: Sequence[ProblemRow]) -> dict[str, int]:
    """How many rows and lines of evidence were decided on, and what came of them by the problems of a run, by kind."""
    verdicts = [*found.rows.values(), *found.evidence.values()]
    counts = {"decided": len(verdicts), "conflicts": sum(bool(one.conflicts) for one in verdicts)}
    codes = {"moved": "decision-moved", "kept": "decided-row-kept", "orphaned": "decision-orphaned", "waiting": "decision-waits"}
    return counts | {name: sum(problem.code == code for problem in problems) for name, code in codes.items()}
