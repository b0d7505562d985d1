"""What is remembered of the trial registry from run to run: new, unchanged, changed, gone, out of reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from fakes.faults import status
from fakes.trials import Trials
from mitotransfer.document import Change, TrialRecord
from mitotransfer.errors import ConfigError
from mitotransfer.fetch import Registry, ask_registry, read_queries, registry_answers
from mitotransfer.fetch.http import Http, Policy
from mitotransfer.fetch.trials import changes, read_registry
from mitotransfer.settings import load

QUERY = "mitochondria transplantation"
Ask = Callable[..., Counter[str]]


@pytest.fixture
def fake() -> Iterator[Trials]:
    with Trials() as service:
        service.add("NCT00000001")
        service.add("NCT00000002", "Mitochondria transplantation in stroke")
        yield service


@pytest.fixture
def ask(fake: Trials, tmp_path: Path) -> Ask:
    def ask(numbers: Iterable[str] = (), queries: Sequence[str] = (), *, offline: bool = False) -> Counter[str]:
        http = Http("mitotransfer/1.0 (test)", Policy(timeout=5, attempts=2, first_pause=0.01), {}, 10_000_000)
        return ask_registry(numbers, queries, tmp_path, None if offline else Registry(http, fake.endpoint))

    return ask


def records(raw: Path) -> dict[str, TrialRecord]:
    return {record.nct: record for record in read_registry(raw).records}


def told(raw: Path) -> list[str]:
    return [problem.code for problem in read_registry(raw).head.problems]


def backdate(raw: Path, date: str = "2026-01-02") -> None:
    """As if what is remembered had been asked for on that day."""
    lines = [msgspec.structs.replace(record, asked=date) for record in read_registry(raw).records]
    (raw / "registry.jsonl").write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def test_a_line_for_each_trial_by_number(ask: Ask, tmp_path: Path) -> None:
    assert ask(["NCT00000003", "NCT00000001"], [QUERY]) == {"done": 2, "dropped": 1}
    lines = (tmp_path / "registry.jsonl").read_text().splitlines()
    assert [msgspec.json.decode(line)["nct"] for line in lines] == ["NCT00000001", "NCT00000002", "NCT00000003"]
    found = records(tmp_path)
    assert found["NCT00000003"].trial is None
    assert [(one.numbers, one.queries) for one in found.values()] == [
        (("NCT00000001",), (QUERY,)),
        ((), (QUERY,)),
        (("NCT00000003",), ()),
    ]
    assert not told(tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_what_did_not_change_is_not_asked_for_again(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001", "NCT00000007"], [QUERY])
    first = (tmp_path / "registry.jsonl").read_bytes()
    backdate(tmp_path)
    fake.requests.clear()
    ask(["NCT00000001", "NCT00000007"], [QUERY])
    assert [record.route for record in fake.requests] == ["/version"]
    assert (tmp_path / "registry.jsonl").read_bytes() == first  # with today's date again
    fake.requests.clear()
    ask(["NCT00000001", "NCT00000002"], [QUERY, "autologous"])
    assert len(fake.requests) == 2  # a trial that a search has brought need not be asked for; the new search is
    assert "NCT00000007" not in records(tmp_path)


def test_a_changed_trial_is_said_to_have_changed_once(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"])
    backdate(tmp_path)
    fake.change("NCT00000001", overallStatus="COMPLETED", completionDateStruct={"date": "2026-11-03", "type": "ACTUAL"})
    ask(["NCT00000001"])
    record = records(tmp_path)["NCT00000001"]
    assert record.since == "2026-01-02"
    assert record.changes == (
        Change("status", "RECRUITING", "COMPLETED"),
        Change("study_completion", "2026-12 (estimated)", "2026-11-03 (actual)"),
    )
    (problem,) = changes([record])
    assert (problem.source, problem.severity, problem.code) == ("NCT00000001", "note", "trial-changed")
    assert "since 2026-01-02: status: RECRUITING → COMPLETED; study_completion: " in problem.message
    fake.refresh()
    ask(["NCT00000001"])
    assert records(tmp_path)["NCT00000001"].changes == ()


def test_lists_and_what_is_new_or_gone_are_told_in_words(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"])
    fake.change("NCT00000001", "designModule", phases=["PHASE1", "PHASE2"])
    fake.change("NCT00000001", "contactsLocationsModule", locations=None)
    fake.change("NCT00000001", lastUpdatePostDateStruct={"date": "2026-09-09"})
    ask(["NCT00000001"])
    assert records(tmp_path)["NCT00000001"].changes == (
        Change("phases", "PHASE1", "PHASE1; PHASE2"),
        Change("sites", "Made-up Hospital, Bergen, Norway", ""),
    )


def test_a_trial_that_is_taken_out_is_told(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"], [QUERY])
    fake.remove("NCT00000001")
    ask(["NCT00000001"], [QUERY])
    record = records(tmp_path)["NCT00000001"]
    assert (record.trial, record.queries) == (None, ())
    assert record.changes[0].field == "study"


def test_a_trial_that_gets_another_number_keeps_its_history(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"])
    fake.remove("NCT00000001")
    fake.add("NCT00000009", "Mitochondria transplantation, study NCT00000001", status="COMPLETED", aliases=["NCT00000001"])
    ask(["NCT00000001"])
    (record,) = read_registry(tmp_path).records
    assert (record.nct, record.numbers) == ("NCT00000009", ("NCT00000001",))
    assert Change("status", "RECRUITING", "COMPLETED") in record.changes


def test_a_hit_that_is_no_hit_any_more_goes(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask([], [QUERY, "stroke"])
    fake.remove("NCT00000001")
    ask([], [QUERY, "stroke"])
    assert records(tmp_path).keys() == {"NCT00000002"}
    ask([], ["stroke"])
    assert records(tmp_path)["NCT00000002"].queries == ("stroke",)


def test_no_number_at_all_is_asked_of_nobody(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    """The registry refuses NCT00000000, and with it all that is asked for together."""
    assert ask(["NCT00000000", "NCT00000001"]) == {"done": 1, "dropped": 1}
    assert not any("NCT00000000" in record.target for record in fake.requests)


@pytest.mark.parametrize(
    ("code", "said", "requests"),
    [(403, "registry-refused", 1), (500, "registry-unreachable", 2), (404, "registry-unreachable", 2)],
)
def test_out_of_reach_is_told_once(fake: Trials, ask: Ask, tmp_path: Path, code: int, said: str, requests: int) -> None:
    ask(["NCT00000001"], [QUERY])
    before = records(tmp_path)
    backdate(tmp_path)
    fake.requests.clear()
    fake.refresh()
    fake.plan.on(r".", status(code))
    assert ask(["NCT00000001", "NCT00000005"], [QUERY]) == {"done": 2, "dropped": 1}
    assert told(tmp_path) == [said]
    assert len(fake.requests) == requests
    after = records(tmp_path)
    assert {nct: one.trial for nct, one in after.items()} == {nct: one.trial for nct, one in before.items()}
    assert {one.asked for one in after.values()} == {"2026-01-02"}
    fake.plan.clear()
    assert ask(["NCT00000001", "NCT00000005"], [QUERY]) == {"done": 2, "dropped": 1}  # now it is known that there is none
    assert told(tmp_path) == []
    assert "2026-01-02" not in {one.asked for one in records(tmp_path).values()}


def test_a_failure_half_way_keeps_what_came(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    fake.plan.on(r"query.term", status(503))
    assert ask(["NCT00000001"], [QUERY]) == {"done": 1, "dropped": 0}
    assert told(tmp_path) == ["registry-unreachable"]
    fake.plan.clear()
    assert ask(["NCT00000001"], [QUERY]) == {"done": 2, "dropped": 0}


def test_a_refused_search_does_not_stop_the_others(ask: Ask, tmp_path: Path) -> None:
    assert ask([], ["(broken", "stroke"]) == {"done": 1, "dropped": 0}
    (problem,) = read_registry(tmp_path).head.problems
    assert problem.code == "registry-bad-request"
    assert "Error parsing query" in problem.message


def test_offline_gives_what_is_remembered(fake: Trials, ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"], [QUERY])
    kept = (tmp_path / "registry.jsonl").read_bytes()
    fake.requests.clear()
    assert ask(["NCT00000001"], [QUERY], offline=True) == {"done": 2, "dropped": 0}
    assert (tmp_path / "registry.jsonl").read_bytes() == kept
    assert ask(["NCT00000001", "NCT00000004"], [QUERY], offline=True) == {"done": 2, "dropped": 1}
    assert told(tmp_path) == ["registry-offline"]
    assert not fake.requests


def test_damaged_memory_is_told_and_asked_for_again(ask: Ask, tmp_path: Path) -> None:
    ask(["NCT00000001"], [QUERY])
    path = tmp_path / "registry.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    found = read_registry(tmp_path)
    assert [one.nct for one in found.records] == ["NCT00000001"]
    assert [problem.code for problem in found.head.problems] == ["registry-damaged"]
    ask(["NCT00000001"], [QUERY])
    assert records(tmp_path).keys() == {"NCT00000001", "NCT00000002"}
    assert told(tmp_path) == []


def test_nothing_there_is_nothing_known(tmp_path: Path) -> None:
    assert read_registry(tmp_path).records == []
    with pytest.raises(ConfigError, match="run the registry stage first"):
        registry_answers(tmp_path)


def test_queries_are_lines_without_comments(tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("\ufeff# all\r\n one  two # why\r\n\r\none two\nthree\n", encoding="utf-8")
    assert read_queries(path) == ["one two", "three"]
    with pytest.raises(ConfigError, match="cannot be read"):
        read_queries(tmp_path / "none.txt")


def test_shipped_queries() -> None:
    settings = load()
    found = read_queries(settings.file(settings.fetch.registry_queries))
    assert {"mitochondria transplantation", "mitochondria injection"} <= set(found)
