"""Tables of the OASIS (CALS) model."""

from __future__ import annotations

from typing import Any

from lxml import etree

from mitotransfer.document import Table
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.tables import read_tables

OASIS = "http://www.niso.org/standards/z39-96/ns/oasis-exchange/table"
SPECS = "<colspec colnum='1' colname='c1'/><colspec colname='c2'/><colspec colnum='3' colname='c3'/>"


def read(groups: str) -> tuple[list[Table], Walk]:
    walk = Walk("x")
    root = etree.fromstring(f"<table-wrap id='T1'><table xmlns='{OASIS}'>{groups}</table></table-wrap>")
    return read_tables(root, walk, (), "body", "/table-wrap"), walk


def grid(groups: str) -> list[list[str | None]]:
    (table,), walk = read(groups)
    assert walk.problems == []
    return [[cell.text if cell else None for cell in row] for row in table.grid()]


def rows(*rows: str) -> str:
    return "<tbody>" + "".join(f"<row>{row}</row>" for row in rows) + "</tbody>"


def test_column_and_row_spans() -> None:
    body = rows("<entry morerows='1'>a</entry><entry namest='c2' nameend='c3'>b</entry>", "<entry>c</entry><entry>d</entry>")
    assert grid(f"<tgroup cols='3'>{SPECS}{body}</tgroup>") == [["a", "b", "b"], ["a", "c", "d"]]


def test_named_span() -> None:
    specs = SPECS + "<spanspec namest='c1' nameend='c2' spanname='s'/>"
    body = rows("<entry spanname='s'>a</entry><entry>b</entry>")
    assert grid(f"<tgroup cols='3'>{specs}{body}</tgroup>") == [["a", "a", "b"]]


def test_entry_names_its_column_and_leaves_a_gap() -> None:
    body = rows("<entry>a</entry><entry colname='c3'>b</entry>")
    assert grid(f"<tgroup cols='3'>{SPECS}{body}</tgroup>") == [["a", None, "b"]]


def test_head_is_counted_and_its_own_colspecs_hold_there() -> None:
    head = "<thead><colspec colname='x'/><colspec colname='y'/><row><entry namest='x' nameend='y'>h</entry></row></thead>"
    (table,), walk = read(f"<tgroup cols='2'>{head}{rows('<entry>a</entry><entry>b</entry>')}</tgroup>")
    assert (table.form, table.head_rows, table.n_columns, walk.problems) == ("cals", 1, 2, [])
    assert [cell.header for cell in table.cells] == [True, False, False]


def test_each_tgroup_is_a_table() -> None:
    tables, _ = read(f"<tgroup cols='1'>{rows('<entry>a</entry>')}</tgroup><tgroup cols='1'>{rows('<entry>b</entry>')}</tgroup>")
    assert [(t.id, t.cells[0].text) for t in tables] == [("T1", "a"), ("T1.2", "b")]


def test_locator_finds_the_entry_in_its_namespace() -> None:
    walk = Walk("x")
    body = rows("<entry>a</entry><entry>b</entry>")
    root: Any = etree.fromstring(f"<table-wrap><table xmlns='{OASIS}'><tgroup cols='2'>{body}</tgroup></table></table-wrap>")
    (table,) = read_tables(root, walk, (), "body", "/table-wrap")
    assert root.xpath(table.cells[1].paragraphs[0].locator)[0].text == "b"


def test_bad_values_are_cleaned_and_told_once() -> None:
    body = rows(
        "<entry morerows='two'>a</entry><entry namest='c9' nameend='c3'>b</entry>", "<entry namest='c3' nameend='c1'>c</entry>"
    )
    (table,), walk = read(f"<tgroup cols='3'>{SPECS}{body}</tgroup>")
    assert [(c.row, c.column, c.rowspan, c.colspan) for c in table.cells] == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 2, 1, 1)]
    assert [problem.code for problem in walk.problems] == ["bad-span"]
    assert 'morerows="two"' in walk.problems[0].message and '"c9" is not defined' in walk.problems[0].message


def test_table_within_an_entry_gives_its_paragraphs() -> None:
    inner = "<entrytbl cols='2'><tbody><row><entry>a</entry><entry>b</entry></row></tbody></entrytbl><entry>c</entry>"
    (table,), _ = read(f"<tgroup cols='2'>{rows(inner)}</tgroup>")
    assert [[p.text for p in cell.paragraphs] for cell in table.cells] == [["a", "b"], ["c"]]


def test_plain_tgroup_without_namespace() -> None:
    root = etree.fromstring(f"<tgroup cols='1'>{rows('<entry>a</entry>')}</tgroup>")
    (table,) = read_tables(root, Walk("x"), (), "body", "/tgroup")
    assert (table.form, table.cells[0].text) == ("cals", "a")


def test_foot_rows_come_last() -> None:
    foot = "<tfoot><row><entry>f</entry></row></tfoot>"
    assert grid(f"<tgroup cols='1'>{foot}{rows('<entry>a</entry>')}</tgroup>") == [["a"], ["f"]]
