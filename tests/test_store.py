"""Shards: what was written is read back whole or not at all; names of any kind; orphans go."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.store import Shards, digest, remove, source_version, tree_version


@pytest.fixture
def shards(tmp_path: Path) -> Shards:
    return Shards(tmp_path / "shards")


def test_what_is_written_is_read_back(shards: Shards) -> None:
    shards.write("PMC1", "key", "done", b'{"a": "\xc3\xa9\\n"}\n\n')
    assert shards.read("PMC1") == b'{"a": "\xc3\xa9\\n"}\n\n'
    assert shards.outcome("PMC1", "key") == "done"


def test_another_key_means_do_it_again(shards: Shards) -> None:
    shards.write("PMC1", "key", "done", b"x")
    assert shards.outcome("PMC1", "other") is None
    assert shards.outcome("PMC2", "key") is None


@pytest.mark.parametrize("damage", [b"", b"\n", b"\xff\xfe\n", b"key done\n", b"key done 123\nx", b"one line"])
def test_damaged_shard_counts_as_absent(shards: Shards, damage: bytes) -> None:
    shards.write("PMC1", "key", "done", b"x")
    shards.path("PMC1").write_bytes(damage)
    assert shards.read("PMC1") is None
    assert shards.outcome("PMC1", "key") is None


def test_every_single_changed_byte_of_the_payload_is_noticed(shards: Shards) -> None:
    shards.write("PMC1", "key", "done", b"payload")
    path = shards.path("PMC1")
    whole = path.read_bytes()
    for place in range(whole.index(b"\n") + 1, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert shards.read("PMC1") is None
    path.write_bytes(whole[:-1])  # cut short by a full disk
    assert shards.read("PMC1") is None


def test_index_keeps_the_order_and_removes_the_rest(shards: Shards) -> None:
    for name in ("b", "a", "gone"):
        shards.write(name, "key", "done", name.encode())
    assert shards.close(["b", "a"]) == 1
    assert shards.index() == ["b", "a"]
    assert shards.read("gone") is None
    assert not shards.path("gone").parent.exists()  # its folder was empty


def test_left_over_temporary_files_go(shards: Shards) -> None:
    """A killed run leaves one; the next clears it away."""
    shards.write("a", "key", "done", b"x")
    left = shards.path("a").with_name(".a.json.123.tmp")
    left.write_bytes(b"half")
    shards.close(["a"])
    assert not left.exists() and shards.read("a") == b"x"


@pytest.mark.parametrize(
    "make", [lambda p: None, lambda p: p.write_text("a file"), lambda p: (p.mkdir(), (p / "index.txt").mkdir())]
)
def test_stage_that_did_not_run(shards: Shards, make: object) -> None:
    make(shards.folder)  # type: ignore[operator]
    with pytest.raises(ConfigError, match="run the stage"):
        shards.index()


def test_file_in_the_way_of_a_folder(shards: Shards) -> None:
    shards.folder.write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        shards.write("a", "key", "done", b"")


def test_what_cannot_be_removed_is_told(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot be removed"):
        remove([tmp_path / "d"])


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=300)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(names=st.lists(NAMES, unique=True, max_size=8))
def test_any_names_are_kept_apart(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """DOIs, blanks, other scripts, "..", line separators, names too long for a file system."""
    shards = Shards(tmp_path_factory.mktemp("shards"))
    for name in names:
        shards.write(name, "key", "done", name.encode())
        assert shards.path(name).resolve().is_relative_to(shards.folder.resolve())
    shards.close(names)
    assert shards.index() == names
    assert [shards.read(name) for name in names] == [name.encode() for name in names]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.text()), st.lists(st.text()))
def test_digest_keeps_parts_apart(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) is (one == other)


def test_versions_follow_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = tree_version(tmp_path)
    assert tree_version(tmp_path) == first
    (tmp_path / "a").rename(tmp_path / "b")
    second = tree_version(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({first, second, tree_version(tmp_path)}) == 3
    assert source_version("parse") != source_version("annotate")
