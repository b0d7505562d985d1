"""Names for a role: coordinations completed, denied names left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources, load
from small import tables_only


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(tables_only().annotate)


def found(text: str, resources: Resources, *categories: str, denied: bool = False) -> list[str]:
    return [m.ident.partition(":")[2] for m in names(text, resources, categories, {}, denied=denied)]


@pytest.mark.parametrize(
    ("text", "category", "idents"),
    [
        (
            "microvesicles or multivesicular bodies containing mitochondria",
            "secreted_form",
            ["microvesicle_containing_mitochondria", "multivesicular_body_containing_mitochondria"],
        ),
        ("Infarct area and volume", "outcome", ["infarct_size"]),  # two forms of one outcome: named once
        ("tunneling nanotubes and gap junctions", "mechanism", ["tunneling_nanotube", "gap_junction"]),
        ("astrocytes, neurons and microglia", "cell", ["astrocyte", "neuron", "microglia"]),
        ("neurons/astrocytes", "cell", ["neuron", "astrocyte"]),
    ],
)
def test_lists_of_names(resources: Resources, text: str, category: str, idents: list[str]) -> None:
    assert found(text, resources, category) == idents


@pytest.mark.parametrize(
    "text",
    [
        "independent of tunneling nanotubes",
        "tunneling nanotube-independent",
        "tunneling nanotube‐independent",
        "not through tunneling nanotubes",
        "without tunneling nanotubes",
    ],
)
def test_denied_names(resources: Resources, text: str) -> None:
    assert found(text, resources, "mechanism") == []
    assert found(text, resources, "mechanism", denied=True) == ["tunneling_nanotube"]


def test_denial_holds_for_the_denied_name_alone(resources: Resources) -> None:
    assert found("gap junctions, not tunneling nanotubes", resources, "mechanism") == ["gap_junction"]


def test_independent_way_that_has_an_entry_of_its_own(resources: Resources) -> None:
    """ "Mitophagy-independent" is a mechanism of its own and no mention of mitophagy."""
    assert found("Mitophagy-independent", resources, "mechanism") == ["mitophagy_independent_pathway"]


@pytest.mark.parametrize("text", ["peri-infarct area", "non-neuronal", "anti-apoptosis", "post-stroke"])
def test_prefix_that_changes_the_meaning(resources: Resources, text: str) -> None:
    assert found(text, resources, "outcome", "cell", "disease") == []


def test_unspecific_names_are_no_values(resources: Resources) -> None:
    assert found("donor cells", resources, "cell") == []


def test_first_category_wins_a_place(resources: Resources) -> None:
    assert found("liver", resources, "tissue", "agent") == ["liver"]


WORDS = st.sampled_from(
    [
        "infarct",
        "area",
        "and",
        "volume",
        ",",
        "or",
        "astrocytes",
        "neurons",
        "not",
        "microvesicles",
        "containing",
        "mitochondria",
        "(",
        "/",
    ]
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(words=st.lists(WORDS, max_size=12))
def test_mentions_lie_in_the_text_in_order_and_apart(words: list[str]) -> None:
    text = " ".join(words)
    resources = load(tables_only().annotate)
    mentions = names(text, resources, ("outcome", "cell", "secreted_form"), {}, denied=True)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert all(0 <= m.start < m.end <= len(text) for m in mentions)
    assert all(one.end <= other.start for one, other in pairwise(mentions))
