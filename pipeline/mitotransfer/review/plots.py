"""The plots of a report as data: what is counted, in which form, under which caption. `svg` and `figures` draw them.

Rejected rows and claimed absences are no findings and count in no plot.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from mitotransfer.review.loading import Record, Records, Run
from mitotransfer.review.values import TITLES, heading, items, plural, split
from mitotransfer.rows import MISSING_ID, TABLES, role_columns

_MOST = 12  # categories in a plot: more cannot be told apart; the rest is one, and the table under the plot says how many
_MOST_FLOWS = 16
_STEPS = 20  # of confidence from 0 to 1
_TABLE_TONES = {"secretion": "t0", "transplantation": "t1", "trials": "t2"}
_DIRECTIONS = (("increase", "t0"), ("decrease", "t1"), ("change", "t3"), ("no effect", "other"))


@dataclass(frozen=True)
class Flows:
    """Counts that go from a category on the left to one on the right."""

    left: str
    right: str
    links: list[tuple[str, str, int]]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The same as a table: head and rows."""
        return [self.left, self.right, "Rows"], [[left, right, str(count)] for left, right, count in self.links]


@dataclass(frozen=True)
class Series:
    """A part of every bar: its name, its colour, and a count for each label."""

    name: str
    tone: str
    counts: list[int]


@dataclass(frozen=True)
class Stack:
    """Bars made of series; `upright` for labels that have an order on a line, such as years."""

    axis: str
    unit: str
    labels: list[str]
    series: list[Series]
    upright: bool = False

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The same as a table: head and rows."""
        head = [self.axis, *(one.name for one in self.series)]
        return head, [[label, *(str(one.counts[n]) for one in self.series)] for n, label in enumerate(self.labels)]


@dataclass(frozen=True)
class Grid:
    """Counts by two categories."""

    row_axis: str
    column_axis: str
    rows: list[str]
    columns: list[str]
    counts: list[list[int]]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The same as a table: head and rows."""
        head = [f"{self.row_axis} / {self.column_axis}", *self.columns]
        return head, [[row, *map(str, counts)] for row, counts in zip(self.rows, self.counts, strict=True)]


@dataclass(frozen=True)
class Calibration:
    """For values of like confidence: its mean, the share that is right, how many values."""

    bins: list[tuple[str, float, float, int]]

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The same as a table: head and rows."""
        head = ["Confidence", "Mean", "Share right", "Values"]
        return head, [[name, f"{mean:.3f}", f"{right:.3f}", str(count)] for name, mean, right, count in self.bins]


Body = Flows | Stack | Grid | Calibration


@dataclass(frozen=True)
class Plot:
    """A plot: its file name, title, caption, what it counts."""

    name: str
    title: str
    caption: str
    body: Body


def plots(run: Run) -> tuple[list[Plot], dict[str, str]]:
    """The plots of a run, and by name those that have nothing to show, with what they lack."""
    secretion, transplantation = (findings(run.tables[name]) for name in ("secretion", "transplantation"))
    unscored = "the run has not been scored (mitotransfer evaluate OUT GOLD --metrics OUT/quality.json)"
    made: dict[str, tuple[Plot | None, str]] = {
        "flows": (_flows(secretion), "flows of mitochondria: no row of table 1 names donor and recipient"),
        "mechanisms": (_mechanisms(secretion), "mechanisms by donor: no row of table 1 names both"),
        "effects_transfer": (_effects("transfer", "transferred", secretion, "biological_effect"), "effects of transfer: none"),
        "effects_transplantation": (
            _effects("transplantation", "transplanted", transplantation, "effects"),
            "effects of transplantation: none",
        ),
        "tissues": (_tissues(transplantation), "tissues and sources: no row of table 2 names both"),
        "years": (_years(run), "studies a year: no year is known"),
        "confidence": (_confidence(run), "confidence: no row has one"),
        "calibration": (_calibration(run.scores), f"confidence and truth: {unscored}"),
    }
    for name, title in TITLES.items():
        made[f"coverage_{name}"] = (_coverage(name, run.tables[name]), f"coverage of {title.lower()}: no rows")
    return [plot for plot, _ in made.values() if plot], {name: lack for name, (plot, lack) in made.items() if not plot}


def kept(rows: Iterable[Record]) -> list[Record]:
    """The rows that no reviewer rejected."""
    return [row for row in rows if row["review_status"] != "rejected"]


def findings(rows: Iterable[Record]) -> list[Record]:
    """The rows that say that something happens: not rejected, no claimed absence."""
    return [row for row in kept(rows) if row.get("negated") != "true"]


def study(row: Record) -> str:
    """What tells the study of a row from others."""
    keys = ("study_doi", "study_pmid", "study_pmcid", "reference", "source_id")
    return next((row[key] for key in keys if row.get(key)), "")


def year_of(row: Record, years: Mapping[str, str]) -> str:
    """The year of a row's study: that of its reference, else that of the article itself where it reports its own; else empty."""
    if found := re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", row.get("reference", "")):
        return str(found[-1])
    cited = (row["study_pmcid"], row["study_pmid"], row["study_doi"])
    return years.get(row["source_id"], "") if row["source_id"] in cited or not any(cited) else ""


# -- one function a plot ----------------------------------------------------------------------------------------------


def _flows(rows: list[Record]) -> Plot | None:
    pairs = [pair for row in rows for pair in product(split(row["cell_type"]), split(row["recipient_cell"]))]
    if not pairs:
        return None
    left = _folded(Counter(donor for donor, _ in pairs), "other donors", _MOST_FLOWS)
    right = _folded(Counter(recipient for _, recipient in pairs), "other recipients", _MOST_FLOWS)
    links = Counter((left(donor), right(recipient)) for donor, recipient in pairs)
    both = sum(1 for row in rows if row["cell_type"] and row["recipient_cell"])
    caption = (
        f"Who gives mitochondria to whom, by the {both} of {plural(len(rows), 'row')} of table 1 that name both: "
        f"{plural(len(pairs), 'pair')}. The width of a band is its number of rows; one with several cells counts for each pair."
    )
    body = Flows("Donor", "Recipient", [(*link, count) for link, count in _ranked(links)])
    return Plot("flows", "From donor to recipient cells", caption, body)


def _mechanisms(rows: list[Record]) -> Plot | None:
    pairs = [pair for row in rows for pair in product(split(row["cell_type"]), split(row["mechanism"]))]
    told = sum(1 for row in rows if row["mechanism"])
    caption = f"Rows of table 1 by donor and mechanism of release or transfer; {told} of {plural(len(rows), 'row')} name one."
    return _grid("mechanisms", "Mechanisms by donor", caption, ("Donor", "Mechanism"), pairs)


def _tissues(rows: list[Record]) -> Plot | None:
    pairs = [pair for row in rows for pair in product(split(row["tissue"]), split(row["mitochondrial_source"]))]
    told = sum(1 for row in rows if row["tissue"] and row["mitochondrial_source"])
    caption = f"Rows of table 2 by treated tissue and source of the mitochondria; {told} of {plural(len(rows), 'row')} name both."
    return _grid("tissues", "Treated tissues and sources of mitochondria", caption, ("Tissue", "Source"), pairs)


def _grid(name: str, title: str, caption: str, axes: tuple[str, str], pairs: list[tuple[str, str]]) -> Plot | None:
    if not pairs:
        return None
    sides = [Counter(pair[n] for pair in pairs) for n in (0, 1)]
    names = [_folded(counts, f"other {axis.lower()}s") for counts, axis in zip(sides, axes, strict=True)]
    counts = Counter((names[0](first), names[1](second)) for first, second in pairs)
    rows, columns = (
        list(dict.fromkeys(folded(value) for value, _ in _ranked(side))) for folded, side in zip(names, sides, strict=True)
    )
    cells = [[counts[row, column] for column in columns] for row in rows]
    return Plot(name, title, caption, Grid(*axes, rows, columns, cells))


def _effects(name: str, what: str, rows: list[Record], column: str) -> Plot | None:
    found = [(item.text, item.meaning) for row in rows for item in items(row[column]) if item.meaning]
    if not found:
        return None
    outcomes = Counter(text for text, _ in found)
    shown = [text for text, _ in _ranked(outcomes)[: 2 * _MOST]]
    counts = Counter(found)
    series = [Series(meaning, tone, [counts[text, meaning] for text in shown]) for meaning, tone in _DIRECTIONS]
    more = f" Shown are the {len(shown)} commonest of {len(outcomes)} outcomes." if len(outcomes) > len(shown) else ""
    told = sum(1 for row in rows if row[column])
    caption = f"{plural(len(found), 'effect')} in {plural(told, 'row')}, by outcome and direction.{more}"
    return Plot(
        f"effects_{name}",
        f"Effects of {what} mitochondria",
        caption,
        Stack("Outcome", "Rows", shown, [one for one in series if any(one.counts)]),
    )


def _years(run: Run) -> Plot | None:
    published = {article["id"]: article["year"] for article in run.articles}
    studies = {name: {study(row): year_of(row, published) for row in findings(rows)} for name, rows in run.tables.items()}
    told = sorted({int(year) for found in studies.values() for year in found.values() if year.isdecimal()})
    if not told:
        return None
    years = [str(year) for year in range(told[0], told[-1] + 1)]
    counts = {name: Counter(found.values()) for name, found in studies.items()}
    series = [Series(TITLES[name], _TABLE_TONES[name], [counts[name][year] for year in years]) for name in TABLES]
    without = len({key for found in studies.values() for key, year in found.items() if not year})
    caption = "Studies by year of publication; one with rows in two tables counts in both." + (
        f" The year of {plural(without, 'study', 'studies')} is not known." if without else ""
    )
    return Plot(
        "years",
        "Studies a year",
        caption,
        Stack("Year", "Studies", years, [one for one in series if any(one.counts)], upright=True),
    )


def _confidence(run: Run) -> Plot | None:
    binned = {
        name: Counter(_step(row["confidence"]) for row in kept(rows) if _is_number(row.get("confidence", "")))
        for name, rows in run.tables.items()
    }
    used = sorted(set().union(*binned.values()))
    if not used:
        return None
    steps = range(used[0], used[-1] + 1)
    labels = [f"{step / _STEPS:.2f}–{(step + 1) / _STEPS:.2f}" for step in steps]
    series = [Series(TITLES[name], _TABLE_TONES[name], [binned[name][step] for step in steps]) for name in TABLES]
    caption = "Rows by confidence, claimed absences included: the share of a row's values that is expected to be right."
    body = Stack("Confidence", "Rows", labels, [one for one in series if any(one.counts)], upright=True)
    return Plot("confidence", "Confidence of the rows", caption, body)


def _calibration(scores: Mapping[str, Any]) -> Plot | None:
    measured = scores.get("reliability") or {}
    bins = [(name, one["confidence"], one["right"], one["values"]) for name, one in measured.get("bins", {}).items()]
    if not bins:
        return None
    values = sum(count for *_, count in bins)
    caption = (
        f"Confidence against the share of values that are right, on {scores['documents']} documents with gold rows "
        f"({plural(values, 'value')}; Brier score {measured['brier']:.3f}, mean gap {measured['gap']:.3f}). "
        "On the line confidence says what it means; the larger a dot, the more values."
    )
    return Plot("calibration", "Confidence and truth", caption, Calibration(bins))


def _coverage(name: str, rows: Records) -> Plot | None:
    shown = kept(rows)
    if not shown:
        return None
    columns = [pair for pair in role_columns(TABLES[name]).values() if pair[0]]
    states = [Counter(_state(row, *pair) for row in shown) for pair in columns]
    kinds = (("with a vocabulary id", "t0"), ("stated, without id", "t4"), ("not stated", "faint"))
    series = [Series(kind, tone, [state[kind] for state in states]) for kind, tone in kinds]
    rows_told = f"{plural(len(shown), 'row')} of {TITLES[name].lower()}"
    caption = (
        f"How many of the {rows_told} state each field, and how many in terms of the vocabulary (claimed absences included)."
    )
    body = Stack("Field", "Rows", [heading(text) for text, _ in columns], [one for one in series if any(one.counts)])
    return Plot(f"coverage_{name}", f"Coverage: {TITLES[name].lower()}", caption, body)


def _state(row: Record, text: str, ids: str) -> str:
    if not row[text]:
        return "not stated"
    found = split(row[ids]) if ids else []
    # an effect without an entry is outcome:-:increase
    known = found and not any(ident == MISSING_ID or f":{MISSING_ID}:" in ident for ident in found)
    return "with a vocabulary id" if known else "stated, without id"


# -- counting ---------------------------------------------------------------------------------------------------------


def _ranked(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """The commonest first, equal ones by name: never by the order of rows."""
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _folded(counts: Counter[str], rest: str, most: int = _MOST) -> Callable[[str], str]:
    """A function that leaves the commonest names as they are and makes the others one."""
    if len(counts) <= most:
        return lambda name: name
    common = {name for name, _ in _ranked(counts)[: most - 1]}
    return lambda name: name if name in common else f"{rest} ({len(counts) - len(common)})"


def is_rest(name: str) -> bool:
    """Whether a name of a plot stands for all that are not shown."""
    return re.fullmatch(r"other [a-z]+ \(\d+\)", name) is not None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[01](\.\d+)?", text, re.ASCII) is not None


def _step(confidence: str) -> int:
    """The bin of a confidence; in hundredths, so that 0.15 is in the bin that starts with it."""
    return min(round(float(confidence) * 100) * _STEPS // 100, _STEPS - 1)
