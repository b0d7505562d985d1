"""The curator's side of an output directory: what was decided by hand is taken up, the review page served, all of it applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mitotransfer import review as reviewing
from mitotransfer import tabulate as tabulating
from mitotransfer.decisions import Desk, account
from mitotransfer.errors import ConfigError
from mitotransfer.rows import REVIEWED, TABLE_FILES, ProblemRow
from mitotransfer.settings import Settings
from mitotransfer.stages import report, tabulate


def decisions(
    files: Sequence[Path],
    settings: Settings,
    at: Desk,
    tell: Callable[[str], None] = lambda _: None,
    annotated: Path | None = None,
) -> None:
    """Takes up what was decided by hand in the tables of an output directory, or in `files`, and applies all that was decided.

    `annotated`: of what the tables are made (default: what `run` left in `out/work`). Tells what came of it. Raises ConfigError,
    OutputError.
    """
    out = at.out
    if not all((out / name).exists() for name in REVIEWED):
        raise ConfigError(f"{out}: no tables of a run there")
    told = at.take_up(files)
    shards = annotated or out / "work" / "annotated"
    if shards.is_dir():
        asked = any(row["registry_checked"] for rows in at.written.versions(TABLE_FILES["trials"]) for row in rows)
        tabulate(shards, out, settings, out / "work" / "raw" if asked else None, at, told)
        tell(f"report    {report(out)}")
    else:
        tell(f"{shards}: not there; the decisions are applied when the tables are made again")
    problems = [one for one in tabulating.read_rows(out / "problems.csv", ProblemRow) if one.stage == "decisions"]
    counts = account(at.standing(), problems)
    tell(f"decisions {', '.join(f'{count} {name}' for name, count in counts.items())}: {at.log.path}")
    for problem in problems:
        tell(f"{problem.severity}: {problem.place}: {problem.message}")


def review(
    settings: Settings,
    at: Desk,
    tell: Callable[[str], None] = lambda _: None,
    *,
    port: int = 0,
    browser: bool = True,
    annotated: Path | None = None,
) -> None:
    """Serves the page on which a curator decides on the tables of an output directory, until it is interrupted.

    `port` 0: any free one. What was decided is applied then, as `decisions` does. Raises ConfigError, InputError, OutputError.
    """
    reviewing.serve(at, lambda said: decisions((), settings, at, said, annotated), tell, port=port, browser=browser)
