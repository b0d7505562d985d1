"""Figures for papers: drawn for every plot, the same bytes each time, refused in words where they cannot be drawn."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from pages import RUN, put

from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.review import check_figures, write_figures
from mitotransfer.review.loading import Run
from mitotransfer.review.plots import plots
from mitotransfer.rows import SecretionRow

SCORES = (
    '{"documents": 1, "tables": {}, "rows_micro": {}, "fields_micro": {}, "reliability": '
    '{"bins": {"0.8-1.0": {"values": 3, "confidence": 0.9, "right": 0.7}}, "brier": 0.1, "gap": 0.2}}'
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("matplotlib")
    folder = tmp_path_factory.mktemp("figures")
    odd = SecretionRow(row_id="s3", cell_type="$a_b$ & <c>", recipient_cell="神经元", mechanism="CD38", source_id="PMC2")
    put(folder, RUN | {"table1_secretion.csv": [*RUN["table1_secretion.csv"], odd]})
    (folder / "quality.json").write_text(SCORES)
    write_figures(folder)
    return folder


def test_every_plot_is_there_in_both_forms(drawn: Path) -> None:
    names = {plot.name for plot in plots(Run(drawn))[0]}
    assert {"flows", "mechanisms", "effects_transfer", "years", "confidence", "calibration"} <= names
    assert {path.name for path in (drawn / "figures").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("svg", "png")
    }


def test_png_has_300_dots_an_inch_on_white(drawn: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    with image.open(drawn / "figures" / "flows.png") as flows:
        assert [round(dots) for dots in flows.info["dpi"]] == [300, 300]
        assert flows.getpixel((0, 0))[:3] == (255, 255, 255)


def test_names_are_text_as_written(drawn: Path) -> None:
    """Neither formulas nor markup: a dollar sign is one, and the names can be searched and edited."""
    words = {text.text for text in ET.parse(drawn / "figures" / "flows.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert {"$a_b$ & <c> 1", "神经元 1", "astrocyte 2", "Donor"} <= words


def test_same_tables_same_bytes_and_no_date(drawn: Path) -> None:
    before = {path.name: path.read_bytes() for path in (drawn / "figures").iterdir()}
    write_figures(drawn)
    assert before == {path.name: path.read_bytes() for path in (drawn / "figures").iterdir()}
    assert not any(b"dc:date" in content or b"Software" in content for content in before.values())


def test_figure_that_has_nothing_to_show_any_more_is_removed_and_others_files_are_left(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    put(tmp_path, {})
    (tmp_path / "figures").mkdir()
    for name in ("flows.svg", "flows.png", "mine.svg"):
        (tmp_path / "figures" / name).write_text("old")
    assert write_figures(tmp_path) == []
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["mine.svg"]


def test_without_matplotlib_what_to_install_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'mitotransfer\[figures\]'"):
        check_figures()
    put(tmp_path)
    with pytest.raises(ConfigError, match="figures need matplotlib"):
        write_figures(tmp_path)
    assert not (tmp_path / "figures").exists()


def test_figures_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    put(tmp_path)
    (tmp_path / "figures").write_text("in the way")
    with pytest.raises(OutputError, match=r"figures.*cannot be written"):
        write_figures(tmp_path)
