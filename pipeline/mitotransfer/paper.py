"""The tables as a review prints them: what columns, groups, numbered references, marks and abbreviations. No layout."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from heapq import nsmallest
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from mitotransfer.links import Link, url_of
from mitotransfer.rows import CAPTIONS, TABLES, Record
from mitotransfer.studies import Studies, is_kept, is_own, year_of
from mitotransfer.values import SIGNS, Item, heading, items

NOT_REPORTED = "NR"  # short for cells of print, with its footnote; lists and plots say "not stated"
REFERENCE = "Ref."
_ABBREVIATIONS = Path(__file__).parent / "abbreviations.tsv"
_WORD = re.compile(r"[^\W_]+(?:[-–][^\W_]+)*")
_ESTIMATED = re.compile(r"~\d{4}")
_TOGETHER = {"intervention": "dose"}  # printed in one cell
_ID_PREFIXES = {"study_doi": "doi:", "study_pmid": "PMID ", "study_pmcid": ""}


class Mark(NamedTuple):
    """A sign and what it means."""

    sign: str
    meaning: str


# Column, its value -> what a reader must know of such a row.
_MARKS = (
    ("negated", "true", Mark("†", "claimed absence: the study reports that this does not happen")),
    ("hedged", "true", Mark("‡", "stated with doubt")),
    ("retracted", "true", Mark("§", "from a retracted article")),
    ("review_status", "conflict", Mark("¶", "reviewers disagree")),
)


class PaperRow(NamedTuple):
    """A printed row: a cell for each column but the group's, its study as cited and by number (0: none), its marks."""

    row_id: str
    cells: tuple[tuple[Item, ...], ...]
    study: str
    number: int
    marks: tuple[Mark, ...]
    negated: bool


class PaperGroup(NamedTuple):
    """Rows that have the first column in common."""

    label: str
    rows: tuple[PaperRow, ...]


class PaperTable(NamedTuple):
    """A table: its number and title, the headings (the group's first, without the reference), the groups and what explains them.

    `legend`: the signs and marks that there are; `abbreviations`: the short forms, with their long ones. `unstated`: columns that
    no row fills, which are not printed. `rejected`: rows that a reviewer rejected. Of the `total` others so many are `shown`.
    """

    name: str
    label: str
    title: str
    headings: tuple[str, ...]
    groups: tuple[PaperGroup, ...]
    legend: tuple[Mark, ...]
    abbreviations: tuple[tuple[str, str], ...]
    unstated: tuple[str, ...]
    rejected: int
    total: int
    shown: int


class Reference(NamedTuple):
    """An entry of the list of references, numbered from 1 in the order of first mention."""

    number: int
    text: str
    links: tuple[Link, ...]


class Paper(NamedTuple):
    """The tables, also those without rows, and their common list of references."""

    tables: tuple[PaperTable, ...]
    references: tuple[Reference, ...]


def paper(rows: Mapping[str, Iterable[Record]], articles: Iterable[Record] = (), most: int | None = None) -> Paper:
    """The rows of each table (name of `rows.TABLES` -> lines of its CSV) as they are printed, of each no more than `most`.

    They are gone through several times, and no more than `most` of a table are held.

    Rejected rows are left out. Rows are grouped by the first column: a review shows first what is known best, so large groups
    lead, equal ones go by name, and what is not reported comes last; within a group the older study leads. (Who looks for a name
    searches the page or sorts the CSV.) `articles`: lines of articles.csv, for titles and years of studies read themselves.
    """
    references = _References(chain.from_iterable(rows.values()), articles)
    tables = tuple(_table(name, rows.get(name, ()), references, most) for name in TABLES)
    return Paper(tables, tuple(references.entries))


def columns(name: str) -> list[str]:
    """The columns of a table that are printed, the group's first, but the reference."""
    fields = dataclasses.fields(TABLES[name])
    shown = [field.name for field in fields if field.metadata["role"] not in ("", "reference")]
    return [column for column in shown if column not in _TOGETHER.values()]


def _table(name: str, rows: Iterable[Record], references: _References, most: int | None) -> PaperTable:
    lead, *others = columns(name)
    states = Counter((is_kept(row), row[lead]) for row in rows)
    sizes = Counter({label: count for (kept, label), count in states.items() if kept})

    def place(row: Record) -> tuple[Any, ...]:
        return (not row[lead], -sizes[row[lead]], row[lead].casefold(), row[lead], *references.order(row))

    printed = nsmallest(sizes.total() if most is None else most, filter(is_kept, rows), key=place)
    filled = [column for column in others if any(_cell(row, column) for row in printed)]
    members: dict[str, list[PaperRow]] = {}
    for row in printed:
        members.setdefault(row[lead] or NOT_REPORTED, []).append(_row(row, filled, references))
    groups = tuple(PaperGroup(label, tuple(lines)) for label, lines in members.items())
    return PaperTable(
        name=name,
        label=f"Table {list(TABLES).index(name) + 1}",
        title=CAPTIONS[name],
        headings=tuple(heading(column) for column in (lead, *filled)),
        groups=groups,
        legend=_legend(groups),
        abbreviations=_abbreviations(groups),
        unstated=tuple(heading(column) for column in others if printed and column not in filled),
        rejected=states.total() - sizes.total(),
        total=sizes.total(),
        shown=len(printed),
    )


def _row(row: Record, filled: Iterable[str], references: _References) -> PaperRow:
    cells = tuple(_cell(row, column) or (Item(NOT_REPORTED),) for column in filled)
    marks = tuple(mark for column, value, mark in _MARKS if row.get(column) == value)
    negated = row.get("negated") == "true"
    return PaperRow(row["row_id"], cells, row.get("reference", ""), references.number(row), marks, negated)


def _cell(row: Record, column: str) -> tuple[Item, ...]:
    return (*items(row[column]), *items(row.get(_TOGETHER.get(column, ""), "")))


def _items(groups: Iterable[PaperGroup]) -> Iterable[Item]:
    return (item for group in groups for row in group.rows for cell in row.cells for item in cell)


def _legend(groups: Sequence[PaperGroup]) -> tuple[Mark, ...]:
    """The signs and marks that there are."""
    signs = {item.sign for item in _items(groups)}
    used = {mark for group in groups for row in group.rows for mark in row.marks}
    legend = [Mark(sign, meaning) for sign, meaning in SIGNS.items() if sign in signs]
    if any(_ESTIMATED.match(item.text) for item in _items(groups)):
        legend.append(Mark("~", "estimated"))
    return (*legend, *(mark for _, _, mark in _MARKS if mark in used))


def _abbreviations(groups: Sequence[PaperGroup]) -> tuple[tuple[str, str], ...]:
    """The short forms that stand in a table, with what they mean."""
    words: set[str] = set()
    for text in (*(group.label for group in groups), *(item.text for item in _items(groups))):
        for match in _WORD.finditer(text):
            words |= {match[0], *re.split("[-–]", match[0])}
    found = [(short, long) for short, long in _known_abbreviations().items() if short in words]
    return tuple(sorted([*found, (REFERENCE, "reference")], key=lambda entry: (entry[0].lower(), entry)))


@cache
def _known_abbreviations() -> dict[str, str]:
    lines = _ABBREVIATIONS.read_text(encoding="utf-8").splitlines()[1:]
    return {short: long for short, _, long in (line.partition("\t") for line in lines)}


class _References:
    """Numbers for studies in the order in which they are first asked for; `entries` is the list that comes of it."""

    def __init__(self, rows: Iterable[Record], articles: Iterable[Record]) -> None:
        self.entries: list[Reference] = []
        self._studies = Studies()
        self._numbers: dict[tuple[str, str], int] = {}
        self._titles: dict[str, str] = {}
        for row in rows:
            self._studies.add(row)
            if is_own(row):
                self._titles[row["source_id"]] = ""
        self._years = dict(self._titles)
        for article in articles:
            if article["id"] in self._titles:
                self._titles[article["id"]], self._years[article["id"]] = article["title"], article["year"]

    def order(self, row: Record) -> tuple[str, str, str]:
        """By year, those without last, then as cited."""
        return year_of(row, self._years) or "9", row.get("reference", ""), row["row_id"]

    def number(self, row: Record) -> int:
        """The number of a row's study; 0 for a trial that only the registry tells of."""
        if row["source"] == "registry":
            return 0
        key = self._studies.of(row)
        if key not in self._numbers:
            self._numbers[key] = len(self.entries) + 1
            self.entries.append(self._entry(len(self.entries) + 1, row))
        return self._numbers[key]

    def _entry(self, number: int, row: Record) -> Reference:
        """A study as it is cited, its title where it was read itself; its year stands for authors who are not known."""
        title = self._titles.get(row["source_id"], "") if is_own(row) else ""
        words = [row.get("reference", "") or year_of(row, self._years), title]
        text = "".join(f"{word.rstrip('.')}. " for word in words if word).strip()
        links = [Link(f"{prefix}{row[name]}", url_of(row[name])) for name, prefix in _ID_PREFIXES.items() if row[name]]
        read = Link(row["source_id"] if is_own(row) else f"cited in {row['source_id']}", url_of(row["source_id"]))
        return Reference(number, text, tuple(links or [read]))
