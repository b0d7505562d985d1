"""Light and dark, the text of the page stands out from what is behind it; page and figures have the same colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mitotransfer.review import figures, report

CSS = (Path(report.__file__).parent / "page" / "report.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL))
DARK = LIGHT | DARK


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "behind"),
    [
        *(("ink", behind) for behind in ("paper", "band", "mark", "tag")),
        *(("soft", behind) for behind in ("paper", "band")),
        *(("accent", behind) for behind in ("paper", "band", "mark")),
        ("warn", "warn-bg"),
        ("bad", "bad-bg"),
        *(("on-low", f"h{step}") for step in range(4)),
        *(("on-high", f"h{step}") for step in (4, 5)),
    ],
)
def test_text_is_readable(colours: dict[str, str], text: str, behind: str) -> None:
    assert contrast(colours[text], colours[behind]) >= 4.5


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_figures_have_the_colours_of_the_light_page() -> None:
    assert {name: LIGHT[name] for name in figures.TONES} == figures.TONES
