"""Parquet tables as folders of files of so many lines, opened by their own readers."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import dataset, parquet
from typer.testing import CliRunner

from mitotransfer import files, handover
from mitotransfer.cli import app
from mitotransfer.errors import ConfigError, InputError, OutputError
from mitotransfer.export import parquet as writing
from mitotransfer.rows import FILES

STEMS = [name.removesuffix(".csv") for name in FILES]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def shards(out: Path, rows: int, **options: object) -> Path:
    handover.export(out, ["parquet"], rows_per_file=rows, **options)  # type: ignore[arg-type]
    return out / "export" / "parquet"


def lengths(folder: Path) -> list[int]:
    return [parquet.read_metadata(path).num_rows for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 1000])
def test_one_dataset_with_the_values_types_and_order_of_the_single_file(out: Path, exported: Path, rows: int) -> None:
    folder = shards(out, rows)
    assert sorted(path.name for path in folder.iterdir()) == sorted(STEMS)
    for stem in STEMS:
        whole = parquet.read_table(exported / "parquet" / f"{stem}.parquet")
        read = dataset.dataset(folder / stem).to_table()
        assert read.schema.equals(whole.schema, check_metadata=True)
        assert read.to_pylist() == whole.to_pylist()


def test_pandas_reads_a_folder_as_it_reads_the_file(out: Path, exported: Path) -> None:
    folder = shards(out, 2)
    for stem in STEMS:
        one = pd.read_parquet(exported / "parquet" / f"{stem}.parquet")
        pd.testing.assert_frame_equal(pd.read_parquet(folder / stem), one)


@pytest.mark.parametrize(("rows", "expected"), [(3, [3, 3, 1]), (7, [7]), (8, [7]), (1, [1] * 7)])
def test_each_file_but_the_last_is_full_and_none_is_empty(out: Path, rows: int, expected: list[int]) -> None:
    assert lengths(shards(out, rows) / "evidence") == expected


def test_a_table_without_lines_has_a_file_that_tells_its_columns(empty: Path, exported: Path) -> None:
    folder = shards(empty, 5)
    for stem in STEMS:
        (path,) = (folder / stem).iterdir()
        expected = parquet.read_schema(exported / "parquet" / f"{stem}.parquet")
        assert parquet.read_schema(path).equals(expected, check_metadata=True)
        assert parquet.read_metadata(path).num_rows == 0


def test_the_same_tables_give_the_same_bytes_and_fewer_files_leave_none_behind(out: Path) -> None:
    first = contents(shards(out, 3))
    assert len(contents(shards(out, 1))) > len(first)
    assert contents(shards(out, 3)) == first


def test_a_file_is_written_one_batch_at_a_time(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ROWS_AT_ONCE", 2)
    groups = parquet.read_metadata(shards(out, 5) / "evidence" / "part-000000.parquet")
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [2, 2, 1]


def test_one_way_of_writing_replaces_the_other_and_leaves_what_is_not_ours(out: Path) -> None:
    handover.export(out, ["parquet"])
    single = contents(out / "export" / "parquet")
    (out / "export" / "parquet" / "mine.parquet").write_bytes(b"mine")
    folder = shards(out, 2)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*STEMS, "mine.parquet"])
    handover.export(out, ["parquet"])
    assert contents(folder) == single | {"mine.parquet": b"mine"}


def test_sentences_that_may_not_be_passed_on_are_null(out: Path) -> None:
    lines = dataset.dataset(shards(out, 2) / "evidence").to_table().to_pylist()
    assert [line["source_id"] for line in lines if line["sentence"] is None] == ["PMC2"]
    lines = dataset.dataset(shards(out, 2, all_text=True) / "evidence").to_table().to_pylist()
    assert all(line["sentence"] for line in lines)


def test_a_value_of_another_type_in_the_last_line_leaves_the_earlier_export(out: Path) -> None:
    before = contents(shards(out, 2))
    path = out / "evidence.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.reader(handle))
    lines[-1][lines[0].index("start")] = "early"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(lines)
    with pytest.raises(InputError, match=r"evidence\.csv: line 8: start is 'early', no integer"):
        shards(out, 2)
    assert contents(out / "export" / "parquet") == before


def test_a_full_disk_leaves_the_earlier_export(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(shards(out, 2))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        shards(out, 3)
    assert contents(out / "export" / "parquet") == before


def test_the_command_tells_what_it_wrote_beside_other_formats(out: Path) -> None:
    result = CliRunner().invoke(
        app, ["export", str(out), "--format", "markdown", "--format", "parquet", "--rows-per-file", "4"], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "17 lines = 17 written + 0 left out" in result.stderr
    assert lengths(out / "export" / "parquet" / "evidence") == [4, 3]
    assert (out / "export" / "markdown" / "tables.md").exists()


def test_other_formats_have_no_shards(out: Path) -> None:
    with pytest.raises(ConfigError, match="--rows-per-file is for --format parquet"):
        handover.export(out, ["sqlite"], rows_per_file=5)
    assert not (out / "export").exists()
