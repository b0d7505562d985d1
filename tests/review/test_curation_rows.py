"""What the review page shows: filters, order, values, sentences in pieces, suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from curated import ATTACK, FORMULA, Visitor, row_id, secretion, tables, visitor, written


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Visitor]:
    yield visitor(written(tmp_path / "out"))


def found(page: Visitor, **asked: str) -> list[int]:
    status, answer = page.get("rows", **asked)
    assert status == 200, answer
    return [int(ident[1:], 16) for ident in answer["ids"]]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"table": "secretion"}, [1, 2, 3]),
        ({"article": "pmc999002"}, [3, 4]),
        ({"study": "roe"}, [4]),
        ({"study": "10.5555/roe"}, [4]),
        ({"field": "mechanism"}, [1]),
        ({"field": "recipient_cell", "value": "Microglia"}, [2]),
        ({"value": "cd38"}, [1]),
        ({"field": "mechanism", "value": "neuron"}, []),
        ({"rule": "prose:mechanism"}, [1]),
        ({"low": "0.5"}, [1, 3, 4]),
        ({"low": "0.85"}, [4]),
        ({"high": "0.5"}, [2, 5]),
        ({"flags": "negated"}, [2]),
        ({"flags": "negated,hedged"}, [2]),
        ({"flags": "unknown"}, [1, 3]),
        ({"text": "nanotubes"}, [1]),
        ({"text": "microglia NOT"}, [2]),
        ({"text": "NCT01234567"}, [5]),
        ({"text": "<script>"}, [3]),
        ({"status": "open"}, [1, 2, 3, 4, 5]),
        ({"status": "accepted"}, []),
        ({"table": "secretion", "sort": "unsurest"}, [2, 1, 3]),
        ({"table": "secretion", "sort": "article"}, [1, 2, 3]),
        ({"sort": "surest"}, [4, 1, 3, 2, 5]),
        ({"sort": "study"}, [1, 2, 3, 5, 4]),
    ],
)
def test_filters_and_order(page: Visitor, asked: dict[str, str], rows: list[int]) -> None:
    assert found(page, **asked) == rows


def test_filter_by_what_was_decided(page: Visitor) -> None:
    page.decide(1, "accept")
    page.decide(2, "reject")
    page.decide(4, "edit", field="dose", value="10 µg")
    page.decide(3, "note", note="odd")
    assert found(page, status="accepted") == [1]
    assert found(page, status="rejected") == [2]
    assert found(page, status="edited") == [4]
    assert found(page, status="open") == [3, 5]
    assert found(page, status="decided") == [1, 2, 4]
    assert found(page, flags="noted") == [3]
    assert found(page, sort="latest")[:4] == [3, 4, 2, 1]


def test_progress_counts_decisions_under_the_filter_whatever_state_is_shown(page: Visitor) -> None:
    page.decide(1, "accept")
    answer = page.get("rows", table="secretion", status="open")[1]
    assert answer["states"] == {"accepted": 1, "proposed": 2}
    assert len(answer["ids"]) == 2


@pytest.mark.parametrize("asked", [{"table": "none"}, {"status": "x"}, {"sort": "x"}, {"flags": "x"}, {"low": "much"}])
def test_a_filter_that_is_not_understood_is_named(page: Visitor, asked: dict[str, str]) -> None:
    status, answer = page.get("rows", **asked)
    assert status == 400
    assert next(iter(asked)) in answer["error"]


def test_a_sentence_in_pieces_is_the_sentence_with_its_roles_cues_and_signal(page: Visitor) -> None:
    line = page.row(2)["evidence"][0]
    assert "".join(piece[0] for piece in line["pieces"]) == "Astrocytes may not have passed any to microglia."
    roles = {piece[0]: piece[1] for piece in line["pieces"] if piece[1]}
    assert roles == {"Astrocytes": "donor", "may": "doubt", "not": "negation", "passed": "trigger", "microglia": "recipient"}
    assert (line["negated"], line["hedged"]) == ("not", "may")


def test_what_an_article_says_comes_as_text_and_leads_nowhere(page: Visitor) -> None:
    row = page.row(3)
    assert "".join(piece[0] for piece in row["evidence"][0]["pieces"]) == ATTACK
    assert row["fields"][0]["values"] == [{"text": FORMULA, "id": "-"}]
    answer = page.client.get(f"/api/row/{row_id(3)}", base_url=page.base)
    assert answer.mimetype == "application/json"


def test_links_lead_to_the_article_the_study_and_the_registry(page: Visitor) -> None:
    assert [link["url"] for link in page.row(4)["links"]] == [
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC999002",
        "https://doi.org/10.5555/roe.2020",
    ]
    assert page.row(5)["links"][0]["url"] == "https://clinicaltrials.gov/study/NCT01234567"


def test_a_foreign_id_is_no_address(tmp_path: Path) -> None:
    files = tables() | {"table1_secretion.csv": [secretion(1, source_id="javascript:alert(1)")], "evidence.csv": []}
    assert visitor(written(tmp_path / "out", files)).row(1)["links"][0]["url"] == ""


def test_effects_have_their_direction_in_words(page: Visitor) -> None:
    fields = {field["name"]: field["values"] for field in page.row(1)["fields"]}
    directions = {value["text"]: value["direction"] for value in fields["biological_effect"]}
    assert directions == {"ATP production": "increase", "dance": "decrease"}


def test_suggestions_come_from_the_vocabulary_of_the_column(page: Visitor) -> None:
    names = page.get("values", table="secretion", field="mechanism", typed="connexin 4")[1]
    assert names[0]["text"] == "connexin 43"
    assert all(one["id"].startswith(("mechanism:", "uptake:")) for one in names)
    by_synonym = page.get("values", table="secretion", field="cell_type", typed="BMSC")[1]
    assert by_synonym and by_synonym[0]["hint"].startswith("also: ")
    effects = page.get("values", table="secretion", field="biological_effect", typed="atp prod")[1]
    assert effects[0]["id"] == "outcome:atp_production"


def test_a_suggested_name_gets_the_id_it_was_suggested_with(page: Visitor) -> None:
    terms = page.room.terms
    for field, role in (("cell_type", "donor"), ("conditions", "condition"), ("mechanism", "mechanism")):
        for typed in ("a", "in", "cell", "mit"):
            for one in page.get("values", table="secretion", field=field, typed=typed)[1]:
                assert terms.ids(role, one["text"]) == one["id"], (field, one)


def test_columns_without_vocabulary_suggest_what_other_rows_hold(page: Visitor) -> None:
    assert [one["text"] for one in page.get("values", table="trials", field="status", typed="rec")[1]] == ["Recruiting"]
    assert page.get("values", table="trials", field="row_id", typed="")[0] == 400
    assert page.get("values", table="nothing", field="status", typed="")[0] == 400


def test_articles_and_studies_to_filter_by(page: Visitor) -> None:
    assert page.get("names", what="article", typed="999")[1][0] == {"text": "PMC999001", "id": "", "hint": "2 rows"}
    assert [one["text"] for one in page.get("names", what="study", typed="roe")[1]] == ["Roe, 2020"]
