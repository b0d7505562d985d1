"""The tables of a run read back, their columns checked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from mitotransfer.errors import InputError
from mitotransfer.files import each_record
from mitotransfer.rows import FILES, Records, header


def read_table(path: Path, row_class: type, *, exact: bool = False) -> Records:
    """The lines of a table as its columns' names -> cells, in the order of `row_class`, wherever a spreadsheet moved them.

    Columns of others' making are left out, or refused where `exact`. Raises InputError when the file cannot be read, columns
    are missing or, with `exact`, not known.
    """
    return list(each_line(path, row_class, exact=exact))


def each_line(path: Path, row_class: type, *, exact: bool = False) -> Iterator[dict[str, str]]:
    """As `read_table`, one line at a time."""
    records = each_record(path)
    columns = header(row_class)
    first = next(records, None)
    if first is None:
        return
    found = set(first)
    wrong = {"missing columns": set(columns) - found, "unknown columns": found - set(columns) if exact else set()}
    if message := "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in wrong.items() if names):
        raise InputError(f"{path}: {message}", code="bad-table", place=str(path))
    for record in chain([first], records):
        yield {name: record[name] for name in columns}


def read_tables(out: Path) -> dict[str, Records]:
    """All tables of `rows.FILES` in `out` by file name. Raises InputError for one that is missing or damaged."""
    return {name: read_table(out / name, row_class) for name, row_class in FILES.items()}
