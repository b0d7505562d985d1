"""Rows to be: findings of an article that belong together, and what other sentences and the frame add to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec

from mitotransfer.annotate.cues import Polarity
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.single import as_event, roles_of
from mitotransfer.document import Event, EventKind, Mention, Role, TableName

SENTENCE, FRAME = 0.8, 0.5  # confidence of what the sentence of a finding says, and of what is added from elsewhere


@dataclass(slots=True)
class Draft:
    """The findings of one row to be, and what other sentences and the frame add to it.

    `dropped` are values (role, id) of the findings that the row does better without.
    """

    table: TableName
    negated: bool
    findings: list[Finding] = field(default_factory=list)
    added: list[Event] = field(default_factory=list)
    frame: list[Role] = field(default_factory=list)
    species: str = ""  # id, where rows of an article differ in it
    arm: re.Pattern[str] | None = None  # what names the preparation of this row, where rows of an article differ in it
    dropped: set[tuple[str, str]] = field(default_factory=set)
    apart: frozenset[int] = frozenset()  # ids of the sentences that speak of another arm of the study

    def say(
        self, reading: Reading, roles: list[Role], rule: str, confidence: float, kind: EventKind = "context", start: int = -1
    ) -> None:
        """Adds what another sentence than those of the findings tells: an event of its own, at the place of the first role.

        `start` is this place in the sentence, where it is known.

        `rule` is named in evidence.csv; values of a role that nobody can check in the sentence do not belong here.
        """
        if roles:
            event = event_of(reading, kind, self.table, roles, roles[0].surface, rule, start)
            self.added.append(msgspec.structs.replace(event, confidence=confidence))

    def idents(self, role: str) -> set[str]:
        """The vocabulary ids that fill a role of the findings."""
        return {ident for finding in self.findings for ident in finding.idents(role)}

    def mentions(self, role: str) -> list[Mention]:
        """The names that fill a role of the findings."""
        return [m for finding in self.findings for m in (*finding.roles.get(role, ()), *finding.elsewhere.get(role, ()))]


def event_of(
    reading: Reading, kind: EventKind, table: TableName, roles: list[Role], trigger: str, rule: str, start: int = -1
) -> Event:
    """What another sentence than those of the findings adds to a row; `trigger` stands in it (from `start`, if given)."""
    begin = start if start >= 0 else max(reading.sentence.text.find(trigger), 0)
    finding = Finding(reading.sentence, kind, table, rule, begin, begin + len(trigger), Polarity(False, "", False, ""))
    return as_event(finding, roles, SENTENCE - 0.1)


def events_of(row: Draft, group: str) -> list[Event]:
    """The events of a row. What the frame adds stands with the first finding, and costs it confidence."""
    events: list[Event] = []
    stated = {role.name for finding in row.findings for role in roles_of(finding)}
    for number, finding in enumerate(row.findings):
        roles = [role for role in roles_of(finding) if (role.name, role.ident) not in row.dropped]
        extra = [role for role in row.frame if role.name not in stated] if number == 0 else []
        events.append(as_event(finding, roles + extra, FRAME if extra else SENTENCE, group))
    for event in row.added:
        kept = tuple(role for role in event.roles if (role.name, role.ident) not in row.dropped)
        if kept:
            events.append(msgspec.structs.replace(event, group=group, roles=kept))
    return events
