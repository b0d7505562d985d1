"""Searching PMC by a fake esearch: what is found, ceilings and dates, what it leaves out of a query, its errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from fakes.eutils import Eutils
from fakes.faults import Fault, html_page, instead, rate_limit_json, redirect, reset, status, truncated
from fakes.wire import Answer, as_json
from lists import head, ids
from mitotransfer.errors import ConfigError, ServiceError
from mitotransfer.fetch import Found, connect
from mitotransfer.fetch.esearch import Esearch, Span
from mitotransfer.fetch.http import FetchError, Http
from mitotransfer.fetch.queries import Hits
from mitotransfer.settings import FetchSettings

Search = Callable[..., Found]
TODAY = datetime.now(UTC).date()


@pytest.fixture
def at_ncbi(ncbi: Eutils, quick: FetchSettings) -> Callable[..., Hits]:
    """The client of esearch itself, with a ceiling as low as that of the fake."""

    def ask(term: str, since: date | None = None, **limits: int) -> Hits:
        http = connect(quick, "1.0", "", 10_000_000)
        return Esearch(http, ncbi.endpoint, quick.email, "", **({"ceiling": ncbi.ceiling} | limits)).search(term, since)

    return ask


def cut(number: int) -> Fault:
    """The true answer with the first ids only."""

    def change(answer: Answer) -> Answer:
        told = json.loads(answer.body)
        told["esearchresult"]["idlist"] = told["esearchresult"]["idlist"][:number]
        return as_json(told)

    return Fault("cut", change=change)


def error(text: str) -> Fault:
    """What esearch says with status 200 instead of a result."""
    return instead("ERROR", as_json({"header": {}, "esearchresult": {"ERROR": text}}))


def test_finds_what_has_text_in_numeric_order(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC9", title="Mitochondria")
    ncbi.add("PMC100", title="Mitochondria", open_access=False, manuscript=True)
    ncbi.add("PMC20", title="Mitochondria", withheld=True)
    ncbi.add("PMC30", title="Chloroplasts", xml=b"<article>Chloroplasts</article>")
    found = find("mitochondria")
    assert ids(found) == ["PMC9", "PMC100"]
    assert head(found)["query"] == "mitochondria"
    assert head(found)["asked"] == "(mitochondria) AND (open_access[filter] OR author_manuscript[filter])"
    assert head(found)["service"] == "NCBI esearch (PMC)" and head(found)["date"] == str(TODAY)
    assert head(found)["count"] == "2 found = 2 articles + 0 dropped"
    assert found.said == ("search    2 found = 2 articles + 0 dropped; NCBI esearch (PMC)",)
    (record,) = ncbi.requests
    assert (record.first("db"), record.first("tool"), record.first("email")) == ("pmc", "mitotransfer", "lab@example.org")
    assert "lab@example.org" in record.headers["user-agent"]


def test_without_text_finds_the_others_too(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC20", title="Mitochondria", withheld=True)
    assert ids(find("mitochondria")) == [] and ids(find("mitochondria", with_text=False)) == ["PMC20"]


def test_or_does_not_get_round_the_filter(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1", title="alpha")
    ncbi.add("PMC2", title="beta", withheld=True)
    assert ids(find("beta[title] OR alpha[title]")) == ["PMC1"]


def test_or_does_not_get_round_the_date(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1", title="alpha", released="2020/01/01")
    ncbi.add("PMC2", title="beta", released="2026/01/01")
    assert ids(find("alpha[title] OR beta[title]", "2025", with_text=False)) == ["PMC2"]


def test_since_is_the_day_of_release(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1", released="2026/01/13")
    ncbi.add("PMC2", released="2026/01/14", published="2001/01/01")
    ncbi.add("PMC3", released="2026/10/02")
    assert ids(find("mitochondria", "2026-01-14")) == ["PMC2", "PMC3"]
    found = find("mitochondria", "2026/02")
    assert ids(found) == ["PMC3"] and head(found)["since"] == "2026-02-01 (released in PMC)"


def many(ncbi: Eutils, number: int, *, ceiling: int, days: int = 3_000) -> set[str]:
    """So many articles, spread over some days before today, and a ceiling for the fake."""
    ncbi.ceiling = ceiling
    for n in range(1, number + 1):
        released = TODAY - timedelta(days=(n * 7919) % days)
        ncbi.add(f"PMC{n}", b"<article>mitochondria</article>", released=f"{released:%Y/%m/%d}")
    return {f"PMC{n}" for n in range(1, number + 1)}


@pytest.mark.parametrize("since", [None, TODAY - timedelta(days=1_000)])
def test_past_the_ceiling_by_dates(ncbi: Eutils, at_ncbi: Callable[..., Hits], since: date | None) -> None:
    everything = many(ncbi, 95, ceiling=20)
    released = {pmcid: ncbi.index.entries[pmcid.removeprefix("PMC")].dates["pmcrdat"] for pmcid in everything}
    wanted = {pmcid for pmcid in everything if not since or released[pmcid] >= f"{since:%Y/%m/%d}"}
    hits = at_ncbi("mitochondria", since)
    assert set(hits.pmcids) == wanted and len(hits.pmcids) == len(wanted) > 20
    assert {record.first("retstart") for record in ncbi.requests} == {"0"}  # never past what may be asked for
    assert 3 <= len(ncbi.requests) < 40


def test_dates_before_pmc_are_found_too(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    wanted = many(ncbi, 20, ceiling=8)
    ncbi.add("PMC999", b"<article>mitochondria</article>", released="1897/05/01")
    ncbi.add("PMC998", b"<article>mitochondria</article>", released="2031/05/01")
    assert set(at_ncbi("mitochondria").pmcids) == wanted | {"PMC998", "PMC999"}


def test_day_with_too_many_is_an_error(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    many(ncbi, 20, ceiling=8, days=1)
    with pytest.raises(FetchError, match=rf"20 articles are dated {TODAY:%Y/%m/%d}:.*more than the 8 it gives"):
        at_ncbi("mitochondria")
    assert len(ncbi.requests) < 40


def test_article_without_date_is_missed_loudly(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    many(ncbi, 20, ceiling=8)
    ncbi.index.entries["7"].dates["pmcrdat"] = ""
    with pytest.raises(FetchError, match=r"20 articles are found.*but the ids of 19 came"):
        at_ncbi("mitochondria")


def test_too_wide_a_query_is_refused_before_it_is_fetched(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    """A query of which nothing but the filter is left finds millions."""
    many(ncbi, 40, ceiling=8)
    with pytest.raises(FetchError, match=r"40 articles are found, more than 30 \(search.most\).*'mitochondriaa'"):
        at_ncbi("mitochondriaa AND open_access[filter]", most=30)
    assert len(ncbi.requests) == 1


def test_pages_by_history_when_fewer_ids_come_than_asked_for(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    wanted = many(ncbi, 25, ceiling=50)
    ncbi.plan.on(r"retstart=0\b", cut(10), times=1)
    assert set(at_ncbi("mitochondria").pmcids) == wanted
    begun, following = ncbi.requests
    assert begun.first("usehistory") == "y" and following.first("retstart") == "10"
    assert following.first("WebEnv").startswith("MCID_") and following.first("query_key") == "1"


def test_lost_history_is_searched_again(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    wanted = many(ncbi, 25, ceiling=50)
    ncbi.plan.on(r"retstart=0\b", cut(10), times=1)
    ncbi.plan.on("retstart=10", error("Unable to obtain query #1 from WebEnv"))
    assert set(at_ncbi("mitochondria").pmcids) == wanted
    assert [record.first("retstart") for record in ncbi.requests] == ["0", "10", "0"]


def test_missing_ids_are_searched_again_then_told(ncbi: Eutils, at_ncbi: Callable[..., Hits]) -> None:
    wanted = many(ncbi, 5, ceiling=50)
    empty = instead("empty", as_json({"esearchresult": {"count": "5", "idlist": []}}))
    ncbi.plan.on("esearch", empty, attempts=(1, 2), shared=True)
    assert set(at_ncbi("mitochondria").pmcids) == wanted
    ncbi.plan.clear()
    ncbi.plan.on("esearch", empty)
    with pytest.raises(FetchError, match=r"5 articles are found .* but the ids of 0 came"):
        at_ncbi("mitochondria")


def test_dropped_phrase_is_warned_about(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1")
    found = find('mitochondria AND "no such phrase"')
    warning = "NCBI does not find 'no such phrase' and searched without: the count is for another query"
    assert ids(found) == ["PMC1"]
    assert found.said[0] == f"warning: {warning}" and head(found)["warning"] == warning


def test_warning_cannot_make_a_line_of_the_list(ncbi: Eutils, find: Search) -> None:
    told = {"count": "1", "idlist": ["5"], "errorlist": {"phrasesnotfound": ["x\nPMC666"], "fieldsnotfound": ["y\nPMC667"]}}
    ncbi.plan.on(".", instead("injected", as_json({"esearchresult": told})))
    assert ids(find("mitochondria")) == ["PMC5"]


def test_unknown_field_is_warned_about(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1")
    assert "NCBI knows no field [planet]" in find("mitochondria[planet]").said[0]


def test_warning_list_counts_too(ncbi: Eutils, find: Search) -> None:
    told = {
        "count": "0",
        "idlist": [],
        "warninglist": {"quotedphrasesnotfound": ['"a b"'], "outputmessages": ["No items found."]},
    }
    ncbi.plan.on(".", instead("warned", as_json({"esearchresult": told})))
    assert "NCBI does not find '\"a b\"'" in find("a b").said[0]


def test_error_is_not_nothing_found(ncbi: Eutils, find: Search) -> None:
    ncbi.plan.on(".", error("Empty term and query_key - nothing todo"))
    with pytest.raises(ServiceError, match=r"^NCBI esearch \(PMC\): no result, but an error: Empty term") as told:
        find("mitochondria")
    assert len(ncbi.requests) == 1 and "\n" not in str(told.value)


def test_failing_backend_is_asked_once_more(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1")
    ncbi.plan.on(".", error("Search Backend failed: try\nlater"), times=1)
    assert ids(find("mitochondria")) == ["PMC1"]
    ncbi.plan.clear()
    ncbi.plan.on(".", error("Search Backend failed: try later"))
    ncbi.requests.clear()
    with pytest.raises(ServiceError, match="no result, but an error: Search Backend failed"):
        find("mitochondria")
    assert len(ncbi.requests) == 2


def test_control_characters_in_json_are_read(ncbi: Eutils, find: Search) -> None:
    raw = as_json({"esearchresult": {"ERROR": "bad@query"}})
    broken = type(raw)(raw.body.replace(b"@", b"\n\t"), kind=raw.kind)
    ncbi.plan.on(".", instead("raw", broken))
    with pytest.raises(ServiceError, match="bad query"):
        find("mitochondria")


@pytest.mark.parametrize(
    "fault",
    [
        status(429, retry_after=1),
        rate_limit_json(),
        status(503),
        html_page(),
        truncated(),
        reset(20),
        instead("null", as_json({"esearchresult": {"count": None}})),
        instead("words", as_json({"esearchresult": {"count": "many"}})),
        instead("paths", as_json({"esearchresult": {"count": "1", "idlist": ["../1"]}})),
    ],
    ids=lambda fault: fault.name,
)
def test_passing_failures_are_tried_again(ncbi: Eutils, find: Search, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    true = Http._pause

    def pause(*arguments: object) -> float:
        pauses.append(true(*arguments))  # type: ignore[arg-type]
        return 0.0

    monkeypatch.setattr(Http, "_pause", pause)
    ncbi.add("PMC1")
    ncbi.plan.on(".", fault, times=1)
    assert ids(find("mitochondria")) == ["PMC1"]
    assert len(ncbi.requests) == 2 and pauses
    if fault.name == "status-429":
        assert max(pauses) >= 0.9  # as long as it asks for


def test_down_names_service_and_cause(ncbi: Eutils, find: Search) -> None:
    ncbi.plan.on(".", status(500))
    with pytest.raises(ServiceError, match=r"^NCBI esearch \(PMC\): http://\S+esearch.fcgi: status 500 \(3 tries"):
        find("mitochondria")


def test_elsewhere_is_not_followed(ncbi: Eutils, find: Search) -> None:
    ncbi.plan.on(".", redirect("http://127.0.0.1:9/"))
    with pytest.raises(ServiceError, match="another host"):
        find("mitochondria")


def test_wrong_address_is_told(ncbi: Eutils, find: Search) -> None:
    ncbi.plan.on(".", status(404))
    with pytest.raises(ServiceError, match=r"status 404\); see fetch.endpoints.eutils"):
        find("mitochondria")


def test_key_is_sent_and_never_told(ncbi: Eutils, find: Search) -> None:
    ncbi.add("PMC1")
    found = find("mitochondria", key="good-key")
    assert ncbi.requests[0].first("api_key") == "good-key" and "good-key" not in found.text
    with pytest.raises(ServiceError, match=r"API key \(NCBI_API_KEY\) is refused") as told:
        find("mitochondria", key="bad-secret")
    assert "bad-secret" not in str(told.value) and len(ncbi.requests) == 2


def test_wants_a_contact(ncbi: Eutils, find: Search) -> None:
    with pytest.raises(ConfigError, match=r"--email ADDRESS or set fetch.email"):
        find("mitochondria", email="")
    assert not ncbi.requests


def test_spans_halve_down_to_a_day_and_miss_none() -> None:
    today = date(2026, 11, 20)

    def days(span: Span) -> list[str]:
        halves = span.halves(today)
        return [day for half in halves for day in days(half)] if halves else [str(span)]

    found = days(Span(date(2026, 11, 10)))
    assert found[:2] == ["2026/11/10:2026/11/10", "2026/11/11:2026/11/11"] and found[-1] == "2026/11/20:3000/12/31"
    assert len(found) == 11
    before, after = Span().halves(today) or ()
    assert str(before).startswith("1000/01/01:") and str(after).endswith(":3000/12/31")
