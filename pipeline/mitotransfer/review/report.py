"""The report: a run's tables, the sentences behind them, counts and problems as one self-contained page."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mitotransfer.errors import InputError
from mitotransfer.files import read_records, write_whole
from mitotransfer.rows import FILES, SEPARATOR, TABLE_FILES, TABLES, header

Record = Mapping[str, str]
Loaded = dict[str, list[dict[str, str]]]

_HERE = Path(__file__).parent
_MAX_ROWS = 2000  # of a table on the page: beyond, browsers get slow; the page says so and the CSV holds all
_MAX_LINES = 50  # of a problem code on the page
_MAX_BARS = 12
_TITLES = {"secretion": "Secretion and transfer", "transplantation": "Transplantation", "trials": "Clinical trials"}
_SIGNS = {"↑": "increase", "↓": "decrease", "±": "change", "=": "no effect"}
_OUTCOMES = {
    "rows": "with rows",
    "no_evidence": "without evidence",
    "not_open_access": "not open access",
    "not_found": "not found",
    "failed": "failed",
}
_REVIEWED = {"accepted": "Accepted by a reviewer", "rejected": "Rejected by a reviewer", "edited": "Edited by a reviewer"}


def write_report(out: Path) -> Path:
    """Write `out/report.html` from the CSV tables in `out`, and from `out/metrics.json` the scores, if it holds any.

    The page needs nothing but itself, runs no foreign script and is the same for the same tables. Returns its path.
    Raises InputError when a table is missing or cannot be read, OutputError when the page cannot be written.
    """
    loaded = {name: _read(out / name, row_class) for name, row_class in FILES.items()}
    page = _environment().get_template("report.html").render(_context(loaded, _read_metrics(out / "metrics.json")))
    path = out / "report.html"
    write_whole({path: [page]})
    return path


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _read(path: Path, row_class: type) -> list[dict[str, str]]:
    records = read_records(path)
    if records and (missing := set(header(row_class)) - set(records[0])):
        raise InputError(f"{path}: missing columns: {', '.join(sorted(missing))}", code="bad-table", place=str(path))
    return records


def _read_metrics(path: Path) -> dict[str, Any]:
    """The metrics of the run, empty when there are none: the page then shows no scores."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", code="bad-metrics", place=str(path)) from error
    except ValueError as error:  # not JSON, or not UTF-8
        raise InputError(f"{path}: not JSON: {error}", code="bad-metrics", place=str(path)) from error
    return content if isinstance(content, dict) else {}


def _context(loaded: Loaded, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """All that the template names."""
    css, js = ((_HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    articles, problems = loaded["articles.csv"], loaded["problems.csv"]
    retracted = {article["id"] for article in articles if article["retracted"] == "true"}
    evidence: dict[str, list[Evidence]] = {}
    for line in loaded["evidence.csv"]:
        evidence.setdefault(line["row_id"], []).append(_evidence(line))
    return {
        "css": Markup(css),  # noqa: S704  our own files, no foreign text
        "js": Markup(js),  # noqa: S704
        "css_hash": _csp_hash(css),
        "js_hash": _csp_hash(js),
        "summary": _summary(articles, {name: len(loaded[file]) for name, file in TABLE_FILES.items()}),
        "charts": _charts(loaded),
        "tables": [_table(name, loaded[TABLE_FILES[name]], evidence, retracted) for name in TABLES],
        "quality": _quality(metrics),
        "problems": _problems(problems),
        "problem_count": len(problems),
        "articles": [_article(article) for article in articles],
    }


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# -- summary ---------------------------------------------------------------------------------------------------------


def _summary(articles: list[dict[str, str]], rows: Mapping[str, int]) -> dict[str, Any]:
    statuses = Counter(article["status"] for article in articles)
    known = [status for status in _OUTCOMES if statuses[status]] + sorted(statuses.keys() - _OUTCOMES.keys())
    parts = " + ".join(f"{statuses[status]} {_OUTCOMES.get(status, status)}" for status in known) or "0"
    tables = ", ".join(f"{count} {_TITLES[name].lower()}" for name, count in rows.items())
    reasons = Counter((article["status"], article["reason"]) for article in articles)
    order = {status: place for place, status in enumerate(known)}
    outcomes = sorted(reasons.items(), key=lambda entry: (order[entry[0][0]], -entry[1], entry[0][1]))
    return {
        "asked": len(articles),
        "sentence": f"{len(articles)} inputs = {parts}. Rows: {tables}.",
        "outcomes": [
            {"status": _OUTCOMES.get(status, status), "reason": reason, "count": count} for (status, reason), count in outcomes
        ],
    }


def _charts(loaded: Loaded) -> list[dict[str, Any]]:
    """The commonest mechanisms and donor → recipient pairs of table 1; claimed absences and rejected rows do not count."""
    frame = pd.DataFrame(loaded[TABLE_FILES["secretion"]], columns=header(TABLES["secretion"]), dtype=str)
    frame = frame[(frame["negated"] != "true") & (frame["review_status"] != "rejected")]
    for column in ("mechanism", "cell_type", "recipient_cell"):
        frame[column] = frame[column].map(_split)
    mechanisms = frame["mechanism"].explode()
    pairs = frame.explode("cell_type").explode("recipient_cell").dropna(subset=["cell_type", "recipient_cell"])
    arrows = pairs["cell_type"] + " → " + pairs["recipient_cell"]
    return [
        _chart("Mechanisms of release and transfer", "Mechanism", mechanisms),
        _chart("From which cells to which", "Donor → recipient", arrows),
    ]


def _chart(caption: str, head: str, values: pd.Series[str]) -> dict[str, Any]:
    counted = Counter(values.dropna())
    counts = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    more = f" (the {_MAX_BARS} commonest of {len(counts)})" if len(counts) > _MAX_BARS else ""
    most = counts[0][1] if counts else 1
    return {"caption": f"{caption}{more}", "head": head, "counts": counts[:_MAX_BARS], "most": most}


def _quality(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Scores of an evaluation, when the metrics hold them at the top or under `evaluate`."""
    report = metrics.get("evaluate", metrics)
    if not (isinstance(report, dict) and {"tables", "rows_micro", "fields_micro", "documents"} <= report.keys()):
        return None
    lines = [{"name": "All rows", "score": report["rows_micro"]}, {"name": "All values", "score": report["fields_micro"]}]
    for name, table in report["tables"].items():
        lines.append({"name": f"{_TITLES.get(name, name)}: rows", "score": table["rows"]})
        lines.append({"name": f"{_TITLES.get(name, name)}: values", "score": table["fields_micro"]})
    return {"documents": report["documents"], "gold": report["rows_micro"]["gold"], "lines": lines}


# -- tables ----------------------------------------------------------------------------------------------------------


class Item(NamedTuple):
    """One value of a cell; an effect has a sign and its meaning in a word."""

    text: str
    sign: str = ""
    meaning: str = ""


class Link(NamedTuple):
    """A text and where it leads; no address when the id is of no known kind."""

    text: str
    url: str


class Tag(NamedTuple):
    """Something a reader must know of a row, in words; `kind` only colours it."""

    text: str
    kind: str = ""


class Evidence(NamedTuple):
    """A passage, split around the words that signal the finding."""

    before: str
    trigger: str
    after: str
    source: str
    url: str
    section: str
    locator: str
    event: str
    rule: str
    confidence: str
    cues: list[str]


def _table(name: str, rows: list[dict[str, str]], evidence: Mapping[str, list[Evidence]], retracted: set[str]) -> dict[str, Any]:
    columns = [field.name for field in dataclasses.fields(TABLES[name]) if field.metadata["role"]]
    return {
        "name": name,
        "title": _TITLES[name],
        "file": TABLE_FILES[name],
        "total": len(rows),
        "columns": [column.replace("_", " ").capitalize().replace("Nct", "NCT") for column in columns],
        "rows": [
            {
                "id": row["row_id"],
                "cells": [[_item(value) for value in _split(row[column])] for column in columns],
                "label": row[columns[0]] or row["row_id"],
                "tags": _tags(row, row["source_id"] in retracted),
                "links": _links(row),
                "evidence": evidence.get(row["row_id"], []),
            }
            for row in rows[:_MAX_ROWS]
        ],
    }


def _split(cell: str) -> list[str]:
    return [value for value in cell.split(SEPARATOR) if value.strip()]


def _item(value: str) -> Item:
    sign, blank, text = value.partition(" ")
    return Item(text, sign, _SIGNS[sign]) if blank and sign in _SIGNS else Item(value)


def _tags(row: Record, retracted: bool) -> list[Tag]:
    tags = []
    if row.get("negated") == "true":
        tags.append(Tag("Claimed absence", "absence"))
    if row.get("hedged") == "true":
        tags.append(Tag("Stated with doubt", "doubt"))
    if retracted:
        tags.append(Tag("From a retracted article", "absence"))
    if state := _REVIEWED.get(row["review_status"]):
        tags.append(Tag(state, "absence" if row["review_status"] == "rejected" else ""))
    if row["source"]:
        tags.append(Tag({"both": "table and prose"}.get(row["source"], row["source"])))
    if row.get("confidence"):
        tags.append(Tag(f"confidence {row['confidence']}"))
    return tags


def _links(row: Record) -> list[Link]:
    """The article that was read and, where it is another, the study the row is about; the trial's registry entry."""
    links = [Link(f"Read in {row['source_id']}", _url(row["source_id"]))]
    study = next((row[key] for key in ("study_pmcid", "study_doi", "study_pmid") if row[key]), "")
    if study and row["source_id"] not in (row["study_pmcid"], row["study_doi"], row["study_pmid"]):
        links.append(Link(f"Study: {study}", _url(study)))
    links += [Link(nct, _url(nct)) for nct in _split(row.get("nct_number", "")) if nct != row["source_id"]]
    return links


def _url(ident: str) -> str:
    """Where an id of a known kind leads, else nothing: no other text of an article ever becomes an address."""
    kinds = (
        (r"PMC\d+", "https://pmc.ncbi.nlm.nih.gov/articles/"),
        (r"10\.\d{4,9}/\S+", "https://doi.org/"),
        (r"\d{1,9}", "https://pubmed.ncbi.nlm.nih.gov/"),
        (r"NCT\d{8}", "https://clinicaltrials.gov/study/"),
    )
    return next((base + quote(ident) for pattern, base in kinds if re.fullmatch(pattern, ident, re.ASCII)), "")


def _evidence(line: Record) -> Evidence:
    sentence = line["sentence"]
    start, end = (int(line[key]) if line[key].isdecimal() else 0 for key in ("start", "end"))
    if not 0 <= start < end <= len(sentence) or (start, end) == (0, len(sentence)):
        start = end = 0  # a whole table row, or offsets that a hand-edited file broke: nothing to highlight
    cues = [f"negated by “{line['negation_cue']}”"] if line["negated"] == "true" else []
    cues += [f"doubt: “{line['hedge_cue']}”"] if line["hedged"] == "true" else []
    return Evidence(
        before=sentence[:start],
        trigger=sentence[start:end],
        after=sentence[end:],
        source=line["source_id"],
        url=_url(line["source_id"]),
        section=line["section"],
        locator=line["locator"],
        event=line["event"],
        rule=line["rule_id"],
        confidence=line["confidence"],
        cues=cues,
    )


# -- problems and articles -------------------------------------------------------------------------------------------


def _problems(problems: Iterable[Record]) -> list[dict[str, Any]]:
    """By severity, worst first, and code: count, articles concerned and the first lines."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for problem in problems:
        groups.setdefault((problem["severity"], problem["code"], problem["stage"]), []).append(problem)
    worst = {"error": 0, "warning": 1, "note": 2}
    return [
        {
            "severity": severity,
            "code": code,
            "stage": stage,
            "count": len(lines),
            "articles": len({line["source_id"] for line in lines}),
            "lines": [
                {"source": line["source_id"], "url": _url(line["source_id"]), "message": line["message"], "place": line["place"]}
                for line in lines[:_MAX_LINES]
            ],
        }
        for (severity, code, stage), lines in sorted(groups.items(), key=lambda group: (worst.get(group[0][0], 3), group[0]))
    ]


def _article(article: Record) -> dict[str, Any]:
    status = _OUTCOMES.get(article["status"], article["status"])
    return {
        **{key: article[key] for key in ("id", "title", "year", "licence", "n_events", "n_rows")},
        "url": _url(article["id"]),
        "retracted": article["retracted"] == "true",
        "outcome": f"{status}: {article['reason']}" if article["reason"] else status,
    }
