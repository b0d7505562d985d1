"""The data package must describe the tables as they are written: Frictionless checks that."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from mitotransfer.rows import FILES, ArticleRow, EvidenceRow, ProblemRow, SecretionRow, TransplantationRow, TrialRow, header
from mitotransfer.tabulate.datapackage import datapackage
from tabled import write_tables

EXAMPLE: dict[str, list[Any]] = {
    "table1_secretion.csv": [
        SecretionRow(
            row_id="s1",
            cell_type='MSC, "stromal"\nneuron',
            cell_type_ids="-; cell:neuron",
            biological_effect="= oxidative stress",
            negated="false",
            hedged="true",
            confidence="0.75",
            source="both",
            review_status="proposed",
        ),
        SecretionRow(row_id="s2"),
    ],
    "table2_transplantation.csv": [TransplantationRow(row_id="t1", dose="-80 °C, 10⁷", source="prose")],
    "table3_trials.csv": [TrialRow(row_id="r1", start="~2024-05", nct_number="NCT00000001", source="table")],
    "evidence.csv": [EvidenceRow(evidence_id="e1", row_id="s1", start="0", end="12", negated="true", confidence="1")],
    "articles.csv": [ArticleRow(id="PMC1", retracted="false", status="rows", n_rows="3"), ArticleRow(id="PMC2", status="failed")],
    "problems.csv": [],
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_tables(tmp_path, EXAMPLE)
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps(datapackage(list(EXAMPLE), "1.2.3")), encoding="utf-8")
    return path


def validated(package: Path) -> list[list[Any]]:
    frictionless = pytest.importorskip("frictionless")
    with frictionless.system.use_context(trusted=True):  # the temporary folder is an absolute path
        report = frictionless.validate(str(package))
    return [list(error) for error in report.flatten(["type", "rowNumber", "fieldName", "message"])]


@pytest.mark.filterwarnings("ignore")  # frictionless's own use of its libraries is not ours to mend
def test_frictionless_finds_nothing_wrong(package: Path) -> None:
    assert validated(package) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("file", "old", "new", "kind"),
    [
        ("table1_secretion.csv", ",both,", ",somewhere,", "constraint-error"),
        ("table1_secretion.csv", ",0.75,", ",sure,", "type-error"),
        ("table1_secretion.csv", "s2,", "s1,", "primary-key"),
        ("articles.csv", "PMC2,", ",", "primary-key"),
        ("evidence.csv", ",true,", ",yes,", "type-error"),
        ("problems.csv", "severity", "gravity", "incorrect-label"),
    ],
)
def test_frictionless_finds_damage(package: Path, file: str, old: str, new: str, kind: str) -> None:
    path = package.parent / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert kind in {error[0] for error in validated(package)}


def test_every_column_is_described_in_order() -> None:
    resources = {resource["path"]: resource["schema"]["fields"] for resource in datapackage(list(FILES), "1")["resources"]}
    assert list(resources) == list(FILES)
    for name, row_class in FILES.items():
        assert [field["name"] for field in resources[name]] == header(row_class)
        assert all(field["description"] for field in resources[name])


def test_keys_are_the_ids() -> None:
    keys = {r["path"]: r["schema"].get("primaryKey") for r in datapackage(list(FILES), "1")["resources"]}
    assert keys["table1_secretion.csv"] == ["row_id"]
    assert keys["evidence.csv"] == ["evidence_id", "row_id"]
    assert keys["articles.csv"] == ["id"]
    assert keys["problems.csv"] is None


def test_enums_are_those_of_the_columns() -> None:
    fields = {field["name"]: field for r in datapackage(["articles.csv"], "1")["resources"] for field in r["schema"]["fields"]}
    statuses = next(field.metadata["enum"] for field in dataclasses.fields(ArticleRow) if field.name == "status")
    assert fields["status"]["constraints"] == {"enum": list(statuses)}
    assert fields["retracted"]["trueValues"] == ["true"]


def test_only_named_tables_and_always_the_same() -> None:
    package = datapackage({"problems.csv", "metrics.json", "evidence.csv"}, "1.2.3")
    assert [resource["name"] for resource in package["resources"]] == ["evidence", "problems"]
    assert package["version"] == "1.2.3"
    assert json.dumps(package) == json.dumps(datapackage(["evidence.csv", "problems.csv"], "1.2.3"))


def test_descriptions_name_their_row_class() -> None:
    assert datapackage(["problems.csv"], "1")["resources"][0]["description"] == (ProblemRow.__doc__ or "").strip()
