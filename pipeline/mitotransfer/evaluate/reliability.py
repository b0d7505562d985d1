"""Whether the confidence of rows means something: the share of right rows among rows of like confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from mitotransfer.errors import InputError
from mitotransfer.evaluate.pairing import Pairing, Record

_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)  # a bin holds its lower edge; the last one 1.0, too


class Bin(msgspec.Struct, frozen=True):
    """Rows whose confidence lies between two edges: how many, their mean confidence, the share that is right."""

    rows: int
    confidence: float
    right: float


class Reliability(msgspec.Struct, frozen=True):
    """Non-empty bins by name (`0.6-0.8`), and two measures over all their rows (None without rows; 0 is best).

    `brier` is the mean of (confidence - right)², right being 0 or 1 (Brier 1950,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2). `gap` is the mean over rows of |mean confidence - share right| of
    their bin, known as expected calibration error (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602).
    """

    bins: dict[str, Bin] = {}
    brier: float | None = None
    gap: float | None = None

    def lines(self) -> list[str]:
        """A line for each bin and one for the measures; none without rows."""
        if self.brier is None or self.gap is None:
            return []
        return [
            *(
                f"confidence {name}: {found.rows} rows, {found.right:.3f} of them right (mean confidence {found.confidence:.3f})"
                for name, found in self.bins.items()
            ),
            f"confidence: Brier score {self.brier:.3f}, mean gap to the share of right rows {self.gap:.3f}",
        ]


def reliability(pairings: Iterable[Pairing]) -> Reliability:
    """Bins of the rows that carry a confidence (trial rows carry none); a row is right when a gold row is paired with it.

    Raises InputError naming the row whose confidence is no number from 0 to 1.
    """
    rows: list[tuple[float, bool]] = []
    for pairing in pairings:
        paired = {j for _, j in pairing.pairs}
        rows += [(_confidence(row), j in paired) for j, row in enumerate(pairing.rows) if row.get("confidence")]
    if not rows:
        return Reliability()
    binned: dict[str, Sequence[tuple[float, bool]]] = {}
    for low, high in pairwise(_EDGES):
        if inside := [row for row in rows if low <= row[0] and (row[0] < high or high == _EDGES[-1])]:
            binned[f"{low}-{high}"] = inside
    bins = {name: Bin(len(inside), _mean(c for c, _ in inside), _mean(r for _, r in inside)) for name, inside in binned.items()}
    gap = sum(found.rows * abs(found.confidence - found.right) for found in bins.values()) / len(rows)
    return Reliability(bins, brier=_mean((c - r) ** 2 for c, r in rows), gap=round(gap, 4))


def _confidence(row: Record) -> float:
    text = row["confidence"]
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        ident = row.get("row_id", "")
        raise InputError(f"row {ident}: confidence {text!r} is no number from 0 to 1", code="bad-table", place=ident)
    return value


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return round(sum(listed) / len(listed), 4)
