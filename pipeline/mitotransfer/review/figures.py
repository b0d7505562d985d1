"""The plots of a report as SVG and PNG files for papers, drawn by matplotlib: light background, the same bytes each time."""

from __future__ import annotations

import importlib.util
import io
import math
import warnings
from functools import singledispatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitotransfer.errors import ConfigError
from mitotransfer.files import remove_file, write_whole
from mitotransfer.review.alluvial import Band, layout
from mitotransfer.review.loading import Run
from mitotransfer.review.plots import Body, Calibration, Flows, Grid, Stack, plots
from mitotransfer.review.svg import nice_step, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURES = "figures"
# The same as in page/report.css: Okabe and Ito's colours, and steps from light to dark for counts.
TONES = {
    "t0": "#0072b2", "t1": "#d55e00", "t2": "#009e73", "t3": "#cc79a7", "t4": "#56b4e9", "t5": "#e69f00", "t6": "#7a5195",
    "other": "#7f878d", "faint": "#dfe4e8", "node": "#3d474e",
    "h0": "#f0f3f5", "h1": "#d6e6f2", "h2": "#a6cbe3", "h3": "#6aaad1", "h4": "#2577ad", "h5": "#08517f",
}  # fmt: skip
_INK, _SOFT = "#1d2327", "#556068"
_WIDTH = 7.2  # inches: two columns of a journal
_LINE = 0.21  # inches a line of labels takes
_DPI = 300
_STYLE: Any = {
    "svg.hashsalt": "mitotransfer",  # ids in the file do not change from run to run
    "svg.fonttype": "none",  # text stays text: journals ask for it
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same on every machine
    "font.size": 8.0,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _SOFT,
    "ytick.color": _INK,
    "axes.edgecolor": _SOFT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
}


def check_figures() -> None:
    """Whether figures can be drawn here. Raises ConfigError that says what to install."""
    if importlib.util.find_spec("matplotlib") is None:
        raise ConfigError("figures need matplotlib, which is not installed: pip install 'mitotransfer[figures]'")


def write_figures(out: Path) -> list[Path]:
    """Draw the plots of the run in `out` to `out/figures`, each as `<name>.svg` and `<name>.png` (300 dpi); returns their paths.

    Figures of an earlier run that this one has nothing to show in are removed. Raises InputError, OutputError, ConfigError.
    """
    check_figures()
    import matplotlib as mpl

    drawn, lacking = plots(Run(out))
    files: dict[Path, list[bytes]] = {}
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)  # a box stands for it
        for plot in drawn:
            figure = _figure(plot.body)
            for kind in ("svg", "png"):
                files[out / FIGURES / f"{plot.name}.{kind}"] = [_saved(figure, kind)]
    write_whole(files)
    for name in lacking:
        for kind in ("svg", "png"):
            remove_file(out / FIGURES / f"{name}.{kind}")
    return list(files)


def _saved(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=_DPI, bbox_inches="tight", pad_inches=0.05, facecolor="white", metadata=metadata)
    return buffer.getvalue()


def _canvas(height: float, width: float = _WIDTH) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    return figure, axes


@singledispatch
def _figure(body: Body) -> Figure:
    raise NotImplementedError(type(body).__name__)


@_figure.register(Flows)
def _(body: Flows) -> Figure:
    made = layout(body)
    figure, axes = _canvas(max(made.height * _LINE / 22, 1.2))
    axes.set_xlim(0, 100)
    axes.set_ylim(made.height, -16)
    axes.set_axis_off()
    first, last, box = 34.0, 66.0, 1.6
    for band in made.bands:
        axes.add_patch(_ribbon(band, first, last))
    for boxes, x, at, side in (
        (made.left, first - box, first - box - 0.8, "right"),
        (made.right, last, last + box + 0.8, "left"),
    ):
        for one in boxes:
            axes.broken_barh([(x, box)], (one.top, one.height), facecolors=TONES[one.tone], linewidth=0)
            axes.text(at, one.middle, f"{one.name} {one.number}", ha=side, va="center")
    axes.text(first, -10, body.left, ha="right", fontweight="bold")
    axes.text(last, -10, body.right, ha="left", fontweight="bold")
    return figure


def _ribbon(band: Band, x0: float, x1: float) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    middle = (x0 + x1) / 2
    low0, low1 = band.left + band.height, band.right + band.height
    points = [(x0, band.left), (middle, band.left), (middle, band.right), (x1, band.right)]
    points += [(x1, low1), (middle, low1), (middle, low0), (x0, low0), (x0, band.left)]
    curve = [Outline.CURVE4] * 3
    codes = [Outline.MOVETO, *curve, Outline.LINETO, *curve, Outline.CLOSEPOLY]
    return PathPatch(Outline(points, codes), facecolor=TONES[band.tone], alpha=0.42, linewidth=0)


@_figure.register(Stack)
def _(body: Stack) -> Figure:
    count = len(body.labels)
    totals = [sum(one.counts[n] for one in body.series) for n in range(count)]
    figure, axes = _canvas(2.4, min(_WIDTH, 1.2 + 0.42 * count)) if body.upright else _canvas(0.5 + _LINE * count, _WIDTH * 0.55)
    sums = [0] * count
    for one in body.series:
        bar = axes.bar if body.upright else axes.barh
        shifted: dict[str, Any] = {"bottom" if body.upright else "left": sums}
        bar(range(count), one.counts, 0.8, label=one.name, color=TONES[one.tone], **shifted)
        sums = [a + b for a, b in zip(sums, one.counts, strict=True)]
    step = nice_step(max(totals))
    marks = range(0, step * math.ceil(max(totals) / step) + 1, step)
    if body.upright:
        crowded = count > 12
        axes.set_xticks(range(count), body.labels, rotation=90 if crowded else 30, ha="center" if crowded else "right")
        axes.set_yticks(marks)
        axes.set(xlabel=body.axis, ylabel=body.unit, xlim=(-0.6, count - 0.4))
    else:
        axes.set_yticks(range(count), body.labels)
        axes.set_xticks(marks)
        axes.set(xlabel=body.unit, ylim=(count - 0.4, -0.6))
        axes.tick_params(axis="y", length=0)
    if len(body.series) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderaxespad=0.2, handlelength=1.0)
    return figure


@_figure.register(Grid)
def _(body: Grid) -> Figure:
    most = max(max(counts) for counts in body.counts)
    figure, axes = _canvas(_LINE * len(body.rows), 0.3 * len(body.columns))
    for m, counts in enumerate(body.counts):
        for n, count in enumerate(counts):
            level = shade(count, most)
            axes.broken_barh([(n, 0.95)], (m, 0.95), facecolors=TONES[f"h{level}"], linewidth=0)
            if count:
                axes.text(n + 0.475, m + 0.5, str(count), ha="center", va="center", color="white" if level > 3 else _INK)
    axes.set(xlim=(0, len(body.columns)), ylim=(len(body.rows), 0), ylabel=body.row_axis, xlabel=body.column_axis)
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.set_xticks([n + 0.475 for n in range(len(body.columns))], body.columns, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks([m + 0.5 for m in range(len(body.rows))], body.rows)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


@_figure.register(Calibration)
def _(body: Calibration) -> Figure:
    figure, axes = _canvas(2.8, 2.8)
    largest = max(count for *_, count in body.bins)
    axes.plot([0, 1], [0, 1], linestyle="--", linewidth=0.8, color=_SOFT)
    means, shares = [mean for _, mean, _, _ in body.bins], [right for _, _, right, _ in body.bins]
    axes.scatter(
        means, shares, s=[20 + 160 * count / largest for *_, count in body.bins], color=TONES["t0"], linewidth=0, zorder=2
    )
    for _, mean, right, count in body.bins:
        axes.annotate(
            f"{count:,}", (mean, right), xytext=(-9, 0), textcoords="offset points", ha="right", va="center", fontsize=7
        )
    axes.set(xlim=(0, 1.04), ylim=(0, 1.04), xlabel="Mean confidence", ylabel="Share right", aspect="equal")
    return figure
