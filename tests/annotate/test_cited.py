"""Findings that a review cites: whose they are, what makes a row, and what makes none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.document import Article, Citation, Event, Head, Passage, Reference
from mitotransfer.parse import parse_documents
from mitotransfer.settings import load as load_settings

_NUMBERS = re.compile(r"\[(\d+(?:,\d+)*)\]")
_NAMES = {"1": "Doe", "2": "Roe", "3": "Poe"}
REFERENCES = {
    key: Reference(key, key, authors=(name,), more_authors=True, year="2020", doi=f"10.5555/{key}")
    for key, name in _NAMES.items()
}


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def review(*marked: str, kind: str = "review-article") -> Article:
    """A review with a passage for each text; citations are written as [1] or [2,3]."""
    passages = []
    for place, one in enumerate(marked):
        text, citations = "", []
        for number, part in enumerate(_NUMBERS.split(one)):
            if number % 2:
                citations.append(Citation(len(text), len(text), tuple(part.split(",")), part))
            else:
                text += part
        passages.append(Passage(f"p{place}", "paragraph", "body", text, f"/p[{place}]", ("Section",), citations=tuple(citations)))
    return Article(Head("PMC1", article_type=kind), tuple(passages), references=REFERENCES)


def told(events: list[Event], *roles: str) -> dict[str, set[str]]:
    """The values of some roles (without category) by the number of the study."""
    found: dict[str, set[str]] = {}
    for event in events:
        found.setdefault(event.study.doi.rpartition("/")[2], set()).update(r.ident.partition(":")[2] for r in event.named(*roles))
    return found


def test_each_citation_of_a_sentence_has_its_own_finding(resources: Resources) -> None:
    source = review("Mitochondria of MSCs were taken up by neurons[1], and astrocytes transferred mitochondria to microglia[2].")
    events = prose_events(source, resources, {})
    assert told(events, "donor", "recipient") == {"1": {"mesenchymal_stem_cell", "neuron"}, "2": {"astrocyte", "microglia"}}


def test_the_evidence_of_a_claim_is_the_whole_sentence(resources: Resources) -> None:
    source = review("Mitochondria of MSCs were taken up by neurons[1], and astrocytes transferred mitochondria to microglia[2].")
    for event in prose_events(source, resources, {}):
        assert event.locator.sentence == source.passages[0].text
        assert event.locator.sentence[event.locator.start : event.locator.end] == event.trigger


def test_several_references_of_one_claim_give_a_row_each(resources: Resources) -> None:
    events = prose_events(review("Astrocytes transferred mitochondria to neurons[1,2]."), resources, {})
    assert told(events, "donor") == {"1": {"astrocyte"}, "2": {"astrocyte"}}


def test_what_several_are_cited_for_adds_nothing_to_what_one_is_cited_for(resources: Resources) -> None:
    source = review(
        "MSCs and astrocytes transferred mitochondria to neurons[1,2].", "Astrocytes transferred mitochondria to neurons[1]."
    )
    assert told(prose_events(source, resources, {}), "donor")["1"] == {"astrocyte"}


@pytest.mark.parametrize(
    "following",
    [
        "They also restored ATP production.",
        "The group found that ATP production was increased.",
        "In this study, ATP production rose.",
    ],
)
def test_a_sentence_that_goes_on_belongs_to_the_study_before(following: str, resources: Resources) -> None:
    events = prose_events(review(f"Astrocytes transferred mitochondria to neurons[1]. {following}"), resources, {})
    assert told(events, "effect") == {"1": {"atp_production"}}
    assert len({event.group for event in events}) == 1


def test_a_sentence_that_only_follows_belongs_to_nobody(resources: Resources) -> None:
    source = review("Astrocytes transferred mitochondria to neurons[1]. MSCs transferred mitochondria to macrophages.")
    assert told(prose_events(source, resources, {}), "donor") == {"1": {"astrocyte"}}


def test_nothing_goes_on_across_paragraphs(resources: Resources) -> None:
    source = review("Astrocytes transferred mitochondria to neurons[1].", "They also restored ATP production.")
    assert told(prose_events(source, resources, {}), "effect") == {"1": set()}


def test_an_author_named_without_a_number_is_the_one_cited_next(resources: Resources) -> None:
    text = "Roe et al. showed that mitochondria of MSCs were taken up by neurons. This uptake restored ATP production[2]."
    assert told(prose_events(review(text), resources, {}), "donor", "effect") == {
        "2": {"mesenchymal_stem_cell", "atp_production"}
    }
    another = text.replace("[2]", "[3]")
    assert "mesenchymal_stem_cell" not in told(prose_events(review(another), resources, {}), "donor").get("3", set())


def test_sentences_on_one_study_make_one_row(resources: Resources) -> None:
    source = review("Astrocytes released mitochondria[1]. MSCs divide[2].", "Neurons took up mitochondria from astrocytes[1].")
    events = prose_events(source, resources, {})
    assert told(events, "donor", "recipient") == {"1": {"astrocyte", "neuron"}}
    assert len({event.group for event in events}) == 1


@pytest.mark.parametrize(
    ("text", "donor"),
    [
        ("Release of mitochondria through CD38 occurs in platelets[1].", "platelet"),
        ("Mitochondria were released through CD38[1]. The group used astrocytes with labelled mitochondria.", "astrocyte"),
    ],
)
def test_a_release_that_names_nobody_is_that_of_the_cells_studied(text: str, donor: str, resources: Resources) -> None:
    assert donor in told(prose_events(review(text), resources, {}), "donor")["1"]


@pytest.mark.parametrize(
    "text",
    [
        "Mitochondria were released by MSCs[1].",  # nothing but that
        "Astrocytes transferred mitochondria to neurons.",  # nobody's
        "It is unknown whether astrocytes transfer mitochondria to neurons[1].",
        "Mitochondria are dynamic organelles[1].",
        "MSCs were transplanted into mice with stroke[1].",
    ],
)
def test_what_makes_no_row(text: str, resources: Resources) -> None:
    assert prose_events(review(text), resources, {}) == []


def test_denial_and_doubt_are_kept(resources: Resources) -> None:
    (denied, *_) = prose_events(review("Microglia did not take up mitochondria from astrocytes[1]."), resources, {})
    assert (denied.negated, denied.negation_cue) == (True, "did not")
    (doubted, *_) = prose_events(review("Astrocytes may transfer mitochondria to neurons[1]."), resources, {})
    assert (doubted.hedged, doubted.hedge_cue) == (True, "may")


def test_mitochondria_given_to_an_animal(resources: Resources) -> None:
    text = "Doe et al. injected mitochondria isolated from the liver into rats with stroke, which reduced infarct size[1]."
    events = prose_events(review(text), resources, {})
    assert {event.table for event in events} == {"transplantation"}
    assert told(events, "mito_source", "model_species", "effect") == {"1": {"liver", "rat", "infarct_size"}}


def test_a_named_preparation_is_what_was_given(resources: Resources) -> None:
    text = "Mitochondria can be a drug[2]. In mice, PN-101 was shown to reduce inflammation[1]."
    assert told(prose_events(review(text), resources, {}), "agent", "model_species")["1"] >= {"pn_101", "mouse"}


def test_the_frame_of_one_study_is_not_that_of_another(resources: Resources) -> None:
    source = review("Mitochondria were injected into rats with stroke[1]. Mitochondria were injected into mice with sepsis[2].")
    assert told(prose_events(source, resources, {}), "model_species", "disease") == {
        "1": {"rat", "stroke"},
        "2": {"mouse", "sepsis"},
    }


def test_a_review_without_its_tables_names_the_studies_of_its_prose(shared: Path) -> None:
    settings = load_settings()
    (source,) = parse_documents((shared / "review" / "PMC10834547.xml").read_bytes(), "PMC10834547.xml")
    events = prose_events(source, load(settings.annotate, settings.nlp), {})
    rows = {event.study.reference.partition(",")[0] for event in events}
    wanted = {"Hayakawa et al.", "Phinney et al.", "Boudreau et al.", "Nakajima et al.", "Masuzawa et al.", "Huang et al."}
    assert wanted <= rows
