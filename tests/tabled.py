"""Tables in memory for tests: made from articles, and written, by the way that the stage takes."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mitotransfer.document import Annotated, Registered
from mitotransfer.errors import Problem
from mitotransfer.files import Replacing
from mitotransfer.rows import FILES
from mitotransfer.settings import TabulateSettings
from mitotransfer.tabulate import Writer, parts, problem_row, shelf


class Tables(NamedTuple):
    """All output rows by file, and what came of the articles (done, dropped, failed)."""

    files: dict[str, list[Any]]
    outcomes: Counter[str]


def build_tables(
    articles: Iterable[Annotated],
    settings: TabulateSettings,
    registered: Sequence[Registered] = (),
    told: Iterable[Problem] = (),
    without: Collection[str] = (),
) -> Tables:
    """What the articles give, without what was decided."""
    files: dict[str, list[Any]] = {name: [] for name in FILES}
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, shelf(Path(folder)) as ordered:
        ordered.put(articles)
        ordered.tell(told)
        for part in parts(ordered.articles(), settings, registered, without):
            for name, rows in part.files.items():
                files[name] += rows
            ordered.tell(part.problems)
            outcomes.update([part.outcome] if part.outcome else [])
        files["problems.csv"] += map(problem_row, ordered.problems())
    return Tables(files, outcomes)


def write_tables(out: Path, rows: Mapping[str, Iterable[Any]]) -> None:
    """Writes these tables, all or none."""
    with Replacing() as files:
        tables = Writer(files, out, rows)
        for name, instances in rows.items():
            tables.add(name, instances)
