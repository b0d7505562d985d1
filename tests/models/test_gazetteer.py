"""The list of known names: which source a name belongs to, and which names are left out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from tinycorpora import HGNC, TERMS, write_vocabulary, write_zip
from tinycorpora import OBO as ONTOLOGY

from mitotransfer.errors import ConfigError
from mitotransfer.models.gazetteer import Source, known_names, vocabulary_names
from mitotransfer.models.prepare import blank
from mitotransfer.settings import config_root

LABELS = {"species": "ORGANISM", "cell_line": "CELL_LINE", "cell": "CELL"}
pipeline = cache(blank)
FREQUENT = ["the", "water", "glucose", "neuron", ","]


def source(path: str, label: str, **more: object) -> Source:
    kind = {"zip": "obo", "json": "terms", "tsv": "hgnc"}[path.rpartition(".")[2]]
    return Source(path=path, format=kind, label=label, address="", licence="", **more)  # type: ignore[arg-type]


OBO, MONDO = source("cl.obo.zip", "CELL", only="CL:"), source("terms.json", "DISEASE", only="mondo")
CHEBI, GENES = source("terms.json", "CHEMICAL", only="chebi", words=3), source("hgnc.tsv", "GENE")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_zip(tmp_path / "cl.obo.zip", ONTOLOGY)
    (tmp_path / "terms.json").write_text(json.dumps(TERMS))
    (tmp_path / "hgnc.tsv").write_text(HGNC)
    write_vocabulary(tmp_path / "vocabulary")
    return tmp_path


def table(root: Path, *sources: Source, labels: dict[str, str] | None = None) -> dict[str, str]:
    return known_names(root / "vocabulary", labels or {}, sources, root, FREQUENT, pipeline()).table


def test_the_vocabulary_gives_labels_synonyms_and_adjectives_without_ambiguous_forms(root: Path) -> None:
    assert list(vocabulary_names(root / "vocabulary", {"cell_line": "L", "tissue": "T"})) == [
        ("HeLa", "L"),
        ("HeLa S3", "L"),
        ("liver", "T"),
        ("hepatic", "T"),
    ]
    assert "mac" not in table(root, labels=LABELS)


def test_every_category_of_the_shipped_vocabulary_gives_names() -> None:
    for category in ("species", "cell_line", "cell", "tissue", "disease"):
        assert len(list(vocabulary_names(config_root() / "vocabulary", {category: "X"}))) > 20


def test_a_category_without_file_is_told(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"organ\.tsv: no such vocabulary file; names of 'organ' were asked for"):
        table(root, labels={"organ": "ORGAN"})


def test_a_name_belongs_to_the_first_source_that_holds_it(root: Path) -> None:
    assert table(root, OBO, CHEBI, labels={"cell": "OURS"})["neuron"] == "OURS"
    again = source("terms.json", "AGAIN", only="chebi")
    assert table(root, CHEBI, again)["grape sugar"] == "CHEMICAL"
    assert table(root, again, CHEBI)["grape sugar"] == "AGAIN"


def test_an_ontology_gives_the_names_and_synonyms_of_its_own_terms(root: Path) -> None:
    assert table(root, OBO) == dict.fromkeys(['a " firing " cell', "astrocyte", "astroglia", "nerve cell", "neuron"], "CELL")
    assert table(root, source("cl.obo.zip", "ANATOMY", only="UBERON:")) == {"brain": "ANATOMY"}


def test_a_list_of_terms_gives_those_of_its_namespace_without_common_words(root: Path) -> None:
    # "glucose", "neuron" and "water" are words of general language, "D2" is too short, water's last name has too many words
    assert table(root, CHEBI) == {"grape sugar": "CHEMICAL"}
    assert table(root, MONDO) == {"brittle neuron disease": "DISEASE"}


def test_a_common_word_that_an_ontology_names_is_a_name(root: Path) -> None:
    assert table(root, OBO)["neuron"] == "CELL"


def test_gene_nomenclature_gives_approved_products_with_their_other_symbols(root: Path) -> None:
    # not "THE", a common word; the pseudogene and the withdrawn entry are no products
    assert table(root, GENES) == dict.fromkeys(["mira1", "mitochondrial rail 1", "mr - 1", "oldm", "was2"], "GENE")


@pytest.mark.parametrize(("letters", "kept"), [(11, True), (10, False)])
def test_names_longer_than_the_source_allows_are_left_out(root: Path, letters: int, kept: bool) -> None:
    assert ("grape sugar" in table(root, source("terms.json", "X", only="chebi", letters=letters))) is kept


@pytest.mark.parametrize("lost", [OBO, CHEBI, GENES], ids=lambda source: source.path)
def test_a_missing_list_is_told(root: Path, lost: Source) -> None:
    (root / lost.path).unlink()
    with pytest.raises(ConfigError, match=lost.path):
        table(root, lost)


@pytest.mark.parametrize(
    ("broken", "content"),
    [(OBO, "no archive"), (CHEBI, "no JSON"), (CHEBI, '[{"id": "1"}]'), (GENES, "one\ttwo\n1\t2\n")],
)
def test_a_broken_list_is_told(root: Path, broken: Source, content: str) -> None:
    (root / broken.path).write_text(content)
    with pytest.raises(ConfigError, match=broken.path):
        table(root, broken)
