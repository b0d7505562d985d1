"""Names in texts: case, borders, longest match, several meanings, the article's own short forms."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.vocabulary import Entry, Vocabulary
from mitotransfer.document import Mention

ENTRIES = (
    Entry("cell:msc", "cell", "mesenchymal stem cell", ("MSC", "BMSC"), ambiguous_forms=("BMSC",)),
    Entry("cell:stromal", "cell", "bone marrow stromal cell", ("BMSC",), ambiguous_forms=("BMSC",)),
    Entry("cell:cell", "cell", "cell"),
    Entry("cell:neuron", "cell", "neuron"),
    Entry("cell:macrophage", "cell", "macrophage"),
    Entry("cell_line:hela", "cell_line", "HeLa"),
    Entry("disease:obesity", "disease", "obesity"),
    Entry("condition:obesity", "condition", "obesity"),
    Entry("disease:ali", "disease", "acute lung injury", ("ALI",)),
    Entry("disease:liver_fibrosis", "disease", "liver fibrosis"),
    Entry("mechanism:tnf", "mechanism", "TNF-α", ("SHED",)),
    Entry("mechanism:nanotube", "mechanism", "tunneling nanotube", ("TNT",)),
    Entry("outcome:potential", "outcome", "membrane potential", ("ΔΨm",)),
    Entry("route:iv", "route", "intravenous injection", ("i.v.",)),
    Entry("species:human", "species", "human"),
    Entry("tissue:liver", "tissue", "liver", adjectives=("hepatic",)),
)
VOCABULARY = Vocabulary({entry.ident: entry for entry in ENTRIES})
MATCHER = Matcher(VOCABULARY)


def found(mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(mention.surface, mention.ident) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "surface", "ident"),
    [
        ("the Mesenchymal Stem-Cells of", "Mesenchymal Stem-Cells", "cell:msc"),
        ("of MSCs.", "MSCs", "cell:msc"),
        ("MSC's mitochondria", "MSC", "cell:msc"),
        ("given i.v. to", "i.v.", "route:iv"),
        ("TNFα-treated", "TNFα", "mechanism:tnf"),
        ("ΔΨm fell", "ΔΨm", "outcome:potential"),
        ("tunnelling nanotubes", "tunnelling nanotubes", "mechanism:nanotube"),
        ("non-breaking\u00a0mesenchymal\u00a0stem\u00a0cells", "mesenchymal\u00a0stem\u00a0cells", "cell:msc"),
        # A name printed over a line end or with a doubled blank.
        ("acute  lung\ninjury", "acute  lung\ninjury", "disease:ali"),
        # Soft hyphens and ligatures come from PDF text.
        ("macro\u00adphages", "macro\u00adphages", "cell:macrophage"),
        ("liver ﬁbrosis", "liver ﬁbrosis", "disease:liver_fibrosis"),
        ("MACROPHAGES", "MACROPHAGES", "cell:macrophage"),
        ("in HeLa cells", "HeLa cells", "cell_line:hela"),
    ],
)
def test_a_name_is_found(text: str, surface: str, ident: str) -> None:
    assert found(MATCHER.find(text)) == [(surface, ident)]


@pytest.mark.parametrize(
    "text",
    [
        "we shed light on it",  # SHED in small letters
        "the ali locus",
        "delivery",  # liver
        "cellular",
        "hepatic",  # an adjective, not asked for
        "acute lung. Injury was",  # a full stop between the words
        "",
    ],
)
def test_a_name_is_not_found(text: str) -> None:
    assert MATCHER.find(text) == []


def test_longest_name_wins_then_leftmost() -> None:
    assert found(MATCHER.find("human liver fibrosis")) == [
        ("human", "species:human"),
        ("liver fibrosis", "disease:liver_fibrosis"),
    ]


def test_nested_names_on_request() -> None:
    idents = [ident for _, ident in found(MATCHER.find_all("human liver fibrosis"))]
    assert idents == ["species:human", "disease:liver_fibrosis", "tissue:liver"]


def test_a_form_of_two_categories_gives_both() -> None:
    assert found(MATCHER.find("obesity")) == [("obesity", "disease:obesity"), ("obesity", "condition:obesity")]


def test_an_ambiguous_form_gives_its_entries_in_order_of_the_file() -> None:
    mentions = MATCHER.find("BMSCs")
    assert [mention.ident for mention in mentions] == ["cell:msc", "cell:stromal"]
    assert all(VOCABULARY.is_ambiguous(mention.ident, mention.surface) for mention in mentions)


def test_only_some_categories() -> None:
    assert found(Matcher(VOCABULARY, {"tissue"}).find("liver fibrosis of humans")) == [("liver", "tissue:liver")]
    assert Matcher(VOCABULARY, set()).find("liver") == []


def test_adjectives_on_request() -> None:
    assert found(MATCHER.find("hepatic", adjectives=True)) == [("hepatic", "tissue:liver")]


def test_a_superscript_ends_a_word() -> None:
    # "cells<sup>3</sup>" is "cell" and a citation, and so is "MSC<sup>+</sup>…"; without the mark it is a longer word.
    assert found(MATCHER.find("neuron3b", boundaries=(6, 8))) == [("neuron", "cell:neuron")]
    assert MATCHER.find("neuron3b") == []


def test_a_subscript_inside_a_name_does_not_break_it() -> None:
    # ΔΨ<sub>m</sub>
    assert found(MATCHER.find("ΔΨm", boundaries=(2, 3))) == [("ΔΨm", "outcome:potential")]


def test_a_name_may_begin_at_a_mark() -> None:
    assert found(MATCHER.find("aMSC", boundaries=(0, 1))) == [("MSC", "cell:msc")]
    assert found(MATCHER.find("aneuron", boundaries=(0, 1))) == [("neuron", "cell:neuron")]


def test_a_citation_number_glued_to_a_plural() -> None:
    # Plain text that lost its superscripts.
    assert found(MATCHER.find("the neurons21 and")) == [("neurons", "cell:neuron")]
    assert MATCHER.find("the neuron2a line") == []


def test_the_articles_own_short_form_wins() -> None:
    extra = {"BMSC": [("cell", "cell:stromal")], "LPC": [("species", "species:human")]}
    assert found(MATCHER.find("BMSCs and LPC", extra=extra)) == [("BMSCs", "cell:stromal"), ("LPC", "species:human")]


def test_a_short_form_defined_as_a_plural_is_found_in_the_singular() -> None:
    assert found(MATCHER.find("an LPC-derived", extra={"LPCs": [("cell", "cell:neuron")]})) == [("LPC", "cell:neuron")]


def test_a_short_form_without_a_meaning_keeps_the_vocabularys_away() -> None:
    # "air–liquid interface (ALI)"
    assert MATCHER.find("ALI culture", extra={"ALI": []}) == []


def test_the_articles_short_forms_keep_their_case() -> None:
    assert MATCHER.find("hat", extra={"HAT": [("cell", "cell:neuron")]}) == []


@pytest.mark.parametrize(
    ("text", "idents"),
    [
        (" MSCs. ", ["cell:msc"]),
        ("i.v.", ["route:iv"]),
        ("human MSCs", []),
        ("liver fibrosis", ["disease:liver_fibrosis"]),
        ("", []),
    ],
)
def test_a_text_that_is_a_name_as_a_whole(text: str, idents: list[str]) -> None:
    assert [mention.ident for mention in MATCHER.exactly(text)] == idents


@given(
    st.lists(
        st.sampled_from(
            [
                "human",
                "MSC",
                "BMSCs",
                "liver",
                "fibrosis",
                "",
                "-",
                ",",
                ".",
                "\xad",
                "ﬁ",
                "ß",
                "³",
                "obesity",
                "tunneling",
                "nanotubes",
                "Σ",
            ]
        )
    )
)
def test_mentions_are_slices_in_order_and_do_not_overlap(words: list[str]) -> None:
    text = " ".join(words)
    mentions = MATCHER.find(text)
    assert all(text[m.start : m.end] == m.surface and m.start < m.end for m in mentions)
    spans = sorted({(m.start, m.end) for m in mentions})
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert {(m.start, m.end, m.ident) for m in mentions} <= {(m.start, m.end, m.ident) for m in MATCHER.find_all(text)}


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert all(text[m.start : m.end] == m.surface for m in MATCHER.find_all(text))


def test_every_form_of_the_projects_vocabulary_finds_its_entry(root: Path) -> None:
    vocabulary = Vocabulary.load(root / "configs" / "vocabulary")
    matcher = Matcher(vocabulary)
    missed = [
        (entry.ident, form)
        for entry in vocabulary.entries.values()
        for form in entry.forms
        if entry.ident not in {mention.ident for mention in matcher.exactly(form)}
    ]
    # A hyphen at the end of a form is no part of what is found ("-independent", "143B TK-").
    assert [form for _, form in missed if form.strip("-") == form] == []


def test_of_the_articles_short_forms_only_some_categories_can_count() -> None:
    own = {"ALI": [("cell", "cell:neuron"), ("disease", "disease:obesity")]}
    assert [m.ident for m in MATCHER.find("the ALI", extra=own, only=("disease",))] == ["disease:obesity"]
    assert MATCHER.find("the ALI", extra=own, only=("route",)) == []


@given(st.lists(st.sampled_from(["BMSC", "MSCs", "i.v.", "TNF-α", " ", ".", "liver", "ﬁbrosis", "fibrosis", "ALI", "\u200b"])))
def test_a_whole_name_is_one_that_is_found_from_end_to_end(words: list[str]) -> None:
    text = " ".join(words)
    found = MATCHER.exactly(text)
    ends = (len(text.rstrip()), len(text.rstrip(" .,;:\u00a0")))
    start = len(text) - len(text.lstrip())
    whole = [[m for m in MATCHER.find_all(text) if (m.start, m.end) == (start, end)] for end in ends]
    assert found == next((mentions for mentions in whole if mentions), [])
