"""Incremental stages: what is unchanged is kept, what changed is redone, what is gone goes; always the clean run's result."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from mitotransfer import stages
from mitotransfer.errors import ConfigError
from mitotransfer.incremental import Counts, Job, Result, run_jobs
from mitotransfer.runner import Lost
from mitotransfer.settings import RunSettings
from mitotransfer.store import Shards
from small import read, run, secretion, tables_of, tables_only, with_run, written

DONORS = {"PMC999001": "Astrocyte", "PMC999002": "Platelet", "PMC999003": "Macrophage"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "in", DONORS)


def counts_of(folder: Path, out: Path) -> dict[str, Counts]:
    """One run, stage by stage."""
    work, settings = out / "work", tables_only()
    return {
        "fetch": stages.fetch([str(folder)], work / "raw", settings, out),
        "parse": stages.parse(work / "raw", work / "parsed", settings),
        "annotate": stages.annotate(work / "parsed", work / "annotated", settings),
        "tabulate": stages.tabulate(work / "annotated", out, settings),
    }


def assert_like_a_clean_run(folder: Path, out: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    run(clean, folder)
    assert tables_of(out) == tables_of(clean)
    shards = {path.relative_to(out / "work"): path.read_bytes() for path in (out / "work").rglob("*") if path.is_file()}
    assert shards == {p.relative_to(clean / "work"): p.read_bytes() for p in (clean / "work").rglob("*") if p.is_file()}


def test_second_run_redoes_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    counts = counts_of(folder, out)
    assert [counts[stage].reused for stage in ("parse", "annotate")] == [0, 0]
    first = tables_of(out)
    again = counts_of(folder, out)
    assert [again[stage].reused for stage in ("parse", "annotate")] == [3, 3]
    assert all(counts.asked == counts.done == 3 for counts in again.values())
    assert tables_of(out) == first


def test_touched_files_are_not_changed_files(folder: Path, tmp_path: Path) -> None:
    counts_of(folder, tmp_path / "out")
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    assert counts_of(folder, tmp_path / "out")["parse"].reused == 3


def test_removed_input_disappears_everywhere(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    counts_of(folder, out)
    (folder / "PMC999002.xml").unlink()
    counts = counts_of(folder, out)
    assert [counts[stage].removed for stage in ("fetch", "parse", "annotate")] == [1, 1, 1]
    assert "PMC999002" not in {row["source_id"] for row in read(out / "table1_secretion.csv")}
    assert all(b"PMC999002" not in path.read_bytes() for path in (out / "work").rglob("*") if path.is_file())
    assert_like_a_clean_run(folder, out, tmp_path)


def test_added_input_alone_is_done(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    counts_of(folder, out)
    (folder / "PMC999000.xml").write_text(secretion("MSC", pmcid="PMC999000"))
    counts = counts_of(folder, out)
    assert (counts["annotate"].asked, counts["annotate"].reused) == (4, 3)
    assert_like_a_clean_run(folder, out, tmp_path)


def test_changed_input_is_redone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    counts_of(folder, out)
    (folder / "PMC999002.xml").write_text(secretion("Hepatocyte", pmcid="PMC999002"))
    counts = counts_of(folder, out)
    assert [counts[stage].reused for stage in ("parse", "annotate")] == [2, 2]
    assert {row["cell_type"] for row in read(out / "table1_secretion.csv")} == {"astrocyte", "hepatocyte", "macrophage"}
    assert_like_a_clean_run(folder, out, tmp_path)


def test_failed_input_that_was_mended_is_redone(folder: Path, tmp_path: Path) -> None:
    out, broken = tmp_path / "out", folder / "PMC999002.xml"
    sound = broken.read_text()
    broken.write_text(sound[:200])
    assert run(out, folder) is False
    assert run(out, folder) is False  # kept as it is, and still told as failed
    broken.write_text(sound)
    assert run(out, folder) is True
    assert_like_a_clean_run(folder, out, tmp_path)


@pytest.mark.parametrize("stage", ["parsed", "annotated"])
@pytest.mark.parametrize("damage", ["cut", "altered", "missing"])
def test_damaged_shard_is_redone(folder: Path, tmp_path: Path, stage: str, damage: str) -> None:
    out = tmp_path / "out"
    counts_of(folder, out)
    shard = Shards(out / "work" / stage).path("PMC999002")
    if damage == "missing":
        shard.unlink()
    else:
        data = shard.read_bytes()
        shard.write_bytes(data[:-5] if damage == "cut" else data.replace(b"latelet", b"LATELET"))
    counts = counts_of(folder, out)
    assert counts[{"parsed": "parse", "annotated": "annotate"}[stage]].reused == 2
    assert_like_a_clean_run(folder, out, tmp_path)


def test_damaged_store_is_mended_by_fetch_and_refused_by_parse(folder: Path, tmp_path: Path) -> None:
    out, settings = tmp_path / "out", tables_only()
    counts_of(folder, out)
    raw, parsed = out / "work" / "raw", out / "work" / "parsed"
    for path in (raw / "store").glob("*/*"):
        path.write_bytes(path.read_bytes()[:300])
    Shards(parsed).path("PMC999001").unlink()
    with pytest.raises(ConfigError, match="damaged; run the fetch stage again"):
        stages.parse(raw, parsed, settings)
    counts_of(folder, out)
    assert_like_a_clean_run(folder, out, tmp_path)


@pytest.mark.parametrize("damage", [b"{", b"[]\n", b'{"name": "x"}\n', b"\xff\n"])
def test_damaged_manifest_is_told(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "manifest.jsonl").write_bytes(damage)
    with pytest.raises(ConfigError, match="damaged"):
        stages.parse(tmp_path, tmp_path / "parsed", tables_only())


def test_shard_of_another_version_is_told(folder: Path, tmp_path: Path) -> None:
    """Its checksum is right and its content of another shape: the stage that wrote it was another program."""
    out = tmp_path / "out"
    counts_of(folder, out)
    Shards(out / "work" / "annotated").write("PMC999001", "key", "done", b'[{"headline": 1}]')
    with pytest.raises(ConfigError, match="another version"):
        stages.tabulate(out / "work" / "annotated", out, tables_only())


def test_changed_settings_redo_what_they_concern(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out, folder)
    stages.parse(out / "work" / "raw", out / "work" / "parsed", tables_only())
    counts = stages.parse(out / "work" / "raw", out / "work" / "parsed", with_run(max_bytes=49_000_000))
    assert counts.reused == 0


# The loop by itself, with small functions.


def jobs(*names: str) -> list[Job[str]]:
    return [Job(name, f"key-{name}", name) for name in names]


def upper(name: str) -> Result:
    return Result("done", name.upper().encode())


def die_at_b(name: str) -> Result:
    if name == "b":
        os._exit(9)
    return upper(name)


def lost(job: Job[str], why: Lost) -> Result:
    return Result("failed", why.code.encode())


def loop(work: object, target: Shards, which: Iterable[Job[str]], workers: int = 0) -> Counts:
    options = RunSettings("processes" if workers else "serial", max(workers, 1), article_seconds=10 if workers else 0)
    return run_jobs(which, work, target, options, lost)  # type: ignore[arg-type]


def test_counts_add_up(tmp_path: Path) -> None:
    def work(name: str) -> Result:
        return Result({"a": "done", "b": "dropped"}.get(name, "failed"), b"")

    counts = loop(work, Shards(tmp_path), jobs("a", "b", "c", "d"))
    assert counts.asked == 4 == counts.done + counts.dropped + counts.failed
    assert (counts.done, counts.dropped, counts.failed) == (1, 1, 2)
    again = loop(work, Shards(tmp_path), jobs("a", "b", "c", "d"))
    assert (again.asked, again.reused, again.failed) == (4, 4, 2)
    assert str(again) == "4 in = 1 done + 1 dropped + 2 failed, 4 unchanged since the last run"


def test_killed_worker_costs_its_item_alone_and_is_tried_again(tmp_path: Path) -> None:
    """Memory may be there next time: a shard that stands for a killed worker is never taken for a result."""
    target = Shards(tmp_path)
    counts = loop(die_at_b, target, jobs("a", "b", "c"), workers=1)
    assert (counts.done, counts.failed) == (2, 1)
    assert [target.read(name) for name in target.index()] == [b"A", b"worker-killed", b"C"]
    counts = loop(upper, target, jobs("a", "b", "c"))
    assert (counts.done, counts.failed, counts.reused) == (3, 0, 2)
    assert target.read("b") == b"B"


def test_result_of_a_stopped_run_is_kept(tmp_path: Path) -> None:
    """An interruption loses only what was in work: the shards before it count in the next run."""

    def interrupted(name: str) -> Result:
        if name == "c":
            raise KeyboardInterrupt
        return upper(name)

    with pytest.raises(KeyboardInterrupt):
        loop(interrupted, Shards(tmp_path), jobs("a", "b", "c", "d"))
    assert loop(upper, Shards(tmp_path), jobs("a", "b", "c", "d")).reused == 2
