"""The stage and the command: what is written where, what is told, and that nothing is lost without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import exportable as made
from mitotransfer import files, handover
from mitotransfer.cli import app, main
from mitotransfer.errors import ConfigError, InputError, OutputError
from mitotransfer.export import FORMATS


def told(out: Path, *formats: str, **options: object) -> list[str]:
    said: list[str] = []
    handover.export(out, formats, tell=said.append, **options)  # type: ignore[arg-type]
    return said


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_command_writes_the_formats_it_is_given(out: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["export", str(out), "--format", "markdown", "--format", "html", "--to", str(tmp_path / "to")]
    )
    assert result.exit_code == 0
    assert sorted(contents(tmp_path / "to")) == ["html/tables.html", "markdown/tables.md"]
    assert "6 rows = 5 written + 1 left out (1 rejected by a reviewer)" in result.stderr


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_tables_give_the_same_bytes(out: Path, name: str) -> None:
    handover.export(out, [name])
    first = contents(out / "export")
    handover.export(out, [name])
    assert contents(out / "export") == first != {}


@pytest.mark.parametrize("name", FORMATS)
def test_a_run_without_rows_can_be_exported(empty: Path, name: str) -> None:
    said = told(empty, name)
    sums = [line for line in said if "=" in line]
    assert bool(contents(empty / "export")) == (name != "pubannotation")  # a file per article
    assert sums
    assert all(re.match(r"  0 [a-z ]+ = 0 written \+ 0 left out$", line) for line in sums)


@pytest.mark.parametrize("name", FORMATS)
def test_what_goes_in_is_written_or_left_out_with_a_reason(out: Path, name: str) -> None:
    sums = [line for line in told(out, name) if " written + " in line]
    assert sums
    for line in sums:
        given, written, left_out = map(int, re.findall(r"^  (\d+) .* = (\d+) written \+ (\d+) left out", line)[0])
        reasons = sum(map(int, re.findall(r"[(,] ?(\d+) ", line.partition("left out")[2])))
        assert given == written + left_out
        assert left_out == reasons


def test_articles_whose_text_may_not_leave_are_named(out: Path) -> None:
    (line,) = [line for line in told(out, "sqlite", "bioc") if "--all-text" in line]
    assert "PMC2 (licence unknown)" in line
    assert "PMC1" not in line
    assert not any("--all-text" in line for line in told(out, "sqlite", "bioc", all_text=True))
    assert not any("--all-text" in line for line in told(out, "latex", "markdown", "html"))


def test_annotations_on_a_format_that_is_all_text(out: Path) -> None:
    assert any("3 written + 1 left out" in line for line in told(out, "pubannotation", all_text=True))


def test_files_of_articles_that_have_no_rows_any_more_go(out: Path) -> None:
    folder = out / "export" / "pubannotation"
    handover.export(out, ["pubannotation"], all_text=True)
    assert (folder / "PMC-2.json").exists()
    handover.export(out, ["pubannotation"])
    assert sorted(path.name for path in folder.iterdir()) == ["ClinicalTrials.gov-NCT00000001.json", "PMC-1.json"]


def test_a_folder_without_tables_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no tables there; write them with `mitotransfer run"):
        handover.export(tmp_path, ["all"])
    assert not (tmp_path / "export").exists()


def test_a_missing_table_is_named(out: Path) -> None:
    (out / "problems.csv").unlink()
    with pytest.raises(InputError, match=r"problems\.csv: cannot be read"):
        handover.export(out, ["sqlite"])


def test_an_unknown_format_is_told_with_the_known_ones(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", str(out), "--format", "excel"])
    assert end.value.code == 2
    assert "--format excel: not known; one of parquet, sqlite" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["parquet", "sqlite"])
@pytest.mark.parametrize(("column", "value"), [("confidence", "sure"), ("negated", "perhaps"), ("start", "1.5")])
def test_a_value_of_another_type_is_named_with_its_place(out: Path, name: str, column: str, value: str) -> None:
    tables = made.files()
    setattr(tables["evidence.csv"][2], column, value)
    made.write(out, tables=tables)
    with pytest.raises(InputError, match=rf"evidence\.csv: line 4: {column} is '{value}', no (number|boolean|integer)"):
        handover.export(out, [name])


def test_booleans_as_spreadsheets_save_them_are_understood(out: Path) -> None:
    path = out / "table1_secretion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",true,", ",TRUE,").replace(",false,", ",FALSE,"), encoding="utf-8")
    assert "  17 lines = 17 written + 0 left out" in told(out, "parquet")


def test_a_full_disk_leaves_the_earlier_export(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handover.export(out, ["all"])
    before = contents(out / "export")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        handover.export(out, ["all"], all_text=True)
    assert contents(out / "export") == before


def test_parquet_without_its_library_says_what_to_install(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'mitotransfer\[export\]'"):
        handover.export(out, ["parquet"])
