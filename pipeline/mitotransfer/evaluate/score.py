"""Precision, recall and F1 of a run's tables against gold documents.

Row scores count the pairs of `pairing`; field scores count every value of every row, whether the row is paired or not.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mitotransfer.evaluate.analysis import Finding
from mitotransfer.evaluate.folds import Folds, in_folds
from mitotransfer.evaluate.pairing import TABLES, Judgement
from mitotransfer.evaluate.reliability import Reliability, reliability
from mitotransfer.evaluate.tally import Score, TableReport, tally


class Report(msgspec.Struct, frozen=True):
    """Everything measured; `folds` only where asked for."""

    documents: int
    tables: dict[str, TableReport]
    rows_micro: Score
    fields_micro: Score
    false_rows_in_distractors: int
    rows_of_unknown_source: int
    reliability: Reliability = Reliability()
    folds: Folds | None = None

    @property
    def gold_rows(self) -> int:
        """How many rows the gold holds."""
        return self.rows_micro.gold

    def metrics(self) -> dict[str, float]:
        """F1 by name (`secretion.rows`, `secretion.donor_cell`, `all.rows`, …) where the gold has anything to find."""
        found = {"all.rows": self.rows_micro, "all.fields": self.fields_micro}
        for name, table in self.tables.items():
            scores = {"rows": table.rows, **table.fields, "fields": table.fields_micro}
            found |= {f"{name}.{field}": score for field, score in scores.items()}
        return {name: score.f1 for name, score in found.items() if score.gold}

    def summary(self) -> str:
        """The measures as lines of text: a table, its rows, its fields; confidence; folds."""
        lines = [f"{self.documents} documents, {self.gold_rows} gold rows"]
        for name, table in self.tables.items():
            lines.append(f"{name:16} rows {table.rows}; fields {table.fields_micro}; polarity {table.polarity_accuracy}")
            lines += [f"    {field:17} {score}" for field, score in table.fields.items() if score.gold or score.predicted]
        lines.append(f"{'all':16} rows {self.rows_micro}; fields {self.fields_micro}")
        lines.append(f"false rows in documents with nothing: {self.false_rows_in_distractors}")
        lines.append(f"rows of unknown source: {self.rows_of_unknown_source}")
        lines += self.reliability.lines()
        lines += self.folds.lines() if self.folds else ()
        return "\n".join(lines)


def score(judgement: Judgement, findings: Sequence[Finding] = (), *, folds: int | None = None) -> Report:
    """The scores of a judged run; of `folds` parts of the documents, too, where asked. Pure.

    `findings` are those of `analyse`, by which the reliability of confidence is told.
    Raises ConfigError for more folds than documents, InputError for a confidence that is no number from 0 to 1.
    """
    pairings, names = judgement.pairings, judgement.names
    distractors = {doc.id for doc in judgement.documents if not doc.rows}
    pooled = tally(pairings, names)
    return Report(
        documents=len(judgement.documents),
        tables={table: tally((p for p in pairings if p.table == table), names).report(table) for table in TABLES},
        rows_micro=pooled.row_score,
        fields_micro=pooled.field_score,
        false_rows_in_distractors=sum(len(p.rows) for p in pairings if p.document in distractors),
        rows_of_unknown_source=judgement.rows_of_unknown_source,
        reliability=reliability(findings),
        folds=in_folds(judgement, folds) if folds else None,
    )
