"""What is searched for: a query as the user writes it, or one of the files in `configs/queries`, and since when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mitotransfer.errors import ConfigError

_FILE_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]*)(?:\.txt)?")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")


class Query(NamedTuple):
    """A query in the syntax of its service; `file` is where it was read, empty for one from the command line."""

    text: str
    file: str = ""


class Hits(NamedTuple):
    """What a service finds: PMCIDs as they came, what else it found by the reason for leaving it out, and what to warn of."""

    pmcids: Sequence[str]
    dropped: Counter[str]
    warnings: Sequence[str]


def read_query(given: str, service: str, folders: Iterable[Path]) -> Query:
    """The query `given`, or that of a file of this name: `NAME.SERVICE.txt`, else `NAME.txt`, in the first folder that has it.

    In a file, lines that begin with `#` are comments; the others are joined. Raises ConfigError for a query that is empty or
    cannot be right, and for a file that cannot be read or is written for another service.
    """
    name = _FILE_NAME.fullmatch(given.strip())
    path = _file(name[1], service, folders) if name else None
    if path is None:
        return Query(_checked(given, "the query"))
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    return Query(_checked(" ".join(line for line in lines if not line.lstrip().startswith("#")), str(path)), str(path))


def _file(name: str, service: str, folders: Iterable[Path]) -> Path | None:
    """The file of a query; None when there is none of this name, so that the name is the query itself."""
    others: list[Path] = []
    for folder in folders:
        for path in (folder / f"{name}.{service}.txt", folder / f"{name}.txt"):
            if path.is_file():
                return path
        others += sorted(folder.glob(f"{name}.*.txt"))
    if others:
        written = ", ".join(path.name for path in others)
        raise ConfigError(f"the query '{name}' is not written for the service '{service}' ({written})")
    return None


def _checked(text: str, place: str) -> str:
    """The text on one line. A parenthesis or quote too many would turn the restrictions that are added into something else."""
    text = " ".join(text.split())
    if not text:
        raise ConfigError(f"{place}: nothing to search for")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ConfigError(f"{place}: holds bytes that are no UTF-8")
    if text.count('"') % 2:
        raise ConfigError(f"{place}: a quotation mark has no partner")
    depth = 0
    for sign in re.findall(r"[()]", re.sub(r'"[^"]*"', "", text)):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            break
    if depth:
        raise ConfigError(f"{place}: the parentheses do not match")
    return text


def read_since(text: str, today: date) -> date | None:
    """The day that `2026`, `2026-01` or `2026-01-14` begins with; None for an empty text. Raises ConfigError."""
    if not text.strip():
        return None
    found = _DATE.fullmatch(text.strip())
    try:
        day = date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise ConfigError(f"--since: '{text}' is no date (2026, 2026-01 or 2026-01-14)")
    if day > today:
        raise ConfigError(f"--since: {day} lies in the future")
    return day
