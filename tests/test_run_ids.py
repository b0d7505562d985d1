"""Ids through the whole run over fake services: what they say of an article reaches the tables and the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fakes import faults
from mitotransfer.settings import Settings
from remotes import Services
from small import read, run, secretion, tables_only


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("NCBI_API_KEY", raising=False)
    with Services() as services:
        yield services


def settings(world: Services, quote: str = "all", **fetch: object) -> Settings:
    base = tables_only()
    tabulate = msgspec.structs.replace(base.tabulate, quote=quote)
    return msgspec.structs.replace(base, fetch=world.settings(**fetch), tabulate=tabulate)


def put(world: Services, pmcid: str, **flags: object) -> None:
    world.cloud.add(pmcid, xml=secretion(pmcid=pmcid).encode(), **flags)  # type: ignore[arg-type]


def test_each_id_has_its_line(world: Services, tmp_path: Path) -> None:
    put(world, "PMC900011", license_code="CC BY-NC", is_retracted=True)
    world.eutils.add("PMC900012", pmid="512", doi="10.5555/x", title="Withheld", withheld=True)
    put(world, "PMC900013")
    world.cloud.plan.on(r"PMC900013\.1\.xml", faults.refused())
    assert run(tmp_path / "out", "PMC900011", "PMC900012", "PMC900013", "PMC900014", settings=settings(world)) is False
    rows = {row["id"]: row for row in read(tmp_path / "out" / "articles.csv")}
    assert {ident: (row["status"], row["retracted"], row["licence"]) for ident, row in rows.items()} == {
        "PMC900011": ("rows", "true", "CC BY-NC"),
        "PMC900012": ("not_open_access", "false", "CC BY"),
        "PMC900013": ("failed", "false", ""),
        "PMC900014": ("not_found", "false", ""),
    }
    assert (rows["PMC900012"]["pmid"], rows["PMC900012"]["doi"], rows["PMC900012"]["title"]) == ("512", "10.5555/x", "Withheld")
    problems = {problem["source_id"]: problem["code"] for problem in read(tmp_path / "out" / "problems.csv")}
    assert problems == {"PMC900012": "withheld", "PMC900013": "refused", "PMC900014": "not-found"}
    (row,) = read(tmp_path / "out" / "table1_secretion.csv")
    assert row["source_id"] == "PMC900011"
    assert "retracted" in (tmp_path / "out" / "report.html").read_text().lower()


def test_plain_text_is_known_by_the_id_it_was_asked_by(world: Services, tmp_path: Path) -> None:
    world.cloud.add("PMC900011", xml=None)
    assert run(tmp_path / "out", "PMC900011", settings=settings(world))
    assert [row["id"] for row in read(tmp_path / "out" / "articles.csv")] == ["PMC900011"]


def test_article_retracted_since_the_last_run(world: Services, tmp_path: Path) -> None:
    put(world, "PMC900011")
    assert run(tmp_path / "out", "PMC900011", settings=settings(world))
    assert [row["retracted"] for row in read(tmp_path / "out" / "articles.csv")] == ["false"]
    world.cloud.replace("PMC900011", 1, secretion(pmcid="PMC900011").encode(), is_retracted=True)  # the same text
    assert run(tmp_path / "out", "PMC900011", settings=settings(world))
    assert [row["retracted"] for row in read(tmp_path / "out" / "articles.csv")] == ["true"]


def test_article_that_could_not_be_asked_about_says_so(world: Services, tmp_path: Path) -> None:
    put(world, "PMC900011")
    assert run(tmp_path / "out", "PMC900011", settings=settings(world))
    world.cloud.plan.on(".", faults.status(500))
    assert run(tmp_path / "out", "PMC900011", settings=settings(world))
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert (problem["code"], problem["severity"]) == ("not-checked", "warning")
    assert [row["status"] for row in read(tmp_path / "out" / "articles.csv")] == ["rows"]


@pytest.mark.parametrize("quote", ["all", "redistributable"])
def test_sentences_of_articles_that_may_not_be_passed_on(world: Services, tmp_path: Path, quote: str) -> None:
    licences = {"PMC900011": "CC BY-NC-ND", "PMC900012": "TDM", "PMC900013": None, "PMC900014": "CC0"}
    for pmcid, licence in licences.items():
        put(world, pmcid, license_code=licence)
    assert run(tmp_path / "out", *licences, settings=settings(world, quote))
    quoted = {line["source_id"] for line in read(tmp_path / "out" / "evidence.csv") if line["sentence"]}
    problems = [(p["source_id"], p["code"], p["severity"]) for p in read(tmp_path / "out" / "problems.csv")]
    if quote == "all":
        assert quoted == set(licences) and problems == []
    else:
        assert quoted == {"PMC900011", "PMC900014"}
        assert problems == [("PMC900012", "not-quoted", "note"), ("PMC900013", "not-quoted", "note")]
        assert len(read(tmp_path / "out" / "table1_secretion.csv")) == 4  # facts stay
