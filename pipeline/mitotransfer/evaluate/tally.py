"""Counts of rows and values, and the figures made of them: precision, recall, F1, polarity."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec

from mitotransfer.evaluate.pairing import TABLES, Pairing, matches
from mitotransfer.evaluate.similarity import Names


class Score(msgspec.Struct, frozen=True):
    """Precision, recall and F1 (four decimals), with what they are shares of: rows or values."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f} (P {self.precision:.3f} R {self.recall:.3f}, gold {self.gold}, found {self.predicted})"


class TableReport(msgspec.Struct, frozen=True):
    """Scores of one table: its rows, each field, all its fields together; polarity over the paired rows (None without any)."""

    rows: Score
    fields: dict[str, Score]
    fields_micro: Score
    polarity_accuracy: float | None


class Tally:
    """Counts over pairings that are added one by one; field counts are by gold name."""

    def __init__(self) -> None:
        self.pairs = self.gold_rows = self.rows = self.polarity_right = 0
        self.found: dict[str, float] = defaultdict(float)
        self.gold: Counter[str] = Counter()
        self.predicted: Counter[str] = Counter()

    def add(self, pairing: Pairing, names: Names) -> None:
        """Counts one document in one table."""
        self.pairs += len(pairing.pairs)
        self.gold_rows += len(pairing.gold)
        self.rows += len(pairing.rows)
        self.polarity_right += sum(pairing.same_polarity(i, j) for i, j in pairing.pairs)
        for name, field in pairing.fields.items():
            self.gold[name] += sum(len(row[name]) for row in pairing.wanted)
            self.predicted[name] += sum(len(row[name]) for row in pairing.given)
            for i, j in pairing.pairs:
                found = matches(pairing.wanted[i][name], pairing.given[j][name], field.categories, names)
                self.found[name] += sum(score for score, _, _ in found)

    @property
    def row_score(self) -> Score:
        """Rows: the pairs among the gold rows and the run's rows."""
        return _score(self.pairs, self.gold_rows, self.rows)

    @property
    def field_score(self) -> Score:
        """Values of all fields together."""
        return _score(sum(self.found.values()), self.gold.total(), self.predicted.total())

    @property
    def polarity(self) -> float | None:
        """Share of the pairs that agree on being negated; None without pairs."""
        return round(self.polarity_right / self.pairs, 4) if self.pairs else None

    def report(self, table: str) -> TableReport:
        """The scores of a table, when its pairings were added."""
        fields = {name: _score(self.found[name], self.gold[name], self.predicted[name]) for name in TABLES[table].fields}
        return TableReport(self.row_score, fields, self.field_score, self.polarity)


def tally(pairings: Iterable[Pairing], names: Names) -> Tally:
    """The counts of all `pairings` together."""
    counted = Tally()
    for pairing in pairings:
        counted.add(pairing, names)
    return counted


def _score(found: float, gold: int, predicted: int) -> Score:
    precision = found / predicted if predicted else 0.0
    recall = found / gold if gold else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return Score(round(precision, 4), round(recall, 4), round(f1, 4), gold, predicted)
