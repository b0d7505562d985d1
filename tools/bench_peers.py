"""Other programs that read JATS, each measured in a process and an environment of its own, next to a bare lxml parse there.

    build/peers/NAME/bin/python tools/bench_peers.py NAME FOLDER RESULT [--repeat 3] [--budget 120]

FOLDER holds blocks, folders of XML files; in each block the bare parse and the program take their turns, in CPU time. RESULT is
JSON: seconds of each by round, and what was read of each file: its running text and its tables as rows of cells.
Nothing here may import anything of ours; `bench.py` starts it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import importlib
import io
import json
import logging
import os
import re
import resource
import runpy
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FLOOR = "lxml parse"
Work = Callable[[list[Path]], Any]  # reads the files of a block
Shape = Callable[[Any, list[Path]], Iterator[tuple[str, str, list[list[list[str]]]]]]  # what it read: name, text, tables


def measure(
    work: dict[str, Work],
    blocks: list[list[Path]],
    repeat: int,
    budget: float,
    keep: Callable[[Any, list[Path]], None] | None = None,
) -> dict[str, list[float]]:
    """Seconds of CPU of each kind of work by round, block by block in turn; `keep` gets what the last one read in the first.

    Stops after `repeat` rounds, or after the round in which `budget` seconds have been spent.
    """
    spent: dict[str, list[float]] = {label: [] for label in work}
    for number in range(repeat):
        sums = dict.fromkeys(work, 0.0)
        for files in blocks:
            for label, function in work.items():
                before = cpu()
                result = function(files)
                sums[label] += cpu() - before
            if keep and not number:
                keep(result, files)
        for label, seconds in sums.items():
            spent[label].append(seconds)
        if sum(map(sum, spent.values())) > budget:
            break
    return spent


def cpu() -> float:
    """Seconds of CPU of this process and of those that it has started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def bare(files: list[Path]) -> None:
    """The floor: the bytes of each file through lxml."""
    etree = importlib.import_module("lxml.etree")
    for path in files:
        etree.fromstring(path.read_bytes())


def pubmed_parser(_: Path) -> tuple[Work, Shape]:
    """Text and tables by its two functions, all paragraphs."""
    parser = importlib.import_module("pubmed_parser")

    def work(files: list[Path]) -> list[tuple[Any, Any]]:
        return [
            (parser.parse_pubmed_paragraph(str(path), all_paragraph=True), parser.parse_pubmed_table(str(path), return_xml=False))
            for path in files
        ]

    def shape(read: Any, files: list[Path]) -> Iterator[tuple[str, str, list[list[list[str]]]]]:
        for path, (paragraphs, tables) in zip(files, read, strict=True):
            grids = [[row for row in (found["table_columns"], *found["table_values"]) if row] for found in tables or []]
            yield path.name, " ".join(one["text"] for one in paragraphs or []), grids

    return work, shape


def pubget(folder: Path) -> tuple[Work, Shape]:
    """Its extractors of text and tables, article by article; no coordinates, no joint CSV files."""
    extractor = importlib.import_module("pubget._text").TextExtractor()
    articles = importlib.import_module("pubget._articles")
    etree = importlib.import_module("lxml.etree")

    def work(files: list[Path]) -> list[str]:
        texts = []
        for path in files:
            home = folder / path.stem
            home.mkdir(exist_ok=True)
            shutil.copyfile(path, home / "article.xml")
            try:
                texts.append(extractor.extract(etree.parse(str(home / "article.xml")), home, {}).get("body") or "")
            except ValueError:  # no PMCID where it looks for it (an article in an envelope): it passes over such
                texts.append("")
                continue
            articles._extract_tables(home)
        return texts

    def shape(read: Any, files: list[Path]) -> Iterator[tuple[str, str, list[list[list[str]]]]]:
        for path, text in zip(files, read, strict=True):
            infos = sorted((folder / path.stem / "tables").glob("table_*_info.json"))
            yield path.name, text, [pandas_grid(info) for info in infos]

    return work, shape


def pandas_grid(info: Path) -> list[list[str]]:
    """A table as pandas wrote it, with the names that it made up for its columns taken back."""
    told = json.loads(info.read_text(encoding="utf-8"))
    with (info.parent / told["table_data_file"]).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    heads = rows[: told["n_header_rows"]]
    return [named_back(row) for row in heads] + rows[len(heads) :]


def named_back(head: list[str]) -> list[str]:
    """A header row without "Unnamed: 0" for an empty cell and ".1" for one that came before."""
    known = [re.sub(r"^Unnamed: \d+(_level_\d+)?$", "", cell) for cell in head]
    return [base if (base := re.sub(r"\.\d+$", "", cell)) in known else cell for cell in known]


def pmcgrab(_: Path) -> tuple[Work, Shape]:
    """Its full output, which holds more tables than its default one."""
    read_one = importlib.import_module("pmcgrab.application.processing").process_single_local_xml

    def work(files: list[Path]) -> list[Any]:
        return [read_one(path, output_style="full") for path in files]

    def shape(read: Any, files: list[Path]) -> Iterator[tuple[str, str, list[list[list[str]]]]]:
        for path, found in zip(files, read, strict=True):
            if not found:
                yield path.name, "", []
                continue
            tables = found["assets"]["tables"]
            grids = [
                [[c["text"] for c in row["cells"]] for row in one.get("header_rows", [])] + one.get("rows", []) for one in tables
            ]
            text = " ".join(texts_of(found["content"]["sections"]))
            yield path.name, text, [[[str(cell) for cell in row] for row in grid] for grid in grids]

    return work, shape


def texts_of(tree: Any) -> Iterator[str]:
    """The titles and texts of sections within sections; the pieces that a text is made of are not counted again."""
    if isinstance(tree, list):
        for one in tree:
            yield from texts_of(one)
    elif isinstance(tree, dict):
        yield from (tree[key] for key in ("title", "text") if isinstance(tree.get(key), str))
        yield from (text for key, inner in tree.items() if key not in ("inline", "source") for text in texts_of(inner))


def autocorpus(folder: Path) -> tuple[Work, Shape]:
    """Its script for XML, which reads a folder, and its word lists from the folder it is started in."""
    package = Path(importlib.import_module("autocorpus").__file__ or "").parent
    os.chdir(folder)
    Path("data").symlink_to(package / "IAO_dicts")
    written = folder / "xml_hackathon"
    written.mkdir()

    def work(files: list[Path]) -> None:
        sys.argv = ["parse_xml", str(files[0].parent)]
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_module("autocorpus.parse_xml", run_name="__main__")

    def shape(_: Any, files: list[Path]) -> Iterator[tuple[str, str, list[list[list[str]]]]]:
        for path in files:
            result = written / f"{path.stem}.json"
            passages = json.loads(result.read_text(encoding="utf-8"))["documents"][0]["passages"] if result.exists() else []
            texts = [one["text"] for one in passages if one["infons"].get("iao_name_0") != "References"]
            yield path.name, " ".join(texts), []

    return work, shape


ADAPTERS = {f.__name__: f for f in (pubmed_parser, pubget, pmcgrab, autocorpus)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=ADAPTERS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds of CPU after which no further round begins")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    blocks = [sorted(block.resolve().iterdir()) for block in sorted(asked.folder.iterdir())]
    result = asked.result.resolve()
    with tempfile.TemporaryDirectory() as folder:
        work, shape = ADAPTERS[asked.name](Path(folder))
        found: list[Any] = []
        both = {FLOOR: bare, asked.name: work}
        spent = measure(both, blocks, asked.repeat, asked.budget, lambda read, files: found.extend(shape(read, files)))
        os.chdir(result.parent)
    result.write_text(json.dumps({"spent": spent, "read": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
