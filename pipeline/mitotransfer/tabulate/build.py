"""Groups of events to the rows of every output file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from msgspec.structs import replace

from mitotransfer.document import Annotated, Event, Registered, Role
from mitotransfer.errors import Problem
from mitotransfer.licences import may_redistribute
from mitotransfer.rows import (
    ARROWS,
    MISSING_ID,
    SEPARATOR,
    TABLE_FILES,
    TABLES,
    ArticleRow,
    EvidenceRow,
    role_columns,
)
from mitotransfer.settings import TabulateSettings
from mitotransfer.tabulate.merge import Group, group_events, main_events
from mitotransfer.tabulate.registry import Trials, completed

_OUTCOMES = {"ok": "done", "dropped": "dropped"}


class Part(NamedTuple):
    """What one article gives, or a trial that the registry alone tells of: rows of output files in their order, and problems.

    `outcome`: what came of the article (done, dropped or failed); empty for a trial.
    """

    files: dict[str, list[Any]]
    problems: list[Problem]
    outcome: str = ""


def parts(
    articles: Iterable[Annotated],
    settings: TabulateSettings,
    registered: Sequence[Registered] = (),
    without: Collection[str] = (),
) -> Iterator[Part]:
    """The rows of every output file but problems.csv, article by article as these come: in the order of `Shelf.articles`.

    An article that is there twice (two files with one id) is read once; the other is dropped with a problem that says so.
    Trials are completed by what is `registered` of them; those of the registry alone come last.
    `without`: lines of evidence (by id) that were rejected: they are listed, and give no values.
    """
    trials = Trials(registered)
    for source, same in groupby(articles, key=lambda article: article.head.source):
        used: str | None = None
        for number, article in enumerate(same, 1):
            part = _part(article, used, settings, trials, without)
            if article.status == "ok" and used is None:
                used = article.head.file
            if number > 1:  # ids of articles.csv are unique
                part.files["articles.csv"][0].id = f"{source}@{number}"
            yield part
    for group, entry in trials.alone():
        files: defaultdict[str, list[Any]] = defaultdict(list)
        _add_row(files, group, content_id("r", entry.nct, group.table), entry.nct, entry, without)
        yield Part(files, [])


def _part(article: Annotated, used: str | None, settings: TabulateSettings, trials: Trials, without: Collection[str]) -> Part:
    """What an article gives. `used`: the file it was read from already, if it was."""
    head = article.head
    files: defaultdict[str, list[Any]] = defaultdict(list)
    problems = [*article.problems]
    n_rows = 0
    if article.status == "ok" and used is not None:
        message = f"{head.file} holds the same article as {used} ({head.source}); the latter is used"
        problems.append(Problem(head.source, "tabulate", "warning", "duplicate-article", head.file, message))
        article = replace(article, status="dropped", reason=message)
    elif article.status == "ok":
        problems += trials.problems(article)
        n_rows = _add_article(files, trials.renumbered(article), settings, trials, without)
        problems += _unquoted(article, n_rows, settings)
    files["articles.csv"].append(_article_row(article, n_rows))
    return Part(files, problems, _OUTCOMES.get(article.status, "failed"))


def _add_article(
    files: dict[str, list[Any]], article: Annotated, settings: TabulateSettings, trials: Trials, without: Collection[str]
) -> int:
    groups = group_events(article, settings)
    quoted = _may_quote(article, settings)
    for group, row_id in zip(groups, row_ids(article.head.source, groups), strict=True):
        row = _add_row(files, group, row_id, article.head.source, trials.of(group), without, quoted=quoted)
        row.retracted = _truth(article.head.retracted)
    return len(groups)


def _add_row(
    files: dict[str, list[Any]],
    group: Group,
    row_id: str,
    source: str,
    entry: Registered | None,
    without: Collection[str],
    *,
    quoted: bool = True,
) -> Any:
    """Adds a row with its evidence, in which an article's events stand as they were read; the row has the registry's values, too.

    Returns the row. One whose finding was rejected with all its evidence is rejected itself.
    """
    evidence = [evidence_line(event, row_id, row_id if event.source == "registry" else source, source) for event in group.events]
    if not quoted:
        evidence = [dataclasses.replace(line, sentence="") for line in evidence]
    kept = [event for event, line in zip(group.events, evidence, strict=True) if line.evidence_id not in without]
    stands = len(kept) == len(group.events) or any(event in kept for event in main_events(group))
    shown = dataclasses.replace(group, events=kept) if stands else group
    if entry is not None and entry.event is not None and entry.event not in group.events:
        # the same entry may stand behind rows of several articles
        evidence.append(evidence_line(entry.event, row_id, row_id, entry.nct))
        shown = completed(shown, entry.event)
    evidence = _surest(evidence)
    row = _row(shown, row_id, source, (line for line in evidence if not stands or line.evidence_id not in without))
    if not stands:
        row.review_status = "rejected"
    if entry is not None:
        row.registry_checked = entry.asked
    files[TABLE_FILES[group.table]].append(row)
    files["evidence.csv"] += evidence
    return row


def _surest(lines: Iterable[EvidenceRow]) -> list[EvidenceRow]:
    """The lines with each id once: of rules that found the same at the same words the surest."""
    best: dict[str, EvidenceRow] = {}
    for line in lines:
        if line.evidence_id not in best or float(line.confidence) > float(best[line.evidence_id].confidence):
            best[line.evidence_id] = line
    return list(best.values())


def _may_quote(article: Annotated, settings: TabulateSettings) -> bool:
    return settings.quote == "all" or may_redistribute(article.head.licence)


def _unquoted(article: Annotated, n_rows: int, settings: TabulateSettings) -> list[Problem]:
    """Why the sentences of an article with rows are left out, if they are."""
    if not n_rows or _may_quote(article, settings):
        return []
    head = article.head
    message = f"licence '{head.licence or 'unknown'}' does not allow passing text on: its sentences are left out (tabulate.quote)"
    return [Problem(head.source, "tabulate", "note", "not-quoted", head.file, message)]


def content_id(prefix: str, *parts: str) -> str:
    """A short stable id from content: the same parts give the same id on every machine."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return prefix + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:15]


def row_ids(source: str, groups: Sequence[Group]) -> list[str]:
    """An id for each row of an article, from its first finding: where it stands and what it says.

    Rows that share it (arms of a study) are told apart by all of their findings, then by all of their events, at last by number.
    """
    found: dict[int, str] = {}
    for told in (_first_finding, _findings, lambda group: group.events):
        rest = [number for number in range(len(groups)) if number not in found]
        ids = {number: _row_id(source, groups[number], told(groups[number])) for number in rest}
        count = Counter(ids.values())
        found |= {number: row_id for number, row_id in ids.items() if count[row_id] == 1}
    for number in range(len(groups)):
        if number not in found:
            found[number] = _row_id(source, groups[number], groups[number].events, str(number))
    return [found[number] for number in range(len(groups))]


def _row_id(source: str, group: Group, events: Iterable[Event], *more: str) -> str:
    facts = (fact for event in events for fact in _facts(event))
    return content_id("r", source, group.table, _place(group), *facts, *more)


def _first_finding(group: Group) -> list[Event]:
    return _findings(group)[:1]


def _findings(group: Group) -> list[Event]:
    return list(main_events(group)) or group.events


def _place(group: Group) -> str:
    event = group.events[0]
    return event.locator.xpath or event.locator.sentence


def _facts(event: Event) -> list[str]:
    return [event.kind, *(f"{r.name}={r.ident or r.surface}{r.direction}" for r in event.roles)]


def _row(group: Group, row_id: str, source: str, evidence: Iterable[EvidenceRow]) -> Any:
    row_class = TABLES[group.table]
    values: dict[str, str] = {
        "row_id": row_id,
        "source": _source(group),
        "source_id": source,
        "study_pmcid": group.study.pmcid,
        "study_pmid": group.study.pmid,
        "study_doi": group.study.doi,
        "evidence_ids": SEPARATOR.join(dict.fromkeys(line.evidence_id for line in evidence)),
        "review_status": "proposed",
        "retracted": "false",
    }
    if group.table != "trials":
        main = list(main_events(group)) or group.events
        effects = [event for event in group.events if event.kind == "effect"]
        hedged = all(e.hedged for e in main) or (bool(effects) and group.from_table and all(e.hedged for e in effects))
        values |= {
            "reference": group.study.reference,
            "negated": _truth(all(e.negated for e in main)),
            "hedged": _truth(hedged),
            "confidence": f"{_confidence(group):.2f}",
        }
    for role, (shown, ids) in role_columns(row_class).items():
        found = _distinct(r for event in group.events for r in event.named(role))
        if shown and role != "reference":
            values[shown] = SEPARATOR.join(_shown(r) for r in found)
        if ids:
            values[ids] = SEPARATOR.join(_ident(r) for r in found)
    return row_class(**values)


def _confidence(group: Group) -> float:
    """The mean over the values of a row, each as sure as the surest event that states it."""
    best: dict[tuple[str, str], float] = {}
    for event in group.events:
        for role in event.roles:
            key = (role.name, role.ident or role.surface)
            best[key] = max(best.get(key, 0.0), event.confidence)
    return sum(best.values()) / len(best) if best else 0.0


def _source(group: Group) -> str:
    """Where the article says it: the registry is named only where it alone does."""
    sources = {event.source for event in group.events}
    read = sources - {"registry"} or sources
    return "both" if len(read) > 1 else read.pop()


def _distinct(roles: Iterable[Role]) -> list[Role]:
    first: dict[tuple[str, str], Role] = {}
    for role in roles:
        first.setdefault((role.ident or role.label.lower(), role.direction), role)
    return list(first.values())


def _shown(role: Role) -> str:
    label = role.label.replace(";", ",")
    return f"{label} {ARROWS[role.direction]}" if role.direction else label


def _ident(role: Role) -> str:
    if role.direction:
        return f"{role.ident or f'outcome:{MISSING_ID}'}:{role.direction}"
    return role.ident or MISSING_ID


def evidence_line(event: Event, row_id: str, within: str, source: str) -> EvidenceRow:
    """The line of an event; `within` is what its id is made unique by beside its own content."""
    place = event.locator
    roles = SEPARATOR.join(_role(r) for r in event.roles)
    evidence_id = content_id("e", within, event.table, place.xpath, place.sentence, str(place.start), *_facts(event))
    return EvidenceRow(
        evidence_id=evidence_id,
        row_id=row_id,
        source_id=source,
        section=place.section,
        locator=place.xpath,
        sentence=place.sentence,
        start=str(place.start),
        end=str(place.end),
        event=event.kind,
        roles=roles,
        rule_id=event.rule,
        trigger=event.trigger,
        negated=_truth(event.negated),
        negation_cue=event.negation_cue,
        hedged=_truth(event.hedged),
        hedge_cue=event.hedge_cue,
        confidence=f"{event.confidence:.2f}",
    )


def _role(role: Role) -> str:
    ident = _ident(role) if role.ident or role.direction else ""
    target = f" in {role.target}" if role.target else ""
    return f"{role.name}={role.surface}<{ident}>{target}".replace(";", ",")


def _article_row(article: Annotated, n_rows: int) -> ArticleRow:
    head = article.head
    status: str = article.status
    reason = article.reason
    if status == "ok":
        status, reason = ("rows", "") if n_rows else ("no_evidence", reason or _why_none(article))
    elif status == "dropped":
        status, reason = "no_evidence", f"dropped: {reason}"
    return ArticleRow(
        id=head.source,
        pmid=head.pmid,
        doi=head.doi,
        title=head.title,
        year=head.year,
        licence=head.licence,
        article_type=head.article_type,
        retracted=_truth(head.retracted),
        status=status,
        reason=reason,
        n_passages=str(article.n_passages),
        n_tables=str(article.n_tables),
        n_events=str(len(article.events)),
        n_rows=str(n_rows),
    )


def _why_none(article: Annotated) -> str:
    if not article.events:
        bodies = {"withheld": "; its body is withheld", "ocr": "; its body is scanned pages only", "none": "; it has no body"}
        return "no event found" + bodies.get(article.head.body, "")
    if all(event.study.cited for event in article.events):
        return "only findings cited from others (tabulate.cited_findings is off)"
    return "events without donor, recipient, source or agent"


def _truth(value: bool) -> str:
    return "true" if value else "false"
