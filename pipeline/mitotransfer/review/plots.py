"""The plots of a report as data: what is counted, in which form, under which caption. `svg` and `figures` draw them.

Rejected rows and claimed absences are no findings and count in no plot.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from mitotransfer.review.loading import Run
from mitotransfer.review.tally import NOT_STATED, STEPS, WITH_ID, WITHOUT_ID, Tally
from mitotransfer.rows import TABLES, TITLES
from mitotransfer.values import heading

Name = TypeVar("Name")

_MOST = 12  # categories in a plot: more cannot be told apart; the rest is one, and the table under the plot says how many
_MOST_FLOWS = 16
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
    tallies = run.tallies
    secretion, transplantation = tallies["secretion"], tallies["transplantation"]
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
        "years": (_years(tallies), "studies a year: no year is known"),
        "confidence": (_confidence(tallies), "confidence: no row has one"),
        "calibration": (_calibration(run.scores), f"confidence and truth: {unscored}"),
    }
    for name, title in TITLES.items():
        made[f"coverage_{name}"] = (_coverage(name, tallies[name]), f"coverage of {title.lower()}: no rows")
    return [plot for plot, _ in made.values() if plot], {name: lack for name, (plot, lack) in made.items() if not plot}


# -- one function a plot ----------------------------------------------------------------------------------------------


def _flows(rows: Tally) -> Plot | None:
    pairs = rows.pairs["cell_type", "recipient_cell"]
    if not pairs:
        return None
    left = _folded(_side(pairs, 0), "other donors", _MOST_FLOWS)
    right = _folded(_side(pairs, 1), "other recipients", _MOST_FLOWS)
    links = _counted(((left(donor), right(recipient)), count) for (donor, recipient), count in pairs.items())
    both = rows.filled["cell_type", "recipient_cell"]
    caption = (
        f"Who gives mitochondria to whom, by the {both} of {plural(rows.states['findings'], 'row')} of table 1 that name both: "
        f"{plural(pairs.total(), 'pair')}. "
        "The width of a band is its number of rows; one with several cells counts for each pair."
    )
    body = Flows("Donor", "Recipient", [(*link, count) for link, count in _ranked(links)])
    return Plot("flows", "From donor to recipient cells", caption, body)


def _mechanisms(rows: Tally) -> Plot | None:
    told, total = rows.filled["mechanism",], plural(rows.states["findings"], "row")
    caption = f"Rows of table 1 by donor and mechanism of release or transfer; {told} of {total} name one."
    pairs = rows.pairs["cell_type", "mechanism"]
    return _grid("mechanisms", "Mechanisms by donor", caption, ("Donor", "Mechanism"), pairs)


def _tissues(rows: Tally) -> Plot | None:
    told, total = rows.filled["tissue", "mitochondrial_source"], plural(rows.states["findings"], "row")
    caption = f"Rows of table 2 by treated tissue and source of the mitochondria; {told} of {total} name both."
    pairs = rows.pairs["tissue", "mitochondrial_source"]
    return _grid("tissues", "Treated tissues and sources of mitochondria", caption, ("Tissue", "Source"), pairs)


def _grid(name: str, title: str, caption: str, axes: tuple[str, str], pairs: Counter[tuple[str, str]]) -> Plot | None:
    if not pairs:
        return None
    sides = [_side(pairs, n) for n in (0, 1)]
    names = [_folded(counts, f"other {axis.lower()}s") for counts, axis in zip(sides, axes, strict=True)]
    counts = _counted(((names[0](first), names[1](second)), count) for (first, second), count in pairs.items())
    rows, columns = (
        list(dict.fromkeys(folded(value) for value, _ in _ranked(side))) for folded, side in zip(names, sides, strict=True)
    )
    cells = [[counts[row, column] for column in columns] for row in rows]
    return Plot(name, title, caption, Grid(*axes, rows, columns, cells))


def _effects(name: str, what: str, rows: Tally, column: str) -> Plot | None:
    counts = rows.effects
    if not counts:
        return None
    outcomes = _side(counts, 0)
    shown = [text for text, _ in _ranked(outcomes)[: 2 * _MOST]]
    series = [Series(meaning, tone, [counts[text, meaning] for text in shown]) for meaning, tone in _DIRECTIONS]
    more = f" Shown are the {len(shown)} commonest of {len(outcomes)} outcomes." if len(outcomes) > len(shown) else ""
    caption = f"{plural(counts.total(), 'effect')} in {plural(rows.filled[column,], 'row')}, by outcome and direction.{more}"
    return Plot(
        f"effects_{name}",
        f"Effects of {what} mitochondria",
        caption,
        Stack("Outcome", "Rows", shown, [one for one in series if any(one.counts)]),
    )


def _years(tallies: Mapping[str, Tally]) -> Plot | None:
    told = sorted({int(year) for tally in tallies.values() for year in tally.years.values() if year.isdecimal()})
    if not told:
        return None
    years = [str(year) for year in range(told[0], told[-1] + 1)]
    counts = {name: Counter(tally.years.values()) for name, tally in tallies.items()}
    series = [Series(TITLES[name], _TABLE_TONES[name], [counts[name][year] for year in years]) for name in TABLES]
    without = len({key for tally in tallies.values() for key, year in tally.years.items() if not year})
    caption = "Studies by year of publication; one with rows in two tables counts in both." + (
        f" The year of {plural(without, 'study', 'studies')} is not known." if without else ""
    )
    return Plot(
        "years",
        "Studies a year",
        caption,
        Stack("Year", "Studies", years, [one for one in series if any(one.counts)], upright=True),
    )


def _confidence(tallies: Mapping[str, Tally]) -> Plot | None:
    used = sorted(set().union(*(tally.confidence for tally in tallies.values())))
    if not used:
        return None
    steps = range(used[0], used[-1] + 1)
    labels = [f"{step / STEPS:.2f}–{(step + 1) / STEPS:.2f}" for step in steps]
    series = [Series(TITLES[name], _TABLE_TONES[name], [tallies[name].confidence[step] for step in steps]) for name in TABLES]
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


def _coverage(name: str, rows: Tally) -> Plot | None:
    shown = rows.states["rows"] - rows.states["rejected"]
    if not shown:
        return None
    kinds = ((WITH_ID, "t0"), (WITHOUT_ID, "t4"), (NOT_STATED, "faint"))
    series = [Series(kind, tone, [state[kind] for state in rows.coverage.values()]) for kind, tone in kinds]
    rows_told = f"{plural(shown, 'row')} of {TITLES[name].lower()}"
    caption = (
        f"How many of the {rows_told} state each field, and how many in terms of the vocabulary (claimed absences included)."
    )
    body = Stack("Field", "Rows", [heading(text) for text in rows.coverage], [one for one in series if any(one.counts)])
    return Plot(f"coverage_{name}", f"Coverage: {TITLES[name].lower()}", caption, body)


# -- counting ---------------------------------------------------------------------------------------------------------


def _ranked(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """The commonest first, equal ones by name: never by the order of rows."""
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _counted(numbers: Iterable[tuple[Name, int]]) -> Counter[Name]:
    """The sums of numbers of the same name."""
    total: Counter[Name] = Counter()
    for name, number in numbers:
        total[name] += number
    return total


def _side(pairs: Counter[tuple[str, str]], side: int) -> Counter[str]:
    """The counts of pairs by one of their sides."""
    return _counted((pair[side], count) for pair, count in pairs.items())


def _folded(counts: Counter[str], rest: str, most: int = _MOST) -> Callable[[str], str]:
    """A function that leaves the commonest names as they are and makes the others one."""
    if len(counts) <= most:
        return lambda name: name
    common = {name for name, _ in _ranked(counts)[: most - 1]}
    return lambda name: name if name in common else f"{rest} ({len(counts) - len(common)})"


def is_rest(name: str) -> bool:
    """Whether a name of a plot stands for all that are not shown."""
    return re.fullmatch(r"other [a-z]+ \(\d+\)", name) is not None


def plural(count: int, what: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {what if count == 1 else more or what + 's'}"
