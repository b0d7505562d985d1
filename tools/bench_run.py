"""What articles cost, part by part: bare lxml parse, our parse, annotation, and what a run does with one beside.

    python tools/bench_run.py DIR [--repeat 3]

CPU time of this process in milliseconds an article, medians of the repeats; loading vocabulary, rules and language model is told
apart. Annotation takes stored articles: the look by which most are passed over is part of it, decoding the others of the shards.
Irrelevant articles are those without a row to be, relevant ones those in which events are found.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from lxml import etree

from mitotransfer import annotate, parse
from mitotransfer.document import Annotated, Article
from mitotransfer.settings import load

SUFFIXES = (".xml", ".nxml")
Result = TypeVar("Result")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--repeat", type=int, default=3)
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
            _report(name, members, resources, arguments.repeat)


def _loaded() -> annotate.Resources:
    """The resources, with all that is otherwise loaded when the first article needs it."""
    settings = load()
    resources = annotate.load(settings.annotate, settings.nlp)
    text = b"Astrocytes transferred mitochondria to neurons. We show that neurons took up mitochondria of astrocytes."
    for article in parse.parse_documents(text, "warm.txt"):
        annotate.annotate_article(article, resources, screening=False)
        annotate.annotate_article(article, resources)
    return resources


def _report(name: str, files: list[tuple[str, bytes]], resources: annotate.Resources, repeat: int) -> None:
    parts: dict[str, list[float]] = {"bare lxml": [], "parse": [], "annotate": [], "shards": []}
    for _ in range(repeat):
        for part, seconds in _costs(files, resources).items():
            parts[part].append(seconds)
    each = {part: statistics.median(seconds) / len(files) * 1000 for part, seconds in parts.items()}
    ours = sum(cost for part, cost in each.items() if part != "bare lxml")
    costs = ", ".join(f"{part} {cost:.2f} ms" for part, cost in each.items())
    print(
        f"{len(files)} {name} articles: {costs}; {1000 / ours:.1f} articles a second, {ours / each['bare lxml']:.1f} × bare lxml"
    )


def _costs(files: list[tuple[str, bytes]], resources: annotate.Resources) -> dict[str, float]:
    """Seconds of each part, for all files together.

    What the stages do: articles are stored, and annotation decodes those that it does not pass over.
    """
    _, bare = _timed(lambda: [etree.fromstring(data) for _, data in files])
    articles, parsed = _timed(lambda: [article for file, data in files for article in parse.parse_documents(data, file)])
    stored, written = _timed(lambda: [msgspec.json.encode([article]) for article in articles])
    passed, looked = _timed(lambda: [annotate.passed_over(payload) for payload in stored])
    left = [payload for payload, found in zip(stored, passed, strict=True) if found is None]
    whole, decoded = _timed(lambda: [msgspec.json.decode(payload, type=list[Article])[0] for payload in left])
    read, annotated = _timed(lambda: [annotate.annotate_article(article, resources) for article in whole])
    done = [*(one for found in passed if found is not None for one in found), *read]
    _, shards = _timed(lambda: [msgspec.json.decode(msgspec.json.encode(one), type=Annotated) for one in done])
    return {"bare lxml": bare, "parse": parsed, "annotate": looked + annotated, "shards": written + decoded + shards}


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


if __name__ == "__main__":
    main()
