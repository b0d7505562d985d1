"""Outputs at a place elsewhere: what is there, in which order it comes, what is not sent again, what happens when stores fail.

On fsspec's file system in memory, on a folder by URL, and on a store that speaks S3 over HTTP on loopback.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import exportable as made
from fakes.faults import Fault, refused, reset, s3_error, slow_down, timeout
from fakes.store import Store
from mitotransfer import handover, publishing
from mitotransfer.cli import main
from mitotransfer.errors import ConfigError, OutputError
from small import run, secretion

fsspec = pytest.importorskip("fsspec")

PACKAGE = "datapackage.json"
LIST = "published.json"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A finished run as far as publishing looks at it."""
    folder = made.write(tmp_path / "out")
    for name in (PACKAGE, "provenance.json", "metrics.json", "report.html", "decisions.csv", "figures/a.svg", "figures/b.svg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"made-up {name}\n")
    for name in ("export/x.db", "review/written/x.json", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not for others")
    return folder


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://bucket/tables"
    system = fsspec.filesystem("memory")
    if system.exists("/bucket"):
        system.rm("/bucket", recursive=True)


URL = "s3://lab/tables"


def published(out: Path, url: str) -> str:
    said: list[str] = []
    handover.publish(out, url, said.append)
    (line,) = said
    return line


def finished(out: Path) -> dict[str, bytes]:
    """The files that are to be published."""
    rest = ("work", "export", "review", "notes.txt")
    paths = [path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] not in rest]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def objects(store: Store) -> dict[str, bytes]:
    """What lies at the URL, without the list."""
    return {key.removeprefix("tables/"): data for key, data in store.buckets["lab"].items() if key != f"tables/{LIST}"}


def listed(store: Store) -> dict[str, Any]:
    return dict(json.loads(store.buckets["lab"][f"tables/{LIST}"])["files"])


def at(url: str) -> dict[str, bytes]:
    system, root = fsspec.core.url_to_fs(url)
    return {path.removeprefix(root + "/"): system.cat_file(path) for path in system.find(root)}


def sums(files: dict[str, bytes]) -> dict[str, Any]:
    return {name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in files.items()}


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_the_finished_files_are_there_and_nothing_else(out: Path, memory: str, tmp_path: Path, kind: str) -> None:
    url = memory if kind == "memory" else f"file://{tmp_path}/elsewhere/tables"
    assert published(out, f"{url}/") == f"published {url}/: 13 files sent, 0 unchanged, 0 removed"
    found = at(url)
    assert json.loads(found.pop(LIST)) == {"files": sums(finished(out))}
    assert found == finished(out)
    assert published(out, url).endswith("0 files sent, 13 unchanged, 0 removed")


def test_a_real_run_is_published_whole(tmp_path: Path, memory: str) -> None:
    (tmp_path / "a.xml").write_text(secretion())
    assert run(tmp_path / "out", tmp_path / "a.xml")
    published(tmp_path / "out", memory)
    found = at(memory)
    assert found.pop(LIST)
    assert found == finished(tmp_path / "out")
    assert {"report.html", "metrics.json", "provenance.json", PACKAGE} < set(found)


def test_the_data_package_goes_first_and_comes_last(out: Path, store: Store) -> None:
    published(out, URL)
    (out / "report.html").write_text("anew")
    store.requests.clear()
    published(out, URL)
    assert store.changes() == [
        ("PUT", f"/lab/tables/{LIST}"),
        ("DELETE", f"/lab/tables/{PACKAGE}"),
        ("PUT", "/lab/tables/report.html"),
        ("PUT", f"/lab/tables/{PACKAGE}"),
        ("PUT", f"/lab/tables/{LIST}"),
    ]
    assert objects(store) == finished(out)


def test_what_is_there_is_not_sent_again(out: Path, store: Store) -> None:
    published(out, URL)
    store.requests.clear()
    assert published(out, URL).endswith("0 files sent, 13 unchanged, 0 removed")
    assert store.changes() == []


@pytest.mark.parametrize("left", [None, b"", b"id,"])
def test_what_was_taken_away_or_cut_there_is_sent_again(out: Path, store: Store, left: bytes | None) -> None:
    published(out, URL)
    del store.buckets["lab"]["tables/articles.csv"]
    if left is not None:
        store.buckets["lab"]["tables/articles.csv"] = left
    assert published(out, URL).endswith("2 files sent, 11 unchanged, 0 removed")
    assert objects(store) == finished(out)


def test_files_that_are_gone_here_go_there_and_those_of_others_stay(out: Path, store: Store) -> None:
    store.buckets["lab"] |= {"tables/mine.txt": b"mine", "tables-of-others.csv": b""}
    published(out, URL)
    (out / "figures" / "b.svg").unlink()
    (out / "decisions.csv").unlink()
    assert published(out, URL).endswith("1 files sent, 10 unchanged, 2 removed")
    assert objects(store) == finished(out) | {"mine.txt": b"mine", "tables-of-others.csv": b""}
    assert listed(store) == sums(finished(out))


def test_cut_off_at_any_request_nothing_untrue_is_told_and_the_next_one_completes(out: Path, store: Store) -> None:
    published(out, URL)
    first = finished(out)
    for name in ("articles.csv", "evidence.csv", "report.html"):
        (out / name).write_text(f"another {name}\n")
    (out / "figures" / "a.svg").unlink()
    second = finished(out)
    begun = dict(store.buckets["lab"])
    for request in range(1, 100):
        store.buckets["lab"] = dict(begun)
        store.plan.clear()
        store.plan.on("", refused(), attempts=range(request, 100), shared=True)
        store.requests.clear()
        try:
            published(out, URL)
        except OutputError:
            there = objects(store)
            assert all(sums(there)[name] == one for name, one in listed(store).items() if one["sha256"])
            assert PACKAGE not in there or there in (first, second)
            assert all(data in (first.get(name), second.get(name)) for name, data in there.items())
            store.plan.clear()
            published(out, URL)
        else:
            assert len(store.requests) == request - 1 > 10  # each of them was refused once
            break
        assert objects(store) == second
        assert listed(store) == sums(second)


def test_killed_while_a_file_is_on_its_way(out: Path, store: Store) -> None:
    published(out, URL)
    for name in ("articles.csv", "report.html"):
        (out / name).write_text(f"another {name}\n")
    store.plan.on("report.html", timeout(600))
    call = "import sys, pathlib; from mitotransfer import handover; handover.publish(pathlib.Path(sys.argv[1]), sys.argv[2])"
    child = subprocess.Popen([sys.executable, "-c", call, str(out), URL])
    try:
        while child.poll() is None and not store.plan.attempts["/lab/tables/report.html"] > 1:
            time.sleep(0.01)
    finally:
        child.kill()
        child.wait()
    there = objects(store)
    assert PACKAGE not in there
    assert there["articles.csv"] == b"another articles.csv\n"
    assert {name for name, one in listed(store).items() if not one["sha256"]} == {"articles.csv", "report.html", PACKAGE}
    store.plan.clear()
    assert published(out, URL).endswith("3 files sent, 10 unchanged, 0 removed")
    assert objects(store) == finished(out)


@pytest.mark.parametrize("fault", [s3_error(500, "InternalError"), slow_down(), reset(0), reset(0, rst=False)])
def test_passing_failures_are_tried_again(out: Path, store: Store, fault: Fault) -> None:
    store.plan.on("", fault, times=1)
    assert published(out, URL).endswith("13 files sent, 0 unchanged, 0 removed")
    assert objects(store) == finished(out)


def test_a_store_that_stays_away_is_asked_four_times_and_named(out: Path, store: Store) -> None:
    store.plan.on("articles", slow_down())
    with pytest.raises(
        OutputError, match=r"s3://lab/tables/articles\.csv: cannot be written \(OSError: Please reduce your"
    ) as told:
        published(out, URL)
    assert f"{out} is complete: `mitotransfer publish {out} {URL}` goes on from there" in str(told.value)
    assert store.plan.attempts["/lab/tables/articles.csv"] == len(publishing.PAUSES) + 1


def test_a_refusal_is_final(out: Path, store: Store) -> None:
    store.plan.on("articles", refused())
    with pytest.raises(OutputError, match=r"articles\.csv: cannot be written \(PermissionError: Access Denied\)"):
        published(out, URL)
    assert store.plan.attempts["/lab/tables/articles.csv"] == 1


def test_a_missing_bucket_is_named_and_not_made(out: Path, store: Store) -> None:
    with pytest.raises(OutputError, match=r"s3://nobodys/tables: the bucket cannot be used \(FileNotFoundError"):
        published(out, "s3://nobodys/tables")
    assert [record.method for record in store.requests] == ["HEAD"]


@pytest.mark.parametrize(("key", "said"), [("AKIAOTHER", "PermissionError"), (None, "NoCredentialsError: Unable to locate")])
def test_wrong_or_missing_credentials_are_told(
    out: Path, store: Store, monkeypatch: pytest.MonkeyPatch, key: str | None, said: str
) -> None:
    if key:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    else:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(OutputError, match=rf"s3://lab/tables: the bucket cannot be used \({said}") as told:
        published(out, URL)
    assert "wJalr" not in str(told.value)
    assert store.changes() == []


def test_nothing_listens_there(out: Path, store: Store) -> None:
    store.stop()
    with pytest.raises(OutputError, match=r"s3://lab/tables: the bucket cannot be used \(EndpointConnectionError"):
        published(out, URL)


@pytest.mark.parametrize("url", ["s3://me:hidden%21pw@lab/x?signature=hidden!pw", "sftp://me:hidden!pw@127.0.0.1:1/x"])
def test_secrets_of_a_url_are_not_told(out: Path, store: Store, url: str) -> None:
    with pytest.raises((OutputError, ConfigError)) as told:
        published(out, url)
    assert "hidden" not in str(told.value)
    assert "signature" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/x", "web addresses can only be read"),
        ("nonsense://x/y", "Protocol not known: nonsense"),
        ("memory://bucket/x", "no evidence.csv, datapackage.json there; write them with"),
    ],
)
def test_what_cannot_be_done_at_all_is_told(out: Path, url: str, said: str) -> None:
    if url.startswith("memory"):
        (out / "evidence.csv").unlink()
        (out / PACKAGE).unlink()
    with pytest.raises(ConfigError, match=said):
        published(out, url)


def test_missing_libraries_are_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(ConfigError, match=r"gs://lab/x: a library is missing for gs:// \(ImportError: Please install gcsfs"):
        published(out, "gs://lab/x")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(
        ConfigError, match=r"s3://lab/tables: URLs need fsspec; install it with: pip install 'mitotransfer\[cloud\]'"
    ):
        published(out, URL)


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[]", b'{"files": {"a": 1}}', b'{"other": 1}']
    + [json.dumps({"files": {name: {"bytes": 0, "sha256": ""}}}).encode() for name in ("../x", "/x", "", "a/../../x")],
)
def test_a_list_that_is_none_of_ours_stays_and_is_told(out: Path, memory: str, content: bytes) -> None:
    system = fsspec.filesystem("memory")
    system.pipe(f"/bucket/tables/{LIST}", content)
    system.pipe("/bucket/x", b"of others")
    with pytest.raises(ConfigError, match=r"memory://bucket/tables/published\.json: .*name another place"):
        published(out, memory)
    assert at("memory://bucket") == {f"tables/{LIST}": content, "x": b"of others"}


def test_in_a_folder_a_file_is_whole_or_as_it_was(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, local = tmp_path / "there", fsspec.get_filesystem_class("file")
    published(out, f"file://{folder}")
    before = (folder / "report.html").read_bytes()
    (out / "report.html").write_text("another report")
    whole = local.put_file

    def half(self: Any, source: str, target: str, **options: Any) -> None:
        whole(self, source, target, **options)
        if "report" in target:
            Path(target).write_text("ano")
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(local, "put_file", half)
    with pytest.raises(OutputError, match=r"there/report\.html: cannot be written \(OSError: No space left on device\)"):
        published(out, f"file://{folder}")
    assert (folder / "report.html").read_bytes() == before
    assert not (folder / PACKAGE).exists()
    assert not list(folder.rglob(".*"))
    monkeypatch.undo()
    published(out, f"file://{folder}")
    assert (folder / "report.html").read_text() == "another report"


def test_what_a_killed_publication_left_half_written_is_removed(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    published(out, f"file://{folder}")
    (folder / "figures" / f".a.svg.{'0f' * 16}.part").write_text("ha")
    (folder / ".mine.part").write_text("not ours")
    published(out, f"file://{folder}")
    assert [path.name for path in folder.rglob(".*")] == [".mine.part"]


def test_an_export_goes_to_a_url_as_it_goes_to_a_folder(out: Path, store: Store, tmp_path: Path) -> None:
    said: list[str] = []
    handover.export(out, ["sqlite"], to=URL)
    handover.export(out, ["parquet", "rocrate"], to=f"{URL}/", tell=said.append)
    handover.export(out, ["parquet", "rocrate", "sqlite"], to=tmp_path / "to")
    found = {name: data for name, data in objects(store).items() if not name.startswith("published-")}
    assert found == {path.relative_to(tmp_path / "to").as_posix(): path.read_bytes() for path in (tmp_path / "to").rglob("*.*")}
    assert store.changes()[-2] == ("PUT", "/lab/tables/rocrate/ro-crate-metadata.json")
    assert f"parquet: {URL}/parquet" in said
    assert f"published {URL}/parquet: 6 files sent, 0 unchanged, 0 removed" in said


def test_shards_that_are_no_more_are_removed_at_the_url(out: Path, store: Store) -> None:
    handover.export(out, ["parquet"], to=URL, rows_per_file=2)
    handover.export(out, ["parquet"], to=URL, rows_per_file=100)
    shards = [name for name in objects(store) if name.startswith("parquet/")]
    assert len(shards) == 6
    assert all(name.endswith("/part-000000.parquet") for name in shards)


def test_run_and_publish_on_the_command_line(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.xml").write_text(secretion())
    (tmp_path / "b.xml").write_text("<article>")
    config, out = tmp_path / "c.yaml", tmp_path / "out"
    config.write_text("annotate: {prose: false}\nfetch: {sources: []}")

    def status(*arguments: object) -> int:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        return int(end.value.code or 0)

    assert status("run", tmp_path / "a.xml", "--out", out, "--config", config, "--publish", "s3://nobodys/x") == 2
    assert "s3://nobodys/x: the bucket cannot be used" in capsys.readouterr().err
    assert not out.exists()  # told before hours of work, not after
    arguments = ("run", tmp_path / "a.xml", "--out", out, "--config", config, "--workers", 2, "--publish", URL)
    assert status(*arguments) == 0
    assert objects(store) == finished(out)
    assert (
        status(*arguments[:2], tmp_path / "b.xml", *arguments[2:]) == 1
    )  # an article failed; the rest is complete, and told there
    assert objects(store) == finished(out)
    store.plan.on("report.html", refused())
    (out / "report.html").write_text("by hand")
    assert status("publish", out, URL) == 2
    assert "report.html: cannot be written (PermissionError: Access Denied)" in capsys.readouterr().err
    store.plan.clear()
    assert status("publish", out, URL) == 0
    assert objects(store) == finished(out)
