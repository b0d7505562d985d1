"""Confidence of findings from prose: what their rule has been counted to be worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.annotate.confidence import Calibration, load_calibration
from mitotransfer.document import Event, Locator, Role, Study
from mitotransfer.errors import ConfigError
from mitotransfer.settings import config_root

COUNTED = Calibration(rules={"prose:given": {"tissue": (2.0, 16.0), "agent": (20.0, 20.0)}})


def event(*roles: str, rule: str = "prose:given", **given: object) -> Event:
    said = [Role(name, name) for name in roles]
    plain = Event("transplantation", "transplantation", "prose", Locator("", "", ""), Study(), tuple(said), rule, confidence=0.5)
    return plain if not given else Event(**({name: getattr(plain, name) for name in plain.__struct_fields__} | given))


def test_a_rule_that_is_often_wrong_loses_confidence() -> None:
    assert COUNTED.applied(event("tissue")).confidence == pytest.approx((2 + 4 * 0.5) / 20)


def test_an_event_is_as_sure_as_its_values_are_on_average() -> None:
    one, other = (COUNTED.applied(event(role)).confidence for role in ("tissue", "agent"))
    assert COUNTED.applied(event("tissue", "agent")).confidence == pytest.approx((one + other) / 2, abs=1e-4)


def test_a_rule_that_was_never_counted_keeps_its_own_opinion() -> None:
    assert COUNTED.applied(event("tissue", rule="prose:new")).confidence == 0.5
    assert COUNTED.applied(event("route")).confidence == 0.5


def test_findings_of_tables_keep_theirs() -> None:
    assert COUNTED.applied(event("tissue", source="table")).confidence == 0.5


def test_the_shipped_counts_are_shares() -> None:
    shares = [
        right / seen
        for roles in load_calibration(config_root() / "confidence.json").rules.values()
        for right, seen in roles.values()
    ]
    assert shares and all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"rules": {"a": {"donor": [2, 1]}}}', "rule 'a', role 'donor': 2.0 right of 1.0 is no count"),
        ('{"rule": {}}', "unknown field `rule`"),
        ("{", "truncated"),
    ],
)
def test_wrong_counts_are_refused_with_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_calibration(path)
