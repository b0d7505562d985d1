"""The rows as a paper would print them: what columns, in what groups, with numbered references and marks. No layout."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mitotransfer.rows import SEPARATOR, TABLES

Record = Mapping[str, str]
TITLES = {
    "secretion": "Secretion and transfer of mitochondria between cells",
    "transplantation": "Transplantation of mitochondria in animal models",
    "trials": "Clinical trials of mitochondria",
}
NOT_STATED = "not stated"
# Column, value -> mark and what it means. A row may carry several.
_MARKS = (
    ("negated", "true", "†", "The study reports that this was not found."),
    ("hedged", "true", "‡", "Put with doubt by the authors."),
    ("retracted", "true", "§", "From an article that was retracted."),
    ("review_status", "conflict", "¶", "Reviewers disagree on this row."),
)
_SIGNS = {"↑": "increase", "↓": "decrease", "±": "change", "=": "no effect"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ESTIMATED = re.compile(r"~\d{4}")
_SIGNED = re.compile(rf" ([{''.join(_SIGNS)}])$")
_HEADINGS = {"cell_type": "Donor cells", "nct_number": "NCT number", "disease_injury": "Disease or injury"}


class Reference(NamedTuple):
    """An entry of the reference list, numbered from 1 in the order of first mention."""

    number: int
    text: str
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""

    def address(self) -> str:
        """Where the work is found, as an address; empty when no id is known."""
        known = (
            (self.doi, "https://doi.org/"),
            (self.pmcid, "https://pmc.ncbi.nlm.nih.gov/articles/"),
            (self.pmid, "https://pubmed.ncbi.nlm.nih.gov/"),
        )
        return next((base + ident for ident, base in known if ident), "")


class PaperRow(NamedTuple):
    """A row: per column its values, the number of its reference, its marks (see the table's footnotes)."""

    row_id: str
    cells: tuple[tuple[str, ...], ...]
    number: int
    marks: str


class PaperGroup(NamedTuple):
    """Rows that have the first column in common."""

    label: str
    rows: tuple[PaperRow, ...]


class PaperTable(NamedTuple):
    """A table: what its groups are, the headings of the other columns, the groups, the footnotes (mark, meaning).

    An effect's sign stands behind a no-break space. The footnotes explain the signs and marks that there are.

    `left_out`: rows that a reviewer rejected.
    """

    name: str
    title: str
    grouped_by: str
    headings: tuple[str, ...]
    groups: tuple[PaperGroup, ...]
    footnotes: tuple[tuple[str, str], ...]
    left_out: int

    @property
    def printed(self) -> int:
        """How many rows are printed."""
        return sum(len(group.rows) for group in self.groups)


class Paper(NamedTuple):
    """The tables that have rows or lost them to rejection, and the references of all of them."""

    tables: tuple[PaperTable, ...]
    references: tuple[Reference, ...]


def paper(rows: Mapping[str, Sequence[Record]], titles: Mapping[str, str] | None = None) -> Paper:
    """The rows of each table (name of `rows.TABLES` -> lines of its CSV) as they are printed; rejected ones are left out.

    Rows are grouped by the first column (donor, tissue; trials are not), groups sorted by name, those that do not state it last.
    Works are told apart by DOI, PMID or PMCID, else by what was read and how it is cited. `titles`: of articles, by id, for
    works that have no authors and year.
    """
    numbering = _Numbering(titles or {})
    tables = tuple(_table(name, rows.get(name, ()), numbering) for name in TABLES)
    return Paper(tables, tuple(numbering.references))


def columns(name: str) -> list[str]:
    """The columns of a table that are printed, the group's first; the reference is printed as a number."""
    fields = dataclasses.fields(TABLES[name])
    return [field.name for field in fields if field.metadata["role"] not in ("", "reference")]


def heading(column: str) -> str:
    """What is printed over a column."""
    return _HEADINGS.get(column, column.replace("_", " ").capitalize())


def _table(name: str, rows: Sequence[Record], numbering: _Numbering) -> PaperTable:
    printed = [row for row in rows if row["review_status"] != "rejected"]
    shown = columns(name)
    group_by = "" if name == "trials" else shown.pop(0)
    members: dict[str, list[Record]] = {}
    for row in printed:
        members.setdefault(row[group_by] if group_by else "", []).append(row)
    groups = tuple(
        PaperGroup((label or NOT_STATED) if group_by else "", tuple(_row(row, shown, numbering) for row in members[label]))
        for label in sorted(members, key=lambda text: (not text, text.casefold(), text))
    )
    used = {mark for group in groups for row in group.rows for mark in row.marks}
    footnotes = (*_legend(groups), *((mark, meaning) for _, _, mark, meaning in _MARKS if mark in used))
    title = heading(group_by) if group_by else ""
    return PaperTable(name, TITLES[name], title, tuple(map(heading, shown)), groups, footnotes, len(rows) - len(printed))


def _legend(groups: Iterable[PaperGroup]) -> Iterator[tuple[str, str]]:
    """What the signs of the values mean, those that there are."""
    values = [value for group in groups for row in group.rows for cell in row.cells for value in cell]
    signs = {value[-1] for value in values if value[-2:-1] == _NO_BREAK}
    yield from ((sign, f"{meaning}.") for sign, meaning in _SIGNS.items() if sign in signs)
    if any(_ESTIMATED.match(value) for value in values):
        yield "~", "estimated."


def _row(row: Record, shown: Iterable[str], numbering: _Numbering) -> PaperRow:
    cells = tuple(
        tuple(_SIGNED.sub(rf"{_NO_BREAK}\1", value) for value in row[column].split(SEPARATOR) if value.strip())
        for column in shown
    )
    marks = "".join(mark for column, value, mark, _ in _MARKS if row.get(column) == value)
    return PaperRow(row["row_id"], cells, numbering.number(row), marks)


class _Numbering:
    """Numbers for the works that rows are about, in the order in which they are first asked for."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self.references: list[Reference] = []
        self._titles = titles
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, row: Record) -> int:
        """The number of the work that a row is about."""
        text = row.get("reference", "") or self._titles.get(row["source_id"], "") or row["source_id"]
        ids = [row[key] for key in ("study_doi", "study_pmid", "study_pmcid")]
        keys = [(kind, ident.lower()) for kind, ident in zip(("doi", "pmid", "pmcid"), ids, strict=True) if ident]
        keys = keys or [("text", f"{row['source_id']} {text}")]
        number = next((self._numbers[key] for key in keys if key in self._numbers), 0)
        if not number:
            number = len(self.references) + 1
            self.references.append(Reference(number, text, *ids))
        self._numbers.update((key, number) for key in keys if key not in self._numbers)
        return number
