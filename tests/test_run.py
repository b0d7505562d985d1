"""The run as a whole: the same input and configuration give the same bytes, whatever the order, the executor or the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mitotransfer import annotate as annotating
from mitotransfer import parse as parsing
from mitotransfer import stages
from mitotransfer.document import Annotated, Article
from mitotransfer.errors import ConfigError
from small import TABLES, jats, read, run, secretion, tables_of, tables_only, with_run

DONORS = ("Astrocyte", "Platelet", "Macrophage", "MSC", "Adipocyte", "Hepatocyte")


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    """Articles with rows, one without, one that fails, one there twice, one that is none: something in every output."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, donor in enumerate(DONORS):
        (folder / f"{9 - number}.xml").write_text(secretion(donor, pmcid=f"PMC99900{number}"))
    (folder / "none.xml").write_text("<article><front/><body><p>Nothing here</p></body></article>")
    (folder / "broken.xml").write_text("<article>")
    (folder / "twice.xml").write_text(secretion("MSC", pmcid="PMC999003") + " ")
    (folder / "notes.pdf").write_text("")
    return sorted(folder.iterdir())


def test_two_runs_are_alike(inputs: list[Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(tmp_path / name, inputs[0].parent) is False
    first = tables_of(tmp_path / "one")
    assert first == tables_of(tmp_path / "two")
    assert all(len(content.splitlines()) > 1 for name, content in first.items() if name[:6] not in ("table2", "table3"))
    assert (tmp_path / "one" / "datapackage.json").read_bytes() == (tmp_path / "two" / "datapackage.json").read_bytes()


def test_order_of_inputs_does_not_count(inputs: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "one", *inputs)
    run(tmp_path / "two", *reversed(inputs))
    run(tmp_path / "three", *inputs[4:], *inputs[:4])
    assert tables_of(tmp_path / "one") == tables_of(tmp_path / "two") == tables_of(tmp_path / "three")


def test_an_article_passed_over_at_parsing_changes_no_row_and_no_sentence(inputs: list[Path], tmp_path: Path) -> None:
    """What is told of it are the words that were read, and what was wrong with those: nothing."""
    body = "<p>Neurons fire <xref ref-type='bibr' rid='r9'>9</xref>.</p>"
    (inputs[0].parent / "other.xml").write_text(jats(body, title="Neurons", pmcid="PMC999888"))
    settings = tables_only()
    whole = msgspec.structs.replace(settings, parse=msgspec.structs.replace(settings.parse, screening=False))
    run(tmp_path / "screened", inputs[0].parent)
    run(tmp_path / "whole", inputs[0].parent, settings=whole)
    for name in (*TABLES, "evidence.csv"):
        assert (tmp_path / "screened" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    (passed,), (full,) = (
        [article for article in read(tmp_path / name / "articles.csv") if article["id"] == "PMC999888"]
        for name in ("screened", "whole")
    )
    assert (passed["status"], passed["reason"]) == ("no_evidence", "no mention of mitochondria")
    assert passed == {**full, "n_passages": "0"} != full
    assert "dangling-citation" in [problem["code"] for problem in read(tmp_path / "whole" / "problems.csv")]
    assert "dangling-citation" not in [problem["code"] for problem in read(tmp_path / "screened" / "problems.csv")]


def test_workers_do_not_count(inputs: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "one", inputs[0].parent)
    run(tmp_path / "two", inputs[0].parent, settings=with_run(workers=2))
    assert tables_of(tmp_path / "one") == tables_of(tmp_path / "two")
    shards = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one" / "work").rglob("*.json")}
    assert shards == {p.relative_to(tmp_path / "two"): p.read_bytes() for p in (tmp_path / "two" / "work").rglob("*.json")}


def test_seed_of_hashes_does_not_count(root: Path, tmp_path: Path) -> None:
    """Python orders sets of strings differently in every process: the sample corpus, prose and all, under two seeds."""
    for seed in ("1", "2"):
        command = [
            sys.executable,
            "-m",
            "mitotransfer",
            "run",
            str(root / "corpus/sample/articles"),
            "--out",
            str(tmp_path / seed),
        ]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True, timeout=300)
    assert tables_of(tmp_path / "1") == tables_of(tmp_path / "2")


def test_rows_do_not_depend_on_the_other_articles(inputs: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "all", inputs[0].parent)
    run(tmp_path / "one", inputs[0].parent / "9.xml")
    (alone,) = read(tmp_path / "one" / "table1_secretion.csv")
    assert alone in read(tmp_path / "all" / "table1_secretion.csv")


def test_ids_do_not_depend_on_the_place_of_the_file(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.xml").write_text(secretion())
        run(tmp_path / name / "out", tmp_path / name / "a.xml")
    assert tables_of(tmp_path / "here" / "out") == tables_of(tmp_path / "there" / "out")


def test_every_input_is_accounted_for(inputs: list[Path], tmp_path: Path) -> None:
    """asked = done + dropped + failed in every stage, and metrics.json says so."""
    run(tmp_path / "out", inputs[0].parent)
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert list(metrics) == ["fetch", "parse", "annotate", "tabulate"]
    for counts in metrics.values():
        assert counts["asked"] == len(inputs) == counts["done"] + counts["dropped"] + counts["failed"]
    last = metrics["tabulate"]
    assert (last["done"], last["dropped"], last["failed"]) == (7, 2, 1)
    assert len(read(tmp_path / "out" / "articles.csv")) == last["asked"]
    named = {problem["source_id"] for problem in read(tmp_path / "out" / "problems.csv")}
    assert {"broken", "notes.pdf", "PMC999003"} <= named


def test_evidence_and_rows_point_at_each_other(inputs: list[Path], tmp_path: Path) -> None:
    run(tmp_path / "out", inputs[0].parent)
    rows = read(tmp_path / "out" / "table1_secretion.csv")
    evidence = read(tmp_path / "out" / "evidence.csv")
    assert len({row["row_id"] for row in rows}) == len(rows) == len(DONORS)
    assert len({line["evidence_id"] for line in evidence}) == len(evidence)
    assert {(row["row_id"], ident) for row in rows for ident in row["evidence_ids"].split("; ")} == {
        (line["row_id"], line["evidence_id"]) for line in evidence
    }


def test_unforeseen_error_in_a_parser_costs_its_article_alone(
    inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parsing.parse_documents

    def parse_documents(data: bytes, name: str, **options: int) -> list[Article]:
        if name == "8.xml":
            raise RecursionError("maximum recursion depth exceeded")
        return real(data, name, **options)

    monkeypatch.setattr(parsing, "parse_documents", parse_documents)
    assert run(tmp_path / "out", inputs[0].parent) is False
    (problem,) = (p for p in read(tmp_path / "out" / "problems.csv") if p["code"] == "internal-error")
    assert problem["source_id"] == "8" and "unforeseen RecursionError at " in problem["message"]
    assert len(read(tmp_path / "out" / "table1_secretion.csv")) == len(DONORS) - 1


def test_unforeseen_error_in_annotation_costs_its_article_alone(
    inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = annotating.annotate_article

    def annotate_article(article: Article, resources: annotating.Resources) -> Annotated:
        if article.head.source == "PMC999001":
            raise KeyError("cell:none")
        return real(article, resources)

    monkeypatch.setattr(annotating, "annotate_article", annotate_article)
    assert run(tmp_path / "out", inputs[0].parent) is False
    (row,) = (row for row in read(tmp_path / "out" / "articles.csv") if row["id"] == "PMC999001")
    assert row["status"] == "failed" and "unforeseen KeyError" in row["reason"] and row["title"]
    assert len(read(tmp_path / "out" / "table1_secretion.csv")) == len(DONORS) - 1


def test_inputs_are_checked_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(secretion())
    with pytest.raises(ConfigError, match="nowhere"):
        run(tmp_path / "out", tmp_path / "a.xml", "nowhere")
    assert not (tmp_path / "out").exists()


def test_stages_are_told_as_they_end(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(secretion())
    lines: list[str] = []
    stages.run([str(tmp_path / "a.xml")], tmp_path / "out", with_run(), lines.append)
    assert [line.split()[0] for line in lines] == ["fetch", "parse", "annotate", "tabulate", "report"]
    assert "1 in = 1 done + 0 dropped + 0 failed" in lines[0]
