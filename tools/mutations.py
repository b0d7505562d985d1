"""Odd inputs from good ones: changes of bytes, of XML trees, of JSON values, of tables and lists; all by one random generator.

What is put in is what readers have stumbled over elsewhere: spans without bounds, deep nesting, entities that grow, encodings
declared wrongly, numbers too long for `int`, halves of characters, names of columns that come twice.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

MOST_BYTES = 400_000
_DEEP = 240  # elements; libxml2 stops at 256
_SMALL = 20  # elements that are copied many times

# fmt: off
NUMBERS = (
    "0", "-1", "1e9", "1.5", "", " 2 ", "+3", "99999", "1000000000", "2147483648", "00", "2px", "٣", "²", "①", "0x10", "NaN",
    "9" * 30, "9" * 5000, "-" + "9" * 5000, "1–99999", "1-3,5–2", "PMC" + "1" * 40,
)
TEXTS = (
    "", " ", "\n\t ", "\u00a0", "\u2028", "\u200b", "\ufeff", "\ue000", "\u0301", "\U0001d54f", "\u202e", "ß", "İ", "ﬁ", "µ",
    "↑",
    "[1]", "[1–3]", "(2, 4)", "1,2", "[", "]", "([", "2006", "et al.", "NR", "–", "; ", "=1+1", "'", '"', "%s", "{0}", "\\",
    "a\x85b",
    "mitochondria", "MSC → neuron", "Donor cells", "Recipient", "mitochondrial transfer " * 30, "x" * 3000, "a " * 3000,
    "(" * 400,
    "[[" * 300, "-" * 2000, "1-" * 500, "NCT01234567", "10.1234/a b", "PMC123", "Table 1", "TNT (tunneling nanotube)",
    "A (B (C (D",
)
BYTES = (
    b"\x00", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\r",
    b"\r\n", b"\n",
    b"&", b"<", b">", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"?>", b"&nbsp;", b"&#0;", b"&#xD800;", b"&#1114112;",
    b"&x;",
    b'"', b"'", b",", b";", b"\t", b"#", b"{", b"[", b"}", b"]", b"null", b"1e999", b"-0", b"\\ud800", b"\\u0000",
    b'{"a":' * 3000,
    b"[" * 5000, b"<sec>" * 300, b"<p>", b"</p>", b"<td>", b"</td>", b"<sup>", b"</sup>", b"sep=;\n", b"sep=\r\n",
    b'sep="\n', b"PMC1",
)
TAGS = (
    "p", "sec", "title", "label", "table-wrap", "table-wrap-group", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
    "tgroup",
    "colspec", "spanspec", "row", "entry", "entrytbl", "caption", "table-wrap-foot", "fn", "fn-group", "list", "list-item",
    "xref",
    "sup", "sub", "italic", "break", "fig", "fig-group", "disp-formula", "inline-formula", "alternatives", "graphic",
    "boxed-text",
    "sub-article", "response", "ref-list", "ref", "element-citation", "mixed-citation", "name", "surname", "year", "pub-id",
    "abstract",
    "trans-abstract", "kwd-group", "kwd", "article", "front", "body", "back", "article-meta", "article-id", "def-list",
    "floats-group",
    "collection", "document", "passage", "infon", "text", "sentence", "id", "{urn:x}p",
    "{http://www.w3.org/1998/Math/MathML}math",
)
ATTRIBUTES = (
    "colspan", "rowspan", "morerows", "namest", "nameend", "colname", "colnum", "spanname", "cols", "id", "rid", "ref-type",
    "key",
    "pub-id-type", "article-type", "list-type", "sec-type", "content-type", "abstract-type", "fn-type", "related-article-type",
    "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/1999/xlink}href",
)
VALUES = (
    "bibr", "table", "fig", "pmc", "pmid", "doi", "pmcid", "c1", "c2", "r1", "r1 r2", "t1", "retracted-article",
    "type", "title_0",
)
# fmt: on
ENCODINGS = (
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "cp1252",
    "iso8859-1",
    "ascii",
    "shift_jis",
    "utf-7",
    "idna",
    "punycode",
    "rot13",
)
BOMB = b'<!DOCTYPE article [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
)
DOCTYPES = (
    BOMB,
    b'<!DOCTYPE article SYSTEM "file:///etc/hostname">',
    b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE article [<!ENTITY x "<p>in</p>"><!ENTITY y "&y;">]>',
    b'<!DOCTYPE article [<!ATTLIST td colspan CDATA "1000" rowspan CDATA "65534">]>',
    b"<!DOCTYPE article [<!ENTITY % p \"<!ENTITY q 'r'>\">%p;]>",
)


class Mutator:
    """Makes inputs out of `seeds`; the same ones for the same `seed`."""

    def __init__(self, seeds: list[bytes], seed: int) -> None:
        self.random = random.Random(seed)
        self.seeds = seeds

    def change(self, data: bytes) -> bytes:
        """`data` after one to five changes, of its structure where it has one."""
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 5))):
            change = self._by_structure(data) if self.random.random() < 0.7 else self._bytes
            data = change(data)[:MOST_BYTES]
        return data

    def _by_structure(self, data: bytes) -> Callable[[bytes], bytes]:
        start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
        if start.startswith(b"<"):
            return self._xml
        if start[:1] in (b"{", b"["):
            return self._json
        return self._table if b"," in data[:200] or b"\t" in data[:200] else self._lines

    # -- bytes -----------------------------------------------------------------------------------------------------

    def _bytes(self, data: bytes) -> bytes:
        choose = self.random.choice
        first, last = self._span(len(data))
        kind = choose(("flip", "cut", "end", "repeat", "insert", "insert", "splice", "text", "recode"))
        if kind == "flip" and data:
            changed = bytearray(data)
            for _ in range(choose((1, 1, 4, 16))):
                changed[self.random.randrange(len(data))] = self.random.randrange(256)
            return bytes(changed)
        if kind == "cut":
            return data[:first] + data[last:]
        if kind == "end":
            return data[:first]
        if kind == "repeat":
            times = min(choose((2, 3, 10, 1000)), MOST_BYTES // max(last - first, 1))
            return data[:first] + data[first:last] * times + data[last:]
        if kind == "splice":
            other = choose(self.seeds)
            return data[:first] + other[slice(*self._span(len(other)))] + data[last:]
        if kind == "recode":
            return self._recoded(data)
        token = choose((*TEXTS, *NUMBERS)).encode() if kind == "text" else choose(BYTES)
        return data[:first] + token + data[first:]

    def _span(self, length: int) -> tuple[int, int]:
        """A piece of something that long, mostly a short one."""
        first = self.random.randint(0, length)
        return first, min(length, first + int(length ** self.random.random()))

    def _recoded(self, data: bytes) -> bytes:
        """Another encoding, as declared or not."""
        encoding = self.random.choice(ENCODINGS)
        text = data.decode("utf-8", "replace")
        try:
            changed = text.encode(encoding if self.random.random() < 0.5 else "utf-8", "replace")
        except (LookupError, UnicodeError):
            changed = data
        if text.startswith("<") and not text.startswith("<?xml"):
            changed = b'<?xml version="1.0" encoding="%s"?>' % encoding.encode() + changed
        return changed

    # -- XML -------------------------------------------------------------------------------------------------------

    def _xml(self, data: bytes) -> bytes:
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            return self._bytes(data)
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        for _ in range(self.random.choice((1, 2, 4)) if len(data) < MOST_BYTES // 4 else 1):
            self._change_tree(elements)
        if self.random.random() < 0.1:
            return self.random.choice(DOCTYPES) + etree.tostring(root)
        data = etree.tostring(root, encoding=self.random.choice(("utf-8", "utf-8", "utf-8", "ascii", "utf-16")))
        return data.replace(b"&amp;x;", b"&x;")

    def _change_tree(self, elements: list[Any]) -> None:
        choose = self.random.choice
        element, other = choose(elements), choose(elements)
        parent = element.getparent()
        kind = choose(
            ("attribute", "attribute", "attribute", "text", "tail", "rename", "new", "drop", "copy", "move", "nest", "node")
        )
        if kind == "attribute":
            element.set(choose((*ATTRIBUTES, *element.attrib)), _sound(choose((*NUMBERS, *VALUES, *TEXTS))))
        elif kind in ("text", "tail"):
            setattr(element, kind, self._text(getattr(element, kind) or ""))
        elif kind == "rename":
            element.tag = choose((*TAGS, other.tag))
        elif kind == "new":
            self._put(element, etree.Element(choose(TAGS)))
        elif kind == "drop" and parent is not None:
            parent.remove(element)
        elif kind == "copy":
            is_small = sum(1 for _ in other.iter()) < _SMALL
            taken = copy.deepcopy(other)  # once: it grows when a copy is put inside it
            for _ in range(choose((1, 1, 2, 30)) if is_small else 1):
                self._put(element, copy.deepcopy(taken))
        elif kind == "move" and element is not other and element not in other.iterancestors() and parent is not None:
            self._put(other, element)
        elif kind == "nest":
            tag = choose((*TAGS, element.tag))
            for _ in range(choose((1, 3, 20, _DEEP))):
                element = etree.SubElement(element, tag)
            element.text = choose(("x", "mitochondria", "[1]"))
        elif kind == "node":
            made = choose((etree.Comment("c"), etree.ProcessingInstruction("p", "i"), etree.Entity("x"), etree.Entity("nbsp")))
            self._put(element, made)

    def _put(self, parent: Any, child: Any) -> None:
        parent.insert(self.random.randint(0, len(parent)), child)
        child.tail = self.random.choice((child.tail, None, " ", "-", "; and [", "a", "."))

    def _text(self, text: str) -> str:
        token = _sound(self.random.choice((*TEXTS, *NUMBERS)))
        at = self.random.randint(0, len(text))
        return self.random.choice(
            (token, text[:at] + token + text[at:], text[at:], text * 20 if len(text) < 5000 else text, token * 50)
        )

    # -- JSON ------------------------------------------------------------------------------------------------------

    def _json(self, data: bytes) -> bytes:
        try:
            top = json.loads(data)
        except (ValueError, RecursionError):
            return self._bytes(data)
        places = list(_places(top))
        for _ in range(self.random.choice((1, 2, 4))):
            if places:
                self._change_value(*self.random.choice(places))
        return json.dumps(top, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "surrogatepass")

    def _change_value(self, holder: Any, key: Any) -> None:
        choose = self.random.choice
        old = holder.get(key) if isinstance(holder, dict) else holder[key % len(holder)] if holder else None
        text = choose((*TEXTS, *NUMBERS, *VALUES, "\ud800", "name_" + "9" * 5000, "TABLE", "REF", "front", "table", "title_1"))
        value = choose(
            (text, text, text, None, True, -1, 10**30, 1.5, float("inf"), [], {}, [old], {"text": old}, [old] * 20, _deep(old))
        )
        if isinstance(holder, dict):
            if choose((True, False, False)):
                holder[choose((text, "infons", "text", "type", "section_type", "id", "name_0", "xml", "passages"))] = holder.pop(
                    key, value
                )
            else:
                holder[key] = value
        elif holder:
            holder[key % len(holder)] = value

    # -- tables and lists --------------------------------------------------------------------------------------------

    def _table(self, data: bytes) -> bytes:
        choose = self.random.choice
        try:
            rows = [list(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
        except (csv.Error, UnicodeDecodeError):
            return self._bytes(data)
        for _ in range(choose((1, 2, 4))):
            filled = [row for row in rows if row]
            if not filled:
                break
            self._change_rows(rows, choose((filled[0], choose(filled), choose(filled))))
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=choose(",,,;\t"), lineterminator=choose(("\n", "\n", "\r\n", "\r")))
        writer.writerows(rows)
        text = choose(("", "", "", "sep=;\r\n", "sep=,\n")) + out.getvalue()
        return text.encode(choose(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")

    def _change_rows(self, rows: list[list[str]], row: list[str]) -> None:
        choose = self.random.choice
        at = self.random.randrange(len(row))
        words = (
            "accepted",
            "rejected",
            "edited",
            "proposed",
            "undo",
            "edit",
            "add",
            "note",
            "row_id",
            "evidence_id",
            "TRUE",
            "; ; ",
        )
        kind = choose(("cell", "cell", "cell", "swap", "drop", "add", "copy", "lose", "column", "shuffle"))
        if kind == "cell":
            row[at] = choose((*TEXTS, *NUMBERS, *words, row[at] + " ", row[at] * 3, *choose(rows)))
        elif kind == "swap":
            other = choose(row)
            row[row.index(other)], row[at] = row[at], other
        elif kind == "drop":
            del row[at]
        elif kind == "add":
            row.insert(at, choose(TEXTS))
        elif kind == "copy":
            rows.insert(self.random.randint(0, len(rows)), list(row))
        elif kind == "lose":
            rows.remove(row)
        elif kind == "column":
            for each in rows:
                del each[at : at + 1]
        else:
            order = self.random.sample(range(len(row)), len(row))
            for each in rows:
                each[:] = [each[n] for n in order if n < len(each)]

    def _lines(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        at = self.random.randrange(len(lines))
        choose = self.random.choice
        token = choose(
            (*TEXTS, *NUMBERS, "PMC0", "pmid: 12", "https://doi.org/10.1/x", "doi:10.1234/", "#", "PMCID: PMC1.2")
        ).encode()
        at_end = choose((b"\n", b"\r\n", b"\r", b"", b" # why\n", b",\n"))
        lines[at : at + choose((0, 1))] = choose(([token + at_end], [lines[at]] * 50, [lines[at].rstrip() + token + at_end], []))
        return b"".join(lines)


def _sound(text: str) -> str:
    """`text` without what XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each place of a JSON value: what holds it, and its key or number there."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _deep(value: Any) -> Any:
    for _ in range(150):
        value = [value]
    return value
