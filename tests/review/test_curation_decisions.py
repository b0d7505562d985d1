"""What is done on the review page stands in the log at once, is told to other tabs, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curated import Visitor, desk, line, line_id, row_id, secretion, tables, visitor, written
from mitotransfer.decisions import Decision, Log
from mitotransfer.decisions.log import DECISIONS


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return written(tmp_path / "out")


@pytest.fixture
def page(out: Path) -> Iterator[Visitor]:
    yield visitor(out)


def log(out: Path) -> tuple[Decision, ...]:
    """The log as another program reads it."""
    return Log(out / DECISIONS).read()


def cell(row: Any, name: str) -> str:
    values = next(field for field in row["fields"] if field["name"] == name)["values"]
    return "; ".join(" ".join(filter(None, (value["text"], value.get("arrow")))) for value in values)


def test_accepting_is_in_the_log_with_the_row_as_it_was_seen(out: Path, page: Visitor) -> None:
    assert page.decide(1, "accept")["status"] == "accepted"
    (one,) = log(out)
    assert (one.decision, one.reviewer, one.table, one.row_id, one.source_id) == (
        "accept",
        "ada",
        "secretion",
        row_id(1),
        "PMC999001",
    )
    seen = desk(out).snapshots.read()[one.snapshot]
    assert seen.row["mechanism"] == "tunneling nanotube; CD38"
    assert [part["evidence_id"] for part in seen.evidence] == [line_id(1), line_id(2), line_id(3)]


def test_rejecting_and_noting(out: Path, page: Visitor) -> None:
    row = page.decide(2, "reject", note="about vesicles")
    assert row["status"] == "rejected"
    row = page.decide(2, "note", note="asked the authors")
    assert [note["note"] for note in row["notes"]] == ["about vesicles", "asked the authors"]
    assert [one.decision for one in log(out)] == ["reject", "note"]


def test_an_edit_gets_its_ids_from_the_vocabulary_and_keeps_known_ones(out: Path, page: Visitor) -> None:
    row = page.decide(1, "edit", field="mechanism", value=" tunneling nanotube ;connexin 43; a new thing;connexin 43 ")
    assert cell(row, "mechanism") == "tunneling nanotube; connexin 43; a new thing"
    assert row["status"] == "edited"
    (one,) = log(out)
    assert (one.old, one.new) == ("tunneling nanotube; CD38", "tunneling nanotube; connexin 43; a new thing")
    assert one.new_ids == "mechanism:tunneling_nanotube; mechanism:connexin_43; -"


def test_an_edit_of_effects_keeps_directions(out: Path, page: Visitor) -> None:
    page.decide(1, "edit", field="biological_effect", value="ATP production ↓; dance ↓")
    assert log(out)[0].new_ids == "outcome:atp_production:decrease; outcome:-:decrease"


def test_emptying_a_column_empties_its_ids(out: Path, page: Visitor) -> None:
    row = page.decide(1, "edit", field="mechanism", value="")
    assert cell(row, "mechanism") == ""
    assert page.room.catalogue.entries[row_id(1)].row.mechanism_ids == ""


def test_a_value_like_a_formula_is_kept_and_harmless_in_the_log(out: Path, page: Visitor) -> None:
    formula = '=HYPERLINK("http://bad.example","x")'
    assert cell(page.decide(1, "edit", field="reference", value=formula), "reference") == formula
    assert "'=HYPERLINK" in (out / DECISIONS).read_text(encoding="utf-8")
    assert log(out)[0].new == formula


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"decision": "edit", "field": "row_id", "value": "x"}, "cannot be edited"),
        ({"decision": "edit", "field": "hedged", "value": "perhaps"}, "allowed: true, false"),
        ({"decision": "edit", "field": "mechanism", "value": "tunneling nanotube; CD38"}, "stands there already"),
        ({"decision": "accept", "evidence": "e" + "f" * 15}, "not behind the row"),
        ({"decision": "edit", "evidence": line_id(1), "field": "dose", "value": "x"}, "cannot be edited"),
        ({"decision": "accept", "settle": "bob"}, "nobody disagrees"),
        ({"decision": "undo"}, "not understood"),
        ({"decision": "accept", "more": "x"}, "not understood"),
        ({"decision": "accept", "row": "r1"}, "not there any more"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(out: Path, page: Visitor, action: dict[str, str], said: str) -> None:
    status, answer = page.post("decide", **{"row": row_id(1), "last_seen": "", **action})
    assert status == 400
    assert said in answer["error"]
    assert not log(out)


def test_a_tab_that_has_not_seen_the_last_decision_saves_nothing(out: Path, page: Visitor) -> None:
    stale = page.row(1)["last"]
    page.decide(1, "reject")
    status, answer = page.post("decide", row=row_id(1), last_seen=stale, decision="accept")
    assert status == 409
    assert (answer["row"]["status"], answer["since"]) == ("rejected", ["ada: rejected"])
    assert [one.decision for one in log(out)] == ["reject"]
    assert page.decide(1, "accept")["status"] == "accepted"


def test_two_servers_on_one_log_do_not_overwrite_each_other(out: Path, page: Visitor) -> None:
    other = visitor(out, "bob")
    seen = page.row(1)["last"]
    other.decide(1, "reject")
    status, answer = page.post("decide", row=row_id(1), last_seen=seen, decision="accept")
    assert (status, answer["since"]) == (409, ["bob: rejected"])


def test_other_tabs_learn_what_has_changed(out: Path, page: Visitor) -> None:
    before = page.get("changes", since="0")[1]["version"]
    assert page.get("changes", since=str(before))[1]["rows"] == []
    visitor(out, "bob").decide(2, "accept")
    answer = page.get("changes", since=str(before))[1]
    assert answer["rows"] == [row_id(2)]
    assert page.row(2)["status"] == "accepted"


def test_undo_takes_back_ones_own_decisions_one_after_the_other(out: Path, page: Visitor) -> None:
    visitor(out, "bob").decide(3, "accept")
    page.decide(1, "accept")
    page.decide(2, "edit", field="species", value="rat")
    undone = []
    while last := page.get("changes", since="0")[1]["undo"]:
        status, answer = page.post("undo", decision=last["id"])
        assert status == 200
        undone.append((answer["row"]["id"], answer["row"]["status"]))
    assert undone == [(row_id(2), "proposed"), (row_id(1), "proposed")]
    assert page.row(3)["status"] == "accepted"
    assert [one.decision for one in log(out)] == ["accept", "accept", "edit", "undo", "undo"]
    assert [one["gone"] for one in page.row(1)["history"]] == ["withdrawn", ""]


def test_undo_of_a_second_edit_brings_the_first_back(page: Visitor) -> None:
    page.decide(1, "edit", field="species", value="rat")
    page.decide(1, "edit", field="species", value="mouse")
    last = page.get("changes", since="0")[1]["undo"]["id"]
    assert cell(page.post("undo", decision=last)[1]["row"], "species") == "rat"


def test_undo_of_what_is_no_longer_the_last_is_refused(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    first = page.get("changes", since="0")[1]["undo"]["id"]
    page.decide(2, "accept")
    status, answer = page.post("undo", decision=first)
    assert (status, answer["undo"]["row"]) == (409, row_id(2))
    assert len(log(out)) == 2


def test_rejected_evidence_takes_the_values_along_that_only_it_gives(out: Path, page: Visitor) -> None:
    row = page.decide(1, "reject", evidence=line_id(3))
    assert cell(row, "mechanism") == "tunneling nanotube"
    assert cell(row, "biological_effect") == "dance ↓"
    assert next(field for field in row["fields"] if field["name"] == "mechanism")["dropped"] == ["CD38"]
    assert [(one["decision"], one["by"]) for one in row["evidence"]] == [("", ""), ("", ""), ("reject", "ada")]
    assert page.decide(1, "accept")["status"] == "accepted"
    assert desk(out).snapshots.read()[log(out)[-1].snapshot].row["mechanism"] == "tunneling nanotube"


def test_a_reading_behind_two_rows_is_decided_for_both(tmp_path: Path) -> None:
    files = tables()
    files["evidence.csv"].append(line(3, 2, "CD38 raised ATP.", roles="recipient=microglia<cell:microglia>"))
    page = visitor(written(tmp_path / "both", files))
    page.decide(1, "reject", evidence=line_id(3))
    assert [one["decision"] for one in page.row(2)["evidence"]] == ["", "reject"]
    bob = visitor(tmp_path / "both", "bob")
    bob.decide(2, "accept", evidence=line_id(3))
    page.get("rows")
    for shown in (page, bob, visitor(tmp_path / "both")):  # each way of taking it in comes to the same
        assert [shown.row(number)["evidence"][-1]["conflicts"] for number in (1, 2)] == [["bob: accept, ada: reject"]] * 2
    last = page.get("changes", since="0")[1]["undo"]["id"]
    page.post("undo", decision=last)
    assert [page.row(number)["evidence"][-1]["decision"] for number in (1, 2)] == ["accept", "accept"]


def test_a_row_without_evidence_left_is_rejected(page: Visitor) -> None:
    assert page.decide(2, "reject", evidence=line_id(4))["status"] == "rejected"
    last = page.get("changes", since="0")[1]["undo"]["id"]
    assert page.post("undo", decision=last)[1]["row"]["status"] == "proposed"


def test_a_conflict_is_shown_with_who_said_what_and_settled_by_taking_a_side(out: Path, page: Visitor) -> None:
    visitor(out, "bob").decide(1, "reject")
    row = page.decide(1, "accept")
    assert row["status"] == "conflict"
    assert [(side["who"], side["said"]) for side in row["conflict"]["sides"]] == [
        ("bob", ["rejects the row"]),
        ("ada", ["accepts the row"]),
    ]
    row = page.decide(1, "accept", settle="bob")
    assert (row["status"], row["conflict"]) == ("rejected", None)
    assert log(out)[-1].decision == "reject"
    assert [one["gone"] for one in row["history"]] == ["", "settled otherwise", ""]


def test_two_values_for_a_column_are_settled_for_one_of_them(out: Path, page: Visitor) -> None:
    page.decide(1, "edit", field="species", value="rat")
    row = visitor(out, "bob").decide(1, "edit", field="species", value="mouse")
    assert (row["status"], cell(row, "species")) == ("conflict", "")
    row = visitor(out, "cy").decide(1, "accept", settle="bob")
    assert (row["status"], cell(row, "species"), row["conflict"]) == ("edited", "mouse", None)


def test_an_acceptance_that_had_not_seen_a_correction_is_settled_for_the_correction(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    row = visitor(out, "bob").decide(1, "edit", field="species", value="mouse")
    assert row["status"] == "conflict"
    row = page.decide(1, "accept", settle="bob")
    assert (row["status"], cell(row, "species")) == ("edited", "mouse")


def test_an_acceptance_is_settled_against_the_correction(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    bob = visitor(out, "bob")
    bob.decide(1, "edit", field="species", value="mouse")
    row = bob.decide(1, "accept", settle="ada")
    assert (row["status"], cell(row, "species")) == ("accepted", "")


def test_disagreement_on_evidence_is_settled_by_a_decision_that_overrules(out: Path, page: Visitor) -> None:
    page.decide(1, "reject", evidence=line_id(1))
    bob = visitor(out, "bob")
    assert bob.decide(1, "accept", evidence=line_id(1))["evidence"][0]["conflicts"]
    row = bob.decide(1, "accept", evidence=line_id(1), settle="others")
    assert (row["evidence"][0]["decision"], row["evidence"][0]["conflicts"]) == ("accept", [])


def test_everything_is_as_it_was_after_a_new_start(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    page.decide(2, "reject")
    page.decide(4, "edit", field="tissue", value="lung")
    page.decide(3, "reject", evidence=line_id(5))
    before = [page.row(number) for number in range(1, 6)]
    again = visitor(out)
    assert [again.row(number) for number in range(1, 6)] == before


def test_a_decision_of_a_row_that_has_moved_stands_and_goes_on_under_its_old_id(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    files = tables()
    files["table1_secretion.csv"][0].row_id = row_id(77)
    for one in files["evidence.csv"][:3]:
        one.row_id = row_id(77)
    written(out, files)
    row = page.row(77)
    assert (row["status"], row["flags"]) == ("accepted", ["moved"])
    assert row_id(1) in row["fate"]
    row = page.decide(77, "edit", field="species", value="rat")
    assert {one.row_id for one in log(out)} == {row_id(1)}
    assert visitor(out).row(77)["status"] == "edited"


def test_decisions_whose_row_is_gone_wait_in_a_list_with_what_is_like_them(out: Path, page: Visitor) -> None:
    page.decide(1, "reject")
    page.decide(4, "accept")
    files = tables()
    files["table1_secretion.csv"] = [secretion(8)]
    files["table2_transplantation.csv"] = []
    files["articles.csv"] = files["articles.csv"][:1]
    files["evidence.csv"] = [line(1, 8, "Rat astrocytes passed mitochondria to neurons.")]
    written(out, files)
    status, answer = page.get("waiting")
    assert (status, len(answer["loose"]), answer["waiting"]) == (200, 2, 2)
    by_kind = {one["kind"]: one for one in answer["loose"]}
    assert by_kind["orphaned"]["like"] == row_id(8)
    assert by_kind["orphaned"]["said"][0]["what"] == "rejected"
    assert by_kind["waits"]["source_id"] == "PMC999002"


def test_an_accepted_row_that_is_not_found_any_more_is_still_shown(out: Path, page: Visitor) -> None:
    page.decide(1, "accept")
    files = tables()
    files["table1_secretion.csv"] = files["table1_secretion.csv"][1:]
    files["evidence.csv"] = files["evidence.csv"][3:]
    written(out, files)
    row = page.row(1)
    assert (row["status"], row["flags"]) == ("accepted", ["kept"])
    last = page.get("changes", since="0")[1]["undo"]["id"]
    assert page.post("undo", decision=last)[1]["row"] is None
    assert page.get(f"row/{row_id(1)}")[0] == 404


def test_applying_tells_what_came_of_it(out: Path) -> None:
    page = visitor(out, apply=lambda: ["decisions 1 decided"])
    assert page.post("apply") == (200, {"said": ["decisions 1 decided"], **page.room.state()})
