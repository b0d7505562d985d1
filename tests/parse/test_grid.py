"""Span arithmetic: where cells come to stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.document import Cell, Table
from mitotransfer.parse.grid import MAX_COLSPAN, GridTooLargeError, Layout, Place, read_span

Row = list[tuple[int, int]]
Section = list[Row]


def lay_out(sections: list[Section]) -> tuple[Layout, list[Place]]:
    layout = Layout(sum(map(len, sections)))
    places = []
    for section in sections:
        layout.start_section(len(section))
        for row in section:
            layout.start_row()
            places += [layout.place(rowspan, colspan) for rowspan, colspan in row]
    return layout, places


def paint(sections: list[Section]) -> dict[tuple[int, int], int]:
    """The same place by place, with no cleverness: place -> number of the cell that covers it."""
    painted: dict[tuple[int, int], int] = {}
    number = top = 0
    for section in sections:
        bottom = top + len(section)
        for y, row in enumerate(section, top):
            x = 0
            for rowspan, colspan in row:
                while (y, x) in painted:
                    x += 1
                free = x
                while free < x + colspan and (y, free) not in painted:
                    free += 1
                for down in range(y, min(y + rowspan, bottom)):
                    for across in range(x, free):
                        painted[down, across] = number
                number += 1
                x += colspan
        top = bottom
    return painted


spans = st.tuples(st.sampled_from((1, 1, 1, 2, 3, 7)), st.sampled_from((1, 1, 1, 2, 3)))
tables = st.lists(st.lists(st.lists(spans, max_size=6), max_size=6), max_size=3)


@settings(deadline=None, derandomize=True)
@given(tables)
def test_grid_equals_a_naive_painter(sections: list[Section]) -> None:
    layout, places = lay_out(sections)
    cells = tuple(Cell(*place, False) for place in places)
    grid = Table("t", "", "table", layout.n_rows, layout.n_columns, 0, cells=cells).grid()
    numbers = {id(cell): number for number, cell in enumerate(cells)}
    got = {(y, x): numbers[id(cell)] for y, row in enumerate(grid) for x, cell in enumerate(row) if cell is not None}
    assert got == paint(sections)


@settings(deadline=None, derandomize=True)
@given(tables)
def test_cells_cover_disjoint_places_inside_the_grid(sections: list[Section]) -> None:
    layout, places = lay_out(sections)
    covered = [(y, x) for p in places for y in range(p.row, p.row + p.rowspan) for x in range(p.column, p.column + p.colspan)]
    assert len(covered) == len(set(covered))
    assert all(y < layout.n_rows and x < layout.n_columns for y, x in covered)
    assert places == sorted(places)


def test_row_span_ends_with_its_section() -> None:
    _, places = lay_out([[[(5, 1), (1, 1)]], [[(1, 1), (1, 1)]]])
    assert places[0] == Place(0, 0, 1, 1)
    assert places[2] == Place(1, 0, 1, 1)


def test_wide_cell_is_cut_where_a_cell_comes_down_from_above() -> None:
    # Row 2 has one free place, then the span from above; its wide cell keeps the free one, the next cell comes after it.
    _, places = lay_out([[[(1, 1), (2, 1), (1, 1)], [(1, 3), (1, 1)]]])
    assert places[3:] == [Place(1, 0, 1, 1), Place(1, 3, 1, 1)]


def test_named_column_is_taken_when_free() -> None:
    layout = Layout(1)
    layout.start_section(1)
    layout.start_row()
    assert [layout.place(1, 1, 2).column, layout.place(1, 1).column, layout.place(1, 1, 0).column] == [2, 3, 4]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (1, True)),
        ("1", (1, True)),
        ("12", (12, True)),
        (" 3 ", (3, True)),
        ("003", (3, True)),
        ("2px", (2, False)),
        ("2.5", (2, False)),
        ("two", (1, False)),
        ("", (1, False)),
        ("-1", (1, False)),
        ("0", (9, False)),
        ("1000000000", (MAX_COLSPAN, False)),
        ("9" * 5000, (MAX_COLSPAN, False)),  # int() itself refuses more than 4300 digits
        ("٣", (1, False)),  # digits of other scripts are not digits here
    ],
)
def test_span_values(value: str | None, expected: tuple[int, bool]) -> None:
    assert read_span(value, limit=MAX_COLSPAN, zero=9) == expected


def test_area_is_bounded() -> None:
    layout = Layout(10_000)
    layout.start_section(10_000)
    layout.start_row()
    with pytest.raises(GridTooLargeError, match="columns"):
        layout.place(10_000, 501)
    with pytest.raises(GridTooLargeError, match="rows"):
        Layout(6_000_000)
