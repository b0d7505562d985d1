"""Rows of the secretion table from prose: which there are, and what other sentences tell of them."""

from __future__ import annotations

from collections import defaultdict

import pytest

from mitotransfer.annotate.kinds import general, related
from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.document import Article, Head, Passage
from mitotransfer.settings import load as load_settings

TITLE = "Pericytes transfer mitochondria to neurons"
RELEASE = "Release of damaged mitochondria by stressed cells"
Row = dict[str, set[str]]


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def rows(resources: Resources, *texts: str, title: str = "") -> list[Row]:
    """The values of each row of the secretion table by role (slugs of the vocabulary, or the words); `negated` if denied."""
    passages = [Passage("p0", "title", "front", title)] if title else []
    passages += [Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", ("Results",)) for n, text in enumerate(texts, 1)]
    article = Article(Head("PMC1", pmcid="PMC1", title=title, article_type="research-article"), tuple(passages))
    found: dict[str, Row] = defaultdict(lambda: defaultdict(set))
    for event in prose_events(article, resources, {}):
        if event.table == "secretion":
            for role in event.roles:
                found[event.group][role.name].add(role.ident.partition(":")[2] or role.surface)
            if event.negated:
                found[event.group]["negated"].add("negated")
    return list(found.values())


def test_recipients_of_different_sentences_make_rows_of_their_own(resources: Resources) -> None:
    text = "Platelets released mitochondria. Macrophages engulfed the mitochondria. Neutrophils also ingested the organelles."
    assert sorted(next(iter(row["recipient"])) for row in rows(resources, text)) == ["macrophage", "neutrophil"]
    assert all(row["donor"] == {"platelet"} for row in rows(resources, text))


def test_a_general_name_adds_no_row_and_no_value(resources: Resources) -> None:
    (row,) = rows(
        resources, "MDA-MB-231 cells took up mitochondria from pericytes.", title="Cancer cells receive pericyte mitochondria"
    )
    assert row["recipient"] == {"mda_mb_231"}


def test_both_cell_types_are_those_named_before(resources: Resources) -> None:
    text = "Stress was applied to HeLa cells and to L929 cells, and both cell types released intact mitochondria."
    (row,) = rows(resources, text, title=RELEASE)
    assert row["donor"] == {"hela", "l929"}


def test_mitochondria_of_cells_named_before_are_theirs(resources: Resources) -> None:
    text = "When hepatocytes were stressed, some of their mitochondria were discharged in vesicles. Macrophages engulfed them."
    (row,) = rows(resources, text, title=RELEASE)
    assert row["donor"] == {"hepatocyte"}


def test_cells_cultured_with_the_donors_receive(resources: Resources) -> None:
    text = "Pericytes were cocultured with neurons. Pericytes donated functional mitochondria."
    (row,) = rows(resources, text, title="Mitochondria donated by pericytes rescue others")
    assert (row["donor"], row["recipient"], row["condition"]) == ({"pericyte"}, {"neuron"}, {"coculture"})


def test_a_denied_transfer_has_the_recipients_named_last(resources: Resources) -> None:
    text = "Pericytes transferred mitochondria to neurons. Fibroblasts transferred no mitochondria."
    denied = next(row for row in rows(resources, text) if row["negated"])
    assert (denied["donor"], denied["recipient"]) == ({"fibroblast"}, {"neuron"})


def test_what_others_found_gives_no_row(resources: Resources) -> None:
    cited = "In the study of Morrow et al., neurons took up mitochondria from platelets, as we found here."
    text = f"{cited} Pericytes transferred mitochondria to astrocytes."
    assert [row["donor"] for row in rows(resources, text)] == [{"pericyte"}]


def test_extracellular_mitochondria_without_donor_make_a_row(resources: Resources) -> None:
    (row,) = rows(resources, "Circulating cell-free mitochondria were detected in the plasma of rats.")
    assert "donor" not in row
    assert row["donor_species"] == {"rat"}


def test_an_inhibitor_stands_for_what_it_inhibits(resources: Resources) -> None:
    (row,) = rows(resources, "Pericytes transferred mitochondria to neurons. GW4869 abolished the transfer of mitochondria.")
    assert row["mechanism"] == {"neutral_sphingomyelinase_pathway"}


def test_an_inhibitor_without_effect_tells_no_mechanism(resources: Resources) -> None:
    (row,) = rows(
        resources, "Pericytes transferred mitochondria to neurons. GW4869 had no effect on the transfer of mitochondria."
    )
    assert "mechanism" not in row


def test_condition_is_what_the_cells_were_exposed_to(resources: Resources) -> None:
    text = "Pericytes transferred mitochondria to neurons that had been damaged by rotenone. Diabetes is a common disease."
    (row,) = rows(resources, text)
    assert row["condition"] == {"rotenone"}


def test_animals_that_cells_are_given_to_say_nothing_of_their_species(resources: Resources) -> None:
    text = "Mesenchymal stem cells were injected into rats. Mesenchymal stem cells transferred mitochondria to neurons."
    (row,) = rows(resources, text)
    assert "donor_species" not in row


def test_species_of_the_donors_is_told_by_syntax(resources: Resources) -> None:
    (row,) = rows(resources, "Human pericytes transferred mitochondria to mouse neurons.")
    assert row["donor_species"] == {"human"}


def test_labels_are_those_of_mitochondria(resources: Resources) -> None:
    stained = "Mitochondria were stained with MitoTracker Red, and nuclei of CD45-positive cells with DAPI."
    text = f"Pericytes transferred mitochondria to neurons. {stained}"
    (row,) = rows(resources, text)
    assert row["label"] == {"mitotracker_red"}


def test_a_line_is_a_kind_of_its_cell_and_any_cell_can_be_in_a_state(resources: Resources) -> None:
    vocabulary = resources.vocabulary
    assert related({"cell_line:mda_mb_231"}, {"cell:cancer_cell"}, vocabulary)
    assert related({"cell:neuron"}, {"cell:apoptotic_cell"}, vocabulary)
    assert not related({"cell:neuron"}, {"cell:astrocyte"}, vocabulary)
    assert general({"cell:stem_cell", "cell:mesenchymal_stem_cell"}, vocabulary) == {"cell:stem_cell"}


def test_a_pronoun_is_the_cell_named_before_it(resources: Resources) -> None:
    (row,) = rows(resources, "When pericytes were grafted, they donated mitochondria to neurons.")
    assert (row["donor"], row["recipient"]) == ({"pericyte"}, {"neuron"})


def test_a_pronoun_is_what_the_sentence_before_opens_with(resources: Resources) -> None:
    (row,) = rows(resources, "Pericytes grew on a layer of fibroblasts. They donated mitochondria to neurons.")
    assert row["donor"] == {"pericyte"}


def test_traffic_in_both_directions_makes_a_row_of_each(resources: Resources) -> None:
    found = rows(resources, "Mitochondria were exchanged in both directions between pericytes and neurons.")
    assert sorted((*row["donor"], *row["recipient"]) for row in found) == [("neuron", "pericyte"), ("pericyte", "neuron")]


def test_traffic_in_one_direction_stays_one_row(resources: Resources) -> None:
    assert len(rows(resources, "Transfer was unidirectional: pericytes donated mitochondria to neurons.")) == 1


def test_cells_that_recipients_are_cultured_with_are_the_donors(resources: Resources) -> None:
    text = "Neurons were overlaid with astrocytes. Red mitochondria were soon visible in the axons of the neurons."
    (row,) = rows(resources, text)
    assert (row["donor"], row["recipient"]) == ({"astrocyte"}, {"neuron"})


def test_a_clause_does_not_lend_its_subject_to_one_of_its_own(resources: Resources) -> None:
    (row,) = rows(resources, "Neurons recovered after pericytes donated mitochondria to fibroblasts.")
    assert (row["donor"], row["recipient"]) == ({"pericyte"}, {"fibroblast"})


def test_syntax_tells_who_gives_of_two_cells_before_the_verb(resources: Resources) -> None:
    text = "Factors of neurons stimulate pericytes to give their mitochondria away."
    (row,) = rows(resources, text, title="Pericytes release mitochondria")
    assert row["donor"] == {"pericyte"}


def test_cells_that_give_mitochondria_off_are_no_preparation(resources: Resources) -> None:
    (row,) = rows(resources, "Injured pericytes gave off mitochondria.", title="Pericytes release mitochondria")
    assert row["donor"] == {"pericyte"}


def test_a_disease_that_cells_are_called_after_is_no_condition(resources: Resources) -> None:
    text = "In acute myeloid leukemia, AML cells received mitochondria from fibroblasts under hypoxia."
    (row,) = rows(resources, text)
    assert row["condition"] == {"hypoxia"}


def test_what_mitochondria_promote_is_no_condition(resources: Resources) -> None:
    (row,) = rows(resources, "They did so at once.", title="Pericytes release mitochondria to promote inflammation")
    assert not row["condition"]


def test_where_inhibitors_were_bought_tells_no_mechanism(resources: Resources) -> None:
    bought = "Inhibitors of mitochondrial transfer (GW4869 and cytochalasin D) were from Exochem."
    (row,) = rows(resources, f"Pericytes donated mitochondria to neurons. {bought}")
    assert not row["mechanism"]


@pytest.mark.parametrize(("words", "count"), [("Both were cocultured.", 1), ("Both were starved.", 0)])
def test_a_recipient_alone_is_a_finding_only_where_cells_meet(resources: Resources, words: str, count: int) -> None:
    text = f"Pericytes and neurons were kept in the dark. {words} Mitochondria of the pericytes had moved over."
    assert len(rows(resources, text)) == count


def test_cells_grown_together_are_a_coculture(resources: Resources) -> None:
    (row,) = rows(resources, "Pericytes were grown together with neurons and gave mitochondria to them.", title=TITLE)
    assert row["condition"] == {"coculture"}


def test_a_tumor_is_no_condition_of_cells(resources: Resources) -> None:
    text = "Pericytes transferred mitochondria to melanoma cells under hypoxia, as is common in melanoma."
    (row,) = rows(resources, text, title="Pericytes transfer mitochondria to melanoma cells")
    assert row["condition"] == {"hypoxia"}


def test_a_further_drug_with_the_same_effect_tells_of_the_mechanism(resources: Resources) -> None:
    text = "Uptake of the mitochondria was reduced by nystatin. Knocking down Cdc42 had the same effect."
    (row,) = rows(resources, text, title=TITLE)
    assert "cdc42" in row["mechanism"]


def test_what_arrived_mitochondria_bring_about_is_no_mechanism(resources: Resources) -> None:
    (row,) = rows(resources, "Transfer activated PGC-1α-driven mitochondrial biogenesis in the neurons.", title=TITLE)
    assert not row["mechanism"]


def test_drugs_against_the_skeleton_add_nothing_to_nanotubes(resources: Resources) -> None:
    text = "Mitochondria travelled along nanotubes from pericytes to neurons. Cytochalasin D reduced the transfer."
    (row,) = rows(resources, text, title=TITLE)
    assert row["mechanism"] == {"tunneling_nanotube"}


def test_vesicles_with_other_cargo_are_no_form(resources: Resources) -> None:
    text = "Pericytes released mitochondria in microvesicles and shed exosomes carrying microRNAs."
    (row,) = rows(resources, text, title="Release of mitochondria by pericytes")
    assert row["form"] == {"microvesicle_containing_mitochondria"}
