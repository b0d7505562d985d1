"""How fast articles are read: our parse of a folder's XML files against a bare lxml parse of the same bytes.

    python tools/bench_parse.py DIR [--repeat 5]

All are run in turn in one process and in CPU time, so that a busy machine slows each alike and does not count what others
use. The walk between them is the least that a reader of all text in Python pays: the bare parse, then the name, text and tail
of each element. Prints medians, their ratios to the bare parse, and what was counted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from mitotransfer.parse import parse_documents

SUFFIXES = (".xml", ".nxml")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--repeat", type=int, default=5)
    arguments = options.parse_args()
    files = [(path.name, path.read_bytes()) for path in sorted(arguments.folder.iterdir()) if path.suffix in SUFFIXES]
    bare: list[float] = []
    walked: list[float] = []
    ours: list[float] = []
    for number in range(1, arguments.repeat + 1):
        bare.append(_time(_parse_bare, files))
        walked.append(_time(_walk_bare, files))
        ours.append(_time(parse_documents, files))
        ratios = f"ratios {walked[-1] / bare[-1]:.2f} and {ours[-1] / bare[-1]:.2f}"
        print(f"run {number}: bare {bare[-1]:.0f} ms, with a walk {walked[-1]:.0f} ms, ours {ours[-1]:.0f} ms; {ratios}")
    size = sum(len(data) for _, data in files) / 1e6
    print(f"{len(files)} files, {size:.1f} MB; medians: bare {statistics.median(bare):.0f} ms", end="")
    for name, times in (("with a walk", walked), ("ours", ours)):
        ratio = statistics.median(one / other for one, other in zip(times, bare, strict=True))
        print(f", {name} {statistics.median(times):.0f} ms ({ratio:.2f} times)", end="")
    print()
    print(", ".join(f"{count:,} {what}" for what, count in _count(files).items()))


def _time(work: Callable[[bytes, str], object], files: list[tuple[str, bytes]]) -> float:
    start = time.process_time()
    for name, data in files:
        work(data, name)
    return (time.process_time() - start) * 1000


def _parse_bare(data: bytes, _: str) -> None:
    etree.fromstring(data)


def _walk_bare(data: bytes, _: str) -> None:
    for element in etree.fromstring(data).iter():
        element.tag, element.text, element.tail  # noqa: B018 only touched


def _count(files: list[tuple[str, bytes]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, data in files:
        for article in parse_documents(data, name):
            counts["articles"] += 1
            counts["passages"] += len(article.passages)
            counts["tables"] += len(article.tables)
            counts["cells"] += sum(len(table.cells) for table in article.tables)
            counts["references"] += len(article.references)
            counts["authors in references"] += sum(len(reference.authors) for reference in article.references.values())
            counts["marks"] += sum(len(passage.marks) for passage in article.passages)
            counts["citations"] += sum(len(passage.citations) for passage in article.passages)
            counts["problems"] += len(article.problems)
    return counts


if __name__ == "__main__":
    main()
