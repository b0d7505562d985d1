"""Tables of real articles (beside the project), cell for cell."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mitotransfer.document import Reference, Table
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.tables import read_tables
from mitotransfer.parse.xmlio import read_xml
from plain_grids import expected_grid, letters, name, printed


def walk_of(root: Any) -> Walk:
    walk = Walk("x")
    for ref in root.iter("{*}ref"):
        walk.keys[ref.get("id", "")] = ref.get("id", "")
        walk.references[ref.get("id", "")] = Reference(ref.get("id", ""))
        walk.order.append(ref.get("id", ""))
    return walk


def tables_of(data: bytes) -> tuple[Any, list[tuple[Any, list[Table]]], Walk]:
    root = read_xml(data, "x").root
    for element in root.iter("{*}*"):  # as the article walker does: the vocabulary without its namespace
        if re.search(r"\{[^}]*(jats|dtd\.nlm)", str(element.tag)):
            element.tag = name(element)
    walk = walk_of(root)
    wraps = list(root.iter("table-wrap"))
    return root, [(wrap, read_tables(wrap, walk, (), "body", root.getroottree().getpath(wrap))) for wrap in wraps], walk


@pytest.mark.parametrize("number", [1, 2, 3])
def test_tables_of_a_review_cell_for_cell(shared: Path, number: int) -> None:
    """Every paragraph, citation, caption and footnote; a spanned place is the very cell above."""
    _, found, walk = tables_of((shared / "review" / "PMC10834547.xml").read_bytes())
    (table,) = found[number - 1][1]
    gold = json.loads((shared / "review" / "cells" / f"gold_table{number}.json").read_text(encoding="utf-8"))
    grid = table.grid()
    assert (table.label, table.caption[0].text, table.foot[0].text) == (gold["label"], gold["caption"], gold["footnote"])
    assert [cell.text for cell in grid[0] if cell] == gold["header"] and table.head_rows == 1
    got: list[list[Any]] = []
    for y, row in enumerate(grid[1:], 1):
        got.append([])
        for x, cell in enumerate(row):
            assert cell is not None
            got[-1].append({"span": True} if cell.row < y else [paragraph(p) for p in cell.paragraphs])
            assert cell.column == x
    assert got == [[as_printed(cell) for cell in row] for row in gold["rows"]]
    assert walk.problems == []


def paragraph(passage: Any) -> Any:
    cited = [int(ref.removeprefix("CR")) for citation in passage.citations for ref in citation.refs]
    return {"text": passage.text, "cite": cited} if cited else passage.text


def as_printed(cell: Any) -> Any:
    """The gold cell with thin spaces as blanks, like the parsed text."""
    if isinstance(cell, dict):
        return cell
    return [" ".join(p.split()) if isinstance(p, str) else p for p in cell]


def test_tables_of_200_articles_place_by_place(shared: Path) -> None:
    """Each `table` gives the grid of an independent reading; each picture of a table is reported, in the number indexed."""
    with (shared / "jats" / "index.csv").open(encoding="utf-8", newline="") as handle:
        index = list(csv.DictReader(handle))
    right = total = 0
    for line in index:
        _, found, walk = tables_of((shared / "jats" / line["file"]).read_bytes())
        pictures = [table for _, tables in found for table in tables if table.form == "graphic"]
        reports = [problem for problem in walk.problems if problem.code == "graphic-only-table"]
        assert len(pictures) == len(reports) == int(line["table_wrap_graphic_only"]), line["file"]
        for wrap, tables in found:
            for source, table in zip([e for e in wrap.iter() if name(e) == "table"], tables, strict=False):
                cells = enumerate(table.grid())
                got = {(y, x): letters(c.text) for y, row in cells for x, c in enumerate(row) if c is not None}
                total += 1
                right += got == expected_grid(source)
    assert total == sum(int(line["table_wrap_with_table"]) for line in index)
    assert right == total


def test_locators_find_their_cells(shared: Path) -> None:
    root, found, _ = tables_of((shared / "review" / "PMC10834547.xml").read_bytes())
    for passage in (p for _, tables in found for t in tables for c in t.cells for p in c.paragraphs):
        (element,) = root.getroottree().xpath(passage.locator)
        assert letters(printed(element)) == letters(passage.text)
        assert isinstance(element, etree._Element)
