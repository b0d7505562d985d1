"""How fast articles are read: our parse of a folder's XML files against a bare lxml parse of the same bytes.

    python tools/bench_parse.py DIR [--repeat 5]

Both are run in turn in one process, so that a busy machine slows both. Prints medians, their ratio, and what was counted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
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
    ours: list[float] = []
    for number in range(1, arguments.repeat + 1):
        bare.append(_time_bare(files))
        ours.append(_time_ours(files))
        print(f"run {number}: bare {bare[-1]:6.0f} ms, ours {ours[-1]:6.0f} ms, ratio {ours[-1] / bare[-1]:.2f}")
    median_bare, median_ours = statistics.median(bare), statistics.median(ours)
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    size = sum(len(data) for _, data in files) / 1e6
    print(f"{len(files)} files, {size:.1f} MB; medians: bare {median_bare:.0f} ms, ours {median_ours:.0f} ms, ratio {ratio:.2f}")
    print(", ".join(f"{count:,} {what}" for what, count in _count(files).items()))


def _time_bare(files: list[tuple[str, bytes]]) -> float:
    start = time.perf_counter()
    for _, data in files:
        etree.fromstring(data)
    return (time.perf_counter() - start) * 1000


def _time_ours(files: list[tuple[str, bytes]]) -> float:
    start = time.perf_counter()
    for name, data in files:
        parse_documents(data, name)
    return (time.perf_counter() - start) * 1000


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
