"""The vocabulary as a curator meets it: names to choose from, and the id behind a name that was typed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mitotransfer.errors import ConfigError
from mitotransfer.rows import ARROWS, MISSING_ID, SEPARATOR

_CELLS = ("cell", "cell_line", "tissue")
_AILMENTS = ("disease", "condition", "model_procedure")
# the vocabulary's categories whose entries may fill a role, the usual one first
CATEGORIES: dict[str, tuple[str, ...]] = {
    "donor": _CELLS,
    "donor_species": ("species",),
    "condition": ("condition", "model_procedure", "disease"),
    "form": ("secreted_form",),
    "mechanism": ("mechanism", "uptake"),
    "recipient": _CELLS,
    "effect": ("outcome",),
    "label": ("label",),
    "tissue": ("tissue",),
    "disease": _AILMENTS,
    "model_species": ("species",),
    "procedure": ("model_procedure", "condition", "disease"),
    "agent": ("agent", "secreted_form", "cell"),
    "route": ("route",),
    "mito_source": (*_CELLS, "agent"),
    "target": _CELLS,
    "uptake": ("uptake", "mechanism"),
    "trial_condition": _AILMENTS,
}
_DIRECTIONS = {arrow: direction for direction, arrow in ARROWS.items()}


class Term(NamedTuple):
    """An entry of the vocabulary."""

    ident: str
    label: str
    synonyms: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        """The part of the id that says of what kind it is."""
        return self.ident.partition(":")[0]


class Terms:
    """The entries of a vocabulary, to be found by name."""

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self.of: dict[str, list[Term]] = {}
        self._names: dict[tuple[str, str], str] = {}
        for term in terms:
            self.of.setdefault(term.category, []).append(term)
            self._names[term.category, _key(term.label)] = term.ident  # a label counts more than another's synonym
            for name in term.synonyms:
                self._names.setdefault((term.category, _key(name)), term.ident)

    def for_role(self, role: str) -> list[Term]:
        """What a value of a role may be, the usual category first; none for roles of free text."""
        return [term for category in CATEGORIES.get(role, ()) for term in self.of.get(category, ())]

    def ids(self, role: str, cell: str, known: Mapping[str, str] | None = None) -> str:
        """The ids column for a display cell, value by value; `known`: ids of values that are settled already."""
        return SEPARATOR.join((known or {}).get(value) or self._ident(role, value) for value in split(cell))

    def _ident(self, role: str, value: str) -> str:
        name, direction = value, ""
        if role == "effect":
            name, _, sign = value.rpartition(" ")
            direction = _DIRECTIONS.get(sign, "")
            name, direction = (name, direction) if direction else (value, "change")
        found = (self._names.get((category, _key(name))) for category in CATEGORIES.get(role, ()))
        ident = next(filter(None, found), MISSING_ID)
        if role != "effect":
            return ident
        return f"{ident if ident != MISSING_ID else f'outcome:{MISSING_ID}'}:{direction}"


def split(cell: str) -> list[str]:
    """The values of a cell; blanks around the separator, as hands type them, do not count."""
    return [value for part in cell.split(SEPARATOR.strip()) if (value := part.strip())]


def paired(shown: str, ids: str) -> dict[str, str]:
    """The id of each value of a display cell; none where the two columns do not line up."""
    values, idents = split(shown), split(ids)
    return dict(zip(values, idents, strict=True)) if len(values) == len(idents) else {}


def read_terms(folder: Path) -> Terms:
    """All entries of `folder/<category>.tsv`. Raises ConfigError when there are none or a file cannot be read."""
    paths: Sequence[Path] = sorted(folder.glob("*.tsv"))
    if not paths:
        raise ConfigError(f"{folder}: no vocabulary (*.tsv) there")
    return Terms(term for path in paths for term in _read(path))


def _read(path: Path) -> Iterator[Term]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            for line in csv.DictReader(handle, delimiter="\t"):
                if ident := line.get("id"):
                    synonyms = tuple(filter(None, (line.get("synonyms") or "").split("|")))
                    yield Term(ident, line.get("label") or ident, synonyms)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: not a UTF-8 table: {error}") from error


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("‐", "-").replace("‑", "-").split())
