"""Patterns over dependency trees match what spaCy's DependencyMatcher matches."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.matcher import DependencyMatcher
from spacy.tokens import Doc

from mitotransfer.annotate.trees import OPERATORS, Tree, Trees

VOCAB = spacy.blank("en").vocab
A, B = {"LOWER": "a"}, {"LOWER": {"IN": ["b", "c"]}}


def doc_of(words: list[str], heads: list[int]) -> Doc:
    return Doc(VOCAB, words=words, heads=heads, deps=["ROOT" if head == n else "dep" for n, head in enumerate(heads)])


def pattern(*nodes: tuple[str, str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    first = {"RIGHT_ID": "0", "RIGHT_ATTRS": A}
    return [first, *({"LEFT_ID": left, "REL_OP": op, "RIGHT_ID": name, "RIGHT_ATTRS": asked} for left, op, name, asked in nodes)]


def by_spacy(nodes: list[dict[str, Any]], doc: Doc) -> list[list[int]]:
    matcher = DependencyMatcher(VOCAB)
    matcher.add("pattern", [nodes])
    return sorted(places for _, places in matcher(doc))


@st.composite
def parsed(draw: st.DrawFn) -> Doc:
    """A few words, some alike, in one tree or several, as a parser can give them: each tree in one piece."""
    words = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=7))
    cuts = sorted(draw(st.sets(st.integers(1, len(words)), max_size=2)) | {0, len(words)})
    heads: list[int] = []
    for start, end in pairwise(cuts):
        order = draw(st.permutations(range(start, end)))
        above = {order[0]: order[0]} | {one: order[draw(st.integers(0, n))] for n, one in enumerate(order[1:])}
        heads += [above[n] for n in range(start, end)]
    return doc_of(words, heads)


@pytest.mark.parametrize("operator", OPERATORS)
@given(doc=parsed())
def test_each_relation_is_that_of_spacy(operator: str, doc: Doc) -> None:
    nodes = pattern(("0", operator, "1", B))
    assert [list(places.values()) for _, places in Trees([nodes], []).matches(doc)] == by_spacy(nodes, doc)


@given(doc=parsed(), first=st.sampled_from(sorted(OPERATORS)), second=st.sampled_from(sorted(OPERATORS)))
def test_a_pattern_of_three_nodes_matches_as_often_as_with_spacy(doc: Doc, first: str, second: str) -> None:
    for left in ("0", "1"):
        nodes = pattern(("0", first, "1", B), (left, second, "2", {"LOWER": {"NOT_IN": ["c"]}}))
        assert [list(places.values()) for _, places in Trees([nodes], []).matches(doc)] == by_spacy(nodes, doc)


def test_marks_are_read_where_rules_leave_them() -> None:
    doc = doc_of(["a", "b"], [0, 0])
    marks: dict[Any, Any] = doc.user_data
    marks["slot", 1] = "cell"
    asked = pattern(("0", ">", "1", {"_": {"slot": {"IN": ["cell", "tissue"]}}}))
    unmarked = pattern(("0", ">", "1", {"_": {"slot": {"NOT_IN": ["cell"]}}}))
    assert list(Trees([asked, unmarked], ["slot"]).matches(doc)) == [(0, {"0": 0, "1": 1})]


def test_patterns_come_in_their_order_and_unwanted_ones_not_at_all() -> None:
    doc = doc_of(["a", "b", "b"], [0, 0, 0])
    trees = Trees([pattern(("0", ">", "1", B)), pattern(("0", ">", "1", {"LOWER": "x"})), pattern()], [])
    assert [(number, list(places.values())) for number, places in trees.matches(doc)] == [(0, [0, 1]), (0, [0, 2]), (2, [0])]


def test_a_document_without_words_has_no_match() -> None:
    assert list(Trees([pattern()], []).matches(Doc(VOCAB))) == []


def test_a_sentence_goes_from_the_first_to_the_last_word_of_its_tree() -> None:
    assert Tree([1, 1, 1, 3, 3]).sentence(0) == 0b00111
    assert Tree([1, 1, 1, 3, 3]).sentence(4) == 0b11000
