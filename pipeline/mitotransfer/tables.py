"""The tables of a run read back, their columns checked."""

from __future__ import annotations

from pathlib import Path

from mitotransfer.errors import InputError
from mitotransfer.files import read_records
from mitotransfer.rows import FILES, Records, header


def read_table(path: Path, row_class: type, *, exact: bool = False) -> Records:
    """The lines of a table as its columns' names -> cells, in the order of `row_class`, wherever a spreadsheet moved them.

    Columns of others' making are left out, or refused where `exact`. Raises InputError when the file cannot be read, columns
    are missing or, with `exact`, not known.
    """
    records = read_records(path)
    columns = header(row_class)
    found = set(records[0]) if records else set(columns)
    wrong = {"missing columns": set(columns) - found, "unknown columns": found - set(columns) if exact else set()}
    if message := "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in wrong.items() if names):
        raise InputError(f"{path}: {message}", code="bad-table", place=str(path))
    return [{name: record[name] for name in columns} for record in records]


def read_tables(out: Path) -> dict[str, Records]:
    """All tables of `rows.FILES` in `out` by file name. Raises InputError for one that is missing or damaged."""
    return {name: read_table(out / name, row_class) for name, row_class in FILES.items()}
