"""Decisions are applied to articles as they pass: the same as when all tables lie in memory, and little is held."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from mitotransfer.decisions import Decision, Desk, Snapshot, apply, rejected_evidence
from mitotransfer.document import Annotated, Event, Head, Locator, Registered, Role, Study
from mitotransfer.rows import FILES, REVIEWED, SecretionRow
from mitotransfer.settings import TabulateSettings, config_root
from mitotransfer.tabulate import Part, decided, parts
from tabled import build_tables

SETTINGS = TabulateSettings()
REGISTERED = [
    Registered(
        nct,
        "2026-11-20",
        (nct,),
        Event(
            "trial", "trials", "registry", Locator("", "", f"Title of {nct}"), Study(), (Role("nct", nct, label=nct),), "registry"
        ),
        own_row=True,
    )
    for nct in ("NCT00000001", "NCT00000002", "NCT00000003")
]


def event(table: Any, place: str, *roles: Role, kind: Any = "secretion") -> Event:
    locator = Locator(place, "Results", f"Sentence at {place}.", 0, 8)
    return Event(kind, table, "table", locator, Study("Doe, 2024"), roles, "table:donor", group=place)


def article(number: int) -> Annotated:
    """Two rows of secretion and one of a trial that the registry knows."""
    found = [
        event(
            "secretion", f"/tr[{n}]", Role("donor", f"cell {n}", label=f"cell {n}"), Role("recipient", "neuron", label="neuron")
        )
        for n in (1, 2)
    ]
    nct = REGISTERED[0].nct
    trial = event("trials", "/tr[3]", Role("nct", nct, label=nct), kind="trial")
    source = f"PMC{number}"
    return Annotated(Head(source, file=f"{source}.xml"), events=(*found, trial))


ARTICLES = [article(number) for number in range(1, 8)]


def build(without: Collection[str]) -> Iterator[Part]:
    return parts(ARTICLES, SETTINGS, REGISTERED, without)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where rows of four articles were decided on: one by its evidence, one that moved, one that is gone, one added by hand."""
    files = build_tables(ARTICLES, SETTINGS, REGISTERED).files
    first, second = (row for row in files["table1_secretion.csv"] if row.source_id == "PMC2")
    line = next(line for line in files["evidence.csv"] if line.source_id == "PMC3")
    alone = files["table3_trials.csv"][-1]
    at = Desk(tmp_path, config_root() / "vocabulary", None, "ada")

    def snapshot(source: str, text: str) -> Snapshot:
        lines = (
            {
                "evidence_id": "e" + "5" * 15,
                "row_id": "r" + "5" * 15,
                "source_id": source,
                "sentence": text,
                "roles": "donor=cell 2<>",
            },
        )
        row = {"source_id": source, "cell_type": "kept", "review_status": "proposed"}
        return Snapshot("secretion", row, lines)

    gone, moved, added = snapshot("PMC5", "No such sentence."), snapshot("PMC6", "Sentence at /tr[2]."), snapshot("PMC99", "")
    at.snapshots.keep([gone, moved, added])

    def decision(kind: str, row_id: str, table: str = "secretion", **given: str) -> Decision:
        return Decision(reviewer="ada", decision=kind, table=table, row_id=row_id, **given)

    at.log.add(
        [
            decision("reject", first.row_id, source_id="PMC2"),
            decision("edit", second.row_id, field="recipient_cell", old="neuron", new="microglia"),  # names no article
            decision("reject", line.row_id, evidence_id=line.evidence_id, source_id="PMC3"),
            decision("accept", "r" + "5" * 15, source_id="PMC5", snapshot=gone.key),
            decision("reject", "r" + "6" * 15, source_id="PMC6", snapshot=moved.key),
            decision("add", "r" + "7" * 15, source_id="PMC99", snapshot=added.key),
            decision("accept", "r" + "8" * 15, source_id="PMC77"),
            decision("accept", alone.row_id, "trials", source_id=alone.source_id),
        ]
    )
    return at


def test_the_same_as_applied_to_all_tables_at_once(desk: Desk) -> None:
    found, snapshots = desk.standing(), desk.snapshots.read()
    rejected = rejected_evidence(build_tables(ARTICLES, SETTINGS, REGISTERED).files, found, snapshots)
    assert rejected
    expected = build_tables(ARTICLES, SETTINGS, REGISTERED, (), rejected).files
    applied = apply(expected, found, snapshots)
    made = decided(build, desk)
    files: dict[str, list[Any]] = {name: [] for name in FILES}
    for part in made.parts:
        for name, rows in part.files.items():
            files[name] += rows
    for name in ("table1_secretion.csv", "table2_transplantation.csv", "table3_trials.csv", "articles.csv"):
        assert files[name] == expected[name], name
    assert {(line.row_id, line.evidence_id, line.decision) for line in files["evidence.csv"]} == {
        (line.row_id, line.evidence_id, line.decision) for line in expected["evidence.csv"]
    }
    assert sorted(map(str, made.problems)) == sorted(map(str, applied.problems))
    states = Counter(row.review_status for name in REVIEWED[:3] for row in files[name])
    assert states == {"proposed": 18, "rejected": 3, "accepted": 3, "edited": 1}


def test_lines_stand_with_their_rows_whatever_was_decided(desk: Desk) -> None:
    """Those of the registry, too, though they name another source than their row."""
    order: list[str] = []
    for part in decided(build, desk).parts:
        order += dict.fromkeys(line.row_id for line in part.files.get("evidence.csv", ()))
    assert len(order) == len(set(order))


def test_proposals_are_left_as_they_were(desk: Desk) -> None:
    decided(build, desk)
    text = (desk.written.proposed / "table1_secretion.csv").read_text()
    assert text.count("proposed") == 14 and "microglia" not in text
    desk.log.path.unlink()
    decided(build, desk)
    assert not desk.written.proposed.exists()


@pytest.mark.parametrize("with_decisions", [False, True])
def test_what_no_decision_is_about_is_not_held(desk: Desk, with_decisions: bool) -> None:
    def many(without: Collection[str]) -> Iterator[Part]:
        return parts((article(number) for number in range(1, 200)), SETTINGS, (), without)

    if not with_decisions:
        desk.log.path.unlink()

    def rows() -> int:
        gc.collect()
        return sum(isinstance(one, SecretionRow) for one in gc.get_objects())

    before = rows()
    held = [rows() - before for number, _ in enumerate(decided(many, desk).parts) if number % 50 == 1]
    assert len(held) == 4 and max(held) < (20 if with_decisions else 5)
