"""How words are inflected: learnt from a corpus, and read backwards."""

from __future__ import annotations

from types import MappingProxyType

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from mitotransfer.annotate.resources import load
from mitotransfer.models.components import Lemmatizer
from mitotransfer.models.lemmas import Irregular, WordForms, learn, word_forms
from mitotransfer.settings import load as load_settings


@pytest.fixture(scope="module")
def nlp() -> Language:
    settings = load_settings()
    models = load(settings.annotate, settings.nlp).models
    assert models is not None
    assert models.main is not None
    return models.main.nlp


def learnt(lemmas: str, words: str = "", irregular: Irregular = MappingProxyType({})) -> Lemmatizer:
    """What is learnt from these words, each as word/tag/lemma."""
    vocab = spacy.blank("en").vocab
    said = [entry.split("/") for entry in lemmas.split()]
    doc = Doc(vocab, words=[word for word, *_ in said], tags=[tag for _, tag, _ in said], lemmas=[lemma for *_, lemma in said])
    return learn([doc], words.split(), irregular, vocab)


PAST = "boosted/VBD/boost raised/VBD/raise posted/VBD/post listed/VBD/list used/VBD/use based/VBD/base"


def test_endings_tell_the_lemmas_of_words_that_were_not_seen() -> None:
    lemmatizer = learnt(PAST)
    assert [lemmatizer.lemma(word, "VBD") for word in ("tested", "eased", "Boosted")] == ["test", "ease", "boost"]
    assert lemmatizer.lemma("tested", "JJ") == "tested"
    assert not lemmatizer.exceptions


def test_of_what_endings_tell_the_first_known_word_counts() -> None:
    assert learnt(PAST).lemma("tasted", "VBD") == "tast"
    assert learnt(PAST, "taste").lemma("tasted", "VBD") == "taste"


def test_irregular_forms_that_the_corpus_lacks_are_known_if_they_have_one_lemma() -> None:
    verbs = {"threw": ["throw"], "took": ["taken"], "bound": ["bind", "bound"], "dying": ["die"]}
    lemmatizer = learnt(f"{PAST} took/VBD/take", irregular={"verb": verbs})
    assert [lemmatizer.lemma(word, "VBD") for word in ("Threw", "took")] == ["throw", "take"]
    assert "bound" not in lemmatizer.exceptions["VBD"]
    assert lemmatizer.lemma("threw", "VBN") == "throw"
    assert lemmatizer.lemma("threw", "NNS") == "threw"
    assert lemmatizer.exceptions["VBG"] == {"dying": "die"}


def test_what_endings_tell_wrong_is_an_exception() -> None:
    assert learnt(f"{PAST} was/VBD/be Took/VBD/Take").exceptions == {"VBD": {"took": "take", "was": "be"}}


def test_a_word_that_the_corpus_leaves_as_it_is_though_it_is_inflected_is_not_followed() -> None:
    # CRAFT's lemmas were made by a tool that knew no "endosome"; "shed" is a verb of its own
    lemmatizer = learnt(f"{PAST} tested/VBD/tested shed/VBD/shed shed/VB/shed", "test")
    assert lemmatizer.lemma("tested", "VBD") == "test"
    assert lemmatizer.lemma("shed", "VBD") == "shed"


def test_classes_that_the_corpus_has_for_lemmas_are_not_learnt() -> None:
    assert learnt(f"{PAST} two/CD/#crd#").lemma("two", "CD") == "two"


def test_the_lemma_that_a_word_mostly_has_is_learnt() -> None:
    assert learnt(f"{PAST} lay/VBD/lay lay/VBD/lie lay/VBD/lie").lemma("lay", "VBD") == "lie"


@given(word=st.text(st.sampled_from("aedosty"), min_size=1, max_size=8), tag=st.sampled_from(["VBD", "NN"]))
def test_a_word_is_among_the_forms_of_its_lemma(word: str, tag: str) -> None:
    lemmatizer = _LEARNT
    assert word in WordForms(lemmatizer).of(lemmatizer.lemma(word, tag))


_LEARNT = learnt(f"{PAST} stood/VBD/stay", "toast dose")


@pytest.mark.parametrize(("lemma", "words"), [("take", ["took", "taken", "taking", "takes"]), ("go", ["went", "goes"])])
def test_the_forms_of_a_lemma_are_known(nlp: Language, lemma: str, words: list[str]) -> None:
    forms = word_forms(nlp)
    assert forms is not None
    assert forms.of(lemma).issuperset(words)


def test_every_lemma_that_the_model_gives_has_the_word_among_its_forms(nlp: Language) -> None:
    forms = word_forms(nlp)
    assert forms is not None
    text = "Injured astrocytes shed mitochondria, which neighbouring neurons had taken up; others were given or left behind."
    tried = [token for token in nlp(text) if token.is_alpha]
    assert len(tried) > 10
    for token in tried:
        assert token.lower_ in forms.of(token.lemma_), token


def test_of_other_lemmatizers_nothing_is_said() -> None:
    other = spacy.blank("en")
    other.add_pipe("lemmatizer", config={"mode": "rule"})
    assert word_forms(other) is None
