"""What a hand changed in the tables of a run, as decisions: so that a spreadsheet program is a way to review, too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mitotransfer.decisions.model import Decision, editable, ids_column, role_of
from mitotransfer.decisions.sheets import Sheet, read_sheet, same, truth
from mitotransfer.decisions.snapshots import Snapshot
from mitotransfer.decisions.written import Written
from mitotransfer.errors import ConfigError, Problem
from mitotransfer.rows import EVIDENCE, REVIEW_STATES, REVIEWED, TABLE_FILES, TABLES, Records
from mitotransfer.terms import Terms, paired

_VERDICTS = {"accepted": "accept", "rejected": "reject", "edited": "accept"}
_WORDS = {"accept": "accept", "accepted": "accept", "ok": "accept", "reject": "reject", "rejected": "reject", "": ""}


class Taken(NamedTuple):
    """Decisions found in a file, the rows they are about as they were written, and what could not be taken."""

    drafts: list[Decision]
    snapshots: list[Snapshot]
    problems: list[Problem]


class Baseline(NamedTuple):
    """What the run wrote: rows by id with their table, and lines of evidence by their id and that of the row, and by row."""

    rows: dict[str, tuple[str, dict[str, str]]]
    lines: dict[tuple[str, str], dict[str, str]]
    of_row: Mapping[str, Records]

    @classmethod
    def of(cls, tables: Mapping[str, Records], evidence: Records) -> Baseline:
        """From the records of each table and of evidence.csv."""
        rows = {record["row_id"]: (table, record) for table, records in tables.items() for record in records}
        of_row: dict[str, Records] = {}
        for line in evidence:
            of_row.setdefault(line["row_id"], []).append(line)
        return cls(rows, {(line["evidence_id"], line["row_id"]): line for line in evidence}, of_row)

    def snapshot(self, row_id: str, changed: Mapping[str, str] | None = None) -> Snapshot:
        """A row as it was written, with what was changed in it, and its evidence."""
        table, record = self.rows[row_id]
        return Snapshot(table, {**record, **(changed or {})}, tuple(self.of_row.get(row_id, ())))


def hand_edited(out: Path, written: Written) -> list[Path]:
    """The tables in `out` that are not as the run wrote them; none where no run has left word of what it wrote."""
    paths = (out / name for name in REVIEWED)
    return [path for path in paths if path.exists() and not written.is_own(path) and written.versions(path.name)]


def take_up(path: Path, written: Written, reviewer: str, terms: Terms, *, in_place: bool = True) -> Taken:
    """The decisions in a file that was edited by hand: one of the tables, or evidence.csv, known by its columns.

    `reviewer`: who decided where the file does not say so. A changed cell of a table is a correction; in a file that is not the
    run's own (`in_place` false: an older copy, say) only where the row's review_status says edited. Raises ConfigError when the
    file is none of these or cannot be read.
    """
    sheet = read_sheet(path)
    name = _kind(path, sheet)
    versions = {file: written.versions(file) for file in REVIEWED}
    nearest = {file: _nearest(sheet, found) if file == name else found[-1] for file, found in versions.items() if found}
    tables = {table: nearest.get(file, []) for table, file in TABLE_FILES.items()}
    known = Baseline.of(tables, nearest.get(EVIDENCE, []))
    taken = Taken([], [], [])
    if name == EVIDENCE:
        _from_evidence(path, sheet, known, reviewer, taken)
    else:
        table = next(table for table, file in TABLE_FILES.items() if file == name)
        _Rows(path, sheet, table, known, reviewer, terms, taken).read(in_place=in_place)
    return taken


def _kind(path: Path, sheet: Sheet) -> str:
    if "evidence_id" in sheet.columns and "sentence" in sheet.columns:
        return EVIDENCE
    if "row_id" in sheet.columns:
        shared = set.intersection(*(set(editable(table)) for table in TABLES))
        own = {table: set(editable(table)) - shared for table in TABLES}
        best = max(own, key=lambda table: len(own[table].intersection(sheet.columns)))
        if own[best].intersection(sheet.columns):
            return TABLE_FILES[best]
    raise ConfigError(f"{path}: neither one of the tables nor {EVIDENCE}: there is no column row_id or evidence_id with theirs")


def _nearest(sheet: Sheet, versions: Sequence[Records]) -> Records:
    """Of what was written the version that differs in the fewest cells."""
    if len(versions) == 1:
        return versions[0]
    cells = {tuple(sorted(record.items())) for _, record in sheet.records}
    return max(versions, key=lambda records: sum(tuple(sorted(record.items())) in cells for record in records))


class _Rows:
    """Reads one table."""

    def __init__(self, path: Path, sheet: Sheet, table: str, known: Baseline, reviewer: str, terms: Terms, taken: Taken) -> None:
        self.path, self.sheet, self.table, self.known = path, sheet, table, known
        self.reviewer, self.terms, self.taken = reviewer, terms, taken
        self.columns = [name for name in editable(table) if name in sheet.columns]

    def read(self, *, in_place: bool) -> None:
        """Takes up each line; lines that are missing are no decision, but told."""
        seen: set[str] = set()
        for number, record in self.sheet.records:
            row_id = record["row_id"].strip()
            if row_id in seen:
                self._tell(number, "row-twice", f"row {row_id} stands there twice; the first line counts")
            elif self._table(row_id) == self.table:
                self._line(number, row_id, record, in_place=in_place)
            elif other := self._table(row_id):
                self._tell(number, "unknown-row", f"row {row_id} is one of {TABLE_FILES[other]}; nothing of this line is taken")
            elif row_id:
                self._tell(number, "unknown-row", f"row {row_id} was not written by the last run; nothing of this line is taken")
            else:
                self._added(number, record)
            seen.add(row_id or f"line {number}")
        missing = [row_id for row_id, (table, _) in self.known.rows.items() if table == self.table and row_id not in seen]
        if missing and in_place:
            some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            message = f"{len(missing)} rows were taken out of the file ({some}): they are kept; to reject one, set review_status"
            self._tell(0, "rows-missing", message)

    def _table(self, row_id: str) -> str:
        """The table a row was written to; empty where there is no such row."""
        return self.known.rows[row_id][0] if row_id in self.known.rows else ""

    def _line(self, number: int, row_id: str, record: dict[str, str], *, in_place: bool) -> None:
        was = self.known.rows[row_id][1]
        state = record.get("review_status", was["review_status"]).strip().casefold()
        if state not in REVIEW_STATES:
            self._tell(number, "bad-state", f"review_status '{state}'; allowed: {', '.join(REVIEW_STATES)}")
            state = was["review_status"]
        changed = {
            name: value
            for name in self.columns
            if not same(was[name], value := self._value(name, record[name]), self.sheet.encoding)
        }
        if changed and not in_place and state != "edited":
            message = f"row {row_id}: {', '.join(changed)} differ; not taken, since review_status is not 'edited'"
            self._tell(number, "not-taken", message)
            changed = {}
        self._edits(row_id, was, changed)
        if state != was["review_status"] and state in _VERDICTS and not (state == "edited" and changed):
            snapshot = self.known.snapshot(row_id, changed)
            self.taken.snapshots.append(snapshot)
            self._draft(_VERDICTS[state], row_id, was, snapshot=snapshot.key)
        elif state == "proposed" and was["review_status"] in _VERDICTS:
            self._draft("undo", row_id, was)  # what it withdraws is filled in from the log

    def _edits(self, row_id: str, was: Mapping[str, str], changed: Mapping[str, str]) -> None:
        if not changed:
            return
        snapshot = self.known.snapshot(row_id, changed)
        self.taken.snapshots.append(snapshot)
        for name, value in changed.items():
            ids, shown_ids = ids_column(self.table, name), ""
            if ids and ids not in changed:
                settled = paired(was[name], was[ids])
                shown_ids = self.terms.ids(role_of(self.table, name), value, settled)
            self._draft("edit", row_id, was, field=name, old=was[name], new=value, new_ids=shown_ids, snapshot=snapshot.key)

    def _value(self, name: str, cell: str) -> str:
        if name in ("negated", "hedged"):
            return truth(cell) or cell
        return " ".join(cell.split())

    def _added(self, number: int, record: Mapping[str, str]) -> None:
        values = {name: self._value(name, record[name]) for name in self.columns if record[name].strip()}
        if not values:
            return
        for name in list(values):
            ids = ids_column(self.table, name)
            if ids and not values.get(ids):
                values[ids] = self.terms.ids(role_of(self.table, name), values[name])
        if not record.get("source_id", "").strip():
            self._tell(number, "row-without-source", "a row added by hand must name its article in source_id; it is not taken")
            return
        settled = {"source_id": record["source_id"].strip(), "source": "curator", "negated": "false", "hedged": "false"}
        snapshot = Snapshot(self.table, {**settled, **values, "retracted": "false"})
        row_id = "r" + snapshot.key[1:]
        self.taken.snapshots.append(snapshot)
        self._draft("add", row_id, {**snapshot.row, "reference": values.get("reference", "")}, snapshot=snapshot.key)

    def _draft(self, decision: str, row_id: str, was: Mapping[str, str], **more: str) -> None:
        about = {"source_id": was["source_id"], "reference": was.get("reference", "")}
        self.taken.drafts.append(
            Decision(reviewer=self.reviewer, decision=decision, table=self.table, row_id=row_id, **about, **more)
        )

    def _tell(self, number: int, code: str, message: str) -> None:
        place = f"{self.path.name}, line {number}" if number else self.path.name
        self.taken.problems.append(Problem("", "decisions", "warning", code, place, message))


def _from_evidence(path: Path, sheet: Sheet, known: Baseline, reviewer: str, taken: Taken) -> None:
    for number, record in sheet.records:
        was = known.lines.get((record["evidence_id"].strip(), record.get("row_id", "").strip()))
        said = {name: " ".join(record.get(name, "").split()) for name in ("decision", "reviewer", "reviewed_at", "note")}
        if was is None:
            if said["decision"]:
                message = f"evidence {record['evidence_id']} was not written by the last run; its decision is not taken"
                taken.problems.append(_told(path, number, "unknown-evidence", message))
            continue
        if all(same(was[name], value, sheet.encoding) for name, value in said.items() if name in ("decision", "note")):
            continue
        word = _WORDS.get(said["decision"].casefold())
        if word is None or was["row_id"] not in known.rows:
            message = f"decision '{said['decision']}' on evidence {record['evidence_id']}; allowed: accept, reject"
            taken.problems.append(_told(path, number, "bad-state", message))
            continue
        table, row = known.rows[was["row_id"]]
        snapshot = Snapshot(table, {}, (was,))
        taken.snapshots.append(snapshot)
        changed = not same(was["decision"], said["decision"])
        kind = (word or "undo") if changed else "note"
        when = said["reviewed_at"] if said["reviewed_at"] != was["reviewed_at"] else ""
        taken.drafts.append(
            Decision(
                decided_at=when,
                reviewer=said["reviewer"] or reviewer,
                decision=kind,
                table=table,
                row_id=was["row_id"],
                evidence_id=was["evidence_id"],
                note=said["note"],
                source_id=was["source_id"],
                reference=row.get("reference", ""),
                snapshot=snapshot.key,
            )
        )


def _told(path: Path, number: int, code: str, message: str) -> Problem:
    return Problem("", "decisions", "warning", code, f"{path.name}, line {number}", message)


def fitted(drafts: Iterable[Decision], log: Sequence[Decision]) -> Iterator[Decision]:
    """Drafts as they can be added to a log: an undo names what it withdraws, and what the person said already is left out."""
    for draft in drafts:
        mine = [one for one in log if one.thing == draft.thing and one.reviewer == draft.reviewer]
        if draft.decision == "undo":
            gone = {ident for one in log for ident in one.replaced}
            verdicts = [one for one in log if one.thing == draft.thing and one.decision in ("accept", "reject")]
            if wanted := [one.decision_id for one in verdicts if one.decision_id not in gone]:
                yield dataclasses.replace(draft, replaces="; ".join(wanted))
        elif not (mine and _said(mine[-1]) == _said(draft)) and not (
            draft.decision == "edit" and any(_said(one) == _said(draft) for one in mine)
        ):
            yield draft


def _said(one: Decision) -> tuple[str, ...]:
    return (one.decision, one.field, one.new, one.note)
