"""Counts of right values by rule and role, as annotation reads them."""

from __future__ import annotations

import json
from pathlib import Path

from mitotransfer.annotate.confidence import load_calibration
from mitotransfer.evaluate.analysis import Brought, Finding
from mitotransfer.evaluate.calibration import calibration
from mitotransfer.evaluate.similarity import Value
from mitotransfer.evaluate.traces import Part, Trace

DONOR = Part("donor", Value(text="x"))


def brought(share: float, *rules: str) -> Brought:
    return Brought("donor_cell", "x", share, tuple((Trace("r", "", rule, "", "0.5", (DONOR,)), DONOR) for rule in rules))


def counted(*values: Brought) -> dict[str, dict[str, list[float]]]:
    rules: dict[str, dict[str, list[float]]] = json.loads(calibration([Finding("paired", "secretion", "d", brought=values)]))[
        "rules"
    ]
    return rules


def test_right_near_and_wrong_values_are_counted_for_each_rule_that_brought_them() -> None:
    assert counted(brought(1.0, "a", "b"), brought(0.5, "a"), brought(0.0, "a")) == {
        "a": {"donor": [1.5, 3]},
        "b": {"donor": [1.0, 1]},
    }


def test_two_events_of_one_rule_bring_a_value_once() -> None:
    assert counted(brought(1.0, "a", "a")) == {"a": {"donor": [1.0, 1]}}


def test_annotation_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(calibration([Finding("paired", "secretion", "d", brought=(brought(1.0, "a"),))]), encoding="utf-8")
    assert load_calibration(path).rules == {"a": {"donor": (1.0, 1.0)}}
