"""PMIDs and DOIs to PMCIDs over a fake ID Converter: batches, what is malformed, what is told of ids without PMCID."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from fakes.faults import html_page, instead, redirect, status, truncated
from fakes.idconv import OLD, IdConverter
from fakes.wire import as_json
from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.http import FetchError
from mitotransfer.fetch.idconv import Converter, IdKind
from mitotransfer.settings import FetchSettings

Convert = Callable[..., dict[str, str]]


@pytest.fixture
def service() -> Iterator[IdConverter]:
    with IdConverter() as service:
        yield service


@pytest.fixture
def convert(service: IdConverter, quick: FetchSettings) -> Convert:
    """What the converter tells of ids; of those without PMCID the code of the reason and the reason."""

    def convert(kind: IdKind, idents: Sequence[str], address: str = "") -> dict[str, str]:
        http = connect(quick, "1.0", "", 1_000_000)
        told = Converter(http, address or f"{service.endpoint}/articles/", quick.email).convert(kind, idents)
        return {ident: f"{meant.code}: {meant}" if isinstance(meant, FetchError) else meant for ident, meant in told}

    return convert


def asked(service: IdConverter) -> list[list[str]]:
    return [record.first("ids").split(",") for record in service.requests]


def test_batches_of_one_kind_and_at_most_200(service: IdConverter, convert: Convert) -> None:
    pmids = [str(n) for n in range(1001, 1451)]
    for n, pmid in enumerate(pmids):
        service.add(f"PMC{n + 1}", pmid)
    assert convert("pmid", pmids) == {pmid: f"PMC{n + 1}" for n, pmid in enumerate(pmids)}
    assert [len(ids) for ids in asked(service)] == [200, 200, 50]
    assert {(one.first("idtype"), one.first("tool"), one.first("email"), one.first("format")) for one in service.requests} == {
        ("pmid", "mitotransfer", "lab@example.org", "json")
    }


def test_long_dois_make_smaller_batches(service: IdConverter, convert: Convert) -> None:
    dois = [f"10.1234/{'long.' * 20}{n}" for n in range(120)]
    for n, doi in enumerate(dois):
        service.add(f"PMC{n + 1}", doi=doi)
    assert len(convert("doi", dois)) == 120
    assert len(service.requests) > 1 and max(record.size for record in service.requests) < 7_000


def test_joined_by_the_id_asked_for(service: IdConverter, convert: Convert) -> None:
    service.reverse = True
    service.add("PMC11", 101, "10.1000/ABC.1")
    service.add("PMC12", 102, "10.1000/abc.2")
    assert convert("pmid", ["101", "102"]) == {"101": "PMC11", "102": "PMC12"}
    assert convert("doi", ["10.1000/abc.1", "10.1000/ABC.2"]) == {"10.1000/abc.1": "PMC11", "10.1000/ABC.2": "PMC12"}


def test_repeated_ids_are_asked_for_once(service: IdConverter, convert: Convert) -> None:
    service.add("PMC11", 101)
    assert convert("pmid", ["101", "101"]) == {"101": "PMC11"}
    assert asked(service) == [["101"]]


def test_not_in_pmc_is_a_fact(service: IdConverter, convert: Convert) -> None:
    service.add("PMC11", 101)
    assert convert("pmid", ["101", "999"]) == {"101": "PMC11", "999": "not-in-pmc: 999: Identifier not found in PMC"}


def test_one_malformed_id_is_found_by_halving(service: IdConverter, convert: Convert) -> None:
    pmids = [str(n) for n in range(1001, 1101)]
    for n, pmid in enumerate(pmids):
        service.add(f"PMC{n + 1}", pmid)
    told = convert("pmid", [*pmids[:37], "123456789012", *pmids[37:]])
    assert told.pop("123456789012").startswith("bad-id: 123456789012: the ID Converter refuses it")
    assert told == {pmid: f"PMC{n + 1}" for n, pmid in enumerate(pmids)}
    assert len(service.requests) <= 15  # 1 + 2 for each halving of 101


def test_refusal_with_status_200_is_one(service: IdConverter, convert: Convert) -> None:
    """Otherwise every id of the batch would be told to be not in PMC, which is a lasting fact."""
    service.add("PMC11", 101)
    answer = as_json({"status": "error", "errors": [{"message": "Invalid pmid values", "code": "invalid_pmids"}]})
    service.plan.on("ids=101,102&", instead("refusal", answer)).on("ids=102&", instead("refusal", answer))
    told = convert("pmid", ["101", "102"])
    assert told["101"] == "PMC11"
    assert told["102"] == "bad-id: 102: the ID Converter refuses it (Invalid pmid values)"


def test_doi_with_a_comma_cannot_be_asked_for(service: IdConverter, convert: Convert) -> None:
    service.add("PMC11", doi="10.1000/a")
    told = convert("doi", ["10.1000/a", "10.1000/b,c"])
    assert told["10.1000/a"] == "PMC11" and told["10.1000/b,c"].startswith("bad-id: 10.1000/b,c: holds a comma")
    assert asked(service) == [["10.1000/a"]]


def test_old_address_leads_to_the_new_one_of_the_same_host(service: IdConverter, convert: Convert) -> None:
    service.add("PMC11", 101)
    assert convert("pmid", ["101"], service.url + OLD) == {"101": "PMC11"}
    assert [record.status for record in service.requests] == [301, 200]


def test_other_hosts_are_not_followed(service: IdConverter, convert: Convert) -> None:
    service.plan.on("articles", redirect("http://127.0.0.1:9/articles/", 301))
    assert convert("pmid", ["101"])["101"].startswith("redirect: ")
    assert len(service.requests) == 1


@pytest.mark.parametrize("code", [401, 404, 410])
def test_wrong_address_is_told_without_halving(service: IdConverter, convert: Convert, code: int) -> None:
    service.plan.on(".", status(code))
    told = convert("pmid", [str(n) for n in range(1, 9)])
    assert all(f"status {code}" in reason and not reason.startswith(("not-in-pmc", "bad-id")) for reason in told.values())
    assert len(told) == 8 and len(service.requests) == 1


@pytest.mark.parametrize("fault", [html_page(), truncated(), status(503), instead("empty", as_json({}))])
def test_passing_failures_are_tried_again(service: IdConverter, convert: Convert, fault: object) -> None:
    service.add("PMC11", 101)
    service.plan.on(".", fault, times=1)
    assert convert("pmid", ["101"]) == {"101": "PMC11"}
    assert len(service.requests) == 2


def test_failure_that_lasts_is_told_of_each_id(service: IdConverter, convert: Convert) -> None:
    service.plan.on(".", status(503))
    told = convert("pmid", ["101", "102"])
    assert all(reason.startswith("server-error: ") and "3 tries" in reason for reason in told.values()) and len(told) == 2


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"requested-id": "101", "pmcid": "../../x"}, "bad-answer: 101: what the ID Converter gives is no PMCID"),
        ({"requested-id": "101", "pmcid": "PMC11.2"}, "PMC11"),
        ({"requested-id": 101, "pmcid": "PMC11"}, "PMC11"),
        ({"requested-id": "102", "pmcid": "PMC12"}, "bad-answer: 101: the ID Converter's answer leaves it out"),
        ({"requested-id": "101", "pmcid": None}, "not-in-pmc: 101: the ID Converter knows no PMCID of it"),
        ({"requested-id": "101", "status": "error", "errmsg": "invalid article id"}, "bad-id: 101: invalid article id"),
    ],
)
def test_records_are_not_trusted(service: IdConverter, convert: Convert, record: dict[str, object], said: str) -> None:
    service.plan.on(".", instead("record", as_json({"status": "ok", "records": [record]})))
    assert convert("pmid", ["101"]) == {"101": said}
