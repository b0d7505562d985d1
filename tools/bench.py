"""Side by side on the same files: floors (bare lxml, blank spaCy), ours, and other programs that read JATS; in CPU time.

    python tools/bench.py DIR [--repeat 3] [--budget 120] [--peers build/peers] [--install] [--only NAME ...] [--readme README.md]

Everything is run in turn with a bare lxml parse of the same files in the same process, block by block, so that a busy machine
slows both alike: read the multiples. Others (tools/peers.txt) have a process and an environment of their own, made by
`--install`; see bench_peers.py. What was read is compared with the files themselves, read a second, plain way: the words of the
bodies, and each table place by place. Writes a table and a plot to outputs/bench, and the table between two marks of `--readme`.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from lxml import etree

from bench_peers import FLOOR, bare, measure
from mitotransfer import annotate, parse, settings
from mitotransfer.document import Article
from mitotransfer.topic import unmentioned
from plain_grids import expected_grid, letters
from word_recall import body_texts, oracle_text

TOOLS = Path(__file__).resolve().parent
SAMPLE = TOOLS.parent / "corpus" / "sample" / "articles"
OUT = Path("outputs/bench")
SUFFIXES = (".xml", ".nxml")
BLOCK = 10
OWN_ID = b'<article-id pub-id-type="pmc">%d</article-id>'
WORD = re.compile(r"[^\W\d_]{2,}")
MARKS = re.compile("<!-- bench -->.*<!-- /bench -->", re.DOTALL)
LEGEND = (
    "A table is right when each cell stands at its place; citations in cells, empty cells and marks of sup and sub may differ. "
    "The articles with findings are short ones of the embedded sample: look at their ms."
)
Grid = dict[tuple[int, int], str]


class Expected(NamedTuple):
    """What a file holds: words of its bodies read with care and by `itertext`, and its tables without and with citations."""

    words: Counter[str]
    plain: Counter[str]
    tables: list[tuple[Grid, Grid]]


class Line(NamedTuple):
    """A line of the table: seconds of each round, those of the bare parse beside them, and what was kept."""

    label: str
    files: int
    seconds: list[float]
    floor: list[float]
    kept: str = ""
    plain: str = ""
    tables: str = ""

    @property
    def multiple(self) -> float:
        """How many times a bare parse, by the median of the rounds."""
        return statistics.median(one / other for one, other in zip(self.seconds, self.floor, strict=True))


def blocks_of(folder: Path, target: Path) -> list[list[Path]]:
    """Copies of the XML files in folders of ten, by number; those without a PMCID get one, since some programs skip them else."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    blocks: list[list[Path]] = []
    for number, path in enumerate(files):
        if number % BLOCK == 0:
            blocks.append([])
        data = path.read_bytes()
        if not re.search(rb'<article-id[^>]*pub-id-type="pmc(id)?"', data):
            data = re.sub(
                rb"<article-meta\b[^>]*>", lambda found, number=number: found[0] + OWN_ID % (90_000_000 + number), data, count=1
            )
        copy = target / f"{number // BLOCK:04}" / f"{number:06}.xml"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
        blocks[-1].append(copy)
    return blocks


def words(texts: Iterable[str]) -> Counter[str]:
    """The words of texts, without numbers and single letters: what is glued to them is another question."""
    return Counter(word.lower() for text in texts for word in WORD.findall(text))


def expected(path: Path) -> Expected:
    """What a file holds, read the plain way."""
    root = etree.fromstring(path.read_bytes())
    bodies = list(root.iter("{*}body"))
    grids = [(expected_grid(table), expected_grid(table, cited=True)) for table in root.iter("{*}table")]
    careful, plain = ["".join(oracle_text(body)) for body in bodies], ["".join(map(str, body.itertext())) for body in bodies]
    return Expected(words(careful), words(plain), grids)


def table_right(rows: list[list[str]], grids: tuple[Grid, Grid]) -> bool:
    """Whether each cell stands at its place; citations in cells, empty cells, and marks of sup and sub (^ _) may differ."""
    got = {(y, x): found for y, row in enumerate(rows) for x, cell in enumerate(row) if (found := marks_off(cell))}
    wanted = [{place: found for place, cell in grid.items() if (found := marks_off(cell))} for grid in grids]
    places = got.keys()
    if not places <= wanted[1].keys() or not wanted[0].keys() <= places:
        return False
    return all(cell in (wanted[0].get(place), wanted[1].get(place)) for place, cell in got.items())


def marks_off(cell: str) -> str:
    """A cell as it is compared."""
    return re.sub("[_^]", "", letters(cell))


def tables_right(read: list[list[list[str]]], tables: list[tuple[Grid, Grid]]) -> int:
    """How many of the file's tables were read right, each by a table of its own."""
    left = list(read)
    right = 0
    for grids in tables:
        found = next((rows for rows in left if table_right(rows, grids)), None)
        if found is not None:
            left.remove(found)
            right += 1
    return right


def quality(read: Iterable[tuple[str, str, list[list[list[str]]]]], wanted: dict[str, Expected]) -> dict[str, str]:
    """What a program kept, as the columns of a line: words of the bodies by both counts, tables right of all."""
    kept = plain = right = 0
    for file, text, tables in read:
        given = words([text, *(cell for rows in tables for row in rows for cell in row)])
        kept += (given & wanted[file].words).total()
        plain += (given & wanted[file].plain).total()
        right += tables_right(tables, wanted[file].tables)
    totals = [sum(getattr(one, which).total() for one in wanted.values()) for which in ("words", "plain")]
    shares = [f"{found / max(total, 1):.1%}" for found, total in zip((kept, plain), totals, strict=True)]
    return {"kept": shares[0], "plain": shares[1], "tables": f"{right} of {sum(len(one.tables) for one in wanted.values())}"}


def as_read(articles: list[Article], file: str) -> tuple[str, str, list[list[list[str]]]]:
    """Our articles as other programs' results are compared."""
    grids = [[[cell.text if cell else "" for cell in row] for row in table.grid()] for one in articles for table in one.tables]
    return file, " ".join(text for article in articles for text in body_texts(article)), grids


def floors(blocks: list[list[Path]], repeat: int, budget: float) -> list[Line]:
    """The least that reading costs: the bare parse, with the text of the bodies, and spaCy's tokens of that text."""
    nlp = spacy.blank("en")
    texts = {path: body_text(path) for files in blocks for path in files}
    work = {
        FLOOR: bare,
        f"{FLOOR} + itertext of the bodies": lambda files: [body_text(path) for path in files],
        "blank spaCy tokeniser on that text": lambda files: [nlp(texts[path][:900_000]) for path in files],
    }
    spent = measure(work, blocks, repeat, budget)
    return [Line(label, sum(map(len, blocks)), spent[label], spent[FLOOR]) for label in work]


def body_text(path: Path) -> str:
    """All text of the bodies, as lxml gives it."""
    return "".join(str(text) for body in etree.fromstring(path.read_bytes()).iter("{*}body") for text in body.itertext())


def ours(blocks: list[list[Path]], wanted: dict[str, Expected], repeat: int, budget: float) -> list[Line]:
    """Our parse of the files, and the whole of what a worker does, apart for articles with and without findings."""
    config = settings.load()
    resources = annotate.load(config.annotate, config.nlp)
    found: list[Any] = []

    def parsed(files: list[Path]) -> list[list[Article]]:
        return [parse.parse_documents(path.read_bytes(), path.name) for path in files]

    def annotated(files: list[Path]) -> list[Any]:
        read = (parse.parse_documents(path.read_bytes(), path.name, unwanted=unmentioned) for path in files)
        return [annotate.annotate_article(article, resources) for articles in read for article in articles]

    def keep(read: list[list[Article]], files: list[Path]) -> None:
        found.extend(as_read(articles, path.name) for articles, path in zip(read, files, strict=True))

    spent = measure({FLOOR: bare, "parse": parsed}, blocks, repeat, budget, keep)
    lines = [Line("**ours**: parse", len(found), spent["parse"], spent[FLOOR], **quality(found, wanted))]
    with tempfile.TemporaryDirectory() as folder:
        files = [path for block in (*blocks, *blocks_of(SAMPLE, Path(folder))) for path in block]
        telling = [path for path in files if any(article.events for article in annotated([path]))]  # also warms up
        for label, some in (("without a finding", [path for path in files if path not in telling]), ("with findings", telling)):
            if some:
                spent = measure(
                    {FLOOR: bare, label: annotated}, [some[at : at + BLOCK] for at in range(0, len(some), BLOCK)], repeat, budget
                )
                lines.append(Line(f"**ours**: parse + annotate, articles {label}", len(some), spent[label], spent[FLOOR]))
    return lines


def others() -> Iterator[tuple[str, str, str]]:
    """Name and requirement of each other program, and the reason where one cannot be measured."""
    for line in (TOOLS / "peers.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, requirement, reason = (*line.split(maxsplit=2), "")[:3]
            yield label, requirement, reason


def installed(home: Path, requirement: str) -> bool:
    """Whether the environment is whole and of this very version."""
    mark = home / "installed"
    return mark.exists() and mark.read_text(encoding="utf-8") == requirement


def install(home: Path, requirement: str) -> str:
    """Makes an environment with this program; the reason if it cannot be had."""
    if not installed(home, requirement):
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        command = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"does not install: {last_line(done.stderr)}"
        (home / "installed").write_text(requirement, encoding="utf-8")
    return ""


def last_line(text: str) -> str:
    """The line of a program's complaint that says what is wrong."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")[:200]


def peer(
    label: str, requirement: str, blocks: list[list[Path]], wanted: dict[str, Expected], asked: argparse.Namespace
) -> Line | str:
    """The line of another program, or why there is none."""
    home = asked.peers / label
    if asked.install and (reason := install(home, requirement)):
        return reason
    if not installed(home, requirement):
        return "not installed here (`make bench PEERS=1`)"
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [home.resolve() / "bin" / "python", TOOLS / "bench_peers.py", label, blocks[0][0].parent.parent, result]
        command += ["--repeat", str(asked.repeat), "--budget", str(asked.budget)]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=folder)
        if done.returncode:
            return f"does not run on local files: {last_line(done.stderr)}"
        told = json.loads(result.read_text(encoding="utf-8"))
    title = requirement.replace("==", " ")
    return Line(title, len(told["read"]), told["spent"][label], told["spent"][FLOOR], **quality(told["read"], wanted))


def table(lines: list[Line], missing: dict[str, str], about: str) -> Iterator[str]:
    """The table in Markdown, and what is not in it."""
    yield from (about, "")
    kept = "words of the bodies kept | … of `itertext`'s | tables right"
    yield f"| | files | CPU s | ms a file | × bare parse, same process (rounds) | {kept} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for line in lines:
        seconds = statistics.median(line.seconds)
        each = f"{seconds / line.files * 1000:.1f}"
        yield (
            f"| {line.label} | {line.files} | {seconds:.2f} | {each} | {line.multiple:.1f} ({len(line.seconds)}) "
            f"| {line.kept} | {line.plain} | {line.tables} |"
        )
    if missing:
        yield from ("", "Not measured: " + "; ".join(f"{label}: {reason}" for label, reason in missing.items()) + ".")


def draw(lines: list[Line], path: Path) -> None:
    """The multiples of the bare parse as bars, on a logarithmic axis."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "mitotransfer", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 0.4 * len(lines) + 1), layout="constrained")
        axes = figure.add_subplot()
        labels = [line.label.replace("*", "") for line in lines]
        colours = ["#0b6e4f" if "ours" in label else "#9aa5b1" for label in labels]
        bars = axes.barh(labels, [line.multiple for line in lines], color=colours)
        axes.bar_label(bars, [f"{line.multiple:.1f}" for line in lines], padding=3)
        axes.set_xscale("log")
        axes.margins(x=0.15)
        axes.invert_yaxis()
        axes.set_xlabel("CPU time, multiples of a bare lxml parse of the same files in the same process")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--budget", type=float, default=120.0, help="seconds of CPU after which no further round begins")
    parser.add_argument("--peers", type=Path, default=Path("build/peers"), help="environments of other programs")
    parser.add_argument("--install", action="store_true", help="make these environments where they are not")
    parser.add_argument("--only", nargs="*", help="of the other programs only these")
    parser.add_argument("--readme", type=Path, help="a file with the marks between which the table goes")
    asked = parser.parse_args()
    tell = functools.partial(print, file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        blocks = blocks_of(asked.folder, Path(folder))
        files = [path for block in blocks for path in block]
        wanted = {path.name: expected(path) for path in files}
        size = sum(path.stat().st_size for path in files) / 1e6
        lines = floors(blocks, asked.repeat, asked.budget)
        tell("floors measured")
        lines += ours(blocks, wanted, asked.repeat, asked.budget)
        tell("ours measured")
        missing: dict[str, str] = {}
        for label, requirement, reason in others():
            if asked.only is not None and label not in asked.only:
                continue
            found = reason or peer(label, requirement, blocks, wanted, asked)
            if isinstance(found, str):
                missing[requirement.replace("==", " ")] = found
            else:
                lines.append(found)
            tell(f"{label}: {found if isinstance(found, str) else f'{found.multiple:.1f}'}")
    count = sum(one.words.total() for one in wanted.values())
    about = f"{len(files)} files, {size:.1f} MB, {count:,} words in their bodies (numbers and single letters left out). {LEGEND}"
    text = "\n".join(table(lines, missing, about)) + "\n"
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "bench.md").write_text(text, encoding="utf-8")
    draw(lines, OUT / "bench.svg")
    print(text)
    if asked.readme:
        content = asked.readme.read_text(encoding="utf-8")
        replaced, count = MARKS.subn(lambda _: f"<!-- bench -->\n{text}<!-- /bench -->", content)
        if not count:
            raise SystemExit(f"{asked.readme}: no '<!-- bench -->' … '<!-- /bench -->' there")
        asked.readme.write_text(replaced, encoding="utf-8")


if __name__ == "__main__":
    main()
