"""Searching Europe PMC, page by page with a cursor."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import msgspec

from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError, hidden
from mitotransfer.fetch.queries import Hits

WITH_TEXT = "OPEN_ACCESS:y"
_SEARCHES = 3  # times that a search is made anew when its results do not add up
_PMCID = re.compile(r"PMC[1-9]\d{0,9}")


class _Result(msgspec.Struct, frozen=True):
    id: str = ""
    source: str = ""
    pmcid: str = ""
    open_access: str = msgspec.field(name="isOpenAccess", default="")


class _Results(msgspec.Struct, frozen=True):
    result: list[_Result] = []


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    hit_count: int | None = None
    next_cursor_mark: str | None = None
    result_list: _Results = _Results()
    err_code: int | str | None = None
    err_msg: str = ""


class EuropePmcSearch:
    """The search of the service behind an address. `most` is how many results a search may have, `page` those of an answer."""

    def __init__(self, http: Http, address: str, *, most: int = 100_000, page: int = 1_000) -> None:
        self.http, self.address = http, address.rstrip("/") + "/search"
        self.most, self.page = most, page

    def search(self, query: str, since: date | None = None, *, with_text: bool = True) -> Hits:
        """The articles that a query finds, of those first published since a day and, `with_text`, open access.

        Raises FetchError, also when results are missing.
        """
        wanted = f"({query}) AND FIRST_PDATE:[{since} TO 3000-12-31]" if since else query
        results, expected = self._results(wanted)
        for _ in range(_SEARCHES - 1):
            if len(results) == expected:
                break
            results, expected = self._results(wanted)
        if len(results) != expected:
            raise FetchError("incomplete", f"{expected:,} results are announced, but {len(results):,} came")
        pmcids: list[str] = []
        dropped: Counter[str] = Counter()
        for result in results.values():
            if not _PMCID.fullmatch(result.pmcid):
                dropped["without a PMCID"] += 1
            elif with_text and result.open_access.upper() != "Y":
                dropped["not open access"] += 1
            else:
                pmcids.append(result.pmcid)
        return Hits(pmcids, dropped, ())

    def _results(self, query: str) -> tuple[dict[tuple[str, str], _Result], int]:
        """All results of a query by source and id, and how many the last page says there are.

        There are three ways to say that a page is the last: no mark, the mark that was sent, no results. A mark that comes
        back later and a page with nothing new would go on for ever, and are taken for the end, too.
        """
        results: dict[tuple[str, str], _Result] = {}
        mark, seen = "*", set[str]()
        while True:
            page = self._ask(query, mark)
            expected = page.hit_count or 0
            if expected > self.most:
                message = f"{expected:,} results are found, more than {self.most:,} (search.most); narrow the query"
                raise FetchError("too-many", message)
            before = len(results)
            results |= {(one.source, one.id or one.pmcid): one for one in page.result_list.result}
            seen.add(mark)
            mark = page.next_cursor_mark or ""
            if not mark or mark in seen or len(results) == before:
                return results, expected

    def _ask(self, query: str, mark: str) -> _Page:
        params = {"query": query, "resultType": "lite", "format": "json", "pageSize": str(self.page), "cursorMark": mark}
        return self.http.get("europepmc", self.address, params=params | {"synonym": "false"}, check=_page)


def _page(answer: Answer) -> _Page:
    if answer.status != 200:
        raise FetchError("not-there", f"no such page (status {answer.status}); see fetch.endpoints.europepmc")
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PassingError("bad-answer", f"an answer that cannot be read ({error})") from error
    if page.err_code is not None:
        raise FetchError("query-refused", f"no result, but an error: {hidden(page.err_msg)[:300]} ({page.err_code})")
    if page.hit_count is None:
        raise PassingError("bad-answer", "an answer without a number of results")
    return page
