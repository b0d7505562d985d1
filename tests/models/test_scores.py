"""Scores of names and of syntax, against counts made by hand."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from mitotransfer.models.corpora import Gold
from mitotransfer.models.corpora import Span as Marked
from mitotransfer.models.scores import Prf, layer_names, name_scores
from mitotransfer.models.train import OFFICIAL


def record(*spans: tuple[int, int, str]) -> Gold:
    return Gold("1", "x" * 40, [], [Marked(*span) for span in spans])


GOLD = [record((0, 4, "CELL"), (5, 9, "CELL"), (10, 12, "GENE")), record((0, 4, "CELL"))]
SAID = [[(0, 4, "CELL"), (5, 8, "CELL"), (10, 12, "CELL"), (20, 22, "GENE")], [(0, 4, "CELL"), (6, 9, "DRUG")]]


def test_names_count_when_both_ends_and_the_label_are_right() -> None:
    scores = name_scores(SAID, GOLD)
    # cells: 2 of 4 said are right, of 3 marked; genes: one said, one marked, none right; all: 2 of 6 said, of 4 marked
    assert scores == {
        "CELL": Prf(0.5, 0.6667, 0.5714, 3),
        "GENE": Prf(0.0, 0.0, 0.0, 1),
        "ALL": Prf(0.3333, 0.5, 0.4, 4),
    }


def test_a_name_said_twice_counts_once() -> None:
    assert name_scores([[(0, 4, "CELL"), (0, 4, "CELL")]], [record((0, 4, "CELL"))])["CELL"] == Prf(1.0, 1.0, 1.0, 1)


def test_nothing_said_and_nothing_marked_gives_zeros() -> None:
    assert name_scores([[]], [record((0, 4, "CELL"))])["ALL"] == Prf(0.0, 0.0, 0.0, 1)
    assert name_scores([[(0, 4, "CELL")]], [record()]) == {"ALL": Prf(0.0, 0.0, 0.0, 0)}


def test_labels_are_renamed_on_both_sides_as_the_corpus_has_them() -> None:
    gold = [record((0, 4, "Cell_line"), (5, 9, "Cell"), (10, 12, "Cancer"))]
    said = [[(0, 4, "Cell"), (5, 9, "Cell_line"), (10, 12, "Organ")]]
    assert name_scores(said, gold)["ALL"].f1 == 0.0
    scores = name_scores(said, gold, OFFICIAL)
    assert scores["Cell"] == Prf(1.0, 1.0, 1.0, 2)
    assert scores["ALL"] == Prf(0.6667, 0.6667, 0.6667, 3)
    assert "Cell_line" not in scores


def test_as_many_texts_must_be_said_as_are_marked() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        name_scores(SAID[:1], GOLD)


@Language.component("say_one_of_each")
def _say_one_of_each(doc: Doc) -> Doc:
    doc.ents = [Span(doc, 0, 1, label="ENT")]
    doc.spans["layer"] = [Span(doc, 1, 2, label="SET")]
    return doc


def test_names_are_taken_from_a_layer_or_from_the_entities() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("say_one_of_each")
    records = [Gold("1", "Old mice rest", [], []), Gold("2", "Cells rest", [], [])]
    assert list(layer_names(nlp, records)) == [[(0, 3, "ENT")], [(0, 5, "ENT")]]
    assert list(layer_names(nlp, records, "layer")) == [[(4, 8, "SET")], [(6, 10, "SET")]]
