"""How columns and values of the tables are shown to readers."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mitotransfer.rows import ARROWS, SEPARATOR

SIGNS = {arrow: "no effect" if direction == "none" else direction for direction, arrow in ARROWS.items()}
_HEADINGS = {
    "cell_type": "Donor cells",
    "disease_injury": "Disease/injury",
    "model_procedure": "Model/procedure",
    "nct_number": "NCT number",
}


class Item(NamedTuple):
    """One value of a cell; an effect has a sign and its meaning in a word."""

    text: str
    sign: str = ""
    meaning: str = ""


def split(cell: str) -> list[str]:
    """The values of a cell."""
    return [value for value in cell.split(SEPARATOR) if value.strip()]


def items(cell: str) -> list[Item]:
    """The values of a cell, effects apart from their sign, which stands behind them."""
    return [_item(value) for value in split(cell)]


@lru_cache(4096)  # names come again and again
def _item(value: str) -> Item:
    text, blank, sign = value.rpartition(" ")
    return Item(text, sign, SIGNS[sign]) if blank and sign in SIGNS else Item(value)


def heading(column: str) -> str:
    """A column's name as a heading."""
    return _HEADINGS.get(column, column.replace("_", " ").capitalize())
