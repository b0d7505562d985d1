"""Trials of the registry as events: its words normalised with our vocabulary, and which of its studies give mitochondria."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mitotransfer.annotate.cells import find_routes, linked
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import (
    Event,
    Intervention,
    Locator,
    Mention,
    Registered,
    Role,
    Site,
    Study,
    Trial,
    TrialDate,
    TrialRecord,
)
from mitotransfer.errors import Problem

NAME = "ClinicalTrials.gov"
RULE = "registry:clinicaltrials.gov"
_FAMILIES = ("agent:isolated_mitochondria", "agent:mitochondria_loaded_cells")
_GIVING = r"(?:transplant|transfus|transfer|inject|infus|augment|administ|deliver|enrich)\w*"
# Words that may stand between giving and what is given; others ("injection and mitochondrial function") part them.
_QUALITY = (
    r"(?:of|with|the|their|own|autologous|allogene?ic|isolated|healthy|viable|exogenous|donor|functional|fresh|frozen|purified"
    r"|maternal|muscle|skeletal|placenta\w*|platelet\w*|[\w-]+-derived)"
)
_APART = (
    r"(?:and|or|in|of|on|after|during|before|for|to|with|by|function\w*|dysfunction\w*|diseases?|disorders?|myopath\w*|respirat\w*"
    r"|DNA|gene|genome|protein|membrane|complex|calcium|replacement)\b"
)
_GIVEN = re.compile(
    rf"\b{_GIVING}(?: {_QUALITY})* mitochondria\b(?![ -](?:{_APART}|targeted))"
    rf"|\bmitochondri(?:a|al|on)(?:[ -](?!{_APART})[\w-]+){{0,2}}[ -]{_GIVING}"
    r"|\b(?:receiv|treat|giv)\w*(?: [\w-]+){0,3} (?:autologous|allogene?ic|isolated|donor|exogenous|healthy) mitochondria\b",
    re.IGNORECASE,
)
_BARE = re.compile(rf"\W*(?:{_QUALITY} )*mitochondria(?: (?:suspension|solution|preparation|product|therapy))?\W*", re.IGNORECASE)
_IDLE = re.compile(
    r"\b(?:placebo|sham|vehicle|saline|controls?|standard (?:of )?care|no (?:intervention|treatment))\b", re.IGNORECASE
)
_TAKEN = re.compile(
    r"\b(?:isolated|obtained|derived|prepared|taken|harvested|extracted|biops(?:y|ies)|sourced|mitochondria)(?: \w+){0,2}?"
    r" from (?:(?! (?:into|to|in|for|and (?:inject|transfer|infus))\b)[^.;,()]){0,80}"
    r"|(?:[\w-]+ ){0,3}[\w-]+[ -]derived mitochondria",
    re.IGNORECASE,
)
_OWN = re.compile(r"\bautologous(?:ly)?\b|\b(?:patient|participant)s?['’]s? own\b|\btheir own\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(allogene?ic|maternal|xenogene?ic)\b", re.IGNORECASE)
_ISO = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_STATUSES = {"ACTIVE_NOT_RECRUITING": "Active, not recruiting"}
_PHASES = {"NA": "not applicable", "EARLY_PHASE1": "early 1"}
_NONE_GIVEN = "neither title nor interventions say that mitochondria are given"


def registered(records: Iterable[TrialRecord], resources: Resources) -> tuple[list[Registered], list[Problem]]:
    """The trials that the registry was asked for, ready for tables, and how many of those that a search found make no row."""
    found: list[Registered] = []
    passed: list[str] = []
    for record in records:
        if record.trial is None:
            found.append(Registered(record.nct, record.asked, record.numbers))
            continue
        gives = gives_mitochondria(record.trial, resources)
        if record.queries and not gives:
            passed.append(record.nct)
        if record.numbers or gives:
            event = trial_event(record.trial, resources)
            own_row = bool(record.queries) and gives
            found.append(Registered(record.nct, record.asked, (*record.numbers, *record.trial.aliases), event, own_row))
    if not passed:
        return found, []
    message = f"{len(passed)} trials that searches found make no row of their own: {_NONE_GIVEN} ({', '.join(passed[:10])}"
    message += " …)" if len(passed) > 10 else ")"
    return found, [Problem(NAME, "registry", "note", "trials-not-about-it", "", message)]


def gives_mitochondria(trial: Trial, resources: Resources) -> bool:
    """Whether title or interventions say that mitochondria (or cells enriched with them) are given."""
    for one in trial.interventions:
        called = (one.name, *one.other_names)
        if any(_BARE.fullmatch(text) for text in called) or any(_is_given(m, resources) for m in _agents(one, resources)):
            return True
    texts = [trial.title, trial.official_title]
    texts += [text for one in trial.interventions for text in (one.name, *one.other_names, one.description)]
    return any(_GIVEN.search(resources.rules.distractor.sub(" ", text)) for text in texts)


def trial_event(trial: Trial, resources: Resources) -> Event:
    """A study as an event; its sentence are the fields it was read from, joined with ' | '."""
    roles = [Role("nct", trial.nct), *_conditions(trial, resources), *_given(trial, resources), *_donors(trial, resources)]
    roles += [Role("location", text) for text in dict.fromkeys(map(_place, trial.sites))]
    if not trial.sites and trial.sponsor:
        roles.append(Role("location", trial.sponsor))
    roles += [Role("status", _status(trial.status))] if trial.status else []
    roles += [Role("phase", _phase(trial.phases))] if trial.phases else []
    for name in ("start", "primary_completion", "study_completion"):
        if date := _date(getattr(trial, name)):
            roles.append(Role(name, date))
    told = [trial.title, *trial.conditions, *(one.name for one in trial.interventions), trial.sponsor, trial.status]
    sentence = " | ".join(text for text in told if text)
    place = Locator("", NAME, sentence, 0, len(sentence))
    return Event("trial", "trials", "registry", place, Study(), tuple(_labelled(roles, resources)), RULE, trial.nct)


def _labelled(roles: Iterable[Role], resources: Resources) -> Iterator[Role]:
    for role in roles:
        label = role.label or (resources.vocabulary.label(role.ident) if role.ident else role.surface)
        yield Role(role.name, role.surface, role.ident, label=label)


def _conditions(trial: Trial, resources: Resources) -> Iterator[Role]:
    """Each condition by its name in our vocabulary, else as the registry calls it."""
    for text in trial.conditions:
        yield from linked("trial_condition", names(text, resources, ("disease",), {})) or [Role("trial_condition", text)]


def _agents(one: Intervention, resources: Resources) -> list[Mention]:
    """What an intervention gives, by its names; nothing for what it is compared with."""
    if _IDLE.search(one.name) and "mitochondri" not in one.name.lower():
        return []
    found = (m for text in (one.name, *one.other_names) for m in names(text, resources, ("agent",), {}))
    return [mention for mention in found if mention.ident != "agent:vehicle_control"]


def _is_given(mention: Mention, resources: Resources) -> bool:
    return any(resources.vocabulary.is_a(mention.ident, family) for family in _FAMILIES)


def _given(trial: Trial, resources: Resources) -> Iterator[Role]:
    """What is given and how; just "mitochondria" where they are given without a more telling name."""
    agents = [mention for one in trial.interventions for mention in _agents(one, resources)]
    roles = linked("agent", agents)
    if not any(_is_given(mention, resources) for mention in agents) and gives_mitochondria(trial, resources):
        roles.insert(0, Role("agent", "mitochondria", MITOCHONDRIA))
    yield from roles
    texts = [text for one in trial.interventions for text in (one.name, one.description)]
    routes = [
        m for text in (*texts, trial.title) for m in find_routes(text, names(text, resources, ("agent",), {}), resources, {})
    ]
    entries = resources.vocabulary.entries
    specific = [m for m in routes if entries[m.ident].extra.get("scope") != "generic"]
    yield from linked("route", specific or routes)


def _donors(trial: Trial, resources: Resources) -> list[Role]:
    """Whose mitochondria: the cells or tissues they are taken from, with "autologous" for the patients' own tissue."""
    texts = [trial.title, trial.official_title]
    texts += [text for one in trial.interventions for text in (one.name, *one.other_names, one.description)]
    own = any(_OWN.search(text) for text in texts)
    found: dict[str, Role] = {}
    for text in texts:
        for piece in _TAKEN.finditer(text):
            for mention in names(piece[0], resources, ("cell", "tissue"), {}):
                label = resources.vocabulary.label(mention.ident)
                label = f"autologous {label}" if own and mention.category == "tissue" else label
                found.setdefault(mention.ident, Role("mito_source", mention.surface, mention.ident, label=label))
    if found:
        return list(found.values())
    other = next((match[1].lower() for text in texts if (match := _OTHER.search(text))), "")
    said = "autologous" if own else other
    return [Role("mito_source", said)] if said else []


def _place(site: Site) -> str:
    return ", ".join(text for text in (site.facility or site.city, site.country) if text)


def _status(word: str) -> str:
    """ "NOT_YET_RECRUITING" as "Not yet recruiting"; a word of another form as it is."""
    return _STATUSES.get(word) or (word.replace("_", " ").capitalize() if re.fullmatch(r"[A-Z_]+", word) else word)


def _phase(words: Iterable[str]) -> str:
    """ "PHASE1", "PHASE2" as "1/2"."""
    return "/".join(_PHASES.get(word) or word.removeprefix("PHASE") for word in words)


def _date(date: TrialDate) -> str:
    """The date to the precision known, marked where it is only expected; nothing for what is no date."""
    if not _ISO.fullmatch(date.date):
        return ""
    return f"~{date.date}" if date.kind == "ESTIMATED" else date.date
