"""Articles that annotation passes over are told from their stored form as from the article itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.annotate import annotate_article, passed_over
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.document import Annotated, Article, Cell, Head, Passage, Reference, Table
from mitotransfer.errors import Problem
from mitotransfer.incremental import Result
from mitotransfer.settings import load as load_settings
from mitotransfer.steps import annotate_one
from mitotransfer.store import Shards

WORDS = [
    "mitochondria",
    "MITO-X",
    "mitosis",
    "mitogens",
    "Organelles",
    "exopher",
    "exMT",
    "İmito",
    "mİto",
    "mitochondrİ",
    "K",
    "ſ",
    "\n",
    "\\u006dito",
]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=4).map(" ".join)
# what JSON can hold
STORED = TEXTS.filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))


@pytest.fixture(scope="module")
def plain() -> Resources:
    return load(load_settings().annotate)


def passage(text: str) -> Passage:
    return Passage("p1", "paragraph", "body", text, "/p", ("Results",))


def article(
    title: str = "", texts: tuple[str, ...] = (), cells: tuple[str, ...] = (), foot: str = "", **given: object
) -> Article:
    rows = tuple(Cell(0, n, 1, 1, header=False, paragraphs=(passage(text),)) for n, text in enumerate(cells))
    table = Table("t1", "Table 1", "table", 1, len(rows), 0, cells=rows, foot=(passage(foot),))
    made = Article(Head("PMC1", title=title), tuple(map(passage, texts)), (table,) if rows or foot else ())
    return msgspec.structs.replace(made, **given)


def stored(*articles: Article) -> bytes:
    return msgspec.json.encode(articles)


@given(st.lists(st.builds(article, STORED, st.tuples(STORED, STORED), st.tuples(STORED), STORED), max_size=3))
def test_stored_articles_are_passed_over_as_they_would_be_when_read(plain: Resources, articles: list[Article]) -> None:
    read = [annotate_article(one, plain) for one in articles]
    passed = all(one.reason == "no mention of mitochondria" for one in read)
    assert passed_over(stored(*articles)) == (read if passed else None)


def test_mitochondria_that_only_references_name_do_not_count(plain: Resources) -> None:
    one = article("Neurons", ("Neurons fire.",), references={"r1": Reference("r1", text="Mitochondria of neurons")})
    assert passed_over(stored(one)) == [annotate_article(one, plain)]


@pytest.mark.parametrize("place", ["title", "texts", "cells", "foot"])
def test_one_word_anywhere_has_all_articles_of_a_shard_read(place: str) -> None:
    given = {"title": "mitochondria", "texts": ("a", "mitochondria"), "cells": ("a", "mitochondria"), "foot": "mitochondria"}
    assert passed_over(stored(article("Neurons"), article(**{place: given[place]}))) is None  # type: ignore[arg-type]


def test_a_word_is_found_however_it_is_written_down() -> None:
    assert passed_over(stored(article("a"))) is not None
    assert passed_over(stored(article("a")).replace(b'"a"', rb'"\u006d\u0069to-GFP"')) is None


def test_an_article_that_was_passed_over_when_it_was_parsed_is_not_read(plain: Resources) -> None:
    one = Article(Head("PMC1", title="mitochondria"), reason="a reason of its own")
    assert passed_over(stored(one)) == [annotate_article(one, plain)] == [Annotated(one.head, reason="a reason of its own")]


def test_an_article_of_which_nothing_was_read_keeps_its_reason(plain: Resources) -> None:
    problem = Problem("PMC1", "parse", "error", "bad-xml", "a.xml", "mitochondria")
    one = Article(Head("PMC1", title="mitochondria"), problems=(problem,), status="failed", reason="no XML")
    assert passed_over(stored(one)) == [annotate_article(one, plain)]


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[{}]", b'[{"head":{"source":"\xff"}}]', b'[{"head":{"source":"a"},"x":' + b"[" * 5000]
)
def test_what_cannot_be_decoded_is_left_to_who_decodes_it_whole(payload: bytes) -> None:
    assert passed_over(payload) is None


def test_a_shard_that_is_passed_over_is_written_as_one_that_is_read(plain: Resources, tmp_path: Path) -> None:
    settings, one, shards = load_settings(), article("Neurons", ("Neurons fire.",)), Shards(tmp_path)
    shards.write("a", "key", "done", stored(one))
    result = annotate_one(settings.annotate, settings.nlp, shards, "a")
    assert result == Result("done", msgspec.json.encode([annotate_article(one, plain)]))
