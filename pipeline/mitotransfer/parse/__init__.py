"""Files of articles to `Article`s: JATS and NLM XML, BioC XML and JSON, plain text.

`parse_documents` is the whole of this package's interface; what a file holds is found out from its content.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from mitotransfer.document import Article
from mitotransfer.errors import InputError
from mitotransfer.parse import bioc, jats, plaintext
from mitotransfer.parse.jats import Unwanted
from mitotransfer.parse.sniff import sniff
from mitotransfer.parse.xmlio import read_xml

MAX_BYTES = 50_000_000

__all__ = ["MAX_BYTES", "Unwanted", "parse_document", "parse_documents"]


def parse_documents(data: bytes, name: str, *, max_bytes: int = MAX_BYTES, unwanted: Unwanted | None = None) -> list[Article]:
    """Every article of a file, in its order (`name` is the file's name, used in places and as the last-resort source).

    `unwanted` is asked, of articles in JATS with a body, whether they need not be read; there is only a head of such.
    Raises InputError when nothing can be read: `empty`, `too-large`, `binary`, `html-not-xml`, `malformed-xml`,
    `truncated-xml`, `encoding`, `entity-bomb`, `no-article`, or a code of the BioC and plain-text readers.
    """
    if len(data) > max_bytes:
        raise InputError(f"{len(data):,} bytes; at most {max_bytes:,} are read", code="too-large", place=name)
    kind = sniff(data, name)
    with _gc_paused():
        if kind == "text":
            return [plaintext.parse_text(data, name)]
        if kind == "bioc-json":
            return bioc.parse_bioc_json(data, name)
        source = read_xml(data, name)
        if source.root.tag == "collection":
            return bioc.parse_bioc_xml(source.root, name)
        return jats.parse_jats(source.root, name, notes=source.notes, unwanted=unwanted)


def parse_document(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> Article:
    """The one article of a file; raises InputError as `parse_documents` does, and `several-articles`."""
    articles = parse_documents(data, name, max_bytes=max_bytes)
    if len(articles) != 1:
        raise InputError(f"{len(articles)} articles in one file", code="several-articles", place=name)
    return articles[0]


@contextmanager
def _gc_paused() -> Iterator[None]:
    """A parse makes many small objects and no cycles worth collecting: without the pause a quarter of its time goes there."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
