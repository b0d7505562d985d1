"""Cost per article and peak memory of whole runs, by the number of articles and of workers.

    python tools/bench_scale.py [DIR ...] [--articles 100 1000] [--workers 1 2] [--relevant 0.1] [--keep FOLDER]

The articles of the directories (the embedded sample without any) are repeated under new ids in a temporary folder; of every ten
(`--relevant`) one is of the sample, the others of the directories. Each line is one `mitotransfer run` of its own: seconds that
pass and of CPU (per article beyond those of a run of one article, so without start and model), the peak of the memory of all
its processes (PSS: shared pages once) and of the largest (RSS), and what lies in its folders afterwards. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).resolve().parent.parent / "corpus" / "sample" / "articles"
RESULT = Path("outputs/bench/scale.md")
SUFFIXES = (".xml", ".nxml")
OWN_IDS = re.compile(rb"<article-id\b[^>]*>[^<]*</article-id>")
META = re.compile(rb"<article-meta\b[^>]*>")
STAGES = ("fetch", "parse", "annotate", "tabulate")
FOLDERS = ("raw", "parsed", "annotated")
EVERY = 0.05  # seconds between two looks whether a run has ended
MEMORY_EVERY = 1.0  # … and at its memory, which takes milliseconds from the processes looked at


class Measured(NamedTuple):
    """One run: how many articles and workers, what it took and what it left."""

    articles: int
    workers: int
    wall: float
    cpu: float
    stages: dict[str, float]
    peak: float
    largest: float
    kept: dict[str, float]
    files: int


def templates(folders: list[Path]) -> list[bytes]:
    """The articles that can be given another id: those whose `article-meta` has no namespace of its own."""
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    return [data for data in (path.read_bytes() for path in paths) if len(META.findall(data)) == 1]


def repeated(others: list[bytes], relevant: list[bytes], share: float) -> Iterator[tuple[str, bytes]]:
    """Articles without end, each with an id of its own and by the given share of the relevant ones."""
    ours, theirs = itertools.cycle(relevant), itertools.cycle(others)
    for number in itertools.count():
        data = next(ours if int((number + 1) * share) > int(number * share) else theirs)
        pmcid = f"PMC{90_000_000 + number}"
        entry = f'<article-id pub-id-type="pmcid">{pmcid}</article-id>'.encode()
        yield pmcid, META.sub(lambda found, entry=entry: found[0] + entry, OWN_IDS.sub(b"", data))  # type: ignore[misc]


def run(articles: int, workers: int, source: Path, out: Path) -> Measured:
    """Runs the whole pipeline on a folder and measures it from without. Ends the benchmark when the run fails."""
    command = [sys.executable, "-W", "ignore", "-m", "mitotransfer", "run", str(source), "--out", str(out)]
    command += ["--executor", "processes" if workers > 1 else "serial", "--workers", str(workers)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = looked = 0.0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.perf_counter() - max(looked, started) >= MEMORY_EVERY:
            peak, looked = max(peak, sum(map(memory, family(process.pid)))), time.perf_counter()
        time.sleep(EVERY)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"the run of {articles} articles ended with exit status {process.returncode}")
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    found = {name: [path.stat().st_size for path in (out / "work" / name).rglob("*") if path.is_file()] for name in FOLDERS}
    kept = {name: sum(sizes) / articles / 1000 for name, sizes in found.items()}
    stages = {name: metrics[name]["seconds"] for name in STAGES}
    cpu = used.ru_utime + used.ru_stime
    return Measured(articles, workers, wall, cpu, stages, peak, used.ru_maxrss / 1024, kept, sum(map(len, found.values())))


def family(pid: int) -> list[int]:
    """A process and its workers."""
    with contextlib.suppress(OSError):
        return [
            pid,
            *(one for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() for one in family(int(child))),
        ]
    return [pid]


def memory(pid: int) -> float:
    """Megabytes of a process, pages that it shares with others by its part of them; 0 for one that has ended."""
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def table(measured: list[Measured]) -> Iterator[str]:
    """The lines of a Markdown table; the first run is the one of one article."""
    first = measured[0]
    yield (
        "| articles | workers | s | CPU s | CPU ms per article | parse / annotate / tabulate, ms per article "
        "| peak MB, all processes | largest process, MB | raw / parsed / annotated, kB per article | files per article |"
    )
    yield f"|{'---:|' * 10}"
    for one in measured:
        each = " / ".join(f"{one.stages[name] / one.articles * 1000:.1f}" for name in STAGES[1:])
        cost = f"{(one.cpu - first.cpu) / (one.articles - 1) * 1000:.1f}" if one.articles > 1 else ""
        kept = " / ".join(f"{one.kept[name]:.0f}" for name in FOLDERS)
        yield (
            f"| {one.articles:,} | {one.workers} | {one.wall:.1f} | {one.cpu:.1f} | {cost} | {each} "
            f"| {one.peak:.0f} | {one.largest:.0f} | {kept} | {one.files / one.articles:.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="directories of JATS files")
    parser.add_argument("--articles", nargs="+", type=int, default=[100, 1000])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--relevant", type=float, default=0.1, help="share of articles that are of the sample")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it (default: a temporary one)")
    asked = parser.parse_args()
    relevant = templates([SAMPLE])
    others = templates(asked.folders) or relevant
    measured: list[Measured] = []
    with contextlib.ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for articles in [1, *asked.articles]:
            source = folder / f"articles-{articles}"
            source.mkdir(parents=True)
            for pmcid, data in itertools.islice(repeated(others, relevant, asked.relevant), articles):
                (source / f"{pmcid}.xml").write_bytes(data)
            for workers in asked.workers if articles > 1 else [1]:
                measured.append(run(articles, workers, source, folder / f"out-{articles}-{workers}"))
                print("\n".join(list(table(measured))[-1 if len(measured) > 1 else 0 :]), flush=True)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(table(measured)) + "\n", encoding="utf-8")
    print(f"written to {RESULT}")


if __name__ == "__main__":
    main()
