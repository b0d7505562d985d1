"""Counts of a run: what came of the inputs, how many findings, what the stages had to say, how good the tables are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mitotransfer.links import url_of
from mitotransfer.review.loading import Run
from mitotransfer.rows import TITLES, Record, Records
from mitotransfer.studies import findings, kept

_OUTCOMES = {
    "rows": "with rows",
    "no_evidence": "without evidence",
    "not_open_access": "not open access",
    "not_found": "not found",
    "failed": "failed",
}


def summary(run: Run) -> dict[str, Any]:
    """What came of the inputs, with reasons, in a sentence and as counts; rejected rows count as rows, not as findings."""
    articles = run.articles
    statuses = Counter(article["status"] for article in articles)
    known = [status for status in _OUTCOMES if statuses[status]] + sorted(statuses.keys() - _OUTCOMES.keys())
    parts = " + ".join(f"{statuses[status]} {_OUTCOMES.get(status, status)}" for status in known) or "0"
    rows = ", ".join(f"{len(run.tables[name])} {title.lower()}" for name, title in TITLES.items())
    reasons = Counter((article["status"], article["reason"]) for article in articles)
    order = {status: place for place, status in enumerate(known)}
    outcomes = sorted(reasons.items(), key=lambda entry: (order[entry[0][0]], -entry[1], entry[0][1]))
    return {
        "asked": len(articles),
        "sentence": f"{len(articles)} inputs = {parts}. Rows: {rows}.",
        "figures": _figures(run),
        "outcomes": [
            {"status": _OUTCOMES.get(status, status), "reason": reason, "count": count} for (status, reason), count in outcomes
        ],
        "rows": [_states(title, run.tables[name]) for name, title in TITLES.items()],
    }


def _figures(run: Run) -> list[tuple[int, str]]:
    """The numbers that a reader asks for first."""
    rows = [row for table in run.tables.values() for row in findings(table)]
    passages = {(line["source_id"], line["locator"], line["sentence"]) for line in run.evidence}
    return [
        (len(run.articles), "inputs"),
        (len(rows), "findings"),
        (len(set(map(run.studies().of, rows))), "studies"),
        (len(passages), "passages of evidence"),
    ]


def _states(title: str, rows: Records) -> dict[str, Any]:
    """The rows of a table by what is said and decided of them."""
    shown = kept(rows)
    return {
        "title": title,
        "rows": len(rows),
        "findings": len(findings(rows)),
        "negated": sum(row.get("negated") == "true" for row in shown),
        "hedged": sum(row.get("hedged") == "true" for row in shown),
        "reviewed": sum(row["review_status"] in ("accepted", "edited") for row in rows),
        "rejected": len(rows) - len(shown),
        "conflict": sum(row["review_status"] == "conflict" for row in rows),
    }


def quality(scores: Mapping[str, Any]) -> dict[str, Any] | None:
    """Precision, recall and F1 of rows and values; None when the run was not scored."""
    if not scores:
        return None
    lines = [{"name": "All rows", "score": scores["rows_micro"]}, {"name": "All values", "score": scores["fields_micro"]}]
    for name, table in scores["tables"].items():
        lines.append({"name": f"{TITLES.get(name, name)}: rows", "score": table["rows"]})
        lines.append({"name": f"{TITLES.get(name, name)}: values", "score": table["fields_micro"]})
    return {"documents": scores["documents"], "gold": scores["rows_micro"]["gold"], "lines": lines}


def problem_groups(problems: Iterable[Record], most: int) -> list[dict[str, Any]]:
    """By severity, worst first, and code: count, articles concerned and the first `most` lines."""
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
                {
                    "source": line["source_id"],
                    "url": url_of(line["source_id"]),
                    "message": line["message"],
                    "place": line["place"],
                }
                for line in lines[:most]
            ],
        }
        for (severity, code, stage), lines in sorted(groups.items(), key=lambda group: (worst.get(group[0][0], 3), group[0]))
    ]


def listed_articles(records: Records, most: int) -> list[dict[str, Any]]:
    """The lines of articles.csv; of more than `most` the first of those with rows or a failure, then the others."""
    listed = records if len(records) <= most else sorted(records, key=lambda one: one["status"] == "no_evidence")[:most]
    return [article(record) for record in listed]


def article(record: Record) -> dict[str, Any]:
    """A line of articles.csv as the page shows it."""
    status = _OUTCOMES.get(record["status"], record["status"])
    return {
        **{key: record[key] for key in ("id", "title", "year", "licence", "n_events", "n_rows")},
        "url": url_of(record["id"]),
        "retracted": record["retracted"] == "true",
        "outcome": f"{status}: {record['reason']}" if record["reason"] else status,
    }
