"""What articles cost from file to table, stage by stage, beside the bare lxml parse of the same bytes.

    python tools/bench_run.py DIR [--repeat 3] [--copies 5]

CPU time of this process in milliseconds an article, medians of the repeats, all in one process; loading vocabulary, rules and
language model is told apart. Each file is read so many times under other names, so that what a run does once weighs as it does
among thousands. Irrelevant articles are those without a row to be, relevant ones those in which events are found.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lxml import etree
from msgspec.structs import replace

from mitotransfer import annotate, parse, stages
from mitotransfer.settings import load

SUFFIXES = (".xml", ".nxml")
Result = TypeVar("Result")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--copies", type=int, default=5)
    arguments = options.parse_args()
    files = [(path.name, path.read_bytes()) for path in sorted(arguments.folder.rglob("*")) if path.suffix in SUFFIXES]
    resources, seconds = _timed(_loaded)
    print(f"loading: {seconds:.1f} s of CPU time")
    groups: dict[str, list[tuple[str, bytes]]] = {"irrelevant": [], "relevant": []}
    for name, data in files:
        articles = [annotate.annotate_article(article, resources) for article in parse.parse_documents(data, name)]
        groups["relevant" if any(article.events for article in articles) else "irrelevant"].append((name, data))
    for name, members in groups.items():
        if members:
            copies = [(f"{n}-{file}", data + b"\n<!-- %d -->" % n) for n in range(arguments.copies) for file, data in members]
            _report(f"{name} articles ({arguments.copies} times {len(members)})", copies, arguments.repeat)


def _loaded() -> annotate.Resources:
    """The resources, with all that is otherwise loaded when the first article needs it."""
    settings = load()
    resources = annotate.load(settings.annotate, settings.nlp)
    text = b"Astrocytes transferred mitochondria to neurons. We show that neurons took up mitochondria of astrocytes."
    for article in parse.parse_documents(text, "warm.txt"):
        annotate.annotate_article(article, resources, screening=False)
        annotate.annotate_article(article, resources)
    return resources


def _report(name: str, files: list[tuple[str, bytes]], repeat: int) -> None:
    costs: dict[str, list[float]] = {}
    for _ in range(repeat):
        for part, seconds in _costs(files).items():
            costs.setdefault(part, []).append(seconds)
    each = {part: statistics.median(seconds) / len(files) * 1000 for part, seconds in costs.items()}
    ours = sum(cost for part, cost in each.items() if part != "bare lxml")
    told = ", ".join(f"{part} {cost:.2f} ms" for part, cost in each.items())
    rate, times = 1000 / ours, ours / each["bare lxml"]
    print(f"{len(files)} {name}: {told}; {rate:.1f} articles a second, {times:.1f} × bare lxml")


def _costs(files: list[tuple[str, bytes]]) -> dict[str, float]:
    """Seconds of each stage for all files together, from files on disk to the tables."""
    settings = load()
    here = replace(settings, run=replace(settings.run, executor="serial", article_seconds=0, article_memory=0))
    _, bare = _timed(lambda: [etree.fromstring(data) for _, data in files])
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        for name, data in files:
            (source / name).write_bytes(data)
        raw, parsed, annotated = (out / "work" / part for part in ("raw", "parsed", "annotated"))
        steps: dict[str, Callable[[], object]] = {
            "fetch": lambda: stages.fetch([str(source)], raw, here, out),
            "parse": lambda: stages.parse(raw, parsed, here),
            "annotate": lambda: stages.annotate(parsed, annotated, here),
            "tabulate": lambda: stages.tabulate(annotated, out, here),
        }
        return {"bare lxml": bare} | {name: _timed(step)[1] for name, step in steps.items()}


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


if __name__ == "__main__":
    main()
