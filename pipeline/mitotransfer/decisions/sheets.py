"""Tables as spreadsheet programs save them: byte order marks, other separators and encodings, columns in another order.

Excel writes "CSV UTF-8" with a byte order mark, "CSV" in the encoding of the machine (what it cannot hold becomes "?"), "Unicode
text" as UTF-16 with tabs, and ";" for "," where "," is the decimal sign; LibreOffice asks for all of it. Both may read a table of
ours as if it were in the encoding of the machine ("â†‘" for "↑") and save it so.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from mitotransfer.errors import ConfigError
from mitotransfer.files import from_cell

_DELIMITERS = (",", ";", "\t")
_TRUE = frozenset({"true", "wahr", "vrai", "verdadero", "vero", "waar", "1"})
_FALSE = frozenset({"false", "falsch", "faux", "falso", "onwaar", "0"})
_DATE_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y")
_MONTH_FORMS = ("%Y-%m", "%b-%y", "%b %y", "%m/%Y", "%Y/%m", "%b %Y", "%B %Y")


class Sheet(NamedTuple):
    """A table: its columns, and its lines as (number of the line in the file, column -> value)."""

    columns: list[str]
    records: list[tuple[int, dict[str, str]]]
    encoding: str


def read_sheet(path: Path) -> Sheet:
    """Reads a table however a spreadsheet program saved it. Raises ConfigError naming the file, the line and the cause."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    text, encoding = _decoded(content)
    separator = re.match(r"sep=(.)\r?\n", text)  # a line for Excel
    text = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else _delimiter(text)
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [name.strip() for name in next(reader, [])]
        while columns and not columns[-1]:
            columns.pop()
        if double := {name for name in columns if columns.count(name) > 1}:
            raise ConfigError(f"{path}: column {', '.join(sorted(double))} stands there twice")
        records = list(_records(path, reader, columns))
    except csv.Error as error:
        raise ConfigError(f"{path}: line {reader.line_num}: {error}") from error
    return Sheet(columns, records, encoding)


class _Lines(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


def _records(path: Path, lines: _Lines, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for cells in lines:
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise ConfigError(f"{path}: line {lines.line_num}: {len(cells)} cells where the header has {len(columns)}")
        if any(cells):
            filled = [from_cell(_mended(cell)) for cell in cells[: len(columns)]] + [""] * (len(columns) - len(cells))
            yield lines.line_num, dict(zip(columns, filled, strict=True))


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "cp1252"  # what Excel calls "CSV" on most machines


def _mended(cell: str) -> str:
    """A cell whose UTF-8 was read as cp1252, as it was before; any other as it is."""
    if cell.isascii():
        return cell
    try:
        # bytes that cp1252 does not know come as the control characters of their number
        return b"".join(bytes([ord(sign)]) if ord(sign) < 0xA0 else sign.encode("cp1252") for sign in cell).decode()
    except UnicodeError:
        return cell


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def same(written: str, found: str, encoding: str = "utf-8") -> bool:
    """Whether a cell still holds what was written, however a spreadsheet program shows and saves it.

    Blanks, the case and language of truth values, decimal commas, closing zeros, forms of dates, and signs that the encoding of
    the file cannot hold make no difference.
    """
    mine, other = _plain(written), _plain(found)
    if mine == other:
        return True
    if encoding not in ("utf-8", "utf-16") and mine.encode(encoding, "replace").decode(encoding) == other:
        return True
    if truth(mine) and truth(mine) == truth(other):
        return True
    return (_number(mine) is not None and _number(mine) == _number(other)) or _same_date(mine, other)


def truth(cell: str) -> str:
    """`true` or `false` for a truth value in the language of any spreadsheet program, else nothing."""
    word = cell.strip().casefold()
    return "true" if word in _TRUE else "false" if word in _FALSE else ""


def _plain(cell: str) -> str:
    return " ".join(cell.split())


def _number(cell: str) -> float | None:
    return float(cell.replace(",", ".")) if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", cell, re.ASCII) else None


def _same_date(one: str, other: str) -> bool:
    return bool(_dates(one) & _dates(other))


def _dates(cell: str) -> set[date]:
    """The days, or firsts of months, that a cell may mean."""
    found = set()
    for form in (*_DATE_FORMS, *_MONTH_FORMS):
        try:
            found.add(datetime.strptime(cell, form).date())  # noqa: DTZ007  a day has no time zone
        except ValueError:
            continue
    return found
