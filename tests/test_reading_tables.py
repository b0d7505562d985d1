"""Tables read back: their columns are checked and come in our order."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.errors import InputError
from mitotransfer.rows import ProblemRow, header
from mitotransfer.tables import TableLines, read_table, read_tables

COLUMNS = header(ProblemRow)


def test_columns_come_in_our_order_and_those_of_others_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "problems.csv"
    path.write_text(f"mine,{','.join(COLUMNS[::-1])}\nx,{','.join(name[:2] for name in COLUMNS[::-1])}\n", encoding="utf-8")
    (line,) = read_table(path, ProblemRow)
    assert list(line.items()) == [(name, name[:2]) for name in COLUMNS]
    with pytest.raises(InputError, match="unknown columns: mine"):
        read_table(path, ProblemRow, exact=True)


@pytest.mark.parametrize("exact", [True, False])
def test_missing_columns_are_named(tmp_path: Path, exact: bool) -> None:
    path = tmp_path / "problems.csv"
    path.write_text(f"{','.join(COLUMNS[2:])}\n{'x,' * (len(COLUMNS) - 3)}x\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"problems\.csv: missing columns: {', '.join(sorted(COLUMNS[:2]))}"):
        read_table(path, ProblemRow, exact=exact)


def test_a_run_without_one_of_its_tables_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"table1_secretion\.csv: cannot be read"):
        read_tables(tmp_path)


def test_lines_are_read_as_they_are_asked_for_and_again(tmp_path: Path) -> None:
    """A table larger than memory: what is behind a line was not looked at when it is given."""
    path = tmp_path / "problems.csv"
    path.write_text("source_id,stage,severity,code,place,message\nPMC1,parse,note,c,p,m\nPMC2,parse\n")
    lines = TableLines(path, ProblemRow)
    for _ in range(2):
        assert next(iter(lines))["source_id"] == "PMC1"
    with pytest.raises(InputError, match="line 3: 2 cells where the header has 6"):
        list(lines)
