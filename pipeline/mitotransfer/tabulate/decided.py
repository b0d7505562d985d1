"""The tables with what curators decided applied. Only what decisions are about is held in memory, however much there is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mitotransfer.decisions import Desk, Snapshot, Standing, apply, rejected_evidence
from mitotransfer.decisions.applying import Files
from mitotransfer.errors import Problem
from mitotransfer.files import Replacing
from mitotransfer.rows import FILES, REVIEWED
from mitotransfer.tabulate.build import Part
from mitotransfer.tabulate.write import Writer

Build = Callable[[Collection[str]], Iterable[Part]]
Held = dict[int, Part]  # by their place among all


class Decided(NamedTuple):
    """What all articles give when all that stands is applied, what is to be told of it, and ids of rows and lines of evidence
    today -> those under which they were decided on, where these are others."""

    parts: Iterable[Part]
    problems: Sequence[Problem] = ()
    known_as: Mapping[str, str] = {}


def decided(build: Build, at: Desk) -> Decided:
    """Applies what was decided `at` this desk, where what is proposed without is left, too, if anything was decided.

    `build`: gives what all articles give, without the values of the lines of evidence whose ids it is given. Raises OutputError,
    ConfigError.
    """
    found, snapshots = at.standing(), at.snapshots.read()
    if not (found.rows or found.evidence or found.problems):
        at.forget_proposals()
        return Decided(build(()))
    sources = _sources(found, snapshots)
    with Replacing() as files:
        proposed = _written(build(()), Writer(files, at.written.proposed, REVIEWED))
        held = {place: part for place, part in enumerate(proposed) if _is_touched(part, found, sources)}
    rejected = rejected_evidence(_files(held), found, snapshots)
    if rejected:
        held = {place: part for place, part in enumerate(build(rejected)) if place in held}
    tables = _files(held)
    own = {id(line) for name in REVIEWED for line in tables[name]}
    applied = apply(tables, found, snapshots)
    back = {name: [line for line in tables[name] if id(line) not in own] for name in REVIEWED}
    known_as = {today: logged for logged, today in (applied.moved | applied.evidence).items()}
    return Decided(_with(held, back, build(rejected)), applied.problems, known_as)


def _written(parts: Iterable[Part], tables: Writer) -> Iterator[Part]:
    for part in parts:
        for name in part.files.keys() & set(REVIEWED):
            tables.add(name, part.files[name])
        yield part


def _sources(found: Standing, snapshots: Mapping[str, Snapshot]) -> set[str]:
    """The articles that decisions name, and the rows and lines that they were made on."""
    decisions = [one for verdict in (*found.rows.values(), *found.evidence.values()) for one in verdict.decisions]
    known = [snapshots[one.snapshot] for one in decisions if one.snapshot in snapshots]
    named = {record.get("source_id", "") for one in known for record in (one.row, *one.evidence)}
    return ({one.source_id for one in decisions} | named) - {""}


def _is_touched(part: Part, found: Standing, sources: set[str]) -> bool:
    """Whether a decision may be about one of its rows or lines."""
    return any(
        not sources.isdisjoint((getattr(line, "source_id", ""), getattr(line, "id", "")))
        or getattr(line, "row_id", "") in found.rows
        or getattr(line, "evidence_id", "") in found.evidence
        for lines in part.files.values()
        for line in lines
    )


def _files(held: Held) -> Files:
    return {name: [line for part in held.values() for line in part.files.get(name, ())] for name in FILES}


def _with(held: Held, back: Files, parts: Iterable[Part]) -> Iterator[Part]:
    """The parts with those that are held in their places, and with the lines that came `back`: behind those of their article.

    Lines of an article that is not there come last.
    """
    waiting = {line.source_id for lines in back.values() for line in lines}
    for place, built in enumerate(parts):
        part = held.get(place, built)
        for article in part.files.get("articles.csv", ()):
            if article.id in waiting:
                waiting.remove(article.id)
                for name, lines in back.items():
                    part.files.setdefault(name, []).extend(line for line in lines if line.source_id == article.id)
        yield part
    yield Part({name: [line for line in lines if line.source_id in waiting] for name, lines in back.items()}, [])
