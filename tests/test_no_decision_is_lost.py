"""Whatever is decided and however the article changes: each decision is applied, or told with its row."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mitotransfer import stages
from mitotransfer.decisions import Decision, Snapshot
from small import jats, read, run, table, tables_only

HEADER = ("Donor cells", "Released form", "Recipient", "Outcome", "Reference")
DONORS = ("Astrocyte (mouse)", "Platelet (human)", "Hepatocyte (rat)", "Mesenchymal stem cell (human)", "Microglia (mouse)")
FORMS = ("Extracellular vesicles", "Free mitochondria", "Exosomes", "Microvesicles")
RECIPIENTS = ("Neuron", "Macrophage", "Cardiomyocyte", "Fibroblast")
OUTCOMES = ("Increased survival", "Reduced apoptosis", "Increased ATP", "Reduced fibrosis")
TABLE = "table1_secretion.csv"
REVIEWERS = ("ada", "bo")


def rows_of(rng: random.Random, count: int) -> list[tuple[str, ...]]:
    columns = (DONORS, FORMS, RECIPIENTS, OUTCOMES)
    return [(*(rng.choice(column) for column in columns), f"Author{number} et al., 20{number:02}") for number in range(count)]


def changed(rng: random.Random, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A new version of the article: rows go, come, move and say something else."""
    found = [row for row in rows if rng.random() > 0.2]
    for number, row in enumerate(found):
        if rng.random() < 0.3:
            column = rng.randrange(4)
            found[number] = (*row[:column], rng.choice((DONORS, FORMS, RECIPIENTS, OUTCOMES)[column]), *row[column + 1 :])
    rng.shuffle(found)
    return found + rows_of(rng, 1)


def decide(rng: random.Random, out: Path) -> None:
    desk = stages.desk(out, tables_only())
    lines = read(out / "evidence.csv")
    for row in read(out / TABLE):
        kind = rng.choice(("accept", "reject", "edit", ""))
        if not kind or row["review_status"] != "proposed":
            continue
        new = {"recipient_cell": "B cell", "recipient_cell_ids": "cell:b_cell"} if kind == "edit" else {}
        was = Snapshot("secretion", row | new, tuple(line for line in lines if line["row_id"] == row["row_id"]))
        desk.snapshots.keep([was])
        about = {"row_id": row["row_id"], "table": "secretion", "source_id": row["source_id"], "snapshot": was.key}
        edit = {"field": "recipient_cell", "old": row["recipient_cell"], "new": "B cell", "new_ids": "cell:b_cell"} if new else {}
        desk.log.add([Decision(reviewer=rng.choice(REVIEWERS), decision=kind, **about, **edit)])


@pytest.mark.parametrize("seed", range(8))
def test_each_decision_is_applied_or_told(tmp_path: Path, seed: int) -> None:
    rng, out = random.Random(seed), tmp_path / "out"
    rows = rows_of(rng, 6)
    for _ in range(3):
        before = "<p>Moved.</p>" * rng.randrange(3)
        (tmp_path / "a.xml").write_text(jats(before + table(HEADER, *rows), pmcid="PMC999001"))
        run(out, tmp_path / "a.xml")
        desk = stages.desk(out, tables_only())
        found, known = desk.standing(), desk.snapshots.read()
        now = {row["row_id"]: row for row in read(out / TABLE)}
        today = {logged: ident for ident, logged in desk.written.known_as().items()}
        told = " ".join(problem["message"] for problem in read(out / "problems.csv") if problem["stage"] == "decisions")
        assert found.problems == []
        for logged, verdict in found.rows.items():
            row = now.get(today.get(logged, logged))
            if row is None:
                assert verdict.verdict == "reject", "only a rejected row may be gone"
                assert f"row {logged} " in told
            elif verdict.verdict == "reject":
                assert row["review_status"] == "rejected"
            elif verdict.edits:
                assert (row["review_status"], row["recipient_cell"]) == ("edited", "B cell")
            else:
                accepted = verdict.snapshot(known)
                assert accepted is not None
                assert row["review_status"] == "accepted"
                assert {name: row[name] for name in ("cell_type", "secreted_form", "recipient_cell", "biological_effect")} == {
                    name: accepted.row[name] for name in ("cell_type", "secreted_form", "recipient_cell", "biological_effect")
                }
        assert len(now) == len(read(out / TABLE)), "no id twice"
        decide(rng, out)
        rows = changed(rng, rows)
