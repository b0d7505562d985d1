"""Progress: a bar on a terminal, lines elsewhere, nothing for little work."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from mitotransfer.progress import Progress


def run(stream: io.StringIO, total: int, **more: float) -> str:
    with Progress("fetch", total, stream=stream, **more) as progress:  # type: ignore[arg-type]
        for _ in range(total):
            progress.step()
    return stream.getvalue()


def test_little_work_is_quiet() -> None:
    assert run(io.StringIO(), 20, every=0) == ""
    assert run(io.StringIO(), 0, every=0) == ""


def test_lines_tell_how_many_how_fast_and_how_long() -> None:
    lines = run(io.StringIO(), 1200, every=0).splitlines()
    assert len(lines) == 1200
    assert re.fullmatch(r"fetch: 600 of 1,200, \d+\.\d a second, \d+:\d\d left", lines[599])
    assert lines[-1].startswith("fetch: 1,200 of 1,200, ") and lines[-1].endswith(" 0:00 left")


def test_lines_come_every_so_often() -> None:
    assert run(io.StringIO(), 1000, every=60) == ""


def test_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with Progress("fetch", 10_000, stream=io.StringIO()) as progress:
        assert str(progress) == "fetch: 0 of 10,000, 0.0 a second, 0:00 left"
        now += 10
        for _ in range(20):
            progress.step()
        assert str(progress) == "fetch: 20 of 10,000, 2.0 a second, 1:23:10 left"


@pytest.mark.parametrize(("total", "columns", "said"), [(30, 80, r"fetch: +\d+%.*/30 \[.*it/s\]"), (20, 80, ""), (30, 0, "")])
def test_on_a_terminal(total: int, columns: int, said: str) -> None:
    """The real thing: a pseudo-terminal as standard error of a process. One without size would show nothing of a bar."""
    code = (
        "import sys, time\nfrom mitotransfer.progress import Progress\n"
        f"with Progress('fetch', {total}) as progress:\n    for _ in range({total}):\n"
        "        time.sleep(.02)\n        progress.step()\nsys.stderr.write('end')"
    )
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    process = subprocess.Popen([sys.executable, "-c", code], stderr=theirs)
    text = b""
    while not text.endswith(b"end"):
        assert select.select([ours], [], [], 20)[0], text
        text += os.read(ours, 10_000)
    assert process.wait(20) == 0
    os.close(theirs)
    os.close(ours)
    assert re.search(said, text.decode()) if said else text == b"end"
