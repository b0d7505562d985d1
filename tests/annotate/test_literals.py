"""What patterns need: words that every text they match holds, and pieces that fit wherever they match."""

from __future__ import annotations

import re

import pytest

from mitotransfer.annotate.literals import Pieces, WordSets, needs
from mitotransfer.annotate.resources import load
from mitotransfer.annotate.slots import slotted
from mitotransfer.settings import load as load_settings


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("took up", [{"took"}]),
        ("(?:took|taken) [a-z]+ by", [{"took", "taken"}, {"by"}]),
        ("(?:was|were)? found", [{"found"}]),
        ("colou?r", [{"color", "colour"}]),
        ("(?:red|blue).*(?:one|two)", [{"red", "blue"}, {"one", "two"}]),
        ("(?!not )seen", [{"seen"}]),
        ("(?:red)*green", [{"green"}]),
        ("(?:red){2}", [{"red"}]),
        ("[abc]x", [{"ax", "bx", "cx"}]),
        ("(?:red|[a-z]+) ball", [{"ball"}]),
        ("<mito\\d+/> left", [{"<mito"}, {"left"}]),
    ],
)
def test_a_pattern_needs_one_word_of_each_set(pattern: str, words: list[set[str]]) -> None:
    assert [set(some) for some in needs(pattern)] == words


@pytest.mark.parametrize("pattern", [".*", "(?:red|.+)", "[^a]*", "(?:red)?"])
def test_nothing_is_needed_by_what_can_match_anything(pattern: str) -> None:
    assert needs(pattern) == ()


def test_every_rule_finds_the_words_it_needs_in_all_it_matches() -> None:
    resources = load(load_settings().annotate)
    matched = 0
    for rule, patterns in resources.rules.compiled:
        for example in rule.yes:
            text = slotted(re.sub(r"\[\w+ ([^\]]+)\]", r"\1", example), resources, {}).text
            for pattern in patterns:
                if found := pattern.regex.search(text):
                    matched += 1
                    place = 0
                    for some in needs(pattern.regex.pattern):
                        ends = [at + len(word) for word in some if (at := found[0].lower().find(word, place)) >= 0]
                        assert ends, f"{rule.id}: {sorted(some)} in {found[0]}"
                        place = min(ends)
                    assert Pieces(pattern.regex.pattern).fit(text), f"{rule.id}: {text}"
    assert matched > 80


def test_pieces_fit_a_sentence_in_which_a_cell_is_not_named_yet() -> None:
    pattern = r"<cell\d+/>[^;:.]{0,10} took <mito\d+/>"
    assert re.search(pattern, "<cell0/> then took <mito1/>")
    assert Pieces(pattern).fit("Purkinje neurons of the cerebellar cortex then took <mito1/>")


def test_pieces_do_not_fit_in_another_order() -> None:
    assert not Pieces(r"took <mito\d+/> from <cell\d+/>").fit("from <cell0/> it took")


def test_what_stands_beside_a_choice_with_gaps_is_asked_for_there() -> None:
    pieces = Pieces(r"(?:gave|had [^;]{0,9} of|took) <mito\d+/>")
    assert pieces.fit("it gave <mito0/>")
    assert pieces.fit("it had plenty of <mito0/>")
    assert not pieces.fit("it gave way and lost <mito0/>")


def test_a_choice_with_too_many_ways_may_be_anything() -> None:
    ways = "|".join(f"{letter}[^;]b" for letter in "acdefghijklmnopqrstu")
    pieces = Pieces(f"(?:{ways})(?:{ways})(?:{ways}) <mito\\d+/>")
    assert pieces.fit("acb whatever <mito0/>")
    assert not pieces.fit("acb whatever")


def test_sets_of_words_are_told_by_any_of_their_words() -> None:
    cells, moves = frozenset({"cell", "neuron"}), frozenset({"transfer", "cell"})
    some = WordSets([cells, moves, cells])
    assert some.found_in("Neurons") == some.bits([cells]) != some.bits([moves])
    assert some.found_in("A CELL") == some.bits([moves, cells])
    assert some.found_in("") == some.bits([]) == WordSets([]).found_in("cells") == 0
