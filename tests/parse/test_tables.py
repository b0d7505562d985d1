"""One test per oddity of tables in JATS."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from mitotransfer.document import Citation, Mark, Table
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.tables import read_tables


def read(xml: str) -> tuple[list[Table], Walk]:
    walk = Walk("PMC1")
    walk.keys.update({"r1": "r1", "r24": "r24"})
    walk.order += ["r1", "r24"]
    root = etree.fromstring(f"<body xmlns:xlink='http://www.w3.org/1999/xlink'>{xml}</body>")
    return read_tables(root[0], walk, ("Results",), "body", f"/body/{root[0].tag}[1]"), walk


def rows_of(table: Table) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row] for row in table.grid()]


def one(xml: str) -> Table:
    (table,), walk = read(xml)
    assert walk.problems == []
    return table


def cell_of(content: str) -> list[str]:
    return [p.text for p in one(f"<table><tr><td>{content}</td></tr></table>").cells[0].paragraphs]


def codes(walk: Walk) -> list[str]:
    return [problem.code for problem in walk.problems]


def test_spans_fill_the_grid() -> None:
    table = one("<table><tr><td rowspan='2'>a</td><td colspan='2'>b</td></tr><tr><td>c</td><td>d</td></tr></table>")
    assert rows_of(table) == [["a", "b", "b"], ["a", "c", "d"]]
    assert [(c.row, c.column, c.rowspan, c.colspan) for c in table.cells] == [
        (0, 0, 2, 1),
        (0, 1, 1, 2),
        (1, 1, 1, 1),
        (1, 2, 1, 1),
    ]


def test_ragged_rows_are_padded() -> None:
    assert rows_of(one("<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>")) == [["a", None], ["b", "c"]]


def test_empty_corner_cell_is_kept() -> None:
    table = one("<table><thead><tr><td/><th>x</th></tr></thead><tbody><tr><td>r</td><td>1</td></tr></tbody></table>")
    assert rows_of(table) == [["", "x"], ["r", "1"]]
    assert table.head_rows == 1 and table.cells[0].header


def test_foot_rows_come_last_wherever_they_are_written() -> None:
    table = one(
        "<table><thead><tr><th>h</th></tr></thead><tfoot><tr><td>f</td></tr></tfoot><tbody><tr><td>b</td></tr></tbody></table>"
    )
    assert rows_of(table) == [["h"], ["b"], ["f"]]


def test_head_without_thead_is_the_leading_rows_of_th() -> None:
    table = one("<table><tr><th>h</th></tr><tr><th>i</th></tr><tr><td>b</td></tr><tr><th>stub</th></tr></table>")
    assert table.head_rows == 2


def test_row_of_th_and_td_is_not_a_head() -> None:
    assert one("<table><tr><th>stub</th><td>b</td></tr></table>").head_rows == 0


def test_bare_rows_are_one_section() -> None:
    assert rows_of(one("<table><tr><td rowspan='2'>a</td></tr><tr><td>b</td></tr></table>")) == [["a", None], ["a", "b"]]


def test_row_span_does_not_leave_the_body_section() -> None:
    table = one(
        "<table><tbody><tr><td rowspan='3'>a</td><td>b</td></tr></tbody><tbody><tr><td>c</td><td>d</td></tr></tbody></table>"
    )
    assert rows_of(table) == [["a", "b"], ["c", "d"]]


def test_paragraphs_of_a_cell_stay_apart() -> None:
    assert cell_of("<p>tunnelling nanotubes</p><p>Gap junctions</p>") == ["tunnelling nanotubes", "Gap junctions"]


def test_break_starts_a_paragraph_even_inside_italics() -> None:
    assert cell_of("a<break/>b <italic>c<break/>d</italic>") == ["a", "b c", "d"]


def test_break_keeps_marks_and_citations_with_their_line() -> None:
    table = one(
        "<table><tr><td>x <bold>y</bold><sup><xref ref-type='bibr' rid='r1'>1</xref></sup><break/>"
        "<bold>z</bold></td></tr></table>"
    )
    first, second = table.cells[0].paragraphs
    assert (first.text, second.text, second.marks) == ("x y", "z", (Mark(0, 1, "bold"),))
    assert first.citations == (Citation(3, 3, ("r1",), "1"),) and second.citations == ()
    assert first.id != second.id


def test_list_items_are_paragraphs() -> None:
    assert cell_of("<list><list-item><label>•</label><p>one</p></list-item><list-item><p>two</p></list-item></list>") == [
        "one",
        "two",
    ]


def test_numbered_item_keeps_its_number() -> None:
    assert cell_of("<list><list-item><label>a)</label><p>one</p></list-item></list>") == ["a) one"]


def test_text_around_paragraphs_is_kept_in_order() -> None:
    assert cell_of("before<p>in<list><list-item><p>item</p></list-item></list> side</p>after <bold>all</bold>") == [
        "before",
        "in side",
        "item",
        "after all",
    ]


def test_citation_number_does_not_touch_the_year() -> None:
    table = one("<table><tr><td>Spees, 2006<sup><xref ref-type='bibr' rid='r24'>24</xref></sup></td></tr></table>")
    (paragraph,) = table.cells[0].paragraphs
    assert (paragraph.text, paragraph.citations) == ("Spees, 2006", (Citation(11, 11, ("r24",), "24"),))


def test_cell_of_a_citation_alone_keeps_it() -> None:
    table = one("<table><tr><td>[<xref ref-type='bibr' rid='r1'>1</xref>]</td></tr></table>")
    assert table.cells[0].paragraphs[0].citations[0].refs == ("r1",)


@pytest.mark.parametrize("value", ["007", "1.50", "NA", "1,234", "−5", "2024-05"])
def test_values_stay_as_printed(value: str) -> None:
    assert cell_of(value) == [value]


def test_bad_spans_are_cleaned_and_told_once() -> None:
    (table,), walk = read(
        "<table><tr><td colspan='two'>a</td><td rowspan='-1'>b</td><td rowspan='1000000000'>c</td></tr>"
        "<tr><td colspan=''>d</td><td rowspan='0'>e</td></tr><tr><td>f</td></tr></table>"
    )
    assert rows_of(table) == [["a", "b", "c"], ["d", "e", "c"], ["f", "e", "c"]]
    assert codes(walk) == ["bad-span"]
    assert walk.problems[0].place == "/body/table[1]/tr[1]/td[1]"
    assert 'colspan="two"' in walk.problems[0].message


def test_row_span_of_zero_goes_to_the_end_of_the_section() -> None:
    (table,), _ = read("<table><tr><td rowspan='0'>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td></tr></table>")
    assert rows_of(table) == [["a", "b"], ["a", "c"], ["a", "d"]]


def test_huge_colspan_is_cut_to_the_standards_bound() -> None:
    (table,), walk = read("<table><tr><td colspan='1000000000'>a</td></tr></table>")
    assert table.n_columns == 1000 and codes(walk) == ["bad-span"]


def test_overlap_is_told_and_no_text_lost() -> None:
    (table,), walk = read("<table><tr><td>a</td><td rowspan='2'>b</td></tr><tr><td colspan='2'>c</td><td>d</td></tr></table>")
    assert rows_of(table) == [["a", "b", None], ["c", "b", "d"]]
    assert codes(walk) == ["bad-span"]


def test_table_too_large_is_reported_with_its_caption() -> None:
    row = "<tr>" + "<td colspan='1000'/>" * 60 + "</tr>"
    (table,), walk = read(f"<table-wrap id='T1'><caption><p>Big</p></caption><table>{row}{'<tr/>' * 100}</table></table-wrap>")
    assert table.cells == () and table.caption[0].text == "Big"
    assert codes(walk) == ["table-too-large"]


def test_a_table_of_a_row_as_wide_as_no_spreadsheet_is_left_out() -> None:
    """Found by fuzzing: columns by the million, from one row of wide cells, took annotation a quarter of a minute."""
    wide = "<td colspan='1000'>a</td>"
    (table,), walk = read(f"<table><tr>{wide * 1481}</tr></table>")
    assert table.cells == () and codes(walk) == ["table-too-large"]


def test_wide_table_with_many_spanning_rows_is_read() -> None:
    # Each row's cells come after those still hanging down from the two rows above.
    row = "<tr>" + "<td rowspan='3'/>" * 2000 + "</tr>"
    table = one(f"<table>{row * 5}</table>")
    assert (table.n_rows, table.n_columns, len(table.cells)) == (5, 6000, 10_000)


def test_alternatives_give_the_table_not_the_picture() -> None:
    table = one(
        "<table-wrap id='T1'><alternatives><graphic xlink:href='t1.jpg'/>"
        "<table><tr><td>a</td></tr></table></alternatives></table-wrap>"
    )
    assert (table.form, rows_of(table)) == ("table", [["a"]])
    assert table.cells[0].paragraphs[0].locator == "/body/table-wrap[1]/alternatives[1]/table[1]/tr[1]/td[1]"


def test_picture_of_a_table_is_reported_with_its_file() -> None:
    (table,), walk = read(
        "<table-wrap id='T2'><label>Table 2</label><caption><p>Cap</p></caption><graphic xlink:href='t2.gif'/>"
        "<table-wrap-foot><p>NR, not reported</p></table-wrap-foot></table-wrap>"
    )
    assert (table.form, table.label, table.cells) == ("graphic", "Table 2", ())
    assert (table.caption[0].text, table.foot[0].text) == ("Cap", "NR, not reported")
    assert codes(walk) == ["graphic-only-table"] and walk.problems[0].severity == "warning"
    assert all(word in walk.problems[0].message for word in ("T2", "Table 2", "t2.gif"))


def test_wrap_with_nothing_is_reported() -> None:
    (table,), walk = read("<table-wrap id='T3'><label>Table 3</label></table-wrap>")
    assert table.cells == () and codes(walk) == ["empty-table"]


def test_table_without_cells_is_reported() -> None:
    assert codes(read("<table-wrap id='T3'><table/></table-wrap>")[1]) == ["empty-table"]


def test_list_in_place_of_a_table_is_read_as_rows() -> None:
    xml = "<table-wrap id='T4'><list><list-item><p>a</p></list-item><list-item><p>b</p></list-item></list></table-wrap>"
    (table,), walk = read(xml)
    assert rows_of(table) == [["a"], ["b"]] and codes(walk) == ["table-without-grid"]


def test_two_tables_in_one_wrap_share_label_caption_and_foot() -> None:
    tables, _ = read(
        "<table-wrap id='T1'><label>Table 1</label><caption><title>Cap</title></caption><table><tr><td>a</td></tr></table>"
        "<table><tr><td>b</td></tr></table><table-wrap-foot><p>foot</p></table-wrap-foot></table-wrap>"
    )
    assert [(t.id, t.label, t.caption[0].text, t.foot[0].text) for t in tables] == [
        ("T1", "Table 1", "Cap", "foot"),
        ("T1.2", "Table 1", "Cap", "foot"),
    ]
    assert tables[1].cells[0].paragraphs[0].locator == "/body/table-wrap[1]/table[2]/tr[1]/td[1]"


def test_group_hands_its_caption_to_its_tables() -> None:
    tables, _ = read(
        "<table-wrap-group><label>Table 5</label><caption><p>Group</p></caption>"
        "<table-wrap id='A'><table><tr><td>a</td></tr></table></table-wrap>"
        "<table-wrap id='B'><label>5b</label><caption><p>Own</p></caption>"
        "<table><tr><td>b</td></tr></table></table-wrap></table-wrap-group>"
    )
    assert [(t.id, t.label, [p.text for p in t.caption]) for t in tables] == [
        ("A", "Table 5", ["Group"]),
        ("B", "5b", ["Group", "Own"]),
    ]


def test_footnotes_keep_their_labels_as_marks() -> None:
    table = one(
        "<table-wrap id='T1'><table><tr><td>a</td></tr></table><table-wrap-foot><fn-group><fn><label>*</label><p>p &lt; 0.05 "
        "<italic>t</italic></p></fn></fn-group><attrib>From a source</attrib></table-wrap-foot></table-wrap>"
    )
    assert [p.text for p in table.foot] == ["* p < 0.05 t", "From a source"]
    assert table.foot[0].marks == (Mark(0, 1, "label"), Mark(11, 12, "italic"))
    assert {p.kind for p in table.foot} == {"footnote"}


def test_table_inside_a_cell_becomes_a_table_of_its_own() -> None:
    tables, _ = read("<table><tr><td>outer<table id='in'><tr><td>inner</td></tr></table></td></tr></table>")
    assert [rows_of(t) for t in tables] == [[["outer"]], [["inner"]]]
    assert tables[1].cells[0].paragraphs[0].locator == "/body/table[1]/tr[1]/td[1]/table[1]/tr[1]/td[1]"


def test_figure_inside_a_cell_is_left_to_the_caller() -> None:
    _, walk = read("<table><tr><td>text<fig id='F'><caption><p>c</p></caption></fig></td></tr></table>")
    assert [figure.get("id") for figure in walk.take_lifted()] == ["F"]


def test_comments_and_processing_instructions_are_not_cells() -> None:
    assert rows_of(one("<table><!-- c --><tr><?pi x?><td>a<!-- d -->b</td></tr></table>")) == [["ab"]]


def test_source_tree_is_left_as_it_was() -> None:
    xml = "<table><tr><td>a<break/>b<p>c</p> d</td></tr></table>"
    root = etree.fromstring(xml)
    read_tables(root, Walk("x"), (), "body", "/table")
    assert etree.tostring(root).decode() == xml


@pytest.mark.parametrize("namespace", ["", "{https://jats.nlm.nih.gov/ns/archiving/1.3/}"])
def test_every_locator_finds_its_element(namespace: str) -> None:
    xml = (
        "<table-wrap><caption><p>c</p></caption><table><thead><tr><th>h</th><td>i</td></tr></thead><tbody><tr><td>1</td>"
        "<th>s</th><td><p>2</p><list><list-item><p>3</p></list-item></list></td></tr></tbody></table>"
        "<table-wrap-foot><fn><p>4</p></fn></table-wrap-foot></table-wrap>"
    )
    uri = f' xmlns="{namespace[1:-1]}"' if namespace else ""
    root: Any = etree.fromstring(f"<body{uri}>{xml}</body>")
    start = "/*[local-name()='body']/*[local-name()='table-wrap'][1]" if namespace else "/body/table-wrap[1]"
    (table,) = read_tables(root[0], Walk("x", namespaced=bool(namespace)), (), "body", start)
    passages = [*table.caption, *(p for cell in table.cells for p in cell.paragraphs), *table.foot]
    found = ["".join(root.xpath(p.locator)[0].itertext()) for p in passages]
    assert found == [p.text for p in passages] == ["c", "h", "i", "1", "s", "2", "3", "4"]
    assert all(len(root.xpath(p.locator)) == 1 for p in passages)
