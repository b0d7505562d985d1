"""The colours of the review page can be told apart by everyone who reads it: contrast after WCAG 2, by day and by night."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mitotransfer.review.curation.app import STATIC

PALETTE = {
    name: (day, night)
    for name, day, night in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", (STATIC / "palette.css").read_text(encoding="utf-8")
    )
}
GROUNDS = ("paper", "band", "raised", "chosen", "chip")
ROLES = tuple(name for name in PALETTE if name.startswith("role-"))
PAIRS = [
    *(("ink", ground) for ground in (*GROUNDS, *ROLES, "warn-back", "bad-back", "good-back")),
    *(("soft", ground) for ground in GROUNDS),
    *(("accent", ground) for ground in GROUNDS),
    ("paper", "ink"),
    ("on-accent", "accent"),
    *((f"{kind}", ground) for kind in ("good", "bad", "warn") for ground in ("paper", "band", "raised", f"{kind}-back")),
]


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("time", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_what_is_behind_it(text: str, ground: str, time: int) -> None:
    assert contrast(PALETTE[text][time], PALETTE[ground][time]) >= 4.5


@pytest.mark.parametrize("time", [0, 1], ids=["day", "night"])
def test_borders_of_controls_can_be_seen(time: int) -> None:
    assert min(contrast(PALETTE["edge"][time], PALETTE[ground][time]) for ground in ("paper", "band", "raised")) >= 3


def test_every_colour_of_the_style_sheets_is_in_the_palette() -> None:
    for name in ("page.css", "row.css"):
        text = Path(STATIC / name).read_text(encoding="utf-8")
        assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= PALETTE.keys(), name
        assert not re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", re.sub(r"#[a-z-]+", "", text)), name
