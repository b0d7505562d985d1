"""Rows of trials with what the registry says: whose values win, what is added, which rows are the registry's own."""

from __future__ import annotations

from typing import Any

from mitotransfer.document import Annotated, Event, Head, Locator, Registered, Role, Study
from mitotransfer.errors import Problem
from mitotransfer.settings import TabulateSettings
from tabled import build_tables

NCT, OTHER = "NCT00000001", "NCT00000002"
AUTOLOGOUS = Role("agent", "autologous mitochondria", "agent:autologous_mitochondria", label="autologous mitochondria")
MITOCHONDRIA = Role("agent", "mitochondria", "secreted_form:mitochondrion", label="mitochondria")


def said(name: str, text: str) -> Role:
    return Role(name, text, label=text)


def event(*roles: Role, nct: str = NCT, source: Any = "prose", **given: Any) -> Event:
    place = Locator("/p[1]", "Methods", f"It is registered as {nct}.", 20, 31)
    return Event("trial", "trials", source, place, Study("Doe, 2024", "PMC1"), (said("nct", nct), *roles), "prose:trial", **given)


def entry(*roles: Role, nct: str = NCT, numbers: tuple[str, ...] = (), own_row: bool = False) -> Registered:
    place = Locator("", "ClinicalTrials.gov", f"Title of {nct}", 0, 20)
    found = Event("trial", "trials", "registry", place, Study(), (said("nct", nct), *roles), "registry:clinicaltrials.gov", nct)
    return Registered(nct, "2026-11-20", numbers, found, own_row)


def article(*events: Event, source: str = "PMC1") -> Annotated:
    return Annotated(Head(source, file=f"{source}.xml", pmcid=source), events=events)


def build(*articles: Annotated, registry: tuple[Registered, ...], told: tuple[Problem, ...] = ()) -> dict[str, list[Any]]:
    return build_tables(articles, TabulateSettings(), registry, told).files


def test_registry_wins_on_what_it_keeps() -> None:
    told = event(
        AUTOLOGOUS,
        said("status", "Recruiting"),
        said("phase", "1"),
        said("start", "~2023"),
        said("location", "A Hospital"),
        said("trial_condition", "shock"),
    )
    known = entry(
        said("status", "Completed"),
        said("start", "2023-05"),
        said("location", "B Hospital, Norway"),
        said("location", "C Clinic, Norway"),
        said("trial_condition", "cardiogenic shock"),
    )
    (row,) = build(article(told), registry=(known,))["table3_trials.csv"]
    assert (row.status, row.start, row.phase) == ("Completed", "2023-05", "1")  # of the phase the registry says nothing
    assert row.location == "B Hospital, Norway; C Clinic, Norway"
    assert row.conditions == "cardiogenic shock"
    assert (row.interventions, row.nct_number, row.registry_checked) == ("autologous mitochondria", NCT, "2026-11-20")
    assert (row.source, row.source_id, row.study_pmcid) == ("prose", "PMC1", "PMC1")


def test_what_is_given_comes_from_both_without_repeats() -> None:
    told = event(AUTOLOGOUS, said("mito_source", "autologous skeletal muscle"))
    other = Role("agent", "PN101", "agent:pn_101", label="PN-101")
    muscle = Role("mito_source", "muscle", "tissue:skeletal_muscle", label="skeletal muscle")
    route = Role("route", "infused", "route:infusion", label="infusion")
    known = entry(MITOCHONDRIA, AUTOLOGOUS, other, muscle, said("mito_source", "allogeneic"), route)
    (row,) = build(article(told), registry=(known,))["table3_trials.csv"]
    assert row.interventions == "autologous mitochondria; PN-101"
    assert row.mitochondria_donor == "autologous skeletal muscle"
    assert row.route_ids == "route:infusion"


def test_a_word_without_entry_fills_what_is_empty() -> None:
    (row,) = build(article(event(AUTOLOGOUS)), registry=(entry(said("mito_source", "autologous")),))["table3_trials.csv"]
    assert row.mitochondria_donor == "autologous"


def test_the_article_says_what_it_said_and_the_registry_is_evidence_too() -> None:
    told = event(AUTOLOGOUS, said("status", "Recruiting"))
    without = build(article(told), registry=())
    files = build(article(told), registry=(entry(said("status", "Completed")),))
    (row,) = files["table3_trials.csv"]
    assert row.row_id == without["table3_trials.csv"][0].row_id
    own, other = files["evidence.csv"]
    assert own == without["evidence.csv"][0]
    assert "status=Recruiting" in own.roles
    assert (other.source_id, other.rule_id, other.row_id) == (NCT, "registry:clinicaltrials.gov", row.row_id)
    assert row.evidence_ids == f"{own.evidence_id}; {other.evidence_id}"


def test_the_registry_is_quoted_where_an_article_may_not_be() -> None:
    files = build_tables([article(event(AUTOLOGOUS))], TabulateSettings(quote="redistributable"), [entry()]).files
    assert [line.sentence for line in files["evidence.csv"]] == ["", f"Title of {NCT}"]


def test_articles_on_one_trial_have_evidence_of_their_own() -> None:
    articles = [article(event(AUTOLOGOUS), source=f"PMC{n}") for n in (1, 2)]
    files = build(*articles, registry=(entry(own_row=True),))
    assert len(files["table3_trials.csv"]) == 2
    assert len({line.evidence_id for line in files["evidence.csv"]}) == len(files["evidence.csv"]) == 4


def test_a_row_of_a_table_is_completed_too() -> None:
    told = event(AUTOLOGOUS, said("status", "Recruiting"), source="table", group="t1 row 1")
    (row,) = build(article(told), registry=(entry(said("status", "Completed")),))["table3_trials.csv"]
    assert (row.status, row.source) == ("Completed", "table")


def test_a_row_of_several_numbers_is_left_alone() -> None:
    told = event(AUTOLOGOUS, said("nct", OTHER), said("status", "Recruiting"), source="table", group="t1 row 1")
    (row,) = build(article(told), registry=(entry(said("status", "Completed")),))["table3_trials.csv"]
    assert (row.status, row.registry_checked) == ("Recruiting", "")


def test_an_old_number_and_the_new_one_are_one_trial() -> None:
    known = entry(said("status", "Completed"), numbers=(NCT, OTHER))
    files = build(article(event(AUTOLOGOUS), event(AUTOLOGOUS, nct=OTHER)), registry=(known,))
    (row,) = files["table3_trials.csv"]
    assert row.nct_number == NCT
    (problem,) = files["problems.csv"]
    assert (problem.source_id, problem.code) == ("PMC1", "trial-renumbered")


def test_a_number_that_nobody_knows_is_told() -> None:
    files = build(article(event(AUTOLOGOUS)), registry=(Registered(NCT, "2026-11-20", (NCT,)),))
    (row,) = files["table3_trials.csv"]
    assert (row.nct_number, row.registry_checked) == (NCT, "2026-11-20")
    (problem,) = files["problems.csv"]
    assert (problem.source_id, problem.severity, problem.code) == ("PMC1", "warning", "no-such-trial")


def test_a_trial_of_the_registry_alone() -> None:
    found = entry(AUTOLOGOUS, said("status", "Completed"), nct=OTHER, own_row=True)
    files = build(article(event(AUTOLOGOUS)), registry=(found, entry(MITOCHONDRIA, own_row=True)))
    first, second = files["table3_trials.csv"]
    assert first.source_id == "PMC1"
    assert (second.source, second.source_id, second.nct_number, second.registry_checked) == (
        "registry",
        OTHER,
        OTHER,
        "2026-11-20",
    )
    assert (second.study_pmcid, second.status, second.interventions) == ("", "Completed", "autologous mitochondria")
    (line,) = [line for line in files["evidence.csv"] if line.row_id == second.row_id]
    assert (line.source_id, second.evidence_ids) == (OTHER, line.evidence_id)
    assert len(files["articles.csv"]) == 1


def test_the_row_of_a_trial_keeps_its_id_when_the_trial_changes() -> None:
    ids = {
        build(registry=(entry(said("status", status), own_row=True),))["table3_trials.csv"][0].row_id
        for status in ("Recruiting", "Completed")
    }
    assert len(ids) == 1


def test_only_trials_are_completed() -> None:
    other = Event(
        "transfer",
        "secretion",
        "prose",
        Locator("/p[2]", "", "Astrocytes gave mitochondria to neurons."),
        Study("Doe, 2024"),
        (said("donor", "astrocyte"), said("recipient", "neuron")),
        "prose:x",
    )
    files = build(article(other), registry=(entry(said("status", "Completed")),))
    assert len(files["table1_secretion.csv"]) == 1
    assert files["table3_trials.csv"] == []


def test_problems_of_the_registry_stage_are_told() -> None:
    problem = Problem("ClinicalTrials.gov", "registry", "warning", "registry-unreachable", "", "no answer")
    (line,) = build(registry=(), told=(problem, problem))["problems.csv"]
    assert (line.source_id, line.code) == ("ClinicalTrials.gov", "registry-unreachable")
