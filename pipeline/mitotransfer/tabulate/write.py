"""Rows to CSV files and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from mitotransfer.errors import Problem
from mitotransfer.files import Replacing, lines_of, table_lines
from mitotransfer.rows import FILES, ProblemRow, header
from mitotransfer.tables import TableLines

Row = TypeVar("Row")


class Writer:
    """Writes tables row by row into `folder`: those of `names`, file names of `rows.FILES`.

        table1_secretion.csv  table2_transplantation.csv  table3_trials.csv  evidence.csv  articles.csv  problems.csv

    UTF-8, LF, header always, cells safe to open in a spreadsheet (`files.to_cell`). They are there when `files` ends. Raises
    OutputError naming the file and the cause.
    """

    def __init__(self, files: Replacing, folder: Path, names: Iterable[str] = tuple(FILES)) -> None:
        self._files = files
        self._tables = {name: (folder / name, attrgetter(*header(FILES[name]))) for name in names}
        for name, (path, _) in self._tables.items():
            files.add(path, table_lines(header(FILES[name]), ()))

    def add(self, name: str, rows: Iterable[Any]) -> None:
        """Adds rows to a table, in their order."""
        path, cells = self._tables[name]
        self._files.add(path, lines_of(map(cells, rows)))


def problem_row(problem: Problem) -> ProblemRow:
    """The line of problems.csv."""
    return ProblemRow(problem.source, problem.stage, problem.severity, problem.code, problem.place, problem.message)


def read_rows(path: Path, row_class: type[Row]) -> Iterator[Row]:
    """The rows of a table written by `Writer`, also after a spreadsheet saved it (columns may have moved), one by one.

    Raises InputError when the file cannot be read or its columns are not those of `row_class`.
    """
    return (row_class(**record) for record in TableLines(path, row_class, exact=True))
