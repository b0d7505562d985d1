"""What completes a row of the secretion table: conditions, mechanisms and forms that other sentences tell."""

from __future__ import annotations

import pytest
from tests.annotate.test_secretion_rows import rows

from mitotransfer.annotate.resources import Resources, load
from mitotransfer.settings import load as load_settings

TITLE = "Pericytes transfer mitochondria to neurons"


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


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
