"""The report: a run's counts, plots, tables and provenance as one self-contained page, and its plots as files for papers."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mitotransfer.files import write_whole
from mitotransfer.paper import paper
from mitotransfer.review.counts import Inputs, article, problem_groups, quality, summary
from mitotransfer.review.listing import Shown, listing
from mitotransfer.review.loading import Run
from mitotransfer.review.origin import origin
from mitotransfer.review.plots import plots
from mitotransfer.review.svg import draw
from mitotransfer.rows import DATA_SET
from mitotransfer.values import SIGNS

_PAGE = Path(__file__).parent / "page"
_MAX_ROWS = 2000  # of a table or of articles on the page: beyond, browsers get slow; the page says so and the CSV holds all
_MAX_LINES = 50  # of a problem code on the page


def write_report(out: Path) -> Path:
    """Write `out/report.html` from the tables in `out`, with scores and provenance where `out` has them. Returns its path.

    The page needs nothing but itself, runs no foreign script and is the same for the same tables.
    Raises InputError when a table is missing or a file cannot be read, OutputError when the page cannot be written.
    """
    path = out / "report.html"
    run = Run(out)
    with TemporaryFile() as spare:
        page = _environment().get_template("report.html").stream(_context(run, Shown(run, _MAX_ROWS, spare)))
        page.enable_buffering(500)  # pieces are a few letters each
        write_whole({path: page})
    return path


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["draw"] = draw
    return environment


def _context(run: Run, shown: Shown) -> dict[str, Any]:
    """All that the templates name."""
    css, js = ((_PAGE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    tallies, inputs = run.tallies, Inputs(run.articles, _MAX_ROWS)
    problems = problem_groups(run.problems, _MAX_LINES)
    drawn, lacking = plots(run)
    return {
        "css": Markup(css),  # noqa: S704  our own files, no foreign text
        "js": Markup(js),  # noqa: S704
        "css_hash": _csp_hash(css),
        "js_hash": _csp_hash(js),
        "data_set": DATA_SET,
        "signs": SIGNS,
        "summary": summary(inputs, tallies, shown.n_passages),
        "plots": drawn,
        "lacking": lacking,
        "paper": paper(run.tables, run.articles, _MAX_ROWS),
        "tables": listing(shown, tallies, inputs.retracted),
        "quality": quality(run.scores),
        "problems": problems,
        "problem_count": sum(group["count"] for group in problems),
        "articles": [article(record) for record in inputs.listed],
        "origin": origin(run.provenance),
    }


def _csp_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
