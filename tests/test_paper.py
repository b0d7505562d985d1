"""What a paper prints of the rows: which, in what groups, with which numbers, marks and footnotes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from mitotransfer.paper import NOT_REPORTED, Paper, PaperTable, columns, paper
from mitotransfer.rows import ARROWS, CAPTIONS, TABLES, TITLES, ArticleRow, header
from mitotransfer.values import SIGNS, Item


def row(name: str = "secretion", **given: str) -> dict[str, str]:
    values = dict.fromkeys(header(TABLES[name]), "") | {"review_status": "proposed", "source_id": "PMC1"}
    return values | given


def article(ident: str, title: str = "", year: str = "") -> dict[str, str]:
    return dict.fromkeys(header(ArticleRow), "") | {"id": ident, "title": title, "year": year}


SECRETION = [
    row(row_id="1", cell_type="platelet", reference="Zeta, 2020", study_doi="10.1000/z"),
    row(row_id="2", cell_type="astrocyte", reference="Beta, 2021", study_doi="10.1000/b", hedged="true"),
    row(row_id="3", cell_type="astrocyte", reference="Alpha, 2018", study_pmid="77", negated="true"),
    row(row_id="4", reference="Beta, 2021", study_doi="10.1000/B", review_status="conflict"),
    row(row_id="5", cell_type="astrocyte", reference="Bad, 2001", study_doi="10.1000/r", review_status="rejected"),
    row(row_id="6", cell_type="iPSC-derived astrocyte", biological_effect="ATP ↑", source_id="PMC8", study_pmcid="PMC8"),
]
TRANSPLANTATION = [
    row(
        "transplantation",
        row_id="7",
        tissue="heart",
        intervention="mitochondria",
        dose="10⁶",
        study_doi="10.1000/z",
        reference="Zeta, 2020",
    )
]
REGISTERED = row(
    "trials",
    row_id="8",
    conditions="stroke",
    start="~2024-05",
    nct_number="NCT00000001",
    source="registry",
    source_id="NCT00000001",
)
ROWS = {"secretion": SECRETION, "transplantation": TRANSPLANTATION, "trials": [REGISTERED]}
ARTICLES = [article("PMC8", "On iPSCs.", "2022"), article("PMC1", "A review", "2024")]


def printed() -> Paper:
    return paper(ROWS, ARTICLES)


def secretion(*rows: dict[str, str]) -> PaperTable:
    return paper({"secretion": rows}).tables[0]


def numbers(made: Paper) -> dict[str, int]:
    return {one.row_id: one.number for table in made.tables for group in table.groups for one in group.rows}


def test_every_table_is_there_also_without_rows() -> None:
    tables, references = paper({})
    assert [(table.name, table.label) for table in tables] == [
        ("secretion", "Table 1"),
        ("transplantation", "Table 2"),
        ("trials", "Table 3"),
    ]
    assert all(table.groups == () == table.legend == table.unstated for table in tables)
    assert references == ()


def test_every_table_has_its_names() -> None:
    assert list(TITLES) == list(CAPTIONS) == list(TABLES)


def test_every_direction_has_a_sign_with_a_word() -> None:
    assert list(SIGNS) == list(ARROWS.values())
    assert SIGNS["="] == "no effect"


def test_columns_are_those_that_are_read_by_people() -> None:
    assert columns("secretion")[0] == "cell_type"
    assert not [name for name in columns("secretion") if name.endswith("_ids") or name in ("reference", "row_id")]
    assert "dose" not in columns("transplantation")  # with the intervention


def test_groups_are_largest_first_within_by_year_and_those_not_reported_last() -> None:
    table = printed().tables[0]
    assert [(group.label, [one.study for one in group.rows]) for group in table.groups] == [
        ("astrocyte", ["Alpha, 2018", "Beta, 2021"]),
        ("iPSC-derived astrocyte", [""]),
        ("platelet", ["Zeta, 2020"]),
        (NOT_REPORTED, ["Beta, 2021"]),
    ]
    assert table.headings[0] == "Donor cells"
    assert all(len(one.cells) == len(table.headings) - 1 for group in table.groups for one in group.rows)


def test_a_large_group_whose_donor_is_not_reported_comes_last_too() -> None:
    table = secretion(row(row_id="1"), row(row_id="2"), row(row_id="3", cell_type="neuron"))
    assert [group.label for group in table.groups] == ["neuron", NOT_REPORTED]


def test_equal_groups_go_by_name_whatever_its_case_and_the_year_not_known_last() -> None:
    table = secretion(
        *(row(row_id=donor, cell_type=donor) for donor in ("neuron", "Monocyte", "astrocyte")),
        row(row_id="new", cell_type="b", reference="A, 2020"),
        row(row_id="unknown", cell_type="b", reference="A", study_doi="10.1000/a"),
        row(row_id="old", cell_type="b", reference="B, 2001"),
    )
    assert [one.row_id for group in table.groups for one in group.rows] == [
        *("old", "new", "unknown"),
        *("astrocyte", "Monocyte", "neuron"),
    ]


def test_order_does_not_depend_on_that_of_the_rows() -> None:
    turned = {name: rows[::-1] for name, rows in ROWS.items()}
    assert paper(turned, ARTICLES[::-1]) == printed()


def test_trials_are_grouped_by_condition() -> None:
    (group,) = printed().tables[2].groups
    assert group.label == "stroke"


def test_rejected_rows_are_left_out_and_counted_and_so_are_their_references() -> None:
    made = printed()
    assert (made.tables[0].shown, made.tables[0].total, made.tables[0].rejected) == (5, 5, 1)
    assert "5" not in numbers(made)
    assert not [reference for reference in made.references if "Bad" in reference.text]


def test_works_are_numbered_as_they_are_met_through_all_tables() -> None:
    assert numbers(printed()) == {"3": 1, "2": 2, "6": 3, "1": 4, "4": 2, "7": 4, "8": 0}


def test_a_trial_of_the_registry_alone_has_no_number_and_is_no_reference() -> None:
    made = paper({"trials": [REGISTERED]})
    assert (numbers(made), made.references) == ({"8": 0}, ())


def test_references_name_all_ids_and_link_those_of_a_known_kind() -> None:
    both = row(row_id="1", reference="A, 2001", study_doi="10.1000/x(1)", study_pmid="7", study_pmcid="PMC8")
    (reference,) = paper({"secretion": [both, row(row_id="2", study_doi="10.1000/x(1)")]}).references
    assert [tuple(link) for link in reference.links] == [
        ("doi:10.1000/x(1)", "https://doi.org/10.1000/x%281%29"),
        ("PMID 7", "https://pubmed.ncbi.nlm.nih.gov/7"),
        ("PMC8", "https://pmc.ncbi.nlm.nih.gov/articles/PMC8"),
    ]
    assert reference.text == "A, 2001."


def test_a_work_that_was_read_itself_goes_by_year_and_title_where_it_is_not_cited() -> None:
    assert [(one.number, one.text) for one in printed().references] == [
        (1, "Alpha, 2018."),
        (2, "Beta, 2021."),
        (3, "2022. On iPSCs."),
        (4, "Zeta, 2020."),
    ]


def test_a_cited_work_does_not_go_by_the_title_of_the_article_that_cites_it() -> None:
    made = paper({"secretion": [row(row_id="1", study_doi="10.1000/cited")]}, ARTICLES)
    assert [(one.text, one.links[0].text) for one in made.references] == [("", "doi:10.1000/cited")]


def test_a_work_of_which_nothing_is_known_goes_by_what_was_read() -> None:
    (reference,) = paper({"secretion": [row(row_id="1", source_id="file.xml")]}).references
    assert (reference.text, [tuple(link) for link in reference.links]) == ("", [("file.xml", "")])


def test_works_with_an_id_in_common_are_one_also_over_a_third_row() -> None:
    by_doi = row(row_id="1", cell_type="a", study_doi="10.1000/B")
    by_pmid = row(row_id="2", cell_type="b", study_pmid="8")
    by_both = row("transplantation", row_id="3", tissue="heart", study_doi="10.1000/b", study_pmid="8", study_pmcid="PMC3")
    by_pmcid = row("transplantation", row_id="4", tissue="lung", study_pmcid="PMC3")
    other = row("transplantation", row_id="5", tissue="skin", study_pmcid="PMC4")
    made = paper({"secretion": [by_doi, by_pmid], "transplantation": [by_both, by_pmcid, other]})
    assert numbers(made) == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 2}


def test_works_without_ids_are_told_apart_by_article_and_citation() -> None:
    found = enumerate([("A", "1"), ("A", "2"), ("A", "1")])
    made = paper({"secretion": [row(row_id=str(n), reference=text, source_id=source) for n, (text, source) in found]})
    assert numbers(made) == {"0": 1, "1": 2, "2": 1}
    assert len(made.references) == 2


def test_marks_stand_at_their_rows_and_only_they_are_explained() -> None:
    table = secretion(
        row(row_id="1", negated="true", hedged="true"),
        row(row_id="2", review_status="conflict"),
        row(row_id="3", negated="false"),
    )
    assert ["".join(mark.sign for mark in one.marks) for one in table.groups[0].rows] == ["†‡", "¶", ""]
    assert [one.negated for one in table.groups[0].rows] == [True, False, False]
    assert [mark.sign for mark in table.legend] == ["†", "‡", "¶"]


def test_a_sign_means_the_same_in_every_table() -> None:
    tables = paper({name: [row(name, row_id=name, retracted="true", review_status="conflict")] for name in TABLES}).tables
    assert len({table.legend for table in tables}) == 1
    assert [mark.sign for mark in tables[0].legend] == ["§", "¶"]


def test_effects_have_their_sign_apart_and_only_signs_that_are_there_are_explained() -> None:
    table = secretion(row(row_id="1", biological_effect="ATP ↑; a = b; repair ="))
    assert (Item("ATP", "↑", "increase"), Item("a = b"), Item("repair", "=", "no effect")) in table.groups[0].rows[0].cells
    assert [tuple(mark) for mark in table.legend] == [("↑", "increase"), ("=", "no effect")]


def test_estimated_dates_are_explained() -> None:
    assert [tuple(mark) for mark in printed().tables[2].legend] == [("~", "estimated")]


def test_short_forms_that_are_there_are_explained_and_no_others() -> None:
    assert [short for short, _ in printed().tables[0].abbreviations] == ["ATP", "iPSC", "NR", "Ref."]
    assert dict(printed().tables[0].abbreviations)[NOT_REPORTED] == "not reported"
    assert [short for short, _ in printed().tables[1].abbreviations] == ["Ref."]


def test_list_of_abbreviations_says_each_once_as_it_is_looked_up(root: Path) -> None:
    with (root / "pipeline/mitotransfer/abbreviations.tsv").open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle, delimiter="\t"))
    short = [line["short"] for line in lines]
    assert len(set(short)) == len(short)
    assert all(line["long"] and re.fullmatch(r"[^\W_]+(?:[-–][^\W_]+)*", line["short"]) for line in lines)


def test_columns_that_no_row_fills_are_named_not_printed() -> None:
    table = printed().tables[0]
    assert table.headings == ("Donor cells", "Biological effect")
    assert "Recipient cell" in table.unstated
    assert "Reference" not in table.unstated


def test_a_column_that_only_a_rejected_row_fills_is_not_printed() -> None:
    table = secretion(row(row_id="1", cell_type="a"), row(row_id="2", cell_type="a", species="rat", review_status="rejected"))
    assert table.headings == ("Donor cells",)


def test_an_empty_cell_of_a_printed_column_says_so() -> None:
    table = secretion(row(row_id="1", cell_type="a", species="rat"), row(row_id="2", cell_type="a"))
    assert [one.cells for one in table.groups[0].rows] == [((Item("rat"),),), ((Item(NOT_REPORTED),),)]


def test_dose_is_printed_with_what_was_given_and_without_it_too() -> None:
    table = printed().tables[1]
    assert table.headings == ("Tissue", "Intervention")
    assert [item.text for item in table.groups[0].rows[0].cells[0]] == ["mitochondria", "10⁶"]
    (_, alone, _), _ = paper({"transplantation": [row("transplantation", row_id="1", tissue="heart", dose="1 mg")]})
    assert alone.groups[0].rows[0].cells == ((Item("1 mg"),),)


def test_long_table_is_cut_and_says_so_and_only_what_is_shown_is_cited() -> None:
    made = paper(ROWS, ARTICLES, 2)
    table = made.tables[0]
    assert (table.shown, table.total, sum(len(group.rows) for group in table.groups)) == (2, 5, 2)
    assert [one.text for one in made.references] == ["Alpha, 2018.", "Beta, 2021.", "Zeta, 2020."]


def test_a_work_known_by_its_citation_only_is_told_from_the_article_that_cites_it() -> None:
    (reference,) = paper({"secretion": [row(row_id="1", reference="Doe, 2019")]}).references
    assert (reference.text, reference.links[0].text) == ("Doe, 2019.", "cited in PMC1")
