"""Whether confidence means something: the share of right values among values of like confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from mitotransfer.errors import InputError
from mitotransfer.evaluate.analysis import Finding
from mitotransfer.evaluate.traces import Trace

_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # a bin holds its lower edge; the last one 1.0, too


class Bin(msgspec.Struct, frozen=True):
    """Values whose confidence lies between two edges: how many, their mean confidence, the share that is right."""

    values: int
    confidence: float
    right: float


class Reliability(msgspec.Struct, frozen=True):
    """Non-empty bins by name (`0.6-0.8`), and two measures over all their values (None without any; 0 is best).

    `brier` is the mean of (confidence - right)², right being 1, 0.5 for a near value, or 0 (Brier 1950,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2). `gap` is the mean over values of |mean confidence - share right| of
    their bin, known as expected calibration error (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602).
    """

    bins: dict[str, Bin] = {}
    brier: float | None = None
    gap: float | None = None

    def lines(self) -> list[str]:
        """A line for each bin and one for the measures; none without values."""
        if self.brier is None or self.gap is None:
            return []
        return [
            *(
                f"confidence {name}: {found.values} values, {found.right:.3f} right (mean confidence {found.confidence:.3f})"
                for name, found in self.bins.items()
            ),
            f"confidence: Brier score {self.brier:.3f}, mean gap to the share of right values {self.gap:.3f}",
        ]


def reliability(findings: Iterable[Finding]) -> Reliability:
    """Bins of the values of a run, each as sure as the surest event that brought it; one that no event brought is passed over.

    Raises InputError naming the row of an event whose confidence is no number from 0 to 1.
    """
    values = [
        (max(_confidence(trace) for trace, _ in value.found), value.share)
        for finding in findings
        for value in finding.brought
        if value.found
    ]
    if not values:
        return Reliability()
    binned: dict[str, Sequence[tuple[float, float]]] = {}
    for low, high in pairwise(_EDGES):
        if inside := [value for value in values if low <= value[0] and (value[0] < high or high == _EDGES[-1])]:
            binned[f"{low}-{high}"] = inside
    bins = {name: Bin(len(inside), _mean(c for c, _ in inside), _mean(r for _, r in inside)) for name, inside in binned.items()}
    gap = sum(found.values * abs(found.confidence - found.right) for found in bins.values()) / len(values)
    return Reliability(bins, brier=_mean((c - r) ** 2 for c, r in values), gap=round(gap, 4))


def _confidence(trace: Trace) -> float:
    try:
        value = float(trace.confidence)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        message = f"row {trace.row_id}: confidence {trace.confidence!r} of an event is no number from 0 to 1"
        raise InputError(message, code="bad-table", place=trace.row_id)
    return value


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return round(sum(listed) / len(listed), 4)
