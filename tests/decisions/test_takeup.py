"""Decisions taken from tables that a hand changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.decisions.takeup import Taken, take_up
from mitotransfer.decisions.written import Written
from mitotransfer.files import table_lines
from mitotransfer.rows import TABLE_FILES, TABLES, header
from mitotransfer.terms import Terms

ROWS = {"secretion": "r" + "1" * 15, "trials": "r" + "3" * 15}


def lines(table: str, **cells: str) -> str:
    """A table with one row; all cells are empty but its id and `cells`."""
    columns = header(TABLES[table])
    given = {"row_id": ROWS[table], "source_id": "PMC1", "review_status": "proposed", **cells}
    return "".join(table_lines(columns, [[given.get(name, "") for name in columns]]))


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """What a run wrote: a row of two tables each."""
    kept = Written(tmp_path)
    for table in ROWS:
        (tmp_path / TABLE_FILES[table]).write_text(lines(table), encoding="utf-8")
    kept.keep({TABLE_FILES[table]: tmp_path / TABLE_FILES[table] for table in ROWS}, {})
    return kept


def taken(tmp_path: Path, written: Written, content: str) -> Taken:
    path = tmp_path / "edited.csv"
    path.write_text(content, encoding="utf-8")
    return take_up(path, written, "ada", Terms())


def test_a_changed_cell_is_an_edit(tmp_path: Path, written: Written) -> None:
    (made,) = taken(tmp_path, written, lines("secretion", conditions="hypoxia")).drafts
    assert (made.decision, made.field, made.new, made.row_id) == ("edit", "conditions", "hypoxia", ROWS["secretion"])


def test_a_row_of_another_table_pasted_into_one_is_told_and_not_taken(tmp_path: Path, written: Written) -> None:
    """Its columns are others: looking for one of them ended in a KeyError."""
    found = taken(tmp_path, written, lines("secretion", row_id=ROWS["trials"], conditions="hypoxia"))
    assert found.drafts == [] and [one.code for one in found.problems] == ["unknown-row", "rows-missing"]
    assert TABLE_FILES["trials"] in found.problems[0].message


def test_a_table_edited_where_it_lies_is_known_for_edited(tmp_path: Path, written: Written) -> None:
    """Were the copy a link to the table, it would hold the edit, too."""
    path = tmp_path / TABLE_FILES["secretion"]
    assert written.is_own(path)
    with path.open("r+", encoding="utf-8") as handle:
        handle.write(lines("secretion", conditions="hypoxia"))
    assert not written.is_own(path)
    assert [row["conditions"] for (row,) in written.versions(path.name)] == [""]
