"""What a program has written itself it knows without reading it again, and knows it as another program reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.decisions import Decision, Log, Snapshot, Snapshots, apply, log, snapshots, standing
from mitotransfer.rows import FILES, SecretionRow

ROW = "r" + "1" * 15


def decision(kind: str, **more: str) -> Decision:
    return Decision(reviewer="ada", decision=kind, table="secretion", row_id=ROW, source_id="PMC999001", **more)


def test_own_decisions_are_known_as_they_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    own = Log(path)
    for note in ("plain", "two\nlines", "=SUM(A1)", "'=quoted", "tab\tand \u0000 zero", "  blanks  "):
        own.add([decision("note", note=note)])
        assert own.read() == Log(path).read()


def test_own_decisions_are_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Log(tmp_path / "decisions.csv")
    own.add([decision("accept")])

    def fail(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(log, "_parsed", fail)
    own.add([decision("reject")])
    assert [one.decision for one in own.read()] == ["accept", "reject"]


def test_what_another_program_adds_meanwhile_is_seen(tmp_path: Path) -> None:
    one, other = Log(tmp_path / "decisions.csv"), Log(tmp_path / "decisions.csv")
    for writer in (one, other, one, other):
        writer.add([decision("note", note=str(len(writer.read())))])
    assert one.read() == other.read()
    assert [found.note for found in one.read()] == ["0", "1", "2", "3"]


def test_own_snapshots_are_not_decoded_again_and_others_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Snapshots(tmp_path / "decisions.csv"), Snapshots(tmp_path / "decisions.csv")
    kept = [Snapshot("secretion", {"row_id": str(number)}) for number in range(4)]
    one.keep(kept[:1])
    other.keep(kept[1:2])
    one.keep(kept[2:3])
    assert set(one.read()) == set(other.read()) == {snapshot.key for snapshot in kept[:3]}
    monkeypatch.setattr(snapshots, "_decoded", None)
    one.keep(kept[3:])
    assert kept[3].key in one.read()


def test_an_edit_that_empties_a_column_empties_its_ids() -> None:
    row = SecretionRow(row_id=ROW, mechanism="CD38", mechanism_ids="mechanism:cd38", source_id="PMC999001")
    edit = decision("edit", field="mechanism", old="CD38", new="")
    apply({name: [] for name in FILES} | {"table1_secretion.csv": [row]}, standing([edit], {}), {})
    assert (row.mechanism, row.mechanism_ids, row.review_status) == ("", "", "edited")


def test_the_fate_of_decisions_without_row_is_told() -> None:
    files = {name: [] for name in FILES} | {"table1_secretion.csv": [SecretionRow(row_id="r" + "2" * 15, source_id="PMC999001")]}
    applied = apply(files, standing([decision("reject")], {}), {})
    assert {key: fate.kind for key, fate in applied.fates.items()} == {ROW: "orphaned"}
