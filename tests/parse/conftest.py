"""Small articles for the parser's tests: two lines of body, the rest is filled in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mitotransfer.document import Article, Passage
from mitotransfer.parse import parse_document

Build = Callable[..., bytes]
Read = Callable[..., Article]
ReadOne = Callable[..., Passage]

NAMESPACES = (
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
    ' xmlns:ali="http://www.niso.org/schemas/ali/1.0/"'
)


def references(count: int) -> str:
    """A reference list r1 … r<count>, labelled 1 … <count>."""
    refs = "".join(
        f'<ref id="r{n}"><label>{n}.</label><element-citation><name><surname>Author{n}</surname></name>'
        f"<year>{2000 + n}</year></element-citation></ref>"
        for n in range(1, count + 1)
    )
    return f"<ref-list>{refs}</ref-list>"


def build_article(body: str = "", *, front: str = "", back: str = "", refs: int = 30, attributes: str = "") -> bytes:
    """A valid article around a body of two lines; `front` goes into article-meta, `back` before the reference list."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<article {NAMESPACES} article-type="research-article" {attributes}><front>'
        "<journal-meta><journal-title-group><journal-title>J Test</journal-title></journal-title-group></journal-meta>"
        '<article-meta><article-id pub-id-type="doi">10.1234/test</article-id>'
        f"<title-group><article-title>A title</article-title></title-group>{front}</article-meta></front>"
        f"<body>{body}</body><back>{back}{references(refs)}</back></article>"
    ).encode()


@pytest.fixture(scope="session")
def build() -> Build:
    return build_article


@pytest.fixture(scope="session")
def read() -> Read:
    """Parse an article given as two lines of body."""

    def read_article(body: str = "", **parts: str) -> Article:
        return parse_document(build_article(body, **parts), "test.xml")  # type: ignore[arg-type]

    return read_article


@pytest.fixture(scope="session")
def paragraph() -> ReadOne:
    """The first passage of a body made of one paragraph with the given content."""

    def read_paragraph(content: str) -> Passage:
        article = parse_document(build_article(f"<p>{content}</p>"), "test.xml")
        return next(passage for passage in article.passages if passage.part == "body")

    return read_paragraph
