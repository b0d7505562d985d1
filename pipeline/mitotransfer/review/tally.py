"""What is counted of a run's rows as they pass by: of a row nothing stays but what it adds to a number."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product

from mitotransfer.rows import MISSING_ID, TABLES, Record, role_columns
from mitotransfer.studies import Key, is_finding, is_kept
from mitotransfer.values import items, split

STEPS = 20  # of confidence from 0 to 1
# Two columns of a table whose values are counted together, and the column with effects.
PAIRS = {
    "secretion": (("cell_type", "recipient_cell"), ("cell_type", "mechanism")),
    "transplantation": (("tissue", "mitochondrial_source"),),
    "trials": (),
}
EFFECTS = {"secretion": "biological_effect", "transplantation": "effects"}
WITH_ID, WITHOUT_ID, NOT_STATED = "with a vocabulary id", "stated, without id", "not stated"


class Tally:
    """Counts over the rows of a table. Rejected rows and claimed absences are no findings.

    `states`: rows by what is said and decided of them. `pairs`: pairs of values of findings, by their columns; `filled`: findings
    that fill such columns, or one. `effects`: outcomes of findings, with what happens to them. `confidence`: rows that are not
    rejected, by steps; `coverage`: those by how a column is filled. `years`: studies of findings, with their year.
    """

    def __init__(self, name: str) -> None:
        self.states: Counter[str] = Counter()
        self.pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = {pair: Counter() for pair in PAIRS[name]}
        self.filled: Counter[tuple[str, ...]] = Counter()
        self.effects: Counter[tuple[str, str]] = Counter()
        self.confidence: Counter[int] = Counter()
        self.coverage: dict[str, Counter[str]] = {}
        self.years: dict[Key, str] = {}
        self._effect = EFFECTS.get(name, "")
        self._columns = [pair for pair in role_columns(TABLES[name]).values() if pair[0]]
        self.coverage = {text: Counter() for text, _ in self._columns}

    def add(self, row: Record, study: Key, year: str) -> None:
        """Counts a row, which is about this study of this year (empty: not known)."""
        status = row["review_status"]
        self.states["rows"] += 1
        self.states["reviewed"] += status in ("accepted", "edited")
        self.states["conflict"] += status == "conflict"
        if not is_kept(row):
            self.states["rejected"] += 1
            return
        self.states["negated"] += row.get("negated") == "true"
        self.states["hedged"] += row.get("hedged") == "true"
        if _is_number(row.get("confidence", "")):
            self.confidence[_step(row["confidence"])] += 1
        for text, ids in self._columns:
            self.coverage[text][_state(row, text, ids)] += 1
        if is_finding(row):
            self._add_finding(row)
            self.years[study] = year

    def _add_finding(self, row: Record) -> None:
        self.states["findings"] += 1
        for one, other in self.pairs:
            self.pairs[one, other].update(product(split(row[one]), split(row[other])))
            self.filled[other,] += bool(row[other])
            self.filled[one, other] += bool(row[one] and row[other])
        if self._effect:
            self.effects.update((item.text, item.meaning) for item in items(row[self._effect]) if item.meaning)
            self.filled[self._effect,] += bool(row[self._effect])


def _state(row: Record, text: str, ids: str) -> str:
    if not row[text]:
        return NOT_STATED
    found = split(row[ids]) if ids else []
    # an effect without an entry is outcome:-:increase
    known = found and not any(ident == MISSING_ID or f":{MISSING_ID}:" in ident for ident in found)
    return WITH_ID if known else WITHOUT_ID


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[01](\.\d+)?", text, re.ASCII) is not None


def _step(confidence: str) -> int:
    """The bin of a confidence; in hundredths, so that 0.15 is in the bin that starts with it."""
    return min(round(float(confidence) * 100) * STEPS // 100, STEPS - 1)
