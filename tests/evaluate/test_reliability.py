"""Whether confidence means something: bins of values, and the two measures over them."""

from __future__ import annotations

import pytest

from mitotransfer.errors import InputError
from mitotransfer.evaluate.analysis import Brought, Finding
from mitotransfer.evaluate.reliability import Bin, Reliability, reliability
from mitotransfer.evaluate.similarity import Value
from mitotransfer.evaluate.traces import Part, Trace


def finding(*values: tuple[str, float], table: str = "secretion") -> Finding:
    """A row whose values were each brought by one event of some confidence; a share tells how right they are."""
    brought = []
    for at, (confidence, share) in enumerate(values):
        part = Part("donor", Value(text=f"cell {at}"))
        brought.append(Brought("donor_cell", f"cell {at}", share, ((Trace("r1", "", "rule", "", confidence, (part,)), part),)))
    return Finding("paired", table, "doc", brought=tuple(brought))


def test_bins_hold_counts_mean_confidence_and_share_of_right_values() -> None:
    found = reliability([finding(("0.50", 1.0), ("0.58", 0.0)), finding(("0.90", 1.0), table="transplantation")])
    assert found.bins == {"0.4-0.6": Bin(2, 0.54, 0.5), "0.8-1.0": Bin(1, 0.9, 1.0)}
    assert found.brier == pytest.approx((0.5**2 + 0.58**2 + 0.1**2) / 3, abs=1e-4)
    assert found.gap == pytest.approx((2 * 0.04 + 1 * 0.1) / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("confidence", "name"),
    [("0", "0.0-0.2"), ("0.19", "0.0-0.2"), ("0.2", "0.2-0.4"), ("0.60", "0.6-0.8"), ("0.80", "0.8-1.0"), ("1.0", "0.8-1.0")],
)
def test_an_edge_belongs_to_the_bin_above_it_and_one_to_the_last(confidence: str, name: str) -> None:
    assert list(reliability([finding((confidence, 1.0))]).bins) == [name]


def test_sure_and_right_is_perfect_sure_and_false_the_worst() -> None:
    right, false = reliability([finding(("1", 1.0))]), reliability([finding(("1", 0.0))])
    assert (right.brier, right.gap) == (0.0, 0.0)
    assert (false.brier, false.gap) == (1.0, 1.0)


def test_a_value_is_as_sure_as_the_surest_of_its_events() -> None:
    (one,), (other,) = (finding((confidence, 1.0)).brought for confidence in ("0.3", "0.9"))
    both = one._replace(found=one.found + other.found)
    assert list(reliability([finding()._replace(brought=(both,))]).bins) == ["0.8-1.0"]


def test_values_that_no_event_brought_are_passed_over() -> None:
    alone = Finding("false", "trials", "doc", brought=(Brought("nct", "NCT1", 0.0, ()),))
    assert reliability([alone]) == Reliability()
    assert Reliability().lines() == []


def test_a_line_for_each_bin_and_one_for_the_measures() -> None:
    assert reliability([finding(("0.5", 1.0), ("0.7", 0.0))]).lines() == [
        "confidence 0.4-0.6: 1 values, 1.000 right (mean confidence 0.500)",
        "confidence 0.6-0.8: 1 values, 0.000 right (mean confidence 0.700)",
        "confidence: Brier score 0.370, mean gap to the share of right values 0.600",
    ]


@pytest.mark.parametrize("confidence", ["high", "1.2", "-0.1", "nan"])
def test_a_confidence_that_is_none_is_an_error_that_names_the_row(confidence: str) -> None:
    with pytest.raises(InputError, match=f"row r1: confidence '{confidence}' of an event is no number"):
        reliability([finding(("0.5", 1.0), (confidence, 1.0))])
