"""Span arithmetic of tables: which places of the grid a cell covers.

Method: the table forming algorithm of the HTML standard (https://html.spec.whatwg.org/multipage/tables.html), with two
differences. A row span ends with its section, as browsers do it (the standard would add empty rows). And a cell
never covers a place that a cell from above already covers: it keeps the free places left of it, so that every
place belongs to one cell; the cells after it stand where the standard puts them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

# The standard's own bounds; larger values are mistakes (or attacks).
MAX_COLSPAN = 1000
MAX_ROWSPAN = 65534
# Places (rows by columns) a table may have: 5 million lists the largest supplementary tables ten times over.
MAX_AREA = 5_000_000
MAX_COLUMNS = 16_384  # as a spreadsheet has: what reads a table looks at each

_WHOLE_NUMBER = re.compile(r"[ \t\r\n\f]*\+?([0-9]+)")


class GridTooLargeError(ValueError):
    """The table would have more than `MAX_AREA` places, or more than `MAX_COLUMNS` columns."""


class Place(NamedTuple):
    """Where a cell came to stand: upper left corner and the places it covers."""

    row: int
    column: int
    rowspan: int
    colspan: int


_new_place = partial(tuple.__new__, Place)  # of a plain tuple, without a call into Python


def read_span(value: str | None, *, limit: int, zero: int = 1) -> tuple[int, bool]:
    """The span an attribute means, and whether its value was sound.

    In: the attribute's text (None: absent), the largest span allowed, and what "0" stands for (for rows: all that are
    left). "2px" counts as 2, as in browsers; a text without a leading whole number is 1.
    """
    if value is None or value == "1":
        return 1, True
    found = _WHOLE_NUMBER.match(value)
    if not found:
        return 1, False
    digits = found[1].lstrip("0")
    sound = found.end() == len(value.rstrip())
    if not digits:
        return zero, False
    # int() refuses very long digit strings and needs no such number here.
    number = int(digits) if len(digits) < 10 else limit + 1
    return (number, sound) if number <= limit else (limit, False)


class Layout:
    """Puts cells on a grid in the order they are met: `start_section`, then `start_row` and `place` as often as needed.

    `n_rows` and `n_columns` are the size so far. Memory is one number per column, time one step per cell and column
    covered, and one per row for each column still covered from above.
    """

    def __init__(self, total_rows: int) -> None:
        """`total_rows`: rows the whole table will have. Raises GridTooLargeError when it alone is too much."""
        self.n_rows = 0
        self.n_columns = 0
        self._widest = min(MAX_COLUMNS, MAX_AREA // max(total_rows, 1))
        self._section_end = 0
        self._column = 0
        self._taken: list[int] = []  # per column, the first row that is free again
        self._taken_until = 0  # the largest of these: most rows are not under any span
        if not self._widest:
            raise GridTooLargeError(f"{total_rows} rows")

    def start_section(self, n_rows: int) -> None:
        """The next `n_rows` rows belong together: no row span leaves them."""
        self._section_end = self.n_rows + n_rows
        self._taken_until = 0
        self._taken = []

    def start_row(self) -> None:
        """The cells placed from now on stand in the next row."""
        self.n_rows += 1
        self._column = 0

    @property
    def rows_left(self) -> int:
        """Rows of the section from the present one on: the largest row span possible."""
        return self._section_end - self.n_rows + 1

    def place(self, rowspan: int, colspan: int, column: int | None = None) -> Place:
        """Put the next cell of the row and say where it stands.

        In: spans of at least 1, and for formats that name columns the column it asks for; it comes at the first free
        place from there on. The spans returned may be smaller (see the module's text). Raises GridTooLargeError.
        """
        row = self.n_rows - 1
        start = self._column if column is None else max(column, self._column)
        if rowspan > 1:
            rowspan = min(rowspan, self._section_end - row)
        if self._taken_until > row:
            start, end = self._free_run(row, start, colspan)
        else:
            end = start + colspan
        self._column = start + colspan
        if self._column > self.n_columns:
            self.n_columns = self._column
            if self._column > self._widest:
                raise GridTooLargeError(f"{self._column} columns")
        if rowspan > 1:
            self._take(start, end, row + rowspan)
        return _new_place((row, start, rowspan, end - start))

    def place_single(self) -> int:
        """Put a cell without spans, as most are, at the next free place of the row; its column. Raises GridTooLargeError."""
        if self._taken_until >= self.n_rows or self._column >= self.n_columns:
            return self.place(1, 1).column
        self._column += 1
        return self._column - 1

    def _free_run(self, row: int, start: int, colspan: int) -> tuple[int, int]:
        """The first free column from `start` on, and the end of the free run there, at most `colspan` wide."""
        taken = self._taken
        width = len(taken)
        while start < width and taken[start] > row:
            start += 1
        end = start + 1
        while end < start + colspan and (end >= width or taken[end] <= row):
            end += 1
        return start, end

    def _take(self, start: int, end: int, until: int) -> None:
        taken = self._taken
        if len(taken) < end:
            taken.extend([0] * (end - len(taken)))
        taken[start:end] = [until] * (end - start)
        self._taken_until = max(self._taken_until, until)
