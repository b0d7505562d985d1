"""All rows with what stands of the decisions on them, kept up to date with the log."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mitotransfer.decisions import (
    Decision,
    Desk,
    Fate,
    Snapshot,
    Standing,
    Verdict,
    apply,
    apply_to,
    mark,
    rejected_evidence,
    standing,
)
from mitotransfer.review.curation.dropped import drop_rejected
from mitotransfer.review.curation.proposals import ARTICLES, Files, read_proposals, stamp, unmark
from mitotransfer.rows import EVIDENCE, TABLE_FILES, TABLES, role_columns

_IDS = ("row_id", "source_id", "study_pmcid", "study_pmid", "study_doi")
SHOWN = {table: [text for text, _ in role_columns(row).values() if text] for table, row in TABLES.items()}


@dataclass(slots=True)
class Entry:
    """A row: as it was proposed (None where it comes from decisions alone), as it stands, and why.

    `key`: the id under which the log knows it, another than today's where it moved; `dropped`: column -> values whose evidence
    was rejected; `text`: all that is searched; `version`: that of the catalogue when the row last changed.
    """

    table: str
    base: Any | None
    row: Any
    lines: list[Any]
    key: str
    fate: Fate | None = None
    verdict: Verdict | None = None
    dropped: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    version: int = 0

    @property
    def ident(self) -> str:
        """The id of the row today."""
        return str(self.row.row_id)


class Catalogue:
    """The rows of an output directory by id, in the order of the tables. Whoever uses it calls `refresh` first, one at a time.

    `version` grows with every change that is found, `whole` is that at which all rows were read anew.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.version = 0
        self.whole = 0
        self.entries: dict[str, Entry] = {}
        self.loose: dict[str, tuple[Fate, Verdict]] = {}
        self.loose_evidence: dict[str, Verdict] = {}
        self.titles: dict[str, str] = {}
        self.decisions: tuple[Decision, ...] = ()
        self.evidence: dict[str, Verdict] = {}
        self._stamp = stamp(desk.out)
        self._files: Files = read_proposals(desk)
        self._of_key: dict[str, list[Decision]] = {}
        self._of_evidence: dict[str, list[Decision]] = {}
        self._about: dict[str, tuple[set[str], set[str]]] = {}
        self._shared: dict[str, list[str]] = {}
        self._by_key: dict[str, Entry] = {}
        self._evidence_now: dict[str, str] = {}
        self._evidence_key: dict[str, str] = {}
        self._build(desk.log.read())

    def refresh(self) -> None:
        """Takes in what was decided or written since."""
        if (now := stamp(self.desk.out)) != self._stamp:
            self._files, self._stamp = read_proposals(self.desk), now
            self._build(self.desk.log.read())
            return
        decisions = self.desk.log.read()
        if decisions is self.decisions:
            return
        known = len(self.decisions)
        if decisions[:known] != self.decisions:  # edited by hand
            self._build(decisions)
        elif len(decisions) > known:
            self._take_in(decisions, decisions[known:])

    def snapshots(self) -> Mapping[str, Snapshot]:
        """The rows as they were when decided, by key."""
        return self.desk.snapshots.read()

    def of_key(self, key: str) -> Sequence[Decision]:
        """All decisions on the row that the log knows by this id, the withdrawn ones too."""
        return self._of_key.get(key, ())

    def last(self, key: str) -> str:
        """The id of the last decision on a row, by which the log tells whether a reviewer has seen it."""
        return next((one.decision_id for one in reversed(self._of_key.get(key, [])) if one.row_id == key), "")

    def evidence_key(self, line: Any) -> str:
        """The id under which the log knows a line of evidence."""
        return self._evidence_key.get(line.evidence_id, str(line.evidence_id))

    def verdict_on(self, line: Any) -> Verdict | None:
        """What stands of the decisions on a line of evidence."""
        return self.evidence.get(self.evidence_key(line))

    def at_key(self, key: str) -> Entry | None:
        """The row that the log knows by this id."""
        return self._by_key.get(key)

    def changed(self, since: int) -> list[str]:
        """The rows that have changed since a version."""
        return [] if since >= self.version else [one.ident for one in self.entries.values() if one.version > since]

    # -- all anew ----------------------------------------------------------------------------------------------------

    def _build(self, decisions: tuple[Decision, ...]) -> None:
        self.version += 1
        self.whole = self.version
        self.decisions, self._of_key, self._of_evidence, self._about = decisions, {}, {}, {}
        self._index(decisions)
        found, snapshots = standing(decisions, self.snapshots()), self.snapshots()
        unmark(self._files[EVIDENCE])
        files: Files = {name: list(rows) for name, rows in self._files.items()}
        bases = {row.row_id: row for file in TABLE_FILES.values() for row in files[file]}
        files |= {file: [copy.copy(row) for row in files[file]] for file in TABLE_FILES.values()}
        files[ARTICLES] = [copy.copy(row) for row in files[ARTICLES]]  # rows that come back are counted there
        dropped = _drop(files, rejected_evidence(files, found, snapshots))
        applied = apply(files, found, snapshots)
        self.titles = {article.id: article.title for article in files[ARTICLES]}
        self._settle(files, found, applied.moved, applied.evidence, applied.fates)
        for entry in self.entries.values():
            entry.base = bases.get(entry.ident)
            entry.dropped = dropped.get(entry.ident, {})

    def _settle(
        self, files: Files, found: Standing, moved: Mapping[str, str], evidence: Mapping[str, str], fates: Mapping[str, Fate]
    ) -> None:
        keys = {new: old for old, new in moved.items()}
        self._evidence_now = dict(evidence)
        self._evidence_key = {new: old for old, new in evidence.items()}
        self.evidence = found.evidence
        lines, rows = defaultdict(list), defaultdict(list)
        for line in files[EVIDENCE]:
            lines[line.row_id].append(line)
            rows[line.evidence_id].append(line.row_id)
        self._shared = {ident: found for ident, found in rows.items() if len(found) > 1}
        self.entries = {}
        for table, file in TABLE_FILES.items():
            for row in files[file]:
                key = keys.get(row.row_id, row.row_id)
                entry = Entry(table, None, row, lines[row.row_id], key, fates.get(key), found.rows.get(key), version=self.version)
                entry.text = _text(entry)
                self.entries[row.row_id] = entry
        self._by_key = {entry.key: entry for entry in self.entries.values()}
        self.loose = {key: (fate, found.rows[key]) for key, fate in fates.items() if fate.kind in ("waits", "orphaned")}
        present = {line.evidence_id for line in files[EVIDENCE]} | evidence.keys()
        self.loose_evidence = {ident: verdict for ident, verdict in found.evidence.items() if ident not in present}

    def _index(self, decisions: Iterable[Decision]) -> tuple[set[str], set[str]]:
        """Files decisions under the rows and lines of evidence they are about, an undo under those of what it withdraws.

        Returns the rows and lines, by the ids that the log knows.
        """
        rows: set[str] = set()
        lines: set[str] = set()
        for one in decisions:
            about = [self._about[ident] for ident in one.replaced if ident in self._about]
            keys = {one.row_id}.union(*(found for found, _ in about)) - {""}
            evidence = {one.evidence_id}.union(*(found for _, found in about)) - {""}
            self._about[one.decision_id] = (keys, evidence)
            for key in keys:
                self._of_key.setdefault(key, []).append(one)
            for ident in evidence:
                self._of_evidence.setdefault(ident, []).append(one)
            rows |= keys
            lines |= evidence
        return rows, lines

    # -- what is new -------------------------------------------------------------------------------------------------

    def _take_in(self, decisions: tuple[Decision, ...], new: Sequence[Decision]) -> None:
        keys, lines = self._index(new)
        today = [self._evidence_now.get(ident, ident) for ident in lines]
        entries = [self._by_key.get(key) for key in keys]
        entries += [self.entries.get(row) for ident in today for row in self._shared.get(ident, ())]
        present = {line.evidence_id for entry in entries if entry for line in entry.lines}
        # a row may come, go or come back, a line of evidence be one that is not there
        if any(entry is None or entry.base is None for entry in entries) or not present.issuperset(today):
            self._build(decisions)
            return
        self.decisions = decisions
        self.version += 1
        snapshots = self.snapshots()
        for ident in lines:
            found = standing(self._of_evidence[ident], snapshots).evidence
            self.evidence.pop(ident, None)
            self.evidence |= {one: verdict for one, verdict in found.items() if one == ident}
        for entry in {entry.ident: entry for entry in entries if entry}.values():
            self._update(entry, snapshots)

    def _update(self, entry: Entry, snapshots: Mapping[str, Snapshot]) -> None:
        entry.row = copy.copy(entry.base)
        unmark(entry.lines)
        verdicts = {line.evidence_id: verdict for line in entry.lines if (verdict := self.verdict_on(line))}
        for line in entry.lines:
            if line.evidence_id in verdicts:
                mark(line, verdicts[line.evidence_id])
        rejected = {ident for ident, verdict in verdicts.items() if verdict.verdict == "reject"}
        entry.dropped = drop_rejected(entry.table, entry.row, entry.lines, rejected)
        entry.verdict = standing(self._of_key.get(entry.key, []), snapshots).rows.get(entry.key)
        if entry.verdict:
            apply_to(entry.row, entry.verdict, snapshots)
        entry.text, entry.version = _text(entry), self.version


def _drop(files: Files, rejected: frozenset[str]) -> dict[str, dict[str, list[str]]]:
    """Takes out of rows what only rejected evidence names: row -> column -> values."""
    if not rejected:
        return {}
    concerned = {line.row_id for line in files[EVIDENCE] if line.evidence_id in rejected}
    lines = defaultdict(list)
    for line in files[EVIDENCE]:
        if line.row_id in concerned:
            lines[line.row_id].append(line)
    return {
        row.row_id: drop_rejected(table, row, lines[row.row_id], rejected)
        for table, file in TABLE_FILES.items()
        for row in files[file]
        if row.row_id in concerned
    }


def _text(entry: Entry) -> str:
    """All that free text is looked for in."""
    values = [getattr(entry.row, name) for name in (*SHOWN[entry.table], *_IDS)]
    if entry.base is not None and entry.verdict:
        values += [getattr(entry.base, name) for name in SHOWN[entry.table]]
    return "\n".join([*filter(None, values), *(line.sentence for line in entry.lines)]).casefold()
