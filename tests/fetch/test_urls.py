"""Inputs by URL, on fsspec's file system in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.faults import refused
from fakes.store import Store
from mitotransfer.errors import ConfigError
from mitotransfer.fetch import read_requests
from small import CSV, read, run, secretion, with_run

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def bucket() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for number in (1, 2):
        system.pipe(f"/bucket/oa/PMC99900{number}.xml", secretion(pmcid=f"PMC99900{number}").encode())
    system.pipe("/bucket/oa/.hidden.xml", b"")
    system.pipe("/bucket/oa/figure.jpg", b"")
    system.pipe("/bucket/oa/more/PMC999003.xml", b"")
    yield "memory://bucket/oa"
    system.rm("/bucket", recursive=True)


def test_folder_gives_its_files_in_order(bucket: str) -> None:
    found = [(asked.kind, asked.ident) for asked in read_requests([f"{bucket}/"])]
    assert found == [("file", "PMC999001"), ("file", "PMC999002"), ("skipped", "figure.jpg")]


def test_run_from_urls_gives_what_a_run_from_files_gives(bucket: str, tmp_path: Path) -> None:
    files = [tmp_path / f"PMC99900{number}.xml" for number in (1, 2)]
    for file in files:
        file.write_text(secretion(pmcid=file.stem))
    assert run(tmp_path / "files", *files)
    assert run(tmp_path / "urls", f"{bucket}/PMC999001.xml", f"{bucket}/PMC999002.xml")
    for name in CSV:
        assert (tmp_path / "urls" / name).read_bytes() == (tmp_path / "files" / name).read_bytes()


def test_file_that_goes_or_is_too_large_is_named(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path / "out", bucket, settings=with_run(max_bytes=100)) is False
    reasons = [row["reason"] for row in read(tmp_path / "out" / "articles.csv") if row["status"] == "failed"]
    assert len(reasons) == 2 and all("the limit is 100 (parse.max_bytes)" in reason for reason in reasons)

    def gone(*_: object) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("mitotransfer.fetch.local.read_at", gone)
    assert run(tmp_path / "out2", bucket) is False
    reasons = [row["reason"] for row in read(tmp_path / "out2" / "articles.csv") if row["status"] == "failed"]
    assert len(reasons) == 2 and all("cannot be read (No such file or directory)" in reason for reason in reasons)


@pytest.mark.parametrize(("url", "said"), [("memory://bucket/none.xml", "nothing there"), ("nonsense://x/y.xml", "nonsense")])
def test_what_is_not_there_or_unknown_is_told(bucket: str, url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        list(read_requests([url]))


def test_address_of_a_doi_is_an_id() -> None:
    assert [asked.kind for asked in read_requests(["https://doi.org/10.5555/x"])] == ["doi"]


def test_fsspec_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ConfigError, match=r"pip install 'mitotransfer\[cloud\]'"):
        list(read_requests(["s3://bucket/x.xml"]))


def test_run_from_a_bucket_over_http_is_that_from_files(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        store.buckets["lab"][f"oa/PMC99900{number}.xml"] = secretion(pmcid=f"PMC99900{number}").encode()
        (tmp_path / f"PMC99900{number}.xml").write_text(secretion(pmcid=f"PMC99900{number}"))
    assert run(tmp_path / "files", tmp_path / "PMC999001.xml", tmp_path / "PMC999002.xml")
    assert run(tmp_path / "bucket", "s3://lab/oa")
    for name in CSV:
        assert (tmp_path / "bucket" / name).read_bytes() == (tmp_path / "files" / name).read_bytes()


def test_an_object_that_is_refused_is_a_failed_article(store: Store, tmp_path: Path) -> None:
    store.buckets["lab"] |= {f"oa/PMC99900{number}.xml": secretion(pmcid=f"PMC99900{number}").encode() for number in (1, 2)}
    store.plan.on("PMC999001", refused())
    assert run(tmp_path / "out", "s3://lab/oa") is False
    lines = {line["id"]: line["reason"] for line in read(tmp_path / "out" / "articles.csv") if line["status"] == "failed"}
    assert list(lines) == ["PMC999001"]
    assert "s3://lab/oa/PMC999001.xml: cannot be read (" in lines["PMC999001"]


def test_what_stores_raise_is_told_in_one_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's errors are no OSErrors."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigError, match=r"s3://lab/oa: cannot be read \(NoCredentialsError: Unable to locate credentials\)"):
        list(read_requests(["s3://lab/oa"]))


def test_an_error_of_the_stores_own_while_reading_names_the_article(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoreError(Exception):
        pass

    def broken(*_: object, **__: object) -> None:
        raise StoreError("the token of this store is too old")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "_open", broken)
    assert run(tmp_path / "out", bucket) is False
    reasons = [row["reason"] for row in read(tmp_path / "out" / "articles.csv") if row["status"] == "failed"]
    assert len(reasons) == 2 and all("(StoreError: the token of this store is too old)" in reason for reason in reasons)


def test_login_and_signature_of_a_url_stand_in_no_output(bucket: str) -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/me:hidden@bucket/PMC999009.xml", secretion(pmcid="PMC999009").encode())
    (asked,) = read_requests(["memory://me:hidden@bucket/PMC999009.xml"])
    system.rm("/me:hidden@bucket", recursive=True)
    assert asked.place == "memory://bucket/PMC999009.xml"
    with pytest.raises(ConfigError, match=r"^memory://bucket/none: nothing there$"):
        list(read_requests(["memory://me:hidden@bucket/none?signature=hidden"]))
