"""Tables of an article: `table-wrap`, groups of them, bare tables; HTML and OASIS (CALS) models, and pictures of tables.

Every `table` (and every CALS `tgroup`) becomes a `Table` of its own; those of one wrap share label, caption and foot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mitotransfer.document import Cell, Part, Passage, Table
from mitotransfer.parse.cals import read_group
from mitotransfer.parse.cells import Reader, Rows, local_name, located_children
from mitotransfer.parse.grid import MAX_COLSPAN, MAX_ROWSPAN, GridTooLargeError, Layout, Place, read_span
from mitotransfer.parse.inline import Walk, read_inline

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object

_GRIDS = frozenset(("table", "tgroup", "array"))
_SECTIONS = frozenset(("thead", "tbody", "tfoot"))
_PICTURES = frozenset(("graphic", "media", "inline-graphic"))
_LABELLING = frozenset(("label", "caption", "title", "table-wrap-foot", "object-id", "permissions", "alt-text", "long-desc"))

_NO_ROWS = Rows([], 0, 0, 0)
Form = Literal["table", "cals", "graphic"]


@dataclass(slots=True)
class _Frame:
    """What a table takes from the wrap around it."""

    ident: str = ""
    label: str = ""
    caption: tuple[Passage, ...] = ()
    foot: tuple[Passage, ...] = ()


def read_tables(wrap: Element, walk: Walk, section: tuple[str, ...], part: Part, locator: str) -> list[Table]:
    """The tables of a `table-wrap`, `table-wrap-group`, `table`, `array` or `tgroup`, in document order.

    In: the element, the article's walk, the titles around it, the part of the article, the element's own locator. Tables
    inside cells follow their table; figures inside cells are left in `walk.lifted`. Problems go to the walk:
    `graphic-only-table`, `empty-table`, `table-without-grid`, `table-too-large`, `bad-span`.
    """
    reader = Reader(walk, section, part)
    if local_name(wrap) in _GRIDS:
        frame = _Frame(wrap.get("id") or f"T-{walk.count + 1}")
        tables = _read_grids(wrap, reader, frame, locator)
    elif local_name(wrap) == "table-wrap-group":
        tables = _read_group(wrap, reader, locator)
    else:
        tables = _read_wrap(wrap, reader, locator, _Frame())
    for inner, place in reader.nested:
        tables += read_tables(inner, walk, section, part, place)
    return tables


def _read_group(group: Element, reader: Reader, locator: str) -> list[Table]:
    frame = _frame(group, reader, locator, _Frame())
    tables: list[Table] = []
    for child, name, place in located_children(group, reader.walk, locator):
        if name == "table-wrap":
            tables += _read_wrap(child, reader, place, frame)
    return tables


def _frame(wrap: Element, reader: Reader, locator: str, outer: _Frame) -> _Frame:
    """Id, label and caption of a wrap; what it lacks comes from the group around it."""
    label = outer.label
    caption = outer.caption
    for child, name, place in located_children(wrap, reader.walk, locator):
        if name == "label":
            label = read_inline(child, reader.walk)[0] or label
        elif name in ("caption", "title"):
            caption += reader.paragraphs(child, "caption", place)
    return _Frame(wrap.get("id") or f"T-{reader.walk.count + 1}", label, caption)


def _read_wrap(wrap: Element, reader: Reader, locator: str, outer: _Frame) -> list[Table]:
    walk = reader.walk
    frame = _frame(wrap, reader, locator, outer)
    grids = list(_find_grids(wrap, walk, locator))
    tables: list[Table] = []
    for grid, place in grids:
        tables += _read_grids(grid, reader, frame, place)
    if not grids:
        tables.append(_without_grid(wrap, reader, frame, locator))
    for child, name, place in located_children(wrap, walk, locator):
        if name == "table-wrap-foot":
            frame.foot += reader.paragraphs(child, "footnote", place)
    for number, table in enumerate(tables, 1):
        table.id = frame.ident if number == 1 else f"{frame.ident}.{number}"
        table.foot = frame.foot
    return tables


def _find_grids(element: Element, walk: Walk, locator: str) -> Iterator[tuple[Element, str]]:
    """The outermost grids below an element; of alternatives only the first that is a grid."""
    for child, name, place in located_children(element, walk, locator):
        if name in _GRIDS:
            yield child, place
        elif name == "alternatives":
            yield from list(_find_grids(child, walk, place))[:1]
        elif name not in _LABELLING and len(child):
            yield from _find_grids(child, walk, place)


def _without_grid(wrap: Element, reader: Reader, frame: _Frame, locator: str) -> Table:
    """A wrap that holds pictures (named in a problem), other text (one row per paragraph) or nothing."""
    walk = reader.walk
    name = " ".join(dict.fromkeys(filter(None, (frame.ident, frame.label))))
    pictures = [child for child in wrap.iter() if local_name(child) in _PICTURES]
    cells: list[Cell] = []
    for child, kind, place in located_children(wrap, walk, locator):
        if kind not in _LABELLING and kind not in _PICTURES and kind != "alternatives":
            for paragraph in reader.paragraphs(child, "cell", place):
                cells.append(Cell(len(cells), 0, 1, 1, False, (paragraph,)))
    if cells:
        message = f"{name} holds paragraphs instead of a table: they are read as its rows"
        walk.add_problem("note", "table-without-grid", locator, message)
        return _table("table", reader, frame, locator, Rows(cells, len(cells), 1, 0))
    if pictures:
        files = ", ".join(_href(picture) or "(no file named)" for picture in pictures)
        message = f"{name} is given only as a picture and could not be read: {files}"
        walk.add_problem("warning", "graphic-only-table", locator, message)
        return _table("graphic", reader, frame, locator)
    walk.add_problem("warning", "empty-table", locator, f"{name} has no content")
    return _table("table", reader, frame, locator)


def _href(element: Element) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == "href"), "")


def _read_grids(element: Element, reader: Reader, frame: _Frame, locator: str) -> list[Table]:
    """A `table` as one table, or as one per `tgroup` it holds."""
    groups = [(child, place) for child, name, place in located_children(element, reader.walk, locator) if name == "tgroup"]
    if local_name(element) == "tgroup":
        groups = [(element, locator)]
    else:
        for child, name, place in located_children(element, reader.walk, locator):
            if name in ("caption", "title"):
                frame.caption += reader.paragraphs(child, "caption", place)
    tables = [_guarded(group, reader, frame, place, is_cals=True) for group, place in groups]
    return tables or [_guarded(element, reader, frame, locator, is_cals=False)]


def _guarded(element: Element, reader: Reader, frame: _Frame, locator: str, *, is_cals: bool) -> Table:
    """One grid; one that is too large is reported and comes without cells."""
    try:
        rows = read_group(element, reader, locator) if is_cals else _read_rows(element, reader, locator)
    except GridTooLargeError as error:
        name = frame.label or frame.ident
        reader.walk.add_problem("error", "table-too-large", locator, f"the cells of {name} were left out: {error}")
        rows = _NO_ROWS
    else:
        if not rows.cells:
            reader.walk.add_problem("warning", "empty-table", locator, f"{frame.label or frame.ident} has no cells")
    reader.report_spans()
    return _table("cals" if is_cals else "table", reader, frame, locator, rows)


def _table(form: Form, reader: Reader, frame: _Frame, locator: str, rows: Rows = _NO_ROWS) -> Table:
    return Table(
        frame.ident,
        frame.label,
        form,
        rows.n_rows,
        rows.n_columns,
        rows.head_rows,
        locator,
        reader.section,
        frame.caption,
        tuple(rows.cells),
    )


def _read_rows(table: Element, reader: Reader, locator: str) -> Rows:
    """The grid of an HTML-model table: heads, bodies and bare rows in their order, feet at the end.

    The head is the rows of the leading `thead`s; without any, the leading rows made of `th` only.
    """
    sections = _row_sections(table, reader.walk, locator)
    layout = Layout(sum(len(rows) for _, rows in sections))
    cells: list[Cell] = []
    head_rows = 0
    for name, rows in sections:
        layout.start_section(len(rows))
        is_head = name == "thead" and head_rows == layout.n_rows
        head_rows += len(rows) if is_head else 0
        for row, place in rows:
            layout.start_row()
            _read_row(row, reader, place, layout, cells, is_head)
    return Rows(cells, layout.n_rows, layout.n_columns, head_rows or _heading_rows(sections, cells))


def _row_sections(table: Element, walk: Walk, locator: str) -> list[tuple[str, list[tuple[Element, str]]]]:
    """The rows by section (name, rows with locators); consecutive bare rows are a section."""
    sections: list[tuple[str, list[tuple[Element, str]]]] = []
    feet: list[tuple[str, list[tuple[Element, str]]]] = []
    for child, name, place in located_children(table, walk, locator):
        if name == "tr":
            if not sections or sections[-1][0] != "tr":
                sections.append(("tr", []))
            sections[-1][1].append((child, place))
        elif name in _SECTIONS:
            rows = [(row, at) for row, kind, at in located_children(child, walk, place) if kind == "tr"]
            (feet if name == "tfoot" else sections).append((name, rows))
    return sections + feet


def _read_row(row: Element, reader: Reader, locator: str, layout: Layout, cells: list[Cell], is_head: bool) -> None:
    """Append the cells of one row. Called for every cell of every table: kept lean."""
    walk, paragraphs = reader.walk, reader.paragraphs
    plain = not walk.namespaced
    number = layout.n_rows - 1
    seen = {"td": 0, "th": 0}
    for cell in row:
        tag = cell.tag
        name = tag if tag in seen else local_name(cell)
        if name not in seen:
            continue
        seen[name] = position = seen[name] + 1
        place = f"{locator}/{tag}[{position}]" if plain else locator + walk.step(tag, position)
        rowspan, colspan = cell.get("rowspan"), cell.get("colspan")
        if (rowspan is None or rowspan == "1") and (colspan is None or colspan == "1"):
            column, down, across = layout.place_single(), 1, 1
        else:
            _, column, down, across = _place_spanning(rowspan, colspan, reader, place, layout)
        cells.append(Cell(number, column, down, across, is_head or name == "th", paragraphs(cell, "cell", place)))


def _place_spanning(rowspan: str | None, colspan: str | None, reader: Reader, locator: str, layout: Layout) -> Place:
    rows, rows_sound = read_span(rowspan, limit=MAX_ROWSPAN, zero=layout.rows_left)
    columns, columns_sound = read_span(colspan, limit=MAX_COLSPAN)
    at = layout.place(rows, columns)
    if not rows_sound:
        reader.bad_span(locator, f'rowspan="{rowspan}" read as {at.rowspan}')
    if not columns_sound:
        reader.bad_span(locator, f'colspan="{colspan}" read as {columns}')
    if at.colspan < columns:
        reader.bad_span(locator, f"{columns} columns wide, cut to {at.colspan} by a cell that spans down from above")
    return at


def _heading_rows(sections: list[tuple[str, list[tuple[Element, str]]]], cells: list[Cell]) -> int:
    """Leading rows made of `th` only, in a table without `thead`."""
    if any(name == "thead" and rows for name, rows in sections):
        return 0
    first_plain = next((cell.row for cell in cells if not cell.header), None)
    if first_plain is not None:
        return first_plain
    return cells[-1].row + 1 if cells else 0
