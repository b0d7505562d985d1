"""Options that several commands share, and how flags become settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from mitotransfer.settings import Settings, known_email, known_endpoints, known_executor, load

Inputs = Annotated[list[str], typer.Argument(metavar="INPUT...", help="Article files, directories, ids or lists of ids")]
Out = Annotated[Path, typer.Option("--out", help="Directory for the tables", file_okay=False)]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (default: the shipped configs/run.yaml)")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes to use; more than 1 means --executor processes")]
Executor = Annotated[str, typer.Option("--executor", help="serial, processes or dask")]
Dask = Annotated[str, typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler (tcp://…) to work on; means dask")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no service: ids give what earlier runs fetched")]
Email = Annotated[str, typer.Option("--email", help="Contact that NCBI is told; without one it is not asked")]
Endpoint = Annotated[list[str] | None, typer.Option("--endpoint", metavar="NAME=URL", help="Another address for a service")]
Registry = Annotated[bool, typer.Option("--registry", help="Complete trials from ClinicalTrials.gov and add those it finds")]
Decisions = Annotated[
    Path | None, typer.Option("--decisions", help="Log of decisions (default: decisions.csv beside the tables)")
]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who decided, where a table does not say so (default: your login)")]
Figures = Annotated[bool, typer.Option("--figures", help="Also write the report's plots as SVG and PNG files (report.figures)")]
Shards = Annotated[
    Path | None, typer.Option("--annotated", help="What the tables are made of (default: work/annotated in OUT)", file_okay=False)
]
Library = Annotated[str, typer.Option("--library", help="Directory in which articles given by id are looked for")]


class Sources(NamedTuple):
    """The flags that say where articles come from."""

    library: str = ""
    offline: bool = False
    email: str = ""
    endpoints: Sequence[str] = ()
    registry: bool = False


NO_SOURCES = Sources()


def settings_of(
    config: Path | None, *, named: str = "", workers: int | None = None, scheduler: str = "", sources: Sources = NO_SOURCES
) -> Settings:
    """The settings of a file (default: the shipped ones) with what flags say instead. Raises ConfigError."""
    settings = load(config)
    run, fetch = settings.run, settings.fetch
    if workers is not None:
        several = workers > 1 and run.executor == "serial"
        run = msgspec.structs.replace(run, workers=workers, executor="processes" if several else run.executor)
    if scheduler:
        run = msgspec.structs.replace(run, scheduler=scheduler, executor="dask")
    if named:
        run = msgspec.structs.replace(run, executor=known_executor(named))
    fetch = msgspec.structs.replace(
        fetch,
        library=sources.library or fetch.library,
        offline=sources.offline or fetch.offline,
        email=known_email(sources.email) or fetch.email,
        endpoints=known_endpoints(sources.endpoints, fetch.endpoints),
        registry=sources.registry or fetch.registry,
    )
    return msgspec.structs.replace(settings, run=run, fetch=fetch)
