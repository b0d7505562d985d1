"""A whole run over the fake registry: a trial that an article names, one that a search finds, and the runs after it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fakes.faults import status
from fakes.trials import Trials
from mitotransfer import stages
from mitotransfer.cli import main
from mitotransfer.settings import Endpoints, FetchSettings, Limits, Settings
from small import Rows, jats, read, table, tables_of, tables_only

NAMED, FOUND, OTHER = "NCT04000001", "NCT04000002", "NCT04000003"
Run = Callable[..., Path]


@pytest.fixture
def fake() -> Iterator[Trials]:
    with Trials() as service:
        service.add(NAMED, "Autologous mitochondria transplantation in shock", status="COMPLETED", phases=["NA"], start="2021-03")
        service.add(FOUND, "Mitochondria transplantation in stroke", conditions=["Ischemic Stroke"])
        service.add(OTHER, "Mitochondria seen after injection of a dye", interventions=[("BEHAVIORAL", "Talking")])
        yield service


@pytest.fixture
def source(tmp_path: Path) -> Path:
    header = ("Conditions", "Interventions", "Status", "ClinicalTrials.gov identifier")
    body = table(header, ("Cardiogenic shock", "Autologous mitochondria", "Recruiting", NAMED), caption="Clinical trials")
    path = tmp_path / "article.xml"
    path.write_text(jats(body))
    return path


@pytest.fixture
def settings(fake: Trials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where limits are kept: not with those of this machine
    fetch = FetchSettings(
        registry=True,
        sources=(),
        endpoints=Endpoints(registry=fake.endpoint),
        per_second=Limits(registry=1e4),
        attempts=2,
        first_pause=0.01,
    )
    return msgspec.structs.replace(tables_only(), fetch=fetch)


@pytest.fixture
def run(source: Path, tmp_path: Path, settings: Settings) -> Run:
    def run(**fetch: object) -> Path:
        options = msgspec.structs.replace(settings, fetch=msgspec.structs.replace(settings.fetch, **fetch))
        assert stages.run([str(source)], tmp_path / "out", options)
        return tmp_path / "out"

    return run


def codes(out: Path) -> list[str]:
    return [line["code"] for line in read(out / "problems.csv")]


def trials(out: Path) -> Rows:
    return read(out / "table3_trials.csv")


def test_a_named_trial_is_completed_and_a_found_one_added(run: Run) -> None:
    named, found = trials(run())
    assert (named["nct_number"], named["status"], named["phase"]) == (NAMED, "Completed", "not applicable")
    assert (named["start"], named["location"], named["source"]) == ("2021-03", "Made-up Hospital, Norway", "table")
    assert (found["nct_number"], found["source"], found["source_id"], found["conditions"]) == (FOUND, "registry", FOUND, "stroke")
    assert named["registry_checked"] == found["registry_checked"] != ""


def test_what_was_found_and_not_used_is_counted(run: Run) -> None:
    out = run()
    (line,) = read(out / "problems.csv")
    assert line["code"] == "trials-not-about-it"
    assert OTHER in line["message"]
    assert json.loads((out / "metrics.json").read_text())["registry"]["done"] == 3


def test_without_it_nothing_is_asked(run: Run, fake: Trials) -> None:
    (row,) = trials(run(registry=False))
    assert (row["status"], row["registry_checked"]) == ("Recruiting", "")
    assert not fake.requests


def test_two_runs_are_alike_and_the_second_only_asks_whether_the_data_are_new(run: Run, fake: Trials) -> None:
    first = tables_of(run())
    fake.requests.clear()
    assert tables_of(run()) == first
    assert [record.route for record in fake.requests] == ["/version"]
    fake.requests.clear()
    assert tables_of(run(offline=True)) == first
    assert not fake.requests


def test_a_change_is_told_with_its_fields(run: Run, fake: Trials) -> None:
    run()
    fake.change(NAMED, overallStatus="TERMINATED")
    out = run()
    assert trials(out)[0]["status"] == "Terminated"
    (line,) = [line for line in read(out / "problems.csv") if line["code"] == "trial-changed"]
    assert line["source_id"] == NAMED
    assert line["message"].endswith("status: COMPLETED → TERMINATED")


@pytest.mark.parametrize(("code", "said"), [(403, "registry-refused"), (503, "registry-unreachable")])
def test_out_of_reach_the_rows_are_the_articles_own(run: Run, fake: Trials, code: int, said: str) -> None:
    fake.plan.on(r".", status(code))
    out = run()
    (row,) = trials(out)
    assert (row["status"], row["registry_checked"]) == ("Recruiting", "")
    assert codes(out) == [said]


def test_stage_by_stage_from_the_command_line(run: Run, fake: Trials, tmp_path: Path) -> None:
    work = run(registry=False) / "work"
    config = tmp_path / "run.yaml"
    config.write_text("fetch: {per_second: {registry: 10000}}\nannotate: {prose: false}\nnlp: {model: ''}\n")
    commands = (
        ["registry", str(work / "annotated"), "--raw", str(tmp_path / "raw"), "--endpoint", f"registry={fake.endpoint}"],
        ["tabulate", str(work / "annotated"), "--out", str(tmp_path / "tables"), "--registry", str(tmp_path / "raw")],
    )
    for command in commands:
        with pytest.raises(SystemExit) as done:
            main([*command, "--config", str(config)])
        assert not done.value.code
    assert [row["nct_number"] for row in trials(tmp_path / "tables")] == [NAMED, FOUND]
