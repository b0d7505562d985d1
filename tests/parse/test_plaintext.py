"""Plain text, clean and otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.errors import InputError
from mitotransfer.parse.plaintext import parse_text


def texts(data: bytes) -> list[str]:
    return [p.text for p in parse_text(data, "a.txt").passages]


def test_blank_lines_part_paragraphs_and_lines_join() -> None:
    assert texts(b"One\nline.\n\n \nTwo.\r\n\r\nThree.") == ["One line.", "Two.", "Three."]


def test_short_first_paragraph_without_a_stop_is_the_title() -> None:
    article = parse_text(b"Mitochondria move\n\nThey do.", "dir/PMC1.txt")
    assert (article.head.title, article.head.source, article.head.body) == ("Mitochondria move", "PMC1", "full")
    assert [(p.kind, p.part) for p in article.passages] == [("title", "front"), ("paragraph", "body")]


@pytest.mark.parametrize("first", ["A sentence.", "word " * 80])
def test_no_title_is_invented(first: str) -> None:
    assert parse_text(f"{first}\n\nMore.".encode(), "a").head.title == ""


def test_single_paragraph_is_no_title() -> None:
    assert parse_text(b"Only this", "a").passages[0].kind == "paragraph"


def test_usual_headings_open_sections() -> None:
    article = parse_text(b"T\n\nAbstract\n\nShort.\n\n1. Introduction\n\nLong.\n\nReferences\n\n1. Doe J.", "a")
    assert [(p.kind, p.part, p.section) for p in article.passages[1:]] == [
        ("heading", "abstract", ()),
        ("abstract", "abstract", ("Abstract",)),
        ("heading", "body", ()),
        ("paragraph", "body", ("1. Introduction",)),
        ("heading", "back", ()),
        ("paragraph", "back", ("References",)),
    ]


def test_long_lines_without_blank_lines_are_paragraphs() -> None:
    assert len(texts((("word " * 60 + "\n") * 3).encode())) == 3


def test_wrapped_lines_without_blank_lines_are_one_paragraph() -> None:
    assert texts(b"some words\nof a wrapped\ntext.") == ["some words of a wrapped text."]


def test_hyphen_at_a_line_end_is_left_alone() -> None:
    # "mito-" + "chondria" cannot be told from "co-" + "culture".
    assert texts(b"a co-\nculture of cells.") == ["a co- culture of cells."]


def test_form_feed_is_a_line_end() -> None:
    assert texts(b"one\x0ctwo.\n\x0c\nthree.") == ["one two.", "three."]


def test_byte_order_marks() -> None:
    assert texts("é.".encode("utf-8-sig")) == texts("é.".encode("utf-16")) == ["é."]


def test_windows_text_is_read_with_a_warning() -> None:
    article = parse_text("naïve – 5 µm.".encode("cp1252"), "a")
    assert article.passages[0].text == "naïve – 5 µm."
    assert [(p.severity, p.code) for p in article.problems] == [("warning", "encoding")]


def test_control_characters_become_blanks_and_are_counted() -> None:
    article = parse_text(b"lost\x01dash\x02es. " + b"x" * 100, "a")
    assert article.passages[0].text.startswith("lost dash es.")
    assert article.problems[0].code == "control-characters" and "2" in article.problems[0].message


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"text\x00with\x00nul", "NUL"),
        (b"\xff\xfea\xd8\x00", "UTF-16"),
        (bytes(range(1, 32)) * 10, "control"),
    ],
)
def test_binary_is_refused_by_its_name(data: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        parse_text(data, "a.txt")
    assert (caught.value.code, caught.value.place) == ("not-text", "a.txt")


@pytest.mark.parametrize(("data", "code"), [(b" \n\n\t", "empty"), (b"[Error] : No result can be found. <BR>", "bioc-no-result")])
def test_nothing_to_read(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_text(data, "a")
    assert caught.value.code == code


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_article_or_a_named_error(data: bytes) -> None:
    try:
        article = parse_text(data, "a")
    except InputError as error:
        assert error.code in ("not-text", "empty", "bioc-no-result")
    else:
        assert all(p.text == " ".join(p.text.split()) and p.text for p in article.passages)


def test_garbled_passage_is_read_whole(shared: Path) -> None:
    data = (shared / "noisy" / "review_passage.txt").read_bytes()
    article = parse_text(data, "review_passage.txt")
    assert " ".join(p.text for p in article.passages) == " ".join(data.decode().split())
    assert article.problems == ()
