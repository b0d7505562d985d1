"""The pipeline: fetch → parse → annotate → (registry →) tabulate → evaluate → report, each from a directory to a directory.

```
raw/        manifest.jsonl, store/<ab>/<sha256>         what was asked for, and its bytes (remote/: what services gave)
            registry.jsonl                              what the trial registry says, if it was asked
parsed/     index.txt, <bucket>/<name>.json             list[Article] of one input
annotated/  index.txt, <bucket>/<name>.json             list[Annotated] of one input
outputs/    the tables, evidence, articles, problems, datapackage.json, provenance.json,
            report.html, figures/
```
Parse and annotate redo only shards whose key (input, settings, program) changed and remove those of vanished inputs.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from mitotransfer import __version__
from mitotransfer import annotate as annotating
from mitotransfer import evaluate as evaluating
from mitotransfer import fetch as fetching
from mitotransfer import review as reviewing
from mitotransfer import tabulate as tabulating
from mitotransfer.decisions import DECISIONS, Desk
from mitotransfer.document import Annotated, Article, Registered
from mitotransfer.errors import DamagedError, Problem
from mitotransfer.fetch import ManifestLine
from mitotransfer.files import Replacing, write_whole
from mitotransfer.incremental import Counts, Job, Result, run_jobs
from mitotransfer.lock import writes
from mitotransfer.origins import origins
from mitotransfer.provenance import FILE as PROVENANCE
from mitotransfer.rows import FILES, REVIEWED
from mitotransfer.runner import Lost
from mitotransfer.settings import SearchSettings, Settings, config_root
from mitotransfer.steps import (
    MANIFEST,
    annotate_jobs,
    annotate_one,
    as_shard,
    decoded,
    failed,
    outcome_of,
    parse_jobs,
    parse_one,
    payloads,
    unread,
    whole,
)
from mitotransfer.store import Blobs, Shards, digest, remove, source_version, tree_version
from mitotransfer.urls import is_url

_IDS = ("pmcid", "pmid", "doi")
METRICS = "metrics.json"
_TRIES = 3  # of a run that finds its own results damaged: a disk that fails more often is no place for it


@writes("raw")
def fetch(inputs: Sequence[str], raw: Path, settings: Settings, out: Path | None = None) -> Counts:
    """Collects what `inputs` name (files, directories, ids, lists of ids) into `raw/`.

    `out` (default: `raw`) is passed over where it lies in an input directory. Raises ConfigError for an input that does
    not exist, OutputError when `raw` cannot be written.
    """
    started = time.perf_counter()
    # sorted: the outputs do not depend on the order in which inputs are named
    requests = sorted(fetching.read_requests(inputs, out or raw), key=lambda asked: (asked.ident, asked.path, asked.place))
    store = Blobs(raw / "store")
    threads = settings.fetch.workers if any(is_url(asked.path) for asked in requests) else settings.run.workers
    lines = fetching.fetch_local(requests, settings.fetch, store.keep, settings.parse.max_bytes, threads)
    missing = [n for n, asked in enumerate(requests) if asked.kind in _IDS and lines[n].status == "not_found"]
    if missing and (settings.fetch.sources or settings.fetch.offline):
        key = os.environ.get("NCBI_API_KEY", "")
        remote = fetching.Remote(settings.fetch, raw / "remote", store, settings.parse.max_bytes, __version__, key)
        for n, line in zip(missing, remote.lines([requests[n] for n in missing]), strict=True):
            if line.status == "ok" or lines[n].code != "pmid-as-pmcid":  # whose reason is the likelier one
                lines[n] = line
    write_whole({raw / MANIFEST: [msgspec.json.encode(line) + b"\n" for line in lines]})
    leftovers = [path for pattern in (".*.tmp", "*/.*.tmp") for path in (raw / "remote").glob(pattern)]
    removed = store.prune(line.sha256 for line in lines if line.sha256) + remove(leftovers)
    return Counts.of(Counter(outcome_of(line.status) for line in lines), started, removed=removed)


def search(
    query: str, settings: Settings, *, since: str = "", out: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> str:
    """The list of articles that a query, or the query file of this name, finds: an input of `run`, also written to `out`.

    `since`: a date, for what is new. Tells warnings and an account of what was found. Raises ConfigError, ServiceError,
    OutputError; nothing is written then.
    """
    target = fetching.list_file(out) if out else None
    folders = (settings.path(settings.search.queries), config_root() / SearchSettings().queries)
    key = os.environ.get("NCBI_API_KEY", "")
    http = fetching.connect(settings.fetch, __version__, key, settings.parse.max_bytes)
    found = fetching.search(query, since, settings.fetch, settings.search, folders, http, key)
    if target:
        write_whole({target: [found.text]})
    for line in found.said:
        tell(line)
    return found.text


@writes("parsed")
def parse(raw: Path, parsed: Path, settings: Settings) -> Counts:
    """Parses every fetched file into `parsed/`, one shard per input; an unreadable one gives a failed article."""
    version = digest(source_version("fetch", "parse", "topic", "document", "errors"), msgspec.json.encode(settings.parse))

    def lost(job: Job[ManifestLine], why: Lost) -> Result:
        line = job.argument
        return unread(line.name, line.file, "parse", "failed", why.code, line.place, f"reading it {why.reason}")

    work = partial(parse_one, settings.parse, raw.absolute())
    return run_jobs(parse_jobs(raw, version), work, Shards(parsed.absolute()), settings.run, lost, [raw.absolute() / MANIFEST])


@writes("annotated")
def annotate(parsed: Path, annotated: Path, settings: Settings) -> Counts:
    """Finds the events of every parsed article, into `annotated/`, one shard per input."""
    options, nlp = settings.annotate, settings.nlp
    files = (Path(options.vocabulary), Path(options.table_headers), Path(options.rules), Path(options.confidence))
    model = annotating.model_version(nlp) if options.prose else ""
    version = digest(
        source_version("annotate", "models", "topic", "document", "rows", "errors"),
        tree_version(*files),
        str(options.prose),
        *options.off,
        model,
    )
    source = Shards(parsed.absolute())

    def lost(job: Job[str], why: Lost) -> Result:
        articles = decoded(whole(source, job.name), Article)
        return as_shard([failed(article, why.code, f"annotating it {why.reason}") for article in articles])

    work = partial(annotate_one, options, nlp, source)
    needs = (*files, source.listed)
    return run_jobs(annotate_jobs(source, version), work, Shards(annotated.absolute()), settings.run, lost, needs)


@writes("raw")
def registry(annotated: Path, raw: Path, settings: Settings) -> Counts:
    """Asks the trial registry for the trials that annotated articles name and for those its searches find, into `raw/`.

    What cannot be asked (offline, out of reach) stays as earlier runs left it, and is told. Raises ConfigError, OutputError.
    """
    started = time.perf_counter()
    options = settings.fetch
    queries = fetching.read_queries(settings.file(options.registry_queries))
    articles = (article for _, payload in payloads(Shards(annotated)) for article in decoded(payload, Annotated))
    numbers = {role.surface for article in articles for event in article.events for role in event.named("nct")}
    service = None
    if not options.offline:
        http = fetching.connect(options, __version__, "", settings.parse.max_bytes)
        service = fetching.Registry(http, options.endpoints.registry)
    return Counts.of(fetching.ask_registry(numbers, queries, raw, service), started)


def desk(out: Path, settings: Settings, path: Path | None = None, reviewer: str = "") -> Desk:
    """Where decisions on the tables in `out` are kept: in the log `path`, by default `out/decisions.csv`."""
    return Desk(out, Path(settings.annotate.vocabulary), path, reviewer)


@writes("out")
def tabulate(
    annotated: Path, out: Path, settings: Settings, raw: Path | None = None, at: Desk | None = None, said: Sequence[Problem] = ()
) -> Counts:
    """Builds the tables of all annotated articles in `out/`: the CSV files and datapackage.json.

    What was changed by hand in the tables there is taken up into the log of decisions `at` this desk (default: that of `out`)
    before they are replaced, and all that was decided is applied. With `raw` trials are completed by what the registry stage left
    there. `said`: what is to be told beside. Raises ConfigError when decisions cannot be understood, OutputError; nothing is
    replaced then.
    """
    started = time.perf_counter()
    at = at or desk(out, settings)
    told = [*said, *at.take_up()]
    registered, passed = _registered(raw, settings) if raw else ([], [])
    outcomes: Counter[str] = Counter()
    with tabulating.shelf(out) as shelf, Replacing() as files:
        shelf.put(article for _, payload in payloads(Shards(annotated)) for article in decoded(payload, Annotated))

        def build(without: Collection[str]) -> Iterator[tabulating.Part]:
            return tabulating.parts(shelf.articles(), settings.tabulate, registered, without)

        found = tabulating.decided(build, at)
        tables = tabulating.Writer(files, out)
        shelf.tell([*told, *passed, *found.problems])
        for part in found.parts:
            for name, rows in part.files.items():
                tables.add(name, rows)
            shelf.tell(part.problems)
            outcomes.update([part.outcome] if part.outcome else ())
        tables.add("problems.csv", map(tabulating.problem_row, shelf.problems()))
        named = [*FILES, *([DECISIONS] if (out / DECISIONS).exists() else [])]
        files.add(out / "datapackage.json", _json(tabulating.datapackage(named, __version__)))
        at.written.keep({name: files.finish(out / name) for name in REVIEWED}, found.known_as)
    at.written.forget_others(out, REVIEWED)
    return Counts.of(outcomes, started)


def _registered(raw: Path, settings: Settings) -> tuple[list[Registered], list[Problem]]:
    records, told = fetching.registry_answers(raw)
    found, passed = annotating.registered(records, annotating.load(settings.annotate, settings.nlp))
    return found, [*told, *passed]


def evaluate(
    out: Path,
    gold: Path,
    settings: Settings,
    *,
    metrics: Path | None = None,
    errors: Path | None = None,
    calibrate: Path | None = None,
    folds: int | None = None,
) -> evaluating.Report:
    """Scores the tables in `out` against gold documents, on `folds` parts of them, too, where asked.

    Writes the scores to `metrics`; to `errors` every missed and false row and every lost and false value, with the sentences
    and rules behind it; to `calibrate` the counts that confidence is made of. Raises ConfigError, InputError, OutputError;
    nothing is written then.
    """
    documents = evaluating.read_gold(gold)
    judgement = evaluating.judge_run(out, documents, Path(settings.annotate.vocabulary))
    told = errors is not None or calibrate is not None or (out / "evidence.csv").exists()
    findings = evaluating.analyse(judgement, evaluating.read_traces(out, documents) if told else {})
    report = evaluating.score(judgement, findings, folds=folds)
    files: dict[Path, list[bytes] | list[str]] = {}
    if metrics is not None:
        files[metrics] = _json(report)
    if errors is not None:
        files[errors] = [f"{line}\n" for line in evaluating.listing(findings)]
    if calibrate is not None:
        files[calibrate] = [evaluating.calibration(findings)]
    write_whole(files)
    return report


def against_decisions(out: Path, metrics: Path | None = None) -> evaluating.Curated:
    """Scores what a run proposes against what was decided, to `metrics` too. Raises ConfigError, InputError, OutputError."""
    found = evaluating.against_decisions(out)
    if metrics is not None:
        write_whole({metrics: _json(found)})
    return found


def gate(report: evaluating.Report, corpus: Path, settings: Settings) -> list[str]:
    """What stands against the scores by the floors of the configuration: below one, or measured on another corpus."""
    floors = evaluating.read_floors(settings.path(settings.evaluate.floors))
    return evaluating.check(report, floors, evaluating.corpus_hash(corpus))


def pin(report: evaluating.Report, corpus: Path, settings: Settings, *, lower: bool = False) -> Path:
    """Makes these scores the floors; refuses to lower one unless `lower`. Raises ConfigError."""
    path = settings.path(settings.evaluate.floors)
    previous = evaluating.read_floors(path) if path.exists() else None
    write_whole({path: [evaluating.pin(report, evaluating.corpus_hash(corpus), previous, lower=lower).json()]})
    return path


@writes("out")
def report(out: Path, *, figures: bool = False) -> str:
    """Writes `out/report.html` from the tables in `out`, with `figures` its plots to `out/figures`, too; says what was written.

    Raises InputError, OutputError, and ConfigError when figures cannot be drawn here; nothing is written then.
    """
    if figures:
        reviewing.check_figures()
    page = reviewing.write_report(out)
    if figures:
        return f"{page}, {len(reviewing.write_figures(out))} files in {out / reviewing.FIGURES}"
    kept = (out / reviewing.FIGURES).exists()
    return f"{page}; {out / reviewing.FIGURES} is as it was (--figures draws it anew)" if kept else str(page)


def _all_done(steps: Sequence[tuple[str, Callable[[], Counts]]], tell: Callable[[str], None]) -> dict[str, Counts]:
    """What the steps did. If one finds a result of those before it damaged, they make it again. Raises their errors."""
    for left in reversed(range(_TRIES)):
        done: dict[str, Counts] = {}
        try:
            for name, step in steps:
                done[name] = step()
                tell(f"{name:9} {done[name]}, {done[name].seconds:.1f} s")
        except DamagedError as error:
            if not left:
                raise
            tell(f"warning: {error}: made again")
        else:
            break
    return done


@writes("out")
def run(
    inputs: Sequence[str],
    out: Path,
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
    at: Desk | None = None,
) -> bool:
    """The whole pipeline into `out`, intermediate results under `out/work`; True when no article failed.

    Inputs and configuration are checked before anything is written. `at`: where decisions are kept (see `tabulate`). What is
    found damaged in `out/work` is made again. Raises ConfigError, OutputError (also when another run writes there), ServiceError.
    """
    at = at or desk(out, settings)
    at.log.read()
    if settings.report.figures:
        reviewing.check_figures()
    annotating.load(settings.annotate, settings.nlp)
    for _ in fetching.read_requests(inputs, out):
        pass
    work = out / "work"
    steps: list[tuple[str, Callable[[], Counts]]] = [
        ("fetch", lambda: fetch(inputs, work / "raw", settings, out)),
        ("parse", lambda: parse(work / "raw", work / "parsed", settings)),
        ("annotate", lambda: annotate(work / "parsed", work / "annotated", settings)),
        ("tabulate", lambda: tabulate(work / "annotated", out, settings, None, at)),
    ]
    if settings.fetch.registry:
        steps[3:] = [
            ("registry", lambda: registry(work / "annotated", work / "raw", settings)),
            ("tabulate", lambda: tabulate(work / "annotated", out, settings, work / "raw", at)),
        ]
    done = _all_done(steps, tell)
    write_whole({out / METRICS: _json(done), out / PROVENANCE: _json(origins(work / "raw", settings))})
    tell(f"report    {report(out, figures=settings.report.figures)}")
    return not any(counts.failed for counts in done.values())


def _json(content: object) -> list[bytes]:
    """Indented JSON as the pieces of a file."""
    return [msgspec.json.format(msgspec.json.encode(content), indent=2), b"\n"]
