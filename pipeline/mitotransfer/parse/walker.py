"""The walk through an article's blocks: every paragraph, heading, caption, list item, footnote and table, in document order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitotransfer.document import Part, Passage, PassageKind, Table
from mitotransfer.parse.inline import Walk, put_before, read_inline
from mitotransfer.parse.tables import read_tables
from mitotransfer.parse.tags import CONTAINERS, KINDS, NAMES, SKIPPED, TABLES, WHOLE

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object


class Walker:
    """Collects the passages and tables of one article.

    `has_body` tells whether anything was read between `<body>` tags of the article itself.
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.passages: list[Passage] = []
        self.tables: list[Table] = []
        self.has_body = False
        self._part: Part = "front"
        self._kind: PassageKind = "paragraph"
        self._label = ""  # a printed label that waits for its passage
        self._ids: set[str] = set()

    def article(self, element: Element, locator: str, part: Part | None = None) -> None:
        """Walk an article or, with the part given for all of it, a sub-article or response."""
        seen: dict[str, int] = {}
        for child in element:
            if child.tag.__class__ is not str:
                continue
            tag = str(child.tag)
            seen[tag] = seen.get(tag, 0) + 1
            place = locator + self.walk.step(tag, seen[tag])
            if tag in ("front", "front-stub"):
                self._front(child, place, part or "front")
            elif tag in ("sub-article", "response"):
                self.article(child, place, "sub-article")
            elif tag == "processing-meta":
                continue
            elif tag in ("floats-group", "floats-wrap"):
                self._enter(child, place, (), part or "floats")
            elif tag == "body":
                before = len(self.passages) + len(self.tables)
                self._enter(child, place, (), part or "body")
                self.has_body |= part is None and len(self.passages) + len(self.tables) > before
            else:
                self._enter(child, place, (), part or "back")

    def _front(self, front: Element, locator: str, part: Part) -> None:
        """Titles, abstracts, keywords and the footnotes of a front; ids, people and permissions are the head's matter."""
        for child, tag, place in self._located(front, locator):
            if tag == "article-meta":
                self._front(child, place, part)
            elif tag == "title-group":
                self._titles(child, place, part)
            elif tag in ("abstract", "trans-abstract"):
                self._enter(child, place, _abstract_name(child), part if part == "sub-article" else "abstract", "abstract")
            elif tag == "kwd-group":
                self._keywords(child, place, part)
            elif tag == "author-notes":
                for note, name, inner in self._located(child, place):
                    if name == "fn":
                        self._enter(note, inner, (), part, "footnote")
            elif tag in ("notes", "fn-group"):
                self._enter(child, place, (), part)

    def _titles(self, group: Element, locator: str, part: Part) -> None:
        self._part = part
        for child, tag, place in self._located(group, locator):
            if tag in ("article-title", "subtitle"):
                self._kind = "title"
                self._read(child, place, ())
            elif tag == "fn-group":
                self._enter(child, place, (), part, "footnote")

    def _keywords(self, group: Element, locator: str, part: Part) -> None:
        title = group.find("title")
        section = ("Keywords" if title is None else read_inline(title, self.walk)[0],)
        self._part, self._kind = part, "keyword"
        for keyword in group.iter("kwd", "compound-kwd"):
            if not any(True for _ in keyword.iterancestors("compound-kwd")):
                self._read(keyword, self.walk.locate(keyword, group, locator), section)

    def _located(self, parent: Element, locator: str) -> list[tuple[Element, str, str]]:
        """The child elements with their tags and locators (for the few places that pick among them)."""
        seen: dict[str, int] = {}
        found = []
        for child in parent:
            if child.tag.__class__ is str:
                tag = str(child.tag)
                seen[tag] = seen.get(tag, 0) + 1
                found.append((child, tag, locator + self.walk.step(tag, seen[tag])))
        return found

    def _enter(
        self, element: Element, locator: str, section: tuple[str, ...], part: Part, kind: PassageKind = "paragraph"
    ) -> None:
        self._part, self._kind = part, kind
        self._block(element, str(element.tag), locator, section)
        self._flush_label(locator, section)

    def _children(self, parent: Element, locator: str, section: tuple[str, ...]) -> None:
        """Everything in a block that holds blocks; text that stands between them is kept as paragraphs."""
        step = self.walk.step
        namespaced = self.walk.namespaced
        seen: dict[str, int] = {}
        if (text := parent.text) and not text.isspace():
            self._loose(text, locator, section)
        for child in parent:
            tag = child.tag
            if tag.__class__ is str:
                seen[tag] = position = seen.get(tag, 0) + 1
                place = locator + step(tag, position) if namespaced else f"{locator}/{tag}[{position}]"
                if tag == "p":
                    self._read(child, place, section)
                elif tag == "title":
                    section = self._title(child, place, section)
                elif tag == "label":
                    self._flush_label(place, section)
                    self._label = read_inline(child, self.walk)[0]
                else:
                    self._block(child, tag, locator + step(tag, position) if tag[0] == "{" else place, section)
            if (text := child.tail) and not text.isspace():
                self._loose(text, locator, section)

    def _block(self, element: Element, tag: str, locator: str, section: tuple[str, ...]) -> None:
        if ident := element.get("id"):
            self._check_id(ident, locator)
        name = tag.rpartition("}")[2] if tag[0] == "{" else tag
        if name in TABLES:
            self._flush_label(locator, section)
            self.tables += read_tables(element, self.walk, section, self._part, locator)
            self._lifted(element, locator, section)
        elif name in SKIPPED:
            return
        elif tag in WHOLE or (tag not in CONTAINERS and tag not in KINDS and _is_mixed(element)):
            self._read(element, locator, section)
        elif tag == "alternatives":
            self._alternatives(element, locator, section)
        else:
            kind = self._kind
            self._kind = KINDS.get(tag, kind)
            if tag in NAMES and element.find("title") is None:
                section = (*section, NAMES[tag])
            self._children(element, locator, section)
            if tag in KINDS:
                self._flush_label(locator, section)
            self._kind = kind

    def _alternatives(self, element: Element, locator: str, section: tuple[str, ...]) -> None:
        """The same thing in several forms: the first that gives anything is read."""
        before = len(self.passages) + len(self.tables)
        for child, tag, place in self._located(element, locator):
            self._block(child, tag, place, section)
            if len(self.passages) + len(self.tables) > before:
                return

    def _read(self, element: Element, locator: str, section: tuple[str, ...]) -> Passage | None:
        """One paragraph-like element as a passage, and after it the blocks that stood inside it."""
        passage = self.walk.passage(element, self._kind, self._part, section, locator)
        if passage.text or passage.citations:
            if self._label:
                self._label_passage(passage)
            self.passages.append(passage)
        if self.walk.lifted:
            self._lifted(element, locator, section)
        return passage

    def _lifted(self, ancestor: Element, locator: str, section: tuple[str, ...]) -> None:
        for block in self.walk.take_lifted():
            self._block(block, str(block.tag), self.walk.locate(block, ancestor, locator), section)

    def _title(self, element: Element, locator: str, section: tuple[str, ...]) -> tuple[str, ...]:
        """A heading names the section of what follows it; the title of a caption is part of the caption."""
        if self._kind == "caption":
            self._read(element, locator, section)
            return section
        kind, label = self._kind, self._label
        self._kind = "heading"
        passage = self._read(element, locator, section)
        self._kind = kind
        if passage is None or not passage.text:
            return section
        name = passage.text[len(label) + 1 :] if label else passage.text
        return (*section, name) if section[-1:] != (name,) else section

    def _loose(self, text: str, locator: str, section: tuple[str, ...]) -> None:
        passage = self.walk.text_passage(text, self._kind, self._part, section, locator)
        self._label_passage(passage)
        self.passages.append(passage)

    def _label_passage(self, passage: Passage) -> None:
        if label := self._label:
            joint = ". " if self._kind == "caption" and label[-1].isalnum() else " "
            put_before(label, passage, joint)
            self._label = ""

    def _flush_label(self, locator: str, section: tuple[str, ...]) -> None:
        """A label that found no passage becomes one."""
        if label := self._label:
            self._label = ""
            self._loose(label, locator, section)

    def _check_id(self, ident: str, locator: str) -> None:
        if ident in self._ids:
            message = f"the id {ident} was given before; references to it mean the first"
            self.walk.add_problem("warning", "duplicate-id", locator, message)
        self._ids.add(ident)


def _abstract_name(element: Element) -> tuple[str, ...]:
    """What an abstract is called: its type ("Plain language summary"), the language of a translation, or just "Abstract"."""
    if kind := element.get("abstract-type"):
        return (kind.replace("-", " ").replace("_", " ").capitalize(),)
    if element.tag == "trans-abstract":
        language = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
        return (f"Abstract ({language})" if language else "Translated abstract",)
    return ("Abstract",)


def _is_mixed(element: Element) -> bool:
    """Whether text stands directly in the element, beside or without child elements."""
    if (text := element.text) and not text.isspace():
        return True
    return any((tail := child.tail) and not tail.isspace() for child in element)
