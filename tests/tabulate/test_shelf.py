"""Articles and problems are sorted on the disk: in one order, each problem once, and nothing is left of it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from mitotransfer.document import Annotated, Head, Status
from mitotransfer.errors import OutputError, Problem
from mitotransfer.tabulate import shelf


def article(source: str, file: str = "a.xml", status: Status = "ok") -> Annotated:
    return Annotated(Head(source, file=file, authors=("Doe",)), status=status, problems=(problem(message=file),))


def problem(source: str = "PMC1", severity: str = "note", message: str = "why") -> Problem:
    return Problem(source, "parse", severity, "bad-span", "/a", message)  # type: ignore[arg-type]


def test_articles_come_by_source_those_that_were_read_first(tmp_path: Path) -> None:
    expected = [
        article("PMC1", "b.xml"),
        article("PMC1", "c.xml"),
        article("PMC1", "a.xml", "failed"),
        article("PMC10"),
        article("PMC2"),
        article("\u03b1.xml"),
        article("\U0001f9a0.xml"),
    ]
    shuffled = random.Random(7).sample(expected, len(expected))
    with shelf(tmp_path) as ordered:
        ordered.put(shuffled)
        assert list(ordered.articles()) == expected
        assert list(ordered.articles()) == expected  # as often as need be


def test_equal_articles_come_in_the_order_in_which_they_were_put(tmp_path: Path) -> None:
    same = [article("PMC1") for _ in range(3)]
    for number, one in enumerate(same):
        one.n_passages = number
    with shelf(tmp_path) as ordered:
        ordered.put(same)
        assert [one.n_passages for one in ordered.articles()] == [0, 1, 2]


def test_problems_come_once_and_in_order_while_articles_are_taken(tmp_path: Path) -> None:
    with shelf(tmp_path) as ordered:
        ordered.put([article("PMC2", "b"), article("PMC1", "a")])
        for one in ordered.articles():
            ordered.tell([*one.problems, problem("", "warning"), problem("")])
        found = [(one.source, one.severity, one.message) for one in ordered.problems()]
    assert found == [("", "note", "why"), ("", "warning", "why"), ("PMC1", "note", "a"), ("PMC1", "note", "b")]


def test_what_is_no_character_is_kept(tmp_path: Path) -> None:
    """The name of a file need not be text; half a character has no UTF-8 form."""
    with shelf(tmp_path) as ordered:
        ordered.tell([problem(message="\udcff.csv")])
        assert [one.message for one in ordered.problems()] == ["\udcff.csv"]


def test_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(KeyError), shelf(tmp_path) as ordered:
        ordered.put(article(f"PMC{n}") for n in range(10))
        assert len(list(tmp_path.glob(f".*.{os.getpid()}-*.tmp"))) == 1  # what `lock` removes after a kill
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    why = r"none/\.tabulate\..*: cannot be written \(unable to open database file\)"
    with pytest.raises(OutputError, match=why), shelf(tmp_path / "none"):
        pass
