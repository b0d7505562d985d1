"""Tables for papers: Markdown, and HTML that Word and Writer take from the clipboard. LaTeX is in `latex.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import Tables
from mitotransfer.paper import REFERENCE, Paper, PaperRow, PaperTable, Reference, paper
from mitotransfer.rows import TABLE_FILES
from mitotransfer.values import Item

_FONT = "font-family:'Times New Roman',serif;font-size:9pt"
_TABLE = f"border-collapse:collapse;width:100%;{_FONT}"
_CELL = "border:none;padding:2pt 4pt;text-align:left;vertical-align:top"
_HEAD = f"{_CELL};border-top:1.5pt solid #000;border-bottom:0.75pt solid #000;font-weight:bold"
_GROUP = f"{_CELL};border-top:0.5pt solid #808080"
# Everything that Markdown or the HTML in it may take as a sign
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!$^])")


def printed(tables: Tables) -> Paper:
    """The paper's tables of a run."""
    return paper({name: tables.files[file] for name, file in TABLE_FILES.items()}, tables.files["articles.csv"])


def accounts(work: Paper) -> tuple[Account, ...]:
    """How many rows are printed, and how many were rejected."""
    rejected = sum(table.rejected for table in work.tables)
    return (Account("rows", sum(table.shown for table in work.tables), {"rejected by a reviewer": rejected}),)


def footnote(table: PaperTable) -> str:
    """What stands under a table: what its abbreviations, signs and marks mean, and which columns are not printed."""
    short = ", ".join(f"{short} {long}" for short, long in table.abbreviations)
    signs = "; ".join(f"{sign} {meaning}" for sign, meaning in table.legend)
    unstated = f"No row states: {', '.join(table.unstated)}" if table.unstated else ""
    return " ".join(f"{part}." for part in (short, signs, unstated) if part)


def caption(table: PaperTable) -> str:
    """What stands over a table."""
    return f"{table.label}. {table.title}"


def one_line(text: str) -> str:
    """The text with every run of blanks as one, but for blanks at which no line may break."""
    return re.sub(r"[^\S\N{NO-BREAK SPACE}]+", " ", text).strip()


def lines_of(table: PaperTable) -> Iterable[tuple[str, int, list[str]]]:
    """The rows as texts without the group; the first of a group comes with its label and how many they are, others with ""."""
    for group in table.groups:
        for number, row in enumerate(group.rows):
            cells = ["; ".join(map(_value, cell)) for cell in row.cells]
            yield (group.label if not number else ""), len(group.rows), [*cells, _study(row)]


def _value(item: Item) -> str:
    """A value; no line breaks between an effect and its sign."""
    return f"{item.text}\N{NO-BREAK SPACE}{item.sign}" if item.sign else item.text


def _study(row: PaperRow) -> str:
    """What stands in the last column: the study, its number and the row's marks."""
    return " ".join(filter(None, (row.study, f"[{row.number}]" * bool(row.number), "".join(mark.sign for mark in row.marks))))


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
    yield f"## {markdown_cell(caption(table))}\n"
    if not table.groups:
        yield "No rows.\n"
        return
    headings = [*table.headings, REFERENCE]
    yield f"| {' | '.join(map(markdown_cell, headings))} |"
    yield "|" + " --- |" * len(headings)
    for label, _, cells in lines_of(table):
        shown = [f"**{markdown_cell(label)}**" if label else "", *map(markdown_cell, cells)]
        yield f"| {' | '.join(shown)} |"
    yield f"\n{markdown_cell(footnote(table))}\n"


def _markdown_reference(reference: Reference) -> str:
    # a parenthesis in an address is quoted, so that it ends where it should
    links = (f"[{markdown_cell(text)}]({url})" if url else markdown_cell(text) for text, url in reference.links)
    return f"{reference.number}. {' '.join(filter(None, (markdown_cell(reference.text), *links)))}\n"


def html(tables: Tables) -> Export:
    """`tables.html`: plain tables with the styles in their elements, which survive pasting, and nothing that runs."""
    work = printed(tables)
    body = "\n".join(line for table in work.tables for line in _html_table(table))
    entries = "\n".join(_html_reference(reference) for reference in work.references)
    references = f'<h2 style="{_FONT};font-weight:bold">References</h2>\n<ol style="{_FONT}">\n{entries}\n</ol>\n'
    head = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Tables</title>\n</head>\n<body>\n'
    return Export({"tables.html": f"{head}{body}\n{references}</body>\n</html>\n".encode()}, accounts(work))


def _html_table(table: PaperTable) -> Iterable[str]:
    yield f'<p style="{_FONT};font-weight:bold">{escape(caption(table))}</p>'
    if not table.groups:
        yield f'<p style="{_FONT}">No rows.</p>'
        return
    cells = "".join(f'<th style="{_HEAD}">{escape(heading)}</th>' for heading in (*table.headings, REFERENCE))
    yield f'<table style="{_TABLE}">\n<thead><tr>{cells}</tr></thead>\n<tbody>'
    for label, count, texts in lines_of(table):
        style = _GROUP if label else _CELL
        first = f'<td style="{_GROUP};font-weight:bold" rowspan="{count}">{escape(label)}</td>' if label else ""
        yield "<tr>" + first + "".join(f'<td style="{style}">{escape(text)}</td>' for text in texts) + "</tr>"
    yield f'</tbody>\n</table>\n<p style="{_FONT};margin:2pt 0">{escape(footnote(table))}</p>'


def _html_reference(reference: Reference) -> str:
    links = (f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text) for text, url in reference.links)
    return f"<li>{' '.join(filter(None, (escape(reference.text), *links)))}</li>"
