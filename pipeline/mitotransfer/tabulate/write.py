"""Rows to CSV files and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from mitotransfer.files import table_lines, write_whole
from mitotransfer.rows import FILES, header
from mitotransfer.tables import read_table

Row = TypeVar("Row")


def write_tables(out: Path, rows: Mapping[str, Sequence[Any]]) -> None:
    """Write each of `rows` (file name of `rows.FILES` -> its row instances, in the order given) into `out`.

        out/table1_secretion.csv  table2_transplantation.csv  table3_trials.csv  evidence.csv  articles.csv  problems.csv

    UTF-8, LF, header always, cells safe to open in a spreadsheet (`files.to_cell`). All files are replaced together
    or none is. Raises OutputError naming the file and the cause; ValueError for a name or row that is not of `FILES`.
    """
    for name, instances in rows.items():
        if name not in FILES:
            raise ValueError(f"{name} is not an output table; known: {', '.join(FILES)}")
        if wrong := {type(row).__name__ for row in instances} - {FILES[name].__name__}:
            raise ValueError(f"{name} holds {FILES[name].__name__}, not {', '.join(sorted(wrong))}")
    write_whole({out / name: pieces for name, pieces in pieces_of(rows).items()})


def pieces_of(rows: Mapping[str, Sequence[Any]]) -> dict[str, Iterable[str]]:
    """The text of each file as `write_tables` writes it."""
    return {name: table_lines(header(FILES[name]), map(dataclasses.astuple, instances)) for name, instances in rows.items()}


def read_rows(path: Path, row_class: type[Row]) -> list[Row]:
    """The rows of a table written by `write_tables`, also after a spreadsheet saved it (columns may have moved).

    Raises InputError when the file cannot be read or its columns are not those of `row_class`.
    """
    return [row_class(**record) for record in read_table(path, row_class, exact=True)]
