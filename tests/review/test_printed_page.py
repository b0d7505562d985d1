"""The printed tables on the page: what `paper` makes of the rows, a group's name once beside its rows."""

from __future__ import annotations

from pathlib import Path

from pages import Page, Tables, written

from mitotransfer.rows import SecretionRow

TABLES: Tables = {
    "table1_secretion.csv": [
        SecretionRow("1", cell_type="platelet", reference="Zeta, 2020", study_doi="10.1000/z", source_id="PMC9"),
        SecretionRow("2", cell_type="astrocyte", reference="Beta, 2021", study_doi="10.1000/b", source_id="PMC9", hedged="true"),
        SecretionRow("3", cell_type="astrocyte", biological_effect="ATP ↑", source_id="PMC9", negated="true"),
        SecretionRow("4", cell_type="astrocyte", reference="Bad, 2001", source_id="PMC9", review_status="rejected"),
    ]
}


def test_page_prints_group_once_with_its_rows(tmp_path: Path) -> None:
    page = Page(written(tmp_path, TABLES))
    spans = [head["rowspan"] for head in page.found("th") if head.get("scope") == "rowgroup"]
    assert spans == ["2", "1"]
    assert "Beta, 2021 [1] ‡ (stated with doubt)" in page.text
    assert "1 rejected by a reviewer left out" in page.text


def test_page_explains_what_it_prints(tmp_path: Path) -> None:
    page = Page(written(tmp_path, TABLES))
    assert "ATP adenosine triphosphate, NR not reported, Ref. reference." in page.text
    assert "↑ increase; † claimed absence: the study reports that this does not happen; ‡ stated with doubt." in page.text
    assert "No row states: Species, Conditions," in page.text


def test_claimed_absences_are_told_apart_by_their_looks_too(tmp_path: Path) -> None:
    page = Page(written(tmp_path, TABLES))
    assert len([line for line in page.found("tr") if line.get("class") == "denied"]) == 1
