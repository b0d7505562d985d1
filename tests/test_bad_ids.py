"""Wrong ids through the whole run: every line of a list done, dropped or failed, with its number and the likeliest reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from small import read, run, secretion, with_run

GOOD = secretion(pmcid="PMC999001")


def test_list_with_every_fault(tmp_path: Path) -> None:
    """Byte order mark, CRLF, junk, comments, blank lines, repeats, mixed kinds: each line done, dropped or failed by number."""
    library = tmp_path / "library"
    library.mkdir()
    (library / "PMC999001.xml").write_text(GOOD)
    (library / "10.5555_x.xml").write_text(secretion(pmcid="PMC999005"))
    lines = [
        "PMC999001",
        "# a comment",
        "",
        "pmc 999001  # again",
        "not an id at all",
        "doi:10.5555/x",
        "PMC000999001.2",
        "12345",
        "???",
    ]
    listed = tmp_path / "ids.txt"
    listed.write_bytes("\ufeff".encode() + "\r\n".join(lines).encode() + b"\r\n\xff\xfe\r\n")
    assert run(tmp_path / "out", listed, settings=with_run(library=library)) is False
    problems = {problem["place"].rpartition(":")[2]: problem["code"] for problem in read(tmp_path / "out" / "problems.csv")}
    assert problems == {
        "4": "repeated-id",
        "5": "bad-id",
        "7": "repeated-id",
        "8": "not-found",
        "9": "bad-id",
        "10": "bad-id",
    }
    assert {row["id"]: row["status"] for row in read(tmp_path / "out" / "articles.csv")} == {
        "PMC999001": "rows",
        "PMC999001@2": "no_evidence",  # asked for again
        "PMC999001@3": "no_evidence",
        "PMC999005": "rows",
        "12345": "not_found",
        "not an id at all": "failed",
        "???": "failed",
        "\N{REPLACEMENT CHARACTER}" * 2: "failed",
    }


def test_bare_digits_are_read_as_a_pmid_and_say_so(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    assert run(tmp_path / "out", "38172601", settings=with_run(library=library)) is False
    (row,) = read(tmp_path / "out" / "articles.csv")
    assert row["status"] == "not_found"
    assert "bare digits are read as a PMID" in row["reason"] and "PMC38172601" in row["reason"]


@pytest.mark.parametrize("name", ["PMC999001.xml", "38172601.xml"])
def test_pmid_asked_for_as_pmcid(tmp_path: Path, name: str) -> None:
    """The commonest slip in lists of ids. What has that PMID is named, whether its file is called by it or not."""
    library = tmp_path / "library"
    library.mkdir()
    (library / name).write_text(secretion(pmcid="PMC999001", pmid="38172601" if name.startswith("PMC") else ""))
    assert run(tmp_path / "out", "PMC38172601", settings=with_run(library=library)) is False
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["code"] == "pmid-as-pmcid"
    assert "PMC38172601" in problem["message"] and name in problem["message"]
    assert [row["status"] for row in read(tmp_path / "out" / "articles.csv")] == ["not_found"]


def test_file_named_by_its_pmid_as_if_a_pmcid(tmp_path: Path) -> None:
    """It is read (what it says of itself counts), with a warning that names both ids."""
    article = tmp_path / "PMC38172601.xml"
    article.write_text(secretion(pmcid="PMC10834547", pmid="38172601"))
    assert run(tmp_path / "out", article)
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert (problem["source_id"], problem["severity"], problem["code"]) == ("PMC10834547", "warning", "pmid-as-pmcid")
    assert "PMC38172601" in problem["message"] and "PMC10834547" in problem["message"]
    assert [row["source_id"] for row in read(tmp_path / "out" / "table1_secretion.csv")] == ["PMC10834547"]


def test_file_named_by_another_pmcid(tmp_path: Path) -> None:
    article = tmp_path / "PMC999008.xml"
    article.write_text(GOOD)
    assert run(tmp_path / "out", article)
    assert [problem["code"] for problem in read(tmp_path / "out" / "problems.csv")] == ["other-article"]
