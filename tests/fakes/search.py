"""What esearch searches: articles with their words, filters and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fakes.queries import ENTREZ, Ids, QueryError, select

_FIELD = re.compile(r"(.*?)\s*(?:\[([^\]]*)\])?", re.DOTALL)
_RANGE = re.compile(r'"?([\d/]+)"?(?:\[(\w+)\])?\s*:\s*"?([\d/]+)"?(?:\[(\w+)\])?')
_DATES = ("pmcrdat", "pdat", "edat", "mdat")
_TEXT = ("", "all", "all fields", "title", "ti", "abstract", "tiab", "title/abstract", "body", "text word", "tw", "mesh terms")
_FILTERS = ("open_access", "author_manuscript")
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Entry:
    """An article: its bytes, whether its body is withheld, its filters, its dates by kind."""

    xml: bytes
    withheld: bool
    filters: frozenset[str]
    dates: dict[str, str]
    text: str = ""


@dataclass(slots=True)
class Found:
    """A search: ids, newest first, phrases and fields left out of the query, and the query that was made of it."""

    ids: list[str]
    dropped: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    translation: str = ""


def within(date: str, low: str, high: str) -> bool:
    """Whether a date lies between two that may be years or months only."""
    return low <= date[: len(low)] and date[: len(high)] <= high


def since(days: int) -> str:
    """The date so many days ago."""
    return f"{datetime.now(UTC) - timedelta(days=days):%Y/%m/%d}"


class Index:
    """The articles by their digits."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def add(self, ident: str, entry: Entry) -> None:
        """Store an article, or another state of it."""
        entry.text = " ".join(_MARKUP.sub(" ", entry.xml.decode()).lower().split())
        self.entries[ident] = entry

    def search(self, term: str, datetype: str, low: str, high: str) -> Found:
        """The articles that a term finds, between two dates of a kind unless they are empty."""
        found = Found([])
        if datetype not in _DATES:
            raise QueryError(f"unknown datetype {datetype}")
        ids = select(term, ENTREZ, frozenset(self.entries), lambda one: self._term(one, found))
        if low:
            ids = frozenset(ident for ident in ids if within(self.entries[ident].dates[datetype], low, high))
        found.ids = sorted(ids, key=int, reverse=True)
        found.translation = term
        for phrase in found.dropped:
            found.translation = found.translation.replace(phrase, "").strip()
        return found

    def _term(self, term: str, found: Found) -> Ids | None:
        """The articles of one term. One that nothing has is noted and left out of the query, as the real service does."""
        if (dates := _RANGE.fullmatch(term)) and (dates[4] or "").lower() in _DATES:
            return frozenset(i for i, entry in self.entries.items() if within(entry.dates[dates[4].lower()], dates[1], dates[3]))
        parts = _FIELD.fullmatch(term)
        assert parts is not None
        name = (parts[2] or "").lower()
        if name == "filter":
            return self._filter(parts[1].strip('"').lower(), found)
        if name not in _TEXT:
            found.fields.append(parts[2])
        return self._text(parts[1], found)

    def _filter(self, name: str, found: Found) -> Ids | None:
        if name not in _FILTERS and not name.endswith("_license"):
            found.dropped.append(name)
            return None
        return frozenset(ident for ident, entry in self.entries.items() if name in entry.filters)

    def _text(self, text: str, found: Found) -> Ids | None:
        """The articles with a phrase, or with each of some words."""
        every: Ids | None = None
        for wanted in [text.strip('"')] if text.startswith('"') else text.split():
            end = "" if wanted.endswith("*") else r"\b"
            pattern = re.compile(rf"\b{re.escape(wanted.rstrip('*').lower())}{end}")
            ids = frozenset(ident for ident, entry in self.entries.items() if pattern.search(entry.text))
            if not ids:
                found.dropped.append(wanted)
            else:
                every = ids if every is None else every & ids
        return every
