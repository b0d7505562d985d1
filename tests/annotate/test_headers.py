"""Header rules: the shipped file's own examples, what is wrong in a file, and which columns a table's headers give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mitotransfer.annotate.headers import HeaderRules, load_headers, map_columns, normalise
from mitotransfer.errors import ConfigError
from mitotransfer.settings import config_root, read_yaml

SHIPPED = config_root() / "table_headers.yaml"
RULES = load_headers(SHIPPED)
EXAMPLES = [
    (rule.id, header, wanted)
    for rule in RULES.columns
    for wanted in (True, False)
    for header in (rule.yes if wanted else rule.no)
]


@pytest.mark.parametrize(("ident", "header", "wanted"), EXAMPLES)
def test_examples_of_the_shipped_rules(ident: str, header: str, wanted: bool) -> None:
    (rule,) = (rule for rule in RULES.columns if rule.id == ident)
    assert rule.matches(normalise(header)) is wanted


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert [rule.id for rule in RULES.columns if not (rule.yes and rule.no)] == []


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        (" Donor\u00a0 cells ", "donor cells"),
        ("Effects*†", "effects"),
        ("Reference:", "reference"),
        ("Ref.", "ref."),
        ("Route‡ of\nadministration", "route of administration"),
    ],
)
def test_normal_form_of_a_header(header: str, plain: str) -> None:
    assert normalise(header) == plain


def broken(tmp_path: Path, change: Any) -> str:
    """What is said of the shipped file after `change` was applied to its content."""
    content = read_yaml(SHIPPED)
    change(content)
    path = tmp_path / "table_headers.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_headers(path)
    assert str(error.value).startswith(str(path))
    return str(error.value)


def change_first(**values: Any) -> Any:
    return lambda content: content["columns"][0].update(values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_first(yes=["Weather"]), "column 'donor-cell' should match the header 'Weather' (yes) and does not"),
        (change_first(no=["Donor"]), "column 'donor-cell' should not match the header 'Donor' (no) and does"),
        (change_first(reed="names"), "column 'donor-cell': unknown key 'reed'; allowed here: also, categories, id"),
        (change_first(read="guess"), "column 'donor-cell': Invalid enum value 'guess'"),
        (change_first(roles={"secretion": "giver"}), "column 'donor-cell': 'giver' is no role of secretion; allowed: donor, "),
        (change_first(roles={"other": "donor"}), "Invalid enum value 'other'"),
        (change_first(also={"secretion": ["giver"]}), "'giver' is no role of secretion"),
        (change_first(also={"secretion": ["effect"]}), "'effect' cannot stand beside names; allowed: donor_species"),
        (change_first(categories=[]), "a column read as names needs categories"),
        (change_first(id="species"), "two column rules have the id 'species'"),
        (lambda c: c["columns"][2].pop("patterns"), "column 'species': Object missing required field `patterns`"),
        (lambda c: c["columns"].append("donor"), "Expected `object`, got `str`"),
        (lambda c: c.update(columns=None), "Expected `array`, got `null` - at `$.columns`"),
        (lambda c: c.update(columns={"a": 1}), "Expected `array`, got `object`"),
        (lambda c: c.update(rows=[]), "unknown key 'rows'; allowed here: columns, kinds, unspecific"),
        (lambda c: c["kinds"].pop("trials"), "kinds: 'trials' is missing; needed: secretion, transplantation, trials"),
        (lambda c: c["kinds"]["trials"].update(needs=[["ntc"]]), "kinds: 'ntc' is no role of trials"),
    ],
)
def test_mistakes_are_told_with_rule_and_remedy(tmp_path: Path, change: Any, said: str) -> None:
    assert said in broken(tmp_path, change)


def test_bad_pattern_is_named(tmp_path: Path) -> None:
    assert "is no regular expression (" in broken(tmp_path, change_first(patterns=["donor("]))


def mapped(headers: list[list[str]], witness: list[dict[str, float]] | None = None, rules: HeaderRules = RULES) -> Any:
    found = map_columns(rules, headers, witness or [{} for _ in headers])
    return found and (found.table, {column.number: column.role for column in found.columns})


@pytest.mark.parametrize(
    ("headers", "table", "roles"),
    [
        (
            ["Donor", "Recipient", "Route", "Outcome", "Ref."],
            "transplantation",
            ["mito_source", "target", "route", "effect", "reference"],
        ),
        (["Donor", "Recipient", "Mechanism", "Ref."], "secretion", ["donor", "recipient", "mechanism", "reference"]),
        (["Source cell", "Released form", "Labelling method"], "secretion", ["donor", "form", "label"]),
        (
            ["Animal model", "Source of mitochondria", "Dose", "Main findings"],
            "transplantation",
            ["disease", "mito_source", "dose", "effect"],
        ),
        (["Trial ID", "Indication", "Phase", "Sponsor"], "trials", ["nct", "trial_condition", "phase", "location"]),
    ],
)
def test_headers_of_other_reviews(headers: list[str], table: str, roles: list[str]) -> None:
    assert mapped([[header] for header in headers]) == (table, dict(enumerate(roles)))


@pytest.mark.parametrize(
    "headers",
    [
        ["Gene", "Species", "Tissue", "Function"],
        ["Primer", "Sequence"],
        ["Parameter", "Control", "Treated", "p"],
        ["Antibody", "Source", "Dilution"],
        ["", "", ""],
        [],
    ],
)
def test_headers_of_other_tables(headers: list[str]) -> None:
    assert mapped([[header] for header in headers]) is None


def test_column_without_any_header() -> None:
    assert mapped([[], ["Donor"], ["Recipient"]]) == ("secretion", {1: "donor", 2: "recipient"})


def test_lower_header_goes_before_the_upper_one() -> None:
    assert mapped([["Cells", "Donor"], ["Cells", "Recipient"]]) == ("secretion", {0: "donor", 1: "recipient"})


def test_upper_header_counts_where_the_lower_one_is_unknown_for_all_columns_under_it() -> None:
    headers = [["Donor"], ["Recipient"], ["Outcome", "in vitro"], ["Outcome", "in vivo"]]
    assert mapped(headers) == ("secretion", {0: "donor", 1: "recipient", 2: "effect", 3: "effect"})


def test_two_headers_of_one_role_give_one_column() -> None:
    """ "Donor" and "Cell type" side by side: the one whose cells fit better is the donor."""
    headers = [["Cell type"], ["Donor"], ["Recipient"]]
    assert mapped(headers, [{}, {"cell": 1.0}, {"cell": 1.0}]) == ("secretion", {1: "donor", 2: "recipient"})


def test_witness_reads_a_column_with_an_unknown_header() -> None:
    headers = [["Donor"], ["By way of"]]
    assert mapped(headers) is None
    assert mapped(headers, [{"cell": 1.0}, {"secreted_form": 0.9}]) == ("secretion", {0: "donor", 1: "form"})
    assert mapped(headers, [{"cell": 1.0}, {"secreted_form": 0.5}]) is None


def test_witness_of_cells_and_outcomes_is_not_enough() -> None:
    """A column of cells may be donors or recipients: only a header can tell."""
    assert mapped([["A"], ["B"], ["C"]], [{"cell": 1.0}, {"cell": 1.0}, {"outcome": 1.0}]) is None


def test_cells_that_contradict_the_header_win() -> None:
    """ "Recipient" over animals."""
    headers = [["Donor"], ["Recipient"], ["Released form"]]
    shares = [{"cell": 1.0}, {"species": 1.0}, {"secreted_form": 1.0}]
    assert mapped(headers, shares) == ("secretion", {0: "donor", 1: "donor_species", 2: "form"})
