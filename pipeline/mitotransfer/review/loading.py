"""What a report is made of: a run's tables, and its scores and provenance where it has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any

import msgspec

from mitotransfer.errors import InputError
from mitotransfer.provenance import FILE as PROVENANCE
from mitotransfer.provenance import Provenance
from mitotransfer.review.tally import Tally
from mitotransfer.rows import EVIDENCE, FILES, TABLE_FILES
from mitotransfer.studies import Studies, is_own, year_of
from mitotransfer.tables import TableLines

SCORES = ("quality.json", "metrics.json")


class Run:
    """A run directory, whose tables (`tables` by the names of `rows.TABLES`) are read each time they are gone through.

    Using what it has raises InputError naming the file that is missing, damaged or of another version.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        files = {name: TableLines(out / name, row_class) for name, row_class in FILES.items()}
        self.tables = {name: files[file] for name, file in TABLE_FILES.items()}
        self.evidence, self.articles, self.problems = (files[name] for name in (EVIDENCE, "articles.csv", "problems.csv"))

    @cached_property
    def scores(self) -> Mapping[str, Any]:
        """The scores of an evaluation; empty without any."""
        return next(filter(None, (_scores(self._out / name) for name in SCORES)), {})

    @cached_property
    def provenance(self) -> Provenance | None:
        """Where it comes from; None where it does not say so."""
        return _provenance(self._out / PROVENANCE)

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        """What is counted of the rows of each table."""
        studies = Studies()
        years: dict[str, str] = {}  # of articles that report a study of their own
        for row in chain.from_iterable(self.tables.values()):
            studies.add(row)
            if is_own(row):
                years[row["source_id"]] = ""
        years |= {article["id"]: intern(article["year"]) for article in self.articles if article["id"] in years}
        found = {name: Tally(name) for name in self.tables}
        for name, rows in self.tables.items():
            for row in rows:
                found[name].add(row, studies.of(row), intern(year_of(row, years)))
        return found


def _scores(path: Path) -> Mapping[str, Any]:
    """The scores of an evaluation, at the top of the file or under `evaluate`; empty without any (it may hold counts only)."""
    content = _bytes(path)
    if content is None:
        return {}
    try:
        found = json.loads(content)
    except ValueError as error:  # not JSON, or not UTF-8
        raise InputError(f"{path}: not JSON: {error}", code="bad-metrics", place=str(path)) from error
    found = found.get("evaluate", found) if isinstance(found, dict) else {}
    whole = isinstance(found, dict) and {"tables", "rows_micro", "fields_micro", "documents"} <= found.keys()
    return found if whole else {}


def _provenance(path: Path) -> Provenance | None:
    content = _bytes(path)
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=Provenance)
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: not the provenance of a run: {error}", code="bad-provenance", place=str(path)) from error


def _bytes(path: Path) -> bytes | None:
    """The content of a file, None when there is no such file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", code="bad-metrics", place=str(path)) from error
