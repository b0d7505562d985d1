"""Linking: which concept a name gets, how sure that is, and that a name which has none gets none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.models import kb
from mitotransfer.models.kb import ADJECTIVE, Concept
from mitotransfer.models.linking import SCORES, Link, Linker, key, stems

CELL = "CL:0000000"
CONCEPTS = [
    Concept(CELL, "cell"),
    Concept("CL:0000540", "neuron", (("nerve cell", "EXACT"),), (CELL,)),
    Concept("CL:0002608", "hippocampal neuron", (), ("CL:0000540",)),
    Concept("CL:0000101", "sensory neuron", (), ("CL:0000540",)),
    Concept("CL:0011113", "spiral ganglion neuron", (), ("CL:0000540",)),
    Concept("CL:0000121", "Purkinje cell", (), ("CL:0000540",)),
    Concept("CL:0000624", "CD4-positive, alpha-beta T cell"),
    Concept("CL:0000718", "cone cell (sensu Endopterygota)"),
    Concept("CL:0000573", "retinal cone cell (sensu Vertebrata)"),
    Concept("CL:0000374", "trichogen cell", (("hair cell", "BROAD"),)),
    Concept("CL:0000855", "sensory hair cell", (("hair cell", "BROAD"),)),
    Concept("CL:0000115", "endothelial cell"),
    Concept("CL:0002618", "endothelial cell of umbilical vein", (("HUVEC", "EXACT"),), ("CL:0000115",)),
    Concept("CL:0000182", "hepatocyte", (("liver cell", "RELATED"),)),
    Concept("CL:0000129", "microglial cell", (("microglia", "EXACT"), ("haematopoietic glia", "EXACT"))),
    Concept("CL:1", "mature germ cell"),
    Concept("CL:2", "immature germ cell"),
    Concept("CL:3", "kidney collecting duct cell"),
    Concept("CL:4", "principal cell of kidney collecting duct", (), ("CL:3",)),
    Concept("UBERON:0002107", "liver", (("hepatic", ADJECTIVE), ("iecur", "RELATED"))),
    Concept("UBERON:0000473", "testis"),
    Concept("UBERON:0002048", "lung"),
    Concept("UBERON:0000170", "pair of lungs", (("lungs", "EXACT"),)),
    Concept("UBERON:0002333", "pulmonary trunk", (("PT", "BROAD"),)),
    Concept("UBERON:0000044", "dorsal root ganglion", (("DRG", "EXACT"),)),
    Concept("UBERON:0000945", "stomach"),
    Concept("UBERON:0000981", "femur", (("joint bone", "NARROW"),)),
    Concept("UBERON:0000966", "retina"),
]
SURE = SCORES["name"][1]


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(CONCEPTS, 0)


def linked(linker: Linker, surface: str, category: str = "cell") -> str:
    link = linker.link(surface, category)
    return link.name if link else ""


@pytest.mark.parametrize(
    ("surface", "category", "name"),
    [
        ("neuron", "cell", "neuron"),
        ("Neurons", "cell", "neuron"),
        ("nerve cells", "cell", "neuron"),
        ("purkinje-cells", "cell", "Purkinje cell"),
        ("Purkinje", "cell", "Purkinje cell"),
        ("CD4+ αβ T cells", "cell", "CD4-positive, alpha-beta T cell"),
        ("hematopoietic glia", "cell", "microglial cell"),
        ("HUVECs", "cell", "endothelial cell of umbilical vein"),
        ("testes", "tissue", "testis"),
        ("dorsal root ganglia", "tissue", "dorsal root ganglion"),
        ("DRGs", "tissue", "dorsal root ganglion"),
        ("lungs", "tissue", "lung"),  # the plural of a name before the synonym of a pair
        ("femora", "tissue", "femur"),
    ],
)
def test_a_name_in_any_spelling_is_surely_its_concept(linker: Linker, surface: str, category: str, name: str) -> None:
    link = linker.link(surface, category)
    assert link is not None
    assert (link.name, link.score, link.kind) == (name, SURE, "exact")


@pytest.mark.parametrize(
    ("surface", "category", "name", "sort"),
    [
        ("hepatic", "tissue", "liver", "adjective"),
        ("joint bones", "tissue", "femur", "narrow"),
        ("iecur", "tissue", "liver", "related"),
        ("hair cells", "cell", "sensory hair cell", "broad"),  # of two concepts with the synonym, the one it resembles
        ("hippocampus neurons", "cell", "hippocampal neuron", "words"),
        ("neurons of the hippocampus", "cell", "hippocampal neuron", "words"),
        ("umbilical vein endothelial cells", "cell", "endothelial cell of umbilical vein", "words"),
        ("neuronal", "cell", "neuron", "word"),
        ("retinal", "tissue", "retina", "word"),
        ("spiral neurons", "cell", "spiral ganglion neuron", "holder"),
        ("collecting duct cells", "cell", "kidney collecting duct cell", "holder"),  # its subclass has the words too
        ("cortical sensory neurons", "cell", "sensory neuron", "above"),
        ("remnant stomach", "tissue", "stomach", "above"),
    ],
)
def test_weaker_evidence_scores_less(linker: Linker, surface: str, category: str, name: str, sort: str) -> None:
    link = linker.link(surface, category)
    assert link is not None
    assert (link.name, (link.kind, link.score)) == (name, SCORES[sort])
    assert link.score < SURE


@pytest.mark.parametrize(
    ("surface", "category"),
    [
        ("", "cell"),
        ("−/−", "cell"),
        ("α", "cell"),
        ("HeLa", "cell"),
        ("cells", "cell"),  # every cell is a cell
        ("tumor cells", "cell"),
        ("PT", "tissue"),  # a short form that many things have
        ("drg", "tissue"),  # short forms keep their case
        ("stromal germ", "cell"),
        ("mitochondria of neurons", "cell"),
        ("diabetes", "disease"),
        ("liver", "disease"),
        ("neuron", "tissue"),
        ("lung", "cell"),
    ],
)
def test_a_name_without_a_concept_gets_none(linker: Linker, surface: str, category: str) -> None:
    assert linked(linker, surface, category) == ""


def test_words_that_several_unrelated_concepts_hold_tell_none_of_them() -> None:
    two = [Concept("CL:1", "mature oral germ cell"), Concept("CL:2", "immature oral germ cell")]
    assert Linker(two, 0).link("oral germ", "cell") is None
    assert Linker(two[:1], 0).link("oral germ", "cell") is not None


def test_terms_of_other_animals_do_not_take_the_names_of_ours(linker: Linker) -> None:
    assert linked(linker, "retinal cone cells") == "retinal cone cell (sensu Vertebrata)"
    assert linked(linker, "cone cells") == ""


@pytest.mark.parametrize("surface", ["human umbilical vein endothelial cells", "Primary mouse umbilical vein endothelial cell"])
def test_words_that_say_whose_cell_it_is_make_no_other_concept(linker: Linker, surface: str) -> None:
    link = linker.link(surface, "cell")
    assert link is not None
    assert (link.name, link.kind) == ("endothelial cell of umbilical vein", "approximate")


@pytest.mark.parametrize("category", ["", "entity"])
def test_names_without_a_type_are_looked_for_in_both_ontologies_and_the_surer_link_wins(linker: Linker, category: str) -> None:
    assert linked(linker, "liver", category) == "liver"
    assert linked(linker, "hepatocytes", category) == "hepatocyte"
    assert linked(linker, "hepatic", category) == "liver"


def test_below_the_threshold_there_is_no_link() -> None:
    assert Linker(CONCEPTS, 0.8).link("cortical sensory neurons", "cell") is None
    assert Linker(CONCEPTS, 0.8).link("hippocampus neurons", "cell") == Link(
        "CL:0002608", "hippocampal neuron", 0.9, "approximate"
    )
    assert Linker(CONCEPTS, 0.95).link("hippocampus neurons", "cell") is None
    assert Linker(CONCEPTS, 1.0).link("neuron", "cell") is None


def test_the_order_of_the_concepts_changes_nothing() -> None:
    surfaces = ["hair cells", "germ cells", "lungs", "neuronal", "collecting duct cells", "sensory neurons of mice"]
    forward, backward = Linker(CONCEPTS, 0), Linker(CONCEPTS[::-1], 0)
    assert [forward.link(s, "") for s in surfaces] == [backward.link(s, "") for s in surfaces]


def test_keys_and_stems_join_spellings_and_keep_different_names_apart() -> None:
    assert key("CD4⁺ Müller’s β-cell") == "cd4 positive muller beta cell"
    assert key("haematopoietic oesophagus") == key("hematopoietic esophagus")
    assert stems("neurons of the hippocampus") == ("neur", "hippocamp")
    assert stems("intestinal villi") == stems("intestine villus")
    assert len({stems(name) for name in ("liver", "lung", "heart", "artery", "arteriole", "renal", "retinal")}) == 7


def test_a_knowledge_base_is_loaded_from_its_directory(tmp_path: Path) -> None:
    (tmp_path / "cl.obo").write_text("format-version: 1.2\n\n[Term]\nid: CL:0000540\nname: neuron\n")
    kb.build([tmp_path / "cl.obo"], tmp_path / "kb")
    linker = Linker.load(tmp_path / "kb")
    assert linker.threshold == 0.8
    assert linked(linker, "neurons") == "neuron"
    assert linked(linker, "liver", "tissue") == ""  # no ontology of organs in it
    with pytest.raises(ConfigError, match="no knowledge base there"):
        Linker.load(tmp_path)


@pytest.mark.slow
def test_real_ontologies_link_the_names_of_our_subject(shared: Path, tmp_path: Path) -> None:
    ontologies = shared / "craft" / "ontologies"
    kb.build([ontologies / "CL.obo.zip", ontologies / "UBERON.obo.zip"], tmp_path / "kb")
    linker = Linker.load(tmp_path / "kb")
    expected = {
        ("astrocytes", "cell"): "CL:0000127",
        ("cardiomyocytes", "cell"): "CL:0000746",
        ("alveolar macrophages", "cell"): "CL:0000583",
        ("pulmonary arterial endothelial cells", "cell"): "CL:1001568",
        ("spinal cord", "tissue"): "UBERON:0002240",
        ("renal", "tissue"): "UBERON:0002113",
    }
    assert {name: link and link.concept_id for name in expected if (link := linker.link(*name)) or True} == expected
    assert linker.link("mitochondria", "cell") is None
