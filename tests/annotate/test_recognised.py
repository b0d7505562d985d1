"""Names beyond the vocabulary in prose: found by the language model, linked, and given the species that syntax tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer import annotate
from mitotransfer.annotate.owners import owners
from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.recognised import linked, recognised
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import sentences
from mitotransfer.annotate.slots import slotted
from mitotransfer.document import Article, Event, Head, Mention, Passage
from mitotransfer.errors import ConfigError
from mitotransfer.models import kb
from mitotransfer.settings import NlpSettings, load

OBO = """format-version: 1.2
ontology: cl

[Term]
id: CL:0000540
name: neuron

[Term]
id: CL:0009999
name: horizontal widget cell
synonym: "widget cell" EXACT []
"""


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The shipped configuration and model, with a knowledge base of two cells."""
    folder = tmp_path_factory.mktemp("kb")
    (folder / "cl.obo").write_text(OBO)
    kb.build([folder / "cl.obo"], folder / "out")
    settings = load()
    nlp = NlpSettings("mitotransfer", catalogue=settings.nlp.catalogue, kb=str(folder / "out"))
    return annotate.load(settings.annotate, nlp)


def test_documents_that_are_parsed_already_get_the_same_names(resources: Resources) -> None:
    assert resources.models is not None
    texts = ["Astrocytes transferred mitochondria to neurons.", "", "Mice were fed. HeLa cells were not."]
    parsed = resources.models.parsed(texts)
    assert all(not doc.ents for doc in parsed)
    assert [token.dep_ for token in parsed[0]][:2] == ["nsubj", "ROOT"]
    later, at_once = (list(resources.models.analyse(texts, docs)) for docs in (parsed, ()))
    assert [found.mentions for found in later] == [found.mentions for found in at_once]
    assert any(found.mentions for found in later)


def article(title: str, *texts: str) -> Article:
    passages = [Passage("p0", "title", "front", title)]
    passages += [Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", ("Results",)) for n, text in enumerate(texts, 1)]
    return Article(Head("x", title=title, article_type="research-article"), tuple(passages))


def roles(events: list[Event], name: str) -> set[tuple[str, str]]:
    return {(role.surface, role.ident) for event in events for role in event.named(name)}


def test_a_cell_that_the_vocabulary_lacks_becomes_a_donor(resources: Resources) -> None:
    text = "Amacrine cells transferred mitochondria to astrocytes."
    without = prose_events(article("Mitochondria go to astrocytes", text), annotate.load(load().annotate), {})
    assert ("Amacrine cells", "") in roles(prose_events(article("Mitochondria go to astrocytes", text), resources, {}), "donor")
    assert not roles(without, "donor")


@pytest.mark.parametrize("name", ["recipient cells", "cells", "Neighbouring cells"])
def test_cells_that_any_study_has_are_no_names(resources: Resources, name: str) -> None:
    read = list(sentences(article("Mitochondria", f"{name} took up mitochondria of amacrine cells."), resources, review=False))
    found = [mention.surface for analysis in recognised(read, resources, {}) for mention in analysis.mentions]
    assert name not in found
    assert "amacrine cells" in found


def test_a_link_to_a_concept_of_the_vocabulary_gives_its_id(resources: Resources) -> None:
    assert linked(Mention(0, 7, "cell", "", "neurons"), resources, {}).ident == "cell:neuron"


def test_a_link_to_any_other_concept_gives_the_ontology_s(resources: Resources) -> None:
    assert linked(Mention(0, 2, "cell", "", "WC"), resources, {"WC": "widget cells"}).ident == "CL:0009999"


def test_no_id_is_an_answer(resources: Resources) -> None:
    assert linked(Mention(0, 14, "cell", "", "amacrine cells"), resources, {}).ident == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Human astrocytes released mitochondria.", [("cell:astrocyte", "species:human")]),
        ("Mitochondria of astrocytes isolated from rats entered neurons.", [("cell:astrocyte", "species:rat")]),
        (
            "Astrocytes released mitochondria in the brain of mice.",
            [],
        ),  # known without syntax
    ],
)
def test_syntax_tells_whose_cells_they_are(resources: Resources, text: str, expected: list[tuple[str, str]]) -> None:
    (analysis,) = resources.models.analyse([text])
    assert owners(analysis.doc, slotted(text, resources, {}).mentions) == expected


def test_without_syntax_nobody_owns_a_cell() -> None:
    assert owners(None, [Mention(0, 10, "cell", "cell:astrocyte", "Astrocytes")]) == []


def test_a_knowledge_base_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    settings = load()
    nlp = NlpSettings("mitotransfer", catalogue=settings.nlp.catalogue, kb=str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"no knowledge base there .* mitotransfer kb build"):
        annotate.load(settings.annotate, nlp)
