"""Where the boxes and bands of a flow diagram stand: numbers only, for any way of drawing."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from mitotransfer.review.plots import Flows, is_rest

_LABEL = 17.0  # height that a label needs
_GAP = 5.0
_TALL = 420.0  # height that all bands together aim at
_TONES = 7


class Box(NamedTuple):
    """A category: its name and number of rows, top, height and colour."""

    name: str
    number: int
    top: float
    height: float
    tone: str

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.top + self.height / 2


class Band(NamedTuple):
    """A flow: from `left` to `right` (tops), `height` thick, in the colour of its left side."""

    left: float
    right: float
    height: float
    tone: str
    title: str


class Layout(NamedTuple):
    """A flow diagram of this height; widths are the drawer's."""

    height: float
    left: list[Box]
    right: list[Box]
    bands: list[Band]


def layout(flows: Flows) -> Layout:
    """The places of a diagram: the largest donors on top, recipients opposite to their donors, the rest at the bottom."""
    given, taken = Counter[str](), Counter[str]()
    for left, right, count in flows.links:
        given[left] += count
        taken[right] += count
    unit = min(_TALL / given.total(), 16.0)
    donors = sorted(given, key=lambda name: (is_rest(name), -given[name], name))
    place = {name: n for n, name in enumerate(donors)}
    pull = {name: sum(place[left] * count for left, right, count in flows.links if right == name) / taken[name] for name in taken}
    recipients = sorted(taken, key=lambda name: (is_rest(name), pull[name], -taken[name], name))
    tones = {name: "other" if is_rest(name) else f"t{n % _TONES}" for name, n in place.items()}
    left_boxes = _column(donors, given, unit, tones)
    right_boxes = _column(recipients, taken, unit, {})
    bands = _bands(flows, left_boxes, right_boxes, unit)
    return Layout(max(box.top + max(box.height, _LABEL) for box in (*left_boxes, *right_boxes)), left_boxes, right_boxes, bands)


def _column(names: list[str], counts: Counter[str], unit: float, tones: dict[str, str]) -> list[Box]:
    boxes: list[Box] = []
    top = 0.0
    for name in names:
        height = counts[name] * unit
        slot = max(height, _LABEL)
        boxes.append(Box(name, counts[name], top + (slot - height) / 2, height, tones.get(name, "node")))
        top += slot + _GAP
    return boxes


def _bands(flows: Flows, left: list[Box], right: list[Box], unit: float) -> list[Band]:
    """The bands, those that leave or reach a box ordered as the boxes at their other end, so that they cross least."""
    order = {box.name: n for n, box in enumerate(left)}, {box.name: n for n, box in enumerate(right)}
    leaving = {box.name: box.top for box in left}
    reaching = {box.name: box.top for box in right}
    tone = {box.name: box.tone for box in left}
    starts: dict[tuple[str, str], float] = {}
    for donor, recipient, count in sorted(flows.links, key=lambda link: (order[0][link[0]], order[1][link[1]])):
        starts[donor, recipient] = leaving[donor]
        leaving[donor] += count * unit
    bands: list[Band] = []
    for donor, recipient, count in sorted(flows.links, key=lambda link: (order[1][link[1]], order[0][link[0]])):
        title = f"{donor} → {recipient}: {count}"
        bands.append(Band(starts[donor, recipient], reaching[recipient], count * unit, tone[donor], title))
        reaching[recipient] += count * unit
    return bands
