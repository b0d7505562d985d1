"""The plots as SVG inside the page: colours and fonts are the style sheet's, so that they follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from markupsafe import Markup

from mitotransfer.review.alluvial import layout
from mitotransfer.review.plots import Body, Calibration, Flows, Grid, Stack

_WIDTH = 640.0
_NAMES = 206.0  # room for names at a side
_LINE = 22.0
_BOX = 12.0
_CHARS = 28  # of a name beside a drawing
_UPRIGHT = 240.0  # height of upright bars
_HEAD_CHARS = 24  # of a name above a column


@singledispatch
def draw(body: Body) -> Markup:
    """The drawing of a plot; its numbers are for readers of the table below, so it is hidden from screen readers."""
    raise NotImplementedError(type(body).__name__)


@draw.register
def _(body: Flows) -> Markup:
    made = layout(body)
    first, last = _NAMES + 8, _WIDTH - _NAMES - 8 - _BOX
    parts = [_text(first + _BOX, 12, body.left, "end head"), _text(last, 12, body.right, "head")]
    parts += [
        Markup('<path class="band {}" d="{}"><title>{}</title></path>').format(
            band.tone, ribbon(first + _BOX, last, band.left + 24, band.right + 24, band.height), band.title
        )
        for band in made.bands
    ]
    for boxes, x, at, kind in ((made.left, first, first - 6, "end"), (made.right, last, last + _BOX + 6, "")):
        for box in boxes:
            parts.append(_rect(x, box.top + 24, _BOX, box.height, box.tone))
            parts.append(_text(at, box.middle + 28, f"{_cut(box.name, _CHARS - 4)} {box.number}", kind, box.name))
    return _svg(made.height + 28, parts)


def ribbon(x0: float, x1: float, top0: float, top1: float, height: float) -> str:
    """The outline of a band between two boxes, as the data of an SVG path."""
    middle = (x0 + x1) / 2
    there = f"M{x0:.1f} {top0:.1f}C{middle:.1f} {top0:.1f} {middle:.1f} {top1:.1f} {x1:.1f} {top1:.1f}"
    back = f"V{top1 + height:.1f}C{middle:.1f} {top1 + height:.1f} {middle:.1f} {top0 + height:.1f} {x0:.1f} {top0 + height:.1f}Z"
    return there + back


@draw.register
def _(body: Stack) -> Markup:
    return _upright(body) if body.upright else _lying(body)


def _lying(body: Stack) -> Markup:
    longest = max(sum(one.counts[n] for one in body.series) for n in range(len(body.labels)))
    unit = min((_WIDTH - _NAMES - 92) / longest, 90.0)
    parts: list[Markup] = []
    top = _legend(body, parts)
    for n, label in enumerate(body.labels):
        y = top + n * _LINE
        parts.append(_text(_NAMES, y + 14, _cut(label, _CHARS), "end", label))
        x = _NAMES + 8
        for one in body.series:
            if one.counts[n]:
                width = one.counts[n] * unit
                parts.append(_rect(x, y + 2, width, _LINE - 6, one.tone, f"{label}, {one.name}: {one.counts[n]}"))
                x += width
        told = [str(one.counts[n]) for one in body.series if one.counts[n] and one.tone != "faint"]
        parts.append(_text(x + 6, y + 14, " + ".join(told) if len(told) < 4 else str(sum(map(int, told))), "soft"))
    return _svg(top + len(body.labels) * _LINE + 4, parts)


def _upright(body: Stack) -> Markup:
    totals = [sum(one.counts[n] for one in body.series) for n in range(len(body.labels))]
    step = nice_step(max(totals))
    most = step * math.ceil(max(totals) / step)
    unit = _UPRIGHT / most
    parts: list[Markup] = []
    top = _legend(body, parts) + 8
    left, bottom = 48.0, top + _UPRIGHT
    slot = min((_WIDTH - left) / len(totals), 64.0)
    for value in range(0, most + 1, step):
        y = bottom - value * unit
        parts.append(Markup('<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>').format(left, y, left + slot * len(totals)))
        parts.append(_text(left - 6, y + 4, str(value), "end soft"))
    every = math.ceil((9.0 * max(map(len, body.labels))) / slot)
    for n, label in enumerate(body.labels):
        x, y = left + n * slot, bottom
        for one in body.series:
            height = one.counts[n] * unit
            if height:
                y -= height
                parts.append(_rect(x + slot * 0.1, y, slot * 0.8, height, one.tone, f"{label}, {one.name}: {one.counts[n]}"))
        if n % every == 0:
            parts.append(_text(x + slot / 2, bottom + 18, label, "middle soft"))
    parts.append(_text(left, bottom + 38, body.axis, "head"))
    return _svg(bottom + 46, parts)


def nice_step(most: int) -> int:
    """A round distance of marks on an axis that ends at `most`: at most six of them."""
    return next(step for power in range(12) for step in (int(digit * 10**power) for digit in (1, 2, 5)) if most / step <= 6)


@draw.register
def _(body: Grid) -> Markup:
    side = min((_WIDTH - _NAMES - 80) / len(body.columns), 36.0)
    most = max(max(counts) for counts in body.counts)
    head = 18 + 5.4 * min(max(map(len, body.columns)), _HEAD_CHARS)
    parts = [_text(_NAMES, head - 8, body.row_axis, "end head")]
    for n, column in enumerate(body.columns):
        x = _NAMES + 8 + (n + 0.5) * side
        parts.append(
            Markup('<text transform="translate({:.1f} {:.1f}) rotate(-45)">{}<title>{}</title></text>').format(
                x, head - 6, _cut(column, _HEAD_CHARS), column
            )
        )
    for m, (row, counts) in enumerate(zip(body.rows, body.counts, strict=True)):
        y = head + m * _LINE
        parts.append(_text(_NAMES, y + 15, _cut(row, _CHARS), "end", row))
        for n, count in enumerate(counts):
            x = _NAMES + 8 + n * side
            level = f"h{shade(count, most)}"
            parts.append(_rect(x, y, side - 1.5, _LINE - 1.5, level, f"{row} / {body.columns[n]}: {count}"))
            if count:
                parts.append(_text(x + side / 2 - 0.75, y + 15, str(count), f"middle on {level}"))
    return _svg(head + len(body.rows) * _LINE + 4, parts)


def shade(count: int, most: int) -> int:
    """The step of a colour scale from 0 (nothing) to 5 (the most)."""
    return math.ceil(5 * count / most)


@draw.register
def _(body: Calibration) -> Markup:
    left, top, size = 56.0, 12.0, 300.0

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * size, top + (1 - y) * size

    parts = [Markup('<path class="axis" d="M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}"/>').format(left, top, top + size, left + size)]
    parts.append(Markup('<path class="ideal" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(*at(0, 0), *at(1, 1)))
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(_text(left + tick * size, top + size + 18, f"{tick:.1f}", "middle soft"))
        parts.append(_text(left - 8, top + (1 - tick) * size + 4, f"{tick:.1f}", "end soft"))
    largest = max(count for *_, count in body.bins)
    for name, mean, right, count in body.bins:
        x, y = at(mean, right)
        radius = 4 + 10 * math.sqrt(count / largest)
        title = f"{name}: mean {mean:.3f}, right {right:.3f}, values {count}"
        parts.append(
            Markup('<circle class="t0" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>').format(x, y, radius, title)
        )
        parts.append(_text(x - radius - 5, y + 4, f"{count:,}", "end soft"))
    parts.append(_text(left + size / 2, top + size + 38, "mean confidence", "middle head"))
    parts.append(
        Markup('<text class="middle head" transform="translate(14 {:.1f}) rotate(-90)">share right</text>').format(top + size / 2)
    )
    return _svg(top + size + 46, parts, width=left + size + 24)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _svg(height: float, parts: Iterable[Markup], width: float = _WIDTH) -> Markup:
    head = Markup('<svg class="plot" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}" aria-hidden="true">\n')
    return head.format(width, height) + Markup("\n").join(parts) + Markup("\n</svg>")


def _legend(body: Stack, parts: list[Markup]) -> float:
    """Adds the names of the series to a drawing; returns where the bars begin."""
    x = _NAMES + 8 if not body.upright else 48.0
    for one in body.series:
        parts += [_rect(x, 2, 12, 12, one.tone), _text(x + 18, 12, one.name)]
        x += 18 + 7.4 * len(one.name) + 22
    return 26.0


def _rect(x: float, y: float, width: float, height: float, tone: str, title: str = "") -> Markup:
    shape = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"').format(tone, x, y, width, height)
    return shape + (Markup("><title>{}</title></rect>").format(title) if title else Markup("/>"))


def _text(x: float, y: float, text: str, kind: str = "", whole: str = "") -> Markup:
    """A text; `whole` is what it says in full where it may be cut."""
    extra: Any = Markup("<title>{}</title>").format(whole) if whole and whole != text else ""
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}{}</text>').format(kind, x, y, text, extra)


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
