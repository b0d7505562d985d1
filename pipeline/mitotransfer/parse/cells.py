"""What stands in a table cell, a caption or a table's foot: its paragraphs, one passage each.

A `p`, a list item, a line after a `break` and a run of text between them are paragraphs of their own: authors list
several findings in one cell, and glued together they read as one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from mitotransfer.document import Cell, Citation, Mark, Part, Passage, PassageKind
from mitotransfer.parse.inline import LIFTED, Walk, put_before, read_inline

if TYPE_CHECKING:
    Element = etree._Element
else:
    Element = object

_TABLES = frozenset(("table-wrap", "table-wrap-group", "table", "array"))
# Blocks with a life of their own, left to the caller of the table reader.
_FIGURES = frozenset(("fig", "fig-group", "media", "supplementary-material", "floats-group", "chem-struct-wrap"))
# Blocks that hold text and no other paragraphs (a list inside a `p` is lifted out of it).
_LEAVES = frozenset(["p", "title", "subtitle", "attrib", "preformat", "code", "verse-line", "term", "disp-formula", "speaker"])
_CONTAINERS = frozenset(["list-item", "def-list", "def-item", "def", "fn", "caption"])
_BLOCKS = LIFTED | _LEAVES | _CONTAINERS
# Stands for a `break` while a paragraph is read: a private-use character, because whitespace would be collapsed.
_BREAK = "\ue000"
_SPANS_SHOWN = 3


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    if tag.__class__ is not str:
        return ""
    return str(tag) if tag[0] != "{" else str(tag).rpartition("}")[2]


def located_children(element: Element, walk: Walk, locator: str) -> Iterator[tuple[Element, str, str]]:
    """The child elements with their local names and locators."""
    seen: dict[str, int] = {}
    for child in element:
        if name := local_name(child):
            seen[name] = position = seen.get(name, 0) + 1
            yield child, name, locator + walk.step(str(child.tag), position)


class Rows(NamedTuple):
    """The grid read from one table."""

    cells: list[Cell]
    n_rows: int
    n_columns: int
    head_rows: int


_BREAK_TAG = "break"  # looked for by its plain name where no namespace can hide it: much quicker


class Reader:
    """Reads the texts of one table into passages of its section and part.

    `nested` fills with tables found inside cells (and their locators), `walk.lifted` with figures found there.
    """

    def __init__(self, walk: Walk, section: tuple[str, ...], part: Part) -> None:
        self.walk = walk
        self.section = section
        self.part = part
        self.nested: list[tuple[Element, str]] = []
        self._bad_spans: list[tuple[str, str]] = []

    def paragraphs(self, element: Element, kind: PassageKind, locator: str) -> tuple[Passage, ...]:
        """The paragraphs of `element`, without the empty ones."""
        if not len(element):
            text = element.text
            if not text or text.isspace():
                return ()
            walk = self.walk
            walk.count += 1  # `text_passage` written out: most cells come this way
            return (Passage(f"p{walk.count}", kind, self.part, " ".join(text.split()), locator, self.section),)
        for child in element:
            if child.tag in _BLOCKS or local_name(child) in _BLOCKS:
                return tuple(self._blocks(element, kind, locator))
        return tuple(self._passages(element, kind, locator))

    def _passages(self, element: Element, kind: PassageKind, locator: str) -> list[Passage]:
        """A paragraph, cut at its breaks, and after it the lists that stood inside it."""
        walk = self.walk
        breaks = list(element.iter(_BREAK_TAG if not walk.namespaced else "{*}break"))
        for line_end in breaks:
            line_end.tail = _BREAK + (line_end.tail or "")
        waiting = len(walk.lifted)
        passage = walk.passage(element, kind, self.part, self.section, locator)
        for line_end in breaks:
            line_end.tail = (line_end.tail or "").removeprefix(_BREAK) or None
        found = _lines(passage) if breaks else [passage] if passage.text or passage.citations else []
        if len(walk.lifted) > waiting:
            lifted = walk.lifted[waiting:]
            del walk.lifted[waiting:]
            for block in lifted:
                found += self._block(block, local_name(block), kind, walk.locate(block, element, locator))
        return found

    def _blocks(self, element: Element, kind: PassageKind, locator: str) -> list[Passage]:
        """The paragraphs of an element that holds blocks, text between them, or both."""
        found: list[Passage] = []
        label = ""
        text = element.text
        run: list[Element] = []  # what stands between blocks, after `text`
        seen: dict[str, int] = {}
        for child in element:
            name = local_name(child)
            seen[name] = seen.get(name, 0) + 1
            if name != "label" and name not in _BLOCKS:
                run.append(child)
                continue
            found += self._run(text, run, kind, locator)
            text, run = child.tail, []
            if name == "label":
                label = read_inline(child, self.walk)[0]
            else:
                found += self._block(child, name, kind, locator + self.walk.step(str(child.tag), seen[name]))
        found += self._run(text, run, kind, locator)
        if found and any(character.isalnum() or kind == "footnote" for character in label):
            put_before(label, found[0])
        return found

    def _run(self, text: str | None, elements: list[Element], kind: PassageKind, locator: str) -> list[Passage]:
        """Text and inline elements that stand between blocks, as a paragraph of their own; mostly there is nothing."""
        if not elements and (not text or text.isspace()):
            return []
        run = etree.Element("p")
        run.text = text
        run.extend([copy.copy(element) for element in elements])  # with their tails; the source must stay as it is
        return self._passages(run, kind, locator)

    def _block(self, element: Element, name: str, kind: PassageKind, locator: str) -> list[Passage]:
        if name in _TABLES:
            self.nested.append((element, locator))
            return []
        if name in _FIGURES:
            self.walk.lifted.append(element)
            return []
        return self._passages(element, kind, locator) if name in _LEAVES else self._blocks(element, kind, locator)

    def bad_span(self, place: str, message: str) -> None:
        """Remember a span that could not be used as given, for `report_spans`."""
        self._bad_spans.append((place, message))

    def report_spans(self) -> None:
        """One problem for all spans of the table that could not be used as given."""
        if bad := self._bad_spans:
            told = "; ".join(f"{message} at {place}" for place, message in bad[:_SPANS_SHOWN])
            more = f"; and {len(bad) - _SPANS_SHOWN} more" if len(bad) > _SPANS_SHOWN else ""
            self.walk.add_problem("warning", "bad-span", bad[0][0], told + more)
            self._bad_spans = []


def _lines(passage: Passage) -> list[Passage]:
    """A passage whose text holds break signs as one passage per line; empty lines are left out."""
    found: list[Passage] = []
    first = 0
    for line in passage.text.split(_BREAK):
        last = first + len(line)
        text = line.strip()
        start = first + len(line) - len(line.lstrip())
        end = start + len(text)
        cites = [cite for cite in passage.citations if first <= cite.start <= last]
        citations = tuple([Citation(*_within(cite, start, end), cite.refs, cite.label) for cite in cites])
        if text or citations:
            marks = [Mark(*_within(m, start, end), m.kind) for m in passage.marks if m.start < end and m.end > start]
            ident = f"{passage.id}.{len(found) + 1}" if found else passage.id
            found.append(
                Passage(ident, passage.kind, passage.part, text, passage.locator, passage.section, tuple(marks), citations)
            )
        first = last + 1
    return found


def _within(span: Mark | Citation, start: int, end: int) -> tuple[int, int]:
    """The part of a span that lies in a line, as offsets in the line."""
    return min(max(span.start, start), end) - start, min(max(span.end, start), end) - start
