"""Which rows a curator wants to see, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mitotransfer.errors import MitotransferError
from mitotransfer.review.curation.catalogue import SHOWN, Entry
from mitotransfer.rows import REVIEW_STATES, TABLES

DONE = ("accepted", "edited", "rejected")
_STATES = {state: (state,) for state in REVIEW_STATES} | {"open": ("proposed", "conflict"), "decided": DONE}
FLAGS = ("negated", "hedged", "retracted", "unknown", "moved", "kept", "evidence", "noted")
_STUDY = ("reference", "study_pmcid", "study_pmid", "study_doi")


class BadQueryError(MitotransferError):
    """What is asked for cannot be understood."""


class Query(NamedTuple):
    """What rows must have; empty: anything."""

    table: str = ""
    status: str = ""
    article: str = ""
    study: str = ""
    field: str = ""
    value: str = ""
    low: float = 0.0
    high: float = 1.0
    rule: str = ""
    flags: frozenset[str] = frozenset()
    text: str = ""
    sort: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Query:
        """From the parameters of an address. Raises BadQueryError naming the parameter."""
        known: dict[str, Iterable[str]] = {"table": TABLES, "status": _STATES, "sort": SORTS}
        for name, allowed in known.items():
            if (value := asked.get(name, "")) and value not in list(allowed):
                raise BadQueryError(f"{name} '{value}'; allowed: {', '.join(allowed)}")
        flags = frozenset(filter(None, asked.get("flags", "").split(",")))
        if wrong := flags - set(FLAGS):
            raise BadQueryError(f"flags '{', '.join(sorted(wrong))}'; allowed: {', '.join(FLAGS)}")
        words = {name: " ".join(asked.get(name, "").casefold().split()) for name in ("article", "study", "value", "text")}
        plain = {name: asked.get(name, "") for name in ("table", "status", "field", "rule", "sort")}
        return cls(**plain, **words, flags=flags, low=_share(asked, "low", 0.0), high=_share(asked, "high", 1.0))


def _share(asked: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(asked.get(name) or default)
    except ValueError as error:
        raise BadQueryError(f"{name} '{asked[name]}' is no number") from error


class Found(NamedTuple):
    """The rows that fit, in order; and by state how many fit whatever their state."""

    entries: list[Entry]
    states: Counter[str]


def select(entries: Iterable[Entry], query: Query) -> Found:
    """The rows that a query asks for."""
    tests = list(_tests(query))
    fitting = [entry for entry in entries if all(test(entry) for test in tests)]
    states = Counter(entry.row.review_status for entry in fitting)
    if query.status:
        wanted = _STATES[query.status]
        fitting = [entry for entry in fitting if entry.row.review_status in wanted]
    if query.sort:
        key, backwards = SORTS[query.sort]
        fitting.sort(key=key, reverse=backwards)
    return Found(fitting, states)


def _tests(query: Query) -> Iterable[Callable[[Entry], bool]]:
    """The cheap ones first."""
    if query.table:
        yield lambda entry: entry.table == query.table
    if query.low > 0 or query.high < 1:
        yield lambda entry: query.low <= confidence(entry) <= query.high
    if query.article:
        yield lambda entry: query.article in entry.row.source_id.casefold()
    if query.study:
        yield lambda entry: any(query.study in getattr(entry.row, name, "").casefold() for name in _STUDY)
    for flag in query.flags:
        yield _FLAGS[flag]
    if query.rule:
        yield lambda entry: any(line.rule_id == query.rule for line in entry.lines)
    if query.value or query.field:
        yield lambda entry: _holds(entry, query.field, query.value)
    for word in query.text.split():
        yield lambda entry, word=word: word in entry.text  # type: ignore[misc]


def _holds(entry: Entry, name: str, value: str) -> bool:
    """Whether a column (default: any) holds a value; without a value: whether it is filled."""
    names = [name] if name else SHOWN[entry.table]
    cells = (getattr(entry.row, one, "") for one in names)
    return any(value in cell.casefold() if value else cell for cell in cells)


def confidence(entry: Entry) -> float:
    """That of a row, 0 where it has none; trials have that of their best line of evidence."""
    given = [getattr(entry.row, "confidence", "")] if hasattr(entry.row, "confidence") else [x.confidence for x in entry.lines]
    return max((_number(text) for text in given), default=0.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _unknown(entry: Entry) -> bool:
    """Whether a value is not in the vocabulary."""
    columns = (getattr(entry.row, name) for name in entry.row.__slots__ if name.endswith("_ids") and name != "evidence_ids")
    return any("-" in ids.replace(":", "; ").split("; ") for ids in columns)


_FLAGS: dict[str, Callable[[Entry], bool]] = {
    "negated": lambda entry: getattr(entry.row, "negated", "") == "true",
    "hedged": lambda entry: getattr(entry.row, "hedged", "") == "true",
    "retracted": lambda entry: entry.row.retracted == "true",
    "unknown": _unknown,
    "moved": lambda entry: entry.key != entry.ident,
    "kept": lambda entry: entry.fate is not None and entry.fate.kind == "kept",
    "evidence": lambda entry: any(line.decision for line in entry.lines),
    "noted": lambda entry: bool(entry.verdict and any(one.note for one in entry.verdict.decisions)),
}
SORTS: dict[str, tuple[Callable[[Entry], Any], bool]] = {
    "surest": (confidence, True),
    "unsurest": (confidence, False),
    "article": (lambda entry: (entry.row.source_id, entry.table), False),
    "study": (lambda entry: (getattr(entry.row, "reference", "") or getattr(entry.row, "nct_number", "")).casefold(), False),
    "state": (lambda entry: REVIEW_STATES.index(entry.row.review_status or "proposed"), False),
    "latest": (lambda entry: entry.verdict.last.decided_at if entry.verdict else "", True),
}
