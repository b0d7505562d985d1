"""Expressions that cost little where they do not match find what the whole expressions find."""

from __future__ import annotations

import re

import pytest

from mitotransfer.annotate.cores import Alternatives, without_optional_start
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.slots import slotted
from mitotransfer.settings import load as load_settings

_MARK = re.compile(r"\[\w+ ([^\]]+)\]")


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(load_settings().annotate)


@pytest.mark.parametrize(
    ("pattern", "core"),
    [
        (r"(?:\w+ ){0,6}?cells?", "cells?"),
        (r"(?P<donor>(?:the )?(?:old |new )*cells) of", "(?P<donor>cells) of"),
        (r"(?:(?:a|b)|c)d", "(?:(?:a|b)|c)d"),
        (r"(?:(?:a )?b|c)d", "(?:b|c)d"),
        (r"(?:(?:a )?b)+c", "(?:(?:a )?b)+c"),
        (r"(?:(?:a )?b){2}c", "(?:(?:a )?b){2}c"),
        (r"(?:[()\]]\) )?cells", "cells"),
        (r"\bcells", r"\bcells"),
        (r"(?<!no )cells", r"(?<!no )cells"),
        ("", ""),
    ],
)
def test_groups_at_the_start_that_need_not_match_are_left_out(pattern: str, core: str) -> None:
    assert without_optional_start(pattern) == core


def test_a_group_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="has a group that does not end"):
        without_optional_start("(?:cells")


def test_each_rule_finds_in_its_examples_what_its_expressions_find(resources: Resources) -> None:
    compared = 0
    for rule, patterns in resources.rules.compiled:
        for example in (*rule.yes, *rule.no):
            text = slotted(_MARK.sub(r"\1", example), resources, {}).text
            there = resources.rules.words_in(text)
            for pattern in patterns:
                wanted = [(found.span(), found.groupdict()) for found in pattern.regex.finditer(text)]
                assert [(found.span(), found.groupdict()) for found in pattern.finditer(text)] == wanted
                assert not (wanted and pattern.asks & ~there), f"{rule.id} matches '{text}' and seems to lack a word"
                compared += bool(wanted)
    assert compared > len(resources.rules.compiled)


def test_alternatives_are_replaced_as_by_the_expression_of_all() -> None:
    patterns = [r"cell fusion\w*", r"fusion of \w+", r"\bfusions?\b"]
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    some = Alternatives(patterns)
    for text in ("Cell fusions and fusion of mitochondria", "fission", "FUSION", "Fusion of cell fusion", ""):
        assert some.sub(lambda found: "·" * len(found[0]), text) == whole.sub(lambda found: "·" * len(found[0]), text)
        assert some.blanked(text) == whole.sub(" ", text)
