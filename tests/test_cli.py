"""The command line: exit status 0, 1 or 2, errors in one line, never a traceback; nothing written where usage is wrong."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from mitotransfer import __version__, files
from mitotransfer.cli import app, main
from small import CSV, read, secretion


class Outcome(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line of an error."""
        (line,) = self.err.splitlines()
        return line


Call = Callable[..., Outcome]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Outcome(int(end.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(secretion())
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tables_only.yaml"
    path.write_text("annotate: {prose: false}\nfetch: {sources: []}")
    return path


def test_all_done_is_0(call: Call, article: Path, config: Path, tmp_path: Path) -> None:
    outcome = call("run", article, "--out", tmp_path / "out", "--config", config)
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.err.splitlines()] == ["fetch", "parse", "annotate", "tabulate", "report"]
    written = {path.name for path in (tmp_path / "out").iterdir()}
    files = {"datapackage.json", "metrics.json", "provenance.json", "report.html", "review", "work"}
    assert written == {*CSV, *files}


def test_some_failed_is_1_and_the_rest_complete(call: Call, article: Path, config: Path, tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text("<article>")
    outcome = call("run", article, tmp_path / "b.xml", "--out", tmp_path / "out", "--config", config)
    assert outcome.status == 1
    assert "some articles failed" in outcome.err and "articles.csv" in outcome.err
    assert {row["id"]: row["status"] for row in read(tmp_path / "out" / "articles.csv")} == {"PMC999777": "rows", "b": "failed"}
    assert len(read(tmp_path / "out" / "table1_secretion.csv")) == 1


def test_id_that_is_not_found_is_1(call: Call, article: Path, config: Path, tmp_path: Path) -> None:
    outcome = call("run", "PMC1", article, "--out", tmp_path / "out", "--config", config, "--library", tmp_path)
    assert outcome.status == 1
    assert {row["status"] for row in read(tmp_path / "out" / "articles.csv")} == {"rows", "not_found"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "IN"], "Missing option '--out'"),
        (["run", "--out", "OUT"], "Missing argument"),
        (["run", "IN", "--out", "OUT", "--executor", "threads"], "no executor 'threads'; allowed: serial, processes"),
        (["run", "IN", "--out", "OUT", "--workers", "0"], "--workers"),
        (["run", "IN", "--out", "OUT", "--workers", "two"], "--workers"),
        (["run", "IN", "--out", "OUT", "--colour"], "No such option: --colour"),
        (["run", "nowhere.xml", "--out", "OUT"], "'nowhere.xml' is neither a file, a directory nor an article id"),
        (["run", "x" * 5000, "--out", "OUT"], "is neither a file"),
        (["run", "IN", "", "--out", "OUT"], "is neither a file"),
        (["run", os.devnull, "--out", "OUT"], "is a pipe or a device"),
        (["run", "IN", "--out", "IN"], "--out"),
        (["run", "IN", "--out", "OUT", "--config", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (
            ["run", "IN", "--out", "OUT", "--config", "BAD"],
            "unknown key 'run.worker'; allowed here: article_memory, article_seconds, executor, scheduler, workers",
        ),
        (["run", "PMC1", "--out", "OUT", "--library", "nowhere"], "nowhere: no such directory"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["parse", "nowhere", "OUT"], "run the fetch stage first"),
        (["annotate", "nowhere", "OUT"], "run the stage that writes"),
        (["tabulate", "nowhere", "--out", "OUT"], "run the stage that writes"),
        (["report", "nowhere"], "nowhere"),
        (["evaluate", "nowhere", "nowhere"], "nowhere"),
    ],
)
def test_wrong_usage_is_2_in_one_line_and_writes_nothing(
    call: Call, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("run: {worker: 2}")
    before = sorted(tmp_path.iterdir())
    names = {"IN": str(article), "BAD": "bad.yaml", "OUT": "out"}
    outcome = call(*(names.get(argument, argument) for argument in arguments))
    assert outcome.status == 2
    assert outcome.error.startswith("mitotransfer: ") and said in outcome.error
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("vocabulary/cell.tsv", "id\tlabel\n", "cell.tsv, line 1, column synonyms: missing column"),
        ("vocabulary/cell.tsv", "", "cell.tsv: empty"),
        ("table_headers.yaml", "kinds: {}\ncolumns: []", "table_headers.yaml: kinds: 'secretion' is missing"),
        ("table_headers.yaml", "kinds: [", "table_headers.yaml: not valid YAML"),
        ("rules/mine.yaml", "nonsense: 1", "mine.yaml: unknown key 'nonsense'"),
    ],
)
def test_broken_rules_are_2_and_write_nothing(
    call: Call, article: Path, root: Path, tmp_path: Path, file: str, text: str, said: str
) -> None:
    (tmp_path / "own.yaml").write_text("")
    if file.startswith("vocabulary"):
        shutil.copytree(root / "configs" / "vocabulary", tmp_path / "vocabulary")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    outcome = call("run", article, "--out", tmp_path / "out", "--config", tmp_path / "own.yaml")
    assert outcome.status == 2
    assert said in outcome.error
    assert not (tmp_path / "out").exists()


def test_output_directory_that_is_an_input_is_2(call: Call, article: Path, config: Path) -> None:
    """The tables would be among the inputs of the next run."""
    outcome = call("run", article.parent, "--out", article.parent, "--config", config)
    assert outcome.status == 2 and "both an input and the directory to write to" in outcome.error
    assert not (article.parent / "work").exists()


@pytest.mark.parametrize("out", ["file/out", "blocked", "/proc/mitotransfer", "/dev/full"])
def test_output_directory_that_cannot_be_is_2(call: Call, article: Path, config: Path, tmp_path: Path, out: str) -> None:
    """Permission bits do not bind an administrator: a file in the way and a read-only file system do."""
    (tmp_path / "file").write_text("")
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "work").write_text("")
    outcome = call("run", article, "--out", tmp_path / out, "--config", config)
    assert outcome.status == 2
    assert outcome.error.startswith("mitotransfer: ")


def test_full_disk_is_2_and_leaves_the_earlier_tables(
    call: Call, article: Path, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up while tables are written: the file is named, and the tables of the last run are all there."""
    out = tmp_path / "out"
    arguments = ("run", article, "--out", out, "--config", config)
    assert call(*arguments).status == 0
    before = {name: (out / name).read_bytes() for name in CSV}
    article.write_text(secretion("Platelet"))

    def fsync(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fsync)
    outcome = call(*arguments)
    assert outcome.status == 2
    assert "cannot be written (No space left on device)" in outcome.err.splitlines()[-1]
    assert {name: (out / name).read_bytes() for name in CSV} == before
    assert list(out.glob(".*.tmp")) == []


def test_disk_that_fails_in_an_unforeseen_place_is_2(
    call: Call, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> bool:
        raise OSError(errno.EIO, "Input/output error", "/mnt/gone")

    monkeypatch.setattr("mitotransfer.stages.run", run)
    outcome = call("run", article, "--out", tmp_path / "out")
    assert outcome.status == 2 and "Input/output error: '/mnt/gone'" in outcome.error


def test_interruption_from_the_keyboard_is_130(
    call: Call, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("mitotransfer.stages.run", run)
    outcome = call("run", article, "--out", tmp_path / "out")
    assert outcome.status == 130 and "interrupted" in outcome.error


def test_stages_one_by_one_give_what_run_gives(call: Call, article: Path, config: Path, tmp_path: Path) -> None:
    assert call("run", article, "--out", tmp_path / "whole", "--config", config).status == 0
    raw, parsed, annotated, out = (tmp_path / name for name in ("raw", "parsed", "annotated", "out"))
    for arguments in (
        ("fetch", article, "--raw", raw),
        ("parse", raw, parsed),
        ("annotate", parsed, annotated),
        ("tabulate", annotated, "--out", out),
    ):
        assert call(*arguments, "--config", config).status == 0
    assert {name: (out / name).read_bytes() for name in CSV} == {name: (tmp_path / "whole" / name).read_bytes() for name in CSV}


def test_version_and_help() -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["--version"]).output.strip() == __version__
    for command in ("run", "fetch", "parse", "annotate", "tabulate", "evaluate", "report"):
        assert runner.invoke(app, [command, "--help"]).exit_code == 0


def test_as_a_process(tmp_path: Path, article: Path, config: Path) -> None:
    """The real thing once: exit status and streams of `python -m mitotransfer`."""

    def process(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mitotransfer", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    (tmp_path / "broken.xml").write_text("<article")
    done = process("run", article, tmp_path / "broken.xml", "--out", tmp_path / "out", "--config", config)
    assert done.returncode == 1, done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    wrong = process("run", article, "--out", tmp_path / "out2", "--executor", "x")
    assert (wrong.returncode, wrong.stdout, len(wrong.stderr.splitlines())) == (2, "", 1)
    assert not (tmp_path / "out2").exists()
