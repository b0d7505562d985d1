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
