"""Tokens of biomedical text, and gold records as spaCy's training documents."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from mitotransfer.models.corpora import Gold, Span, Token, craft
from mitotransfer.models.docbins import to_doc, write
from mitotransfer.models.prepare import blank


@pytest.fixture(scope="module")
def nlp() -> Language:
    return blank()


CUT = [
    ("astrocyte-derived mitochondria", "astrocyte - derived mitochondria"),
    ("TNF-α–treated", "TNF - α – treated"),
    ("IL-2/STAT5", "IL - 2 / STAT5"),
    ("PGC-1α−/−", "PGC - 1α − / −"),
    ("Miro1+/− mice", "Miro1 + / − mice"),
    ("lines18,19 show", "lines18 , 19 show"),
    ("see 18,19", "see 18 , 19"),
    ("1,900 cells", "1,900 cells"),
    ("1.5 mg/ml", "1.5 mg / ml"),
    ("at 37°C", "at 37 °C"),
    ("5′ end", "5 ′ end"),
    ("Ca(2+)", "Ca ( 2 + )"),
    ("GFP,RFP", "GFP , RFP"),
    ("(MSCs), then", "( MSCs ) , then"),
    ("We did. Cells e.g. neurons.", "We did . Cells e.g. neurons ."),
]


@pytest.mark.parametrize(("text", "tokens"), CUT)
def test_words_are_cut_as_the_annotators_of_craft_cut_them(nlp: Language, text: str, tokens: str) -> None:
    assert [token.text for token in nlp.make_doc(text)] == tokens.split()


@given(st.text(st.sampled_from("aZ1,.°′'-–−‐/+~×→()[]:; \n\u00a0βé%") | st.characters(codec="utf-8"), max_size=40))
def test_no_character_is_lost(nlp: Language, text: str) -> None:
    assert nlp.make_doc(text).text == text


def test_the_rules_are_stored_with_the_pipeline(nlp: Language) -> None:
    loaded = spacy.blank("en").from_bytes(nlp.to_bytes())
    for text, tokens in CUT:
        assert [token.text for token in loaded.make_doc(text)] == tokens.split()


def test_the_tokens_agree_with_those_of_craft(nlp: Language, shared: Path) -> None:
    gold, said = set(), set()
    for record in islice(craft(shared / "craft", "dev"), 400):
        gold |= {(record.name, token.start, token.end) for sentence in record.sentences for token in sentence}
        said |= {(record.name, token.idx, token.idx + len(token)) for token in nlp.make_doc(record.text) if not token.is_space}
    assert len(gold & said) / len(gold) > 0.98


def gold(text: str, *spans: tuple[str, str], sentences: tuple[str, ...] = ()) -> Gold:
    """A record whose tokens are the blank-separated words, `+` marking a cut without a blank."""
    tokens: list[list[Token]] = []
    plain = ""
    for part in sentences or (text,):
        tokens.append([])
        for word in part.split():
            for number, piece in enumerate(word.split("+")):
                plain += "" if number or not plain else " "
                tokens[-1].append(Token(len(plain), len(plain) + len(piece), piece))
                plain += piece
    return Gold("1", plain, tokens, [Span(plain.index(s), plain.index(s) + len(s), label, "CL:1") for s, label in spans])


def marks(record: Gold) -> list[str]:
    """What training is told of each token: a label, O for none, ? for unknown."""
    doc = to_doc(record, Vocab())
    return ["?" if token.ent_iob == 0 else token.ent_type_ or "O" for token in doc]


def test_a_document_has_the_text_and_the_gold_tokens() -> None:
    doc = to_doc(gold("astrocyte+-+derived cells+."), Vocab())
    assert doc.text == "astrocyte-derived cells."
    assert [token.text for token in doc] == ["astrocyte", "-", "derived", "cells", "."]


def test_a_name_is_an_entity_with_its_concept() -> None:
    doc = to_doc(gold("stem cells move", ("stem cells", "CELL")), Vocab())
    assert [(ent.text, ent.label_, ent.kb_id_) for ent in doc.ents] == [("stem cells", "CELL", "CL:1")]


def test_a_name_inside_a_token_leaves_the_token_unmarked() -> None:
    assert marks(gold("cell-like mice move", ("cell", "CELL"), ("mice", "ORGANISM"))) == ["?", "ORGANISM", "O"]


def test_a_name_that_ends_inside_a_token_leaves_all_its_tokens_unmarked() -> None:
    assert marks(gold("stem cell-like mice", ("stem cell", "CELL"))) == ["?", "?", "O"]


def test_two_names_inside_one_token_leave_it_unmarked() -> None:
    assert marks(gold("mouse-cell move", ("mouse", "ORGANISM"), ("cell", "CELL"))) == ["?", "O"]


def test_sentences_start_where_the_record_has_them() -> None:
    doc = to_doc(gold("", sentences=("Cells move+.", "They rest+.")), Vocab())
    assert [sent.text for sent in doc.sents] == ["Cells move.", "They rest."]
    assert not doc.has_annotation("DEP")


def test_heads_tags_and_lemmas_are_those_of_the_record() -> None:
    sentences = [
        [Token(0, 5, "Cells", "cell", "NNS", "NOUN", 1, "nsubj"), Token(6, 10, "move", "move", "VBP", "VERB", 1, "ROOT")],
        [Token(11, 15, "Rest", "rest", "VB", "VERB", 0, "ROOT")],
    ]
    doc = to_doc(Gold("1", "Cells move Rest", sentences), Vocab())
    assert [(t.head.text, t.dep_, t.tag_, t.pos_, t.lemma_) for t in doc] == [
        ("move", "nsubj", "NNS", "NOUN", "cell"),
        ("move", "ROOT", "VBP", "VERB", "move"),
        ("Rest", "ROOT", "VB", "VERB", "rest"),
    ]
    assert [sent.text for sent in doc.sents] == ["Cells move", "Rest"]


def test_records_are_written_to_spacys_training_file(tmp_path: Path) -> None:
    records = [gold("stem cells move", ("stem cells", "CELL")), gold("cell-like", ("cell", "CELL"))]
    path = tmp_path / "new" / "train.spacy"
    assert write(records, path, Vocab()) == 2
    docs = list(DocBin().from_disk(path).get_docs(Vocab()))
    assert [doc.text for doc in docs] == ["stem cells move", "cell-like"]
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == [[("stem cells", "CELL")], []]
    assert docs[1][0].ent_iob == 0
