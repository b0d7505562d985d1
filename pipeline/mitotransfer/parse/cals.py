"""Tables of the OASIS exchange model (CALS): a `tgroup` as a grid.

Columns are named by `colspec`, ranges of columns by `spanspec`; an `entry` says where it stands with `colname`, how wide it
is with `namest`/`nameend` or `spanname`, and how many rows it adds with `morerows`. Entries without a name follow each
other (OASIS Technical Memorandum TM 9901:1999).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitotransfer.document import Cell, Passage
from mitotransfer.parse.cells import Reader, Rows, local_name, located_children
from mitotransfer.parse.grid import MAX_COLSPAN, MAX_ROWSPAN, Layout, Place, read_span

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object

_SECTIONS = ("thead", "tbody", "tfoot")
_ENTRIES = frozenset(("entry", "entrytbl"))
_COLUMN_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class _Columns:
    """Column numbers (from 0) by name, and named ranges of columns."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.ranges: dict[str, tuple[str, str]] = {}

    def read(self, element: Element) -> None:
        """Add what the `colspec` and `spanspec` children of a `tgroup` or `thead` define."""
        number = 0
        for child in element:
            name = local_name(child)
            if name == "colspec":
                given = child.get("colnum", "")
                number = int(given) if _COLUMN_NUMBER.fullmatch(given) else number + 1
                self.numbers[child.get("colname", f"col{number}")] = number - 1
            elif name == "spanspec":
                self.ranges[child.get("spanname", "")] = (child.get("namest", ""), child.get("nameend", ""))

    def copy(self) -> _Columns:
        other = _Columns()
        other.numbers, other.ranges = dict(self.numbers), dict(self.ranges)
        return other


def read_group(group: Element, reader: Reader, locator: str) -> Rows:
    """The grid of one `tgroup`: head, bodies, foot at the end. Raises GridTooLargeError."""
    columns = _Columns()
    columns.read(group)
    sections = [(part, name, place) for part, name, place in located_children(group, reader.walk, locator) if name in _SECTIONS]
    sections.sort(key=lambda section: _SECTIONS.index(section[1]))
    layout = Layout(sum(1 for part, _, _ in sections for row in part if local_name(row) == "row"))
    cells: list[Cell] = []
    head_rows = 0
    for part, name, place in sections:
        own = columns.copy()
        own.read(part)
        rows = [(row, at) for row, kind, at in located_children(part, reader.walk, place) if kind == "row"]
        layout.start_section(len(rows))
        head_rows += len(rows) if name == "thead" else 0
        for row, at in rows:
            layout.start_row()
            for entry, kind, where in located_children(row, reader.walk, at):
                if kind in _ENTRIES:
                    spot = _place(entry, own, reader, where, layout)
                    cells.append(Cell(*spot, name == "thead", _texts(entry, kind, reader, where)))
    return Rows(cells, layout.n_rows, layout.n_columns, head_rows)


def _texts(entry: Element, kind: str, reader: Reader, locator: str) -> tuple[Passage, ...]:
    """The paragraphs of an entry; a table in its place (`entrytbl`) gives the paragraphs of all its entries."""
    if kind == "entry":
        return reader.paragraphs(entry, "cell", locator)
    found: tuple[Passage, ...] = ()
    for child, name, place in located_children(entry, reader.walk, locator):
        if name in ("thead", "tbody", "row", "entry"):
            found += _texts(child, name, reader, place)
    return found


def _place(entry: Element, columns: _Columns, reader: Reader, locator: str, layout: Layout) -> Place:
    more = entry.get("morerows")
    extra, sound = (0, True) if more is None or more.strip() == "0" else read_span(more, limit=MAX_ROWSPAN)
    if not sound:
        extra = extra if extra > 1 else 0
        reader.bad_span(locator, f'morerows="{more}" read as {extra}')
    first, last = _range(entry, columns, reader, locator)
    width = min(last - first + 1, MAX_COLSPAN) if first is not None and last is not None else 1
    at = layout.place(extra + 1, width, first)
    if at.colspan < width:
        reader.bad_span(locator, f"{width} columns wide, cut to {at.colspan} by a cell that spans down from above")
    return at


def _range(entry: Element, columns: _Columns, reader: Reader, locator: str) -> tuple[int | None, int | None]:
    """First and last column an entry names, None where it leaves them open."""
    start, end = entry.get("namest", "") or entry.get("colname", ""), entry.get("nameend", "")
    if spanname := entry.get("spanname", ""):
        start, end = columns.ranges.get(spanname, (spanname, ""))
    numbers = columns.numbers
    for name in (start, end):
        if name and name not in numbers:
            reader.bad_span(locator, f'column "{name}" is not defined')
    first, last = numbers.get(start), numbers.get(end)
    if first is not None and last is not None and last < first:
        reader.bad_span(locator, f'columns "{start}" to "{end}" read as one column')
        return first, None
    return first, last
