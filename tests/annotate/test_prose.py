"""Prose to events, on short articles: own findings, others' findings, controls, absences, distractors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mitotransfer.annotate import annotate_article
from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.document import Article, Citation, Event, Head, Passage, Reference
from mitotransfer.parse import parse_documents
from mitotransfer.settings import load as load_settings


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def article(*texts: str, title: str = "", kind: str = "research-article", section: str = "Results", **given: Any) -> Article:
    passages = [Passage("p0", "title", "front", title)] if title else []
    passages += [Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", (section,)) for n, text in enumerate(texts, 1)]
    head = Head("PMC1", pmcid="PMC1", title=title, authors=("Doe",), year="2024", article_type=kind)
    return Article(head, tuple(passages), **given)


def found(events: list[Event], *roles: str) -> list[tuple[str, ...]]:
    """Table and values of some roles of each event that has one of them, denied ones with 'not'."""
    lines = []
    for event in events:
        values = [r.ident.partition(":")[2] + (f":{r.direction}" if r.direction else "") for r in event.named(*roles)]
        if values:
            lines.append(("not " * event.negated + event.table, *values))
    return lines


PAIR = ("donor", "recipient")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Astrocytes transferred mitochondria to neurons.", ("secretion", "astrocyte", "neuron")),
        ("Mitochondria were transferred from astrocytes to neurons.", ("secretion", "astrocyte", "neuron")),
        ("We observed transfer of mitochondria from astrocytes to neurons.", ("secretion", "astrocyte", "neuron")),
        ("Neurons took up mitochondria from astrocytes.", ("secretion", "astrocyte", "neuron")),
        ("Platelet mitochondria were engulfed by microglia.", ("secretion", "microglia", "platelet")),
    ],
)
def test_donor_and_recipient(text: str, wanted: tuple[str, ...], resources: Resources) -> None:
    table, *idents = found(prose_events(article(text), resources, {}), *PAIR)[0]
    assert (table, *sorted(idents)) == wanted


def test_what_sentences_say_apart_is_one_row(resources: Resources) -> None:
    text = "Astrocytes released mitochondria. Neurons took up the organelles. Transfer of mitochondria required CD38."
    events = prose_events(article(text, title="Mitochondria go from astrocytes to neurons"), resources, {})
    assert len({event.group for event in events}) == 1
    assert {"cd38"} <= {value for line in found(events, "mechanism") for value in line}


def test_inhibitor_tells_the_mechanism_and_denies_nothing(resources: Resources) -> None:
    text = "MSCs transferred mitochondria to neurons. No mitochondria were transferred when tunneling nanotubes were blocked."
    events = prose_events(article(text), resources, {})
    assert not any(event.negated for event in events)
    assert "tunneling_nanotube" in {value for line in found(events, "mechanism") for value in line}


def test_claimed_absence_is_a_row_of_its_own(resources: Resources) -> None:
    text = "Astrocytes transferred mitochondria to neurons. Microglia did not take up mitochondria from astrocytes."
    events = [event for event in prose_events(article(text), resources, {}) if event.kind in ("transfer", "uptake")]
    assert [(event.negated, event.negation_cue) for event in events] == [(False, ""), (True, "did not")]
    assert len({event.group for event in events}) == 2


def test_hedge_is_kept_with_its_cue(resources: Resources) -> None:
    events = prose_events(article("Donation of mitochondria from MSCs to hepatocytes is feasible and may occur."), resources, {})
    assert any(event.hedged and event.hedge_cue for event in events)


@pytest.mark.parametrize(
    "text",
    [
        "Astrocytes have been shown to transfer mitochondria to neurons.",
        "We hypothesized that astrocytes transfer mitochondria to neurons.",
        "Islam and colleagues found that MSCs release mitochondria into the alveolar epithelium.",
        "Mitochondria released from astrocytes enter neurons (Hayakawa et al., 2016).",
        "It is not known whether astrocytes transfer mitochondria to neurons.",
    ],
)
def test_background_gives_nothing(text: str, resources: Resources) -> None:
    assert prose_events(article(text), resources, {}) == []


@pytest.mark.parametrize(
    "text",
    [
        "The mitochondria-targeted antioxidant MitoQ was injected into mice and entered neurons.",
        "Transport of fatty acids into mitochondria of cardiomyocytes was raised; carnitine shuttles acyl groups.",
        "Spindle transfer between oocytes was followed by embryo transfer; mitochondria of the oocytes were counted.",
        "A mutation of a mitochondrial transfer RNA gene was found in fibroblasts.",
        "MSCs were transplanted into rats. Mitochondrial fission in neurons was reduced.",
        "Axonal transport of mitochondria in neurons slowed down.",
        "Paternal mitochondria are transmitted to the offspring.",
        "Cytochrome c was released from mitochondria of neurons.",
    ],
)
def test_distractors_give_nothing(text: str, resources: Resources) -> None:
    assert prose_events(article(text), resources, {}) == []


def test_transplantation_with_what_the_article_says_elsewhere(resources: Resources) -> None:
    events = prose_events(
        article(
            "Mitochondria were isolated from the liver. They were injected intravenously: mitochondria were given to rats.",
            "Mitochondrial transplantation reduced infarct size.",
            title="Mitochondria for myocardial infarction in rats",
        ),
        resources,
        {},
    )
    told = {event.roles[0].name: event for event in events if event.kind == "context"}
    assert told["model_species"].roles[0].ident == "species:rat"
    assert told["disease"].roles[0].ident == "disease:myocardial_infarction"
    # each value stands in the sentence that says it, what the title says of the disease with more confidence
    assert told["disease"].locator.sentence == "Mitochondria for myocardial infarction in rats"
    assert told["model_species"].confidence < told["disease"].confidence
    assert ("transplantation", "infarct_size:decrease") in found(events, "effect")


def test_cells_that_hand_over_mitochondria_are_given_to_animals(resources: Resources) -> None:
    text = "MSCs transferred mitochondria to hepatocytes. MSCs were injected intravenously into mice."
    events = prose_events(article(text), resources, {})
    assert ("transplantation", "mesenchymal_stem_cell") in found(events, "agent")


def cites(text: str) -> dict[str, Any]:
    reference = Reference("r1", "1", authors=("Spees",), more_authors=True, year="2006", doi="10.1/x")
    citation = Citation(len(text), len(text), ("r1",), "1")
    passage = Passage("p1", "paragraph", "body", text, "/p[1]", ("Results",), citations=(citation,))
    return {"references": {"r1": reference}, "passage": passage}


@pytest.mark.parametrize(("kind", "doi"), [("review-article", "10.1/x"), ("research-article", "10.1/x")])
def test_cited_finding_is_about_the_cited_work(kind: str, doi: str, resources: Resources) -> None:
    parts = cites("Mitochondria were transferred from MSCs to neurons.")
    source = Article(Head("PMC1", article_type=kind), (parts["passage"],), references=parts["references"])
    (event,) = prose_events(source, resources, {})
    assert (event.study.doi, event.study.cited, event.study.reference) == (doi, True, "Spees et al., 2006")


def test_review_without_citation_gives_nothing(resources: Resources) -> None:
    source = article("Mitochondria were transferred from MSCs to neurons.", kind="review-article")
    assert prose_events(source, resources, {}) == []


def test_review_needs_a_complete_finding(resources: Resources) -> None:
    parts = cites("Mitochondria were released by MSCs.")
    source = Article(Head("PMC1", article_type="review-article"), (parts["passage"],), references=parts["references"])
    assert prose_events(source, resources, {}) == []


def test_plain_text_that_names_others_has_their_printed_names(resources: Resources) -> None:
    # spam in the middle of a sentence, as harvested web text has it, is no name
    text = (
        "Vesicles were Carboxypeptidase B1 Proteins Source reported to carry mitochondria. "
        "Doe et al.11 reported that MSCs donate mitochondria to epithelial cells. Roe et al. described neurons."
    )
    (event,) = prose_events(article(text, kind=""), resources, {})
    assert (event.study.reference, event.confidence) == ("Doe et al.", 0.4)


def test_trial_with_its_passage(resources: Resources) -> None:
    text = (
        "In this phase 1/2 trial (NCT01234567) at Example University Hospital autologous mitochondria are injected into "
        "patients with myocardial infarction. The trial started in March 2022 and is recruiting; completion is expected in 2026."
    )
    (event,) = prose_events(article(text), resources, {})
    assert {r.name: r.ident or r.surface for r in event.roles}.items() >= {
        "nct": "NCT01234567",
        "phase": "1/2",
        "status": "Recruiting",
        "location": "Example University Hospital",
        "start": "2022-03",
        "study_completion": "~2026",
        "trial_condition": "disease:myocardial_infarction",
    }.items()


def test_trial_of_a_targeted_drug_is_none_of_ours(resources: Resources) -> None:
    text = "The mitochondria-targeted antioxidant MitoQ was given to adults (NCT01234567). Mitochondria produce superoxide."
    assert prose_events(article(text), resources, {}) == []


def test_unrelated_parts_are_not_read(resources: Resources) -> None:
    source = article("Astrocytes transferred mitochondria to neurons.", section="Acknowledgements")
    assert prose_events(source, resources, {}) == []


def test_harvested_review_passage(shared: Path, resources: Resources) -> None:
    data = (shared / "noisy" / "review_passage.txt").read_bytes()
    (source,) = parse_documents(data, "review_passage.txt")
    events = annotate_article(source, resources).events
    assert {event.study.reference for event in events} == {"Islam et al."}
    assert not any("Protein" in role.surface or "Serpin" in role.surface for event in events for role in event.roles)


def test_a_specific_route_elsewhere_wins_over_a_bare_one(resources: Resources) -> None:
    events = prose_events(
        article("Mitochondria were injected into rats.", "The tail vein was used for intravenous injection of mitochondria."),
        resources,
        {},
    )
    routes = {role.ident for event in events for role in event.named("route")}
    assert routes
    assert not any(resources.vocabulary.entries[ident].extra.get("scope") == "generic" for ident in routes)


def test_the_tissue_that_mitochondria_came_from_is_not_the_one_treated(resources: Resources) -> None:
    events = prose_events(
        article(
            "Mitochondria isolated from the liver were injected into rats with stroke.",
            "The liver was weighed, and the liver and brain stained.",
        ),
        resources,
        {},
    )
    assert "tissue:liver" not in {role.ident for event in events for role in event.named("tissue")}
    assert "tissue:liver" in {role.ident for event in events for role in event.named("mito_source")}


def test_the_only_vesicle_of_an_article_is_the_form_unless_cells_touch(resources: Resources) -> None:
    found_in = "Astrocytes transferred mitochondria to neurons."
    named = "Microvesicles with mitochondria inside were seen."
    forms = lambda *texts: {r.ident for e in prose_events(article(*texts), resources, {}) for r in e.named("form")}  # noqa: E731
    assert forms(found_in, named) == {"secreted_form:microvesicle_containing_mitochondria"}
    assert forms(found_in, named, "Transfer of mitochondria ran through tunneling nanotubes.") == set()
