"""What a run proposed, read for the review page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mitotransfer.decisions import Desk
from mitotransfer.errors import ConfigError
from mitotransfer.files import read_records
from mitotransfer.rows import EVIDENCE, FILES, REVIEWED, TABLE_FILES, header

ARTICLES = "articles.csv"
_DECIDED = ("decision", "reviewer", "reviewed_at", "note")

Files = dict[str, list[Any]]
Stamp = tuple[tuple[str, int, int], ...]


def stamp(out: Path) -> Stamp:
    """Changes whenever a run has replaced the tables of an output directory."""
    found = ((name, out / name) for name in (*REVIEWED, ARTICLES))
    return tuple((name, path.stat().st_mtime_ns, path.stat().st_ino) for name, path in found if path.exists())


def read_proposals(desk: Desk) -> Files:
    """The rows of each file as they were before anything decided was applied, and the articles.

    They are in `OUT/review/proposed`; without it nothing was decided when the tables were written, and these are the proposals
    (what the run wrote of them, where a hand has changed them since). Raises ConfigError when there are no tables, or they were
    written by another version; InputError when one cannot be read.
    """
    out = desk.out
    if missing := [name for name in (*REVIEWED, ARTICLES) if not (out / name).exists()]:
        raise ConfigError(f"{out}: no tables of a run there ({', '.join(missing)} missing); `mitotransfer run` makes them")
    files: Files = {ARTICLES: list(_rows(out / ARTICLES, ARTICLES))}
    for name in REVIEWED:
        kept = desk.written.proposed / name
        copies = [] if kept.exists() or desk.written.is_own(out / name) else desk.written.versions(name)
        path = kept if kept.exists() else out / name
        files[name] = list(_made(copies[-1], path, name) if copies else _rows(path, name))
    unmark(files[EVIDENCE])
    for file in TABLE_FILES.values():
        for row in files[file]:
            row.review_status = "proposed"
    return files


def unmark(lines: Iterable[Any]) -> None:
    """Takes what was decided out of lines of evidence."""
    for line in lines:
        for name in _DECIDED:
            setattr(line, name, "")


def _rows(path: Path, name: str) -> Iterator[Any]:
    return _made(read_records(path), path, name)


def _made(records: list[dict[str, str]], path: Path, name: str) -> Iterator[Any]:
    row_class = FILES[name]
    columns = header(row_class)
    if records and set(records[0]) != set(columns):
        differ = ", ".join(sorted(set(records[0]) ^ set(columns)))
        raise ConfigError(
            f"{path}: written by another version of mitotransfer (columns: {differ}); run it again into {path.parent}"
        )
    same: dict[str, str] = {}  # most values stand in many lines: kept once
    for record in records:
        yield row_class(*(same.setdefault(value, value) for value in map(record.__getitem__, columns)))
