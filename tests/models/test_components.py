"""The pipeline's own components: known names, half-precision vectors, layers of names and their union."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from mitotransfer.models.components import Layer, Lemmatizer, Names, Union, WordVectors, folded


def doc_of(text: str) -> Doc:
    return Doc(Vocab(), words=text.split())


def marked(names: Names, text: str) -> list[str]:
    return [token.ent_id_ for token in names(doc_of(text))]


def known(**names: str) -> Names:
    """Names by label, several with a semicolon between."""
    made = Names()
    for label, forms in names.items():
        for form in forms.split(";"):
            made.add(label, form.split())
    return made


@pytest.mark.parametrize(
    ("word", "fold"),
    [
        ("Neurons", "neuron"), ("bodies", "body"), ("dies", "die"), ("mass", "mass"), ("virus", "virus"), ("axis", "axis"),
        ("gas", "gas"), ("TNF-α", "tnf-α"),
    ],
)  # fmt: skip
def test_words_are_compared_in_lower_case_without_a_regular_plural(word: str, fold: str) -> None:
    assert folded(word) == fold


def test_the_words_of_known_names_are_marked() -> None:
    names = known(CELL="stem cell", ANATOMY="brain")
    assert marked(names, "Stem cells of brains , stem") == ["B-CELL", "I-CELL", "", "B-ANATOMY", "", ""]


def test_known_names_are_a_layer_of_their_own() -> None:
    doc = known(CELL="stem cell", ANATOMY="brain")(doc_of("Stem cells of brains"))
    assert [(span.text, span.label_) for span in doc.spans["names"]] == [("Stem cells", "CELL"), ("brains", "ANATOMY")]


def test_the_longest_name_wins_and_the_next_is_looked_for_behind_it() -> None:
    names = known(CELL="brain stem cell;stem", ANATOMY="brain;cell line")
    assert marked(names, "brain stem cell line") == ["B-CELL", "I-CELL", "I-CELL", ""]
    assert marked(names, "brain stem line") == ["B-ANATOMY", "B-CELL", ""]


def test_a_name_keeps_its_first_label() -> None:
    assert known(CELL="neuron", ANATOMY="Neurons").table == {"neuron": "CELL"}


def test_names_without_words_or_with_more_than_eight_are_not_taken() -> None:
    names = Names()
    names.add("X", [])
    names.add("X", ["a"] * 9)
    assert names.table == {}
    names.add("X", ["a"] * 8)
    assert marked(names, "a a a a a a a a a")[7:] == ["I-X", ""]


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["CELL", "GENE"]), st.lists(WORD, min_size=1, max_size=4))))
def test_names_are_read_back_as_they_were_written(entries: list[tuple[str, list[str]]]) -> None:
    names = Names()
    for label, words in entries:
        names.add(label, words)
    again = Names().from_bytes(names.to_bytes())
    assert (again.table, again.lengths) == (names.table, names.lengths)


def test_the_same_names_give_the_same_bytes_whatever_their_order(tmp_path: Path) -> None:
    one, other = known(CELL="neuron;stem cell", ANATOMY="brain"), known(ANATOMY="brain", CELL="stem cell;neuron")
    one.to_disk(tmp_path / "one")
    other.to_disk(tmp_path / "other")
    first, second = (tmp_path / name / "names.gz" for name in ("one", "other"))
    assert first.read_bytes() == second.read_bytes()
    assert marked(Names().from_disk(tmp_path / "one"), "stem cells") == ["B-CELL", "I-CELL"]


def test_the_list_is_taken_from_a_file_before_training(tmp_path: Path) -> None:
    known(CELL="neuron").to_disk(tmp_path)
    nlp = spacy.blank("en")
    names: Names = nlp.add_pipe("mitotransfer_names")  # type: ignore[assignment]
    nlp.config["initialize"]["components"]["mitotransfer_names"] = {"names": str(tmp_path)}
    nlp.initialize()
    assert names.table == {"neuron": "CELL"}


def test_known_names_bind_no_recogniser_and_outlive_it() -> None:
    doc = known(CELL="neuron;astrocyte")(doc_of("neurons feed astrocytes"))
    assert all(token.ent_iob == 0 for token in doc)  # "missing": whatever a recogniser says stands
    doc.set_ents([Span(doc, 0, 2, label="OTHER")])
    Layer("first")(doc)
    assert [token.ent_id_ for token in doc] == ["B-CELL", "", "B-CELL"]


def lemmatizer(**known: str) -> Lemmatizer:
    """One that knows an exception, how some plurals and past forms are made, and these words."""
    made = Lemmatizer(spacy.blank("en").vocab)
    rules = {"NNS": {"s": [("s", "")], "ies": [("ies", "y"), ("s", "")]}, "VBD": {"ed": [("d", ""), ("ed", "")]}}
    made.set({"NNS": {"mice": "mouse"}}, rules, known)
    return made


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [
        ("Mice", "NNS", "mouse"), ("neurons", "NNS", "neuron"), ("studies", "NNS", "study"), ("uses", "VBZ", "uses"),
        ("DNA", "NN", "dna"), ("Bmp4s", "NNS", "bmp4s"), ("Boosted", "VBD", "boost"), ("graded", "VBD", "grade"),
        ("s", "NNS", "s"), ("", "NNS", ""), ("movies", "NNS", "movie"),
    ],
)  # fmt: skip
def test_a_lemma_is_an_exception_or_what_the_ending_tells(word: str, tag: str, lemma: str) -> None:
    known = lemmatizer(boost="", movie="")
    assert known.lemma(word, tag) == lemma
    if word:
        assert known(Doc(known.vocab, words=[word], tags=[tag]))[0].lemma_ == lemma


def test_lemmas_are_the_same_when_they_come_from_disk_or_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = lemmatizer(boost="")
    known.to_disk(tmp_path)
    monkeypatch.setattr(Lemmatizer, "_KEPT", 1)
    again = Lemmatizer(spacy.blank("en").vocab).from_disk(tmp_path)
    words = ["Mice", "boosted", "mice"]
    for one in (known, again):
        doc = one(Doc(one.vocab, words=words, tags=["NNS", "VBD", "NNS"]))
        assert [token.lemma_ for token in doc] == ["mouse", "boost", "mouse"]


WORDS, DATA = ["cell", "β-cell", "the"], np.array([[1.0, 0.1], [2.0, -0.3], [1e-3, 7.7]], dtype="float32")


def test_vectors_are_found_for_words_in_lower_case_with_a_capital_and_in_capitals() -> None:
    vocab = Vocab()
    WordVectors(vocab).set(WORDS, DATA)
    for form in ("cell", "Cell", "CELL"):
        assert vocab[form].vector.tolist() == pytest.approx(DATA[0].tolist(), rel=1e-3)
    assert vocab["Β-CELL"].vector.tolist() == pytest.approx(DATA[1].tolist(), rel=1e-3)
    assert not vocab["cELL"].has_vector
    assert not vocab["cells"].has_vector


def test_vectors_are_kept_in_half_precision_and_read_back_exactly(tmp_path: Path) -> None:
    before, after = Vocab(), Vocab()
    made = WordVectors(before)
    made.set(WORDS, DATA)
    made.to_disk(tmp_path / "vectors")
    assert np.load(tmp_path / "vectors" / "vectors.npy").dtype == np.float16
    again = WordVectors(after).from_disk(tmp_path / "vectors")
    assert again.words == WORDS
    assert after.vectors.data.dtype == np.float32
    for form in ("cell", "Cell", "THE", "β-cell"):
        assert (after[form].vector == before[form].vector).all()
        assert (after[form].vector.astype("float16") == after[form].vector).all()


def layered(words: int, **layers: list[tuple[int, int, str]]) -> Doc:
    """A document of this many words with names set aside: (first word, word behind the last, label)."""
    doc = Doc(Vocab(), words=[f"w{n}" for n in range(words)])
    for key, spans in layers.items():
        doc.ents = [Span(doc, start, end, label=label) for start, end, label in spans]
        doc = Layer(key)(doc)
        assert doc.ents == ()
    return doc


def joined(doc: Doc, **labels: dict[str, str]) -> list[tuple[int, int, str]]:
    return [(ent.start, ent.end, ent.label_) for ent in Union(labels)(doc).ents]


A, B = {"a": "CELL", "x": ""}, {"b": "ANATOMY"}


def test_layers_are_joined_under_common_labels() -> None:
    doc = layered(6, first=[(0, 1, "a"), (4, 5, "x")], second=[(2, 4, "b"), (5, 6, "unmapped")])
    assert joined(doc, first=A, second=B, third={"c": "CELL"}) == [(0, 1, "CELL"), (2, 4, "ANATOMY")]


def test_a_longer_name_wins_whatever_its_layer() -> None:
    doc = layered(6, first=[(1, 2, "a"), (3, 6, "a")], second=[(0, 2, "b"), (3, 4, "b")])
    assert joined(doc, first=A, second=B) == [(0, 2, "ANATOMY"), (3, 6, "CELL")]


def test_of_the_same_name_in_two_layers_the_first_layers_label_stays() -> None:
    doc = layered(2, first=[(0, 2, "a")], second=[(0, 2, "b")])
    assert joined(doc, first=A, second=B) == [(0, 2, "CELL")]
    doc = layered(2, first=[(0, 2, "a")], second=[(0, 2, "b")])
    assert joined(doc, second=B, first=A) == [(0, 2, "ANATOMY")]


def test_of_overlapping_names_equally_long_the_first_layers_stays() -> None:
    doc = layered(3, first=[(1, 3, "a")], second=[(0, 2, "b")])
    assert joined(doc, first=A, second=B) == [(1, 3, "CELL")]


def test_a_label_that_is_dropped_makes_no_room_for_itself() -> None:
    doc = layered(3, first=[(0, 3, "x")], second=[(1, 2, "b")])
    assert joined(doc, first=A, second=B) == [(1, 2, "ANATOMY")]


def test_the_marks_of_known_names_are_cleared_in_the_end() -> None:
    doc = known(CELL="w0;w2")(layered(3))
    doc.spans["first"] = [Span(doc, 0, 1, label="a")]
    assert joined(doc, first=A) == [(0, 1, "CELL")]
    assert [token.ent_id_ for token in doc] == ["", "", ""]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A pipeline of our components without anything trained: an entity ruler stands for the recogniser."""
    nlp = spacy.blank("en")
    vectors: WordVectors = nlp.add_pipe("mitotransfer_vectors")  # type: ignore[assignment]
    vectors.set(WORDS, DATA)
    names: Names = nlp.add_pipe("mitotransfer_names")  # type: ignore[assignment]
    names.add("CELL", ["neuron"])
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "a", "pattern": "neurons"}])  # type: ignore[attr-defined]
    nlp.add_pipe("mitotransfer_layer", config={"key": "first"})
    nlp.add_pipe("mitotransfer_union", config={"labels": {"first": A}})
    kept, nlp.vocab.vectors = nlp.vocab.vectors, spacy.vectors.Vectors()
    nlp.to_disk(tmp_path / "pipeline")
    nlp.vocab.vectors = kept
    return tmp_path / "pipeline"


def test_plain_spacy_loads_the_components_without_an_import_of_ours(saved: Path) -> None:
    # a fresh interpreter: the factories are found through the package's entry points
    code = (
        "import json, sys, spacy; nlp = spacy.load(sys.argv[1]); doc = nlp('The neurons rest');"
        "print(json.dumps([nlp.pipe_names, [(e.text, e.label_) for e in doc.ents], float(nlp.vocab['Cell'].vector[0])]))"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(saved)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [
        ["mitotransfer_vectors", "mitotransfer_names", "entity_ruler", "mitotransfer_layer", "mitotransfer_union"],
        [["neurons", "CELL"]],
        1.0,
    ]


def test_a_pipeline_gives_the_same_after_it_is_read_back(saved: Path) -> None:
    nlp: Language = spacy.load(saved)
    doc = nlp("The neurons rest")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("neurons", "CELL")]
    assert [(span.text, span.label_) for span in doc.spans["first"]] == [("neurons", "a")]
    assert nlp.get_pipe("mitotransfer_names").table == {"neuron": "CELL"}  # type: ignore[attr-defined]
