"""Europe PMC: search with a cursor, full text, and failures inside 200."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import escape

from fakes.articles import jats, sentences
from fakes.faults import FaultPlan
from fakes.queries import EUROPE_PMC, Ids, QueryError, select
from fakes.server import Fake, Throttle
from fakes.wire import Answer, Record, as_json, as_text

_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]")
_FLAGS = {"OPEN_ACCESS": "isOpenAccess", "IN_EPMC": "inEPMC", "IN_PMC": "inPMC", "HAS_PDF": "hasPDF", "HAS_SUPPL": "hasSuppl"}
_FIELDS = {"PMCID": "pmcid", "DOI": "doi", "EXT_ID": "id", "SRC": "source"}
_IDS = ("id", "source", "pmid", "pmcid")
_CORE = ("abstractText", "license")


@dataclass(frozen=True, slots=True)
class _Article:
    result: dict[str, Any]
    xml: bytes | None
    text: str


class EuropePMC(Fake):
    """`search`, `searchPOST`, `{PMCID}/fullTextXML` and what stands beside it.

    Attributes to set: `cursor_end`, how the last page says that it is the last; `down`, endpoints (`search`, `fullTextXML`)
    that answer 503; `longest`, characters of an address above which it is 414; `most_or`, OR operators above which it is 504.
    """

    base = "/europepmc/webservices/rest"

    def __init__(
        self, *, limit_per_second: int | None = None, throttle: Throttle | None = None, plan: FaultPlan | None = None
    ) -> None:
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.cursor_end: Literal["absent", "same", "empty"] = "same"
        self.down: set[str] = set()
        self.longest = 8_000
        self.most_or = 2_000
        self._articles: dict[str, _Article] = {}

    def add(
        self,
        pmcid: str,
        xml: bytes = b"",
        *,
        pmid: str = "",
        doi: str = "",
        title: str = "",
        open_access: bool = True,
        full_text: bool | None = None,
        published: str = "2026-01-14",
        licence: str = "cc by",
        source: str = "MED",
        **more: Any,
    ) -> bytes:
        """Store an article; the bytes of its XML are given back. `full_text` says whether they are given out: those of open
        access articles are, unless it says otherwise. `more` are further keys of the result. Without PMCID it is not in PMC.
        """
        ident = pmid or pmcid
        xml = xml or jats(pmcid, pmid, doi, title)
        title = title or f"Mitochondria <i>between</i> cells: {pmcid or ident}"
        result: dict[str, Any] = {
            "id": ident,
            "source": source if pmid or source == "PPR" else "PMC",
            "pmid": pmid,
            "pmcid": pmcid,
        }
        result |= {"fullTextIdList": {"fullTextId": [pmcid]}} if pmcid else {}
        result |= {"doi": doi, "title": title, "authorString": "Doe J.", "journalTitle": "Made-up J", "pubYear": published[:4]}
        yes_no = {"isOpenAccess": open_access, "inEPMC": bool(pmcid), "inPMC": bool(pmcid), "hasPDF": False, "hasSuppl": False}
        result |= {"pubType": "research-article; journal article"} | {name: "Y" if yes else "N" for name, yes in yes_no.items()}
        result |= {"citedByCount": 0, "firstPublicationDate": published, "abstractText": sentences(ident, 2), "license": licence}
        result = {name: value for name, value in (result | more).items() if value not in ("", None)}
        given_out = open_access if full_text is None else full_text
        text = f"{title} {result['abstractText']} {re.sub(r'<[^>]*>', ' ', xml.decode())}".lower()
        with self.lock:
            self._articles[f"{result['source']}:{ident}"] = _Article(result, xml if given_out and pmcid else None, text)
        return xml

    def answer(self, record: Record) -> Answer:
        if record.size > self.longest:
            return as_text("<html><body>414 Request-URI Too Large</body></html>", 414, "text/html")
        ident, _, endpoint = record.route.strip("/").rpartition("/")
        if endpoint in self.down or (endpoint == "searchPOST" and "search" in self.down):
            return as_text("Service is undergoing maintenance. Please try again later.\n", 503)
        if endpoint in ("search", "searchPOST"):
            return self._search(record)
        article = next((one for one in self._articles.values() if one.result.get("pmcid") == ident), None)
        if endpoint == "fullTextXML" and article and article.xml:
            return Answer(article.xml)
        if endpoint == "supplementaryFiles":
            message = f"Article with id {ident} is not open access one"
            return Answer(f"<errorBean><errCode>0</errCode><errMsg>{escape(message)}</errMsg></errorBean>".encode())
        return Answer(b"", 404)

    def _search(self, record: Record) -> Answer:
        query, size, mark = record.first("query"), record.first("pageSize", "25"), record.first("cursorMark", "*")
        kind = record.first("resultType", "lite").lower()
        if query.count(" OR ") > self.most_or:
            return as_text("<html><body>504 Gateway Time-out</body></html>", 504, "text/html")
        if not size.isdigit() or not 1 <= int(size) <= 1000:
            return _error(f"pageSize must be between 1 and 1000, not {size}")
        try:
            start = _start(mark)
            found = select(query, EUROPE_PMC, frozenset(self._articles), self._term)
        except (QueryError, ValueError) as error:
            return _error(f"Invalid query: {error}")
        keys = sorted(found, key=lambda key: (self._articles[key].result["firstPublicationDate"], key), reverse=True)
        page = keys[start : start + int(size)]
        following = self._next(mark, start + len(page), last=start + int(size) >= len(keys), empty=not page)
        results = [_shown(self._articles[key].result, kind) for key in page]
        request = {
            "queryString": query, "resultType": kind.upper(), "cursorMark": mark, "pageSize": int(size),
            "sort": record.first("sort"), "synonym": record.first("synonym") == "true",
        }  # fmt: skip
        outer = {"version": "6.9", "hitCount": len(keys)}
        if following:
            address = f"{self.endpoint}/search?query={query}&cursorMark={following}&pageSize={size}"  # raw spaces and all
            outer |= {"nextCursorMark": following, "nextPageUrl": address}
        if record.first("format", "xml") == "json":
            return as_json(outer | {"request": request, "resultList": {"result": results}})
        return _as_xml(outer, results)

    def _next(self, mark: str, end: int, *, last: bool, empty: bool) -> str:
        """The mark of the next page. There are three ways to say that there is none."""
        if not last:
            return _mark(end)
        if self.cursor_end == "absent":
            return ""
        if self.cursor_end == "empty":
            return "" if empty else _mark(end)
        return mark

    def _term(self, term: str) -> Ids:
        name, found, value = term.partition(":")
        if not found or name.upper() != name:
            phrase = term.strip('"').lower()
            word = re.compile(rf"\b{re.escape(phrase)}\b")
            return frozenset(key for key, article in self._articles.items() if word.search(article.text))
        return frozenset(key for key, article in self._articles.items() if _has(article.result, name, value.strip('"')))


def _has(result: dict[str, Any], name: str, value: str) -> bool:
    if name == "HAS_FT":
        return ("fullTextIdList" in result) == (value.lower() == "y")
    if name in _FLAGS:
        return bool(result[_FLAGS[name]].lower() == value.lower())
    if name in _FIELDS:
        return str(result.get(_FIELDS[name], "")).lower() == value.lower()
    if name in ("LICENSE", "PUB_TYPE"):
        return value.lower() in str(result.get("license" if name == "LICENSE" else "pubType", "")).lower()
    if name in ("FIRST_PDATE", "PUB_YEAR"):
        date = result["firstPublicationDate" if name == "FIRST_PDATE" else "pubYear"]
        ends = _RANGE.fullmatch(value)
        low, high = (ends[1], ends[2]) if ends else (value, value)
        return bool(low <= date[: len(low)] and date[: len(high)] <= high)
    raise QueryError(f"unknown field {name}")


def _shown(result: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "idlist":
        return {name: result[name] for name in _IDS if name in result}
    return {name: value for name, value in result.items() if kind == "core" or name not in _CORE}


def _mark(start: int) -> str:
    return "AoIIP" + base64.b64encode(f"at {start}".encode()).decode()


def _start(mark: str) -> int:
    if mark == "*":
        return 0
    return int(base64.b64decode(mark.removeprefix("AoIIP")).decode().removeprefix("at "))


def _error(message: str) -> Answer:
    return as_json({"version": "6.9", "errCode": 404, "errMsg": message})


def _as_xml(outer: dict[str, Any], results: list[dict[str, Any]]) -> Answer:
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in outer.items())
    for result in results:
        leaves = "".join(f"<{n}>{escape(str(v))}</{n}>" for n, v in result.items() if not isinstance(v, dict))
        inner += f"<result>{leaves}</result>"
    return Answer(f'<?xml version="1.0" encoding="UTF-8"?><responseWrapper>{inner}</responseWrapper>'.encode())
