"""Components run in our own way over many texts give what spaCy's own way gives, and the same to the last bit in any batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from standins import pipeline, text_of

from mitotransfer.models import embedding, quick
from mitotransfer.models.components import Lemmatizer

TEXTS = (
    "Astrocytes released mitochondria that neurons took up after focal ischemia in C57BL/6 mice.",
    "",
    "Rotenone-treated HeLa cells, however, did not; TNF-α and IL-1β had no effect.",
    "   ",
    "Mitochondria",
    "MSCs were co-cultured with H9c2 cells. Both were stained. Bone marrow-derived macrophages of rats engulfed them.\n\nThen",
    "Astrocytes released mitochondria that neurons took up after focal ischemia in C57BL/6 mice.",
    "(a) 3.5 × 10−5 mol/L cytochalasin D / 24 h -- p<0.05",
)
_SAID = ("lemma_", "tag_", "pos_", "dep_", "ent_type_", "ent_iob_", "ent_id_", "ent_kb_id_", "norm_", "is_sent_start")


def everything(doc: Doc) -> Any:
    """All that a pipeline says of a text."""
    tokens = [(token.text, token.head.i, str(token.morph), *(getattr(token, name) for name in _SAID)) for token in doc]
    layers = {key: [(span.start, span.end, span.label_) for span in spans] for key, spans in doc.spans.items()}
    return doc.text, tokens, layers


def run(nlp: Language, texts: tuple[str, ...] = TEXTS, batch_size: int = 128) -> list[Doc]:
    return list(quick.annotated(texts, nlp, quick.steps(nlp).values(), batch_size))


@pytest.fixture(scope="module")
def shipped(root: Path) -> Language:
    return spacy.load(root / "models" / "en_mitotransfer")


@pytest.mark.parametrize("batch_size", [1, 3, 128])
def test_the_shipped_pipeline_says_the_same_whatever_the_batches(shipped: Language, batch_size: int) -> None:
    usual = list(shipped.pipe(TEXTS))
    ours = run(shipped, batch_size=batch_size)
    assert [everything(doc) for doc in ours] == [everything(doc) for doc in usual]
    assert all(np.allclose(a.tensor, b.tensor, rtol=0, atol=1e-4) for a, b in zip(ours, usual, strict=True))
    alone = [doc for text in TEXTS for doc in run(shipped, (text,))]
    assert all(np.array_equal(a.tensor, b.tensor) for a, b in zip(ours, alone, strict=True))


def test_every_costly_component_of_the_shipped_pipeline_has_a_quick_way(shipped: Language) -> None:
    steps = quick.steps(shipped)
    usual = {name for name, step in steps.items() if "_step.<locals>" in getattr(step, "__qualname__", "") and name != "parser"}
    assert usual == {
        "vectors",
        "tagger",
        "attribute_ruler",
        "lemmatizer",
        "names",
        "ner_craft_layer",
        "ner_cancer_layer",
        "union",
    }


def test_what_is_kept_of_words_changes_nothing_when_it_is_forgotten(shipped: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_KEPT", 2)
    monkeypatch.setattr(Lemmatizer, "_KEPT", 2)
    steps = quick.steps(shipped)
    first = [everything(doc) for doc in quick.annotated(TEXTS, shipped, steps.values(), 2)]
    again = [everything(doc) for doc in quick.annotated(TEXTS, shipped, steps.values(), 2)]
    assert first == again == [everything(doc) for doc in shipped.pipe(TEXTS)]


@pytest.mark.parametrize("shared", [False, True])
def test_a_pipeline_with_other_layers_says_the_same(shared: bool) -> None:
    nlp = pipeline({"heart failure": "DISEASE", "rotenone": "CHEMICAL"}, shared=shared)
    texts = (text_of(["heart failure", "rotenone"]), text_of(["rotenone"]), "")
    found = run(nlp, texts)
    assert [everything(doc) for doc in found] == [everything(doc) for doc in nlp.pipe(texts)]
    assert [ent.text for ent in found[0].ents] == ["heart failure", "rotenone"]


def test_names_that_are_there_already_bind_a_recogniser() -> None:
    nlp = pipeline({"heart failure": "DISEASE", "rotenone": "CHEMICAL"})
    text = text_of(["heart failure", "rotenone"])

    def with_a_name() -> Doc:
        doc = nlp.make_doc(text)
        doc.set_ents([Span(doc, 3, 5, label="DISEASE")], default="unmodified")
        return doc

    doc = with_a_name()
    quick.steps(nlp)["ner"]([doc])
    assert everything(doc) == everything(next(iter(nlp.get_pipe("ner").pipe([with_a_name()]))))  # type: ignore[attr-defined]


def test_a_ruler_that_sets_more_than_parts_of_speech_is_left_to_spacy() -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add(patterns=[[{"LOWER": "mice"}]], attrs={"LEMMA": "mouse", "POS": "NOUN"})
    (doc,) = run(nlp, ("Mice",))
    assert (doc[0].lemma_, doc[0].pos_) == ("mouse", "NOUN")


def test_a_tag_that_a_ruler_does_not_know_keeps_its_part_of_speech() -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    ruler.add(patterns=[[{"TAG": "NN"}]], attrs={"POS": "NOUN"})
    doc = Doc(nlp.vocab, words=["a", "b"], tags=["NN", "XX"], pos=["X", "VERB"])
    quick.steps(nlp)["attribute_ruler"]([doc])
    assert [token.pos_ for token in doc] == ["NOUN", "VERB"]
