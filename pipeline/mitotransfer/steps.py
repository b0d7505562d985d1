"""One input through a stage: what workers do, and the shards they read and write. `stages.py` says in what order."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import TypeVar

import msgspec

from mitotransfer import annotate as annotating
from mitotransfer import fetch as fetching
from mitotransfer import parse as parsing
from mitotransfer.document import Annotated, Article, Head, Status
from mitotransfer.errors import ConfigError, DamagedError, InputError, Problem, Severity
from mitotransfer.fetch import ManifestLine
from mitotransfer.incremental import Job, Result
from mitotransfer.settings import AnnotateSettings, NlpSettings, ParseSettings
from mitotransfer.store import Blobs, Shards, digest
from mitotransfer.topic import unmentioned

MANIFEST = "manifest.jsonl"
Document = TypeVar("Document", Article, Annotated)


def payloads(shards: Shards) -> Iterator[tuple[str, bytes]]:
    """The shards of a stage, by name and in order. Raises DamagedError for one that is missing or damaged."""
    for name in shards.index():
        yield name, whole(shards, name)


def whole(shards: Shards, name: str) -> bytes:
    """The payload of a shard. Raises DamagedError when it is missing or damaged."""
    payload = shards.read(name)
    if payload is None:
        raise DamagedError(f"{shards.path(name)}: missing or damaged; run the stage that writes it again")
    return payload


def parse_jobs(raw: Path, version: str) -> Iterator[Job[ManifestLine]]:
    """A job per manifest line; a name that comes again gets a number, so that every line has a shard."""
    taken: set[str] = set()
    for line in manifest(raw):
        names = chain([line.name], (f"{line.name}@{number}" for number in count(2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield Job(name, digest(version, msgspec.json.encode(line)), line)


def manifest(raw: Path) -> Iterator[ManifestLine]:
    """What was asked for and what came of it. Raises ConfigError when the fetch stage has not run, or left it damaged."""
    read = msgspec.json.Decoder(ManifestLine).decode
    try:
        with (raw / MANIFEST).open("rb") as lines:
            yield from map(read, lines)
    except OSError as error:
        raise ConfigError(f"{raw}: no {MANIFEST} there; run the fetch stage first") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{raw / MANIFEST}: damaged ({error}); run the fetch stage again") from error


def parse_one(options: ParseSettings, raw: Path, line: ManifestLine) -> Result:
    """Parses the file of a manifest line; what cannot be read gives an article that says why."""
    if line.status != "ok" and not line.sha256:
        return unread(line.name, line.file, "fetch", line.status, line.code, line.place, line.reason)
    data = _stored(raw, line.sha256)
    try:
        unwanted = unmentioned if options.screening else None
        articles = parsing.parse_documents(data, line.file, max_bytes=options.max_bytes, unwanted=unwanted)
        if line.status != "ok":
            return _front_only(articles, line)
        return Result("done", msgspec.json.encode(_with_identity(articles, line)))
    except InputError as error:
        inner = error.place.removeprefix(line.file)  # "a.xml:3:14": line and column, behind the name as it was given
        place = f"{line.place}{inner}" if inner != error.place else f"{line.place}{error.place and ': '}{error.place}"
        return unread(line.name, line.file, "parse", "failed", error.code, place, str(error))
    except MemoryError:
        raise  # the worker tells it, and ends
    except Exception as error:  # noqa: BLE001 one article must never end a run; it is named, counted and exit status 1
        return unread(line.name, line.file, "parse", "failed", "internal-error", line.place, _told(error))


def _stored(raw: Path, sha256: str) -> bytes:
    path = Blobs(raw / "store").path(sha256)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path}: missing; run the fetch stage again") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DamagedError(f"{path}: damaged; run the fetch stage again")
    return data


def _with_identity(articles: list[Article], line: ManifestLine) -> list[Article]:
    """The articles with what their source says of them, and a problem where the only one of a file is not the one it came as."""
    for article in articles:
        article.head.licence = line.licence or article.head.licence
        article.head.retracted = article.head.retracted or "retracted" in line.flags
        if line.code:  # fetched, yet with something to be said
            article.problems += (Problem(article.head.source, "fetch", "warning", line.code, line.place, line.reason),)
    if len(articles) == 1 and (problem := fetching.mistaken_id(line.name, articles[0].head)):
        articles[0].problems += (problem,)
    return articles


def annotate_jobs(source: Shards, version: str) -> Iterator[Job[str]]:
    """A job per parsed shard, for the worker to read: this process only looks at its checksum."""
    for name in source.index():
        yield Job(name, digest(version, source.checksum(name)), name)


def annotate_one(options: AnnotateSettings, nlp: NlpSettings, source: Shards, name: str) -> Result:
    """Annotates the articles of a parsed shard, each by itself: one that fails is named, the others complete."""
    payload = whole(source, name)
    if (passed := annotating.passed_over(payload)) is not None:
        return as_shard(passed)
    resources = annotating.load(options, nlp)
    done: list[Annotated] = []
    for article in decoded(payload, Article):
        try:
            done.append(annotating.annotate_article(article, resources))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 as in parse_one
            done.append(failed(article, "internal-error", _told(error)))
    return as_shard(done)


def failed(article: Article, code: str, reason: str) -> Annotated:
    """An article that could not be annotated, with the reason."""
    problem = Problem(article.head.source, "annotate", "error", code, article.head.file, reason)
    return Annotated(article.head, problems=(*article.problems, problem), status="failed", reason=reason)


def as_shard(done: list[Annotated]) -> Result:
    """The shard of annotated articles; its outcome is the worst of theirs."""
    outcomes = [outcome_of(article.status) for article in done]
    worst = next((name for name in ("failed", "dropped") if name in outcomes), "done")
    return Result(worst, msgspec.json.encode(done))


def decoded(payload: bytes, kind: type[Document]) -> list[Document]:
    """The articles of a shard. Raises ConfigError when a program of another version wrote it."""
    try:
        return msgspec.json.decode(payload, type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise ConfigError(f"an intermediate result was written by another version ({error}); run its stage again") from error


def _front_only(articles: list[Article], line: ManifestLine) -> Result:
    """Articles whose full text is withheld: known by name, read no further."""
    problem = Problem(line.name, "fetch", "error", line.code, line.place, line.reason)
    found = [Article(article.head, problems=(problem,), status=line.status, reason=line.reason) for article in articles]
    return Result(outcome_of(line.status), msgspec.json.encode(found))


def unread(name: str, file: str, stage: str, status: Status, code: str, place: str, reason: str) -> Result:
    """The shard of an input that gave no article: it still has a line in the outputs."""
    severity: Severity = "note" if status == "dropped" else "error"
    problem = Problem(name, stage, severity, code, place, reason)
    article = Article(Head(name, file=file), problems=(problem,), status=status, reason=reason)
    return Result(outcome_of(status), msgspec.json.encode([article]))


def outcome_of(status: Status) -> str:
    """What a status counts as: done, dropped or failed."""
    return {"ok": "done", "dropped": "dropped"}.get(status, "failed")


def _told(error: Exception) -> str:
    """An unforeseen exception in one line, with the place in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"unforeseen {type(error).__name__}{where}: {error}; please report it"
