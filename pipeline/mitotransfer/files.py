"""How outputs are written and read: files whole or not at all, table cells that no spreadsheet runs as a formula."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Self

from mitotransfer.errors import InputError, OutputError

# One character for one: offsets into a sentence stay true. Line feed and tab are text; surrogates have no UTF-8 form.
_CLEANED = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"} | dict.fromkeys(
    range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"
)

# What a spreadsheet may run: = + - @ and their full-width forms, also behind blanks and invisible characters, and a
# leading tab or line end (the list of OWASP's "CSV injection" page).
_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣﹫−]")

# The one exception: our marker "-" for a value without vocabulary id, alone or as the first item of an ids column
# ("-; cell:neuron"). A minus followed by nothing or by ";" has no operand: Excel and LibreOffice keep it as text in every
# locale, and programs can split such columns at "; " without knowing of the apostrophe. The items behind it must be ids.
_MISSING_IDS = re.compile(r"-(?:; (?:-|[A-Za-z_]+:[\w.:]+))*", re.ASCII)


def clean(text: str) -> str:
    """`text` as tables hold it: control characters are blanks, one for one, so that offsets stay true."""
    return text.translate(_CLEANED)


def to_cell(value: str) -> str:
    """`value` as it is written to a table: control characters cleaned, a formula told by a leading apostrophe.

    Apostrophes before what looks like a formula are doubled by one, so that `from_cell` gives the cleaned value back.
    """
    if not value or (value[0].isalnum() and value.isascii() and value.isprintable()):
        return value  # as nearly all are: nothing to clean, no formula
    text = clean(value)
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def from_cell(cell: str) -> str:
    """The value that `to_cell` wrote."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def _is_formula(text: str) -> bool:
    return _FORMULA.match(text) is not None and _MISSING_IDS.fullmatch(text) is None


def table_lines(header: Sequence[str], records: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table as lines of CSV: comma, double quotes where needed, LF; the header always comes first."""
    return lines_of(chain([header], records))


def lines_of(records: Iterable[Sequence[str]]) -> Iterator[str]:
    """Records as lines of such a table."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    for record in records:
        yield writer.writerow([to_cell(value) for value in record])


class _Echo:
    """A file for `csv.writer` that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def read_records(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV table as column -> value; a byte order mark and CRLF, as spreadsheets save them, are understood.

    Raises InputError when the file cannot be read, is not UTF-8, or a line has more or fewer cells than the header.
    """
    return list(each_record(path))


def each_record(path: Path) -> Iterator[dict[str, str]]:
    """As `read_records`, one line at a time."""
    csv.field_size_limit(2**31 - 1)  # the default of 128 KiB is smaller than a long table row may be
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            header = next(reader, [])
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    place = f"{path}: line {reader.line_num}"
                    message = f"{place}: {len(cells)} cells where the header has {len(header)}"
                    raise InputError(message, code="bad-table", place=place)
                yield dict(zip(header, [from_cell(cell) if cell.startswith("'") else cell for cell in cells], strict=True))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", code="bad-table", place=str(path)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a UTF-8 CSV table: {error}", code="bad-table", place=str(path)) from error


def remove_file(path: Path) -> None:
    """Removes a file, if it is there. Raises OutputError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror})") from error


def remove_folder(path: Path) -> None:
    """Removes a folder and all it holds, if it is there. Raises OutputError."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror})") from error


class Replacing:
    """Files that are written side by side and take the place of earlier ones together, or not at all: a context manager.

    Each is first written under a hidden name beside its own, and renamed when the context ends without an exception. Folders are
    made. With `sync` the bytes are on the disk before the name is; intermediate results, which a checksum guards, do without.
    All methods raise OutputError naming the file and the cause (disk full, no permission, a folder in the way).
    """

    def __init__(self, *, sync: bool = True) -> None:
        self._sync = sync
        self._waiting: dict[Path, Path] = {}
        self._open: dict[Path, BinaryIO] = {}

    def add(self, path: Path, pieces: Iterable[str | bytes]) -> None:
        """Adds pieces (text as UTF-8, line ends as given) to the end of a file."""
        try:
            handle = self._open.get(path) or self._opened(path)
            handle.writelines(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
        except OSError as error:
            raise _unwritable(path, error) from error

    def finish(self, path: Path) -> Path:
        """Closes a file to which all was added; returns where its content is until it takes its place."""
        try:
            with self._open.pop(path) as handle:
                if self._sync:
                    handle.flush()
                    os.fsync(handle.fileno())
        except OSError as error:
            raise _unwritable(path, error) from error
        return self._waiting[path]

    def _opened(self, path: Path) -> BinaryIO:
        # a name that no other process or thread has, though both write the same file
        temporary = self._waiting[path] = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}.tmp")
        try:
            handle = temporary.open("wb")
        except FileNotFoundError:
            temporary.parent.mkdir(parents=True, exist_ok=True)
            handle = temporary.open("wb")
        self._open[path] = handle
        return handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._replace()
        finally:
            for handle in self._open.values():
                with contextlib.suppress(OSError):  # what could not be written is thrown away
                    handle.close()
            for temporary in self._waiting.values():
                with contextlib.suppress(OSError):  # renamed already, or the folder is gone: nothing to clean
                    temporary.unlink()

    def _replace(self) -> None:
        for path in list(self._open):
            self.finish(path)
        for path in list(self._waiting):
            try:
                self._waiting[path].replace(path)
            except OSError as error:
                raise _unwritable(path, error) from error
            del self._waiting[path]


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written ({error.strerror})")


def write_whole(contents: Mapping[Path, Iterable[str | bytes]], *, sync: bool = True) -> None:
    """Write each file's pieces, all files whole or none touched, as `Replacing` does. Raises OutputError."""
    with Replacing(sync=sync) as files:
        for path, pieces in contents.items():
            files.add(path, pieces)
            files.finish(path)


def pieces_of(path: Path) -> Iterator[bytes]:
    """The content of a file, no more than a megabyte at a time."""
    with path.open("rb") as handle:
        yield from iter(partial(handle.read, 1 << 20), b"")
