"""Real articles of many publishers (development data): every word, in order, at a place that can be found again."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from mitotransfer.document import Article, Passage
from mitotransfer.parse import parse_documents

SUFFIXES = (".xml", ".nxml")


@pytest.fixture(scope="module")
def files(shared: Path) -> list[Path]:
    folders = (shared / "jats", shared / "review", shared / "dev" / "full")
    return [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]


@pytest.fixture(scope="module")
def word_recall(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("word_recall", root / "tools" / "word_recall.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def all_passages(article: Article) -> list[Passage]:
    inside = [
        p for table in article.tables for p in (*table.caption, *table.foot, *(q for c in table.cells for q in c.paragraphs))
    ]
    return [*article.passages, *inside]


def test_every_locator_finds_its_element(files: list[Path]) -> None:
    for path in files:
        data = path.read_bytes()
        root = etree.fromstring(data)
        for article in parse_documents(data, path.name):
            for locator in {passage.locator for passage in all_passages(article)}:
                assert len(root.xpath(locator)) == 1, (path.name, locator)


def test_texts_offsets_and_references_are_sound(files: list[Path]) -> None:
    for path in files:
        for article in parse_documents(path.read_bytes(), path.name):
            passages = all_passages(article)
            assert len({passage.id for passage in passages}) == len(passages), path.name
            for passage in passages:
                length = len(passage.text)
                assert passage.text == " ".join(passage.text.split())
                assert all(0 <= mark.start <= mark.end <= length for mark in passage.marks)
                assert all(0 <= cite.start <= cite.end <= length for cite in passage.citations)
                assert all(key in article.references for cite in passage.citations for key in cite.refs)
            assert article.head.body == "full"
            assert article.head.title


def test_no_word_is_lost_or_out_of_order(files: list[Path], word_recall: ModuleType) -> None:
    for path in files[::5]:
        matched, expected, _, losses = word_recall.compare(path.read_bytes(), path.name)
        assert matched >= word_recall.FLOOR * expected, (path.name, losses[:3])


def test_the_word_check_sees_losses(word_recall: ModuleType) -> None:
    """The check above would be worth nothing if it could not fail."""
    words = [
        "the",
        "donor",
        "cells",
        "release",
        "their",
        "mitochondria",
        "into",
        "the",
        "medium",
        "of",
        "the",
        "recipient",
        "cells",
    ]
    for damaged, lost in ((words[:3] + words[4:], 1), (words[:-2], 2), (words[6:] + words[:6], 6)):
        matched, losses = word_recall.align(words, damaged)
        assert matched <= len(words) - lost
        assert losses
