"""What stands of a log of decisions: the last word of each person, and no reconciling of two who disagree."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from made import ROW, decision
from mitotransfer.decisions import Decision, Snapshot, Standing, Verdict, standing


def numbered(*drafts: Decision) -> list[Decision]:
    """Decisions d1, d2, … made a minute after each other."""
    return [
        dataclasses.replace(one, decision_id=f"d{number}", decided_at=f"2026-01-01T10:{number:02}:00+00:00")
        for number, one in enumerate(drafts, 1)
    ]


def stands(*drafts: Decision, snapshots: Sequence[Snapshot] = ()) -> Standing:
    return standing(numbered(*drafts), {one.key: one for one in snapshots})


def on_row(*drafts: Decision, snapshots: Sequence[Snapshot] = ()) -> Verdict:
    return stands(*drafts, snapshots=snapshots).rows[ROW]


def edit(new: str, *, field: str = "cell_type", reviewer: str = "ada") -> Decision:
    return decision("edit", field=field, old="astrocyte", new=new, reviewer=reviewer)


def undo(*what: str, reviewer: str = "ada") -> Decision:
    return decision("undo", replaces="; ".join(what), reviewer=reviewer)


def test_the_last_verdict_of_a_person_counts() -> None:
    assert on_row(decision("accept")).verdict == "accept"
    assert on_row(decision("accept"), decision("reject")).verdict == "reject"
    assert on_row(decision("accept"), decision("reject"), decision("accept")).conflicts == []


def test_edits_stand_beside_an_accept_and_fall_with_a_reject() -> None:
    both = on_row(edit("microglia"), decision("accept"))
    assert (both.verdict, both.edits["cell_type"].new) == ("accept", "microglia")
    assert on_row(edit("microglia"), decision("reject")).edits == {}


def test_a_later_edit_of_the_same_column_counts_others_stay() -> None:
    found = on_row(edit("microglia"), edit("rat", field="species"), edit("neuron"))
    assert {name: one.new for name, one in found.edits.items()} == {"cell_type": "neuron", "species": "rat"}


def test_an_undo_brings_back_what_was_before() -> None:
    assert on_row(decision("accept"), decision("reject"), undo("d2")).verdict == "accept"
    assert stands(decision("accept"), undo("d1")).rows == {}
    assert on_row(decision("accept"), undo("d1"), undo("d2")).verdict == "accept"  # an undo undone


def test_two_people_who_disagree_are_a_conflict_and_nothing_stands() -> None:
    found = on_row(decision("accept"), decision("reject", reviewer="bo"))
    assert (found.verdict, found.edits, found.conflicts) == ("", {}, ["ada: accept, bo: reject"])


def test_two_values_for_one_column_are_a_conflict_the_same_value_is_none() -> None:
    assert on_row(edit("neuron"), edit("microglia", reviewer="bo")).conflicts == [
        "ada: cell_type: 'neuron', bo: cell_type: 'microglia'"
    ]
    assert on_row(edit("neuron"), edit("neuron", reviewer="bo")).edits["cell_type"].new == "neuron"
    assert on_row(edit("neuron"), edit("rat", field="species", reviewer="bo")).conflicts == []


def test_an_accept_of_a_row_without_anothers_correction_is_a_conflict() -> None:
    without = Snapshot("secretion", {"cell_type": "astrocyte"})
    made = Snapshot("secretion", {"cell_type": "neuron"})
    for was, conflicts in ((without, 1), (made, 0)):
        found = on_row(edit("neuron"), decision("accept", reviewer="bo", snapshot=was.key), snapshots=[was])
        assert len(found.conflicts) == conflicts


def test_without_the_row_as_it_was_the_time_tells_whether_the_correction_was_seen() -> None:
    assert on_row(edit("neuron"), decision("accept", reviewer="bo")).conflicts == []
    assert len(on_row(decision("accept", reviewer="bo"), edit("neuron")).conflicts) == 1


def test_a_conflict_is_settled_by_a_decision_that_names_what_it_replaces() -> None:
    drafts = [decision("accept"), decision("reject", reviewer="bo")]
    settled = on_row(*drafts, decision("accept", reviewer="cy", replaces="d2"))
    assert (settled.verdict, settled.conflicts) == ("accept", [])
    again = on_row(*drafts, decision("accept", reviewer="cy", replaces="d2"), undo("d3", reviewer="cy"))
    assert len(again.conflicts) == 1


def test_agreement_of_two_is_no_conflict() -> None:
    found = on_row(decision("accept"), decision("accept", reviewer="bo"))
    assert (found.verdict, found.conflicts) == ("accept", [])


def test_lines_of_evidence_have_verdicts_of_their_own() -> None:
    line = "e" + "5" * 15
    found = stands(decision("accept"), decision("reject", evidence_id=line))
    assert (found.rows[ROW].verdict, found.evidence[line].verdict) == ("accept", "reject")


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (decision("approve"), "'approve' is no decision; allowed: accept, reject"),
        (decision("accept", reviewer=""), "names no reviewer"),
        (decision("accept", table="table1"), "'table1' is no table; allowed: secretion"),
        (decision("accept", row="row 7"), "names neither a row nor a line of evidence"),
        (decision("undo"), "names no decision to undo"),
        (decision("edit", field="confidence", new="1"), "column 'confidence' cannot be edited; allowed: cell_type"),
        (decision("edit", field="negated", new="perhaps"), "'perhaps' in column negated; allowed: true, false"),
        (decision("edit", field="cell_type", new="a; b", new_ids="cell:a"), "1 ids for 2 values"),
        (decision("edit", evidence_id="e" + "5" * 15, field="cell_type", new="x"), "cannot be edited"),
        (decision("add", evidence_id="e" + "5" * 15), "can be accepted or rejected, not 'add'"),
    ],
)
def test_what_cannot_be_followed_is_told_and_passed_over(draft: Decision, fault: str) -> None:
    found = stands(draft)
    assert not found.rows
    assert not found.evidence
    assert [(one.code, one.place) for one in found.problems] == [("bad-decision", "decision 1 of the log")]
    assert fault in found.problems[0].message
