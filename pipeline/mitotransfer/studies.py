"""Which rows count, and which study each is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mitotransfer.rows import Record

STUDY_IDS = ("study_doi", "study_pmid", "study_pmcid")
Key = tuple[str, str]


def is_kept(row: Record) -> bool:
    """Whether no reviewer rejected a row."""
    return row["review_status"] != "rejected"


def is_finding(row: Record) -> bool:
    """Whether a row says that something happens: not rejected, no claimed absence."""
    return is_kept(row) and row.get("negated") != "true"


def is_own(row: Record) -> bool:
    """Whether a row is about the study of the very article that was read."""
    ids = [row[name] for name in STUDY_IDS]
    return row["source_id"] in ids or not any((*ids, row.get("reference")))


def year_of(row: Record, years: Mapping[str, str]) -> str:
    """The year of a row's study: that of its reference, else that of the article itself where it reports its own; else empty."""
    if found := re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", row.get("reference", "")):
        return str(found[-1])
    return years.get(row["source_id"], "") if is_own(row) else ""


class Studies:
    """Tells studies apart by DOI, PMID or PMCID, else by what was read and how it is cited there.

    Two rows without a common id are about one study when a third names the ids of both.
    """

    def __init__(self, rows: Iterable[Record] = ()) -> None:
        self._same: dict[Key, Key] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Record) -> None:
        """Takes note of the ids that a row names together."""
        first, *others = _keys(row)
        for key in others:
            self._same[self._root(key)] = self._root(first)

    def of(self, row: Record) -> Key:
        """What rows of one study have in common, and no others."""
        return self._root(_keys(row)[0])

    def _root(self, key: Key) -> Key:
        while (known := self._same.get(key, key)) != key:
            key = known
        return key


def _keys(row: Record) -> list[Key]:
    ids = [(name, row[name].lower()) for name in STUDY_IDS if row[name]]
    return ids or [(row["source_id"], row.get("reference", ""))]
