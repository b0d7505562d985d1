"""Rows of the transplantation table: which there are, and what the sentences of an article say of each."""

from __future__ import annotations

import pytest

from mitotransfer.annotate import annotate_article
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.document import Annotated, Article, Head, Passage
from mitotransfer.settings import load as load_settings


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def read(resources: Resources, abstract: str, title: str = "Mitochondria as a treatment") -> Annotated:
    passages = (Passage("p0", "title", "front", title), Passage("p1", "abstract", "abstract", abstract, "/p[1]", ("Abstract",)))
    return annotate_article(
        Article(Head("PMC1", pmcid="PMC1", title=title, article_type="research-article"), passages), resources
    )


def rows(read_article: Annotated, *names: str) -> list[set[str]]:
    """For each row of the table what the tables would show for some roles."""
    groups: dict[str, set[str]] = {}
    for event in read_article.events:
        if event.table == "transplantation":
            groups.setdefault(event.group, set()).update(role.label for role in event.roles if role.name in names)
    return list(groups.values())


GIVEN = " Then mitochondria isolated from liver were injected."


@pytest.mark.parametrize(
    ("text", "procedure"),
    [
        ("Rats were subjected to 60 min of bile duct ligation.", "bile duct ligation"),
        ("Mice underwent optic nerve crush.", "optic nerve crush"),
        ("In pigs the left renal artery was clamped for an hour.", "left renal artery clamping"),
        ("Mice with alloxan-induced hyperglycemia were chosen.", "alloxan"),
        ("Foxo1 knock-in mice were chosen.", "Foxo1 knock-in"),
        ("Mice were fed a high-fat diet for ten weeks.", "high-fat diet"),
        ("Injection followed ligation of the femoral artery in rats.", "hindlimb ischemia model"),
    ],
)
def test_how_a_model_was_made(text: str, procedure: str, resources: Resources) -> None:
    assert rows(read(resources, text + GIVEN), "procedure") == [{procedure}]


def test_toxin_in_a_dish_makes_no_model_of_animals(resources: Resources) -> None:
    text = "Rats underwent optic nerve crush. Rotenone-treated neurons died." + GIVEN
    assert rows(read(resources, text), "procedure") == [{"optic nerve crush"}]


@pytest.mark.parametrize(
    ("phrase", "route"),
    [
        ("through the nose", "intranasal administration"),
        ("into the right lateral ventricle", "intracerebroventricular injection"),
        ("via the jugular vein", "intravenous injection (jugular vein)"),
        ("into the left coronary ostium", "intracoronary injection"),
        ("into both knees", "intra-articular injection"),
    ],
)
def test_route_as_a_phrase(phrase: str, route: str, resources: Resources) -> None:
    assert rows(read(resources, f"Rats were given isolated mitochondria {phrase}."), "route") == [{route}]


def test_route_of_what_made_the_model_is_not_that_of_the_mitochondria(resources: Resources) -> None:
    text = (
        "Mice received lipopolysaccharide by intraperitoneal injection. Isolated mitochondria were given to them intravenously."
    )
    assert rows(read(resources, text), "route") == [{"intravenous injection"}]


def test_mitochondria_in_a_dish_are_coincubated(resources: Resources) -> None:
    article = read(resources, "Chondrocytes of rats were incubated with mitochondria isolated from platelets.")
    assert rows(article, "route", "target", "mito_source") == [{"in vitro coculture addition", "chondrocyte", "platelet"}]


def test_general_disease_of_the_title_gives_way_to_what_animals_had(resources: Resources) -> None:
    text = "Rats were rendered septic by fecal slurry." + GIVEN
    assert rows(read(resources, text, "Mitochondria for cardiac dysfunction"), "disease") == [{"sepsis"}]


@pytest.mark.parametrize(
    ("title", "organ"),
    [
        ("Mitochondria for myocardial infarction", "heart"),
        ("Mitochondria for hepatic injury", "liver"),
        ("Mitochondria for stroke", "brain"),
    ],
)
def test_organ_of_the_disease(title: str, organ: str, resources: Resources) -> None:
    text = "Mitochondria isolated from skeletal muscle were injected into rats."
    assert rows(read(resources, text, title), "tissue") == [{organ}]


def test_strain_counts_as_its_species(resources: Resources) -> None:
    assert rows(read(resources, "C57BL/6 mice were given isolated mitochondria."), "model_species") == [{"mouse"}]


def test_donor_that_is_only_a_relation(resources: Resources) -> None:
    assert rows(read(resources, "Autologous mitochondria were injected into pigs."), "mito_source") == [{"autologous"}]


def test_narrower_name_of_a_source_is_kept(resources: Resources) -> None:
    text = "Muscle mitochondria were injected into rats. Mitochondria isolated from the animals' own soleus muscle were used."
    assert rows(read(resources, text), "mito_source") == [{"soleus muscle"}]


def test_fresh_and_frozen_mitochondria_are_two_rows(resources: Resources) -> None:
    text = "Fresh mitochondria injected into rats raised survival. Frozen-thawed mitochondria injected into rats did not."
    assert rows(read(resources, text), "agent") == [{"fresh mitochondria"}, {"frozen-thawed mitochondria"}]


def test_organs_of_two_species_are_two_rows(resources: Resources) -> None:
    text = "Pig lungs were injected with isolated mitochondria. Isolated mitochondria were given to human lungs."
    assert rows(read(resources, text), "model_species") == [{"pig"}, {"human"}]


def test_cells_loaded_with_mitochondria_are_named_with_what_they_carry(resources: Resources) -> None:
    text = (
        "MSCs transferred mitochondria to macrophages in coculture. "
        "Macrophages loaded with MSC mitochondria were injected intravenously into mice."
    )
    wanted = {"macrophage loaded with mesenchymal stem cell mitochondria", "mesenchymal stem cell"}
    assert rows(read(resources, text), "agent", "mito_source") == [wanted]


def test_vesicles_that_are_given_have_the_cells_that_shed_them_as_source(resources: Resources) -> None:
    text = "MSCs released microvesicles with mitochondria. Microvesicles were injected intravenously into rats."
    wanted = {"microvesicle containing mitochondria", "mesenchymal stem cell"}
    assert rows(read(resources, text), "agent", "mito_source") == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "In mice after stroke, astrocytes transferred mitochondria to neurons.",
        "Cancer cells injected into mice acquired mitochondria from fibroblasts.",
        "MSCs were implanted in a dish, where they supplied mitochondria to neurons.",
    ],
)
def test_nothing_given_that_hands_mitochondria_over_is_no_row(text: str, resources: Resources) -> None:
    assert rows(read(resources, text), "agent") == []


def test_infusion_is_no_fusion(resources: Resources) -> None:
    text = "Rabbits were treated with an infusion of autologous mitochondria."
    assert rows(read(resources, text), "agent") == [{"mitochondria"}]


def test_values_stand_in_the_sentences_that_say_them(resources: Resources) -> None:
    article = read(resources, "Rats underwent optic nerve crush. Isolated mitochondria were injected into the vitreous.")
    said = {role.name: event.locator.sentence for event in article.events for role in event.roles}
    assert said["procedure"] == "Rats underwent optic nerve crush."
    assert said["route"] == "Isolated mitochondria were injected into the vitreous."


def test_dose(resources: Resources) -> None:
    article = read(
        resources, "Pigs received 1 × 10⁹ mitochondria in 5 ml by intracoronary injection; 12 mitochondria were drawn."
    )
    assert rows(article, "dose") == [{"1 × 10⁹ mitochondria in 5 ml"}]


def test_rules_name_only_what_the_vocabulary_holds(resources: Resources) -> None:
    rules, known = resources.rules, resources.vocabulary.entries
    named = {*rules.organs, *rules.organ_of, *rules.treated, *rules.not_modelled, *rules.inflicted, *rules.ischemic}
    named |= {*rules.ischemic.values(), *rules.reperfused, *rules.reperfused.values(), *rules.implies, *rules.implies.values()}
    named |= {phrase.id for phrase in rules.routes}
    assert named <= known.keys()


@pytest.mark.parametrize(
    "sentence",
    [
        "Rats were injected with papain and then treated on day 7 with freshly prepared mitochondria.",
        "The rats received papain and, one week later, liver mitochondria under the skin.",
        "Mitochondria harvested from cultured myotubes were put into both muscles of rats.",
        "Adolescent rats had brain mitochondria infused into the cortex.",
    ],
)
def test_mitochondria_are_given_in_many_words(sentence: str, resources: Resources) -> None:
    assert rows(read(resources, sentence), "agent") == [{"mitochondria"}]


def test_what_should_not_be_confused_with_giving_mitochondria_is_no_row(resources: Resources) -> None:
    text = "Women received donor eggs, which should not be confused with the injection of isolated mitochondria."
    assert rows(read(resources, text, "Donor eggs"), "agent") == []


def test_people_of_a_registered_trial_are_no_model(resources: Resources) -> None:
    text = "This trial (NCT99999109) enrolled infertile women. Mitochondria of egg precursor cells were injected into oocytes."
    assert rows(read(resources, text, "Mitochondrial transfer in women"), "agent") == []


def test_vein_is_shown_and_is_no_target(resources: Resources) -> None:
    found = rows(read(resources, "In mice isolated mitochondria were injected into the tail vein."), "route", "target")
    assert found == [{"intravenous injection (tail vein)"}]


def test_transfer_of_isolated_mitochondria_to_cells_is_a_transplantation(resources: Resources) -> None:
    text = "Mitochondria were isolated from platelets and added to cultures of dermal fibroblasts, which internalized them."
    found = read(resources, text, "Intercellular transfer of platelet mitochondria to fibroblasts")
    assert {event.table for event in found.events} == {"transplantation"}


def test_cells_that_are_given_hand_over_by_the_mechanism_of_the_finding(resources: Resources) -> None:
    text = (
        "MSCs donated mitochondria to alveolar epithelial cells via tunneling nanotubes. "
        "When injected into mice with bleomycin-induced pulmonary fibrosis, drug-primed MSCs lowered lung collagen content."
    )
    assert rows(read(resources, text), "agent", "uptake") == [{"drug-primed mesenchymal stem cell", "tunneling nanotube"}]


def test_mitochondria_lie_in_cells_and_spaces(resources: Resources) -> None:
    text = "In rabbits mitochondria were infused into the coronary arteries. Organelles lay in cardiomyocytes and capillaries."
    assert rows(read(resources, text), "target") == [{"cardiomyocyte", "blood vessel"}]


def test_each_source_with_its_route_is_an_arm(resources: Resources) -> None:
    text = (
        "In rabbits fibroblast mitochondria were injected into the ischemic myocardium. "
        "Fibroblast mitochondria were infused through the coronary arteries as well. "
        "In another series liver mitochondria were infused through the coronary arteries."
    )
    found = rows(read(resources, text), "mito_source", "route")
    assert found == [
        {"fibroblast", "intramyocardial injection"},
        {"fibroblast", "intracoronary injection"},
        {"liver", "intracoronary injection"},
    ]


def test_an_experiment_with_or_without_mitochondria_gives_them(resources: Resources) -> None:
    text = "Rats underwent stroke with or without infusion of liver mitochondria into the carotid artery."
    assert rows(read(resources, text), "mito_source") == [{"liver"}]
