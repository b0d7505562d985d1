"""Tables on disk: nothing lost, nothing a spreadsheet would run, nothing half written."""

from __future__ import annotations

import csv
import errno
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.errors import InputError, OutputError
from mitotransfer.files import Replacing, from_cell, to_cell, write_whole
from mitotransfer.rows import FILES, EvidenceRow, ProblemRow, SecretionRow, header
from mitotransfer.tabulate import read_rows
from tabled import write_tables

ANY_TEXT = st.text(st.one_of(st.sampled_from("'=+-@＝－ \t\r\n\0\";,a:\ufeff\ud800\x85\u2028"), st.characters()))


def cleaned(text: str) -> str:
    """What of a text reaches a reader, said in another way than the code does."""
    text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", text)


@given(ANY_TEXT)
def test_any_text_comes_back_cleaned(text: str) -> None:
    assert from_cell(to_cell(text)) == cleaned(text)


@given(ANY_TEXT)
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = to_cell(text)
    # "-" and "-; id" are the marker for values without id
    assert not re.match(r"\s*[=+@＝＋－＠]|[\t\r\n]|\s*-(?!$|; )|\s+-", cell)


@given(ANY_TEXT)
def test_cleaning_keeps_offsets(text: str) -> None:
    assert len(from_cell(to_cell(text))) == len(text)


@given(st.lists(st.builds(ProblemRow, *[ANY_TEXT] * 6), max_size=4))
def test_rows_come_back_from_disk(rows: list[ProblemRow]) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a fixture would be shared by all examples
        write_tables(Path(folder), {"problems.csv": rows})
        expected = [ProblemRow(*(cleaned(getattr(row, name)) for name in header(ProblemRow))) for row in rows]
        assert list(read_rows(Path(folder) / "problems.csv", ProblemRow)) == expected


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+ATP", "'+ATP"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        (" =1", "' =1"),  # a blank before it does not stop every spreadsheet
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b=1", "'\u200b=1"),
        ("＝1", "'＝1"),  # full width: run by Japanese editions
        ("\ttab", "'\ttab"),
        ("\nline", "'\nline"),
        ("= oxidative stress", "'= oxidative stress"),  # an effect without change
        ("'=1", "''=1"),  # an apostrophe of the text's own before a formula
        ("'quoted'", "'quoted'"),
        ("5'-AMP", "5'-AMP"),
        ("-", "-"),
        ("-; cell:neuron", "-; cell:neuron"),
        ("-; outcome:atp_level:increase; -", "-; outcome:atp_level:increase; -"),
        ("-; =1+1", "'-; =1+1"),  # not ids: no exception
        ("-;1", "'-;1"),
        ("a\0b\rc\x1bd", "a b c d"),
        ("\ud800", "\ufffd"),
        ("α → β\nγ", "α → β\nγ"),
        ("", ""),
    ],
)
def test_cell(value: str, cell: str) -> None:
    assert to_cell(value) == cell
    assert from_cell(cell) == cleaned(value)


def test_bytes_on_disk(tmp_path: Path) -> None:
    """UTF-8 without byte order mark, LF, header, quotes only where needed, order as given."""
    rows = [ProblemRow("PMC2", "parse", "note", "b", "", 'says "µ, so"'), ProblemRow("PMC1")]
    write_tables(tmp_path, {"problems.csv": rows})
    assert (tmp_path / "problems.csv").read_bytes() == (
        'source_id,stage,severity,code,place,message\nPMC2,parse,note,b,,"says ""µ, so"""\nPMC1,,,,,\n'.encode()
    )


def test_empty_tables_have_headers(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    write_tables(out, {name: [] for name in FILES})
    for name, row_class in FILES.items():
        assert (out / name).read_text() == ",".join(header(row_class)) + "\n"
        assert list(read_rows(out / name, row_class)) == []


def test_nothing_but_the_tables_is_left(tmp_path: Path) -> None:
    write_tables(tmp_path, {"problems.csv": [], "evidence.csv": []})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.csv", "problems.csv"]


def test_files_are_readable_by_others_as_the_umask_says(tmp_path: Path) -> None:
    """Temporary files made by tempfile would leave tables that only their owner can read."""
    (tmp_path / "plain").touch()
    write_tables(tmp_path, {"problems.csv": []})
    assert (tmp_path / "problems.csv").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_full_disk_leaves_the_old_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    write_tables(tmp_path, {"problems.csv": [ProblemRow("old")], "evidence.csv": []})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), full)
    with pytest.raises(OutputError, match=r"problems\.csv: cannot be written \(No space left on device\)"):
        write_tables(tmp_path, {"problems.csv": [ProblemRow("new")], "evidence.csv": []})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match=r"out/problems\.csv: cannot be written"):
        write_tables(tmp_path / "out", {"problems.csv": []})


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "problems.csv").mkdir()
    with pytest.raises(OutputError, match=r"problems\.csv: cannot be written"):
        write_tables(tmp_path, {"problems.csv": []})
    assert [path.name for path in tmp_path.iterdir()] == ["problems.csv"]


def test_nothing_is_written_when_rows_fail_to_come(tmp_path: Path) -> None:
    def pieces() -> Any:
        yield "header\n"
        raise OSError(errno.EIO, "made-up failure")

    with pytest.raises(OutputError, match="made-up failure"):
        write_whole({tmp_path / "a": ["whole"], tmp_path / "b": pieces()})
    assert list(tmp_path.iterdir()) == []


def test_files_written_side_by_side_take_their_places_together(tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("old")
    with Replacing() as files:
        for n in range(2):
            files.add(one, [f"a{n}\n"])
            files.add(other, [f"b{n}\n".encode()])
        assert files.finish(one).read_text() == "a0\na1\n"  # whole, under another name
        assert one.read_text() == "old" and not other.exists()
    assert (one.read_text(), other.read_text()) == ("a0\na1\n", "b0\nb1\n")
    assert sorted(tmp_path.iterdir()) == [one, other]


def test_whatever_goes_wrong_between_the_files_none_takes_its_place(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Replacing() as files:
        files.add(tmp_path / "a.csv", ["new"])
        files.add(tmp_path / "b.csv", ["new"])
        files.finish(tmp_path / "a.csv")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rows", [{"table4.csv": []}, {"problems.csv": [EvidenceRow()]}])
def test_unknown_table_or_row_is_a_programming_error(tmp_path: Path, rows: Any) -> None:
    with pytest.raises((KeyError, AttributeError), match=r"table4\.csv|EvidenceRow"):
        write_tables(tmp_path, rows)
    assert list(tmp_path.iterdir()) == []


# -- tables that came back from a spreadsheet ----------------------------------------------------------------------------


def test_spreadsheet_copy_is_understood(tmp_path: Path) -> None:
    """Saved with byte order mark and CRLF, columns moved, an empty line at the end."""
    path = tmp_path / "problems.csv"
    path.write_bytes("\ufeffstage,source_id,severity,code,place,message\r\nparse,PMC1,note,c,p,'=m\r\n\r\n".encode())
    assert list(read_rows(path, ProblemRow)) == [ProblemRow("PMC1", "parse", "note", "c", "p", "=m")]


def test_long_cells_come_back(tmp_path: Path) -> None:
    """csv's own limit is 128 KiB a cell."""
    write_tables(tmp_path, {"evidence.csv": [EvidenceRow(sentence="x" * 200_000)]})
    (line,) = read_rows(tmp_path / "evidence.csv", EvidenceRow)
    assert len(line.sentence) == 200_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"source_id,stage\nPMC1,parse\n", "missing columns: code, message, place, severity"),
        (b"source_id,stage,severity,code,place,message,extra\n1,2,3,4,5,6,7\n", "unknown columns: extra"),
        (b"source_id,stage,severity,code,place,message\n1,2,3\n", "line 2: 3 cells where the header has 6"),
        (b"source_id,stage,severity,code,place,message\n\xff,2,3,4,5,6\n", "not a UTF-8 CSV table"),
        (b'source_id,stage,severity,code,place,message\n"1,2\n', "not a UTF-8 CSV table"),
    ],
)
def test_damaged_table_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "problems.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        list(read_rows(path, ProblemRow))
    assert str(path) in str(caught.value)


def test_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        list(read_rows(tmp_path / "none.csv", SecretionRow))


def test_columns_are_the_contract(tmp_path: Path) -> None:
    write_tables(tmp_path, {"table1_secretion.csv": [SecretionRow(cell_type="MSC")]})
    with (tmp_path / "table1_secretion.csv").open(newline="") as handle:
        assert next(csv.reader(handle)) == header(SecretionRow)
