"""The tables of a run read back, their columns checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mitotransfer.errors import InputError
from mitotransfer.files import each_record
from mitotransfer.rows import FILES, Records, header


class TableLines:
    """The lines of a table, read from the disk each time they are gone through: none is kept in memory.

    Each as its columns' names -> cells, in the order of `row_class`, wherever a spreadsheet moved them. Columns of others' making
    are left out, or refused where `exact`. Going through them raises InputError when the file cannot be read, columns are missing
    or, with `exact`, not known.
    """

    def __init__(self, path: Path, row_class: type, *, exact: bool = False) -> None:
        self._path = path
        self._columns = header(row_class)
        self._exact = exact

    def __iter__(self) -> Iterator[dict[str, str]]:
        known = set(self._columns)
        for number, record in enumerate(each_record(self._path)):
            if number == 0:
                self._check(record.keys() - known, known - record.keys())
                as_it_is = list(record) == self._columns
            yield record if as_it_is else {name: record[name] for name in self._columns}

    def _check(self, unknown: set[str], missing: set[str]) -> None:
        wrong = {"missing columns": missing, "unknown columns": unknown if self._exact else set()}
        if message := "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in wrong.items() if names):
            raise InputError(f"{self._path}: {message}", code="bad-table", place=str(self._path))


def read_table(path: Path, row_class: type, *, exact: bool = False) -> Records:
    """All lines of a table, as `TableLines` gives them. Raises InputError."""
    return list(TableLines(path, row_class, exact=exact))


def read_tables(out: Path) -> dict[str, Records]:
    """All tables of `rows.FILES` in `out` by file name. Raises InputError for one that is missing or damaged."""
    return {name: read_table(out / name, row_class) for name, row_class in FILES.items()}
