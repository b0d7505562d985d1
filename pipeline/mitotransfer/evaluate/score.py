"""Precision, recall and F1 of a run's tables against gold documents.

The rows of one document are paired best first; a pair needs a row similarity of 0.3, the weighted mean over the fields that the
gold row states. Unpaired gold rows are misses, unpaired rows of the run are false. Field scores count every value of every row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from mitotransfer.evaluate.gold import (
    AnyGoldRow,
    Effect,
    GoldDocument,
    GoldSecretion,
    GoldTransplantation,
    GoldTrial,
    gold_values,
)
from mitotransfer.evaluate.similarity import Names, Value, read_names, similarity
from mitotransfer.files import read_records
from mitotransfer.rows import SEPARATOR, TABLE_FILES

_ROW_FLOOR = 0.3
_VALUE_FLOOR = 0.01
Record = Mapping[str, str]


class Field(NamedTuple):
    """Where a gold field stands in a run's table, the vocabulary categories of its values and its weight in a row."""

    text: str
    ids: str
    categories: tuple[str, ...]
    weight: int


class Table(NamedTuple):
    """One table: the type of its gold rows and its fields by their gold name."""

    gold: type[AnyGoldRow]
    fields: Mapping[str, Field]


_CELLS = ("cell", "cell_line", "tissue")
_TABLES: dict[str, Table] = {
    "secretion": Table(
        GoldSecretion,
        {
            "donor_cell": Field("cell_type", "cell_type_ids", _CELLS, 3),
            "donor_species": Field("species", "species_ids", ("species",), 1),
            "condition": Field("conditions", "condition_ids", ("condition", "model_procedure", "disease"), 1),
            "secreted_form": Field("secreted_form", "secreted_form_ids", ("secreted_form",), 2),
            "mechanism": Field("mechanism", "mechanism_ids", ("mechanism", "uptake"), 2),
            "recipient_cell": Field("recipient_cell", "recipient_cell_ids", _CELLS, 3),
            "effects": Field("biological_effect", "effect_ids", ("outcome",), 2),
            "labels": Field("visualization_method", "label_ids", ("label",), 1),
            "reference": Field("reference", "", (), 6),
        },
    ),
    "transplantation": Table(
        GoldTransplantation,
        {
            "tissue": Field("tissue", "tissue_ids", ("tissue",), 2),
            "disease": Field("disease_injury", "disease_ids", ("disease", "condition", "model_procedure"), 2),
            "model_species": Field("species", "species_ids", ("species",), 1),
            "model_procedure": Field("model_procedure", "procedure_ids", ("model_procedure", "condition", "disease"), 1),
            "intervention": Field("intervention", "agent_ids", ("agent", "cell", "secreted_form"), 2),
            "route": Field("route", "route_ids", ("route",), 2),
            "mito_source": Field("mitochondrial_source", "source_ids", (*_CELLS, "agent"), 3),
            "target": Field("mitochondrial_target", "target_ids", _CELLS, 1),
            "uptake_mechanism": Field("uptake_mechanism", "uptake_ids", ("uptake", "mechanism"), 1),
            "effects": Field("effects", "effect_ids", ("outcome",), 2),
            "reference": Field("reference", "", (), 6),
        },
    ),
    "trials": Table(
        GoldTrial,
        {
            "nct": Field("nct_number", "", (), 5),
            "conditions": Field("conditions", "condition_ids", ("disease", "condition"), 2),
            "intervention": Field("interventions", "agent_ids", ("agent", "route"), 1),
            "location": Field("location", "", (), 1),
            "donor": Field("mitochondria_donor", "donor_ids", ("cell", "tissue", "agent"), 1),
        },
    ),
}


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


class Miss(msgspec.Struct, frozen=True):
    """A gold row that was missed or a row of the run that is false, with the values it states."""

    kind: str
    table: str
    document: str
    values: dict[str, str]

    def __str__(self) -> str:
        return "\t".join([self.kind, self.table, self.document, *(f"{field}={text}" for field, text in self.values.items())])


class Report(msgspec.Struct, frozen=True):
    """Everything measured; `misses` names every missed and every false row."""

    documents: int
    tables: dict[str, TableReport]
    rows_micro: Score
    fields_micro: Score
    false_rows_in_distractors: int
    rows_of_unknown_source: int
    misses: tuple[Miss, ...] = ()

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
        """The measures as lines of text: a table, its rows, its fields."""
        lines = [f"{self.documents} documents, {self.gold_rows} gold rows"]
        for name, table in self.tables.items():
            lines.append(f"{name:16} rows {table.rows}; fields {table.fields_micro}; polarity {table.polarity_accuracy}")
            lines += [f"    {field:17} {score}" for field, score in table.fields.items() if score.gold or score.predicted]
        lines.append(f"{'all':16} rows {self.rows_micro}; fields {self.fields_micro}")
        lines.append(f"false rows in documents with nothing: {self.false_rows_in_distractors}")
        lines.append(f"rows of unknown source: {self.rows_of_unknown_source}")
        return "\n".join(lines)


class _Tally:
    """Counts of one table while its documents are gone through; field counts are by gold name."""

    def __init__(self) -> None:
        self.pairs = self.gold_rows = self.rows = self.polarity_right = 0
        self.found: dict[str, float] = defaultdict(float)
        self.gold: Counter[str] = Counter()
        self.predicted: Counter[str] = Counter()

    def report(self, fields: Iterable[str]) -> TableReport:
        return TableReport(
            rows=_score(self.pairs, self.gold_rows, self.rows),
            fields={name: _score(self.found[name], self.gold[name], self.predicted[name]) for name in fields},
            fields_micro=_score(sum(self.found.values()), self.gold.total(), self.predicted.total()),
            polarity_accuracy=round(self.polarity_right / self.pairs, 4) if self.pairs else None,
        )


def score_run(run: Path, documents: Sequence[GoldDocument], vocabulary: Path) -> Report:
    """Scores the tables in `run` (a missing one counts as empty) against `documents`, values matched by `vocabulary/*.tsv`.

    A row belongs to the document whose id, PMCID or DOI is its source_id. Raises ConfigError for the vocabulary,
    InputError for a table that cannot be read.
    """
    tables = {name: read_records(path) if (path := run / file).exists() else [] for name, file in TABLE_FILES.items()}
    return score(tables, documents, read_names(vocabulary))


def score(tables: Mapping[str, Sequence[Record]], documents: Sequence[GoldDocument], names: Names) -> Report:
    """Scores rows (by table name) against gold documents. Pure; see the module for the method."""
    owner = {key: doc.id for doc in documents for key in (doc.id, doc.pmcid, doc.doi) if key}
    distractors = {doc.id for doc in documents if not doc.rows}
    tallies: dict[str, _Tally] = {}
    misses: list[Miss] = []
    unknown = false_rows = 0
    for name, table in _TABLES.items():
        rows: dict[str, list[Record]] = defaultdict(list)
        for row in tables.get(name, ()):
            rows[owner.get(row.get("source_id", "").strip(), "")].append(row)
        unknown += len(rows.pop("", ()))
        false_rows += sum(len(rows[ident]) for ident in distractors)
        tally = tallies[name] = _Tally()
        for doc in documents:
            gold = [row for row in doc.rows if isinstance(row, table.gold)]
            misses += _add_document(tally, name, doc.id, gold, rows[doc.id], names)
    every = tallies.values()
    return Report(
        documents=len(documents),
        tables={name: tally.report(_TABLES[name].fields) for name, tally in tallies.items()},
        rows_micro=_score(sum(t.pairs for t in every), sum(t.gold_rows for t in every), sum(t.rows for t in every)),
        fields_micro=_score(
            sum(sum(t.found.values()) for t in every), sum(t.gold.total() for t in every), sum(t.predicted.total() for t in every)
        ),
        false_rows_in_distractors=false_rows,
        rows_of_unknown_source=unknown,
        misses=tuple(misses),
    )


def _add_document(
    tally: _Tally, table: str, document: str, gold: Sequence[AnyGoldRow], rows: Sequence[Record], names: Names
) -> list[Miss]:
    """Pairs the rows of one document, adds them to `tally` and returns what stayed unpaired."""
    fields = _TABLES[table].fields
    wanted = [{name: gold_values(row, name) for name in fields} for row in gold]
    given = [{name: _values(row, field) for name, field in fields.items()} for row in rows]
    grid = [(_row_similarity(w, g, fields, names), i, j) for i, w in enumerate(wanted) for j, g in enumerate(given)]
    pairs = _pair(grid, _ROW_FLOOR)
    tally.pairs += len(pairs)
    tally.gold_rows += len(gold)
    tally.rows += len(rows)
    for name, field in fields.items():
        if name == "reference" and not any(row[name] for row in wanted):
            continue  # only a review's rows cite another study
        tally.gold[name] += sum(len(row[name]) for row in wanted)
        tally.predicted[name] += sum(len(row[name]) for row in given)
        for i, j in pairs:
            tally.found[name] += _field_match(wanted[i][name], given[j][name], field.categories, names)
    tally.polarity_right += sum(gold[i].negated == (rows[j].get("negated", "").strip().lower() == "true") for i, j in pairs)
    missed = sorted(set(range(len(gold))) - {i for i, _ in pairs})
    false = sorted(set(range(len(rows))) - {j for _, j in pairs})
    return [Miss("missed", table, document, _stated(wanted[i])) for i in missed] + [
        Miss("false", table, document, {name: text for name, field in fields.items() if (text := rows[j].get(field.text, ""))})
        for j in false
    ]


def _values(row: Record, field: Field) -> list[Value]:
    """The values of a cell with their ids where there is one for each, else the ids alone, else the texts alone."""
    idents, texts = _split(row.get(field.ids, "")), _split(row.get(field.text, ""))
    if len(idents) == len(texts):
        return [_value(ident, text) for ident, text in zip(idents, texts, strict=True)]
    return [_value(ident, "") for ident in idents] if idents else [Value(text=text) for text in texts]


def _value(ident: str, text: str) -> Value:
    if not ident.startswith("outcome:"):
        return Value(ident, text)
    outcome, _, direction = ident.rpartition(":")
    return Value(outcome, text, direction)


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR.strip()) if part.strip()]


def _row_similarity(
    wanted: Mapping[str, Sequence[str | Effect]], given: Mapping[str, Sequence[Value]], fields: Mapping[str, Field], names: Names
) -> float:
    """Weighted mean over the stated fields of the Dice coefficient of their values."""
    total = weights = 0.0
    for name, field in fields.items():
        if not wanted[name]:
            continue
        if given[name]:
            matched = _field_match(wanted[name], given[name], field.categories, names)
            total += field.weight * (2 * matched / (len(wanted[name]) + len(given[name])))
        weights += field.weight
    return total / weights if weights else 0.0


def _field_match(wanted: Sequence[str | Effect], given: Sequence[Value], categories: Collection[str], names: Names) -> float:
    """Sum of the similarities of the values, paired best first."""
    grid = [(similarity(w, g, categories, names), i, j) for i, w in enumerate(wanted) for j, g in enumerate(given)]
    score_of = {(i, j): score for score, i, j in grid}
    return sum(score_of[pair] for pair in _pair(grid, _VALUE_FLOOR))


def _pair(grid: Iterable[tuple[float, int, int]], floor: float) -> list[tuple[int, int]]:
    """Pairs of (score, i, j), each i and j once, highest score first, ties by position; none below `floor`."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in sorted(grid, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if score >= floor and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return list(pairs.items())


def _score(found: float, gold: int, predicted: int) -> Score:
    precision = found / predicted if predicted else 0.0
    recall = found / gold if gold else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return Score(round(precision, 4), round(recall, 4), round(f1, 4), gold, predicted)


def _stated(wanted: Mapping[str, Sequence[str | Effect]]) -> dict[str, str]:
    return {
        name: SEPARATOR.join(f"{v.outcome} ({v.direction})" if isinstance(v, Effect) else v for v in values)
        for name, values in wanted.items()
        if values
    }
