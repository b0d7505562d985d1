"""Tables for papers: Markdown, and HTML that Word and Writer take from the clipboard. LaTeX is in `latex.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import Tables
from mitotransfer.paper import Paper, PaperRow, PaperTable, Reference, paper
from mitotransfer.rows import TABLE_FILES

_NUMBER = "Ref."
_FONT = "font-family:'Times New Roman',serif;font-size:9pt"
_TABLE = f"border-collapse:collapse;width:100%;{_FONT}"
_CELL = "border:none;padding:2pt 4pt;text-align:left;vertical-align:top"
_HEAD = f"{_CELL};border-top:1.5pt solid #000;border-bottom:0.75pt solid #000;font-weight:bold"
_GROUP = f"{_CELL};border-top:0.5pt solid #808080"
# Everything that Markdown or the HTML in it may take as a sign
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!$^])")


def printed(tables: Tables) -> Paper:
    """The paper's tables of a run; works without authors and year go by their article's title."""
    titles = {article["id"]: article["title"] for article in tables.files["articles.csv"] if article["title"]}
    return paper({name: tables.files[file] for name, file in TABLE_FILES.items()}, titles)


def accounts(work: Paper) -> tuple[Account, ...]:
    """How many rows are printed, and how many were rejected."""
    rejected = sum(table.left_out for table in work.tables)
    return (Account("rows", sum(table.printed for table in work.tables), {"rejected by a reviewer": rejected}),)


def footnotes(table: PaperTable) -> list[str]:
    """What stands under a table: what its signs and marks mean."""
    return [f"{mark} {meaning}" for mark, meaning in table.footnotes]


def one_line(text: str) -> str:
    """The text with every run of blanks as one, but for blanks at which no line may break."""
    return re.sub(r"[^\S\N{NO-BREAK SPACE}]+", " ", text).strip()


def reference_number(row: PaperRow) -> str:
    """What stands in the last column: the number of the work and the row's marks."""
    return f"[{row.number}]{f' {row.marks}' if row.marks else ''}"


def lines_of(table: PaperTable) -> Iterable[tuple[str, list[str]]]:
    """The rows as texts, each with its group's label if it is the first of it."""
    for group in table.groups:
        for number, row in enumerate(group.rows):
            cells = ["; ".join(values) for values in row.cells]
            yield (group.label if not number else ""), [*cells, reference_number(row)]


def markdown(tables: Tables) -> Export:
    """`tables.md`: pipe tables with their notes, then the references."""
    work = printed(tables)
    text = "\n".join(line for table in work.tables for line in _markdown_table(table))
    text += "\n## References\n\n" + "".join(_markdown_reference(reference) for reference in work.references)
    return Export({"tables.md": text.encode()}, accounts(work))


def markdown_cell(text: str) -> str:
    """A text that Markdown shows as it is, in one line."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def _markdown_table(table: PaperTable) -> Iterable[str]:
    yield f"## {markdown_cell(table.title)}\n"
    if not table.groups:
        yield "No rows.\n"
        return
    headings = [table.grouped_by] * bool(table.grouped_by) + [*table.headings, _NUMBER]
    yield f"| {' | '.join(map(markdown_cell, headings))} |"
    yield "|" + " --- |" * len(headings)
    for label, cells in lines_of(table):
        shown = [f"**{markdown_cell(label)}**" if label else ""] * bool(table.grouped_by) + [*map(markdown_cell, cells)]
        yield f"| {' | '.join(shown)} |"
    yield ""
    if notes := footnotes(table):
        yield f"{markdown_cell(' '.join(notes))}\n"


def _markdown_reference(reference: Reference) -> str:
    address = reference.address()
    link = f" <{address}>" if address and not re.search(r"[\s<>]", address) else f" {markdown_cell(address)}" if address else ""
    return f"{reference.number}. {markdown_cell(reference.text)}.{link}\n"


def html(tables: Tables) -> Export:
    """`tables.html`: plain tables with the styles in their elements, which survive pasting, and nothing that runs."""
    work = printed(tables)
    body = "\n".join(line for table in work.tables for line in _html_table(table))
    entries = "\n".join(_html_reference(reference) for reference in work.references)
    references = f'<h2 style="{_FONT};font-weight:bold">References</h2>\n<ol style="{_FONT}">\n{entries}\n</ol>\n'
    head = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Tables</title>\n</head>\n<body>\n'
    return Export({"tables.html": f"{head}{body}\n{references}</body>\n</html>\n".encode()}, accounts(work))


def _html_table(table: PaperTable) -> Iterable[str]:
    yield f'<p style="{_FONT};font-weight:bold">{escape(table.title)}</p>'
    if not table.groups:
        yield f'<p style="{_FONT}">No rows.</p>'
        return
    headings = [table.grouped_by] * bool(table.grouped_by) + [*table.headings, _NUMBER]
    cells = "".join(f'<th style="{_HEAD}">{escape(heading)}</th>' for heading in headings)
    yield f'<table style="{_TABLE}">\n<thead><tr>{cells}</tr></thead>\n<tbody>'
    for group in table.groups:
        for number, row in enumerate(group.rows):
            style = _GROUP if not number else _CELL
            first = ""
            if table.grouped_by and not number:
                first = f'<td style="{_GROUP};font-weight:bold" rowspan="{len(group.rows)}">{escape(group.label)}</td>'
            texts = [*("; ".join(values) for values in row.cells), reference_number(row)]
            yield "<tr>" + first + "".join(f'<td style="{style}">{escape(text)}</td>' for text in texts) + "</tr>"
    yield "</tbody>\n</table>"
    if notes := footnotes(table):
        yield f'<p style="{_FONT};margin:2pt 0">{escape(" ".join(notes))}</p>'


def _html_reference(reference: Reference) -> str:
    address = escape(reference.address())
    link = f' <a href="{address}">{address}</a>' if address else ""
    return f"<li>{escape(reference.text)}.{link}</li>"
