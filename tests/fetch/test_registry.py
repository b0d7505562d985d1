"""The client of the trial registry, against a fake that pages, prunes, renames, throttles and refuses as the real one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from fakes.faults import Fault, html_page, status, truncated
from fakes.trials import Trials
from fakes.wire import Answer, as_json
from mitotransfer.document import Intervention, Site, TrialDate
from mitotransfer.fetch import Registry
from mitotransfer.fetch.http import FetchError, Http, Policy
from mitotransfer.fetch.limits import Limiter
from mitotransfer.fetch.studies import FIELDS, trial_of

_folders = count()


@pytest.fixture
def fake() -> Iterator[Trials]:
    with Trials() as service:
        yield service


@pytest.fixture
def client(fake: Trials, tmp_path: Path) -> Callable[..., Registry]:
    def client(page_size: int = 200, per_second: float = 1e4) -> Registry:
        limiter = Limiter("registry", per_second, tmp_path / str(next(_folders)))
        policy = Policy(timeout=5, attempts=3, first_pause=0.01)
        return Registry(Http("mitotransfer/1.0 (test)", policy, {"registry": limiter}, 10_000_000), fake.endpoint, page_size)

    return client


def numbers(n: int) -> list[str]:
    return [f"NCT{9_000_000 + i:08}" for i in range(n)]


def asked(fake: Trials, what: str) -> int:
    return sum(what in record.target for record in fake.requests)


# -- by number -------------------------------------------------------------------------------------------------------


def test_numbers_in_batches(fake: Trials, client: Callable[..., Registry]) -> None:
    for nct in numbers(230):
        fake.add(nct)
    found = dict(client().studies(numbers(230)))
    assert list(found) == numbers(230)
    assert all(trial is not None and trial.nct == nct for nct, trial in found.items())
    assert len(fake.requests) == 3


def test_only_what_is_read_is_asked_for(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.add("NCT00000001")
    list(client().studies(["NCT00000001"]))
    assert fake.requests[0].first("fields") == FIELDS[0]
    assert "BriefSummary" not in FIELDS[0]


def test_unknown_number_is_no_study(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.add("NCT00000001")
    found = dict(client().studies(["NCT00000001", "NCT00000002"]))
    assert found["NCT00000001"] is not None
    assert found["NCT00000002"] is None
    assert fake.requests[-1].path.endswith("/studies/NCT00000002")


def test_an_alias_is_the_study_under_its_new_number(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.add("NCT00000009", aliases=["NCT00000001"])
    ((number, trial),) = client().studies(["NCT00000001"])
    assert (number, trial and trial.nct) == ("NCT00000001", "NCT00000009")
    assert len(fake.requests) == 1


def test_an_alias_that_the_list_does_not_tell_is_found_by_redirect(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.add("NCT00000009", aliases=["NCT00000001"])
    fake.plan.on(r"/studies\?", Fault("empty", change=lambda _: as_json({"studies": []})))
    ((_, trial),) = client().studies(["NCT00000001"])
    assert trial is not None
    assert trial.nct == "NCT00000009"
    assert [record.status for record in fake.requests] == [200, 301, 200]


@pytest.mark.parametrize("names", [("StartDateStruct",), ("StartDateStruct", "StartDateType")])
def test_refused_field_names_are_replaced(fake: Trials, client: Callable[..., Registry], names: tuple[str, ...]) -> None:
    """Clients disagree whether names of structs are taken; leaves are, and without names all comes."""
    fake.add("NCT00000001", start="2024-05 ESTIMATED")
    for name in names:
        body = f"Parameter `fields` contains invalid field name `{name}`".encode()
        fake.plan.on(rf"fields=.*{name}", status(400, body=body))
    registry = client()
    for _ in range(2):
        ((_, trial),) = registry.studies(["NCT00000001"])
        assert trial is not None
        assert trial.start == TrialDate("2024-05", "ESTIMATED")
    assert [record.status for record in fake.requests] == [400] * len(names) + [200, 200]


# -- by search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty_last_page", [False, True])
def test_search_is_paged_to_its_end(fake: Trials, client: Callable[..., Registry], empty_last_page: bool) -> None:
    for nct in numbers(10):
        fake.add(nct)
    fake.add("NCT00000001", "Something else", summary="nothing", interventions=[("DRUG", "Aspirin")])
    fake.empty_last_page = empty_last_page
    found = [trial.nct for trial in client(page_size=4).search("mitochondria transplantation")]
    assert sorted(found) == numbers(10)
    assert [record.first("countTotal") for record in fake.requests][:2] == ["true", ""]
    assert len(fake.requests) == 3 + empty_last_page


def test_an_empty_page_in_the_middle_is_no_end(fake: Trials, client: Callable[..., Registry]) -> None:
    for nct in numbers(4):
        fake.add(nct)
    fake.plan.on(r"pageToken", Fault("empty", change=lambda answer: _without_studies(answer.body)), attempts=[1], shared=True)
    found = []
    with pytest.raises(FetchError, match="gave 3 of 4 studies") as told:  # what the empty page held back is missed, and told
        found.extend(client(page_size=1).search("mitochondria"))
    assert told.value.code == "incomplete"
    assert len(found) == 3
    assert len(fake.requests) == 4


def _without_studies(body: bytes) -> Answer:
    token = body.partition(b'"nextPageToken"')[2].split(b'"')[1].decode()
    return as_json({"studies": [], "nextPageToken": token})


def test_a_token_that_dies_starts_again_and_nothing_comes_twice(fake: Trials, client: Callable[..., Registry]) -> None:
    for nct in numbers(9):
        fake.add(nct)
    fake.tokens_die = True
    fake.after(2, fake.refresh)  # the data are refreshed between the second and the third page
    found = [trial.nct for trial in client(page_size=3).search("mitochondria")]
    assert sorted(found) == numbers(9)
    assert [record.status for record in fake.requests] == [200, 200, 400, 200, 200, 200]


def test_tokens_that_always_die_are_told(fake: Trials, client: Callable[..., Registry]) -> None:
    for nct in numbers(4):
        fake.add(nct)
    fake.plan.on(r"pageToken", status(400, body=b"Invalid value in parameter `pageToken`"))
    found = []
    with pytest.raises(FetchError, match="could not be paged") as told:
        found.extend(client(page_size=2).search("mitochondria"))
    assert told.value.code == "paging"
    assert asked(fake, "pageToken") == 4


def test_a_token_that_leads_back_is_no_endless_loop(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.plan.on(r"/studies", Fault("circle", change=lambda _: as_json({"studies": [], "nextPageToken": "again"})))
    with pytest.raises(FetchError, match="in a circle"):
        list(client().search("mitochondria"))
    assert len(fake.requests) == 2


# -- refusals and failures -------------------------------------------------------------------------------------------


def test_400_shows_the_body_and_is_not_repeated(fake: Trials, client: Callable[..., Registry]) -> None:
    with pytest.raises(FetchError, match=r"Error parsing query in Other terms: unbalanced parentheses") as told:
        list(client().search("(mitochondria"))
    assert told.value.code == "bad-request"
    assert len(fake.requests) == 1


def test_403_is_final(fake: Trials, client: Callable[..., Registry]) -> None:
    fake.plan.on(r".", status(403, body=b"Forbidden"))
    with pytest.raises(FetchError, match="refused") as told:
        client().timestamp()
    assert told.value.code == "refused"
    assert len(fake.requests) == 1


@pytest.mark.parametrize("fault", [status(503), html_page(), truncated(0.5)], ids=lambda f: f.name)
def test_what_passes_is_waited_for(fake: Trials, client: Callable[..., Registry], fault: Fault) -> None:
    fake.add("NCT00000001")
    fake.plan.on(r"/studies", fault, times=1)
    ((_, trial),) = client().studies(["NCT00000001"])
    assert trial is not None
    assert len(fake.requests) == 2


def test_no_more_than_forty_a_minute(fake: Trials, client: Callable[..., Registry]) -> None:
    """The minute is a third of a second here."""
    registry = client(per_second=120)
    for _ in range(60):
        registry.timestamp()
    assert 20 < fake.busiest_second(1 / 3) <= 40


def test_version_tells_of_when_the_data_are(fake: Trials, client: Callable[..., Registry]) -> None:
    registry = client()
    assert registry.timestamp() == "2026-06-16T09:00:05"
    fake.refresh()
    assert registry.timestamp() == "2026-06-17T09:00:05"
    fake.plan.on(r"/version", status(404))
    assert registry.timestamp() == ""


# -- what is made of a study -----------------------------------------------------------------------------------------


def test_a_whole_study(fake: Trials) -> None:
    made = fake.add(
        "NCT00000001",
        "Title",
        status="UNKNOWN",
        phases=["PHASE1", "PHASE2"],
        start="2024",
        primary="2024-05 ACTUAL",
        completion="2024-05-17 ESTIMATED",
        sponsor=("Sponsor", "OTHER"),
        has_results=True,
    )
    trial = trial_of(made)
    assert trial is not None
    assert (trial.title, trial.status, trial.phases, trial.sponsor) == ("Title", "UNKNOWN", ("PHASE1", "PHASE2"), "Sponsor")
    dates = (trial.start, trial.primary_completion, trial.study_completion)
    assert dates == (TrialDate("2024", ""), TrialDate("2024-05", "ACTUAL"), TrialDate("2024-05-17", "ESTIMATED"))
    assert trial.interventions == (Intervention("BIOLOGICAL", "Autologous mitochondria", "Autologous mitochondria, once"),)
    assert trial.sites == (Site("Made-up Hospital", "Bergen", "Norway"),)
    assert trial.has_results is True


def test_missing_modules_are_not_stated() -> None:
    trial = trial_of({"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}})
    assert trial is not None
    assert (trial.title, trial.phases, trial.sites, trial.start) == ("", (), (), TrialDate())


@pytest.mark.parametrize("study", [None, [], {}, {"protocolSection": []}, {"protocolSection": {"identificationModule": {}}}])
def test_what_has_no_number_is_no_study(study: object) -> None:
    assert trial_of(study) is None


def test_values_of_another_form_are_not_stated() -> None:
    modules = {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": 7, "nctIdAliases": "NCT00000002"},
        "statusModule": {"overallStatus": "BRAND_NEW", "startDateStruct": "2024"},
        "designModule": {"phases": ["PHASE5", None]},
        "armsInterventionsModule": {"interventions": [None, {"type": "RAY"}, {"name": "A", "otherNames": [1, "B"]}]},
        "contactsLocationsModule": {"locations": [{}, "here", {"city": "Oslo"}]},
    }
    trial = trial_of({"protocolSection": modules, "hasResults": "yes"})
    assert trial is not None
    assert (trial.title, trial.aliases, trial.status, trial.phases) == ("", (), "BRAND_NEW", ("PHASE5",))
    assert (trial.interventions, trial.sites) == ((Intervention("", "A", "", ("B",)),), (Site("", "Oslo", ""),))
    assert trial.has_results is False
