"""Studies of the trial registry as events: normalised values, dates as far as known, and which of them are about our subject."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.studies import study
from mitotransfer.annotate import Resources, load, registered
from mitotransfer.annotate.registry import gives_mitochondria, trial_event
from mitotransfer.document import Event, Trial, TrialRecord
from mitotransfer.fetch.studies import trial_of
from mitotransfer.settings import load as settings


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(settings().annotate)


def made(title: str = "", nct: str = "NCT00000001", **parts: Any) -> Trial:
    trial = trial_of(study(nct, title, **parts))
    assert trial is not None
    return trial


def values(event: Event, name: str) -> list[str]:
    return [role.label for role in event.named(name)]


def idents(event: Event, name: str) -> list[str]:
    return [role.ident for role in event.named(name)]


def test_a_study_is_an_event(resources: Resources) -> None:
    trial = made(
        "Transplantation of mitochondria in stroke",
        status="NOT_YET_RECRUITING",
        phases=["PHASE1", "PHASE2"],
        start="2024",
        primary="2026-08 ESTIMATED",
        completion="2027-01-31 ACTUAL",
        conditions=["Acute Ischemic Stroke", "A Disease Nobody Knows"],
        interventions=[("PROCEDURE", "Intravenous infusion of autologous mitochondria prepared from the soleus muscle")],
        places=[("First Hospital", "Bergen", "Norway"), ("", "Turku", "Finland")],
    )
    event = trial_event(trial, resources)
    assert (event.kind, event.table, event.source, event.rule) == ("trial", "trials", "registry", "registry:clinicaltrials.gov")
    assert idents(event, "trial_condition") == ["disease:stroke", ""]
    assert values(event, "trial_condition") == ["stroke", "A Disease Nobody Knows"]
    assert idents(event, "agent") == ["agent:autologous_mitochondria"]
    assert idents(event, "route") == ["route:intravenous_injection"]
    assert values(event, "mito_source") == ["autologous soleus muscle"]
    assert values(event, "location") == ["First Hospital, Norway", "Turku, Finland"]
    assert values(event, "status") == ["Not yet recruiting"]
    assert values(event, "phase") == ["1/2"]
    assert values(event, "start") == ["2024"]
    assert values(event, "primary_completion") == ["~2026-08"]
    assert values(event, "study_completion") == ["2027-01-31"]
    assert values(event, "nct") == ["NCT00000001"]
    assert event.locator.sentence.startswith("Transplantation of mitochondria in stroke | Acute Ischemic Stroke | ")
    assert (event.locator.start, event.locator.end) == (0, len(event.locator.sentence))


def test_without_places_the_sponsor_stands(resources: Resources) -> None:
    event = trial_event(made(places=[], sponsor=("Made-up University", "OTHER")), resources)
    assert values(event, "location") == ["Made-up University"]


def test_missing_modules_leave_roles_out(resources: Resources) -> None:
    event = trial_event(Trial("NCT00000001"), resources)
    assert [role.name for role in event.roles] == ["nct"]


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("ACTIVE_NOT_RECRUITING", "Active, not recruiting"),
        ("ENROLLING_BY_INVITATION", "Enrolling by invitation"),
        ("UNKNOWN", "Unknown"),
        ("ON_THE_MOON", "On the moon"),
        ("Newly worded", "Newly worded"),
    ],
)
def test_status(resources: Resources, word: str, shown: str) -> None:
    assert values(trial_event(made(status=word), resources), "status") == [shown]


@pytest.mark.parametrize(
    ("phases", "shown"),
    [
        (["NA"], ["not applicable"]),
        (["EARLY_PHASE1"], ["early 1"]),
        (["PHASE2", "PHASE3"], ["2/3"]),
        (["PHASE9"], ["9"]),
        (None, []),
        ([], []),
    ],
)
def test_phase(resources: Resources, phases: list[str] | None, shown: list[str]) -> None:
    assert values(trial_event(made(phases=phases), resources), "phase") == shown


def test_a_date_that_is_none_is_left_out(resources: Resources) -> None:
    event = trial_event(made(start="soon", primary="", completion="2024-13 ESTIMATED"), resources)
    assert [values(event, name) for name in ("start", "primary_completion", "study_completion")] == [[], [], []]


@pytest.mark.parametrize(
    ("title", "interventions"),
    [
        ("Safety of PN-101 in polymyositis", [("BIOLOGICAL", "PN-101")]),
        ("A trial in the heart", [("BIOLOGICAL", "Mitochondria")]),
        ("A trial in the heart", [("OTHER", "Fresh autologous mitochondria suspension"), ("OTHER", "Placebo")]),
        ("Autologous mitochondrial transplant for cardiogenic shock", []),
        ("Intra-arterial infusion of autologous mitochondria", [("PROCEDURE", "Infusion")]),
        ("Pearson syndrome", [("BIOLOGICAL", "CD34+ cells enriched with blood derived mitochondria")]),
        ("Oocytes", [("PROCEDURE", "Injection of mitochondria from granulosa cells")]),
    ],
)
def test_trials_that_give_mitochondria(resources: Resources, title: str, interventions: list[tuple[str, str]]) -> None:
    trial = made(title, interventions=interventions)
    assert gives_mitochondria(trial, resources)
    assert values(trial_event(trial, resources), "agent")


@pytest.mark.parametrize(
    ("title", "interventions"),
    [
        ("Iron infusion and mitochondrial function", [("DRUG", "Ferric carboxymaltose infusion")]),
        ("Mitochondria and ageing", [("DRUG", "Mitochondria-targeted antioxidant")]),
        ("Muscle energy", [("DIAGNOSTIC_TEST", "Biopsy to count mitochondria")]),
        ("Mitochondrial respiration after heart transplantation", [("BEHAVIORAL", "Exercise")]),
        ("Bone marrow transplantation in mitochondrial disease", [("PROCEDURE", "Transplantation")]),
        ("Mitochondrial replacement therapy", [("PROCEDURE", "Pronuclear transfer")]),
        ("Mitochondrial gene transfer", [("GENETIC", "Vector")]),
        ("Stem cells for mitochondrial myopathy", [("BIOLOGICAL", "Mesenchymal stem cells")]),
    ],
)
def test_trials_about_something_else(resources: Resources, title: str, interventions: list[tuple[str, str]]) -> None:
    assert not gives_mitochondria(made(title, interventions=interventions), resources)


def test_what_it_is_compared_with_is_not_given(resources: Resources) -> None:
    trial = made(
        "A trial", interventions=[("BIOLOGICAL", "Autologous mitochondria"), ("OTHER", "Control: mesenchymal stem cells")]
    )
    assert idents(trial_event(trial, resources), "agent") == ["agent:autologous_mitochondria"]


def test_only_hits_about_it_are_rows_and_the_others_are_counted(resources: Resources) -> None:
    about = made("Mitochondria transplantation", "NCT00000001")
    other = [made("Mitochondrial function", f"NCT{n:08}", interventions=[]) for n in range(2, 14)]
    records = [
        TrialRecord("NCT00000001", "2026-11-20", queries=("q",), trial=about),
        *(TrialRecord(trial.nct, "2026-11-20", queries=("q",), trial=trial) for trial in other),
        TrialRecord("NCT00000020", "2026-11-20", numbers=("NCT00000020",)),
        TrialRecord("NCT00000021", "2026-11-20", numbers=("NCT00000021",), trial=made("Heart failure", interventions=[])),
    ]
    found, problems = registered(records, resources)
    assert [(one.nct, one.own_row, one.event is not None) for one in found] == [
        ("NCT00000001", True, True),
        ("NCT00000020", False, False),  # the registry knows no such trial
        ("NCT00000021", False, True),  # an article says what it is about
    ]
    (problem,) = problems
    assert problem.code == "trials-not-about-it"
    assert problem.message.startswith("12 trials that searches found make no row of their own: neither title nor interventions")
    assert problem.message.endswith("NCT00000011 …)")
