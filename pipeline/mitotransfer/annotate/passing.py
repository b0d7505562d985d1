"""Articles that annotation passes over: nothing was read of them, or they have no word for mitochondria.

Most articles are such, so this is told before anything else is done: of an article that is stored, even before more than its
texts is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mitotransfer.document import Annotated, Article, Head, Status
from mitotransfer.errors import Problem
from mitotransfer.topic import UNMENTIONED, name_topic


class _Text(msgspec.Struct, gc=False):
    text: str


class _Cell(msgspec.Struct, gc=False):
    paragraphs: tuple[_Text, ...] = ()


class _Table(msgspec.Struct, gc=False):
    caption: tuple[_Text, ...] = ()
    cells: tuple[_Cell, ...] = ()
    foot: tuple[_Text, ...] = ()


class _Texts(msgspec.Struct):
    """An `Article` of which only the texts are decoded: no citations, no marks, no references."""

    head: Head
    passages: tuple[_Text, ...] = ()
    tables: tuple[_Table, ...] = ()
    problems: tuple[Problem, ...] = ()
    status: Status = "ok"
    reason: str = ""


_DECODER = msgspec.json.Decoder(list[_Texts])


def passed_over(payload: bytes) -> list[Annotated] | None:
    """What `annotate_article` gives for the stored articles (JSON, a list) when it need read none of them; else None.

    None also where they cannot be decoded: who decodes them whole says what is wrong.
    """
    try:
        articles = _DECODER.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found: list[Annotated] = []
    for article in articles:
        if (without := if_passed_over(article)) is None:
            return None
        found.append(without)
    return found


def if_passed_over(article: Article | _Texts) -> Annotated | None:
    """What annotation gives for an article that it passes over; None for one that is to be read."""
    if article.status != "ok":
        return Annotated(article.head, problems=article.problems, status=article.status, reason=article.reason)
    if not article.reason and name_topic(_texts(article)):
        return None
    reason = article.reason or UNMENTIONED
    n_passages, n_tables = len(article.passages), len(article.tables)
    return Annotated(article.head, problems=article.problems, reason=reason, n_passages=n_passages, n_tables=n_tables)


def _texts(article: Article | _Texts) -> Iterator[str]:
    yield article.head.title
    for passage in article.passages:
        yield passage.text
    for table in article.tables:
        for passage in (*table.caption, *table.foot):
            yield passage.text
        for cell in table.cells:
            for passage in cell.paragraphs:
                yield passage.text
