"""What the trial registry says, put into rows: it decides on what it keeps (status, dates, places) and adds to what is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from mitotransfer.document import Annotated, Event, Registered, Role, Study
from mitotransfer.errors import Problem
from mitotransfer.tabulate.merge import Group

# The registry's values stand instead of those of the text; of all other roles both are kept.
_KEPT_THERE = frozenset({"trial_condition", "location", "status", "phase", "start", "primary_completion", "study_completion"})
_NAME = "ClinicalTrials.gov"


class Trials:
    """The trials that the registry was asked for, by every number that means them."""

    def __init__(self, entries: Sequence[Registered] = ()) -> None:
        self.entries = entries
        self._by_number = {number: entry for entry in entries for number in (*entry.numbers, entry.nct)}
        self._shown: set[str] = set()

    def renumbered(self, article: Annotated) -> Annotated:
        """The article with the numbers that its trials have now: an old one and the new one are one trial."""
        return replace(article, events=tuple(self._with_number(event) for event in article.events))

    def of(self, group: Group) -> Registered | None:
        """The entry of a row; None for a row without a number, or with several, whose values nobody could tell apart."""
        numbers = {role.surface for event in group.events for role in event.named("nct")}
        entry = self._by_number.get(numbers.pop()) if group.table == "trials" and len(numbers) == 1 else None
        if entry is not None:
            self._shown.add(entry.nct)
        return entry

    def alone(self) -> Iterator[tuple[Group, Registered]]:
        """Rows for the trials that a search found and no row shows yet."""
        for entry in sorted(self.entries, key=lambda one: one.nct):
            if entry.own_row and entry.event is not None and entry.nct not in self._shown:
                yield Group("trials", Study(), negated=False, from_table=False, events=[entry.event]), entry

    def problems(self, article: Annotated) -> Iterator[Problem]:
        """What the registry says of the numbers an article gives: none of its own, another one now."""
        numbers = {role.surface for event in article.events if event.table == "trials" for role in event.named("nct")}
        for number in sorted(numbers & self._by_number.keys()):
            entry = self._by_number[number]
            if entry.event is None:
                said, code = f"{_NAME} knows no trial {number} (asked {entry.asked})", "no-such-trial"
                yield Problem(article.head.source, "registry", "warning", code, article.head.file, said)
            elif number != entry.nct:
                said = f"{number} is now {entry.nct} at {_NAME}, which the row shows"
                yield Problem(article.head.source, "registry", "note", "trial-renumbered", article.head.file, said)

    def _with_number(self, event: Event) -> Event:
        if event.table != "trials":
            return event
        return replace(event, roles=tuple(dict.fromkeys(self._current(role) for role in event.roles)))

    def _current(self, role: Role) -> Role:
        entry = self._by_number.get(role.surface) if role.name == "nct" else None
        if entry is None or entry.event is None or entry.nct == role.surface:
            return role
        return replace(role, surface=entry.nct, label=entry.nct)


def completed(group: Group, found: Event) -> Group:
    """The row with the registry's values: in place of its own where the registry keeps them, else beside its own if they add."""
    stated = {role.name for role in found.roles} & _KEPT_THERE
    own = [replace(e, roles=tuple(r for r in e.roles if r.name not in stated)) for e in group.events]
    known = [role for event in own for role in event.roles]
    added = tuple(role for role in found.roles if _adds(role, (one for one in known if one.name == role.name)))
    return Group(group.table, group.study, group.negated, group.from_table, [*own, replace(found, roles=added)])


def _adds(role: Role, known: Iterable[Role]) -> bool:
    """Whether a value says more than what is there: "muscle" adds nothing to "skeletal muscle", nor does a mere "autologous"."""
    there, words = list(known), _words(role)
    if not role.ident and there:
        return False  # words without an entry only fill what is empty
    return not any(role.ident == one.ident or words <= _words(one) for one in there)


def _words(role: Role) -> set[str]:
    return set(re.findall(r"\w+", (role.label or role.surface).lower()))
