"""Mitochondria given to patients: a trial, also without a registration number, and no animal model."""

from __future__ import annotations

import pytest

from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.studies import is_review
from mitotransfer.document import Article, Event, Head, Passage
from mitotransfer.settings import load as load_settings

GIVEN = "Autologous mitochondria from skeletal muscle were injected into the myocardium."
TREATED = "Five children with myocardial ischemia were treated at Widget Hospital."


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(load_settings().annotate)


def article(*texts: str, title: str = "Mitochondria for the heart", kind: str = "research-article") -> Article:
    passages = [Passage("p0", "title", "front", title)]
    passages += [Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", ("Results",)) for n, text in enumerate(texts, 1)]
    return Article(Head("PMC1", title=title, article_type=kind), tuple(passages))


def tables(events: list[Event]) -> set[str]:
    return {event.table for event in events}


def test_patients_who_were_treated_are_a_trial_without_a_number(resources: Resources) -> None:
    events = prose_events(article(GIVEN, TREATED), resources, {})
    assert tables(events) == {"trials"}
    (trial,) = events
    assert (trial.rule, trial.locator.sentence) == ("prose:trial_unregistered", TREATED)
    assert {role.surface for role in trial.named("location")} == {"Widget Hospital"}
    assert {role.ident for role in trial.named("trial_condition")} == {"disease:cardiac_ischemia"}
    assert not list(trial.named("nct"))


def test_a_number_is_the_trial_and_no_second_one_is_made(resources: Resources) -> None:
    events = prose_events(article(GIVEN, TREATED, "The trial is NCT02851758; mitochondria were injected."), resources, {})
    assert [event.rule for event in events if event.table == "trials"] == ["prose:trial"]
    assert "transplantation" not in tables(events)


def test_an_article_with_animals_is_no_trial(resources: Resources) -> None:
    events = prose_events(article("Pigs received mitochondria.", GIVEN, "Patients were treated elsewhere."), resources, {})
    assert tables(events) == {"transplantation"}


def test_patients_who_gave_samples_only_are_no_trial(resources: Resources) -> None:
    events = prose_events(article(GIVEN, "The heart is an organ of patients."), resources, {})
    assert "trials" not in tables(events)


@pytest.mark.parametrize(
    "title", ["Mitochondria for the heart: a systematic review", "Meta-analysis of mitochondria given to hearts"]
)
def test_a_survey_of_studies_reports_on_others_whatever_its_type(title: str) -> None:
    assert is_review(article(GIVEN, title=title))
    assert not is_review(article(GIVEN))


def trial_roles(events: list[Event]) -> list[dict[str, list[str]]]:
    """The shown values of each trial by role."""
    found = []
    for event in events:
        if event.table == "trials":
            roles: dict[str, list[str]] = {}
            for role in event.roles:
                roles.setdefault(role.name, []).append(role.label or role.surface)
            found.append(roles)
    return found


def test_what_is_given_is_described_with_how_and_where(resources: Resources) -> None:
    text = "We inject autologous mitochondria into the ischemic myocardium of children with heart failure (NCT01234567)."
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert trial["agent"] == ["autologous mitochondria, intramyocardial injection"]


def test_a_named_route_says_more_than_a_way_of_giving(resources: Resources) -> None:
    text = "Autologous mitochondria are given to patients by intracoronary injection (NCT01234567)."
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert trial["agent"] == ["autologous mitochondria, intracoronary injection"]


def test_cells_that_are_loaded_with_mitochondria_are_what_is_given(resources: Resources) -> None:
    text = (
        "Autologous CD34+ cells were enriched with mitochondria of maternal origin and infused into six children (NCT01234567)."
    )
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert trial["agent"] == ["Autologous CD34+ cells augmented with mitochondria, infusion"]
    assert trial["mito_source"] == ["maternal"]


def test_the_patients_own_tissue_is_one_donor(resources: Resources) -> None:
    text = "Autologous mitochondria from biopsies of skeletal muscle of the chest wall were injected into patients (NCT01234567)."
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert trial["mito_source"] == ["autologous chest wall skeletal muscle"]


def test_conditions_are_those_of_the_patients(resources: Resources) -> None:
    texts = ("Sepsis kills many.", "Mitochondria were injected into patients with stroke (NCT01234567).")
    (trial,) = trial_roles(prose_events(article(" ".join(texts)), resources, {}))
    assert trial["trial_condition"] == ["stroke"]


def test_a_registry_is_no_place(resources: Resources) -> None:
    text = "Mitochondria were injected into patients (ClinicalTrials.gov NCT01234567) at Widget Hospital."
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert trial["location"] == ["Widget Hospital"]


def test_own_patients_stand_beside_the_number_of_the_trial_that_came_after(resources: Resources) -> None:
    later = "This paved the way for a registered trial of mitochondria that are injected at Gadget Clinic (NCT01234567)."
    own, other = sorted(trial_roles(prose_events(article(GIVEN, TREATED, later), resources, {})), key=lambda t: "nct" in t)
    assert (own["location"], "nct" in own) == (["Widget Hospital"], False)
    assert (other["location"], other["nct"]) == (["Gadget Clinic"], ["NCT01234567"])


def test_of_several_numbers_only_those_of_mitochondria_that_are_given_are_ours(resources: Resources) -> None:
    text = "In NCT01234567 mitochondria are injected into hearts. Aspirin is tested in NCT07654321."
    found = trial_roles(prose_events(article(text, title="Trials of the heart"), resources, {}))
    assert [trial["nct"] for trial in found] == [["NCT01234567"]]


def test_two_dates_of_one_sentence_are_not_mixed_up(resources: Resources) -> None:
    text = (
        "Mitochondria are injected into patients (NCT01234567). "
        "Primary completion is expected in June 2025 and study completion in December 2026."
    )
    (trial,) = trial_roles(prose_events(article(text), resources, {}))
    assert (trial["primary_completion"], trial["study_completion"]) == (["~2025-06"], ["~2026-12"])
