"""Outcomes with their direction, as cells and sentences put them."""

from __future__ import annotations

import pytest

from mitotransfer.annotate.effects import find_effects
from mitotransfer.annotate.resources import Resources, load
from small import tables_only


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(tables_only().annotate)


def effects(text: str, resources: Resources, default: str = "change") -> list[str]:
    return [f"{e.ident.partition(':')[2]}:{e.direction}" for e in find_effects(text, resources, {}, default=default)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Increased ATP production", ["atp_production:increase"]),
        ("ATP production was significantly increased", ["atp_production:increase"]),
        ("ATP production ↑, infarct size ↓", ["atp_production:increase", "infarct_size:decrease"]),
        ("Increased ATP production; reduced apoptosis", ["atp_production:increase", "cell_death:decrease"]),
        ("Increased ATP production but reduced apoptosis", ["atp_production:increase", "cell_death:decrease"]),
        ("Reduced apoptosis, infarct size and edema", ["cell_death:decrease", "infarct_size:decrease", "edema:decrease"]),
        ("Infarct size and edema were reduced", ["infarct_size:decrease", "edema:decrease"]),
        ("Infarct area and volume decreased", ["infarct_size:decrease"]),
    ],
)
def test_directions(resources: Resources, text: str, wanted: list[str]) -> None:
    assert effects(text, resources) == wanted


def test_word_of_another_clause_does_not_speak_for_an_outcome_however_many_there_are(resources: Resources) -> None:
    """A cell of a thousand outcomes: looking between each of them and each word took half a minute (found by fuzzing)."""
    assert effects("increased ATP, " * 1000 + "edema", resources) == ["atp_production:increase"] * 1000 + ["edema:increase"]
    assert effects("increased ATP, " * 1000 + "while edema", resources)[-1] == "edema:change"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Improved ATP production", "atp_production:increase"),
        ("Improved infarct size", "infarct_size:decrease"),  # one wants it small
        ("Improved edema", "edema:decrease"),
        ("Improved cardiac function", "cardiac_function:increase"),
    ],
)
def test_improved_means_what_one_wants(resources: Resources, text: str, wanted: str) -> None:
    assert effects(text, resources) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "No effect on infarct size",
        "No significant change in infarct size",
        "No difference in infarct size between groups",
        "No improvement in infarct size",
        "Did not reduce infarct size",
        "Infarct size was not reduced",
        "Infarct size was not significantly altered",
        "Infarct size unchanged",
        "Unchanged infarct size",
        "Infarct size was unaffected",
        "Infarct size remained similar",
        "without affecting infarct size",
        "Failed to reduce infarct size",
    ],
)
def test_null_effects(resources: Resources, text: str) -> None:
    assert effects(text, resources) == ["infarct_size:none"]


def test_null_effect_beside_an_effect(resources: Resources) -> None:
    """The denial belongs to its own outcome."""
    assert effects("Increased ATP production without affecting infarct size", resources) == [
        "atp_production:increase",
        "infarct_size:none",
    ]
    assert effects("No effect on infarct size; increased ATP production", resources) == [
        "infarct_size:none",
        "atp_production:increase",
    ]


def test_induced_by_something_is_no_increase(resources: Resources) -> None:
    """ "LPS-induced" says where the edema comes from, not what the treatment did."""
    assert effects("LPS-induced lung edema", resources, default="") == []
    assert effects("Reduced LPS-induced lung edema", resources) == ["edema:decrease"]


@pytest.mark.parametrize("text", ["ATP production", "ATP production in neurons"])
def test_outcome_without_a_direction(resources: Resources, text: str) -> None:
    """In an effect column it did change somehow; in a sentence it is only a topic."""
    assert effects(text, resources) == ["atp_production:change"]
    assert effects(text, resources, default="") == []


@pytest.mark.parametrize("text", ["", "Increased", "=", "↑", "no effect", "not", "Reduced Reduced Reduced"])
def test_text_without_an_outcome(resources: Resources, text: str) -> None:
    assert effects(text, resources) == []


def test_effect_that_went_away_with_its_cause_is_none_of_its_own(resources: Resources) -> None:
    # a control: without the particles the medium does nothing; that is no null effect of the mitochondria
    lost = "Without the particles the medium no longer raised cell survival."
    assert find_effects(lost, resources, {}) == []
    assert [e.direction for e in find_effects("The medium raised cell survival.", resources, {})] == ["increase"]
