"""How values, ids and states of the tables are shown."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from mitotransfer.rows import SEPARATOR

TITLES = {"secretion": "Secretion and transfer", "transplantation": "Transplantation", "trials": "Clinical trials"}
SIGNS = {"↑": "increase", "↓": "decrease", "±": "change", "=": "no effect"}
REVIEWED = {
    "accepted": "Accepted by a reviewer",
    "rejected": "Rejected by a reviewer",
    "edited": "Edited by a reviewer",
    "conflict": "Reviewers disagree",
}
_HEADINGS = {"disease_injury": "Disease/injury", "model_procedure": "Model/procedure", "nct_number": "NCT number"}
_PLACES = (
    (r"PMC\d+", "https://pmc.ncbi.nlm.nih.gov/articles/"),
    (r"10\.\d{4,9}/\S+", "https://doi.org/"),
    (r"\d{1,9}", "https://pubmed.ncbi.nlm.nih.gov/"),
    (r"NCT\d{8}", "https://clinicaltrials.gov/study/"),
)


class Item(NamedTuple):
    """One value of a cell; an effect has a sign and its meaning in a word."""

    text: str
    sign: str = ""
    meaning: str = ""


class Link(NamedTuple):
    """A text and where it leads; no address when the id is of no known kind."""

    text: str
    url: str


def split(cell: str) -> list[str]:
    """The values of a cell."""
    return [value for value in cell.split(SEPARATOR) if value.strip()]


def items(cell: str) -> list[Item]:
    """The values of a cell, effects apart from their sign, which stands behind them."""
    return [_item(value) for value in split(cell)]


def _item(value: str) -> Item:
    text, blank, sign = value.rpartition(" ")
    return Item(text, sign, SIGNS[sign]) if blank and sign in SIGNS else Item(value)


def heading(column: str) -> str:
    """A column's name as a heading."""
    return _HEADINGS.get(column, column.replace("_", " ").capitalize())


def url_of(ident: str) -> str:
    """Where an id of a known kind leads, else nothing: no other text of an article ever becomes an address."""
    return next((base + quote(ident) for pattern, base in _PLACES if re.fullmatch(pattern, ident, re.ASCII)), "")


def plural(count: int, what: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {what if count == 1 else more or what + 's'}"
