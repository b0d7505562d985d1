"""The printed tables: grouped, numbered, marked, without what was rejected."""

from __future__ import annotations

from pathlib import Path

from pages import Page, Tables, put, written

from mitotransfer.review.loading import read_run
from mitotransfer.review.paper import Paper, Printed, paper
from mitotransfer.rows import ArticleRow, SecretionRow, TransplantationRow, TrialRow

TABLES: Tables = {
    "table1_secretion.csv": [
        SecretionRow("1", cell_type="platelet", reference="Zeta, 2020", study_doi="10.1/z", source_id="PMC9"),
        SecretionRow("2", cell_type="astrocyte", reference="Beta, 2021", study_doi="10.1/b", source_id="PMC9", hedged="true"),
        SecretionRow("3", cell_type="astrocyte", reference="Alpha, 2018", study_pmid="77", source_id="PMC9", negated="true"),
        SecretionRow("4", cell_type="", reference="Beta, 2021", study_doi="10.1/b", source_id="PMC9", review_status="conflict"),
        SecretionRow(
            "5", cell_type="astrocyte", reference="Bad, 2001", study_doi="10.1/r", source_id="PMC9", review_status="rejected"
        ),
        SecretionRow("6", cell_type="iPSC-derived astrocyte", biological_effect="ATP ↑", source_id="PMC8", study_pmcid="PMC8"),
    ],
    "table2_transplantation.csv": [
        TransplantationRow(
            "7", tissue="heart", intervention="mitochondria", dose="10⁶", study_doi="10.1/z", reference="Zeta, 2020"
        )
    ],
    "table3_trials.csv": [
        TrialRow("8", conditions="stroke", nct_number="NCT00000001", source="registry", source_id="NCT00000001")
    ],
    "articles.csv": [ArticleRow(id="PMC8", title="On iPSCs.", year="2022"), ArticleRow(id="PMC9", title="A review", year="2024")],
}


def printed(folder: Path, run: Tables = TABLES, most: int = 100) -> Paper:
    put(folder, run)
    return paper(read_run(folder), most)


def test_donors_are_grouped_largest_first_by_year_unnamed_last(tmp_path: Path) -> None:
    table = printed(tmp_path).tables[0]
    assert [(group.name, [line.study for line in group.lines]) for group in table.groups] == [
        ("astrocyte", ["Alpha, 2018", "Beta, 2021"]),
        ("iPSC-derived astrocyte", [""]),
        ("platelet", ["Zeta, 2020"]),
        ("NR", ["Beta, 2021"]),
    ]
    assert (table.total, table.rejected) == (5, 1)


def test_references_are_numbered_as_they_come_over_all_tables(tmp_path: Path) -> None:
    made = printed(tmp_path)
    numbers = [[line.number for group in table.groups for line in group.lines] for table in made.tables]
    assert numbers == [[1, 2, 3, 4, 2], [4], [0]]  # a trial of the registry alone has none
    assert [(one.number, one.text, [link.text for link in one.links]) for one in made.references] == [
        (1, "Alpha, 2018.", ["PMID 77"]),
        (2, "Beta, 2021.", ["doi:10.1/b"]),
        (3, "2022. On iPSCs.", ["PMC8"]),  # an article's own study: its title is known
        (4, "Zeta, 2020.", ["doi:10.1/z"]),
    ]


def test_marks_stand_at_their_rows_and_are_explained(tmp_path: Path) -> None:
    table = printed(tmp_path).tables[0]
    assert [[mark.sign for mark in line.marks] for group in table.groups for line in group.lines] == [["‡"], ["†"], [], [], ["¶"]]
    assert [mark.sign for mark in table.marks] == ["†", "‡", "¶"]
    assert [line.study for group in table.groups for line in group.lines if line.negated] == ["Alpha, 2018"]


def test_footnote_explains_the_short_forms_that_are_there_and_no_others(tmp_path: Path) -> None:
    short = [name for name, _ in printed(tmp_path).tables[0].abbreviations]
    assert short == ["ATP", "iPSC", "NR"]


def test_columns_that_no_row_fills_are_named_not_printed(tmp_path: Path) -> None:
    table: Printed = printed(tmp_path).tables[0]
    assert table.columns == ["Cell type", "Biological effect"]
    assert "Recipient cell" in table.unstated and "Reference" not in table.unstated


def test_dose_is_printed_with_what_was_given(tmp_path: Path) -> None:
    table = printed(tmp_path).tables[1]
    assert table.columns == ["Tissue", "Intervention"]
    assert [item.text for item in table.groups[0].lines[0].cells[0]] == ["mitochondria", "10⁶"]


def test_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    table = printed(tmp_path, most=2).tables[0]
    assert (table.shown, table.total, sum(len(group.lines) for group in table.groups)) == (2, 5, 2)


def test_page_prints_group_once_with_its_rows(tmp_path: Path) -> None:
    page = Page(written(tmp_path, TABLES))
    spans = [head["rowspan"] for head in page.found("th") if head.get("scope") == "rowgroup"]
    assert spans == ["2", "1", "1", "1", "1", "1"]
    assert "Beta, 2021 [2] † (stated with doubt)" in page.text
    assert "1 rejected by a reviewer left out" in page.text
    assert "ATP adenosine triphosphate, iPSC induced pluripotent stem cell, NR not reported," in page.text
