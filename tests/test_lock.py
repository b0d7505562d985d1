"""One writer per directory: the second is refused with the reason, and no dead one stands in the way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mitotransfer import handover, stages
from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.lock import LOCK, locked, writes
from mitotransfer.runner import run_map
from mitotransfer.settings import RunSettings
from small import read, run, secretion, tables_only

HOLD = (
    "import sys, time, pathlib; from mitotransfer.lock import locked\n"
    "with locked(pathlib.Path(sys.argv[1])): print(1, flush=True); time.sleep(60)"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def other(out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock of `out`."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, out], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"1\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_second_writer_is_told_who_is_there(out: Path, other: subprocess.Popen[bytes]) -> None:
    told = rf"out: another run writes there \(process {other.pid} on {socket.gethostname()}, since 20..-..-.. ..:..:.. UTC\)"
    with pytest.raises(OutputError, match=told), locked(out):
        pass


def test_every_stage_that_writes_asks(out: Path, other: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (tmp_path / "PMC999001.xml").write_text(secretion(pmcid="PMC999001"))
    settings = tables_only()
    done = tmp_path / "done"
    run(done, tmp_path / "PMC999001.xml")
    work = done / "work"
    for stage in (
        lambda: stages.run([str(tmp_path / "PMC999001.xml")], out, settings),
        lambda: stages.fetch([str(tmp_path / "PMC999001.xml")], out, settings),
        lambda: stages.parse(work / "raw", out, settings),
        lambda: stages.annotate(work / "parsed", out, settings),
        lambda: stages.registry(work / "annotated", out, settings),
        lambda: stages.tabulate(work / "annotated", out, settings),
        lambda: stages.report(out),
        lambda: handover.export(out, ["sqlite"]),
        lambda: handover.publish(out, "memory://x"),
    ):
        with pytest.raises(OutputError, match="another run writes there"):
            stage()
    assert [path.name for path in out.iterdir()] == [LOCK]


def test_lock_dies_with_its_process(out: Path, other: subprocess.Popen[bytes]) -> None:
    other.kill()
    other.wait()
    assert (out / LOCK).exists()  # what it left stands in nobody's way
    with locked(out):
        assert str(os.getpid()) in (out / LOCK).read_text()


def test_what_a_dead_holder_left_half_written_goes(out: Path, other: subprocess.Popen[bytes]) -> None:
    """And nothing else: the review page may just be writing beside it."""
    other.kill()
    other.wait()
    half, foreign = out / "work" / f".index.txt.{other.pid}-{other.pid}.tmp", out / f".decisions.csv.{os.getpid()}-1.tmp"
    half.parent.mkdir()
    for path in (half, foreign):
        path.write_text("half")
    with locked(out):
        assert not half.exists() and foreign.exists()


def test_nothing_is_left_behind(out: Path) -> None:
    with locked(out / "deep"):
        (out / "file").touch()
    assert [path.name for path in out.iterdir()] == ["file"]
    (out / "file").unlink()
    with pytest.raises(ConfigError), locked(out):
        raise ConfigError("refused")
    assert out.is_dir()  # it was there before


def test_a_process_takes_its_own_lock_again(out: Path) -> None:
    @writes("folder")
    def inner(number: int, folder: Path) -> int:
        return number

    with locked(out):
        assert inner(3, folder=out) == 3
        assert (out / LOCK).exists()
    assert not out.exists()


def is_free(folder: Path) -> bool:
    command = f"import pathlib; from mitotransfer.lock import locked\nwith locked(pathlib.Path({str(folder)!r})): pass"
    return subprocess.run([sys.executable, "-c", command], stderr=subprocess.DEVNULL, check=False).returncode == 0


def test_workers_do_not_hold_the_lock_of_a_dead_run(out: Path) -> None:
    """They are forks: the lock must go with the run even while a worker is at an article."""
    code = (
        "import pathlib, sys, time; from mitotransfer.lock import locked; from mitotransfer.runner import run_map\n"
        "from mitotransfer.settings import RunSettings\n"
        "def work(n):\n    print(__import__('os').getpid(), flush=True); time.sleep(60)\n"
        "with locked(pathlib.Path(sys.argv[1])): list(run_map(work, [1], RunSettings()))"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, out], stdout=subprocess.PIPE)
    assert holder.stdout
    worker = int(holder.stdout.readline())
    assert not is_free(out)
    holder.kill()
    holder.wait()
    assert is_free(out)
    os.kill(worker, signal.SIGKILL)
    holder.stdout.close()


def test_a_fork_keeps_the_lock_of_its_parent_alive(out: Path) -> None:
    with locked(out):
        assert list(run_map(abs, [-1], RunSettings())) == [(-1, 1)]
        assert not is_free(out)


def test_run_after_a_refused_one_is_whole(out: Path, other: subprocess.Popen[bytes], tmp_path: Path) -> None:
    article = tmp_path / "PMC999001.xml"
    article.write_text(secretion(pmcid="PMC999001"))
    with pytest.raises(OutputError):
        run(out, article)
    other.kill()
    other.wait()
    assert run(out, article)
    assert len(read(out / "table1_secretion.csv")) == 1
    assert not list(out.rglob(LOCK))


def test_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file/out: cannot be written"), locked(tmp_path / "file" / "out"):
        pass
