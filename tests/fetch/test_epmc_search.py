"""Searching a fake Europe PMC: its cursor, its errors, results that cannot be fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from fakes.europepmc import EuropePMC
from fakes.faults import Fault, html_page, instead, status, truncated
from fakes.wire import Answer, as_json
from lists import head, ids
from mitotransfer.errors import ServiceError
from mitotransfer.fetch import Found, connect
from mitotransfer.fetch.epmc_search import EuropePmcSearch
from mitotransfer.fetch.http import FetchError
from mitotransfer.fetch.queries import Hits
from mitotransfer.settings import FetchSettings

Search = Callable[..., Found]


@pytest.fixture
def at_epmc(epmc: EuropePMC, quick: FetchSettings) -> Callable[..., Hits]:
    def ask(query: str, since: date | None = None, **limits: int) -> Hits:
        return EuropePmcSearch(connect(quick, "1.0", "", 10_000_000), epmc.endpoint, **limits).search(query, since)

    return ask


@pytest.mark.parametrize("end", ["same", "absent", "empty"])
@pytest.mark.parametrize("number", [0, 20, 25])
def test_goes_through_all_pages(epmc: EuropePMC, at_epmc: Callable[..., Hits], end: str, number: int) -> None:
    """There are three ways to say that a page is the last; 20 is a whole number of pages."""
    epmc.cursor_end = end
    for n in range(1, number + 1):
        epmc.add(f"PMC{n}", b"<article>mitochondria</article>", pmid=str(1000 + n))
    hits = at_epmc("mitochondria", page=10)
    assert sorted(hits.pmcids) == sorted(f"PMC{n}" for n in range(1, number + 1))
    assert len(epmc.requests) <= number // 10 + 2
    assert {record.first("pageSize") for record in epmc.requests} == {"10"}


def test_cursor_that_goes_in_circles_ends(epmc: EuropePMC, at_epmc: Callable[..., Hits]) -> None:
    def page(ident: str, mark: str) -> Fault:
        result = [{"id": ident, "source": "MED", "pmcid": f"PMC{ident}", "isOpenAccess": "Y"}]
        return instead("page", as_json({"hitCount": 2, "nextCursorMark": mark, "resultList": {"result": result}}))

    epmc.plan.on(r"cursorMark=\*", page("1", "a")).on("cursorMark=a", page("2", "b")).on("cursorMark=b", page("2", "a"))
    assert sorted(at_epmc("mitochondria").pmcids) == ["PMC1", "PMC2"]
    assert len(epmc.requests) == 3


@pytest.mark.parametrize("result", [[], [{"id": "1", "source": "MED", "pmcid": "PMC1", "isOpenAccess": "Y"}]])
def test_new_marks_for_ever_end(epmc: EuropePMC, at_epmc: Callable[..., Hits], result: list[dict[str, str]]) -> None:
    numbers = iter(range(50))

    def change(answer: Answer) -> Answer:
        return as_json({"hitCount": len(result), "nextCursorMark": f"m{next(numbers)}", "resultList": {"result": result}})

    epmc.plan.on(".", Fault("endless", change=change))
    assert list(at_epmc("mitochondria").pmcids) == ["PMC1"][: len(result)]
    assert len(epmc.requests) <= 2


def test_takes_open_access_with_a_pmcid_and_counts_the_others(epmc: EuropePMC, find: Search) -> None:
    epmc.add("PMC20", pmid="2")
    epmc.add("PMC3", pmid="3")
    epmc.add("PMC4", pmid="4", open_access=False)
    epmc.add("", pmid="5")
    epmc.add("PMC3", pmid="6", source="PPR")
    found = find("mitochondria", service="europepmc", email="")
    assert ids(found) == ["PMC3", "PMC20"]
    assert head(found)["count"] == "4 found = 2 articles + 2 dropped (1 repeated, 1 without a PMCID)"
    assert head(found)["asked"] == "(mitochondria) AND (OPEN_ACCESS:y)"
    found = find("mitochondria", service="europepmc", with_text=False)
    assert ids(found) == ["PMC3", "PMC4", "PMC20"]


def test_says_open_access_and_is_not_believed(epmc: EuropePMC, find: Search) -> None:
    result = [{"id": "1", "source": "MED", "pmcid": "PMC1", "isOpenAccess": "N"}, {"id": "2", "source": "MED", "pmcid": "../2"}]
    epmc.plan.on(".", instead("page", as_json({"hitCount": 2, "resultList": {"result": result}})))
    found = find("mitochondria", service="europepmc")
    assert ids(found) == [] and "(1 not open access, 1 without a PMCID)" in found.said[-1]


def test_or_gets_round_neither_date_nor_filter(epmc: EuropePMC, find: Search) -> None:
    epmc.add("PMC1", title="alpha", published="2020-01-01")
    epmc.add("PMC2", title="beta", published="2026-01-01")
    epmc.add("PMC3", title="alpha", published="2026-01-01", open_access=False)
    assert ids(find("alpha OR beta", "2025", service="europepmc")) == ["PMC2"]
    assert ids(find("alpha OR beta", "2025", service="europepmc", with_text=False)) == ["PMC2", "PMC3"]


def test_since_is_the_day_of_publication(epmc: EuropePMC, find: Search) -> None:
    epmc.add("PMC1", published="2025-12-31")
    epmc.add("PMC2", published="2026-01-01")
    found = find("mitochondria", "2026", service="europepmc")
    assert ids(found) == ["PMC2"] and head(found)["since"] == "2026-01-01 (first published)"


def test_error_in_200_is_not_nothing_found(epmc: EuropePMC, find: Search) -> None:
    epmc.add("PMC1")
    with pytest.raises(ServiceError, match=r"^Europe PMC search: no result, but an error: Invalid query: .*\(404\)"):
        find("mitochondria AND", service="europepmc")
    assert len(epmc.requests) == 1


def test_missing_results_are_searched_again_then_told(epmc: EuropePMC, at_epmc: Callable[..., Hits]) -> None:
    epmc.add("PMC1", pmid="1")
    short = instead("short", as_json({"hitCount": 3, "resultList": {"result": []}}))
    epmc.plan.on(".", short, attempts=(1,), shared=True)
    assert list(at_epmc("mitochondria").pmcids) == ["PMC1"]
    epmc.plan.clear()
    epmc.plan.on(".", short)
    with pytest.raises(FetchError, match="3 results are announced, but 0 came"):
        at_epmc("mitochondria")


@pytest.mark.parametrize("fault", [status(503), html_page(), truncated(0.5), instead("empty", as_json({}))], ids=lambda f: f.name)
def test_passing_failures_are_tried_again(epmc: EuropePMC, find: Search, fault: Fault) -> None:
    epmc.add("PMC1")
    epmc.plan.on(".", fault, times=1)
    assert ids(find("mitochondria", service="europepmc")) == ["PMC1"]


def test_too_wide_a_query_is_refused(epmc: EuropePMC, at_epmc: Callable[..., Hits]) -> None:
    for n in range(1, 10):
        epmc.add(f"PMC{n}")
    with pytest.raises(FetchError, match=r"9 results are found, more than 8 \(search.most\)"):
        at_epmc("mitochondria", most=8, page=2)
    assert len(epmc.requests) == 1
