"""Golden runs: the whole output of small articles, compared byte for byte with `golden/<name>/`.

`MITOTRANSFER_REWRITE_GOLDEN=1 pytest tests/test_golden.py` writes them anew: read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from small import CSV, run, tables_of

GOLDEN = Path(__file__).resolve().parent / "golden"
FLAG = "MITOTRANSFER_REWRITE_GOLDEN"
ARTICLES = sorted(path for path in (GOLDEN / "articles").iterdir() if path.is_file())


def rewriting() -> bool:
    return os.environ.get(FLAG) == "1"


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_output_is_as_it_was(article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(article.parent)  # places in problems.csv are as the input was named
    run(tmp_path / "out", article.name)
    made = tables_of(tmp_path / "out")
    folder = GOLDEN / article.stem
    if rewriting():
        folder.mkdir(exist_ok=True)
        for name, content in made.items():
            (folder / name).write_bytes(content)
    for name in CSV:
        assert (folder / name).is_file(), f"{folder / name} is missing: {FLAG}=1 writes it"
        assert made[name].decode() == (folder / name).read_bytes().decode(), name


def test_no_golden_is_left_without_its_article() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {"articles", *(article.stem for article in ARTICLES)}


def test_goldens_hold_every_table_and_a_problem() -> None:
    """Files that are all empty would agree for ever."""
    filled = {name for name in CSV for article in ARTICLES if len((GOLDEN / article.stem / name).read_bytes().splitlines()) > 1}
    assert filled == set(CSV)


def test_missing_golden_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FLAG, raising=False)
    monkeypatch.setattr("test_golden.GOLDEN", tmp_path)
    with pytest.raises(AssertionError, match="is missing"):
        test_output_is_as_it_was(ARTICLES[0], tmp_path, monkeypatch)


@pytest.mark.skipif("CI" not in os.environ, reason="on a developer's machine the flag is allowed")
def test_flag_is_off_in_ci() -> None:
    assert not rewriting()


def test_ci_script_takes_the_flag_away(root: Path) -> None:
    script = (root / ".ci" / "run").read_text()
    assert f"unset {FLAG}" in script
    assert script.index(f"unset {FLAG}") < script.index("\nmake ")
