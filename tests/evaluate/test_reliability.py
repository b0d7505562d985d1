"""Whether confidence means something: bins of rows, and the two measures over them."""

from __future__ import annotations

import pytest

from mitotransfer.errors import InputError
from mitotransfer.evaluate.pairing import Pairing
from mitotransfer.evaluate.reliability import Bin, Reliability, reliability


def pairing(*rows: tuple[str, bool], table: str = "secretion") -> Pairing:
    """Rows with a confidence; those that are right are paired."""
    records = [{"row_id": f"r{at}", "confidence": confidence} for at, (confidence, _) in enumerate(rows)]
    pairs = [(at, at) for at, (_, right) in enumerate(rows) if right]
    return Pairing(table, "doc", [], records, [], [], {}, pairs)


def test_bins_hold_counts_mean_confidence_and_share_of_right_rows() -> None:
    found = reliability([pairing(("0.50", True), ("0.58", False)), pairing(("0.90", True), table="transplantation")])
    assert found.bins == {"0.4-0.6": Bin(2, 0.54, 0.5), "0.8-1.0": Bin(1, 0.9, 1.0)}
    assert found.brier == pytest.approx((0.5**2 + 0.58**2 + 0.1**2) / 3, abs=1e-4)
    assert found.gap == pytest.approx((2 * 0.04 + 1 * 0.1) / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("confidence", "name"),
    [("0", "0.0-0.2"), ("0.19", "0.0-0.2"), ("0.2", "0.2-0.4"), ("0.60", "0.6-0.8"), ("0.80", "0.8-1.0"), ("1.0", "0.8-1.0")],
)
def test_an_edge_belongs_to_the_bin_above_it_and_one_to_the_last(confidence: str, name: str) -> None:
    assert list(reliability([pairing((confidence, True))]).bins) == [name]


def test_sure_and_right_is_perfect_sure_and_false_the_worst() -> None:
    right, false = reliability([pairing(("1", True))]), reliability([pairing(("1", False))])
    assert (right.brier, right.gap) == (0.0, 0.0)
    assert (false.brier, false.gap) == (1.0, 1.0)


def test_rows_without_confidence_are_passed_over() -> None:
    trial = Pairing("trials", "doc", [], [{"row_id": "r"}], [], [], {}, [])
    assert reliability([trial, pairing(("", True))]) == Reliability()
    assert Reliability().lines() == []


def test_a_line_for_each_bin_and_one_for_the_measures() -> None:
    assert reliability([pairing(("0.5", True), ("0.7", False))]).lines() == [
        "confidence 0.4-0.6: 1 rows, 1.000 of them right (mean confidence 0.500)",
        "confidence 0.6-0.8: 1 rows, 0.000 of them right (mean confidence 0.700)",
        "confidence: Brier score 0.370, mean gap to the share of right rows 0.600",
    ]


@pytest.mark.parametrize("confidence", ["high", "1.2", "-0.1", "nan"])
def test_a_confidence_that_is_none_is_an_error_that_names_the_row(confidence: str) -> None:
    with pytest.raises(InputError, match=f"row r1: confidence '{confidence}' is no number from 0 to 1"):
        reliability([pairing(("0.5", True), (confidence, True))])
