"""Words by lemma: what the lemmatizer can make of a word, read backwards."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from mitotransfer.annotate.resources import load
from mitotransfer.models.lemmas import word_forms
from mitotransfer.settings import load as load_settings


@pytest.fixture(scope="module")
def nlp() -> Language:
    settings = load_settings()
    models = load(settings.annotate, settings.nlp).models
    assert models is not None
    assert models.main is not None
    return models.main.nlp


@pytest.mark.parametrize(("lemma", "words"), [("take", ["took", "taken", "taking", "takes"]), ("go", ["went", "goes"])])
def test_the_forms_of_a_lemma_are_known(nlp: Language, lemma: str, words: list[str]) -> None:
    forms = word_forms(nlp)
    assert forms is not None
    assert forms.of(lemma).issuperset(words)


def test_every_lemma_that_the_model_gives_has_the_word_among_its_forms(nlp: Language) -> None:
    forms = word_forms(nlp)
    assert forms is not None
    text = "Injured astrocytes shed mitochondria, which neighbouring neurons had taken up; others were given or left behind."
    tried = [token for token in nlp(text) if token.is_alpha and token.tag_ not in ("NNS", "NNPS")]
    assert len(tried) > 10
    for token in tried:
        assert token.lower_ in forms.of(token.lemma_), token


def test_of_other_lemmatizers_nothing_is_said() -> None:
    other = spacy.blank("en")
    other.add_pipe("lemmatizer", config={"mode": "rule"})
    assert word_forms(other) is None
