"""Events to groups: which events of an article make one row.

Events of a table row belong together as they stand. Events from prose join the table row of the same study they agree
with most; without one, those that annotation gave the same group make a row, and of those without a group the ones of a
study that agree on the donor (or on what was given). Where the article has a table of that kind, a row from prose must
name the donor or source, and a study that it lists in a table of another kind makes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from mitotransfer.document import Annotated, Event, Role, Study, TableName
from mitotransfer.rows import MAIN_EVENTS
from mitotransfer.settings import TabulateSettings

# Roles on which events of one row must agree, and roles of which a row from prose must have one.
AGREE: dict[TableName, tuple[str, ...]] = {
    "secretion": ("donor",),
    "transplantation": ("mito_source", "model_species"),
    "trials": ("nct",),
}
REQUIRED: dict[TableName, tuple[str, ...]] = {
    "secretion": ("donor", "recipient", "form"),
    "transplantation": ("agent", "mito_source"),
    "trials": ("nct", "agent"),
}
# The same beside a table of that kind, in which the article has listed what it knows of such studies.
LISTED: dict[TableName, tuple[str, ...]] = REQUIRED | {"secretion": ("donor",), "transplantation": ("mito_source",)}


@dataclass(slots=True)
class Group:
    """The events that make one row of a table, in the order they were found."""

    table: TableName
    study: Study
    negated: bool
    from_table: bool
    events: list[Event] = field(default_factory=list)

    def idents(self, role: str) -> set[str]:
        """What fills a role: vocabulary ids, or the words where there is none."""
        return {_key(r) for event in self.events for r in event.named(role)}


def group_events(article: Annotated, settings: TabulateSettings) -> list[Group]:
    """The rows of an article as groups of events, table rows first, each in document order.

    Findings cited from others make rows in a review only, unless `cited_findings` is on.
    """
    wanted = [
        event
        for event in article.events
        if (article.review or settings.cited_findings or not event.study.cited) and event.confidence >= settings.min_confidence
    ]
    groups = _table_groups(wanted)
    n_tables = len(groups)
    for event in sorted((e for e in wanted if e.source == "prose"), key=lambda e: e.kind not in MAIN_EVENTS):
        home = _home(event, groups, n_tables)
        if home is not None and home.from_table:
            if (fitting := _fitting(event, home)).roles:
                home.events.append(fitting)
        elif home is not None:
            home.events.append(event)
        elif event.kind in MAIN_EVENTS and not _listed_elsewhere(event, groups[:n_tables]):
            groups.append(Group(event.table, event.study, event.negated, from_table=False, events=[event]))
    kinds = {group.table for group in groups[:n_tables]}
    return [group for group in groups if group.from_table or _complete(group, REQUIRED if group.table not in kinds else LISTED)]


def _table_groups(events: Iterable[Event]) -> list[Group]:
    found: dict[tuple[str, str], Group] = {}
    for event in events:
        if event.source == "table":
            key = (event.table, event.group)
            if key not in found:
                found[key] = Group(event.table, event.study, event.negated, from_table=True)
            found[key].events.append(event)
    return list(found.values())


def _home(event: Event, groups: list[Group], n_tables: int) -> Group | None:
    """The group a prose event joins: a table row of its study it shares most with, else an agreeing row from prose."""
    same = [g for g in groups if g.table == event.table and _same_study(g.study, event.study)]
    tables = [g for g in same[:n_tables] if g.from_table]
    if tables:
        return max(tables, key=lambda g: _shared(event, g))
    if event.group:
        return next((g for g in same if g.events[0].group == event.group), None)
    if event.kind in MAIN_EVENTS:
        same = [g for g in same if g.negated == event.negated]
        return next((g for g in same if _agrees(event, g)), None)
    agreeing = [g for g in same if _agrees(event, g)]
    return agreeing[-1] if agreeing else None


def _listed_elsewhere(event: Event, from_tables: Sequence[Group]) -> bool:
    """Whether the article has tables of this kind and lists the study, but only in one of another kind."""
    kinds = {group.table for group in from_tables}
    return event.table in kinds and any(_same_study(group.study, event.study) for group in from_tables)


def _fitting(event: Event, row: Group) -> Event:
    """The event without values of roles that the table fills otherwise: a curator's cell is not extended by a sentence."""
    stated = [(role.name, _key(role)) for e in row.events if e.source == "table" for role in e.roles]
    filled = {name for name, _ in stated}
    roles = tuple(role for role in event.roles if role.name not in filled or (role.name, _key(role)) in stated)
    return msgspec.structs.replace(event, roles=roles)


def _same_study(one: Study, other: Study) -> bool:
    if one.cited != other.cited:
        return False
    if one.doi and other.doi:
        return one.doi.lower() == other.doi.lower()
    return one.reference == other.reference


def _shared(event: Event, group: Group) -> int:
    return sum(_key(role) in group.idents(role.name) for role in event.roles)


def _agrees(event: Event, group: Group) -> bool:
    """Whether nothing in the event speaks against its belonging to the row."""
    for name in AGREE[event.table]:
        mine, theirs = {_key(role) for role in event.named(name)}, group.idents(name)
        if mine and theirs and not mine & theirs:
            return False
    return True


def _complete(group: Group, required: dict[TableName, tuple[str, ...]]) -> bool:
    return any(group.idents(name) for name in required[group.table])


def _key(role: Role) -> str:
    return role.ident or role.surface.lower()


def main_events(group: Group) -> Iterator[Event]:
    """The events that state the row's finding."""
    return (event for event in group.events if event.kind in MAIN_EVENTS)
