"""Readers of table cells: one way a column is written per test."""

from __future__ import annotations

import pytest

from mitotransfer.annotate.cells import Context, is_unstated, read_cell
from mitotransfer.annotate.headers import Column
from mitotransfer.annotate.resources import load
from mitotransfer.document import Mark, Passage, Role, TableName
from small import tables_only


def context(table: TableName = "transplantation") -> Context:
    return Context(load(tables_only().annotate), {}, table)


def cell(text: str, rule: str, table: TableName = "transplantation") -> list[Role]:
    """The roles of a cell in the column that a shipped rule reads."""
    resources = load(tables_only().annotate)
    (found,) = (r for r in resources.headers.columns if r.id == rule)
    return read_cell(Passage("p", "cell", "body", text), Column(0, found, found.roles[table], 0.95), context(table))


def said(roles: list[Role]) -> dict[str, list[str]]:
    """role -> what was read: the slug of the vocabulary entry, else the text."""
    found: dict[str, list[str]] = {}
    for role in roles:
        found.setdefault(role.name, []).append(role.ident.partition(":")[2] or role.surface)
    return found


NOTHING = [
    "",
    " ",
    "NR",
    "nr",
    "N.R.",
    "n/a",
    "N.A.",
    "NA",
    "n.d.",
    "ND",
    "-",
    "–",
    "—",
    "...",
    "None",
    "no data",
    "Not reported",
    "NS",
]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("rule", ["donor-cell", "effect", "disease-model", "intervention", "route", "dose", "tissue"])
def test_cell_that_states_nothing(text: str, rule: str) -> None:
    assert cell(text, rule) == []


@pytest.mark.parametrize("text", ["Not specified", "Unknown", "Not determined", "Further investigation needed"])
def test_words_that_state_nothing(text: str) -> None:
    assert is_unstated(text, context())


@pytest.mark.parametrize("text", ["Nerve", "NADH dehydrogenase", "NRK-52E", "Nonparenchymal cells", "Nil phosphate"])
def test_words_that_only_look_so(text: str) -> None:
    assert not is_unstated(text, context())


def test_donor_with_its_species_in_the_same_cell() -> None:
    assert said(cell("Astrocytes (mouse)", "donor-cell", "secretion")) == {"donor": ["astrocyte"], "donor_species": ["mouse"]}


def test_value_that_the_vocabulary_lacks_is_kept_as_written() -> None:
    (role,) = cell("Glomus cells of the toad (n = 3)", "donor-cell", "secretion")
    assert (role.surface, role.ident) == ("Glomus cells of the toad", "")


def test_sentence_is_no_value() -> None:
    text = "These are the things that all of the authors of the study wrote about what they had seen in that year"
    assert cell(text, "donor-cell", "secretion") == []


def test_model_with_species_and_procedure_in_brackets() -> None:
    found = said(cell("Stroke (Mice subjected to middle cerebral artery occlusion)", "disease-model"))
    assert found["disease"] == ["stroke"] and found["model_species"] == ["mouse"]
    assert found["procedure"] == ["middle_cerebral_artery_occlusion"]


def test_procedure_that_the_vocabulary_lacks_is_what_the_brackets_say() -> None:
    (procedure,) = (
        r for r in cell("Neuralgia (rats subjected to placement of a cuff)", "disease-model") if r.name == "procedure"
    )
    assert procedure.ident == "" and "placement of a cuff" in procedure.surface


def test_intervention_with_route_and_dose() -> None:
    found = said(cell("Intravenous injection of isolated mitochondria (100 µg)", "intervention"))
    assert found["route"] == ["intravenous_injection"]
    assert found["dose"] == ["100 µg"] and "agent" in found


def test_what_follows_into_is_where_it_goes() -> None:
    assert "oocyte" not in str(said(cell("Injection of autologous mitochondria into oocytes", "intervention")).get("agent"))


@pytest.mark.parametrize(
    ("text", "dose"),
    [("1 × 10^8 mitochondria/kg", "1 × 10^8 mitochondria/kg"), ("50 μg", "50 μg"), ("n.r.", None), ("2.5 mg/kg", "2.5 mg/kg")],
)
def test_dose_column_is_kept_as_written(text: str, dose: str | None) -> None:
    assert said(cell(text, "dose")).get("dose", [None]) == [dose]


@pytest.mark.parametrize(
    ("text", "status", "phase"),
    [
        ("Recruiting (Phase I/II)", "Recruiting", "1/2"),
        ("Active, not recruiting", "Active, not recruiting", None),
        ("Completed; phase 2b", "Completed", "2b"),
        ("II", None, "2"),
        ("Early Phase 1", None, "1"),
        ("Phase NA", None, "not applicable"),
        ("Not yet recruiting", "Not yet recruiting", None),
        ("whatever", None, None),
    ],
)
def test_status_and_phase(text: str, status: str | None, phase: str | None) -> None:
    found = said(cell(text, "status", "trials"))
    assert (found.get("status", [None]), found.get("phase", [None])) == ([status], [phase])


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2021-03", {"start": ["2021-03"]}),
        ("2018; primary completion 2020-01-31; completion 2021", {"start": ["2018"], "primary_completion": ["2020-01-31"]}),
        ("2022 – estimated end 2025-06", {"start": ["2022"], "study_completion": ["~2025-06"]}),
        ("soon", {}),
    ],
)
def test_dates_keep_their_precision(text: str, dates: dict[str, list[str]]) -> None:
    assert said(cell(text, "dates", "trials")).items() >= dates.items()


def test_trial_numbers_in_any_spelling() -> None:
    assert said(cell("NCT99999001, nct 99999002; ISRCTN123", "nct", "trials")) == {"nct": ["NCT99999001", "NCT99999002"]}


def test_location_is_text_and_a_sponsor_is_none() -> None:
    assert said(cell("Boston, USA", "location", "trials")) == {"location": ["Boston, USA"]}
    assert cell("Sponsored by a company", "location", "trials") == []


def test_effect_with_target_and_recipient() -> None:
    roles = cell("Increased ATP production in neurons", "effect", "secretion")
    assert said(roles) == {"effect": ["atp_production"], "recipient": ["neuron"]}
    assert (roles[0].direction, roles[0].target) == ("increase", "neurons")


def test_effect_that_the_vocabulary_lacks_is_a_change() -> None:
    (role,) = cell("Brighter plumage", "effect")
    assert (role.surface, role.ident, role.direction) == ("Brighter plumage", "", "change")


def test_mechanism_named_in_an_effect_cell() -> None:
    assert said(cell("Increased ATP production via tunneling nanotubes", "effect", "secretion"))["mechanism"] == [
        "tunneling_nanotube"
    ]


@pytest.mark.parametrize("text", ["independent of microtubules", "Tunneling nanotube-independent"])
def test_denied_mechanism_is_no_value(text: str) -> None:
    assert all(
        role.ident not in ("mechanism:tunneling_nanotube", "mechanism:microtubule")
        for role in cell(text, "mechanism", "secretion")
    )


def test_raised_letter_of_a_footnote_is_no_part_of_the_name() -> None:
    # "Exophers<sup>a</sup>" reads "Exophersa"; "CD4<sup>+</sup>" keeps its plus
    resources = load(tables_only().annotate)
    (form,) = (r for r in resources.headers.columns if r.id == "secreted-form")
    noted = Passage("p", "cell", "body", "Exophersa", marks=(Mark(8, 9, "sup"),))
    roles = read_cell(noted, Column(0, form, "form", 0.95), context("secretion"))
    assert [(role.surface, role.ident) for role in roles] == [("Exophers", "secreted_form:exopher")]
    (donor,) = (r for r in resources.headers.columns if r.id == "donor-cell")
    signed = Passage("p", "cell", "body", "CD4+ T cells", marks=(Mark(3, 4, "sup"),))
    assert read_cell(signed, Column(0, donor, "donor", 0.95), context("secretion"))[0].surface == "CD4+ T cells"
