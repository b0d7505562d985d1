"""The quality gate must fail on every kind of loss, and must not be loosened by accident."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.gate import Floors, check, corpus_hash, pin, read_floors
from mitotransfer.evaluate.score import Report
from mitotransfer.evaluate.tally import Score, TableReport

HASH = "0" * 64


def report(rows: float = 0.8765, donor: float = 0.57, *, gold: int = 10) -> Report:
    def scored(f1: float, gold: int = gold) -> Score:
        return Score(f1, f1, f1, gold, gold)

    table = TableReport(scored(rows), {"donor_cell": scored(donor), "labels": scored(0.0, 0)}, scored(donor), 1.0)
    return Report(5, {"secretion": table}, scored(rows), scored(donor), 0, 0)


PINNED = pin(report(), HASH)


def test_floors_are_rounded_down_to_three_decimals() -> None:
    # 0.57 has no exact binary form: 0.57 * 1000 is 569.99…
    assert PINNED.floors == {
        "all.fields": 0.57,
        "all.rows": 0.876,
        "secretion.donor_cell": 0.57,
        "secretion.fields": 0.57,
        "secretion.rows": 0.876,
    }


def test_field_without_gold_values_has_no_floor() -> None:
    assert "secretion.labels" not in PINNED.floors


def test_what_was_pinned_passes() -> None:
    assert check(report(), PINNED, HASH) == []


def test_better_passes() -> None:
    assert check(report(0.9, 0.9), PINNED, HASH) == []


def test_below_a_floor_fails_by_name() -> None:
    found = check(report(donor=0.56), PINNED, HASH)
    assert [line.split(":")[0] for line in found] == ["all.fields", "secretion.donor_cell", "secretion.fields"]
    assert "0.5600 is below its floor 0.570" in found[0]


def test_changed_corpus_must_be_pinned_again() -> None:
    assert "corpus changed" in "".join(check(report(), PINNED, "1" * 64))


def test_other_counts_must_be_pinned_again() -> None:
    assert check(report(gold=9), PINNED, HASH) == ["9 gold rows, pinned with 10: pin the floors again"]


def test_floor_without_metric_and_metric_without_floor_fail() -> None:
    floors = dict(PINNED.floors) | {"trials.rows": 0.5}
    del floors["secretion.rows"]
    assert check(report(), msgspec.structs.replace(PINNED, floors=floors), HASH) == [
        "trials.rows: not measured, floor 0.500",
        "secretion.rows: F1 0.8765 has no floor",
    ]


def test_pin_refuses_to_lower_and_names_what_would_sink() -> None:
    with pytest.raises(ConfigError, match=r"secretion\.donor_cell 0\.570 → 0\.500") as caught:
        pin(report(rows=0.99, donor=0.5), HASH, PINNED)
    assert "secretion.rows" not in str(caught.value)


def test_pin_refuses_to_drop_a_floor() -> None:
    previous = msgspec.structs.replace(PINNED, floors=PINNED.floors | {"trials.rows": 0.0})
    with pytest.raises(ConfigError, match=r"trials\.rows 0\.000 → none"):
        pin(report(), HASH, previous)


def test_pin_lowers_when_told() -> None:
    assert pin(report(donor=0.5), HASH, PINNED, lower=True).floors["secretion.donor_cell"] == 0.5


def test_pin_raises_without_being_told() -> None:
    assert pin(report(donor=0.9), HASH, PINNED).floors["secretion.donor_cell"] == 0.9


def test_floor_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "floor.json"
    path.write_text(PINNED.json(), encoding="utf-8")
    assert read_floors(path) == PINNED
    assert PINNED.json().endswith("}\n")


@pytest.mark.parametrize("content", ["{", '{"floor": 1}', PINNED.json().replace("documents", "docs")])
def test_bad_floor_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "floor.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"floor\.json: not a floor file"):
        read_floors(path)


def test_missing_floor_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read"):
        read_floors(tmp_path / "none.json")


def test_corpus_hash_sees_names_bytes_and_nothing_else(tmp_path: Path) -> None:
    def written(files: dict[str, str]) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return corpus_hash(folder)

    base = written({"a.xml": "one", "sub/b.xml": "two"})
    assert written({"sub/b.xml": "two", "a.xml": "one", ".DS_Store": "x"}) == base
    assert written({"a.xml": "one", "sub/b.xml": "two!"}) != base
    assert written({"a.xml": "one", "sub/c.xml": "two"}) != base
    assert written({"a.xml": "onesub/b.xml", "sub": "two"}) != base


def test_empty_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no corpus"):
        corpus_hash(tmp_path)


def test_floors_hold_plain_numbers_only() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"corpus_sha256": HASH, "documents": 1, "gold_rows": 1, "floors": {"a": "0.5"}}, Floors)
