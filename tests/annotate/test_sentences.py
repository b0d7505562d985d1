"""Sentences of scientific prose. A bar marks each border that must be found; there must be no other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.annotate.sentences import split_sentences


@pytest.mark.parametrize(
    "marked",
    [
        "Mitochondria moved. | They were intact.",
        "Islam et al. showed that BMSCs donate mitochondria. | In 2012 this was new.",
        "This was shown by Islam et al. | However, it was doubted.",
        "As shown in Fig. 1A, cells were stained. | Figs. 2 and 3 show more.",
        "Mitochondria were given i.v. at 24 h. | Rats were killed.",
        "Mitochondria were given i.v. | The rats were killed.",
        "GFP vs. RFP was compared, e.g. Mito-GFP, i.e. the reporter.",
        "S. aureus infection was studied in E. coli. | Both grew.",
        "J. Smith and P. A. Fine helped.",
        "A dose of 0.5 mg was used. | Then 1.5 mg.",
        "Protocol No. 3 was followed. | No. | Yes.",
        "Mitochondria moved to cells.12 The donor survived.".replace(".12 ", ".12 | "),
        "Mitochondria moved to cells.12,13 | The donor survived.",
        "Mitochondria moved to cells.[12] | The donor survived.",
        "He said “they moved.” | Then he left.",
        "It rose (P < 0.05; Fig. 2. Data not shown). | It fell.",
        "Release fell; uptake rose; death did not change.",
        "It was high. | mtDNA was low. | p53 was lost. | iPSCs grew. | siRNA helped.",
        "It was high. | α-Synuclein was low.",
        "Cells were bought from Sigma-Aldrich Inc. | The rest was made here.",
        "We added cytochalasin B. | Cells rounded up.",
        "Was it taken up? | Yes! | So it was.",
        "Mice (n = 5) were used. | (A) Treated. (b) Untreated.".replace(". (b)", ". | (b)"),
        "Means ± SD. | *P < 0.05.",
        "Cells were kept at 37 °C. | 24 h later they were fixed.",
        "The U.S. Food and Drug Administration agreed.",
        "First paragraph without a stop\n\n| Second paragraph",
        "Mitochondria.The next word lacks its blank".replace(".The", ". | The").replace(". | The", ".|The"),
    ],
)
def test_borders(marked: str) -> None:
    parts = [part.strip() for part in marked.split("|")]
    text = marked.replace("| ", "").replace("|", "")
    assert [text[start:end] for start, end in split_sentences(text)] == parts


def test_nothing_to_split() -> None:
    assert split_sentences("") == []
    assert split_sentences("  \n ") == []
    assert split_sentences(" mitochondria ") == [(1, 13)]


def test_an_open_bracket_that_never_closes_stops_nothing() -> None:
    assert len(split_sentences("Cells (MSCs were used. They grew. They died.")) == 3


@given(st.text(alphabet="abAB1 .!?()[]\n\"'*"))
def test_all_text_but_blanks_is_in_one_sentence(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
