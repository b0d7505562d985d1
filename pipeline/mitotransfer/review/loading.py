"""What a report is made of: a run's tables, and its scores and provenance where it has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mitotransfer.errors import InputError
from mitotransfer.files import read_records
from mitotransfer.provenance import FILE as PROVENANCE
from mitotransfer.provenance import Provenance
from mitotransfer.rows import FILES, TABLE_FILES, header

Record = Mapping[str, str]
Records = list[dict[str, str]]

SCORES = ("quality.json", "metrics.json")


class Run(NamedTuple):
    """A run directory as read: `tables` by the names of `rows.TABLES`; `scores` empty, `provenance` None where there are none."""

    tables: dict[str, Records]
    evidence: Records
    articles: Records
    problems: Records
    scores: Mapping[str, Any]
    provenance: Provenance | None


def read_run(out: Path) -> Run:
    """The run in `out`. Raises InputError naming the file that is missing, damaged or of another version."""
    loaded = {name: _read(out / name, row_class) for name, row_class in FILES.items()}
    return Run(
        tables={name: loaded[file] for name, file in TABLE_FILES.items()},
        evidence=loaded["evidence.csv"],
        articles=loaded["articles.csv"],
        problems=loaded["problems.csv"],
        scores=next(filter(None, (_scores(out / name) for name in SCORES)), {}),
        provenance=_provenance(out / PROVENANCE),
    )


def _read(path: Path, row_class: type) -> Records:
    records = read_records(path)
    if records and (missing := set(header(row_class)) - set(records[0])):
        raise InputError(f"{path}: missing columns: {', '.join(sorted(missing))}", code="bad-table", place=str(path))
    return records


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
