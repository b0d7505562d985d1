"""Annotation: an article in, its events out. Names come from the vocabulary, events from tables and from prose."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mitotransfer.annotate.abbreviations import abbreviation_forms, article_abbreviations, footnote_abbreviations
from mitotransfer.annotate.effects import is_inverse
from mitotransfer.annotate.passing import if_passed_over, passed_over
from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.registry import registered
from mitotransfer.annotate.resources import Resources, kb_version, load, model_version
from mitotransfer.annotate.slots import ISOLATED_MITOCHONDRIA, MITOCHONDRIA
from mitotransfer.annotate.studies import is_review, own_study
from mitotransfer.annotate.tables import read_table
from mitotransfer.document import Annotated, Article, Event, Role, Study
from mitotransfer.errors import Problem

__all__ = ["Resources", "annotate_article", "kb_version", "load", "model_version", "passed_over", "registered"]


def annotate_article(article: Article, resources: Resources, *, screening: bool = True) -> Annotated:
    """The events of an article's tables and prose, in document order within each.

    An article without a word on mitochondria is passed over at once, and so is prose in which no sentence can state a finding by
    its words (`candidates.py`). `screening=False` reads everything; only tests do, to show that the events are the same.
    """
    if (screening or article.status != "ok") and (without := if_passed_over(article)) is not None:
        return without
    short, clashes = article_abbreviations(article.passages, article.head.source)
    extra = _with_mitochondria(abbreviation_forms(short, resources.everything), resources)
    events: list[Event] = []
    for table in article.tables:
        foot: dict[str, str] = {}
        for passage in table.foot:
            foot |= footnote_abbreviations(passage.text)
        events += read_table(table, article, resources, extra | abbreviation_forms(foot, resources.everything))
    if resources.prose:
        events += prose_events(article, resources, extra, short, screening=screening)
    events = [event for event in events if event.rule not in resources.off]
    problems = (*article.problems, *clashes, *_unresolved(article, events))
    named = tuple(resources.calibration.applied(_named(event, resources)) for event in events)
    return Annotated(article.head, is_review(article), named, len(article.passages), len(article.tables), problems)


def _with_mitochondria(extra: dict[str, list[tuple[str, str]]], resources: Resources) -> dict[str, list[tuple[str, str]]]:
    """Short forms of preparations ("Mito-Plt", platelet-derived mitochondria) stand for mitochondria as well."""
    is_a = resources.vocabulary.is_a
    prepared = {form for form, meanings in extra.items() if any(is_a(ident, ISOLATED_MITOCHONDRIA) for _, ident in meanings)}
    return {form: meanings + ([("secreted_form", MITOCHONDRIA)] if form in prepared else []) for form, meanings in extra.items()}


def _unresolved(article: Article, events: list[Event]) -> Iterator[Problem]:
    """A note for each study that findings name but that no id is known of: its rows can be followed by name only."""
    own = own_study(article.head)
    for study in sorted({event.study.reference for event in events if _has_no_id(event.study) and event.study != own}):
        message = f"'{study}' is named for a finding, but no DOI, PMID or PMCID of it is known here"
        yield Problem(article.head.source, "annotate", "note", "study-without-id", article.head.file, message)


def _has_no_id(study: Study) -> bool:
    return bool(study.reference) and not (study.doi or study.pmid or study.pmcid)


def _named(event: Event, resources: Resources) -> Event:
    """The event with a display name for each role that has none."""
    roles = tuple(msgspec.structs.replace(role, label=role.label or _label(role, resources)) for role in event.roles)
    return msgspec.structs.replace(event, roles=roles)


def _label(role: Role, resources: Resources) -> str:
    """The entry's label; the words themselves where there is none, where they name the opposite of their outcome or narrow it."""
    entry = resources.vocabulary.entries.get(role.ident)
    if entry is None or is_inverse(entry, role.surface):
        return role.surface
    narrower = role.name == "effect" and not resources.matcher("outcome").exactly(role.surface)
    return role.surface if narrower else entry.label
