"""The log of decisions: nothing that was saved is lost, whoever writes, and however a spreadsheet saved the file."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import decision
from mitotransfer.decisions import Decision, Log, Snapshot, Snapshots
from mitotransfer.decisions.log import Stale
from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.rows import header


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "decisions.csv")


def test_no_file_holds_no_decision(log: Log) -> None:
    assert log.read() == ()


def test_what_is_added_is_read_again_with_id_and_time(log: Log) -> None:
    made = log.add([decision("accept", note='quoted "note", with = and @'), decision("reject", row="r" + "2" * 15)])
    assert Log(log.path).read() == tuple(made)
    assert [one.decision for one in made] == ["accept", "reject"]
    assert all(one.decided_at.endswith("+00:00") and len(one.decision_id) == 16 for one in made)


def test_line_ends_in_a_note_become_blanks_so_that_a_line_is_a_decision(log: Log) -> None:
    log.add([decision("note", note="one\r\n two\tthree")])
    assert log.path.read_bytes().count(b"\n") == 2
    assert log.read()[0].note == "one two three"


def test_a_formula_in_a_note_is_no_formula_in_the_file(log: Log) -> None:
    log.add([decision("note", note='=HYPERLINK("http://x")')])
    assert "\"'=HYPERLINK" in log.path.read_text()
    assert log.read()[0].note == '=HYPERLINK("http://x")'


def test_another_program_that_added_meanwhile_is_seen(log: Log) -> None:
    first = log.add([decision("accept")])
    Log(log.path).add([decision("reject", reviewer="bo")])
    assert [one.reviewer for one in log.read()] == [first[0].reviewer, "bo"]


def test_a_reviewer_who_has_not_seen_the_last_decision_is_told(log: Log) -> None:
    made = log.add([decision("accept")], last_seen="")
    with pytest.raises(Stale):
        log.add([decision("reject", reviewer="bo")], last_seen="")
    log.add([decision("reject", row="r" + "3" * 15, reviewer="bo")], last_seen="")  # another row is another matter
    log.add([decision("reject", reviewer="bo")], last_seen=made[0].decision_id)
    assert [one.decision for one in log.read()] == ["accept", "reject", "reject"]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_what_a_killed_program_left_of_a_line_is_passed_over_and_goes(log: Log, cut: int) -> None:
    log.add([decision("accept")])
    before = log.path.read_bytes()
    log.add([decision("reject", reviewer="bo")])
    log.path.write_bytes(log.path.read_bytes()[:-cut])
    assert [one.decision for one in Log(log.path).read()] == ["accept"]
    Log(log.path).add([decision("note", note="after")])
    assert log.path.read_bytes().startswith(before)
    assert [one.decision for one in log.read()] == ["accept", "note"]


def test_a_file_of_which_only_a_part_of_the_header_was_written_is_begun_anew(log: Log) -> None:
    log.path.write_bytes(b"decision_id,decid")
    log.add([decision("accept")])
    assert [one.decision for one in Log(log.path).read()] == ["accept"]


def saved_by_a_spreadsheet(path: Path, encoding: str, delimiter: str, *, reverse: bool) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    columns = sorted(lines[0], reverse=reverse)
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.DictWriter(handle, columns, delimiter=delimiter, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(lines)


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-8", ",")])
def test_a_spreadsheet_may_save_the_log_in_its_own_way(log: Log, encoding: str, delimiter: str) -> None:
    made = log.add([decision("accept", note="β-cells; two"), decision("note", note="x", reviewer="bo")])
    saved_by_a_spreadsheet(log.path, encoding, delimiter, reverse=True)
    assert Log(log.path).read() == tuple(made)
    more = Log(log.path).add([decision("reject", reviewer="cy")])
    assert Log(log.path).read() == (*made, *more)
    assert log.path.read_text(encoding="utf-8").splitlines()[0] == ",".join(header(Decision))


def test_a_column_that_is_none_of_ours_is_an_error_that_names_the_allowed_ones(log: Log) -> None:
    log.path.write_text("row_id;verdict\r\n1;2\r\n")
    with pytest.raises(ConfigError, match=r"decisions.csv: unknown column verdict; allowed: decision_id, decided_at"):
        log.read()


def test_a_line_written_by_hand_needs_no_id(log: Log) -> None:
    log.path.write_text(f"reviewer,decision,table,row_id\nada,accept,secretion,r{'1' * 15}\n")
    one = log.read()[0]
    assert one.fault() == ""
    assert len(one.decision_id) == 16


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        Log(tmp_path / "file" / "decisions.csv").add([decision("accept")])


def test_threads_and_programs_that_add_at_once_lose_nothing(log: Log) -> None:
    def work(name: str) -> None:
        for number in range(10):
            Log(log.path).add([decision("note", reviewer=name, note=str(number))])

    threads = [threading.Thread(target=work, args=(f"reviewer {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(one.reviewer, one.note) for one in log.read()}) == 40


_SAVER = """
import sys
from pathlib import Path
from mitotransfer.decisions import Decision, Log, Snapshot, Snapshots
path = Path(sys.argv[1])
log, snapshots = Log(path), Snapshots(path)
for number in range(100_000):
    was = Snapshot("secretion", {"row_id": str(number), "cell_type": "astrocyte" * 50})
    snapshots.keep([was])
    made = log.add([Decision(reviewer="ada", decision="note", table="secretion", row_id="r" + "1" * 15,
                             note=f"{sys.argv[2]}:{number}", snapshot=was.key)])
    print(made[0].decision_id, flush=True)
"""


def test_a_program_killed_while_it_saves_loses_nothing_it_said_was_saved(tmp_path: Path) -> None:
    """20 kills at random moments, of programs that save one decision after the other into one log."""
    path, rng, said = tmp_path / "decisions.csv", random.Random(5), []
    for turn in range(20):
        with subprocess.Popen([sys.executable, "-c", _SAVER, str(path), str(turn)], stdout=subprocess.PIPE, text=True) as saver:
            assert saver.stdout is not None
            said.append(saver.stdout.readline().strip())  # it has begun
            time.sleep(rng.random() * 0.05)
            saver.kill()
            said += saver.stdout.read().split()
    known, snapshots = {one.decision_id: one for one in Log(path).read()}, Snapshots(path).read()
    assert len(said) >= 20
    assert set(said) <= known.keys() | {ident for ident in said if len(ident) < 16}  # a word cut off was not said
    assert all(one.snapshot in snapshots for one in known.values())


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.integers(0, 400))
def test_any_text_comes_back_and_any_cut_leaves_the_decisions_before(notes: list[str], cut: int) -> None:
    """Whatever is typed, and wherever the file ends, what is read are decisions that were made."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "decisions.csv")
        made = log.add([decision("note", note=note, reviewer=f"r{number}") for number, note in enumerate(notes)])
        read = log.read()
        assert [one.reviewer for one in read] == [one.reviewer for one in made]
        content = log.path.read_bytes()
        log.path.write_bytes(content[: max(0, len(content) - cut)])
        left = Log(log.path).read()
        assert left == read[: len(left)]


def test_snapshots_are_kept_once_and_survive_a_half_written_line(tmp_path: Path) -> None:
    kept = Snapshots(tmp_path / "decisions.csv")
    one = Snapshot("secretion", {"row_id": "r1"}, ({"evidence_id": "e1", "sentence": "β\nγ"},))
    kept.keep([one, one])
    kept.keep([one])
    with kept.path.open("ab") as handle:
        handle.write(b'{"table":"secr')
    other = Snapshot("trials", {"row_id": "r2"})
    kept.keep([other])
    assert dict(Snapshots(tmp_path / "decisions.csv").read()) == {one.key: one, other.key: other}
    assert kept.path.read_bytes().count(b"\xce\xb2") == 1


@pytest.mark.parametrize("note", ["a\u2028b", " a", "a\x14", "'=1 "])
def test_a_log_written_by_hand_says_the_same_before_and_after_it_is_written_anew(log: Log, note: str) -> None:
    """Odd blanks and control characters became plain blanks only when the file was written, after ids were given."""
    log.path.write_text(f"reviewer,decision,row_id,note\nada,note,{'r' + '1' * 15},{note}\n", encoding="utf-8", newline="")
    before = log.read()
    log.add([decision("accept")])
    assert log.read()[:-1] == Log(log.path).read()[:-1] == before
