"""Plain text to an article: paragraphs, a title where there clearly is one, and the usual section headings.

Citation numbers glued to words ("MSCs.24") cannot be told from other numbers, so there are no citations.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import PurePath

from mitotransfer.document import Article, Head, Part, Passage, PassageKind
from mitotransfer.errors import InputError, Problem, Severity
from mitotransfer.parse.bioc import refuse_no_result
from mitotransfer.parse.inline import STAGE

_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip file (or an Office document)",
    b"\x1f\x8b": "gzip-compressed",
    b"BZh": "bzip2-compressed",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
Report = Callable[[Severity, str, str], None]
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_MOST_CONTROLS = 0.02  # above this share it is data, not text with a few stray bytes
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028]")
_BLANK_LINES = re.compile(r"\n\s*\n|\u2029")
# Without any blank line, lines this long are paragraphs; shorter ones are the lines of one wrapped text.
_LONG_LINE = 160
_LONGEST_TITLE = 250
_HEADING = re.compile(
    r"(?:\d+\.?\s+|[IVX]+\.\s+)?(abstract|summary|introduction|background|(?:materials? and |patients and )?methods"
    r"|results(?: and discussion)?|discussion|conclusions?|acknowledge?ments?|funding|references|bibliography)\s*:?",
    re.IGNORECASE,
)
_BACK = re.compile("acknowledge?ments?|funding|references|bibliography")


def parse_text(data: bytes, name: str) -> Article:
    """The article of a plain-text file: UTF-8, UTF-16 with a byte order mark, else Windows-1252 (problem `encoding`).

    Control characters become blanks (problem `control-characters`). Raises InputError: `not-text` with what the file
    looks like, `bioc-no-result` for the BioC service's error reply, `empty`.
    """
    source = PurePath(name).stem
    problems: list[Problem] = []

    def report(severity: Severity, code: str, message: str) -> None:
        problems.append(Problem(source, STAGE, severity, code, name, message))

    text = _decode(data, name, report)
    refuse_no_result(text, name)
    text, controls = _CONTROL.subn(" ", text)
    if controls > max(10, len(text) * _MOST_CONTROLS):
        raise InputError(f"this looks like binary data ({controls} control characters)", code="not-text", place=name)
    if controls:
        report("note", "control-characters", f"{controls} control characters were read as blanks")
    paragraphs = _paragraphs(text)
    if not paragraphs:
        raise InputError("there is no text in the file", code="empty", place=name)
    passages = _passages(paragraphs)
    title = passages[0].text if passages[0].kind == "title" else ""
    return Article(Head(source, file=name, title=title, body="full"), passages, problems=tuple(problems))


def _decode(data: bytes, name: str, report: Report) -> str:
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise InputError(f"this is {what}, not text", code="not-text", place=name)
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise InputError("this looks like UTF-16 but is not", code="not-text", place=name) from error
    if b"\0" in data:
        raise InputError("this looks like binary data (NUL bytes)", code="not-text", place=name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        report("warning", "encoding", "not UTF-8: read as Windows-1252")
        return data.decode("cp1252", errors="replace")


def _paragraphs(text: str) -> list[str]:
    """Paragraphs, whitespace collapsed: parted by blank lines, or line by line when the lines are paragraphs."""
    text = _LINE_END.sub("\n", text).strip()
    pieces = _BLANK_LINES.split(text)
    if len(pieces) == 1:
        lines = [line for line in text.split("\n") if line.strip()]
        if sum(len(line) > _LONG_LINE for line in lines) * 2 >= len(lines):
            pieces = lines
    return [tidy for piece in pieces if (tidy := " ".join(piece.split()))]


def _passages(paragraphs: list[str]) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    section: tuple[str, ...] = ()
    part: Part = "body"
    for number, text in enumerate(paragraphs, 1):
        kind: PassageKind = "abstract" if part == "abstract" else "paragraph"
        heading = _HEADING.fullmatch(text)
        if heading:
            kind, section = "heading", ()
            name = heading[1].lower()
            part = "back" if _BACK.fullmatch(name) else "abstract" if name in ("abstract", "summary") else "body"
        elif number == 1 and len(paragraphs) > 1 and len(text) <= _LONGEST_TITLE and not text.endswith("."):
            kind = "title"
        passages.append(Passage(f"p{number}", kind, "front" if kind == "title" else part, text, section=section))
        if heading:
            section = (text,)
    return tuple(passages)
