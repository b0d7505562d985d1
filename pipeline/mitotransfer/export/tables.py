"""The tables of a run as exports take them: read, checked and typed; text that may not be passed on is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mitotransfer.decisions import DECISIONS, Decision
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.evidence import read_roles, role_parts
from mitotransfer.licences import may_redistribute
from mitotransfer.rows import CAPTIONS, EVIDENCE, FILES, MISSING_ID, SEPARATOR, TABLE_FILES, Record, Records
from mitotransfer.tables import TableLines, read_table

Value = str | bool | int | float | None

# what a table is called where it is no file
FILE_TITLES = {
    **{file: CAPTIONS[name] for name, file in TABLE_FILES.items()},
    "evidence.csv": "Evidence behind the rows",
    "articles.csv": "Articles",
    "problems.csv": "Problems",
}
_SHORT = {file: name for name, file in TABLE_FILES.items()}


class Tables(NamedTuple):
    """The lines of every table by file name, the licences of the articles whose sentences were left out, by their ids, and the
    log of decisions, if there is one."""

    files: dict[str, Records]
    withheld: dict[str, str]
    log: Sequence[Record] = ()

    def lines(self) -> int:
        """How many lines there are in all tables."""
        return sum(len(lines) for lines in self.files.values())


class Lines(NamedTuple):
    """The tables in `out`, read one line at a time; `withheld` as in `Tables`."""

    out: Path
    withheld: dict[str, str]

    def of(self, file: str) -> Iterator[dict[str, str]]:
        """The lines of a table. Raises InputError."""
        for line in TableLines(self.out / file, FILES[file]):
            if file == EVIDENCE and line["source_id"] in self.withheld:
                line["sentence"] = ""
            yield line


def load(out: Path, *, all_text: bool = False) -> Tables:
    """The tables in `out`.

    The sentences of articles whose licence does not allow passing text on are emptied, unless `all_text`. Sources that are no
    article (entries of the trial registry) are public. Raises ConfigError when there are no tables, InputError for one that is
    missing, cannot be read or lacks columns.
    """
    lines = stream(out, all_text=all_text)
    log = out / DECISIONS
    decided = read_table(log, Decision) if log.exists() else ()
    return Tables({name: list(lines.of(name)) for name in FILES}, lines.withheld, decided)


def stream(out: Path, *, all_text: bool = False) -> Lines:
    """As `load`, but what is kept grows with the articles that have evidence, not with the tables."""
    if not any((out / name).exists() for name in FILES):
        raise ConfigError(f"{out}: no tables there; write them with `mitotransfer run INPUT... --out {out}`")
    if all_text:
        return Lines(out, {})
    named = {line["source_id"] for line in TableLines(out / EVIDENCE, FILES[EVIDENCE])}
    articles = TableLines(out / "articles.csv", FILES["articles.csv"])
    licences = {article["id"]: article["licence"] for article in articles if article["id"] in named}
    return Lines(out, {source: licence for source, licence in licences.items() if not may_redistribute(licence)})


def short_name(file: str) -> str:
    """The name of a table in a database: `secretion`, `evidence` …"""
    return _SHORT.get(file, file.removesuffix(".csv"))


def told(withheld: Mapping[str, str]) -> tuple[str, ...]:
    """Which articles' sentences were left out, in words; nothing if none."""
    if not withheld:
        return ()
    named = ", ".join(f"{source} ({licence or 'licence unknown'})" for source, licence in sorted(withheld.items()))
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
