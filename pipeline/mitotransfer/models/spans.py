"""Spans that must not overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Placed(Protocol):
    """Anything that stands at [start, end)."""

    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102


S = TypeVar("S", bound=Placed)


def apart(ranked: Iterable[S]) -> list[S]:
    """Those of some spans, the best first, that meet none before them."""
    taken: set[int] = set()
    kept: list[S] = []
    for span in ranked:
        places = range(span.start, span.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(span)
    return kept
