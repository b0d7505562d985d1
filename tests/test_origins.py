"""provenance.json tells what outputs depend on, and nothing that they do not."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer import __version__, stages
from mitotransfer.settings import load
from small import run, secretion, tables_only, with_run


@pytest.fixture
def articles(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "b.xml", tmp_path / "a.xml"]
    for number, path in enumerate(paths):
        path.write_text(secretion(pmcid=f"PMC99900{number}"))
    return paths


def told(out: Path) -> dict[str, Any]:
    return json.loads((out / "provenance.json").read_text())


def test_order_workers_and_place_do_not_count(articles: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "one", *articles)
    run(tmp_path / "two", *reversed(articles), settings=with_run(workers=2, library=tmp_path))
    (tmp_path / "moved").mkdir()
    moved = [Path(shutil.copy(path, tmp_path / "moved")) for path in articles]
    first = (tmp_path / "one" / "provenance.json").read_bytes()
    run(tmp_path / "three", *moved)
    assert first == (tmp_path / "three" / "provenance.json").read_bytes()
    second = told(tmp_path / "two")
    assert second.pop("configuration")["fetch"].pop("sources") == []  # the one setting that differs between these runs
    assert second == {key: value for key, value in told(tmp_path / "one").items() if key != "configuration"}


def test_paths_and_people_are_not_told(articles: list[Path], tmp_path: Path) -> None:
    settings = tables_only()
    fetch = msgspec.structs.replace(settings.fetch, email="someone@lab.example", library=str(tmp_path))
    run(tmp_path / "out", *articles, settings=msgspec.structs.replace(settings, fetch=fetch))
    text = (tmp_path / "out" / "provenance.json").read_text()
    assert "someone@lab.example" not in text and str(tmp_path) not in text and settings.root not in text


def test_corpus_hash_can_be_made_by_hand(articles: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "out", *articles)
    sums = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in articles)
    expected = hashlib.sha256("".join(f"{one}\n" for one in sums).encode()).hexdigest()
    assert told(tmp_path / "out")["corpus"] == {"inputs": 2, "files": 2, "sha256": expected, "registry": ""}


def test_changed_vocabulary_changes_its_sum_alone(articles: list[Path], tmp_path: Path, root: Path) -> None:
    run(tmp_path / "one", *articles)
    shutil.copytree(root / "configs" / "vocabulary", tmp_path / "vocabulary")
    with (tmp_path / "vocabulary" / "cell.tsv").open("a") as handle:
        handle.write("cell:made_up_cell\tmade-up cell\t\t\t\t\t\t\t\t\n")
    (tmp_path / "own.yaml").write_text("annotate: {prose: false}")
    run(tmp_path / "two", *articles, settings=load(tmp_path / "own.yaml"))
    one, two = told(tmp_path / "one"), told(tmp_path / "two")
    assert one["rules"].pop("vocabulary") != two["rules"].pop("vocabulary")
    assert one == two


def test_model_is_named_with_its_version_when_prose_is_read(tmp_path: Path, articles: list[Path]) -> None:
    assert stages.run([str(path) for path in articles], tmp_path / "out", load())
    found = told(tmp_path / "out")
    (model,) = found["models"]
    assert (model["name"], model["licence"]) == ("en_mitotransfer", "CC BY-SA 4.0") and len(model["sha256"]) == 64
    assert found["program"]["version"] == __version__
    assert {"spacy", "scispacy", "lxml"} <= set(found["libraries"])


def test_report_tells_the_provenance(tmp_path: Path, articles: list[Path]) -> None:
    run(tmp_path / "out", *articles)
    page = (tmp_path / "out" / "report.html").read_text()
    found = told(tmp_path / "out")
    for value in (
        found["program"]["source"],
        found["corpus"]["sha256"],
        found["rules"]["vocabulary"],
        found["libraries"]["lxml"],
    ):
        assert value in page
    assert "tabulate.min_confidence" in page


def test_report_is_written_for_outputs_of_an_older_run(tmp_path: Path, articles: list[Path]) -> None:
    run(tmp_path / "out", *articles)
    (tmp_path / "out" / "provenance.json").unlink()
    stages.report(tmp_path / "out")
    assert "there is no <code>provenance.json</code>" in (tmp_path / "out" / "report.html").read_text()


def test_figures_are_drawn_when_asked_for_and_never_left_unsaid(tmp_path: Path, articles: list[Path]) -> None:
    pytest.importorskip("matplotlib")
    run(tmp_path / "out", *articles)
    assert not (tmp_path / "out" / "figures").exists()
    assert stages.report(tmp_path / "out", figures=True).endswith(f"files in {tmp_path / 'out' / 'figures'}")
    assert "is as it was (--figures draws it anew)" in stages.report(tmp_path / "out")
