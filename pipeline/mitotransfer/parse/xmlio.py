"""Bytes to an XML tree, safely: no network, no DTD, no external entity, no bomb, no huge node; nothing lost in silence.

Two faults are common in archives and can be mended without guessing at the text, so they are, with a warning: a wrong
encoding declaration, and named characters (`&nbsp;`) whose DTD is not read. Everything else is refused with its place.
"""

from __future__ import annotations

import codecs
import html
import re
from functools import cache
from typing import NamedTuple

from lxml import etree

from mitotransfer.errors import InputError, Severity

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# CDATA and comments are matched first so that what looks like an entity inside them stays as it is.
# What is not closed reaches to the end: looked for from each start anew, it would take quadratic time.
_ENTITY = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^\[>]*+(?:\[.*?(?:\]\s*>|\Z)|>|\Z)|&([A-Za-z][\w.-]*);", re.DOTALL
)
_OWN_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]+)\s+[\"']")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_SINGLE_BYTE = frozenset(("ascii", "cp1252", "iso8859-1", "iso8859-15"))
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape"))
_WRONG_SHARE = 0.02  # above this share of undecodable bytes the text is in an encoding we do not know
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Note = tuple[Severity, str, str, str]  # severity, code, place, message: a Problem before its article is known


class Source(NamedTuple):
    """A parsed file: its root element and what had to be mended to read it."""

    root: etree._Element
    notes: list[Note]


def read_xml(data: bytes, name: str) -> Source:
    """Parse one XML file.

    Raises InputError: `malformed-xml`, `truncated-xml` (place `name:line:column`), `encoding`, `entity-bomb`, `too-large`.
    """
    notes: list[Note] = []
    encoding = _true_encoding(data, name, notes)
    try:
        return Source(_parse(data, encoding), notes)
    except etree.XMLSyntaxError as error:
        first = error
    data, mended = _mend(data, encoding, name, first, notes)
    if not mended:
        raise _refusal(first, name, data) from first
    try:
        return Source(_parse(data, "utf-8"), notes)
    except etree.XMLSyntaxError as error:
        raise _refusal(error, name, data) from error


def _parse(data: bytes, encoding: str | None) -> etree._Element:
    return etree.fromstring(data, _parser(encoding))


@cache
def _parser(encoding: str | None) -> etree.XMLParser:
    """One parser for all files: it keeps the element names it has met."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities="internal",  # type: ignore[arg-type]  # of lxml 5; the stubs are older
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _true_encoding(data: bytes, name: str, notes: list[Note]) -> str | None:
    """The encoding to use in place of the declared one, or None to trust the file."""
    declared = _DECLARED.match(data[:300])
    if declared is None or data.startswith(_BOMS):
        return None
    label = declared.group(1).decode("ascii")
    known = _charset(label)
    # the single-byte ones are false when the bytes are good UTF-8
    if known and (known not in _SINGLE_BYTE or data.isascii() or not _is_utf8(data)):
        return None
    notes.append(("warning", "encoding", name, f"declared as {label}, read as UTF-8"))
    return "utf-8"


def _charset(label: str) -> str:
    """Python's name of a declared encoding that may be true.

    Empty for any other label: unknown ones, codecs that serve other ends ("rot13", "idna"), and those of which one byte is no
    character ("utf-16"), since the declaration was read as ASCII.
    """
    try:
        b"x".decode(label)
        known = codecs.lookup(label).name
    except (LookupError, UnicodeError):
        return ""
    return "" if known in _NO_CHARSETS else known


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mend(data: bytes, encoding: str | None, name: str, error: etree.XMLSyntaxError, notes: list[Note]) -> tuple[bytes, bool]:
    """The file with its bytes made UTF-8 and its named characters written out; and whether anything was changed."""
    text, changed = _decode(data, encoding, name, notes)
    if text is None:
        return data, False
    if _code(error) in (etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY) or changed:
        named = _write_out_entities(text, name, notes)
        changed = changed or named != text
        text = named
    return _DECLARATION.sub("", text, count=1).encode("utf-8"), changed


def _decode(data: bytes, encoding: str | None, name: str, notes: list[Note]) -> tuple[str | None, bool]:
    """The file as text and whether its encoding had to be mended; (None, False) when its declared encoding fails."""
    declared = _DECLARED.match(data[:300])
    label = encoding or (declared.group(1).decode("ascii") if declared else "")
    if not label:
        label = "utf-16" if data.startswith(_BOMS[1:]) else "utf-8-sig"
    try:
        text = data.decode(label)
        text.encode()  # "+2AA-" of UTF-7 is half a character
    except UnicodeError:
        if codecs.lookup(label).name not in ("utf-8", "utf-8-sig", "ascii"):
            return None, False
    else:
        return text, False
    # Not UTF-8 throughout: read each stray byte as Windows-1252, the usual stowaway, and leave good UTF-8 alone.
    text = data.decode("utf-8", errors="surrogateescape")
    strays = [character for character in text if "\udc80" <= character <= "\udcff"]
    if len(strays) > max(20, len(data) * _WRONG_SHARE):
        raise InputError(f"not UTF-8 as declared ({len(strays)} undecodable bytes)", code="encoding", place=name)
    for stray in sorted(set(strays)):
        text = text.replace(stray, _windows(ord(stray) - 0xDC00))
    notes.append(("warning", "encoding", name, f"{len(strays)} bytes that are not UTF-8 were read as Windows-1252"))
    return text, True


def _windows(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="replace")


def _write_out_entities(text: str, name: str, notes: list[Note]) -> str:
    """Named characters as characters, by HTML's table; a name nobody knows stays readable as `&name;`, with a warning."""
    own = _XML_ENTITIES.union(_OWN_ENTITY.findall(text[: text.find("]>") + 1]))
    unknown: set[str] = set()

    def write_out(match: re.Match[str]) -> str:
        entity = match.group(1)
        if entity is None or entity in own:
            return match.group()
        character = html.unescape(f"&{entity};")
        if character == f"&{entity};" or character.endswith(";"):
            unknown.add(entity)
            return f"&amp;{entity};"
        return html.escape(character)

    text = _ENTITY.sub(write_out, text)
    message = "the entity &{}; is not defined here; left as it is written"
    notes += [("warning", "unknown-entity", name, message.format(entity)) for entity in sorted(unknown)]
    return text


def _code(error: etree.XMLSyntaxError) -> int:
    """libxml2's number for the error (the stubs leave it out)."""
    return int(getattr(error, "code", 0))


def _refusal(error: etree.XMLSyntaxError, name: str, data: bytes) -> InputError:
    """The InputError that says what libxml2 said, with its line and column."""
    line, column = error.position
    place = f"{name}:{line}:{column}"
    said = (error.msg or "not XML").split(", line ")[0].strip()
    if "amplification" in said or "entity loop" in said.lower():
        return InputError(f"entities expand without bound: {said}", code="entity-bomb", place=place)
    if _code(error) == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return InputError(f"refused: {said}", code="too-large", place=place)
    # a whole document ends with the ">" of its last tag; one cut inside a tag is malformed in libxml2's words
    cut = not data.rstrip().endswith(b">") and _code(error) != etree.ErrorTypes.ERR_DOCUMENT_END
    if cut or _code(error) in (etree.ErrorTypes.ERR_TAG_NOT_FINISHED, etree.ErrorTypes.ERR_DOCUMENT_EMPTY):
        return InputError(f"the file ends too early: {said}", code="truncated-xml", place=place)
    if _code(error) in (etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING):
        return InputError(f"wrong encoding: {said}", code="encoding", place=place)
    return InputError(f"not well-formed XML: {said}", code="malformed-xml", place=place)
