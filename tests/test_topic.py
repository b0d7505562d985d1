"""Words for mitochondria, in texts and in files whose texts are not read yet."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mitotransfer.annotate.literals import needs
from mitotransfer.topic import PATTERN, UNMENTIONED, WORDS, has_topic, name_topic, unmentioned

TEXTS = st.lists(
    st.sampled_from(["mitochondria", "MITO-X", "mitosis", "Organelles", "exMT", "İmito", "mİto", "mitochondrİ", "K", "\n"])
    | st.text(max_size=8),
    max_size=4,
).map(" ".join)
PIECES = st.lists(
    st.sampled_from(
        [
            *("mito", "Mito", "chondria", "sis", "tic", "gen", "om", "es", "mycin", "ses", "m", "mi", "to", "ito", "t", "o"),
            *("organ", "elles", "exo", "pher", "ex", "MT", "sub", "é", "-", " ", ".", "the ", "mitosis", "mitogens", "X"),
        ]
    ),
    max_size=7,
)


def passed(*pieces: str) -> bool:
    """Whether an article of these pieces between its tags is passed over."""
    said = unmentioned("".join(pieces).encode(), lambda: pieces)
    assert said in ("", UNMENTIONED)
    return said == UNMENTIONED


@pytest.mark.parametrize("text", ["mitotic spindles", "in mitosis", "mitogens", "mitomycin C", "mitogenic"])
def test_words_that_begin_like_mitochondria_are_no_topic(text: str) -> None:
    assert not has_topic(text)
    assert passed("Cells", f"see {text}.", "X")


@pytest.mark.parametrize(
    "text",
    ["mitophagy", "MitoTracker", "Mito-GFP", "mitogenome", "exMT", "organelles", "submitochondrial", "mtDNA of mitochondria"],
)
def test_words_on_mitochondria_are_a_topic(text: str) -> None:
    assert has_topic(text)
    assert not passed("Cells ", text, ".")


def test_the_words_to_look_for_are_those_that_the_pattern_needs() -> None:
    (needed,) = needs(PATTERN)
    assert {next(word for word in WORDS if word in one) for one in needed} == set(WORDS)


@given(st.lists(TEXTS, max_size=4))
@example(["\ud800 mitochondria"])
@example(["mitosis\nmitochondria"])
@example(["", "İmito"])
def test_many_texts_name_mitochondria_when_one_does(texts: list[str]) -> None:
    assert name_topic(texts) == any(map(has_topic, texts))


def test_no_letter_beyond_ascii_becomes_one_of_a_word_for_mitochondria_within_it() -> None:
    grown = {chr(code).lower() for code in range(128, 0x110000) if any(part.isascii() for part in chr(code).lower())}
    assert grown == {"k", "i̇"}  # no word has a k, or ends in i


@given(PIECES)
@example(["mitosis", "es"])
@example(["mitogen", "om"])
@example(["mito", "sis ", "mito", "tic"])
@example(["mitosis", "é"])
def test_no_article_is_passed_over_whose_pieces_make_a_word_for_mitochondria(pieces: list[str]) -> None:
    if passed(*pieces):
        assert not has_topic("".join(pieces))
        assert not has_topic(" ".join(pieces))


@pytest.mark.parametrize("text", ["Neurons fire.", "mitosis.", "Mitotic cells in mitosis; mitogen, mitomycin C", "limit of", ""])
def test_articles_on_something_else_are_passed_over(text: str) -> None:
    assert passed(text)
    assert passed("Cells", text, "divide.")


def test_a_word_that_ends_at_a_tag_may_go_on_behind_it() -> None:
    assert not passed("Of mitosis", "X")


def test_a_table_s_mito_beside_genes_is_not_taken_for_mitogenes() -> None:
    assert not passed("Mito", "Genes")
