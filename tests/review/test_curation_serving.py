"""The review page as a program: how it starts, what it says when it cannot, what is left when it is ended or killed."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from curated import Visitor, row_id, visitor, written
from mitotransfer import curating, stages
from mitotransfer.decisions import Log
from mitotransfer.decisions.log import DECISIONS
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.files import read_records
from mitotransfer.review.curation import serve, serving
from mitotransfer.review.curation.proposals import read_proposals
from small import run, secretion
from small import tables_only as settings


def start(out: Path, port: int = 0) -> None:
    """Serves until an error; nothing else ends it."""
    serve(stages.desk(out, settings()), lambda tell: None, lambda line: None, port=port, browser=False)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} is taken by another program; choose another with --port"):
            start(written(tmp_path / "out"), port)


def test_a_missing_library_is_named_with_the_line_that_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_NEEDED", ("waitress", "no_such_library"))
    with pytest.raises(ConfigError, match=r"needs no_such_library: pip install 'mitotransfer\[review\]'"):
        start(written(tmp_path / "out"))


def test_a_directory_without_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no tables of a run there \(table1_secretion.csv.*`mitotransfer run` makes them"):
        start(tmp_path)


def test_tables_of_another_version_are_told(tmp_path: Path) -> None:
    out = written(tmp_path / "out")
    path = out / "evidence.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("hedge_cue", "hedge"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"evidence.csv: written by another version .*columns: hedge, hedge_cue"):
        start(out)


def test_a_broken_table_is_told_with_its_line(tmp_path: Path) -> None:
    out = written(tmp_path / "out")
    with (out / "table1_secretion.csv").open("a", encoding="utf-8") as handle:
        handle.write("r1,too,few\n")
    with pytest.raises(InputError, match="line 5: 3 cells where the header has 29"):
        start(out)


def test_a_log_that_cannot_be_understood_is_told(tmp_path: Path) -> None:
    out = written(tmp_path / "out")
    (out / DECISIONS).write_text("who,what\nada,accept\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"decisions\.csv: unknown column who, what"):
        start(out)


def test_only_this_machine_is_listened_to() -> None:
    with serving._listening(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_enter_in_the_terminal_gives_a_new_address_that_works_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Visitor(written(tmp_path / "out"))
    said: list[str] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    serving._invite(page.gate.invitation, said.append)
    first, second = (line.removeprefix(f"review page: {page.base}") for line in said)
    assert first != second
    for address in (first, second):
        assert [page.client.get(address, base_url=page.base).status_code for _ in range(2)] == [303, 403]


# -- after a run -----------------------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The output of a run on one article."""
    article = tmp_path / "article.xml"
    article.write_text(secretion(), encoding="utf-8")
    assert run(tmp_path / "out", article)
    return tmp_path / "out"


def only_row(out: Path) -> dict[str, str]:
    (row,) = read_records(out / "table1_secretion.csv")
    return row


def test_what_a_hand_changed_is_taken_up_first_and_the_proposal_still_shown(made: Path) -> None:
    path = made / "table1_secretion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("neuron,", "microglia,"), encoding="utf-8")
    desk = stages.desk(made, settings(), reviewer="ada")
    assert desk.take_up() == []
    page = visitor(made)
    (ident,) = page.get("rows")[1]["ids"]
    row = page.get(f"row/{ident}")[1]["row"]
    recipient = next(field for field in row["fields"] if field["name"] == "recipient_cell")
    assert (recipient["values"][0]["text"], recipient["proposed"][0]["text"]) == ("microglia", "neuron")
    assert row["status"] == "edited"


def test_what_is_shown_is_what_the_next_run_writes(made: Path) -> None:
    page = visitor(made)
    (ident,) = page.get("rows")[1]["ids"]
    for decision, more in (("edit", {"field": "mechanism", "value": "connexin 43"}), ("accept", {})):
        last = page.get(f"row/{ident}")[1]["row"]["last"]
        assert page.post("decide", row=ident, last_seen=last, decision=decision, **more)[0] == 200
    shown = page.room.catalogue.entries[ident].row
    curating.decisions((), settings(), stages.desk(made, settings()))
    row = only_row(made)
    assert {name: getattr(shown, name) for name in row} == row
    assert (row["mechanism"], row["mechanism_ids"], row["review_status"]) == ("connexin 43", "mechanism:connexin_43", "edited")
    page.get("rows")
    assert page.room.catalogue.entries[ident].base.mechanism == ""  # what was read is still known
    assert {line.decision for line in read_proposals(stages.desk(made, settings()))["evidence.csv"]} == {""}


# -- the whole command -----------------------------------------------------------------------------------------------

ENTRY = "from mitotransfer.cli import main; import sys; main(sys.argv[1:])"


class Program:
    """`mitotransfer review` as a process, and a session of its page."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stderr is not None
        self.address = next(found[0] for text in process.stderr if (found := re.search(r"http://\S+", text)))
        self.origin = self.address.partition("/enter/")[0]
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.browser.open(self.address).close()

    def ask(self, path: str, content: dict[str, str] | None = None) -> dict[str, Any]:
        headers = {"Origin": self.origin, "Content-Type": "application/json"}
        data = json.dumps(content).encode() if content is not None else None
        with self.browser.open(urllib.request.Request(f"{self.origin}/api/{path}", data, headers)) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@contextmanager
def program(out: Path) -> Iterator[Program]:
    command = [sys.executable, "-c", ENTRY, "review", str(out), "--no-browser", "--reviewer", "ada"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        yield Program(process)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_ctrl_c_ends_the_page_and_applies_what_was_decided(made: Path) -> None:
    ident = only_row(made)["row_id"]
    with program(made) as page:
        page.ask("decide", {"row": ident, "last_seen": "", "decision": "reject"})
        page.process.send_signal(signal.SIGINT)
        said = page.process.communicate(timeout=60)[1]
        assert page.process.returncode == 0, said
    assert "1 decisions since the start" in said
    assert only_row(made)["review_status"] == "rejected"


_LOOP = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from curated import desk, nothing, terms, written
from mitotransfer.review.curation.app import Room, create_app
from mitotransfer.review.curation.gate import Gate
import socket, waitress
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
gate = Gate(listener.getsockname()[1])
server = waitress.create_server(create_app(Room(desk(Path(sys.argv[1])), terms(), nothing), gate), sockets=[listener], threads=4)
print(gate.invitation(), file=sys.stderr, flush=True)
server.run()
"""


@pytest.mark.slow
def test_a_server_killed_while_saving_loses_nothing_that_it_said_was_saved(tmp_path: Path) -> None:
    """Killed twenty times at a random moment while decisions are saved one after the other: all that was answered is there."""
    out = written(tmp_path / "out")
    moments = random.Random(6)
    acknowledged: list[str] = []
    command = [sys.executable, "-c", _LOOP, str(out), str(Path(__file__).parent.parent)]
    for _ in range(20):
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        page = Program(process)
        killer = threading.Timer(moments.uniform(0.02, 0.3), process.kill)
        killer.start()
        acknowledged += decide_until_killed(page, len(acknowledged))
        killer.join()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        saved = [one.decision_id for one in Log(out / DECISIONS).read()]
        assert [ident for ident in saved if ident in set(acknowledged)] == acknowledged
        assert len(saved) - len(acknowledged) <= 20  # at most the one under way at each kill
    assert len(acknowledged) > 20


def decide_until_killed(page: Program, number: int) -> list[str]:
    """Saves one decision after the other; the ids of those that the server said were saved."""
    made: list[str] = []
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):  # what a dying server leaves of an answer
        last = page.ask(f"row/{row_id(1)}")["row"]["last"]
        while True:
            action = {"row": row_id(1), "last_seen": last, "decision": "note", "note": f"note {number + len(made)}"}
            last = page.ask("decide", action)["row"]["last"]
            made.append(last)
    return made
