"""Searching PMC by E-utilities' esearch: one answer where it holds all ids, else a range of release dates at a time."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError, hidden
from mitotransfer.fetch.queries import Hits

CEILING = 9_999  # the most ids that a search gives, whatever it finds
WITH_TEXT = "open_access[filter] OR author_manuscript[filter]"
_OPENED = date(2000, 1, 1)  # PMC; what it dates earlier falls into the first range
_EVER = ("1000/01/01", "3000/12/31")
_SEARCHES = 3  # times that a search is made anew when its ids do not add up
_AGAIN = frozenset({"incomplete", "history"})
_BACKEND = re.compile(r"backend failed", re.IGNORECASE)
_OURS = re.compile(r"retstart|retmax|larger than|first [\d,]+ records|term|date", re.IGNORECASE)
_HISTORY = re.compile(r"webenv|query[ _]?(?:key|#)|history", re.IGNORECASE)


class _Lost(msgspec.Struct, frozen=True):
    """What esearch left out of a query (`errorlist` and `warninglist`)."""

    phrasesnotfound: list[str] = []
    fieldsnotfound: list[str] = []
    quotedphrasesnotfound: list[str] = []


class _Page(msgspec.Struct, frozen=True):
    """An answer; its numbers come as strings."""

    count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    idlist: list[str] = []
    webenv: str = ""
    querykey: str = ""
    errorlist: _Lost = _Lost()
    warninglist: _Lost = _Lost()
    error: str = msgspec.field(name="ERROR", default="")

    @property
    def found(self) -> int:
        """How many articles the search finds, in this page or not."""
        return self.count or 0


class _Answer(msgspec.Struct, frozen=True):
    esearchresult: _Page


class Span(NamedTuple):
    """Release dates from `first` to `last`; None leaves an end open."""

    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        low, high = (f"{day:%Y/%m/%d}" if day else open_end for day, open_end in zip(self, _EVER, strict=True))
        return f"{low}:{high}"

    def halves(self, today: date) -> tuple[Span, Span] | None:
        """Two ranges that together are this one; None for a single day. Most articles came late: an open end is cut near it."""
        low, high = self.first or _OPENED, self.last or today
        if low >= high:
            return None
        middle = low + (high - low) // 2
        return Span(self.first, middle), Span(middle + timedelta(days=1), self.last)


class Esearch:
    """E-utilities, db=pmc. NCBI asks every program for its name and a contact (`email`); `api_key` may be empty.

    `most` is how many articles a search may find at all, `ceiling` how many ids NCBI gives for one.
    """

    def __init__(
        self, http: Http, address: str, email: str, api_key: str, *, most: int = 100_000, ceiling: int = CEILING
    ) -> None:
        self.http, self.address = http, address.rstrip("/") + "/esearch.fcgi"
        self.most, self.ceiling = most, ceiling
        self.today = datetime.now(UTC).date()
        self.common = {
            "db": "pmc", "retmode": "json", "retmax": str(ceiling), "usehistory": "y", "tool": "mitotransfer", "email": email,
        }  # fmt: skip
        if api_key:
            self.common["api_key"] = api_key

    def search(self, term: str, since: date | None = None) -> Hits:
        """The articles that a term finds, of those released since a day. Raises FetchError, also when ids are missing."""
        for left in reversed(range(_SEARCHES)):
            try:
                first = self._ask(term, Span(since))
                self._affordable(first)
                ids = self._collected(term, Span(since), first)
                return Hits([f"PMC{ident}" for ident in ids], Counter(), tuple(_warnings(first)))
            except FetchError as error:
                if error.code not in _AGAIN or not left:
                    raise
        raise AssertionError("the last search returns or raises")

    def _affordable(self, first: _Page) -> None:
        if first.found > self.most:
            lost = "; ".join(("", *_warnings(first)))
            message = f"{first.found:,} articles are found, more than {self.most:,} (search.most); narrow the query{lost}"
            raise FetchError("too-many", message)

    def _collected(self, term: str, span: Span, page: _Page) -> list[str]:
        """The ids of all articles released in a span, of whose search `page` is the first answer."""
        if page.found <= self.ceiling:
            ids = self._paged(term, span, page)
        elif halves := span.halves(self.today):
            ids = [ident for half in halves for ident in self._collected(term, half, self._ask(term, half))]
        else:
            message = f"{page.found:,} articles are dated {span}, more than the {self.ceiling:,} it gives; narrow the query"
            raise FetchError("too-many", message)
        if len(set(ids)) != page.found:
            raise FetchError("incomplete", f"{page.found:,} articles are found ({span}), but the ids of {len(set(ids)):,} came")
        return ids

    def _paged(self, term: str, span: Span, page: _Page) -> list[str]:
        """The ids of a search. All are asked for at once; should fewer come, the others are asked for in what its history holds,
        into which nothing new can slip meanwhile."""
        ids, kept = list(page.idlist), {"WebEnv": page.webenv, "query_key": page.querykey}
        while len(ids) < page.found:
            following = self._ask(term, span, {name: value for name, value in kept.items() if value}, start=len(ids))
            if not following.idlist:
                break
            ids += following.idlist
        return ids

    def _ask(self, term: str, span: Span, kept: Mapping[str, str] | None = None, start: int = 0) -> _Page:
        """An answer that is one. A failing backend is asked once more."""
        failures = itertools.count(1)

        def check(answer: Answer) -> _Page:
            page = _page(answer)
            said = hidden(page.error)[:300]
            if kept and _HISTORY.search(said):
                raise FetchError("history", f"the search cannot be gone on with: {said}")
            if _BACKEND.search(said) and not _OURS.search(_BACKEND.sub("", said)) and next(failures) == 1:
                raise PassingError("backend", said)
            if said:
                raise FetchError("query-refused", f"no result, but an error: {said}")
            if page.count is None or not all(re.fullmatch(r"[1-9]\d{0,9}", ident) for ident in page.idlist):
                raise PassingError("bad-answer", "an answer without a count, or with ids that are none")
            return page

        dated = f"({term}) AND {span}[pmcrdat]" if span != Span() else term
        params = self.common | {"term": dated, "retstart": str(start)} | dict(kept or {})
        try:
            return self.http.get("ncbi", self.address, params=params, check=check)
        except FetchError as error:
            if "API key invalid" in str(error):
                message = "the API key (NCBI_API_KEY) is refused; without one, 3 requests a second are allowed"
                raise FetchError("bad-key", message) from error
            raise


def _page(answer: Answer) -> _Page:
    if answer.status != 200:
        raise FetchError("not-there", f"no such page (status {answer.status}); see fetch.endpoints.eutils")
    try:
        # control characters stand in the strings of its errors, which strict readers refuse
        return msgspec.convert(json.loads(answer.body, strict=False), _Answer, strict=False).esearchresult
    except (ValueError, RecursionError) as error:
        raise PassingError("bad-answer", f"an answer that cannot be read ({error})") from error


def _warnings(page: _Page) -> Iterator[str]:
    """What stands against taking the count for that of the query."""
    told = (page.errorlist, page.warninglist)
    phrases = [phrase for lost in told for phrase in (*lost.phrasesnotfound, *lost.quotedphrasesnotfound)]
    if phrases:
        named = ", ".join(f"'{hidden(phrase)[:200]}'" for phrase in dict.fromkeys(phrases))
        yield f"NCBI does not find {named} and searched without: the count is for another query"
    if fields := [name for lost in told for name in lost.fieldsnotfound]:
        named = ", ".join(f"[{hidden(name)[:200]}]" for name in dict.fromkeys(fields))
        yield f"NCBI knows no field {named} and searched in others"
