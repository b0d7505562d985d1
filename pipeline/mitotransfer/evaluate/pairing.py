"""Which row of a run stands for which gold row: the rows of one document, paired best first.

A pair needs a row similarity of 0.3, the weighted mean over the fields that the gold row states. Unpaired gold rows are misses,
unpaired rows of the run are false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

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
from mitotransfer.rows import SEPARATOR, TABLE_FILES, Record

ROW_FLOOR = 0.3
_VALUE_FLOOR = 0.01
GoldValues = Sequence[str | Effect]


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
TABLES: dict[str, Table] = {
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


class Pairing(NamedTuple):
    """One document in one table: its gold rows, the run's rows, what each states by field, how near each gold row is to each
    row, and the pairs as (gold, row)."""

    table: str
    document: str
    gold: Sequence[AnyGoldRow]
    rows: Sequence[Record]
    wanted: Sequence[Mapping[str, GoldValues]]
    given: Sequence[Mapping[str, Sequence[Value]]]
    nearness: Mapping[tuple[int, int], float]
    pairs: Sequence[tuple[int, int]]

    @property
    def false(self) -> list[int]:
        """Positions of the run's rows without a gold row."""
        return sorted(set(range(len(self.rows))) - {j for _, j in self.pairs})

    @property
    def fields(self) -> dict[str, Field]:
        """The fields that count: `reference` only where the gold has one, since only a review's rows cite another study."""
        cited = any(row["reference"] for row in self.wanted if "reference" in row)
        return {name: field for name, field in TABLES[self.table].fields.items() if name != "reference" or cited}

    def same_polarity(self, gold: int, row: int) -> bool:
        """Whether a gold row and a row of the run agree on being negated."""
        return self.gold[gold].negated == is_negated(self.rows[row])


class Judgement(NamedTuple):
    """A run held against gold documents: pairings by table, then document; how many rows are of no such document."""

    documents: Sequence[GoldDocument]
    pairings: Sequence[Pairing]
    rows_of_unknown_source: int
    names: Names


def judge_run(run: Path, documents: Sequence[GoldDocument], vocabulary: Path) -> Judgement:
    """Pairs the tables in `run` (a missing one counts as empty) with `documents`, values matched by `vocabulary/*.tsv`.

    A row belongs to the document whose id, PMCID or DOI is its source_id. Raises ConfigError for the vocabulary,
    InputError for a table that cannot be read.
    """
    tables = {name: read_records(path) if (path := run / file).exists() else [] for name, file in TABLE_FILES.items()}
    return judge(tables, documents, read_names(vocabulary))


def judge(tables: Mapping[str, Sequence[Record]], documents: Sequence[GoldDocument], names: Names) -> Judgement:
    """Pairs rows (by table name) with gold documents. Pure; see the module for the method."""
    owner = owners(documents)
    pairings: list[Pairing] = []
    unknown = 0
    for name, table in TABLES.items():
        rows: dict[str, list[Record]] = defaultdict(list)
        for row in tables.get(name, ()):
            rows[owner.get(row.get("source_id", "").strip(), "")].append(row)
        unknown += len(rows.pop("", ()))
        for doc in documents:
            gold = [row for row in doc.rows if isinstance(row, table.gold)]
            pairings.append(_paired(name, doc.id, gold, rows[doc.id], names))
    return Judgement(documents, pairings, unknown, names)


def owners(documents: Iterable[GoldDocument]) -> dict[str, str]:
    """What a run may call a document -> the document's id."""
    return {key: doc.id for doc in documents for key in (doc.id, doc.pmcid, doc.doi) if key}


def is_negated(row: Record) -> bool:
    """Whether a row of a run is a claimed absence."""
    return row.get("negated", "").strip().lower() == "true"


def matches(
    wanted: GoldValues, given: Sequence[Value], categories: Collection[str], names: Names
) -> list[tuple[float, int, int]]:
    """The values of a field paired best first, as (similarity, position in `wanted`, position in `given`)."""
    grid = [(similarity(w, g, categories, names), i, j) for i, w in enumerate(wanted) for j, g in enumerate(given)]
    score_of = {(i, j): score for score, i, j in grid}
    return [(score_of[pair], *pair) for pair in _pair(grid, _VALUE_FLOOR)]


def value_of(ident: str, text: str) -> Value:
    """A value by the id of an ids column and its displayed text; the id of an effect carries the direction."""
    if not ident.startswith("outcome:"):
        return Value(ident, text)
    outcome, _, direction = ident.rpartition(":")
    return Value(outcome, text, direction)


def _paired(table: str, document: str, gold: Sequence[AnyGoldRow], rows: Sequence[Record], names: Names) -> Pairing:
    fields = TABLES[table].fields
    wanted = [{name: gold_values(row, name) for name in fields} for row in gold]
    given = [{name: _values(row, field) for name, field in fields.items()} for row in rows]
    grid = [(_row_similarity(w, g, fields, names), i, j) for i, w in enumerate(wanted) for j, g in enumerate(given)]
    nearness = {(i, j): score for score, i, j in grid}
    return Pairing(table, document, gold, rows, wanted, given, nearness, _pair(grid, ROW_FLOOR))


def _values(row: Record, field: Field) -> list[Value]:
    """The values of a cell with their ids where there is one for each, else the ids alone, else the texts alone."""
    idents, texts = _split(row.get(field.ids, "")), _split(row.get(field.text, ""))
    if len(idents) == len(texts):
        return [value_of(ident, text) for ident, text in zip(idents, texts, strict=True)]
    return [value_of(ident, "") for ident in idents] if idents else [Value(text=text) for text in texts]


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR.strip()) if part.strip()]


def _row_similarity(
    wanted: Mapping[str, GoldValues], given: Mapping[str, Sequence[Value]], fields: Mapping[str, Field], names: Names
) -> float:
    """Weighted mean over the stated fields of the Dice coefficient of their values."""
    total = weights = 0.0
    for name, field in fields.items():
        if not wanted[name]:
            continue
        if given[name]:
            matched = sum(score for score, _, _ in matches(wanted[name], given[name], field.categories, names))
            total += field.weight * (2 * matched / (len(wanted[name]) + len(given[name])))
        weights += field.weight
    return total / weights if weights else 0.0


def _pair(grid: Iterable[tuple[float, int, int]], floor: float) -> list[tuple[int, int]]:
    """Pairs of (score, i, j), each i and j once, highest score first, ties by position; none below `floor`."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in sorted(grid, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if score >= floor and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return list(pairs.items())
