"""What a paper prints of the rows: which, in what groups, with which numbers and marks."""

from __future__ import annotations

from mitotransfer.paper import NOT_STATED, Reference, columns, heading, paper
from mitotransfer.rows import TABLES, header


def row(name: str = "secretion", **given: str) -> dict[str, str]:
    values = dict.fromkeys(header(TABLES[name]), "") | {"review_status": "proposed", "source_id": "PMC1"}
    return values | given


def test_every_table_is_there_also_without_rows() -> None:
    tables, references = paper({})
    assert [table.name for table in tables] == list(TABLES)
    assert all(table.groups == () == table.footnotes for table in tables)
    assert references == ()


def test_columns_are_those_that_are_read_by_people() -> None:
    assert columns("secretion")[0] == "cell_type"
    assert not [name for name in columns("secretion") if name.endswith("_ids") or name in ("reference", "row_id")]
    assert [heading(name) for name in columns("trials")][-1] == "NCT number"


def test_rows_are_grouped_by_donor_and_those_without_come_last() -> None:
    rows = [
        row(row_id=ident, cell_type=donor) for ident, donor in (("1", ""), ("2", "neuron"), ("3", "Astrocyte"), ("4", "neuron"))
    ]
    (table, _, _), _ = paper({"secretion": rows})
    assert [(group.label, [one.row_id for one in group.rows]) for group in table.groups] == [
        ("Astrocyte", ["3"]),
        ("neuron", ["2", "4"]),
        (NOT_STATED, ["1"]),
    ]
    assert table.grouped_by == "Donor cells"
    assert len(table.headings) == len(table.groups[0].rows[0].cells)


def test_trials_are_one_group_with_all_columns() -> None:
    (_, _, table), _ = paper({"trials": [row("trials", row_id="1", conditions="stroke", nct_number="NCT1")]})
    assert table.grouped_by == ""
    assert table.headings[0] == "Conditions"
    assert table.groups[0].rows[0].cells[0] == ("stroke",)


def test_rejected_rows_are_left_out_and_counted_and_so_are_their_references() -> None:
    rows = [row(row_id="1", reference="A, 2001"), row(row_id="2", reference="B, 2002", review_status="rejected")]
    (table, _, _), references = paper({"secretion": rows})
    assert (table.printed, table.left_out) == (1, 1)
    assert [reference.text for reference in references] == ["A, 2001"]


def test_works_are_numbered_as_they_are_met_through_all_tables() -> None:
    first = row(row_id="1", cell_type="b", reference="B, 2002", study_doi="10.5/B")
    second = row(row_id="2", cell_type="a", reference="A, 2001", study_pmid="7")
    again = row("transplantation", row_id="3", tissue="heart", reference="B et al., 2002", study_doi="10.5/b", study_pmid="8")
    by_pmid = row("transplantation", row_id="4", tissue="lung", study_pmid="8")
    tables, references = paper({"secretion": [first, second], "transplantation": [again, by_pmid]})
    numbers = {one.row_id: one.number for table in tables for group in table.groups for one in group.rows}
    assert numbers == {"2": 1, "1": 2, "3": 2, "4": 2}
    assert references == (Reference(1, "A, 2001", pmid="7"), Reference(2, "B, 2002", doi="10.5/B"))


def test_works_without_ids_are_told_apart_by_article_and_citation() -> None:
    rows = [
        row(row_id=str(n), reference=text, source_id=source)
        for n, (text, source) in enumerate([("A", "1"), ("A", "2"), ("A", "1")])
    ]
    (table, _, _), references = paper({"secretion": rows})
    assert [one.number for one in table.groups[0].rows] == [1, 2, 1]
    assert len(references) == 2


def test_a_work_without_citation_goes_by_its_title_else_its_id() -> None:
    _, references = paper({"secretion": [row(row_id="1"), row(row_id="2", source_id="PMC2")]}, {"PMC1": "On cells"})
    assert [reference.text for reference in references] == ["On cells", "PMC2"]


def test_marks_and_only_their_footnotes() -> None:
    rows = [
        row(row_id="1", negated="true", hedged="true"),
        row(row_id="2", review_status="conflict"),
        row(row_id="3", negated="false"),
    ]
    (table, _, _), _ = paper({"secretion": rows})
    assert [one.marks for one in table.groups[0].rows] == ["†‡", "¶", ""]
    assert [mark for mark, _ in table.footnotes] == ["†", "‡", "¶"]


def test_signs_stay_with_their_effects_and_are_explained_where_they_are() -> None:
    (table, _, _), _ = paper({"secretion": [row(row_id="1", biological_effect="ATP ↑; a = b; repair =")]})
    assert ("ATP\N{NO-BREAK SPACE}↑", "a = b", "repair\N{NO-BREAK SPACE}=") in table.groups[0].rows[0].cells
    assert table.footnotes == (("↑", "increase."), ("=", "no effect."))


def test_estimated_dates_are_explained() -> None:
    (_, _, table), _ = paper({"trials": [row("trials", row_id="1", start="~2024-05")]})
    assert table.footnotes == (("~", "estimated."),)


def test_where_a_work_is_found() -> None:
    assert Reference(1, "A", "10.5/x", "7", "PMC8").address() == "https://doi.org/10.5/x"
    assert Reference(1, "A", "", "7", "PMC8").address() == "https://pmc.ncbi.nlm.nih.gov/articles/PMC8"
    assert Reference(1, "A", "", "7").address() == "https://pubmed.ncbi.nlm.nih.gov/7"
    assert Reference(1, "A").address() == ""
