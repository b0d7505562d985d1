"""The species of a cell: evidence of its own name first, then of syntax, then of the sentence; none rather than a guess."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from mitotransfer.models.species import SpeciesOf, species_of

VOCAB = spacy.blank("en").vocab


def sentence(*rows: str) -> Doc:
    """A tree by hand: each row "word head dep", the head by its number among the rows."""
    words, heads, deps = zip(*(row.rsplit(" ", 2) for row in rows), strict=True)
    starts = [True, *[False] * (len(words) - 1)]
    return Doc(VOCAB, words=list(words), heads=[int(head) for head in heads], deps=list(deps), sent_starts=starts)


def span(doc: Doc, text: str, ident: str = "") -> Span:
    words = text.split()
    start = next(n for n in range(len(doc)) if [t.text for t in doc[n : n + len(words)]] == words)
    return Span(doc, start, start + len(words), label="X", span_id=ident)


def found(doc: Doc, cell: str, *species: str | tuple[str, str]) -> SpeciesOf:
    mentions = [span(doc, *((name,) if isinstance(name, str) else name)) for name in species]
    return species_of(span(doc, cell), mentions)


def test_a_species_word_before_the_cell_is_its_species_also_from_afar() -> None:
    doc = sentence("human 4 amod", "bone 2 compound", "marrow 4 compound", "stromal 4 amod", "cells 4 ROOT")
    assert found(doc, "stromal cells", "human") == (("human",), "modifier")


def test_a_species_inside_the_cells_name_counts() -> None:
    doc = sentence("mouse 1 compound", "astrocytes 1 ROOT")
    assert found(doc, "mouse astrocytes", "mouse") == (("mouse",), "modifier")


def test_coordinated_species_are_both_named_in_text_order() -> None:
    doc = sentence("human 3 amod", "and 0 cc", "rat 0 conj", "neurons 3 ROOT")
    assert found(doc, "neurons", "rat", "human") == (("human", "rat"), "modifier")


def test_what_stands_beside_a_cell_is_no_part_of_its_name() -> None:
    doc = sentence("rat 1 amod", "astrocytes 1 ROOT", "and 1 cc", "human 4 amod", "neurons 1 conj", "and 4 cc", "mice 4 conj")
    assert found(doc, "astrocytes", "rat", "human", "mice") == (("rat",), "modifier")
    assert found(doc, "neurons", "rat", "human", "mice") == (("human",), "modifier")


def test_a_preposition_tells_the_origin_through_an_organ() -> None:
    doc = sentence("BMSCs 0 ROOT", "from 0 prep", "marrow 1 pobj", "of 2 prep", "rats 3 pobj")
    assert found(doc, "BMSCs", "rats") == (("rats",), "origin")


@pytest.mark.parametrize("verb", ["isolated", "derived", "harvested"])
def test_what_a_cell_was_taken_from_is_its_species_and_a_strain_answers_with_its_id(verb: str) -> None:
    doc = sentence("cells 0 ROOT", f"{verb} 0 acl", "from 1 prep", "C57BL/6 4 compound", "mice 2 pobj")
    assert found(doc, "cells", ("C57BL/6 mice", "species:mouse")) == (("species:mouse",), "origin")


def test_a_verb_with_the_cell_as_its_subject_or_object_tells_the_origin_too() -> None:
    passive = sentence("MSCs 2 nsubjpass", "were 2 auxpass", "isolated 2 ROOT", "from 2 prep", "rats 3 pobj")
    active = sentence("we 1 nsubj", "isolated 1 ROOT", "MSCs 1 dobj", "from 1 prep", "rats 3 pobj")
    assert found(passive, "MSCs", "rats") == found(active, "MSCs", "rats") == (("rats",), "origin")


def test_whom_a_cell_was_given_to_is_not_where_it_came_from() -> None:
    doc = sentence(
        "human 1 amod", "MSCs 1 ROOT", "injected 1 acl", "in 2 prep", "mice 3 pobj", "and 1 cc", "astrocytes 1 conj"
    )  # fmt: skip
    assert found(doc, "MSCs", "human", "mice") == (("human",), "modifier")
    assert found(doc, "astrocytes", "human", "mice") == ((), "")


def test_another_cells_species_is_not_this_ones() -> None:
    doc = sentence("neurons 1 nsubj", "received 1 ROOT", "mitochondria 1 dobj", "of 2 prep", "rat 5 amod", "astrocytes 3 pobj",
                   "but 1 cc", "not 1 neg", "mouse 9 amod", "ones 1 conj")  # fmt: skip
    assert found(doc, "neurons", "rat", "mouse") == ((), "")
    assert found(doc, "astrocytes", "rat", "mouse") == (("rat",), "modifier")


@pytest.mark.parametrize(
    ("short", "species"),
    [
        ("hMSCs", "human"),
        ("mBMSC", "mouse"),
        ("rADSCs", "rat"),
        ("hUC-MSCs", "human"),
        ("hiPSC", "human"),
        ("HUVECs", "human"),
        ("MEFs", "mouse"),
        ("NRVMs", "rat"),
    ],
)
def test_the_first_letter_of_a_short_form_may_be_a_species(short: str, species: str) -> None:
    assert found(sentence(f"{short} 0 ROOT"), short) == ((species,), "prefix")


@pytest.mark.parametrize("short", ["mTECs", "mDCs", "MSCs", "macrophages", "hepatocytes", "HEK293", "HSCs", "mAb", "rods"])
def test_other_names_that_begin_so_tell_no_species(short: str) -> None:
    assert found(sentence(f"{short} 0 ROOT"), short) == ((), "")


def test_a_line_has_its_own_species_whatever_stands_around_it() -> None:
    doc = sentence("HeLa 1 compound", "cells 1 ROOT", "in 1 prep", "mice 2 pobj")
    lines = {"HeLa cells": "species:human"}
    given = species_of(span(doc, "HeLa cells"), [span(doc, "mice")], lambda cell: lines.get(cell.text, ""))
    assert given == (("species:human",), "line")


def test_the_only_species_of_the_sentence_is_taken_last() -> None:
    doc = sentence("mice 1 nsubj", "lost 1 ROOT", "astrocytes 1 dobj")
    assert found(doc, "astrocytes", "mice") == (("mice",), "sentence")


def test_a_species_of_another_sentence_is_none_of_ours() -> None:
    doc = Doc(VOCAB, words=["Mice", "died", "Astrocytes", "lived"], heads=[1, 1, 3, 3], deps=["nsubj", "ROOT"] * 2,
              sent_starts=[True, False, True, False])  # fmt: skip
    assert found(doc, "Astrocytes", "Mice") == ((), "")
