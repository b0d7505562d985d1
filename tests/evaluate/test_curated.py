"""A run held against what its curators decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer import stages
from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.curated import Curated, Tally
from small import jats, read, run, table

HEADER = ("Donor cells", "Released form", "Recipient", "Outcome", "Reference")
ROWS = [
    ("Astrocyte (mouse)", "Extracellular vesicles", "Neuron", "Increased survival", "A 2001"),
    ("Platelet (human)", "Free mitochondria", "Macrophage", "Reduced apoptosis", "B 2002"),
    ("Hepatocyte (rat)", "Exosomes", "Stellate cell", "Reduced fibrosis", "C 2003"),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(jats(table(HEADER, *ROWS), pmcid="PMC999001"))
    return path


@pytest.fixture
def out(tmp_path: Path, source: Path) -> Path:
    run(tmp_path / "out", source)
    return tmp_path / "out"


def change(path: Path, column: str, **cells: str) -> None:
    """Writes into a column, in the lines whose roles or donor hold the name of the argument."""
    import csv

    lines = read(path)
    for name, value in cells.items():
        for line in lines:
            if name in (line.get("roles") or line["cell_type"]).lower() and (column != "decision" or line["event"] == "effect"):
                line[column] = value
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def scored(out: Path, source: Path) -> Curated:
    run(out, source)
    return stages.against_decisions(out)


def test_nothing_decided_says_nothing(out: Path) -> None:
    found = stages.against_decisions(out)
    assert (found.values, found.rules, found.doubtful) == ({}, {}, [])
    assert all(tally == Tally() for tally in found.rows.values())


def test_rows_values_and_rules_are_judged_by_what_was_decided(out: Path, source: Path) -> None:
    change(out / "table1_secretion.csv", "review_status", astrocyte="accepted", platelet="rejected")
    change(out / "table1_secretion.csv", "species", hepatocyte="rat; human")
    found = scored(out, source)
    assert found.rows["secretion"] == Tally(right=2, wrong=1)
    assert found.values["donor"] == Tally(right=2)
    assert found.values["donor_species"] == Tally(right=2, lost=1)
    assert found.rules["table:effect"] == Tally(right=2)  # nothing is said of the rejected row's effect
    main = next(tally for name, tally in found.rules.items() if "+" in name)
    assert (main.right, main.wrong) == (2, 1)


def test_a_value_that_was_corrected_counts_against_the_rule_that_brought_it(out: Path, source: Path) -> None:
    change(out / "table1_secretion.csv", "biological_effect", astrocyte="ATP production ↑")
    found = scored(out, source)
    assert found.rules["table:effect"] == Tally(wrong=1)
    assert found.values["effect"] == Tally(wrong=1, lost=1)


def test_a_word_on_a_line_counts_for_its_rule_only(out: Path, source: Path) -> None:
    change(out / "evidence.csv", "decision", apoptosis="reject", fibrosis="accept")
    found = scored(out, source)
    assert found.rules == {"table:effect": Tally(right=1, wrong=1)}
    assert found.rows["secretion"] == Tally()


def test_an_accepted_row_that_is_not_found_any_more_is_lost(out: Path, source: Path) -> None:
    change(out / "table1_secretion.csv", "review_status", astrocyte="accepted")
    run(out, source)
    source.write_text(jats(table(HEADER, ROWS[2]), pmcid="PMC999001"))
    found = scored(out, source)
    assert found.rows["secretion"] == Tally(lost=1)
    assert found.values["donor"] == Tally(lost=1)
    assert found.rules == {}


def test_rules_more_often_wrong_than_right_are_named_with_the_setting_that_switches_them_off() -> None:
    found = Curated(rules={"prose:bad": Tally(2, 4), "prose:few": Tally(0, 3), "prose:good": Tally(9, 1)})
    assert found.doubtful == ["prose:bad"]
    lines = found.summary().splitlines()
    assert lines[-1].endswith("annotate: {off: [prose:bad]}")
    assert lines[0].startswith("rule prose:few: 0 of 3 right, precision 0.000 (95 % 0.00-0.56)")


def test_the_interval_is_wilsons() -> None:
    """Ten right of ten: 0.7225 to 1, as tables of the interval give it."""
    assert Tally(right=10).interval == (0.7225, 1.0)
    assert Tally().interval == (0.0, 1.0)


def test_a_directory_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no tables of a run there"):
        stages.against_decisions(tmp_path)
