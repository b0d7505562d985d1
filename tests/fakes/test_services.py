"""The fake services other than the bucket answer in the documented shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests

from fakes.articles import WITHHELD, element
from fakes.bioc import BioC
from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from fakes.idconv import IdConverter
from fakes.trials import Trials


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


class Esearch:
    """A fake with five articles, of 2026/01/11 to 2026/01/15, and how it is asked."""

    def __init__(self, session: requests.Session, eutils: Eutils) -> None:
        self.session, self.eutils = session, eutils
        for n in range(1, 6):
            eutils.add(f"PMC{n}", released=f"2026/01/{10 + n}", title=f"Number {n}", manuscript=n == 5, open_access=n < 4)

    def get(self, **params: Any) -> requests.Response:
        asked = {"db": "pmc", "retmode": "json"} | params
        return self.session.get(f"{self.eutils.endpoint}/esearch.fcgi", params=asked)

    def result(self, **params: Any) -> dict[str, Any]:
        answer = self.get(**params)
        assert answer.status_code == 200
        assert answer.json()["header"] == {"type": "esearch", "version": "0.3"}
        return dict(answer.json()["esearchresult"])

    def fetch(self, **params: Any) -> requests.Response:
        return self.session.get(f"{self.eutils.endpoint}/efetch.fcgi", params={"db": "pmc", "retmode": "xml"} | params)


@pytest.fixture
def entrez(session: requests.Session) -> Iterator[Esearch]:
    with Eutils() as eutils:
        yield Esearch(session, eutils)


def test_esearch_counts_are_strings_and_ids_digits(entrez: Esearch) -> None:
    result = entrez.result(term="mitochondria", retmax=2)
    assert (result["count"], result["retmax"], result["retstart"], result["idlist"]) == ("5", "2", "0", ["5", "4"])
    assert not {"webenv", "querykey", "errorlist"} & set(result)


@pytest.mark.parametrize(
    ("term", "ids"),
    [
        ("mitochondri*", "54321"),
        ('"number 2" OR "number 4"', "42"),
        ("mitochondria AND open_access[filter]", "321"),
        ("mitochondria AND author_manuscript[filter]", "5"),
        ('(open_access[filter] OR author_manuscript[filter]) NOT "number 1"', "532"),
        ("cc_by_license[filter] AND 2026/01/12:2026/01/13[pmcrdat]", "32"),
        ('mitochondria AND ("2026/01/14"[pmcrdat] : "2026/01"[pmcrdat])', "54"),
        ("cc0_license[filter]", ""),
    ],
)
def test_esearch_understands_the_terms_in_use(entrez: Esearch, term: str, ids: str) -> None:
    assert "".join(entrez.result(term=term)["idlist"]) == ids


def test_esearch_takes_dates_apart_from_the_term(entrez: Esearch) -> None:
    assert entrez.result(term="number", datetype="pdat", mindate="2026/01/12", maxdate="2026/01/14")["idlist"] == ["4", "3", "2"]
    assert "ERROR" in entrez.result(term="number", mindate="2026/01/12")


def test_esearch_drops_a_phrase_that_nothing_has(entrez: Esearch) -> None:
    result = entrez.result(term='"not at all" AND mitochondria')
    assert result["count"] == "5"
    assert result["errorlist"]["phrasesnotfound"] == ["not at all"]
    assert "not at all" not in result["querytranslation"]


def test_esearch_stops_at_its_ceiling(entrez: Esearch) -> None:
    entrez.eutils.ceiling = 3
    assert (entrez.result(term="number", retmax=100)["count"], len(entrez.result(term="number", retmax=100)["idlist"])) == (
        "5",
        3,
    )
    assert "'retstart' cannot be larger than 2" in entrez.result(term="number", retstart=3)["ERROR"]


def test_esearch_errors_come_with_200(entrez: Esearch) -> None:
    assert "Empty term" in entrez.result(term=" ")["ERROR"]
    assert entrez.result(term="(mitochondria")["ERROR"].startswith("Search Backend failed")
    assert "Empty term" in (ET.fromstring(entrez.get(term="", retmode="xml").content).findtext("ERROR") or "")


def test_esearch_in_xml(entrez: Esearch) -> None:
    root = ET.fromstring(entrez.get(term="number AND nothing", retmode="xml", usehistory="y").content)
    assert (root.tag, root.findtext("Count"), root.findtext("QueryKey")) == ("eSearchResult", "5", "1")
    assert [one.text for one in root.iterfind("IdList/Id")] == ["5", "4", "3", "2", "1"]
    assert root.findtext("ErrorList/PhraseNotFound") == "nothing"


def test_efetch_draws_slices_of_the_history_until_it_dies(entrez: Esearch) -> None:
    first = entrez.result(term="number", usehistory="y")
    second = entrez.result(term="number 1", usehistory="y", WebEnv=first["webenv"])
    assert (first["querykey"], second["querykey"], second["webenv"]) == ("1", "2", first["webenv"])
    drawn = {"WebEnv": first["webenv"], "query_key": "1", "retstart": "2", "retmax": "2"}
    root = ET.fromstring(entrez.fetch(**drawn).content)
    assert [one.text for one in root.iterfind(".//article-id[@pub-id-type='pmcid']")] == ["PMC3", "PMC2"]
    entrez.eutils.forget()
    lost = entrez.fetch(**drawn)
    assert (lost.status_code, ET.fromstring(lost.content).findtext("ERROR")) == (200, "Unable to obtain query #1")


def test_efetch_gives_articles_withheld_ones_and_unknown_ones_together(entrez: Esearch) -> None:
    xml = entrez.eutils.add("PMC6")
    entrez.eutils.add("PMC7", withheld=True)
    answer = entrez.fetch(id="6,PMC7,999")
    root = ET.fromstring(answer.content)
    assert (root.tag, [one.tag for one in root]) == ("pmc-articleset", ["article", "article", "error"])
    assert (root[0].find("body") is not None, root[1].find("body"), root[1].find("front") is not None) == (True, None, True)
    assert f"<!--{WITHHELD}-->" in answer.text
    assert element(xml) in answer.text  # the same characters as in the bucket
    assert (root[2].get("id"), root[2].text) == ("999", "The following PMCID is not available: 999")
    entrez.eutils.unknown_form, entrez.eutils.reverse = "Reply", True
    older = ET.fromstring(entrez.fetch(id="6,999").content)
    assert (older[0].tag, older[0].get("Id"), older[1].tag) == ("Reply", "999", "article")
    assert (older[0].get("error") or "").startswith("The following PMCID is not available")


def test_efetch_without_ids_is_400(entrez: Esearch) -> None:
    answer = entrez.fetch(id="")
    assert (answer.status_code, ET.fromstring(answer.content).tag) == (400, "eFetchResult")
    assert "ID list is empty! In it there are neither IDs nor accessions" in answer.text


def test_eutils_refuses_a_bad_key_and_repeats_it(entrez: Esearch) -> None:
    answer = entrez.get(term="number", api_key="secret")
    assert (answer.status_code, answer.json()["error"], answer.json()["api-key"]) == (400, "API key invalid", "secret")


@pytest.mark.parametrize("status", [429, 200])
def test_eutils_limits_callers_and_tells_their_key_or_address(session: requests.Session, status: int) -> None:
    with Eutils(limit_per_second=3, keyed_limit=5) as eutils:
        eutils.limited_status = status
        entrez = Esearch(session, eutils)
        free = [entrez.get(term="number") for _ in range(4)]
        keyed = [entrez.get(term="number", api_key="good-key") for _ in range(6)]
    assert [one.headers["X-RateLimit-Remaining"] for one in free] == ["2", "1", "0", "0"]
    assert (free[0].headers["X-RateLimit-Limit"], keyed[0].headers["X-RateLimit-Limit"]) == ("3", "5")
    expected = {"error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": "4", "limit": "3"}
    assert (free[3].status_code, free[3].json()) == (status, expected)
    assert ["idlist" in one.text for one in keyed] == [True] * 5 + [False]
    assert (keyed[5].json()["api-key"], "Retry-After" in keyed[5].headers) == ("good-key", False)


def convert(session: requests.Session, fake: IdConverter, **params: str) -> requests.Response:
    return session.get(f"{fake.endpoint}/articles/", params={"format": "json", "tool": "t", "email": "e"} | params)


def test_id_converter_answers_by_requested_id(session: requests.Session) -> None:
    with IdConverter() as fake:
        fake.add("PMC1", 11, "10.5555/A", versions=(1, 2))
        fake.add("PMC2", 12)
        fake.reverse = True
        records = convert(session, fake, ids="11,12,13", idtype="pmid").json()["records"]
        doi = convert(session, fake, ids="10.5555/a", idtype="doi", versions="yes").json()["records"][0]
        digits = convert(session, fake, ids="1", idtype="pmcid").json()["records"][0]
    assert [one["requested-id"] for one in records] == ["13", "12", "11"]
    assert records[0] == {"pmid": 13, "requested-id": "13", "status": "error", "errmsg": "Identifier not found in PMC"}
    assert records[2] == {"pmid": 11, "pmcid": "PMC1", "doi": "10.5555/A", "requested-id": "11"}
    assert (doi["pmcid"], [one["pmcid"] for one in doi["versions"]], doi["requested-id"]) == (
        "PMC1",
        ["PMC1.1", "PMC1.2"],
        "10.5555/a",
    )
    assert (digits["pmcid"], digits["requested-id"]) == ("PMC1", "1")


@pytest.mark.parametrize(
    ("ids", "idtype", "code"),
    [("11,x", "pmid", "invalid_pmids"), ("10.5555/a,11", "doi", "invalid_dois"), ("11,10.5555/a", "", "invalid_pmids")],
)
def test_id_converter_refuses_a_batch_for_one_bad_id(session: requests.Session, ids: str, idtype: str, code: str) -> None:
    with IdConverter() as fake:
        answer = convert(session, fake, ids=ids, **({"idtype": idtype} if idtype else {}))
    assert (answer.status_code, answer.json()["status"], answer.json()["errors"][0]["code"]) == (400, "error", code)


def test_id_converter_takes_200_ids_and_has_moved(session: requests.Session) -> None:
    with IdConverter() as fake:
        fake.add("PMC1", 1)
        many = [",".join(map(str, range(1, n + 1))) for n in (200, 201)]
        assert [convert(session, fake, ids=ids, idtype="pmid").status_code for ids in many] == [200, 400]
        old = session.get(f"{fake.url}/pmc/utils/idconv/v1.0/", params={"ids": "1", "idtype": "pmid", "format": "json"})
    assert ([one.status_code for one in old.history], old.json()["records"][0]["pmcid"]) == ([301], "PMC1")


@pytest.mark.parametrize(("end", "pages"), [("absent", 3), ("same", 3), ("empty", 4)])
def test_europe_pmc_has_three_ways_to_end_a_cursor(session: requests.Session, end: Any, pages: int) -> None:
    with EuropePMC() as fake:
        fake.cursor_end = end
        for n in range(5):
            fake.add(f"PMC{n + 1}", pmid=str(n + 100))
        marks, ids = ["*"], []
        while True:
            params = {"query": "mitochondria", "format": "json", "pageSize": "2", "cursorMark": marks[-1], "resultType": "idlist"}
            answer = session.get(f"{fake.endpoint}/search", params=params).json()
            ids += [one["pmcid"] for one in answer["resultList"]["result"]]
            mark = answer.get("nextCursorMark")
            if not mark or mark == marks[-1] or not answer["resultList"]["result"]:
                break
            marks.append(mark)
    assert (len(ids), len(set(ids)), answer["hitCount"], len(marks)) == (5, 5, 5, pages)


def test_europe_pmc_searches_by_field(session: requests.Session) -> None:
    with EuropePMC() as fake:
        fake.add("PMC1", pmid="101", doi="10.5555/a", published="2026-02-01")
        fake.add("PMC2", pmid="102", open_access=False, published="2025-06-01", title="Platelets")
        fake.add("", source="PPR", pmid="", doi="10.5555/p", published="2026-03-01")

        def hits(query: str) -> list[str]:
            form = {"query": query, "format": "json", "resultType": "lite"}
            results = session.post(f"{fake.endpoint}/searchPOST", data=form).json()["resultList"]["result"]
            return [one.get("pmcid", one["source"]) for one in results]

        assert hits("EXT_ID:101 AND SRC:MED") == ["PMC1"]
        assert hits('DOI:"10.5555/A" OR PMCID:PMC2') == ["PMC1", "PMC2"]
        assert hits("mitochondria AND OPEN_ACCESS:y AND FIRST_PDATE:[2026-01-01 TO 2026-06-30]") == ["PPR", "PMC1"]
        assert hits("PUB_YEAR:[2025 TO 2025]") == hits('OPEN_ACCESS:n AND "platelets"') == ["PMC2"]
        one = session.get(f"{fake.endpoint}/search", params={"query": "PMCID:PMC2", "format": "json"}).json()["resultList"][
            "result"
        ][0]
    assert (one["isOpenAccess"], one["inEPMC"], one["pmid"], one["citedByCount"]) == ("N", "Y", "102", 0)
    assert "abstractText" not in one


def test_europe_pmc_gives_full_text_or_an_empty_404(session: requests.Session) -> None:
    with EuropePMC() as fake:
        xml = fake.add("PMC1")
        fake.add("PMC2", open_access=False)
        answers = [session.get(f"{fake.endpoint}/PMC{n}/fullTextXML") for n in (1, 2, 3)]
        bean = session.get(f"{fake.endpoint}/PMC2/supplementaryFiles")
    assert (answers[0].status_code, answers[0].content) == (200, xml)
    assert [(one.status_code, one.content) for one in answers[1:]] == [(404, b"")] * 2
    assert ET.fromstring(bean.content).findtext("errMsg") == "Article with id PMC2 is not open access one"


def test_europe_pmc_fails_in_its_own_ways(session: requests.Session) -> None:
    with EuropePMC() as fake:
        fake.down.add("fullTextXML")

        def get(query: str, **more: str) -> requests.Response:
            return session.get(f"{fake.endpoint}/search", params={"query": query, "format": "json"} | more)

        assert (get("x", pageSize="1001").status_code, get("x", pageSize="1001").json()["errCode"]) == (200, 404)
        assert get("(x").json()["errCode"] == 404
        assert get("x" * 12_000).status_code == 414
        down = session.get(f"{fake.endpoint}/PMC1/fullTextXML")
        assert (down.status_code, down.headers["Content-Type"], get("x").status_code) == (503, "text/plain", 200)


def test_bioc_is_a_list_or_an_error_with_200(session: requests.Session) -> None:
    with BioC() as fake:
        fake.add("PMC1", pmid="11")
        found = session.get(f"{fake.endpoint}/BioC_json/PMC1/unicode").json()
        by_pmid = session.get(f"{fake.endpoint}/BioC_json/11/unicode").json()
        fake.top = "object"
        bare = session.get(f"{fake.endpoint}/BioC_json/PMC1/unicode").json()
        absent = session.get(f"{fake.endpoint}/BioC_json/PMC2/unicode")
        xml = session.get(f"{fake.endpoint}/BioC_xml/PMC1/unicode")
    assert found == by_pmid == [bare]
    passages = found[0]["documents"][0]["passages"]
    assert [one["infons"]["section_type"] for one in passages] == ["TITLE", "RESULTS"]
    assert passages[1]["offset"] == len(passages[0]["text"].encode()) + 1
    assert (absent.status_code, absent.text[:40]) == (200, "[Error] : No result can be found. <BR><H")
    assert "json" not in absent.headers["Content-Type"]
    assert ET.fromstring(xml.content).findtext("document/id") == "PMC1"


@pytest.fixture
def trials(session: requests.Session) -> Iterator[Trials]:
    with Trials() as fake:
        for n in range(1, 6):
            fake.add(f"NCT0000000{n}", aliases=("NCT00000099",) if n == 1 else (), phases=None if n == 5 else ("PHASE2",))
        yield fake


@pytest.mark.parametrize(("empty_last_page", "pages"), [(False, 3), (True, 4)])
def test_trials_page_by_token_and_count_once(
    session: requests.Session, trials: Trials, empty_last_page: bool, pages: int
) -> None:
    trials.empty_last_page = empty_last_page
    params = {"query.term": "mitochondria", "pageSize": "2", "countTotal": "true"}
    answers = [session.get(f"{trials.endpoint}/studies", params=params).json()]
    while token := answers[-1].get("nextPageToken"):
        answers.append(session.get(f"{trials.endpoint}/studies", params=params | {"pageToken": token}).json())
    found = [one["protocolSection"]["identificationModule"]["nctId"] for page in answers for one in page["studies"]]
    assert (len(answers), sorted(found)) == (pages, sorted(trials.studies))
    assert ["totalCount" in page for page in answers] == [True] + [False] * (pages - 1)


def test_trials_fields_leave_the_rest_out(session: requests.Session, trials: Trials) -> None:
    def asked(fields: str) -> dict[str, Any]:
        params = {"filter.ids": "NCT00000001", "fields": fields}
        return dict(session.get(f"{trials.endpoint}/studies", params=params).json()["studies"][0])

    assert asked("StartDate") == {"protocolSection": {"statusModule": {"startDateStruct": {"date": "2024-05-17"}}}}
    both = asked("NCTId|StartDateStruct|HasResults|LocationCity")
    assert both["protocolSection"]["statusModule"]["startDateStruct"] == {"date": "2024-05-17", "type": "ACTUAL"}
    assert both["protocolSection"]["contactsLocationsModule"] == {"locations": [{"city": "Bergen"}]}
    assert (both["hasResults"], "derivedSection" in both) == (False, False)
    assert asked("ConditionsModule") == asked("protocolSection.conditionsModule")


def test_trials_are_found_by_id_alias_status_and_area(session: requests.Session, trials: Trials) -> None:
    trials.change("NCT00000002", overallStatus="COMPLETED")

    def found(**params: str) -> str:
        asked = {name.replace("_", "."): value for name, value in params.items()} | {"fields": "NCTId"}
        studies = session.get(f"{trials.endpoint}/studies", params=asked).json()["studies"]
        return "".join(sorted(one["protocolSection"]["identificationModule"]["nctId"][-1] for one in studies))

    assert found(filter_ids="nct3,NCT00000099|NCT00000777") == "13"
    assert found(filter_overallStatus="COMPLETED|TERMINATED") == "2"
    assert found(filter_advanced="AREA[Phase]PHASE2 AND AREA[StartDate]RANGE[2024-01-01,MAX]") == "1234"
    assert found(query_intr='"autologous mitochondria"', query_cond="heart") == "12345"
    assert found(query_term="NCT00000004", filter_overallStatus="COMPLETED") == "4"  # nothing but ids: filters are void


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("studies?filter.overallStatus=FOO", 400, "Invalid value in parameter `overallStatus`: `FOO`"),
        ("studies?filter.ids=NCT00000000", 400, "has incorrect format"),
        ("studies?fields=Nonsense", 400, "contains invalid field name"),
        ("studies?query.intr=(x", 400, "Error parsing query in Intervention / treatment: "),
        ("studies?filter.advanced=AREA[Foo]1", 400, "Unknown area name: `Foo`"),
        ("studies?filter.phase=PHASE1", 400, "filter.phase"),
        ("studies?pageToken=@", 400, "pageToken"),
        ("studies/NCT00000000", 400, "has incorrect format"),
        ("studies/NCT00000777", 404, "NCT00000777"),
    ],
)
def test_trials_refuse_in_plain_text(session: requests.Session, trials: Trials, path: str, status: int, text: str) -> None:
    answer = session.get(f"{trials.endpoint}/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain")
    assert text in answer.text


def test_trials_alias_is_a_redirect_on_the_same_host(session: requests.Session, trials: Trials) -> None:
    answer = session.get(f"{trials.endpoint}/studies/NCT00000099", params={"fields": "NCTId"})
    assert [one.status_code for one in answer.history] == [301]
    assert answer.json() == {"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}


def test_trials_change_between_calls(session: requests.Session, trials: Trials) -> None:
    def status() -> str:
        study = session.get(f"{trials.endpoint}/studies/NCT00000003").json()
        return str(study["protocolSection"]["statusModule"]["overallStatus"])

    def stamp() -> str:
        return str(session.get(f"{trials.endpoint}/version").json()["dataTimestamp"])

    before = stamp()
    trials.after(1, lambda: trials.change("NCT00000003", overallStatus="SUSPENDED", completionDateStruct={"date": "2027"}))
    assert [status(), status()] == ["RECRUITING", "SUSPENDED"]
    assert stamp() > before
    trials.tokens_die = True
    token = session.get(f"{trials.endpoint}/studies", params={"pageSize": "2"}).json()["nextPageToken"]
    trials.remove("NCT00000005")
    assert session.get(f"{trials.endpoint}/studies", params={"pageSize": "2", "pageToken": token}).status_code == 400


def test_trials_dates_may_be_partial_and_without_type(session: requests.Session, trials: Trials) -> None:
    trials.add("NCT00000006", start="2024", primary="2024-05 ESTIMATED", completion="", status="UNKNOWN", phases=("NA",))
    module = session.get(f"{trials.endpoint}/studies/NCT00000006").json()["protocolSection"]["statusModule"]
    assert (module["startDateStruct"], module["primaryCompletionDateStruct"]["date"]) == ({"date": "2024"}, "2024-05")
    assert ("completionDateStruct" in module, module["lastKnownStatus"]) == (False, "RECRUITING")
    observed = session.get(f"{trials.endpoint}/studies/NCT00000005").json()["protocolSection"]["designModule"]
    assert (observed["studyType"], "phases" in observed) == ("OBSERVATIONAL", False)


def test_trials_are_limited_by_the_minute(session: requests.Session) -> None:
    with Trials(per_minute=3) as fake:
        assert [session.get(f"{fake.endpoint}/version").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert fake.busiest_second(60) == 4
