"""What plots count: findings only, long tails folded, every band of a flow where its boxes are."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pages import Tables, put

from mitotransfer.review.alluvial import layout
from mitotransfer.review.loading import Run
from mitotransfer.review.plots import Flows, Grid, Plot, Stack, plots
from mitotransfer.review.svg import draw, nice_step, shade
from mitotransfer.rows import ArticleRow, SecretionRow, TransplantationRow, TrialRow


def row(donor: str = "", recipient: str = "", **values: str) -> SecretionRow:
    values = {"source_id": "PMC1", "review_status": "proposed", "negated": "false"} | values
    return SecretionRow(cell_type=donor, recipient_cell=recipient, **values)


def drawn(folder: Path, *rows: Any, **more: Any) -> dict[str, Plot]:
    tables: Tables = {"table1_secretion.csv": [dataclasses.replace(one, row_id=f"s{n}") for n, one in enumerate(rows)]}
    put(folder, tables | more.get("tables", {}))
    return {plot.name: plot for plot in plots(Run(folder))[0]}


def test_flows_count_each_pair_of_a_row(tmp_path: Path) -> None:
    made = drawn(tmp_path, row("MSC; astrocyte", "neuron; microglia"), row("MSC", "neuron"), row("MSC"))["flows"]
    assert isinstance(made.body, Flows)
    assert made.body.links == [
        ("MSC", "neuron", 2),
        ("MSC", "microglia", 1),
        ("astrocyte", "microglia", 1),
        ("astrocyte", "neuron", 1),
    ]
    assert "by the 2 of 3 rows of table 1 that name both: 5 pairs." in made.caption


def test_rejected_rows_and_claimed_absences_are_no_findings(tmp_path: Path) -> None:
    kept = row("MSC", "neuron", mechanism="CD38", biological_effect="ATP ↑", review_status="conflict", hedged="true")
    out = {"mechanism": "RAC1", "biological_effect": "ATP ↓"}
    made = drawn(tmp_path, kept, row("A", "B", review_status="rejected", **out), row("A", "B", negated="true", **out))
    assert made["flows"].body.table()[1] == [["MSC", "neuron", "1"]]
    assert made["mechanisms"].body.table() == (["Donor / Mechanism", "CD38"], [["MSC", "1"]])
    assert made["effects_transfer"].body.table() == (["Outcome", "increase"], [["ATP", "1"]])


def test_long_tails_become_one_that_says_how_many(tmp_path: Path) -> None:
    rows = [row("MSC", "neuron", mechanism=f"m{n:02}") for n in range(20)] + [row("MSC", "neuron", mechanism="m07")]
    body = drawn(tmp_path, *rows)["mechanisms"].body
    assert isinstance(body, Grid)
    assert body.columns[:2] == ["other mechanisms (9)", "m07"] or body.columns[0] == "m07"
    assert "other mechanisms (9)" in body.columns and len(body.columns) == 12
    assert sum(map(sum, body.counts)) == 21


def test_effects_are_by_outcome_and_direction(tmp_path: Path) -> None:
    rows = [
        row(biological_effect="ATP ↑; apoptosis ↓"),
        row(biological_effect="ATP ↑; ATP ↓; no sign"),
        row(biological_effect="ATP ="),
    ]
    body = drawn(tmp_path, *rows)["effects_transfer"].body
    assert body.table() == (
        ["Outcome", "increase", "decrease", "no effect"],
        [["ATP", "2", "1", "1"], ["apoptosis", "0", "1", "0"]],
    )


def test_years_count_studies_once_and_know_their_own_article(tmp_path: Path) -> None:
    rows = [
        row("a", study_doi="10.1/x", reference="Doe et al., 2019"),
        row("b", study_doi="10.1/x", reference="Doe et al., 2019"),
        row("c", source_id="PMC7", study_pmcid="PMC7"),
        row("d", source_id="PMC7", study_doi="10.1/cited"),
    ]
    tables = {"articles.csv": [ArticleRow(id="PMC7", year="2021")]}
    made = drawn(tmp_path, *rows, tables=tables)["years"]
    assert made.body.table()[1] == [["2019", "1"], ["2020", "0"], ["2021", "1"]]
    assert made.caption.endswith("The year of 1 study is not known.")


def test_coverage_tells_vocabulary_words_and_nothing_apart(tmp_path: Path) -> None:
    rows = [
        row(
            "MSC", cell_type_ids="cell:msc", biological_effect="ATP ↑; x ↓", effect_ids="outcome:atp:increase; outcome:-:decrease"
        ),
        row("strange cell", cell_type_ids="-"),
        row(),
        row("MSC", cell_type_ids="cell:msc", review_status="rejected"),
    ]
    head, lines = drawn(tmp_path, *rows)["coverage_secretion"].body.table()
    assert head == ["Field", "with a vocabulary id", "stated, without id", "not stated"]
    assert lines[0] == ["Donor cells", "1", "1", "1"]
    assert ["Biological effect", "0", "1", "2"] in lines


@pytest.mark.parametrize(
    ("confidence", "label"), [("0.15", "0.15–0.20"), ("1.0", "0.95–1.00"), ("0", "0.00–0.05"), ("0.849", "0.85–0.90")]
)
def test_confidence_goes_into_the_bin_that_starts_with_it(tmp_path: Path, confidence: str, label: str) -> None:
    """To two digits, as the tables have it."""
    body = drawn(tmp_path, row("a", confidence=confidence))["confidence"].body
    assert isinstance(body, Stack) and body.labels == [label]


def test_tissues_are_told_with_sources(tmp_path: Path) -> None:
    rows = [TransplantationRow(row_id="t", tissue="heart; lung", mitochondrial_source="liver", source_id="x")]
    body = drawn(tmp_path, tables={"table2_transplantation.csv": rows})["tissues"].body
    assert body.table() == (["Tissue / Source", "liver"], [["heart", "1"], ["lung", "1"]])


def test_what_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"table3_trials.csv": [TrialRow(row_id="r", conditions="stroke", source_id="x")]})
    made, lacking = plots(Run(tmp_path))
    assert [plot.name for plot in made] == ["coverage_trials"]
    assert len(lacking) == 10 and "has not been scored" in lacking["calibration"]


def test_flow_diagram_keeps_every_count_and_boxes_apart() -> None:
    flows = Flows("Donor", "Recipient", [("a", "x", 5), ("a", "y", 1), ("b", "x", 2), ("other donors (3)", "x", 9)])
    made = layout(flows)
    assert [box.name for box in made.left] == ["a", "b", "other donors (3)"]  # the rest comes last, however many it is
    for boxes, side in ((made.left, "left"), (made.right, "right")):
        assert sum(box.number for box in boxes) == 17
        assert all(upper.top + upper.height < lower.top for upper, lower in pairwise(boxes))
        for box in boxes:
            inside = [band for band in made.bands if box.top <= getattr(band, side) < box.top + box.height]
            assert sum(band.height for band in inside) == pytest.approx(box.height)


@pytest.mark.parametrize(("most", "step"), [(1, 1), (6, 1), (7, 2), (30, 5), (31, 10), (2000, 500)])
def test_marks_on_an_axis_are_round_and_few(most: int, step: int) -> None:
    assert nice_step(most) == step


def test_shades_leave_only_nothing_blank() -> None:
    assert [shade(count, 100) for count in (0, 1, 20, 21, 100)] == [0, 1, 1, 2, 5]


def test_names_in_a_drawing_are_escaped_and_given_in_full(tmp_path: Path) -> None:
    name = "<b>" + "long name " * 6
    made = drawn(tmp_path, row(name, "neuron", mechanism=name))
    for plot in ("flows", "mechanisms"):
        svg = str(draw(made[plot].body))
        assert "<b>" not in svg and "&lt;b&gt;long name" in svg and "…" in svg
        assert f"<title>&lt;b&gt;{'long name ' * 6}".strip() in svg
