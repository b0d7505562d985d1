"""Annotation: an article in, its events out. Names come from the vocabulary, events from tables and from prose."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mitotransfer.annotate.abbreviations import abbreviation_forms, article_abbreviations, footnote_abbreviations
from mitotransfer.annotate.effects import is_inverse
from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.registry import registered
from mitotransfer.annotate.resources import Resources, load, model_version
from mitotransfer.annotate.studies import is_review, own_study
from mitotransfer.annotate.tables import read_table
from mitotransfer.document import Annotated, Article, Event, Role, Study
from mitotransfer.errors import Problem

__all__ = ["Resources", "annotate_article", "load", "model_version", "registered"]

_TOPIC = "mitoch"


def annotate_article(article: Article, resources: Resources) -> Annotated:
    """The events of an article's tables and prose, in document order within each.

    An article without a word on mitochondria is passed over at once: no rule could find anything in it.
    """
    n_passages, n_tables = len(article.passages), len(article.tables)
    if article.status != "ok":
        return Annotated(article.head, problems=article.problems, status=article.status, reason=article.reason)
    if not _mentions_topic(article):
        reason = "no mention of mitochondria"
        return Annotated(article.head, problems=article.problems, reason=reason, n_passages=n_passages, n_tables=n_tables)
    short, clashes = article_abbreviations(article.passages, article.head.source)
    extra = abbreviation_forms(short, resources.everything)
    events: list[Event] = []
    for table in article.tables:
        foot: dict[str, str] = {}
        for passage in table.foot:
            foot |= footnote_abbreviations(passage.text)
        events += read_table(table, article, resources, extra | abbreviation_forms(foot, resources.everything))
    if resources.prose:
        events += prose_events(article, resources, extra, short)
    problems = (*article.problems, *clashes, *_unresolved(article, events))
    named = tuple(resources.calibration.applied(_named(event, resources)) for event in events)
    return Annotated(article.head, is_review(article), named, n_passages, n_tables, problems)


def _unresolved(article: Article, events: list[Event]) -> Iterator[Problem]:
    """A note for each study that findings name but that no id is known of: its rows can be followed by name only."""
    own = own_study(article.head)
    for study in sorted({event.study.reference for event in events if _has_no_id(event.study) and event.study != own}):
        message = f"'{study}' is named for a finding, but no DOI, PMID or PMCID of it is known here"
        yield Problem(article.head.source, "annotate", "note", "study-without-id", article.head.file, message)


def _has_no_id(study: Study) -> bool:
    return bool(study.reference) and not (study.doi or study.pmid or study.pmcid)


def _named(event: Event, resources: Resources) -> Event:
    """The event with a display name for each role."""
    roles = tuple(msgspec.structs.replace(role, label=_label(role, resources)) for role in event.roles)
    return msgspec.structs.replace(event, roles=roles)


def _label(role: Role, resources: Resources) -> str:
    """The entry's label; the words themselves where there is none, or where they name the opposite of their outcome."""
    entry = resources.vocabulary.entries.get(role.ident)
    return role.surface if entry is None or is_inverse(entry, role.surface) else entry.label


def _mentions_topic(article: Article) -> bool:
    texts = (passage.text for passage in article.passages)
    cells = (p.text for table in article.tables for cell in table.cells for p in cell.paragraphs)
    captions = (p.text for table in article.tables for p in (*table.caption, *table.foot))
    return any(_TOPIC in text.lower() for source in (texts, cells, captions) for text in source)
