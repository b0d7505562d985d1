"""The scorer: how values and rows are matched, and that its figures are those of the reference scorer."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer.errors import ConfigError, InputError
from mitotransfer.evaluate.analysis import Finding, analyse
from mitotransfer.evaluate.gold import GoldDocument, GoldTrial, read_gold
from mitotransfer.evaluate.pairing import Judgement, judge, judge_run
from mitotransfer.evaluate.score import score
from mitotransfer.evaluate.similarity import Names, Value, read_names, similarity
from mitotransfer.files import table_lines, write_whole
from mitotransfer.rows import FILES, header

NAMES = Names(
    [
        {"id": "cell:stem_cell", "label": "stem cell", "synonyms": "", "parent": ""},
        {"id": "cell:msc", "label": "mesenchymal stem cell", "synonyms": "MSC|marrow stromal cell", "parent": "cell:stem_cell"},
        {"id": "cell:bmsc", "label": "bone marrow MSC", "synonyms": "BMSC", "parent": "cell:msc"},
        {"id": "cell:rare", "label": "rare BMSC", "synonyms": "", "parent": "cell:bmsc"},
        {"id": "outcome:atp", "label": "ATP production", "synonyms": "ATP level", "parent": ""},
        {"id": "", "label": "not an entry", "synonyms": "", "parent": ""},
    ]
)
SECRETION: dict[str, Any] = {
    "table": "secretion",
    "donor_cell": ["MSC"],
    "donor_species": ["human"],
    "condition": [],
    "secreted_form": [],
    "mechanism": ["tunneling nanotube"],
    "recipient_cell": ["macrophage"],
    "effects": [{"outcome": "ATP level", "direction": "increase", "target": "macrophage"}],
    "labels": [],
    "negated": False,
    "location": "a key that is not scored",
}
ROW = {
    "source_id": "PMC1",
    "cell_type": "mesenchymal stem cells",
    "cell_type_ids": "cell:msc",
    "species": "human",
    "mechanism": "tunneling nanotube",
    "mechanism_ids": "-",
    "recipient_cell": "macrophage",
    "biological_effect": "↑ ATP",
    "effect_ids": "outcome:atp:increase",
    "negated": "false",
}


def documents(*rows: dict[str, Any]) -> list[GoldDocument]:
    return [
        msgspec.convert({"id": "a", "pmcid": "PMC1", "doi": None, "rows": rows}, GoldDocument),
        msgspec.convert({"id": "nothing", "pmcid": None, "doi": "10.1/x", "rows": []}, GoldDocument),
    ]


def judged(*rows: dict[str, str]) -> Judgement:
    return judge({"secretion": rows}, documents(SECRETION), NAMES)


def unpaired(judgement: Judgement) -> list[Finding]:
    return [finding for finding in analyse(judgement, {}) if finding.kind != "paired"]


@pytest.mark.parametrize(
    ("ident", "text", "expected"),
    [
        ("cell:msc", "", 1.0),
        ("cell:stem_cell", "", 0.5),  # one step up; the word "stem" alone is not half of two
        ("cell:bmsc", "", 0.5),  # one step down
        ("cell:rare", "", 0.5),  # two steps down
        ("", "mesenchymal stem cells", 1.0),  # same content words
        ("", "mesenchymal stem-like cell", 0.5),
        ("-", "neuron", 0.0),
        ("", "", 0.0),
    ],
)
def test_value_against_mesenchymal_stem_cell(ident: str, text: str, expected: float) -> None:
    assert similarity("mesenchymal stem cell", Value(ident, text), ("cell",), NAMES) == expected


def test_three_steps_are_not_near() -> None:
    far = Names([{"id": f"cell:{n}", "label": f"kind{n}", "parent": f"cell:{n + 1}"} for n in range(4)])
    assert similarity("kind3", Value("cell:1"), ("cell",), far) == 0.5
    assert similarity("kind3", Value("cell:0"), ("cell",), far) == 0.0


@pytest.mark.parametrize(("direction", "expected"), [("increase", 1.0), ("decrease", 0.0), ("change", 0.5), ("", 1.0)])
def test_direction_of_an_effect(direction: str, expected: float) -> None:
    gold = documents(SECRETION)[0].rows[0]
    assert not isinstance(gold, GoldTrial)
    assert similarity(gold.effects[0], Value("outcome:atp", "", direction), ("outcome",), NAMES) == expected


@pytest.mark.parametrize("name", ["MSCs", "autologous MSC", "Marrow-stromal cell"])
def test_names_are_found_in_their_forms(name: str) -> None:
    assert NAMES.find(name, ("cell",)) == {"cell:msc"}
    assert NAMES.find(name, ("tissue",)) == set()


def test_equal_row_is_perfect() -> None:
    report = score(judged(ROW))
    assert report.rows_micro.f1 == report.fields_micro.f1 == 1.0
    assert report.tables["secretion"].polarity_accuracy == 1.0
    assert all(finding.clean for finding in analyse(judged(ROW), {}))
    assert report.metrics() == dict.fromkeys(
        ["all.rows", "all.fields"]
        + [f"secretion.{f}" for f in ("rows", "donor_cell", "donor_species", "mechanism", "recipient_cell", "effects", "fields")],
        1.0,
    )


def test_missed_false_unknown_and_distractor_rows_are_counted_and_named() -> None:
    other = {"cell_type": "neuron", "cell_type_ids": "cell:neuron", "recipient_cell": "glia"}
    rows = [other | {"source_id": "a"}, other | {"source_id": "10.1/x"}, other | {"source_id": "PMC999"}]
    judgement = judged(*rows)
    report = score(judgement)
    assert (report.rows_micro.gold, report.rows_micro.predicted, report.rows_micro.f1) == (1, 2, 0.0)
    assert (report.false_rows_in_distractors, report.rows_of_unknown_source) == (1, 1)
    found = unpaired(judgement)
    assert [(f.kind, f.document) for f in found] == [("missed", "a"), ("false", "a"), ("false", "nothing")]
    assert found[0].gold["donor_cell"] == "MSC"
    assert found[1].given == {"donor_cell": "neuron", "recipient_cell": "glia"}


def test_wrong_polarity_is_seen_in_a_paired_row() -> None:
    report = score(judged(ROW | {"negated": "true"}))
    assert report.tables["secretion"].polarity_accuracy == 0.0
    assert report.rows_micro.f1 == 1.0


def test_pairing_is_best_first() -> None:
    """A worse row that comes first must not take the gold row of a better one."""
    poor = {"source_id": "PMC1", "cell_type": "MSC", "cell_type_ids": "cell:msc"}
    assert [(f.kind, f.given) for f in unpaired(judged(poor, ROW))] == [("false", {"donor_cell": "MSC"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "x", "rows": [{"table": "secretion", "donor_cells": []}]}', "missing required field"),
        ('{"id": "x", "rows": [{"table": "secretions"}]}', "secretions"),
        ('{"id": "x", "rows": [', "not a gold document"),
        ('{"id": 7, "rows": []}', r"\$.id"),
    ],
)
def test_bad_gold_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ConfigError, match=message) as caught:
        read_gold(tmp_path)
    assert "x.json" in str(caught.value)


def test_gold_needs_documents_with_ids_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no gold documents"):
        read_gold(tmp_path)
    for name in "ab":
        (tmp_path / f"{name}.json").write_text('{"id": "same", "rows": []}')
    with pytest.raises(ConfigError, match=r"b\.json: a second document"):
        read_gold(tmp_path)


def test_vocabulary_is_needed_and_a_broken_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no vocabulary"):
        judge_run(tmp_path, documents(SECRETION), tmp_path)
    (tmp_path / "cell.tsv").write_text("id\tlabel\ncell:msc\tMSC\n")
    assert score(judge_run(tmp_path, documents(SECRETION), tmp_path)).rows_micro.predicted == 0  # missing tables are empty
    (tmp_path / "table1_secretion.csv").write_text("row_id,cell_type\n1\n")
    with pytest.raises(InputError, match=r"table1_secretion\.csv: line 2"):
        judge_run(tmp_path, documents(SECRETION), tmp_path)


# -- the same figures as the reference scorer ----------------------------------------------------------------------------

_COLUMNS = {  # gold field -> (display column, ids column); see the reference scorer
    "secretion": {
        "donor_cell": ("cell_type", "cell_type_ids"),
        "donor_species": ("species", "species_ids"),
        "condition": ("conditions", "condition_ids"),
        "secreted_form": ("secreted_form", "secreted_form_ids"),
        "mechanism": ("mechanism", "mechanism_ids"),
        "recipient_cell": ("recipient_cell", "recipient_cell_ids"),
        "effects": ("biological_effect", "effect_ids"),
        "labels": ("visualization_method", "label_ids"),
        "reference": ("reference", ""),
    },
    "transplantation": {
        "tissue": ("tissue", "tissue_ids"),
        "disease": ("disease_injury", "disease_ids"),
        "model_species": ("species", "species_ids"),
        "model_procedure": ("model_procedure", "procedure_ids"),
        "intervention": ("intervention", "agent_ids"),
        "route": ("route", "route_ids"),
        "mito_source": ("mitochondrial_source", "source_ids"),
        "target": ("mitochondrial_target", "target_ids"),
        "uptake_mechanism": ("uptake_mechanism", "uptake_ids"),
        "effects": ("effects", "effect_ids"),
        "reference": ("reference", ""),
    },
    "trials": {
        "nct": ("nct_number", ""),
        "conditions": ("conditions", "condition_ids"),
        "intervention": ("interventions", "agent_ids"),
        "location": ("location", ""),
        "donor": ("mitochondria_donor", "donor_ids"),
    },
}
_FILES = {"secretion": "table1_secretion.csv", "transplantation": "table2_transplantation.csv", "trials": "table3_trials.csv"}


def damaged_run(docs: list[dict[str, Any]], names: Names, out: Path, seed: int) -> None:
    """Tables made from gold rows: some lost, some doubled, values dropped, replaced, named by id, by a parent or by words."""
    chance = random.Random(seed)
    pool = [v for doc in docs for row in doc["rows"] for f in _COLUMNS[row["table"]] for v in _listed(row.get(f))]
    rows: dict[str, list[dict[str, str]]] = {table: [] for table in _COLUMNS}
    for doc in docs:
        for gold in [row for row in doc["rows"] if chance.random() > 0.15] or chance.choices(docs, k=1)[0]["rows"][:1]:
            row = {"source_id": chance.choice([doc["id"], doc["id"], doc.get("doi") or doc["id"], "elsewhere"])}
            row["negated"] = chance.choice(["false", "false", "true", ""])
            for field, (text, ids) in _COLUMNS[gold["table"]].items():
                values = [_damaged(v, pool, chance) for v in _listed(gold.get(field)) if chance.random() > 0.2]
                row[text] = "; ".join(_text(v) for v in values)
                if ids and chance.random() > 0.3:
                    row[ids] = "; ".join(_ident(v, names, chance) for v in values)
            rows[gold["table"]] += [row] * chance.choice([1, 1, 1, 2])
    for table, found in rows.items():
        columns = header(FILES[_FILES[table]])
        write_whole({out / _FILES[table]: table_lines(columns, ([row.get(c, "") for c in columns] for row in found))})


def _listed(value: Any) -> list[Any]:
    return [] if not value else [value] if isinstance(value, str) else list(value)


def _damaged(value: Any, pool: list[Any], chance: random.Random) -> Any:
    if chance.random() < 0.15:
        return chance.choice(pool)
    if isinstance(value, dict) and chance.random() < 0.3:
        return value | {"direction": chance.choice(["increase", "decrease", "change", "none"])}
    if isinstance(value, str) and chance.random() < 0.2:
        return " ".join(value.split()[:-1]) + " extra" if " " in value else value
    return value


def _text(value: Any) -> str:
    return value["outcome"] if isinstance(value, dict) else value


def _ident(value: Any, names: Names, chance: random.Random) -> str:
    categories = ("cell", "cell_line", "tissue", "disease", "condition", "mechanism", "outcome", "route")
    found = sorted(names.find(_text(value), categories))
    if not found:
        return "-"
    near = [ident for ident in names.labels if names.related(ident, found[0])]
    ident = chance.choice(near) if near and chance.random() < 0.3 else found[0]
    return f"{ident}:{value['direction']}" if isinstance(value, dict) and ident.startswith("outcome:") else ident


@pytest.mark.parametrize("folder", ["dev/docs", "dev/full/rows", "review/rows"])
def test_same_figures_as_the_reference_scorer(shared: Path, root: Path, tmp_path: Path, folder: str) -> None:
    spec = importlib.util.spec_from_file_location("reference_score", shared / "score" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    vocabulary = root / "configs" / "vocabulary"
    docs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((shared / folder).glob("*.json"))]
    for seed in range(2):
        damaged_run(docs, read_names(vocabulary), tmp_path, seed)
        expected = reference.score(tmp_path, docs, reference.Vocabulary(vocabulary), misses := [])
        judgement = judge_run(tmp_path, read_gold(shared / folder), vocabulary)
        report = score(judgement)
        assert (report.documents, report.false_rows_in_distractors, report.rows_of_unknown_source) == (
            expected["documents"],
            expected["false_rows_in_distractors"],
            expected["rows_of_unknown_source"],
        )
        assert sorted(line.split("\t")[:3] for line in misses) == sorted(
            [f.kind, f.table, f.document] for f in unpaired(judgement)
        )
        assert _values_of(analyse(judgement, {})) == {
            name: [sum(s.gold for s in table.fields.values()), sum(s.predicted for s in table.fields.values())]
            for name, table in report.tables.items()
        }
        for table, wanted in expected["tables"].items():
            found = report.tables[table]
            assert _figures(found.rows) | {"gold": found.rows.gold, "predicted": found.rows.predicted} == wanted["rows"]
            assert {name: _figures(s) | {"gold": s.gold} for name, s in found.fields.items()} == wanted["fields"]
            assert _figures(found.fields_micro) == wanted["fields_micro"]
            assert found.polarity_accuracy == wanted["polarity_accuracy"]
        assert _figures(report.fields_micro) == expected["fields_micro"]
        # the reference sums recalls it has rounded before
        assert _figures(report.rows_micro) == pytest.approx(expected["rows_micro"], abs=2e-4)
        assert 0.05 < report.rows_micro.f1 < 0.95  # the damage left something to disagree about


def _values_of(findings: list[Finding]) -> dict[str, list[int]]:
    """Values of the gold and of the run by table, counted from the findings."""
    counts = {table: [0, 0] for table in _COLUMNS}
    for found in findings:
        both = len(found.right) + len(found.partly)
        counts[found.table][0] += both + len(found.lost)
        counts[found.table][1] += both + len(found.extra)
    return counts


def _figures(score: Any) -> dict[str, float]:
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1}
