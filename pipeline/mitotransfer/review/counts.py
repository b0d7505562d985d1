"""Counts of a run: what came of the inputs, how many findings, what the stages had to say, how good the tables are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from mitotransfer.links import url_of
from mitotransfer.review.tally import Tally
from mitotransfer.rows import TITLES, Record

_OUTCOMES = {
    "rows": "with rows",
    "no_evidence": "without evidence",
    "not_open_access": "not open access",
    "not_found": "not found",
    "failed": "failed",
}
_STATES = ("rows", "findings", "negated", "hedged", "reviewed", "rejected", "conflict")


class Inputs:
    """What came of the inputs by articles.csv: counts, and the lines that a page shows, no more than `most`.

    `listed`: all, or of more than `most` the first of those with rows or a failure, then the others. `retracted`: their ids.
    """

    def __init__(self, articles: Iterable[Record], most: int) -> None:
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.retracted: set[str] = set()
        first: list[Record] = []
        sides: tuple[list[Record], list[Record]] = ([], [])
        for article in articles:
            self.reasons[article["status"], article["reason"]] += 1
            if article["retracted"] == "true":
                self.retracted.add(article["id"])
            for found in (first, sides[article["status"] == "no_evidence"]):
                if len(found) < most:
                    found.append(article)
        self.total = self.reasons.total()
        self.listed = first if self.total <= most else [*sides[0], *sides[1]][:most]


def summary(inputs: Inputs, tallies: Mapping[str, Tally], n_passages: int) -> dict[str, Any]:
    """What came of the inputs, with reasons, in a sentence and as counts; rejected rows count as rows, not as findings."""
    statuses: Counter[str] = Counter()
    for (status, _), count in inputs.reasons.items():
        statuses[status] += count
    known = [status for status in _OUTCOMES if statuses[status]] + sorted(statuses.keys() - _OUTCOMES.keys())
    parts = " + ".join(f"{statuses[status]} {_OUTCOMES.get(status, status)}" for status in known) or "0"
    rows = ", ".join(f"{tallies[name].states['rows']} {title.lower()}" for name, title in TITLES.items())
    order = {status: place for place, status in enumerate(known)}
    outcomes = sorted(inputs.reasons.items(), key=lambda entry: (order[entry[0][0]], -entry[1], entry[0][1]))
    return {
        "asked": inputs.total,
        "sentence": f"{inputs.total} inputs = {parts}. Rows: {rows}.",
        "figures": [
            (inputs.total, "inputs"),
            (sum(tally.states["findings"] for tally in tallies.values()), "findings"),
            (len(set().union(*(tally.years for tally in tallies.values()))), "studies"),
            (n_passages, "passages of evidence"),
        ],
        "outcomes": [
            {"status": _OUTCOMES.get(status, status), "reason": reason, "count": count} for (status, reason), count in outcomes
        ],
        "rows": [{"title": title, **{state: tallies[name].states[state] for state in _STATES}} for name, title in TITLES.items()],
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


class _Group:
    """Problems of a kind: their number, the articles they concern and the first lines."""

    def __init__(self) -> None:
        self.count = self.articles = 0
        self.lines: list[Record] = []
        self._source: str | None = None

    def add(self, problem: Record, most: int) -> None:
        self.count += 1
        self.articles += problem["source_id"] != self._source  # problems.csv is sorted by article
        self._source = problem["source_id"]
        if len(self.lines) < most:
            self.lines.append(problem)


def problem_groups(problems: Iterable[Record], most: int) -> list[dict[str, Any]]:
    """By severity, worst first, and code: count, articles concerned and the first `most` lines."""
    groups: defaultdict[tuple[str, str, str], _Group] = defaultdict(_Group)
    for problem in problems:
        groups[problem["severity"], problem["code"], problem["stage"]].add(problem, most)
    worst = {"error": 0, "warning": 1, "note": 2}
    return [
        {
            "severity": severity,
            "code": code,
            "stage": stage,
            "count": group.count,
            "articles": group.articles,
            "lines": [
                {
                    "source": line["source_id"],
                    "url": url_of(line["source_id"]),
                    "message": line["message"],
                    "place": line["place"],
                }
                for line in group.lines
            ],
        }
        for (severity, code, stage), group in sorted(groups.items(), key=lambda entry: (worst.get(entry[0][0], 3), entry[0]))
    ]


def article(record: Record) -> dict[str, Any]:
    """A line of articles.csv as the page shows it."""
    status = _OUTCOMES.get(record["status"], record["status"])
    return {
        **{key: record[key] for key in ("id", "title", "year", "licence", "n_events", "n_rows")},
        "url": url_of(record["id"]),
        "retracted": record["retracted"] == "true",
        "outcome": f"{status}: {record['reason']}" if record["reason"] else status,
    }
