"""Parquet and SQLite opened by their own readers."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import parquet

import exportable as made
from mitotransfer import handover
from mitotransfer.errors import InputError
from mitotransfer.export.tables import short_name
from mitotransfer.files import read_records
from mitotransfer.rows import FILES, EvidenceRow, SecretionRow, header


@pytest.fixture
def database(exported: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(exported / "sqlite" / "mitotransfer.db")) as found:
        yield found


def test_every_table_is_a_parquet_file_with_all_lines(exported: Path) -> None:
    for name, row_class in FILES.items():
        table = parquet.read_table(exported / "parquet" / name.replace(".csv", ".parquet"))
        assert table.column_names == header(row_class)
        assert table.num_rows == len(made.files()[name])


def test_parquet_has_real_types(exported: Path) -> None:
    (row, other, *_) = parquet.read_table(exported / "parquet" / "table1_secretion.parquet").to_pylist()
    assert row["cell_type"] == ["astrocyte", "=cmd|'x'!A1"]  # no apostrophe: Parquet runs no formula
    assert row["cell_type_ids"] == ["cell:astrocyte", None]
    assert row["recipient_cell"] == ['neuron, "pyramidal"\nlayer|5']
    assert row["evidence_ids"] == ["e1", "e2", "e3"]
    assert (row["negated"], other["negated"], row["confidence"]) == (False, True, 0.9)
    assert row["reference"] == "Muster & Söhne_β, 2024"
    assert (row["mechanism"], row["study_pmid"]) == ([], None)


def test_parquet_keeps_dates_that_are_no_days(exported: Path) -> None:
    (row,) = parquet.read_table(exported / "parquet" / "table3_trials.parquet").to_pylist()
    assert row["start"] == "~2024-05"


def test_roles_are_read_one_by_one_and_what_is_no_role_is_kept(out: Path) -> None:
    tables = made.files()
    tables["evidence.csv"][0].roles = "donor=astrocytes<cell:astrocyte>; effect=ATP<outcome:atp:increase> in neurons; x=by hand"
    made.write(out, tables=tables)
    handover.export(out, ["parquet"])
    line = parquet.read_table(out / "export" / "parquet" / "evidence.parquet").to_pylist()[0]
    assert line["roles"] == [
        {"name": "donor", "surface": "astrocytes", "ident": "cell:astrocyte", "target": ""},
        {"name": "effect", "surface": "ATP", "ident": "outcome:atp:increase", "target": "neurons"},
        {"name": "", "surface": "x=by hand", "ident": "", "target": ""},
    ]


def test_parquet_describes_its_columns(exported: Path) -> None:
    schema = parquet.read_schema(exported / "parquet" / "table1_secretion.parquet")
    for field in dataclasses.fields(SecretionRow):
        assert schema.field(field.name).metadata[b"description"].decode() == field.metadata["description"]
    assert schema.metadata[b"description"].startswith(b"Table 1")


def test_pandas_reads_parquet_as_it_reads_the_csv(exported: Path) -> None:
    frame = pd.read_parquet(exported / "parquet" / "evidence.parquet")
    assert frame["start"].dtype == "int64"
    assert frame["hedged"].tolist() == [False, False, True, False, False, False, False]
    records = read_records(exported.parent / "evidence.csv")
    assert frame["evidence_id"].tolist() == [line["evidence_id"] for line in records]


def test_sentences_that_may_not_be_passed_on_are_null(exported: Path, database: sqlite3.Connection) -> None:
    frame = pd.read_parquet(exported / "parquet" / "evidence.parquet")
    assert frame[frame["sentence"].isna()]["source_id"].tolist() == ["PMC2"]
    assert database.execute("SELECT source_id FROM evidence WHERE sentence IS NULL").fetchall() == [("PMC2",)]


def test_the_database_is_whole_and_its_keys_hold(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    counts = {name: database.execute(f"SELECT count(*) FROM {short_name(name)}").fetchone()[0] for name in FILES}
    assert counts == {name: len(lines) for name, lines in made.files().items()} | {"evidence.csv": 6}  # e1 has two rows
    assert database.execute("SELECT count(*) FROM row_evidence").fetchone() == (7,)


def test_types_of_the_database(database: sqlite3.Connection) -> None:
    row = database.execute(
        "SELECT negated, typeof(confidence), cell_type, mechanism FROM secretion WHERE row_id = 'r2'"
    ).fetchone()
    assert row == (1, "real", "astrocyte", None)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE secretion SET negated = 2")
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO secretion (row_id) VALUES ('r1')")


def test_values_are_linked_with_their_ids(database: sqlite3.Connection) -> None:
    values = database.execute(
        "SELECT role, position, value, ident, direction FROM row_values WHERE row_id = 'r1' ORDER BY rowid"
    ).fetchall()
    assert values == [
        ("donor", 1, "astrocyte", "cell:astrocyte", None),
        ("donor", 2, "=cmd|'x'!A1", None, None),
        ("recipient", 1, 'neuron, "pyramidal"\nlayer|5', "cell:neuron", None),
        ("effect", 1, "ATP production ↑", "outcome:atp_production:increase", "increase"),
        ("effect", 2, "infarct size ↓", "outcome:infarct_size:decrease", "decrease"),
        ("effect", 3, "\N{DNA DOUBLE HELIX} repair =", "outcome:-:none", "none"),
        ("reference", 1, "Muster & Söhne_β, 2024", None, None),
    ]
    roles = database.execute("SELECT role, surface, ident FROM evidence_roles WHERE evidence_id = 'e1'").fetchall()
    assert roles == [("donor", "astrocytes", "cell:astrocyte"), ("recipient", "neurons", "cell:neuron")]


def test_decisions_stand_with_the_row_they_are_about(database: sqlite3.Connection) -> None:
    links = database.execute("SELECT row_id, decision, reviewer FROM row_evidence WHERE evidence_id = 'e1'").fetchall()
    assert links == [("r1", None, None), ("r3", "reject", "AB")]


def test_a_key_to_the_articles_is_there_only_where_it_holds(database: sqlite3.Connection) -> None:
    parents = {
        table: {line[2] for line in database.execute(f"PRAGMA foreign_key_list({table})")} for table in ("secretion", "trials")
    }
    assert parents == {"secretion": {"rows", "articles"}, "trials": {"rows"}}  # the trial comes from the registry alone


def test_full_text_search_finds_sentences_by_their_stems(database: sqlite3.Connection) -> None:
    search = "SELECT evidence_id FROM evidence_fts JOIN evidence e ON e.rowid = evidence_fts.rowid WHERE evidence_fts MATCH ?"
    assert database.execute(search, ["releasing"]).fetchall() == [("e1",)]
    assert database.execute(search, ["cafe AND nanotube"]).fetchall() == [("e4",)]


def test_links_to_nothing_are_told(out: Path) -> None:
    tables = made.files()
    tables["table1_secretion.csv"][0].evidence_ids = "e1; e99"
    tables["evidence.csv"][2].row_id = "r99"
    tables["evidence.csv"].append(tables["evidence.csv"][0])
    made.write(out, tables=tables)
    said: list[str] = []
    handover.export(out, ["sqlite"], tell=said.append)
    assert "  18 lines = 16 written + 2 left out (1 there twice, 1 of no row in the tables)" in said
    assert "  1 evidence_ids of rows have no line in evidence.csv" in said


def test_lines_of_one_event_that_say_different_things_are_told(out: Path) -> None:
    tables = made.files()
    tables["evidence.csv"][1].sentence = "Changed by hand."
    made.write(out, tables=tables)
    said: list[str] = []
    handover.export(out, ["sqlite"], tell=said.append)
    assert "  of 1 lines of evidence.csv an earlier one with the same evidence_id says something else: that one is kept" in said


def test_rows_of_one_id_are_refused(out: Path) -> None:
    tables = made.files()
    tables["table1_secretion.csv"][1].row_id = "r1"
    made.write(out, tables=tables)
    with pytest.raises(InputError, match=r"a row_id of the three tables is empty or there twice .*: r1"):
        handover.export(out, ["sqlite"])


def test_metadata_describes_every_table_and_column(exported: Path, database: sqlite3.Connection) -> None:
    about = json.loads((exported / "sqlite" / "metadata.json").read_text(encoding="utf-8"))["databases"]["mitotransfer"]["tables"]
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(about) == {name for name in names if not name.startswith("evidence_fts")}
    for name, table in about.items():
        columns = {line[1] for line in database.execute(f"PRAGMA table_info({name})")}
        assert set(table["columns"]) <= columns
        assert set(table["columns"]) >= columns - {"decision", "reviewer", "reviewed_at", "note"}
    fields = {field.name: field.metadata["description"] for field in dataclasses.fields(EvidenceRow)}
    assert about["evidence"]["columns"]["rule_id"] == fields["rule_id"]


def test_datasette_serves_the_database(exported: Path, tmp_path: Path) -> None:
    datasette = shutil.which("datasette", path=str(Path(sys.executable).parent))
    if datasette is None:
        pytest.skip("datasette is not installed")
    folder = exported / "sqlite"
    shutil.copy(folder / "mitotransfer.db", tmp_path)
    inspected = subprocess.run(
        [datasette, "inspect", "mitotransfer.db"], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert json.loads(inspected.stdout)["mitotransfer"]["tables"]["secretion"] == {"count": 4}
    page = "/mitotransfer/evidence.json?_search=releasing&_shape=array"
    asked = [datasette, "mitotransfer.db", "--metadata", str(folder / "metadata.json"), "--get", page]
    found = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=True, text=True)
    assert [line["evidence_id"] for line in json.loads(found.stdout)] == ["e1"]
