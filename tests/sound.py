"""What holds of every parsed article, whatever its file was: checked by property tests here and by `tools/fuzz.py`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mitotransfer.document import Annotated, Article, Passage, Table
from mitotransfer.topic import has_topic


def passages_of(article: Article) -> Iterator[Passage]:
    """All passages, those of tables as well."""
    yield from article.passages
    for table in article.tables:
        yield from table.caption
        for cell in table.cells:
            yield from cell.paragraphs
        yield from table.foot


def check_article(article: Article) -> None:
    """Offsets lie inside their texts, citations lead to references, grids are whole, ids are unique, and it can be stored."""
    seen: dict[str, int] = {}
    for passage in passages_of(article):
        assert seen.setdefault(passage.id, id(passage)) == id(passage), f"the id {passage.id} is given twice"
        assert passage.text == " ".join(passage.text.split()), f"blanks of {passage.id}"
        for mark in passage.marks:
            assert 0 <= mark.start <= mark.end <= len(passage.text), f"{mark} in {passage.id}"
        for cite in passage.citations:
            assert 0 <= cite.start <= cite.end <= len(passage.text), f"{cite} in {passage.id}"
            assert all(ref in article.references for ref in cite.refs), f"references of {passage.id}"
    for table in article.tables:
        check_grid(table)
    assert msgspec.json.decode(msgspec.json.encode(article), type=Article) == article


def check_screened(whole: Article, screened: Article) -> None:
    """An article that was read only if need be: as it is, or its head alone where no text has a word for mitochondria."""
    if screened.reason and not whole.reason:
        assert screened.head == whole.head, "another head"
        assert not any(has_topic(passage.text) for passage in passages_of(whole)), "passed over"
    else:
        assert screened == whole, "read otherwise when screened"


def check_grid(table: Table) -> None:
    """Rows and columns as told, every cell inside them, no place covered twice."""
    assert 0 <= table.head_rows <= table.n_rows
    grid = table.grid()
    assert len(grid) == table.n_rows
    assert all(len(row) == table.n_columns for row in grid)
    covered = sum(cell.rowspan * cell.colspan for cell in table.cells)
    assert covered == sum(cell is not None for row in grid for cell in row), "cells overlap or lie outside"
    assert [(cell.row, cell.column) for cell in table.cells] == sorted({(cell.row, cell.column) for cell in table.cells})


def check_annotated(annotated: Annotated) -> None:
    """Triggers lie inside their sentences, and it can be stored."""
    for event in annotated.events:
        at = event.locator
        assert 0 <= at.start <= at.end <= len(at.sentence), f"{event.rule}: {at.start}:{at.end}"
    assert msgspec.json.decode(msgspec.json.encode(annotated), type=Annotated) == annotated
