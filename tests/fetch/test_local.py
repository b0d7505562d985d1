"""Files and library to manifest lines: each request gets exactly one, with the reason where there are no bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.fetch import ManifestLine, fetch_local
from mitotransfer.fetch.inputs import Request
from mitotransfer.settings import FetchSettings


def fetched(
    *requests: Request, library: Path | str = "", max_bytes: int = 1000, threads: int = 1
) -> tuple[list[ManifestLine], dict[str, bytes]]:
    kept: dict[str, bytes] = {}
    lines = fetch_local(requests, FetchSettings(str(library)), kept.__setitem__, max_bytes, threads)
    assert len(lines) == len(requests)
    assert {line.sha256 for line in lines if line.status == "ok"} == set(kept)
    return lines, kept


def file(path: Path, data: bytes = b"data") -> Request:
    path.write_bytes(data)
    return Request("file", path.stem, str(path), path=str(path))


def test_file(tmp_path: Path) -> None:
    (line,), kept = fetched(file(tmp_path / "a.xml"))
    digest = hashlib.sha256(b"data").hexdigest()
    assert line == ManifestLine("a", str(tmp_path / "a.xml"), "a.xml", digest, 4)
    assert kept == {digest: b"data"}


def test_same_bytes_again(tmp_path: Path) -> None:
    lines, kept = fetched(file(tmp_path / "a.xml"), file(tmp_path / "b.xml"))
    assert [(line.status, line.code) for line in lines] == [("ok", ""), ("dropped", "repeated-file")]
    assert lines[0].place in lines[1].reason and len(kept) == 1


@pytest.mark.parametrize(("size", "status"), [(10, "ok"), (11, "failed")])
def test_limit(tmp_path: Path, size: int, status: str) -> None:
    (line,), _ = fetched(file(tmp_path / "a.xml", b"x" * size), max_bytes=10)
    assert line.status == status


@pytest.mark.parametrize(
    ("kind", "ident", "name"),
    [
        ("pmcid", "PMC1", "PMC1.xml"),
        ("pmcid", "PMC1", "PMC1.nxml"),
        ("pmid", "1", "1.json"),
        ("doi", "10.5555/a/b", "10.5555_a_b.txt"),
    ],
)
def test_id_from_the_library(tmp_path: Path, kind: str, ident: str, name: str) -> None:
    (tmp_path / name).write_bytes(b"data")
    (line,), _ = fetched(Request(kind, ident, "ids.txt:3"), library=tmp_path)  # type: ignore[arg-type]
    assert (line.status, line.file, line.place) == ("ok", name, "ids.txt:3")


def test_id_asked_for_twice(tmp_path: Path) -> None:
    (tmp_path / "PMC1.xml").write_bytes(b"data")
    lines, _ = fetched(Request("pmcid", "PMC1", "ids:1"), Request("pmcid", "PMC1", "ids:2"), library=tmp_path)
    assert [(line.status, line.code) for line in lines] == [("ok", ""), ("dropped", "repeated-id")]
    assert "ids:1" in lines[1].reason


def test_id_without_library_says_what_to_set() -> None:
    (line,), _ = fetched(Request("pmcid", "PMC1", "command line"))
    assert line.status == "not_found" and "fetch.library" in line.reason


def test_library_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="no such directory"):
        fetched(library="/nowhere")


@pytest.mark.parametrize(
    "content",
    [
        b'<article-meta><article-id pub-id-type="pmc">9</article-id><article-id pub-id-type="pmid">38172601</article-id>',
        b"<article-id specific-use='x' pub-id-type='pmid'> 38172601 </article-id>",
        b'{"infons": {"article-id_pmc": "9", "article-id_pmid": "38172601"}}',
    ],
)
def test_pmid_asked_for_as_pmcid(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "PMC9.xml").write_bytes(content)
    (line,), _ = fetched(Request("pmcid", "PMC38172601", "ids:1"), library=tmp_path)
    assert (line.status, line.code) == ("not_found", "pmid-as-pmcid")
    assert "PMC38172601" in line.reason and "PMC9.xml" in line.reason


def test_pmid_of_a_cited_work_is_not_the_articles_own(tmp_path: Path) -> None:
    (tmp_path / "PMC9.xml").write_bytes(b'<ref><pub-id pub-id-type="pmid">38172601</pub-id></ref>')
    (line,), _ = fetched(Request("pmcid", "PMC38172601", "ids:1"), library=tmp_path)
    assert line.code == "not-found"


def test_skipped_and_unreadable_keep_their_reasons() -> None:
    lines, _ = fetched(Request("skipped", "x.png", "d/x.png", reason="why"), Request("unreadable", "?", "ids:1", reason="what"))
    assert [(line.status, line.code, line.reason) for line in lines] == [
        ("dropped", "not-an-article", "why"),
        ("failed", "bad-id", "what"),
    ]


def test_threads_change_neither_lines_nor_their_order(tmp_path: Path) -> None:
    files = [file(tmp_path / f"{number}.xml", b"%d" % (number % 7)) for number in range(40)]
    asked = (*files, Request("file", "gone", "gone.xml", path=str(tmp_path / "gone.xml")), Request("pmcid", "PMC1", "?"))
    one, others = fetched(*asked), fetched(*asked, threads=4)
    assert one == others
    assert [line.code for line in one[0][:14]] == [""] * 7 + ["repeated-file"] * 7


def test_a_file_that_cannot_be_kept_ends_the_fetch_whatever_the_threads(tmp_path: Path) -> None:
    def full(sha256: str, data: bytes) -> None:
        raise OutputError("no space left")

    files = [file(tmp_path / f"{number}.xml", b"%d" % number) for number in range(9)]
    for threads in (1, 3):
        with pytest.raises(OutputError, match="no space left"):
            fetch_local(files, FetchSettings(), full, 1000, threads)
