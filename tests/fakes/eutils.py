"""NCBI E-utilities for db=pmc: esearch and efetch, with history, ceilings, rate limits and every failure known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from fakes.articles import element, jats, without_body
from fakes.faults import FaultPlan
from fakes.queries import QueryError
from fakes.search import Entry, Found, Index, since
from fakes.server import Fake, Throttle
from fakes.wire import Answer, Record, as_json, as_xml, rate_limit_body

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SET = (
    f'{_DECLARATION}<!DOCTYPE pmc-articleset PUBLIC "-//NLM//DTD ARTICLE SET 2.0//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pmc/articleset/nlm-articleset-2.0.dtd">\n'
)
_NOT_AVAILABLE = "The following PMCID is not available: "
_NO_IDS = "ID list is empty! In it there are neither IDs nor accessions"
_BACKEND = "Search Backend failed: "


@dataclass(slots=True)
class _Session:
    searches: list[list[str]] = field(default_factory=list)


class Eutils(Fake):
    """`esearch.fcgi` and `efetch.fcgi`.

    Attributes to set: `ceiling`, the most ids a search gives; `unknown_form`, how efetch tells of an unknown id; `reverse`,
    efetch answers in another order than asked; `limited_status`, 429 or 200 for too many requests; `keys`, the API keys that
    are good; `history_status`, that of an efetch whose WebEnv has died (see `forget`).
    """

    base = "/entrez/eutils"

    def __init__(
        self,
        *,
        limit_per_second: int | None = None,
        keyed_limit: int = 10,
        keys: frozenset[str] = frozenset({"good-key"}),
        throttle: Throttle | None = None,
        plan: FaultPlan | None = None,
    ) -> None:
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.keys, self.keyed_limit = keys, keyed_limit
        self.ceiling = 9_999
        self.unknown_form: Literal["error", "Reply"] = "error"
        self.reverse = False
        self.limited_status = 429
        self.history_status = 200
        self.index = Index()
        self._sessions: dict[str, _Session] = {}
        self._made = 0

    def add(
        self,
        pmcid: str,
        xml: bytes = b"",
        *,
        pmid: str = "",
        doi: str = "",
        title: str = "",
        withheld: bool = False,
        open_access: bool = True,
        manuscript: bool = False,
        licence: str = "CC BY",
        released: str = "2026/01/14",
        published: str = "",
        entered: str = "",
        modified: str = "",
    ) -> bytes:
        """Store an article; the bytes of its XML, made up unless given, are given back. Dates are `YYYY/MM/DD`.

        `withheld`: its body is not given out, and it is not open access.
        """
        xml = xml or jats(pmcid, pmid, doi, title, licence=licence)
        filters = {f"{licence.lower().replace(' ', '_')}_license"} if licence else set()
        filters |= {"open_access"} if open_access and not withheld else set()
        filters |= {"author_manuscript"} if manuscript else set()
        dates = {"pmcrdat": released, "pdat": published or released, "edat": entered or released, "mdat": modified or released}
        self.index.add(pmcid.removeprefix("PMC"), Entry(xml, withheld, frozenset(filters), dates))
        return xml

    def forget(self) -> None:
        """Let every WebEnv die."""
        with self.lock:
            self._sessions.clear()

    def caller(self, record: Record) -> str:
        return record.first("api_key") or record.client.rpartition(":")[0]

    def limit_of(self, record: Record) -> int | None:
        return self.keyed_limit if record.first("api_key") in self.keys else None

    def too_fast(self, record: Record) -> Answer:
        limit = self.limit_of(record) or (self.throttle.limit if self.throttle else 3)
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"}
        return as_json(rate_limit_body(self.caller(record), limit), self.limited_status, headers)

    def answer(self, record: Record) -> Answer:
        key = record.first("api_key")
        if key and key not in self.keys:
            return as_json({"error": "API key invalid", "api-key": key, "type": "invalid", "status": "unknown"}, 400)
        match record.route:
            case "/esearch.fcgi":
                found = self._esearch(record)
            case "/efetch.fcgi":
                found = self._efetch(record)
            case _:
                return Answer(b"<html><body>404 Not Found</body></html>", 404, "text/html")
        limit = self.limit_of(record) or (self.throttle.limit if self.throttle else 3)
        left = self.throttle.remaining(record.at, self.caller(record), limit) if self.throttle else limit - 1
        headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(left, 0))}
        return Answer(found.body, found.status, found.kind, headers)

    def _esearch(self, record: Record) -> Answer:
        as_is = record.first("retmode", record.first("format", "xml")) == "json"
        try:
            start, most = int(record.first("retstart", "0")), int(record.first("retmax", "20"))
            found = self._search(record, start)
        except (QueryError, ValueError) as error:
            return _search_error(str(error), as_is)
        if record.first("rettype") == "count":
            return _count(len(found.ids), as_is)
        webenv, query_key = self._remember(record, found.ids) if record.first("usehistory") == "y" else ("", "")
        page = found.ids[start : min(start + most, self.ceiling)]
        numbers = {"count": str(len(found.ids)), "retmax": str(len(page)), "retstart": str(start)}
        return (_search_json if as_is else _search_xml)(found, page, numbers, webenv, query_key)

    def _search(self, record: Record, start: int) -> Found:
        if record.first("db") != "pmc":
            raise QueryError(f"Invalid db name specified: {record.first('db')}")
        if start > self.ceiling - 1:
            raise QueryError(
                f"{_BACKEND}Exception:\n'retstart' cannot be larger than {self.ceiling - 1}. "
                f"ESearch can only retrieve the first {self.ceiling:,} records matching the query."
            )
        term, low, high = record.first("term"), record.first("mindate"), record.first("maxdate")
        if not term.strip():
            raise QueryError("Empty term and query_key - nothing todo")
        if bool(low) != bool(high):
            raise QueryError(f"{_BACKEND}mindate and maxdate must be given together")
        if record.first("reldate"):
            low, high = since(int(record.first("reldate"))), "9999"
        datetype = record.first("datetype", "pdat")
        try:
            found = self.index.search(term, datetype, low, high)
        except QueryError as error:
            raise QueryError(f"{_BACKEND}{error}") from error
        if record.first("sort") == "pub_date":
            found.ids.sort(key=lambda ident: self.index.entries[ident].dates["pdat"], reverse=True)
        return found

    def _remember(self, record: Record, ids: list[str]) -> tuple[str, str]:
        webenv = record.first("WebEnv")
        if webenv not in self._sessions:
            self._made += 1
            webenv = f"MCID_{self._made:024x}"
        searches = self._sessions.setdefault(webenv, _Session()).searches
        searches.append(list(ids))
        return webenv, str(len(searches))

    def _efetch(self, record: Record) -> Answer:
        if record.first("db") != "pmc":
            return as_xml(f"{_DECLARATION}<eFetchResult><ERROR>Invalid db name specified</ERROR></eFetchResult>", 400)
        if record.first("WebEnv"):
            ids = self._drawn(record)
            if ids is None:
                text = f"Unable to obtain query #{record.first('query_key')}"
                return as_xml(f"{_DECLARATION}<eFetchResult><ERROR>{escape(text)}</ERROR></eFetchResult>", self.history_status)
        else:
            ids = [part.strip().removeprefix("PMC") for part in ",".join(record.query.get("id", [])).split(",")]
        ids = [ident for ident in ids if ident.isdigit()]
        if not ids:
            return as_xml(f"{_DECLARATION}<eFetchResult><ERROR>{_NO_IDS}</ERROR></eFetchResult>", 400)
        articles = [self._article(ident) for ident in (reversed(ids) if self.reverse else ids)]
        return as_xml(f"{_SET}<pmc-articleset>{''.join(articles)}</pmc-articleset>")

    def _drawn(self, record: Record) -> list[str] | None:
        """A slice of a search kept in the history; None when it is not there any more."""
        session, number = self._sessions.get(record.first("WebEnv")), record.first("query_key", "1")
        if session is None or not number.isdigit() or not 0 < int(number) <= len(session.searches):
            return None
        start = int(record.first("retstart", "0"))
        return session.searches[int(number) - 1][start : start + int(record.first("retmax", "20"))]

    def _article(self, ident: str) -> str:
        entry = self.index.entries.get(ident)
        if entry is not None:
            return without_body(entry.xml) if entry.withheld else element(entry.xml)
        if self.unknown_form == "error":
            return f"<error id={quoteattr(ident)}>{_NOT_AVAILABLE}{ident}</error>"
        return f"<Reply Id={quoteattr(ident)} error={quoteattr(_NOT_AVAILABLE + ident)}/>"


def _search_error(message: str, as_is: bool) -> Answer:
    if as_is:
        return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": {"ERROR": message}})
    return as_xml(f"{_DECLARATION}<eSearchResult><ERROR>{escape(message)}</ERROR></eSearchResult>")


def _count(count: int, as_is: bool) -> Answer:
    if as_is:
        return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": {"count": str(count)}})
    return as_xml(f"{_DECLARATION}<eSearchResult><Count>{count}</Count></eSearchResult>")


def _search_json(found: Found, page: list[str], numbers: dict[str, str], webenv: str, query_key: str) -> Answer:
    result: dict[str, object] = dict(numbers)
    if webenv:
        result |= {"querykey": query_key, "webenv": webenv}
    result |= {"idlist": page, "translationset": [], "querytranslation": found.translation}
    if found.dropped or found.fields:
        result["errorlist"] = {"phrasesnotfound": found.dropped, "fieldsnotfound": found.fields}
    return as_json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})


def _search_xml(found: Found, page: list[str], numbers: dict[str, str], webenv: str, query_key: str) -> Answer:
    names = {"count": "Count", "retmax": "RetMax", "retstart": "RetStart"}
    inner = "".join(f"<{names[name]}>{value}</{names[name]}>" for name, value in numbers.items())
    if webenv:
        inner += f"<QueryKey>{query_key}</QueryKey><WebEnv>{webenv}</WebEnv>"
    inner += "<IdList>" + "".join(f"<Id>{ident}</Id>" for ident in page) + "</IdList>"
    inner += f"<TranslationSet/><QueryTranslation>{escape(found.translation)}</QueryTranslation>"
    lost = "".join(f"<PhraseNotFound>{escape(phrase)}</PhraseNotFound>" for phrase in found.dropped)
    lost += "".join(f"<FieldNotFound>{escape(name)}</FieldNotFound>" for name in found.fields)
    inner += f"<ErrorList>{lost}</ErrorList>" if lost else ""
    return as_xml(f"{_DECLARATION}<eSearchResult>{inner}</eSearchResult>")
