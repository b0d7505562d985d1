"""What to offer while a reviewer types: entries of the vocabulary, values in use, articles and studies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from mitotransfer.decisions.model import ids_column, role_of
from mitotransfer.review.curation.catalogue import Entry
from mitotransfer.terms import Terms

_MOST = 12


class Suggestion(NamedTuple):
    """A value to take; `hint` says what it is or why it is offered."""

    text: str
    id: str = ""
    hint: str = ""


class _Name(NamedTuple):
    name: str
    label: str
    ident: str
    synonym: str


class Suggestions:
    """The names of a vocabulary by role, to be searched by what has been typed so far."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._names: dict[str, list[_Name]] = {}

    def for_column(self, table: str, name: str, typed: str, entries: Iterable[Entry]) -> list[Suggestion]:
        """Values for a column: of the vocabulary, else (for columns without ids) those that its cells hold."""
        sought = " ".join(typed.casefold().split())
        if ids_column(table, name):
            return self._of_role(role_of(table, name), sought)
        used = Counter(getattr(entry.row, name) for entry in entries if entry.table == table and getattr(entry.row, name))
        fitting = [Suggestion(value, "", f"in {count} rows") for value, count in used.most_common() if sought in value.casefold()]
        return fitting[:_MOST]

    def _of_role(self, role: str, sought: str) -> list[Suggestion]:
        best: dict[str, tuple[int, int, _Name]] = {}
        for name in self._known(role):
            rank = _rank(name, sought)
            if rank is not None and (name.ident not in best or rank < best[name.ident][0]):
                best[name.ident] = (rank, len(name.name), name)
        chosen = sorted(best.values(), key=lambda found: found[:2])[:_MOST]
        return [Suggestion(name.label, name.ident, f"also: {name.synonym}" if name.synonym else "") for _, _, name in chosen]

    def _known(self, role: str) -> list[_Name]:
        """All names of a role; labels that stand for another entry in an earlier category are left out."""
        if role not in self._names:
            found = []
            for term in self._terms.for_role(role):
                if term.ident in self._terms.ids(role, term.label):
                    found.append(_Name(term.label.casefold(), term.label, term.ident, ""))
                    found += [_Name(name.casefold(), term.label, term.ident, name) for name in term.synonyms]
            self._names[role] = found
        return self._names[role]


def _rank(name: _Name, sought: str) -> int | None:
    """0 is best: the name itself, then names that begin so, then words that do, then any place; labels before synonyms.

    Of equal ones the shorter comes first.
    """
    if sought not in name.name:
        return None
    if not sought:
        return 0 if not name.synonym else None
    how = 0 if name.name == sought else 2 if name.name.startswith(sought) else 4 if f" {sought}" in name.name else 6
    return how + bool(name.synonym)


def names_in(entries: Iterable[Entry], what: str, typed: str) -> list[Suggestion]:
    """Articles or studies to filter by, those with the most rows first."""
    sought = typed.casefold().strip()
    found: Counter[str] = Counter()
    for entry in entries:
        text = entry.row.source_id if what == "article" else getattr(entry.row, "reference", "")
        if text and sought in text.casefold():
            found[text] += 1
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Suggestion(text, "", f"{count} rows" if count > 1 else "1 row") for text, count in ordered[:_MOST]]


def rules_in(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """The rules behind the rows, by name, each with its number of rows."""
    counts = Counter(rule for entry in entries for rule in {line.rule_id for line in entry.lines} if rule)
    return sorted(counts.items())
