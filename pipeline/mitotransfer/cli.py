"""Command line: flags become settings and one call in `stages`. No logic lives here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from mitotransfer import __version__
from mitotransfer.errors import MitotransferError
from mitotransfer.options import (
    Config,
    Dask,
    Decisions,
    Email,
    Endpoint,
    Executor,
    Figures,
    Inputs,
    Library,
    Offline,
    Out,
    Registry,
    Reviewer,
    Shards,
    Sources,
    Workers,
    settings_of,
)
from mitotransfer.settings import (
    ReportSettings,
    known_against,
    known_service,
)

app = typer.Typer(
    name="mitotransfer",
    help="Evidence tables on intercellular mitochondrial transfer from biomedical articles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

kb = typer.Typer(help="Knowledge bases that names are linked to.", no_args_is_help=True)
app.add_typer(kb, name="kb")

# Typer brings Click along under a name that differs between its versions; this is Click's UsageError in all of them.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

_INTERRUPTED = 130  # Ctrl-C, as shells count it


def _say(line: object) -> None:
    typer.echo(line, err=True)


@app.command()
def run(
    inputs: Inputs,
    out: Out,
    config: Config = None,
    executor: Executor = "",
    workers: Workers = None,
    scheduler: Dask = "",
    library: Library = "",
    offline: Offline = False,
    email: Email = "",
    endpoint: Endpoint = None,
    registry: Registry = False,
    decisions: Decisions = None,
    reviewer: Reviewer = "",
    figures: Figures = False,
    publish: Annotated[str, typer.Option("--publish", metavar="URL", help="Then put the finished files there, see publish")] = "",
) -> None:
    """Read articles and write the three tables, their evidence and a report to --out; what was decided there is applied."""
    from mitotransfer import handover, stages

    sources = Sources(library, offline, email, endpoint or (), registry)
    settings = settings_of(config, named=executor, workers=workers, scheduler=scheduler, sources=sources)
    settings = msgspec.structs.replace(settings, report=ReportSettings(figures or settings.report.figures))
    if publish:
        handover.check_place(publish)
    done = stages.run(inputs, out, settings, _say, stages.desk(out, settings, decisions, reviewer))
    if publish:
        handover.publish(out, publish, _say)
    if not done:
        _say(f"some articles failed: see status and reason in {out / 'articles.csv'}")
        raise typer.Exit(1)


@app.command()
def fetch(
    inputs: Inputs,
    raw: Annotated[Path, typer.Option("--raw")],
    config: Config = None,
    library: Library = "",
    offline: Offline = False,
    email: Email = "",
    endpoint: Endpoint = None,
) -> None:
    """Collect inputs into a raw directory: manifest and bytes."""
    from mitotransfer import stages

    _say(stages.fetch(inputs, raw, settings_of(config, sources=Sources(library, offline, email, endpoint or ()))))


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A query, or the name of a file in configs/queries")],
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="Only what is new since then: 2026, 2026-01-14")] = "",
    service: Annotated[str, typer.Option("--service", help="ncbi or europepmc")] = "",
    without_text: Annotated[bool, typer.Option("--without-text", help="Also articles whose text cannot be had")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the list there, an input of run")] = None,
    config: Config = None,
    email: Email = "",
    endpoint: Endpoint = None,
) -> None:
    """Find articles by a query: a list of PMCIDs, to --out or the standard output."""
    from mitotransfer import stages

    settings = settings_of(config, sources=Sources(email=email, endpoints=endpoint or ()))
    options = msgspec.structs.replace(
        settings.search,
        service=known_service(service) if service else settings.search.service,
        with_text=settings.search.with_text and not without_text,
    )
    found = stages.search(query, msgspec.structs.replace(settings, search=options), since=since, out=out, tell=_say)
    if out is None:
        typer.echo(found, nl=False)


@app.command()
def parse(
    raw: Path, parsed: Path, config: Config = None, executor: Executor = "", workers: Workers = None, scheduler: Dask = ""
) -> None:
    """Parse a raw directory."""
    from mitotransfer import stages

    _say(stages.parse(raw, parsed, settings_of(config, named=executor, workers=workers, scheduler=scheduler)))


@app.command()
def annotate(
    parsed: Path,
    annotated: Path,
    config: Config = None,
    executor: Executor = "",
    workers: Workers = None,
    scheduler: Dask = "",
) -> None:
    """Find the events of parsed articles."""
    from mitotransfer import stages

    _say(stages.annotate(parsed, annotated, settings_of(config, named=executor, workers=workers, scheduler=scheduler)))


@app.command()
def registry(
    annotated: Path,
    raw: Annotated[Path, typer.Option("--raw", help="Directory for the answers; name it to tabulate as --registry")],
    config: Config = None,
    offline: Offline = False,
    email: Email = "",
    endpoint: Endpoint = None,
) -> None:
    """Ask ClinicalTrials.gov for the trials that annotated articles name and for those its searches find."""
    from mitotransfer import stages

    settings = settings_of(config, sources=Sources("", offline, email, endpoint or ()))
    _say(stages.registry(annotated, raw, settings))


@app.command()
def tabulate(
    annotated: Path,
    out: Out,
    config: Config = None,
    registry: Annotated[
        Path | None, typer.Option("--registry", help="Raw directory with the answers of the registry", file_okay=False)
    ] = None,
    decisions: Decisions = None,
    reviewer: Reviewer = "",
) -> None:
    """Build the tables from annotated articles, and apply what was decided."""
    from mitotransfer import stages

    settings = settings_of(config)
    _say(stages.tabulate(annotated, out, settings, registry, stages.desk(out, settings, decisions, reviewer)))


@app.command("decisions")
def decide(
    out: Path,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Tables edited elsewhere (CSV)")] = None,
    decisions: Decisions = None,
    reviewer: Reviewer = "",
    annotated: Shards = None,
    config: Config = None,
) -> None:
    """Take up what was decided by hand in the tables in OUT, or in FILE..., and apply all that was decided."""
    from mitotransfer import curating, stages

    settings = settings_of(config)
    curating.decisions(files or (), settings, stages.desk(out, settings, decisions, reviewer), _say, annotated)


@app.command()
def review(
    out: Path,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine (default: any that is free)")] = 0,
    decisions: Decisions = None,
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who decides (default: your login)")] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser")] = True,
    annotated: Shards = None,
    config: Config = None,
) -> None:
    """Work through the tables in OUT on a local page: accept, reject and edit rows, with the sentences behind them."""
    from mitotransfer import curating, stages

    settings = settings_of(config)
    desk = stages.desk(out, settings, decisions, reviewer)
    curating.review(settings, desk, _say, port=port, browser=browser, annotated=annotated)


@app.command()
def evaluate(
    out: Path,
    gold: Annotated[Path | None, typer.Argument(help="Directory of gold rows")] = None,
    against: Annotated[str, typer.Option(help="decisions: score against what was decided in OUT instead of gold rows")] = "",
    metrics: Annotated[Path | None, typer.Option(help="Write the scores as JSON")] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Write each missed, false and partly wrong row, with the sentences and rules behind it")
    ] = None,
    calibrate: Annotated[
        Path | None, typer.Option(help="Write how often each rule is right: what confidence is made of (configs/confidence.json)")
    ] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Give the figures on so many parts of the documents, too")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Corpus directory: check the scores against the quality floor")] = None,
    pin: Annotated[bool, typer.Option(help="Raise the floor to these scores instead of checking")] = False,
    lower: Annotated[bool, typer.Option(help="With --pin: allow floors to fall")] = False,
    config: Config = None,
) -> None:
    """Score tables against gold rows or decisions; with --corpus, fail when quality is below the floor."""
    from mitotransfer import stages

    settings = settings_of(config)
    if known_against(against):
        typer.echo(stages.against_decisions(out, metrics).summary())
        return
    if gold is None:
        raise typer.BadParameter("name the directory of gold rows, or --against decisions")
    scores = stages.evaluate(out, gold, settings, metrics=metrics, errors=errors, calibrate=calibrate, folds=folds)
    typer.echo(scores.summary())
    if corpus and pin:
        _say(f"floors written to {stages.pin(scores, corpus, settings, lower=lower)}")
    elif corpus and (violations := stages.gate(scores, corpus, settings)):
        _say("quality gate:\n  " + "\n  ".join(violations))
        raise typer.Exit(1)


@app.command()
def report(out: Path, figures: Figures = False) -> None:
    """Write report.html from the tables of a run."""
    from mitotransfer import stages

    _say(stages.report(out, figures=figures))


@app.command()
def export(
    out: Path,
    format: Annotated[
        list[str],
        typer.Option("--format", help="parquet, sqlite, bioc, pubannotation, rocrate, latex, markdown, html or all; repeatable"),
    ],
    to: Annotated[str, typer.Option(metavar="PATH", help="Folder or URL for the formats' folders (default: OUT/export)")] = "",
    all_text: Annotated[bool, typer.Option("--all-text", help="Also text that its licence does not allow passing on")] = False,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Date of publication, for rocrate")] = "",
    rows_per_file: Annotated[
        int | None, typer.Option("--rows-per-file", min=1, help="For parquet: a folder per table, so many lines in a file")
    ] = None,
) -> None:
    """Write the tables of a run in other formats, into a folder for each."""
    from mitotransfer import handover

    handover.export(out, format, to=to, all_text=all_text, date=date, rows_per_file=rows_per_file, tell=_say)


@app.command()
def publish(
    out: Path,
    to: Annotated[str, typer.Argument(metavar="URL", help="A folder, as s3://bucket/folder")],
) -> None:
    """Put the finished files of a run in OUT to a bucket or another place elsewhere; only what has changed is sent."""
    from mitotransfer import handover

    handover.publish(out, to, _say)


@app.command()
def train(
    corpora: Annotated[
        Path, typer.Option(help="Directory that holds the corpora named in the recipe", exists=True, file_okay=False)
    ],
    recipe: Annotated[Path | None, typer.Option(help="Recipe (default: the project's models/train.yaml)")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the pipeline goes (default: beside the recipe)", file_okay=False)
    ] = None,
    work: Annotated[Path, typer.Option(help="Prepared data and each part's best state")] = Path("models/work"),
    part: Annotated[list[str] | None, typer.Option(help="Train only this part, keep the others' states: syntax, names")] = None,
    final: Annotated[
        bool, typer.Option(help="Names: learn from the development parts too, as the shipped pipeline does")
    ] = False,
    score: Annotated[str, typer.Option(help="Train nothing; score the pipeline on this split: dev, test")] = "",
    config: Config = None,
) -> None:
    """Train the language model from the corpora of its recipe, or score it on one of their splits."""

    from mitotransfer import training

    settings = settings_of(config)
    if score:
        typer.echo(training.score_model(corpora, settings, recipe=recipe, pipeline=out, split=score))
    else:
        typer.echo(training.train(corpora, settings, recipe=recipe, out=out, work=work, parts=part or (), final=final, tell=_say))


@kb.command("build")
def kb_build(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="OBO files (also .gz, .zip), or their URLs")],
    out: Annotated[Path, typer.Option("--out", help="Directory for the knowledge base; name it as nlp.kb", file_okay=False)],
    prefix: Annotated[list[str] | None, typer.Option(help="Keep ids of this prefix (default: each file's own)")] = None,
) -> None:
    """Make a knowledge base from ontologies, in which names that the vocabulary does not hold are looked up."""
    from mitotransfer import training

    _say(training.build_kb(sources, out, prefix or ()))


@app.command()
def doctor(
    config: Config = None,
    offline: Annotated[bool, typer.Option(help="Ask no service")] = False,
    strict: Annotated[bool, typer.Option(help="Fail when a service cannot be reached, too")] = False,
) -> None:
    """Say what is installed, matching and reachable, with a line to run for what is not; exit 1 when a run lacks something."""
    from mitotransfer.models.doctor import (
        diagnose,
        healthy,
    )  # not by way of stages: that imports spaCy, which may be what is broken

    findings = []
    for finding in diagnose(settings_of(config), offline=offline):
        typer.echo(finding)
        findings.append(finding)
    if not healthy(findings, strict=strict):
        raise typer.Exit(1)


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def top(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False) -> None:
    """Evidence tables on intercellular mitochondrial transfer from biomedical articles."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Entry point (`arguments`: those of the process). Errors meant for the user are one line and exit status 2, no traceback."""
    try:
        status = app(arguments, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        status = _INTERRUPTED
    except (_UsageError, MitotransferError) as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        if message.strip():  # empty where the help has been shown instead
            _say(f"mitotransfer: {' '.join(message.split())}")
        sys.exit(2)
    except OSError as error:  # what no stage could foresee: a disk that goes away, a directory changed under us
        _say(f"mitotransfer: {error}")
        sys.exit(2)
    if status == _INTERRUPTED:
        _say("mitotransfer: interrupted; what is done is kept, and the same command goes on from there")
    sys.exit(status)
