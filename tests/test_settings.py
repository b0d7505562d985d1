"""Settings: what is wrong in a configuration file is told with its file, its place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.settings import RunSettings, Settings, checked, known_executor, load, read_yaml


def write(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_settings_are_the_defaults() -> None:
    """`run.yaml` shows every setting with its default; a default that changes in one place only would mislead."""
    shipped, plain = load(), Settings()
    names = ("fetch", "search", "parse", "tabulate", "run")
    assert [getattr(shipped, name) for name in names] == [getattr(plain, name) for name in names]
    assert shipped.annotate.prose is plain.annotate.prose is True


def test_empty_file_gives_the_defaults_and_shipped_rules(tmp_path: Path) -> None:
    settings = load(write(tmp_path, ""))
    assert settings.run == RunSettings()
    assert Path(settings.annotate.vocabulary).is_dir()
    assert settings.root == str(tmp_path)


def test_own_rules_go_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "table_headers.yaml").write_text("{}")
    assert load(write(tmp_path, "")).annotate.table_headers == str(tmp_path / "table_headers.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parse: {max_byte: 5}", "unknown key 'parse.max_byte'; allowed here: max_bytes"),
        (
            "parsing: {}",
            "unknown key 'parsing'; allowed here: annotate, evaluate, fetch, nlp, parse, root, run, search, tabulate",
        ),
        ("root: /", "unknown key 'root'"),
        ("parse: {max_bytes: many}", "Expected `int`, got `str` - at `$.parse.max_bytes`"),
        ("parse: {max_bytes: 0}", "`int` >= 1 - at `$.parse.max_bytes`"),
        ("run: {workers: 0}", "`int` >= 1 - at `$.run.workers`"),
        ("run: {executor: threads}", "Invalid enum value 'threads' - at `$.run.executor`"),
        ("annotate: {prose: yes}", "Expected `bool`, got `str`"),  # YAML 1.2: yes is a word
        ("tabulate: {min_confidence: 2}", "`float` <= 1.0"),
        ("parse:", "Expected `object`, got `null` - at `$.parse`"),
        ("- parse", "Expected `object`, got `array`"),
        ("just words", "Expected `object`, got `str`"),
        ("parse: {max_bytes: 1}\nparse: {max_bytes: 2}", "the key 'parse' stands twice"),
        ("parse: [1, 2", "not valid YAML"),
        ("\tparse: 1", "not valid YAML"),
        ("parse: !!python/object:os.system {}", "not valid YAML"),
        ("fetch: {library: 2024-13-45}", "not valid YAML"),  # a date of a month that does not exist
        ("[" * 3000, "not valid YAML"),
        ("annotate: {vocabulary: nowhere}", "nowhere: no such file or directory"),
    ],
)
def test_mistakes_are_told_with_file_and_place(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        load(path)
    assert said in str(error.value)
    assert str(path if "nowhere" not in text else tmp_path) in str(error.value)


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_bytes(b"fetch: {library: \xe9t\xe9}")
    with pytest.raises(ConfigError, match="not valid YAML"):
        load(path)


@pytest.mark.parametrize("name", ["nowhere.yaml", "."])
def test_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / name)


def test_yes_and_no_are_words_true_and_false_are_not(tmp_path: Path) -> None:
    """Header rules have `yes:` and `no:` lists: YAML 1.1 would make truth values of the keys."""
    assert read_yaml(write(tmp_path, "{yes: no, on: off, t: true, f: false}")) == {
        "yes": "no",
        "on": "off",
        "t": True,
        "f": False,
    }


def test_checked_names_the_nested_key(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"unknown key 'run\.worker'; allowed here: article_memory, article_seconds, executor, scheduler, workers",
    ):
        checked({"run": {"worker": 1}}, Settings, tmp_path)


def test_executor_by_name() -> None:
    assert known_executor("processes") == "processes"
    with pytest.raises(ConfigError, match="no executor 'Serial'; allowed: serial, processes"):
        known_executor("Serial")
