"""What kind of file is this? Decided by its first bytes, never by its name."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from mitotransfer.errors import InputError

Format = Literal["xml", "bioc-json", "text"]

_HEAD = 2000
_BLANK = b" \t\r\n\x00\xef\xbb\xbf"
_BINARY = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip file", b"\x1f\x8b": "gzip-compressed", b"\xd0\xcf\x11\xe0": "an Office file"}
# atomic: a comment that may also hold the next ones would be tried in 2^n ways
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:(?><!--.*?-->)\s*)*<(?:!DOCTYPE\s+html|(?:\w+:)?html)\b", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(r"^\s*<[?!A-Za-z_]")


def sniff(data: bytes, name: str) -> Format:
    """The format of a file; raises InputError (`empty`, `html-not-xml`, `binary`) for what is none of ours."""
    # the head first: stripping copies the whole file
    if not data[:_HEAD].strip(_BLANK) and not data.strip(_BLANK):
        raise InputError("the file is empty", code="empty", place=name)
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise InputError(f"this is {what}, not an article's text", code="binary", place=name)
    head = _head(data)
    if _HTML.match(head):
        raise InputError("this is a web page (HTML), not the article's XML", code="html-not-xml", place=name)
    if _XML.match(head):
        return "xml"
    if re.match(r"\s*(?:\{|\[\s*[\{\]])", head):
        return "bioc-json"
    return "text"


def _head(data: bytes) -> str:
    start = data[:_HEAD]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", errors="replace")
    return start.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
