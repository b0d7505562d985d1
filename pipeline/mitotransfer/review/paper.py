"""The tables as a review prints them: rows grouped by donor or tissue, references by number, abbreviations in a footnote."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from mitotransfer.review.loading import Record, Run
from mitotransfer.review.plots import kept, study, year_of
from mitotransfer.review.values import Item, Link, heading, items, url_of
from mitotransfer.rows import TABLES

NOT_REPORTED = "NR"
_ABBREVIATIONS = Path(__file__).parent / "abbreviations.tsv"
_WORD = re.compile(r"[^\W_]+(?:[-–][^\W_]+)*")
# What a reader must know of a row, as signs in the order of use, and in words.
_MARKS = {
    "hedged": ("†", "stated with doubt"),
    "negated": ("‡", "claimed absence, in italics: the authors say that it does not happen"),
    "retracted": ("§", "from a retracted article"),
    "conflict": ("¶", "reviewers disagree"),
}
_TOGETHER = {"intervention": "dose"}  # printed in one cell
_TITLES = {
    "secretion": ("Table 1", "Secretion and intercellular transfer of mitochondria", "cell_type"),
    "transplantation": ("Table 2", "Transplantation of mitochondria in animal models", "tissue"),
    "trials": ("Table 3", "Clinical trials of mitochondrial transplantation", "conditions"),
}


class Mark(NamedTuple):
    """A sign behind a row and what it means."""

    sign: str
    meaning: str


class Line(NamedTuple):
    """A printed row without its group: cells, marks, its study and that one's number among the references (0: none)."""

    cells: list[list[Item]]
    marks: list[Mark]
    study: str
    number: int
    negated: bool


class Group(NamedTuple):
    """The rows of one donor, tissue or condition."""

    name: str
    lines: list[Line]


class Printed(NamedTuple):
    """A table of a review. `unstated`: columns that no row fills, which are not printed."""

    name: str
    label: str
    title: str
    columns: list[str]
    groups: list[Group]
    marks: list[Mark]
    abbreviations: list[tuple[str, str]]
    unstated: list[str]
    rejected: int
    total: int
    shown: int


class Reference(NamedTuple):
    """An entry of the list of references."""

    number: int
    text: str
    links: list[Link]


class Paper(NamedTuple):
    """The printed tables and their common list of references."""

    tables: list[Printed]
    references: list[Reference]


def paper(run: Run, most: int) -> Paper:
    """The tables of a run as they would be printed, each with no more than `most` rows. Rejected rows are left out."""
    years = {article["id"]: article["year"] for article in run.articles}
    numbers: dict[str, int] = {}
    cited: list[Record] = []
    tables = [_table(name, run.tables[name], years, most, numbers, cited) for name in TABLES]
    titles = {article["id"]: article["title"] for article in run.articles}
    return Paper(tables, [_reference(n, row, titles, years) for n, row in enumerate(cited, 1)])


def _table(
    name: str, rows: list[dict[str, str]], years: Mapping[str, str], most: int, numbers: dict[str, int], cited: list[Record]
) -> Printed:
    label, title, lead = _TITLES[name]
    shown = kept(rows)
    sizes = Counter(row[lead] for row in shown)
    # large groups first, what is not reported last; within a group by year
    shown.sort(
        key=lambda r: (not r[lead], -sizes[r[lead]], r[lead], year_of(r, years) or "9", r.get("reference", ""), r["row_id"])
    )
    printed = shown[:most]
    columns = [column for column in _columns(name) if column not in (lead, "reference", *_TOGETHER.values())]
    filled = [column for column in columns if any(row[column] for row in printed)]
    groups: list[Group] = []
    for row in printed:
        if not groups or groups[-1].name != (row[lead] or NOT_REPORTED):
            groups.append(Group(row[lead] or NOT_REPORTED, []))
        cells = [_cell(row, column) for column in filled]
        groups[-1].lines.append(
            Line(cells, _marks(row), row.get("reference", ""), _number(row, numbers, cited), row.get("negated") == "true")
        )
    used = {mark for group in groups for line in group.lines for mark in line.marks}
    texts = [group.name for group in groups]
    texts += [item.text for group in groups for line in group.lines for cell in line.cells for item in cell]
    return Printed(
        name=name,
        label=label,
        title=title,
        columns=[heading(column) for column in (lead, *filled)],
        groups=groups,
        marks=[Mark(*mark) for mark in _MARKS.values() if mark in used],
        abbreviations=_abbreviations(texts),
        unstated=[heading(column) for column in columns if column not in filled] if printed else [],
        rejected=len(rows) - len(shown),
        total=len(shown),
        shown=len(printed),
    )


def _cell(row: Record, column: str) -> list[Item]:
    return [*items(row[column]), *items(row.get(_TOGETHER.get(column, ""), ""))] or [Item(NOT_REPORTED)]


def _columns(name: str) -> list[str]:
    return [field.name for field in dataclasses.fields(TABLES[name]) if field.metadata["role"]]


def _marks(row: Record) -> list[Mark]:
    said = {key for key in ("hedged", "negated", "retracted") if row.get(key) == "true"}
    said |= {"conflict"} if row["review_status"] == "conflict" else set()
    return [Mark(*mark) for key, mark in _MARKS.items() if key in said]


def _number(row: Record, numbers: dict[str, int], cited: list[Record]) -> int:
    """The number of the study of a row, in the order in which studies are first named; a trial without article has none."""
    key = study(row)
    if row["source"] == "registry" or not key:
        return 0
    if key not in numbers:
        numbers[key] = len(cited) + 1
        cited.append(row)
    return numbers[key]


def _reference(number: int, row: Record, titles: Mapping[str, str], years: Mapping[str, str]) -> Reference:
    ids = [row["study_doi"], row["study_pmid"], row["study_pmcid"]]
    own = row["source_id"] in ids or not any((*ids, row.get("reference")))
    year = years.get(row["source_id"], "") if own else ""
    words = [row.get("reference", "") or year, titles.get(row["source_id"], "") if own else ""]
    text = ". ".join(word.rstrip(".") for word in words if word)
    names = {row["study_doi"]: "doi:", row["study_pmid"]: "PMID ", row["study_pmcid"]: ""}
    links = [Link(f"{names[ident]}{ident}", url_of(ident)) for ident in dict.fromkeys(ids) if ident]
    return Reference(number, f"{text}." if text else "", links or [Link(row["source_id"], url_of(row["source_id"]))])


def _abbreviations(texts: Iterable[str]) -> list[tuple[str, str]]:
    """The short forms that stand in a table, with what they mean."""
    known = dict(line.split("\t") for line in _ABBREVIATIONS.read_text(encoding="utf-8").splitlines()[1:])
    words: set[str] = set()
    for text in texts:
        for match in _WORD.finditer(text):
            words |= {match[0], *re.split("[-–]", match[0])}
    return sorted(((short, long) for short, long in known.items() if short in words), key=lambda entry: (entry[0].lower(), entry))
