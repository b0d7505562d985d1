"""The folder to archive: RO-Crate, data package and citation, opened by their readers."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import frictionless
import pytest
import yaml
from rocrate.rocrate import ROCrate

import exportable as made
import small
from mitotransfer import __version__, handover
from mitotransfer.decisions import DECISIONS, Decision
from mitotransfer.errors import ConfigError
from mitotransfer.files import read_records, table_lines
from mitotransfer.rows import FILES, header


@pytest.fixture
def crate(exported: Path) -> ROCrate:
    return ROCrate(exported / "rocrate")


def validated(package: Path) -> list[list[Any]]:
    with frictionless.system.use_context(trusted=True):  # the temporary folder is an absolute path
        return [list(error) for error in frictionless.validate(str(package)).flatten(["type", "rowNumber", "fieldName"])]


def test_the_crate_describes_every_file_that_is_in_it(exported: Path, crate: ROCrate) -> None:
    described = {file.id for file in crate.data_entities}
    there = {path.name for path in (exported / "rocrate").iterdir()}
    assert described == there - {"ro-crate-metadata.json"}
    sizes = {file.id: int(file["contentSize"]) for file in crate.data_entities}
    assert sizes == {name: (exported / "rocrate" / name).stat().st_size for name in described}


def test_the_crate_is_of_version_1_1(exported: Path, crate: ROCrate) -> None:
    content = json.loads((exported / "rocrate" / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert content["@context"] == "https://w3id.org/ro/crate/1.1/context"
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.1"
    idents = [entity["@id"] for entity in content["@graph"]]
    assert len(idents) == len(set(idents))


def test_every_column_is_described(crate: ROCrate) -> None:
    file = crate.dereference("table1_secretion.csv")
    assert [column["name"] for column in file["variableMeasured"]] == header(FILES["table1_secretion.csv"])
    assert all(column["description"] for column in file["variableMeasured"])


def test_inputs_program_and_placeholders_are_named(crate: ROCrate) -> None:
    action = crate.dereference("#run")
    assert [article["identifier"] for article in action["object"]] == ["PMC1", "PMC2"]  # PMC3 has no rows
    assert action["instrument"]["version"] == __version__
    assert crate.root_dataset["license"]["name"] == "Licence to be chosen"


def test_what_its_makers_must_fill_in_is_told(out: Path) -> None:
    said: list[str] = []
    handover.export(out, ["rocrate"], tell=said.append)
    assert "  before you publish the crate, fill in its licence, its authors, the date of publication (--date)" in said
    handover.export(out, ["rocrate"], date="2026-02-03", tell=said.append)
    assert said[-1] == "  before you publish the crate, fill in its licence, its authors"
    assert ROCrate(out / "export" / "rocrate").root_dataset["datePublished"] == "2026-02-03"


def test_a_date_that_is_none_is_refused(out: Path) -> None:
    with pytest.raises(ConfigError, match="--date 3 May: not a date as 2026-01-31"):
        handover.export(out, ["rocrate"], date="3 May")


def test_the_citation_file_names_the_data_set(exported: Path) -> None:
    content = yaml.safe_load((exported / "rocrate" / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version": "1.2.0", "type": "dataset"}.items() <= content.items()
    assert {"message", "title", "authors"} <= content.keys()
    assert content["references"][0] == {
        "type": "software",
        "title": "mitotransfer",
        "version": __version__,
        "authors": [{"name": "mitotransfer contributors"}],
    }


@pytest.mark.filterwarnings("ignore")  # frictionless's own use of its libraries is not ours to mend
def test_frictionless_finds_nothing_wrong_in_the_crate(exported: Path) -> None:
    assert validated(exported / "rocrate" / "datapackage.json") == []


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_a_row_of_an_article_that_is_not_there(out: Path) -> None:
    handover.export(out, ["rocrate"])
    folder = out / "export" / "rocrate"
    path = folder / "table1_secretion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",PMC2,", ",PMC4,"), encoding="utf-8")
    assert [error[0] for error in validated(folder / "datapackage.json")] == ["foreign-key"]


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_nothing_wrong_in_a_real_run(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(small.secretion(), encoding="utf-8")
    small.run(tmp_path / "out", tmp_path / "a.xml")
    handover.export(tmp_path / "out", ["rocrate"])
    assert validated(tmp_path / "out" / "datapackage.json") == []
    assert validated(tmp_path / "out" / "export" / "rocrate" / "datapackage.json") == []


@pytest.mark.filterwarnings("ignore")
def test_the_log_of_decisions_is_part_of_the_crate(out: Path) -> None:
    about = {"table": "secretion", "row_id": "r1", "source_id": "PMC1"}
    decision = Decision("d1", decided_at="2026-01-31T12:00:00+00:00", reviewer="AB", decision="accept", **about)
    (out / DECISIONS).write_text("".join(table_lines(header(Decision), [dataclasses.astuple(decision)])), encoding="utf-8")
    handover.export(out, ["rocrate"])
    folder = out / "export" / "rocrate"
    assert read_records(folder / DECISIONS) == read_records(out / DECISIONS)
    assert ROCrate(folder).dereference(DECISIONS)["name"] == "Decisions of reviewers"
    assert validated(folder / "datapackage.json") == []


def test_tables_of_the_crate_are_those_of_the_run_but_for_what_may_not_leave(exported: Path) -> None:
    for name in FILES:
        given, kept = read_records(exported.parent / name), read_records(exported / "rocrate" / name)
        if name == "evidence.csv":
            given = [{**line, "sentence": "" if line["source_id"] == "PMC2" else line["sentence"]} for line in given]
        assert kept == given
    assert "'=1+1" in (exported / "rocrate" / "problems.csv").read_text(encoding="utf-8")  # no formula
    assert made.SENTENCE in (exported / "rocrate" / "evidence.csv").read_text(encoding="utf-8")
