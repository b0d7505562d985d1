"""What a machine does to a run: full disks, damaged files, clocks that jump, kills. Nothing is lost, nothing half there."""

from __future__ import annotations

import faulthandler
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer import annotate as annotating
from mitotransfer import parse as parsing
from mitotransfer import stages, steps
from mitotransfer.cli import main
from mitotransfer.decisions import log as decision_log
from mitotransfer.document import Annotated, Article
from mitotransfer.store import Blobs, Shards
from small import read, run, secretion, tables_of, tables_only, with_run, written

DONORS = {"PMC999001": "Astrocyte", "PMC999002": "Platelet", "PMC999003": "Macrophage", "PMC999004": "MSC"}
POISONED = "PMC999002"
_TABLES_ONLY = "run: {workers: 2, executor: processes}\nannotate: {prose: false}\nnlp: {model: ''}\nfetch: {sources: []}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "in", DONORS)


@pytest.fixture
def clean(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    """The tables of an undisturbed run."""
    run(tmp_path / "clean", folder)
    return tables_of(tmp_path / "clean")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(_TABLES_ONLY)
    return path


def command(folder: Path, out: Path, config: Path) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "mitotransfer", "run", str(folder), "--out", str(out), "--config", str(config)]


# Poisoned articles, through the whole run. What each executor does with such work stands in test_runner.py.


def hang() -> None:
    sum(range(10**12))


def crash() -> None:
    faulthandler.disable()  # pytest would tell of it at length
    os.kill(os.getpid(), signal.SIGSEGV)


def devour() -> None:
    bytearray(2**40)


@pytest.mark.parametrize(
    ("workers", "stage", "poison", "code", "said"),
    [
        (1, "parse", hang, "too-slow", "it took longer than 5 s (run.article_seconds)"),
        (2, "annotate", hang, "too-slow", "it took longer than 5 s (run.article_seconds)"),
        (2, "parse", crash, "worker-killed", "it killed the worker process (SIGSEGV: memory or a crash in a library)"),
        (1, "annotate", crash, "worker-killed", "it killed the worker process (SIGSEGV: memory or a crash in a library)"),
        (1, "parse", devour, "out-of-memory", "it needs more memory than there is"),
        (2, "annotate", devour, "out-of-memory", "it needs more memory than there is"),
    ],
)
def test_poisoned_article_is_named_and_the_rest_is_done(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    poison: Callable[[], None],
    code: str,
    said: str,
    workers: int,
) -> None:
    real_parse, real_annotate = parsing.parse_documents, annotating.annotate_article

    def parse(data: bytes, name: str, **options: Any) -> list[Article]:
        if POISONED in name:
            poison()
        return real_parse(data, name, **options)

    def annotate(article: Article, resources: annotating.Resources) -> Annotated:
        if article.head.pmcid == POISONED:
            poison()
        return real_annotate(article, resources)

    settings = with_run(workers=workers)
    seconds = 5.0 if poison is hang else 600.0
    quick = msgspec.structs.replace(settings, run=msgspec.structs.replace(settings.run, article_seconds=seconds))
    out = tmp_path / "out"
    with monkeypatch.context() as poisoned:
        poisoned.setattr(parsing, "parse_documents", parse) if stage == "parse" else None
        poisoned.setattr(annotating, "annotate_article", annotate) if stage == "annotate" else None
        assert run(out, folder, settings=quick) is False
    statuses = {row["id"]: (row["status"], row["reason"]) for row in read(out / "articles.csv")}
    reason = f"{'reading' if stage == 'parse' else 'annotating'} {said}"
    assert statuses == {pmcid: ("failed", reason) if pmcid == POISONED else ("rows", "") for pmcid in DONORS}
    assert [row["code"] for row in read(out / "problems.csv")] == [code]
    assert run(out, folder, settings=settings) is True  # tried again: memory and time may suffice then
    assert {row["status"] for row in read(out / "articles.csv")} == {"rows"}


# Disks.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("file systems cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def status_of(folder: Path, out: Path, config: Path) -> int:
    """The exit status of the command, in this process."""
    with pytest.raises(SystemExit) as ended:
        main(command(folder, out, config)[5:])
    return int(ended.value.code or 0)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[Path, Path, Path], str]:
    """The error of a command that must end with 2 and one line."""

    def line(folder: Path, out: Path, config: Path) -> str:
        capsys.readouterr()
        assert status_of(folder, out, config) == 2
        error = capsys.readouterr().err
        assert "Traceback" not in error
        (line,) = (line for line in error.splitlines() if line.startswith("mitotransfer: "))
        return line

    return line


Told = Callable[[Path, Path, Path], str]


@pytest.mark.parametrize("free", [0, 4_000, 40_000])
def test_full_disk_is_told_and_earlier_tables_stay(
    folder: Path, config: Path, small_disk: Path, clean: dict[str, bytes], told: Told, free: int
) -> None:
    """With no room at all, and with room for some of what a run writes."""
    out = small_disk / "out"
    assert status_of(folder, out, config) == 0
    (folder / "PMC999005.xml").write_text(secretion("Hepatocyte", pmcid="PMC999005"))
    with (small_disk / "ballast").open("wb", buffering=0) as ballast:
        room = shutil.disk_usage(small_disk).free - free
        while room > 0:
            room -= ballast.write(bytes(min(room, 65_536)))
    line = told(folder, out, config)
    assert str(out) in line and line.endswith("cannot be written (No space left on device)")
    assert tables_of(out) == clean
    assert not list(out.rglob(".*.tmp"))
    (small_disk / "ballast").unlink()
    (folder / "PMC999005.xml").unlink()
    assert status_of(folder, out, config) == 0
    assert tables_of(out) == clean


def test_limit_on_the_size_of_files_is_told(folder: Path, config: Path, tmp_path: Path, told: Told) -> None:
    """A quota by `ulimit -f`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        line = told(folder, tmp_path / "out", config)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(tmp_path / "out") in line and line.endswith("cannot be written (File too large)")


def test_read_only_output_is_told(folder: Path, config: Path, small_disk: Path, clean: dict[str, bytes], told: Told) -> None:
    """Permission bits do not bind an administrator; a file system that is mounted read-only does."""
    out = small_disk / "out"
    assert status_of(folder, out, config) == 0
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert told(folder, out, config) == f"mitotransfer: {out}: cannot be written (Read-only file system)"
    assert tables_of(out) == clean


def test_file_in_place_of_the_output_is_told(folder: Path, config: Path, tmp_path: Path, told: Told) -> None:
    (tmp_path / "file").write_text("kept")
    assert told(folder, tmp_path / "file" / "out", config).endswith("file/out: cannot be written (Not a directory)")
    assert (tmp_path / "file").read_text() == "kept"


# Intermediate results that are damaged while the run is on.


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize("after", ["fetch", "parse", "annotate"])
def test_damage_between_two_stages_is_mended_by_the_same_run(
    folder: Path, tmp_path: Path, clean: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    out, told = tmp_path / "out", []
    work, real, left = out / "work", getattr(stages, after), [1]

    def damaging(*arguments: Any) -> Any:
        counts = real(*arguments)
        if left and left.pop():
            if after == "fetch":
                damage(next((work / "raw" / "store").glob("*/*")))
            else:
                damage(Shards(work / f"{after}d".replace("ee", "e")).path(POISONED))
        return counts

    monkeypatch.setattr(stages, after, damaging)
    assert stages.run([str(folder)], out, tables_only(), told.append)
    assert [line for line in told if "damaged" in line and line.endswith("made again")]
    assert tables_of(out) == clean
    assert Blobs(work / "raw" / "store").folder.is_dir()


def test_disk_that_damages_everything_ends_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, real = tmp_path / "out", stages.parse

    def damaging(*arguments: Any) -> Any:
        counts = real(*arguments)
        damage(Shards(out / "work" / "parsed").path(POISONED))
        return counts

    monkeypatch.setattr(stages, "parse", damaging)
    with pytest.raises(steps.DamagedError, match="missing or damaged; run the stage that writes it again"):
        run(out, folder)


# Clocks.


def test_clock_that_runs_backwards_changes_nothing(
    folder: Path, tmp_path: Path, clean: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [2e9]

    def backwards() -> float:
        now[0] -= 86_400
        return now[0]

    monkeypatch.setattr(time, "time", backwards)
    out = tmp_path / "out"
    for settings in (tables_only(), with_run(workers=2)):
        (folder / "PMC999001.xml").touch()
        assert run(out, folder, settings=settings)
        assert tables_of(out) == clean
    for counts in msgspec.json.decode((out / "metrics.json").read_bytes()).values():
        assert counts["seconds"] >= 0


def test_last_decision_is_the_last_made_whatever_the_clock_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place in the log counts, not its time."""
    out = tmp_path / "out"
    run(out, folder)
    row = read(out / "table1_secretion.csv")[0]["row_id"]

    class Backwards(datetime):
        at = datetime(2030, 1, 1, tzinfo=UTC)

        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            cls.at -= timedelta(days=400)
            return cls.at

    monkeypatch.setattr(decision_log, "datetime", Backwards)
    from made import decision

    desk = stages.desk(out, tables_only(), reviewer="ada")
    for kind in ("reject", "accept"):
        desk.log.add([decision(kind, row=row, source="PMC999001")])
    first, second = desk.log.read()
    assert first.decided_at > second.decided_at
    run(out, folder)
    assert {line["row_id"]: line["review_status"] for line in read(out / "table1_secretion.csv")}[row] == "accepted"


# Kills. `make bench-kill` does this many times, with the language model.


def test_run_killed_at_random_moments_and_resumed_gives_the_same(
    folder: Path, config: Path, tmp_path: Path, clean: dict[str, bytes]
) -> None:
    out, chance = tmp_path / "out", random.Random(7)
    for number in range(3):
        process = subprocess.Popen(command(folder, out, config), stderr=subprocess.DEVNULL)
        until = time.monotonic() + 30  # killed when this much of the work is there
        while process.poll() is None and time.monotonic() < until and len(list(out.rglob("*.json"))) < 4 * number:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.wait()
    assert status_of(folder, out, config) == 0
    assert tables_of(out) == clean
    assert not [path for path in out.rglob(".*") if path.is_file()]  # no lock, nothing half written


def test_worker_killed_in_a_run_costs_nothing(
    folder: Path, tmp_path: Path, clean: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, real = tmp_path / "mark", parsing.parse_documents

    def parse(data: bytes, name: str, **options: Any) -> list[Article]:
        if POISONED in name and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(data, name, **options)

    monkeypatch.setattr(parsing, "parse_documents", parse)
    assert run(tmp_path / "out", folder, settings=with_run(workers=2))
    assert mark.exists() and tables_of(tmp_path / "out") == clean
