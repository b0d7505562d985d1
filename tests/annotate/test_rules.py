"""The rules of configs/rules: every rule is run on its own example sentences; wrong files are refused with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.rules import Rule, expand, load_rules
from mitotransfer.annotate.slots import matches, slotted
from mitotransfer.errors import ConfigError
from mitotransfer.settings import config_root
from mitotransfer.settings import load as load_settings

RULES = load_rules(config_root() / "rules")
_MARK = re.compile(r"\[(\w+) ([^\]]+)\]")


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(load_settings().annotate)


def applied(rule: Rule, sentence: str, resources: Resources) -> tuple[bool, set[tuple[str, str]]]:
    """Whether a rule applies, and what it fills the roles with."""
    found = [m for m in matches(slotted(sentence, resources, {}), resources) if m.rule.id == rule.id]
    return bool(found), {(role, m.surface) for match in found for role, mentions in match.roles.items() for m in mentions}


@pytest.mark.parametrize(("rule", "marked"), [(r, s) for r in RULES.rules for s in r.yes], ids=lambda v: getattr(v, "id", v))
def test_rule_finds_exactly_the_marked_roles(rule: Rule, marked: str, resources: Resources) -> None:
    wanted = {(mark[1], mark[2]) for mark in _MARK.finditer(marked)}
    assert applied(rule, _MARK.sub(r"\2", marked), resources) == (True, wanted)


@pytest.mark.parametrize(("rule", "sentence"), [(r, s) for r in RULES.rules for s in r.no], ids=lambda v: getattr(v, "id", v))
def test_rule_leaves_other_sentences_alone(rule: Rule, sentence: str, resources: Resources) -> None:
    assert applied(rule, sentence, resources) == (False, set())


def test_states_are_entries_of_the_vocabulary(resources: Resources) -> None:
    assert set(RULES.states) <= set(resources.vocabulary.entries)


def test_slots_keep_numbers_that_lead_back_to_the_names(resources: Resources) -> None:
    sentence = slotted("Astrocytes (ACs) released mitochondria.", resources, {})
    assert sentence.text == "<cell0/> <secretion1/released> <mito2/>."
    assert [m.ident for m in sentence.behind(sentence.text, ("cell",))] == ["cell:astrocyte"]


def test_text_that_looks_like_a_slot_is_no_slot(resources: Resources) -> None:
    assert "<cell0/>" not in slotted("P <cell0/> 0.05", resources, {}).text


def test_trigger_inside_a_name_of_mitochondria_stays_a_trigger(resources: Resources) -> None:
    # "released mitochondria" is a form in the vocabulary and a finding in a sentence
    assert slotted("They released mitochondria.", resources, {}).text == "They <secretion0/released> <mito1/>."


def rule(**given: object) -> dict[str, object]:
    return {"id": "a", "description": "", "patterns": ["x"], "yes": ["x"], "no": ["y"]} | given


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rules": [{"id": "a", "descriptoin": "x"}]}, "unknown key 'descriptoin'; allowed here: description, event, id"),
        ({"rules": [rule(patterns=["("])]}, "rule 'a'.*no regular expression"),
        ({"rules": [rule(patterns=["{cel}"])]}, "{cel} is no slot.*allowed: "),
        ({"rules": [rule(yes=[])]}, "'a' needs patterns and example"),
        ({"rules": [rule(event="uptake")]}, "go together"),
        ({"distractors": [rule(yes=["z"])]}, "should match 'z'"),
        ({"distractors": [rule(no=["x!"])]}, "should not match 'x!'"),
        ({"own": [rule(), rule()]}, "two rules have the id 'a'"),
        ({"directions": {"up": ["higher"]}}, "up"),
        ({"word": {}}, "unknown key 'word'; allowed here: .*words"),
    ],
)
def test_wrong_file_is_refused_with_the_reason(change: dict[str, object], reason: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(change), encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_rules(tmp_path)


def test_a_role_that_rules_do_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="giver=cell"):
        expand("{giver=cell}", {})
