"""Which words of a sentence each of its citations stands for."""

from __future__ import annotations

import re

import pytest

from mitotransfer.annotate.claims import Cited, claims
from mitotransfer.annotate.rules import load_rules
from mitotransfer.document import Study
from mitotransfer.settings import config_root

RULES = load_rules(config_root() / "rules")
_NUMBERS = re.compile(r"\[(\d+(?:,\d+)*)\]")


def found(marked: str) -> list[tuple[str, str]]:
    """The claims of a sentence with its citations as [1] or [2,3]: numbers, and the words with single blanks."""
    text, cited = "", []
    for number, part in enumerate(_NUMBERS.split(marked)):
        if number % 2:
            cited.append(Cited(len(text), len(text), tuple(Study(name) for name in part.split(","))))
        else:
            text += part
    return [
        (",".join(study.reference for study in claim.studies), re.sub(r"\s+", " ", claim.text).strip(" ,."))
        for claim in claims(text, cited, RULES)
    ]


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ("Astrocytes release mitochondria[1].", [("1", "Astrocytes release mitochondria")]),
        (
            "Astrocytes release mitochondria[1], and macrophages were shown to take them up[2].",
            [("1", "Astrocytes release mitochondria"), ("2", "and macrophages were shown to take them up")],
        ),
        ("Cells of many kinds release mitochondria[1,2].", [("1,2", "Cells of many kinds release mitochondria")]),
        ("Cells of many kinds release mitochondria[1], [2].", [("1,2", "Cells of many kinds release mitochondria")]),
    ],
)
def test_a_citation_stands_for_the_clause_before_it(marked: str, wanted: list[tuple[str, str]]) -> None:
    assert found(marked) == wanted


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        (
            "Mitochondria were taken up by macrophages[1], neurons[2] and human keratinocytes[3] in the dish.",
            [
                ("1", "Mitochondria were taken up by macrophages in the dish"),
                ("2", "Mitochondria were taken up by neurons in the dish"),
                ("3", "Mitochondria were taken up by human keratinocytes in the dish"),
            ],
        ),
        (
            "Astrocytes[1], osteoblasts[2] and platelets[3] release mitochondria.",
            [
                ("1", "Astrocytes release mitochondria"),
                ("2", "osteoblasts release mitochondria"),
                ("3", "platelets release mitochondria"),
            ],
        ),
    ],
)
def test_items_of_a_list_go_with_what_is_said_of_all(marked: str, wanted: list[tuple[str, str]]) -> None:
    assert found(marked) == wanted


def test_a_clause_without_subject_has_that_of_the_one_before() -> None:
    assert found("MSCs donate mitochondria to neurons[1] and release vesicles with mitochondria[2].")[1] == (
        "2",
        "MSCs and release vesicles with mitochondria",
    )


def test_behind_a_name_a_citation_stands_for_what_follows() -> None:
    marked = "Doe et al.[1] showed that MSCs donate mitochondria, whereas Roe and colleagues[2] found none."
    assert found(marked) == [("1", "Doe et al. showed that MSCs donate mitochondria"), ("2", "Roe and colleagues found none")]


def test_two_names_with_one_verb_share_what_was_shown() -> None:
    ((numbers, words),) = found("Doe et al.[1] and Roe et al.[2] showed that MSCs donate mitochondria.")
    assert (numbers, words.endswith("showed that MSCs donate mitochondria")) == ("1,2", True)


def test_an_author_year_citation_in_the_sentence_is_a_name() -> None:
    text = "Doe et al. (2020) showed that MSCs donate mitochondria."
    (claim,) = claims(text, [Cited(0, len("Doe et al. (2020)"), (Study("Doe"),))], RULES)
    assert claim.text == text


@pytest.mark.parametrize(
    "tail", ["; neurons are next", ", but this is open", ", whereas neurons do not", ", whether neurons do is open"]
)
def test_what_follows_the_last_citation_as_a_statement_of_its_own_is_nobodys(tail: str) -> None:
    assert found(f"Astrocytes release mitochondria[1]{tail}.") == [("1", "Astrocytes release mitochondria")]


def test_what_precedes_a_semicolon_is_another_statement() -> None:
    assert found("Neurons fire; astrocytes release mitochondria[1].") == [("1", "astrocytes release mitochondria")]


def test_a_claim_tells_where_in_the_sentence_it_begins() -> None:
    text = "Astrocytes release mitochondria, and MSCs donate mitochondria."
    cut = text.index(",")
    first, second = claims(text, [Cited(cut, cut, (Study("a"),)), Cited(len(text) - 1, len(text) - 1, (Study("b"),))], RULES)
    assert (first.start, first.text) == (0, "Astrocytes release mitochondria")
    assert text[second.start :] == second.text == "and MSCs donate mitochondria."


def test_without_citation_there_is_no_claim() -> None:
    assert claims("Astrocytes release mitochondria.", [], RULES) == []
