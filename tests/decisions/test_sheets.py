"""Tables as spreadsheet programs save them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.decisions.sheets import read_sheet, same
from mitotransfer.errors import ConfigError


@pytest.mark.parametrize(
    "content",
    [
        b"row_id,note\na,b;c\n",
        b"\xef\xbb\xbfrow_id,note\r\na,b;c\r\n",
        b'row_id;note\r\na;"b;c"\r\n',
        b"row_id\tnote\na\tb;c\n",
        "row_id\tnote\r\na\tb;c\r\n".encode("utf-16"),
        b'sep=;\r\nrow_id;note\r\na;"b;c"\r\n',
        b"row_id,note,,\na,b;c,,\n",  # columns a spreadsheet adds when somebody clicked there
    ],
)
def test_every_form_gives_the_same_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    sheet = read_sheet(path)
    assert sheet.columns == ["row_id", "note"]
    assert [record for _, record in sheet.records] == [{"row_id": "a", "note": "b;c"}]


def test_empty_cells_at_the_end_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("row_id,note,more\na\n\n,,\n")
    assert read_sheet(path).records == [(2, {"row_id": "a", "note": "", "more": ""})]


def test_a_cell_too_many_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("row_id,note\na,b\nc,d,e\n")
    with pytest.raises(ConfigError, match=r"t.csv: line 3: 3 cells where the header has 2"):
        read_sheet(path)


def test_a_column_that_is_there_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("row_id,row_id\na,b\n")
    with pytest.raises(ConfigError, match="column row_id stands there twice"):
        read_sheet(path)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("true", "TRUE"),
        ("false", "FALSCH"),
        ("0.80", "0.8"),
        ("0.80", "0,8"),
        ("2024-05-17", "17.05.2024"),
        ("2024-05-17", "5/17/2024"),
        ("2024-05", "May-24"),
        ("a  b", "a b"),
        ("one\ntwo", "one two"),
        ("", " "),
    ],
)
def test_what_programs_do_to_a_cell_is_no_change(written: str, found: str) -> None:
    assert same(written, found)


@pytest.mark.parametrize(
    ("written", "found"),
    [("neuron", "neurons"), ("true", "false"), ("0.8", "0.9"), ("2024-05-17", "2024-05-18"), ("", "x"), ("ATP ↑", "ATP ?")],
)
def test_what_a_person_does_to_a_cell_is_one(written: str, found: str) -> None:
    assert not same(written, found)


@pytest.mark.parametrize("text", ["ATP ↑ ↓ ↔ ±", "β-cells – naïve", "ICAM‑1 “quoted”", "µm, Å, ≥ 5"])
def test_our_utf8_read_as_cp1252_is_mended(tmp_path: Path, text: str) -> None:
    """What a double click on a CSV file does in Excel, and LibreOffice where the machine has no locale."""
    path = tmp_path / "t.csv"
    misread = "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in text.encode()
    )
    path.write_text(f"row_id;a;b\nr1;{misread};{text}\n", encoding="utf-8-sig")
    assert read_sheet(path).records[0][1] == {"row_id": "r1", "a": text, "b": text}


def test_signs_lost_in_an_old_encoding_are_no_change(tmp_path: Path) -> None:
    """Excel's "CSV" has no arrows and no Greek letters: they come back as question marks."""
    path = tmp_path / "t.csv"
    path.write_bytes("row_id;effect\r\nr1;ATP ? in ?-cells – caf\u00e9\r\n".encode("cp1252"))
    sheet = read_sheet(path)
    assert sheet.encoding == "cp1252"
    assert same("ATP ↑ in β-cells – café", sheet.records[0][1]["effect"], sheet.encoding)
    assert not same("ATP ↑ in β-cells – café!", sheet.records[0][1]["effect"], sheet.encoding)
