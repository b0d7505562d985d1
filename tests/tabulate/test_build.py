"""Events to output rows: what is joined, counted, shown and named, and that the order of articles does not count."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.document import Annotated, Event, Head, Locator, Role, Status, Study
from mitotransfer.errors import Problem
from mitotransfer.rows import FILES, TABLE_FILES
from mitotransfer.settings import TabulateSettings
from mitotransfer.tabulate.build import content_id
from tabled import build_tables

DONOR = Role("donor", "astrocytes", "cell:astrocyte", label="astrocyte")
RECIPIENT = Role("recipient", "neurons", "cell:neuron", label="neuron")
EFFECT = Role("effect", "ATP", "outcome:atp_production", "increase", "neurons", "ATP production")


def event(*roles: Role, **given: Any) -> Event:
    values = {
        "kind": "secretion",
        "table": "secretion",
        "source": "table",
        "locator": Locator("/article/table/tr[1]", "Table 1", "Astrocytes | Neurons", 0, 20),
        "study": Study("Doe, 2024", "PMC1"),
        "rule": "table:donor",
        "group": "t1 row 1",
        "confidence": 0.9,
    }
    return Event(roles=roles, **values | given)


def article(*events: Event, source: str = "PMC1", status: Status = "ok", **given: Any) -> Annotated:
    head = Head(source, file=f"{source}.xml", pmcid=source, title="T")
    return Annotated(head, events=events, status=status, n_passages=3, n_tables=1, **given)


def build(*articles: Annotated, **settings: Any) -> dict[str, list[Any]]:
    return build_tables(articles, TabulateSettings(**settings)).files


def test_every_file_is_there_even_without_articles() -> None:
    tables = build_tables([], TabulateSettings())
    assert tables.files == {name: [] for name in FILES}
    assert tables.outcomes.total() == 0


def test_every_row_of_a_retracted_article_says_so() -> None:
    retracted, other = article(event(DONOR, RECIPIENT)), article(event(DONOR, RECIPIENT), source="PMC2")
    retracted.head.retracted = True
    rows = build(retracted, other)["table1_secretion.csv"]
    assert {row.source_id: row.retracted for row in rows} == {"PMC1": "true", "PMC2": "false"}


def test_events_of_a_group_make_one_row() -> None:
    effect = event(
        EFFECT, kind="effect", locator=Locator("/article/table/tr[1]/td[3]", "Table 1", "Increased ATP", 0, 13), confidence=0.8
    )
    files = build(article(event(DONOR, RECIPIENT), effect))
    (row,) = files["table1_secretion.csv"]
    assert (row.cell_type, row.cell_type_ids, row.recipient_cell) == ("astrocyte", "cell:astrocyte", "neuron")
    assert (row.biological_effect, row.effect_ids) == ("ATP production ↑", "outcome:atp_production:increase")
    assert (row.source, row.source_id, row.study_pmcid, row.reference) == ("table", "PMC1", "PMC1", "Doe, 2024")
    assert (row.negated, row.hedged, row.confidence, row.review_status) == (
        "false",
        "false",
        "0.87",
        "proposed",
    )  # the mean over values, not events
    assert row.evidence_ids == "; ".join(line.evidence_id for line in files["evidence.csv"])
    assert {line.row_id for line in files["evidence.csv"]} == {row.row_id}


@pytest.mark.parametrize(
    ("role", "shown", "ident"),
    [
        (Role("effect", "x", "outcome:x", "decrease", label="x"), "x ↓", "outcome:x:decrease"),
        (Role("effect", "x", "outcome:x", "change", label="x"), "x ±", "outcome:x:change"),
        (Role("effect", "x", "outcome:x", "none", label="x"), "x =", "outcome:x:none"),
        (Role("effect", "plumage", "", "increase", label="plumage"), "plumage ↑", "outcome:-:increase"),
        (Role("donor", "toad cells", "", label="toad cells"), "toad cells", "-"),
        (Role("donor", "A; B", "", label="A; B"), "A, B", "-"),  # the separator of values inside a value
    ],
)
def test_how_a_value_is_shown(role: Role, shown: str, ident: str) -> None:
    (row,) = build(article(event(role)))["table1_secretion.csv"]
    assert (row.cell_type or row.biological_effect, row.cell_type_ids or row.effect_ids) == (shown, ident)


def test_display_and_ids_have_the_same_number_of_items() -> None:
    roles = (
        DONOR,
        Role("donor", "toad cells", label="toad cells"),
        Role("donor", "Astrocyte", "cell:astrocyte", label="astrocyte"),
    )
    (row,) = build(article(event(*roles)))["table1_secretion.csv"]
    assert (row.cell_type, row.cell_type_ids) == ("astrocyte; toad cells", "cell:astrocyte; -")


def test_same_outcome_in_two_directions_is_two_values() -> None:
    (row,) = build(article(event(EFFECT, msgspec.structs.replace(EFFECT, direction="none"))))["table1_secretion.csv"]
    assert row.effect_ids == "outcome:atp_production:increase; outcome:atp_production:none"


def test_negation_and_doubt_are_kept() -> None:
    (row,) = build(article(event(DONOR, negated=True, negation_cue="not", hedged=True, hedge_cue="may")))["table1_secretion.csv"]
    assert (row.negated, row.hedged) == ("true", "true")
    (line,) = build(article(event(DONOR, negated=True, negation_cue="not", hedged=True, hedge_cue="may")))["evidence.csv"]
    assert (line.negated, line.negation_cue, line.hedged, line.hedge_cue) == ("true", "not", "true", "may")


@pytest.mark.parametrize("table", TABLE_FILES)
def test_events_go_to_their_table(table: str) -> None:
    roles = {
        "secretion": DONOR,
        "transplantation": Role("agent", "m", "agent:x", label="m"),
        "trials": Role("nct", "NCT1", label="NCT1"),
    }
    files = build(article(event(roles[table], table=table, kind="trial" if table == "trials" else "secretion")))
    assert [name for name in TABLE_FILES.values() if files[name]] == [TABLE_FILES[table]]


@pytest.mark.parametrize(("review", "cited_findings", "n_rows"), [(True, False, 1), (False, False, 0), (False, True, 1)])
def test_findings_of_others(review: bool, cited_findings: bool, n_rows: int) -> None:
    cited = event(DONOR, study=Study("Roe, 2001", doi="10.5555/1", cited=True))
    files = build(article(cited, review=review), cited_findings=cited_findings)
    assert len(files["table1_secretion.csv"]) == len(files["evidence.csv"]) == n_rows
    (line,) = files["articles.csv"]
    assert line.status == ("rows" if n_rows else "no_evidence")
    assert bool(line.reason) is not bool(n_rows)


def test_article_without_events_says_why() -> None:
    head = Head("PMC1", file="PMC1.xml", body="withheld")
    (line,) = build(Annotated(head))["articles.csv"]
    assert (line.status, line.reason) == ("no_evidence", "no event found; its body is withheld")
    (line,) = build(article(reason="no mention of mitochondria"))["articles.csv"]
    assert line.reason == "no mention of mitochondria"


@pytest.mark.parametrize("status", ["failed", "not_found", "not_open_access"])
def test_article_that_was_not_read(status: Status) -> None:
    tables = build_tables([article(status=status, reason="why")], TabulateSettings())
    (line,) = tables.files["articles.csv"]
    assert (line.status, line.reason, line.n_rows) == (status, "why", "0")
    assert tables.outcomes == {"failed": 1}


def test_dropped_input_has_a_problem_and_a_line() -> None:
    problem = Problem("x.png", "fetch", "note", "not-an-article", "x.png", "why")
    tables = build_tables([article(source="x.png", status="dropped", problems=(problem,))], TabulateSettings())
    (line,) = tables.files["articles.csv"]
    assert line.status == "no_evidence" and line.reason.startswith("dropped: ")
    assert tables.outcomes == {"dropped": 1}
    assert [line.code for line in tables.files["problems.csv"]] == ["not-an-article"]


def test_article_that_is_there_twice_is_used_once() -> None:
    one, other = article(event(DONOR)), article(event(DONOR))
    other.head.file = "other.xml"
    tables = build_tables([other, one], TabulateSettings())
    assert len(tables.files["table1_secretion.csv"]) == 1
    assert [(line.id, line.status) for line in tables.files["articles.csv"]] == [("PMC1", "rows"), ("PMC1@2", "no_evidence")]
    assert tables.outcomes == {"done": 1, "dropped": 1}
    (problem,) = tables.files["problems.csv"]
    assert problem.code == "duplicate-article" and "PMC1.xml" in problem.message and "other.xml" in problem.message


def test_failed_copy_does_not_hide_the_good_one() -> None:
    files = build(article(status="failed", reason="why"), article(event(DONOR)))
    assert sorted(line.status for line in files["articles.csv"]) == ["failed", "rows"]
    assert len(files["table1_secretion.csv"]) == 1


def test_problem_told_twice_is_written_once() -> None:
    problem = Problem("PMC1", "parse", "warning", "bad-span", "/a", "why")
    assert len(build(article(problems=(problem, problem)))["problems.csv"]) == 1


@settings(deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000))
def test_order_of_articles_does_not_count(seed: int) -> None:
    articles = [article(event(DONOR), event(DONOR, group="2"), source=f"PMC{n}") for n in range(5)]
    articles += [article(source="PMC3", status="failed", reason="why"), article(source="x", status="dropped")]
    expected = build(*articles)
    random.Random(seed).shuffle(articles)
    assert build(*articles) == expected


def test_ids_depend_on_source_place_and_roles_alone() -> None:
    base = event(DONOR)

    def row_id(one: Event, source: str = "PMC1") -> str:
        return str(build(article(one, source=source))["table1_secretion.csv"][0].row_id)

    same = msgspec.structs.replace(base, confidence=0.1, rule="table:other")
    assert row_id(base) == row_id(same)
    others = (
        row_id(base, "PMC2"),
        row_id(msgspec.structs.replace(base, locator=Locator("/article/table/tr[2]", "", "s"))),
        row_id(event(RECIPIENT)),
    )
    assert len({row_id(base), *others}) == 4


def test_arms_of_a_study_that_share_their_first_finding_have_ids_of_their_own() -> None:
    place = Locator("/article/p[1]", "Results", "Astrocytes released mitochondria.", 0, 10)
    other = Role("recipient", "microglia", "cell:microglia", label="microglia")
    first = event(DONOR, source="prose", group="arm 1", locator=place)
    arms = [
        first,
        event(RECIPIENT, kind="uptake", source="prose", group="arm 1", locator=place),
        msgspec.structs.replace(first, group="arm 2"),
        event(other, kind="uptake", source="prose", group="arm 2", locator=place),
    ]
    files = build(article(*arms))
    both = [row.row_id for row in files["table1_secretion.csv"]]
    assert len(set(both)) == 2
    keys = [(line.evidence_id, line.row_id) for line in files["evidence.csv"]]
    assert len(keys) == len(set(keys)) == 4
    assert len({evidence_id for evidence_id, _ in keys}) == 3  # the finding that they share is one


def test_rows_alike_in_everything_are_told_apart_by_number() -> None:
    place = Locator("/article/p[1]", "Results", "Astrocytes released mitochondria.", 0, 10)
    events = [event(DONOR, RECIPIENT, source="prose", group=name, locator=place) for name in ("arm 1", "arm 2")]
    assert len({row.row_id for row in build(article(*events))["table1_secretion.csv"]}) == 2


def test_two_rules_that_find_the_same_make_one_line_of_evidence() -> None:
    found = [event(DONOR, RECIPIENT, rule=rule, confidence=sure) for rule, sure in (("a", 0.7), ("b", 0.9), ("c", 0.8))]
    (line,) = build(article(*found))["evidence.csv"]
    assert (line.rule_id, line.confidence) == ("b", "0.90")


def test_content_id_keeps_parts_apart() -> None:
    assert content_id("r", "ab", "c") != content_id("r", "a", "bc")
    assert len(content_id("r", "\ud800")) == 16  # half a character has no UTF-8 form


def test_roles_in_evidence_cannot_break_its_list() -> None:
    (line,) = build(article(event(Role("donor", "a; b", "cell:x", label="x"), EFFECT)))["evidence.csv"]
    assert line.roles == "donor=a, b<cell:x>; effect=ATP<outcome:atp_production:increase> in neurons"
