"""Small articles for tests, written as JATS so that every test goes through the real parser, and one way to read a run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from mitotransfer import stages
from mitotransfer.settings import Settings, load

Rows = list[dict[str, str]]
TABLES = ("table1_secretion.csv", "table2_transplantation.csv", "table3_trials.csv")
CSV = (*TABLES, "evidence.csv", "articles.csv", "problems.csv")


def table(
    header: Sequence[str | Sequence[str]], *rows: Sequence[str], caption: str = "Mitochondrial transfer", foot: str = ""
) -> str:
    """A table-wrap. `header` is one row of texts or several; a cell that starts with "<t" is taken as an element as it is."""
    levels = [header] if isinstance(header[0], str) else header
    head = "".join(_row(level, "th") for level in levels)
    body = "".join(_row(row, "td") for row in rows)
    grid = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    note = f"<table-wrap-foot><p>{foot}</p></table-wrap-foot>" if foot else ""
    return f'<table-wrap id="t1"><label>Table 1</label><caption><p>{caption}</p></caption>{grid}{note}</table-wrap>'


def _row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(cell if cell.startswith("<t") else f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def reference(number: int, author: str, year: int, *, doi: str = "") -> str:
    doi = doi or f"10.5555/ref.{number}"
    return (
        f'<ref id="r{number}"><label>{number}</label><element-citation><person-group><name><surname>{author}</surname></name>'
        f'<etal/></person-group><year>{year}</year><pub-id pub-id-type="doi">{doi}</pub-id></element-citation></ref>'
    )


def jats(
    body: str,
    *,
    pmcid: str = "PMC999777",
    pmid: str = "",
    kind: str = "review-article",
    title: str = "Mitochondria between cells",
    references: str = "",
) -> str:
    """A whole article; `body` is put in its one section."""
    ids = f'<article-id pub-id-type="pmc">{pmcid}</article-id>' if pmcid else ""
    ids += f'<article-id pub-id-type="pmid">{pmid}</article-id>' if pmid else ""
    author = "<contrib-group><contrib><name><surname>Doe</surname></name></contrib></contrib-group>"
    meta = f"{ids}<title-group><article-title>{title}</article-title></title-group>{author}<pub-date><year>2024</year></pub-date>"
    back = f"<back><ref-list>{references}</ref-list></back>" if references else ""
    return (
        f'<article article-type="{kind}"><front><article-meta>{meta}</article-meta></front>'
        f"<body><sec><title>Section</title>{body}</sec></body>{back}</article>"
    )


def secretion(
    donor: str = "Astrocyte (mouse)", recipient: str = "Neuron", effect: str = "Increased survival", **article: str
) -> str:
    """An article with one table that gives one secretion row."""
    row = (donor, "Extracellular vesicles", recipient, effect)
    return jats(table(("Donor cells", "Released form", "Recipient", "Outcome"), row), **article)


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def tables_of(out: Path) -> dict[str, bytes]:
    """The bytes of every CSV file of a run."""
    return {name: (out / name).read_bytes() for name in CSV}


@cache
def tables_only() -> Settings:
    """The shipped settings without prose: what these tests show must not depend on the rules for sentences."""
    settings = load()
    return msgspec.structs.replace(settings, annotate=msgspec.structs.replace(settings.annotate, prose=False))


def with_run(*, workers: int = 1, max_bytes: int = 50_000_000, library: Path | str = "") -> Settings:
    settings = tables_only()
    return msgspec.structs.replace(
        settings,
        run=msgspec.structs.replace(settings.run, workers=workers, executor="processes" if workers > 1 else "serial"),
        parse=msgspec.structs.replace(settings.parse, max_bytes=max_bytes),
        fetch=msgspec.structs.replace(settings.fetch, library=str(library), sources=()),
    )


def written(folder: Path, donors: Mapping[str, str]) -> Path:
    """The folder, made, with an article for each PMCID in which this donor gives mitochondria."""
    folder.mkdir()
    for pmcid, donor in donors.items():
        (folder / f"{pmcid}.xml").write_text(secretion(donor, pmcid=pmcid))
    return folder


def run(out: Path, *inputs: Path | str, settings: Settings | None = None) -> bool:
    return stages.run([str(name) for name in inputs], out, settings or tables_only())
