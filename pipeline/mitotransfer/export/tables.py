"""The tables of a run as exports take them: read, checked and typed; text that may not be passed on is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mitotransfer.decisions import DECISIONS, Decision
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.evidence import read_roles, role_parts
from mitotransfer.files import read_records
from mitotransfer.licences import may_redistribute
from mitotransfer.rows import FILES, MISSING_ID, SEPARATOR, TABLE_FILES, header

Record = Mapping[str, str]
Value = str | bool | int | float | None

# what a table is called where it is no file
TITLES = {
    "table1_secretion.csv": "Secretion and transfer of mitochondria",
    "table2_transplantation.csv": "Transplantation of mitochondria",
    "table3_trials.csv": "Clinical trials",
    "evidence.csv": "Evidence behind the rows",
    "articles.csv": "Articles",
    "problems.csv": "Problems",
}
_SHORT = {file: name for name, file in TABLE_FILES.items()}


class Tables(NamedTuple):
    """The lines of every table by file name, the licences of the articles whose sentences were left out, by their ids, and the
    log of decisions, if there is one."""

    files: dict[str, list[dict[str, str]]]
    withheld: dict[str, str]
    log: Sequence[Record] = ()

    def lines(self) -> int:
        """How many lines there are in all tables."""
        return sum(len(lines) for lines in self.files.values())


def load(out: Path, *, all_text: bool = False) -> Tables:
    """The tables in `out`.

    The sentences of articles whose licence does not allow passing text on are emptied, unless `all_text`. Sources that are no
    article (entries of the trial registry) are public. Raises ConfigError when there are no tables, InputError for one that is
    missing, cannot be read or lacks columns.
    """
    if not any((out / name).exists() for name in FILES):
        raise ConfigError(f"{out}: no tables there; write them with `mitotransfer run INPUT... --out {out}`")
    files = {name: _read(out / name, row_class) for name, row_class in FILES.items()}
    licences = {article["id"]: article["licence"] for article in files["articles.csv"]}
    withheld: dict[str, str] = {}
    for line in files["evidence.csv"]:
        licence = licences.get(line["source_id"])
        if not all_text and licence is not None and not may_redistribute(licence):
            withheld[line["source_id"]] = licence
            line["sentence"] = ""
    log = out / DECISIONS
    return Tables(files, withheld, _read(log, Decision) if log.exists() else ())


def _read(path: Path, row_class: type) -> list[dict[str, str]]:
    records = read_records(path)
    names = header(row_class)
    if records and (missing := set(names) - set(records[0])):
        raise InputError(f"{path}: missing columns: {', '.join(sorted(missing))}", code="bad-table", place=str(path))
    return [{name: record[name] for name in names} for record in records]


def short_name(file: str) -> str:
    """The name of a table in a database: `secretion`, `evidence` …"""
    return _SHORT.get(file, file.removesuffix(".csv"))


def told(tables: Tables) -> tuple[str, ...]:
    """Which articles' sentences were left out, in words; nothing if none."""
    if not tables.withheld:
        return ()
    named = ", ".join(f"{source} ({licence or 'licence unknown'})" for source, licence in sorted(tables.withheld.items()))
    return (f"sentences left out, as the licence does not allow passing them on (--all-text includes them): {named}",)


def split(cell: str) -> list[str]:
    """The values of a cell that holds several."""
    return cell.split(SEPARATOR) if cell else []


def split_ids(cell: str) -> list[str | None]:
    """The vocabulary ids of a cell, None where the vocabulary holds no entry."""
    return [None if value == MISSING_ID else value for value in split(cell)]


def split_roles(cell: str) -> list[dict[str, str]]:
    """The roles of a line of evidence; what is not of their form, as a hand-edited file may hold it, a nameless surface."""
    found = []
    for part in role_parts(cell):
        roles = read_roles(part)
        found.append(roles[0]._asdict() if roles else {"name": "", "surface": part, "ident": "", "target": ""})
    return found


def typed(field: dataclasses.Field[str], value: str, place: str) -> Value:
    """A cell as its column's type says; None when empty. Booleans as spreadsheets save them are understood.

    Raises InputError, naming `place`, for what is not of that type.
    """
    convert = _CONVERT.get(field.metadata["type"])
    if not value:
        return None
    if convert is None:
        return value
    try:
        return convert(value)
    except (ValueError, KeyError) as error:
        kind = field.metadata["type"]
        raise InputError(f"{place}: {field.name} is {value!r}, no {kind}", code="bad-table", place=place) from error


_CONVERT: dict[str, Callable[[str], Value]] = {
    "boolean": lambda value: {"true": True, "false": False}[value.lower()],
    "integer": int,
    "number": float,
}
