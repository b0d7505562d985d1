"""Mixed content to plain text: marks and citations are kept beside the text, blocks inside a paragraph are handed on.

First the printed text is gathered as it stands with the raw offsets of every inline tag; then, in one pass, numbered
citations are cut out, whitespace is collapsed and the offsets follow. Tails are part of the text whatever their element is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from mitotransfer.document import Citation, Mark, Part, Passage, PassageKind, Reference
from mitotransfer.errors import Problem, Severity
from mitotransfer.parse.citations import RawCitation, Region, cited_regions
from mitotransfer.parse.offsets import Span, collapsed, cut_out, is_tidy, squeezed, tidied
from mitotransfer.parse.tags import (
    LIFTED,
    MATH,
    MATH_ANNOTATIONS,
    MATH_CELLS,
    MATH_FRACTION,
    MATH_SCRIPTS,
    MATH_SPACE,
    NO_TEXT,
    SIMPLE,
    SPACED,
)

if TYPE_CHECKING:
    Element = etree._Element
else:
    Element = object

__all__ = ["LIFTED", "Walk", "put_before", "read_inline"]

STAGE = "parse"


class Walk:
    """State of one article's walk: the problems met, the next passage id, the reference list that citations point into.

    `lifted` fills with the blocks found inside the paragraphs read since `take_lifted` was last called. `keys` maps every
    id that stands for a reference to its key, `order` holds the keys in list order, `labels` maps printed numbers to keys,
    `dangling` gathers cited ids that are not there.
    `namespaced` says that the source's elements are in a namespace, so that locators must go by local name.
    """

    def __init__(self, source: str = "", *, namespaced: bool = False) -> None:
        self.source = source
        self.namespaced = namespaced
        self.problems: list[Problem] = []
        self.lifted: list[Element] = []
        self.references: dict[str, Reference] = {}
        self.keys: dict[str, str] = {}
        self.order: list[str] = []
        self.labels: dict[str, str] = {}
        self.dangling: set[str] = set()
        self.count = 0
        self._positions: dict[str, int] = {}  # in `order`, of as many as there were
        self._located: tuple[Element | None, int] = (None, 0)

    def passage(
        self, element: Element, kind: PassageKind, part: Part, section: tuple[str, ...] = (), locator: str = ""
    ) -> Passage:
        """The mixed content of `element` as the next passage of the article."""
        self.count += 1
        text, marks, citations = read_inline(element, self)
        return Passage(f"p{self.count}", kind, part, text, locator, section, marks, citations)

    def text_passage(self, text: str, kind: PassageKind, part: Part, section: tuple[str, ...], locator: str) -> Passage:
        """Text that stands outside any paragraph, as the next passage; `locator` is that of its parent."""
        self.count += 1
        return Passage(f"p{self.count}", kind, part, " ".join(text.split()), locator, section)

    def add_problem(self, severity: Severity, code: str, place: str, message: str) -> None:
        """Note one thing that the reader of the outputs should know."""
        self.problems.append(Problem(self.source, STAGE, severity, code, place, message))

    def take_lifted(self) -> list[Element]:
        """The blocks met inside paragraphs since the last call, in document order."""
        found, self.lifted = self.lifted, []
        return found

    def position(self, key: str) -> int:
        """Where in the reference list a reference stands."""
        if len(self._positions) < len(self.order):
            self._positions = {key: place for place, key in enumerate(self.order)}
        return self._positions[key]

    def step(self, tag: str, position: int) -> str:
        """One step of a locator: the `position`-th child (from 1) of that name."""
        if self.namespaced or tag[0] == "{":
            return f"/*[local-name()='{tag.rpartition('}')[2]}'][{position}]"
        return f"/{tag}[{position}]"

    def locate(self, element: Element, ancestor: Element, locator: str) -> str:
        """The locator of a descendant of `ancestor`, whose own is `locator` (slow: for lifted blocks only).

        Siblings are counted from the one that was located last: ten thousand lists in a paragraph would take minutes else.
        """
        steps: list[str] = []
        block = element
        last, known = self._located
        while element is not ancestor:
            position = 1
            for sibling in element.itersiblings(element.tag, preceding=True):
                if sibling is last:
                    position += known
                    break
                position += 1
            if element is block:
                self._located = (block, position)
            steps.append(self.step(str(element.tag), position))
            parent = element.getparent()
            if parent is None:
                break
            element = parent
        return locator + "".join(reversed(steps))


def read_inline(element: Element, walk: Walk) -> tuple[str, tuple[Mark, ...], tuple[Citation, ...]]:
    """The text of a paragraph-like element, its inline tags as marks and its citations.

    Whitespace runs become one blank. Numbered citations leave the text with their brackets, separators and `sup`
    (`Citation.start == end`); author-year citations stay. Blocks are appended to `walk.lifted` and the sentence goes on.
    """
    if not len(element):
        text = element.text
        return (tidied(text) if text else "", (), ())
    gather = _Gather(walk)
    gather.read(element, 0)
    return gather.settle()


def put_before(label: str, passage: Passage, joint: str = " ") -> None:
    """Put a printed label ("Figure 1") before a passage's text, marked as `label`; offsets move with it."""
    shift = len(label) + len(joint)
    passage.text = f"{label}{joint}{passage.text}"
    moved = [Mark(mark.start + shift, mark.end + shift, mark.kind) for mark in passage.marks]
    passage.marks = (Mark(0, len(label), "label"), *moved)
    passage.citations = tuple([Citation(c.start + shift, c.end + shift, c.refs, c.label) for c in passage.citations])


class _Gather:
    """The printed text of one paragraph with the offsets of its tags and citations in it."""

    __slots__ = ("cites", "holes", "marks", "parts", "sups", "walk")

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.parts: list[str] = []
        self.marks: list[Mark] = []
        self.sups: list[Span] = []
        self.cites: list[RawCitation] = []
        self.holes: list[Span] = []  # where something without text stood

    def read(self, element: Element, at: int) -> int:
        """Read `element` without its tail, its text beginning at offset `at`; returns the offset after it."""
        parts, marks = self.parts, self.marks
        if text := element.text:
            if "\n" in text:
                text = squeezed(text, at)
            parts.append(text)
            at += len(text)
        for child in element:
            tag = child.tag
            if kind := SIMPLE.get(tag):
                start = at
                if len(child):
                    at = self._marked(child, kind, at)
                elif text := child.text:
                    parts.append(text)
                    at += len(text)
                    marks.append(Mark(start, at, kind))
                if kind == "sup":
                    self.sups.append((start, at))
            elif tag == "xref":
                at = self._xref(child, at)
            elif tag.__class__ is str:  # not a comment, a processing instruction or an entity
                at = self._other(child, str(tag), at)
            if text := child.tail:
                if "\n" in text:
                    text = squeezed(text, at)
                parts.append(text)
                at += len(text)
        return at

    def _other(self, child: Element, tag: str, at: int) -> int:
        if tag[0] == "{":
            return self._foreign(child, tag, at)
        if tag in LIFTED:
            self.walk.lifted.append(child)
            return self._hole("formula" if tag.startswith("disp-formula") else "", at)
        if tag in NO_TEXT:
            return self._hole("formula" if tag == "tex-math" else "", at)
        if tag in SPACED or tag == "break":
            return self._blank(self.read(child, self._blank(at)))
        if tag == "alternatives":
            return self._alternatives(child, at)
        return self._marked(child, tag, at)

    def _blank(self, at: int) -> int:
        """Put a blank unless there is one, or nothing yet to be kept apart from."""
        if not at or self.parts[-1].endswith(" "):
            return at
        self.parts.append(" ")
        return at + 1

    def _marked(self, element: Element, kind: str, at: int) -> int:
        """Read an element that makes a mark; one that covers nothing is dropped, a formula keeps its place."""
        slot = len(self.marks)
        self.marks.append(Mark(at, at, kind))  # outer before inner: keep the place
        end = self.read(element, at)
        if at < end or kind == "formula":
            self.marks[slot] = Mark(at, end, kind)
        else:
            del self.marks[slot]
        return end

    def _xref(self, element: Element, at: int) -> int:
        target = element.get("rid", "")
        if len(element):
            end = self.read(element, at)
        else:
            text = element.text or ""
            self.parts.append(text)
            end = at + len(text)
        keys = self.walk.keys
        if target in keys:
            self.cites.append((at, end, target))
            return end
        kind = element.get("ref-type")
        if kind == "bibr" or (not kind and any(one in keys for one in target.split()[:1])):
            self.cites.append((at, end, target))
        elif at < end:
            self.marks.append(Mark(at, end, f"xref-{kind}" if kind else "xref"))
        return end

    def _hole(self, kind: str, at: int) -> int:
        self.holes.append((at, at))
        if kind:
            self.marks.append(Mark(at, at, kind))
        return at

    def _alternatives(self, element: Element, at: int) -> int:
        """The same thing in several forms: read one, MathML or else the first with readable text."""
        forms = [child for child in element if child.tag.__class__ is str]
        forms.sort(key=lambda form: (form.tag != MATH + "math", form.tag in NO_TEXT))
        return self._other(forms[0], str(forms[0].tag), at) if forms else at

    def _foreign(self, element: Element, tag: str, at: int) -> int:
        """An element of another vocabulary: a formula in MathML, a CALS table, or unknown and read for its text."""
        name = tag.rpartition("}")[2]
        if name == "math":
            slot = len(self.marks)
            self.marks.append(Mark(at, at, "formula"))
            end = self._math(element, at)
            self.marks[slot] = Mark(at, end, "formula")
            return end
        if name in LIFTED:
            self.walk.lifted.append(element)
            return self._hole("", at)
        return self.read(element, at)

    def _math(self, element: Element, at: int) -> int:
        """The text of MathML: blanks between its tags mean nothing there; powers and indices are marked as such."""
        if (text := element.text) and (text := text.strip()):
            self.parts.append(text)
            at += len(text)
        parent = str(element.tag)
        script, is_fraction = MATH_SCRIPTS.get(parent), parent == MATH_FRACTION
        previous = ""
        for child in element:
            tag = child.tag
            if tag.__class__ is not str or tag in MATH_ANNOTATIONS:
                continue
            if previous and (is_fraction or previous in MATH_CELLS or tag == MATH_SPACE):
                self.parts.append(" ")  # or 1 over 2 would read as 12
                at += 1
            start, slot = at, len(self.marks)
            if len(child):
                at = self._math(child, at)
            elif (text := child.text) and (text := text.strip()):
                self.parts.append(text)
                at += len(text)
            if script and previous:
                self.marks.insert(slot, Mark(start, at, script))
            previous = str(tag)
        return at

    def settle(self) -> tuple[str, tuple[Mark, ...], tuple[Citation, ...]]:
        """Collapse whitespace, then cut the numbered citations; every offset follows."""
        text = "".join(self.parts)
        if not is_tidy(text):
            raw, text = text, " ".join(text.split())
            # offsets hold where each run was one character, none at the ends, and where only blanks at the end are gone
            if len(text) != len(raw) and not (raw.startswith(text) and self._reach() <= len(text)):
                self._tidy(raw)
        numbered: list[Region] = []
        named: list[Citation] = []
        if self.cites or self.sups:
            numbered, named = cited_regions(text, self.cites, self.sups, self.walk)
        marks = self.marks
        if not numbered and not self.holes:
            return text, tuple(marks), tuple(named)
        cuts = self.holes + [region[:2] for region in numbered]
        text, shift = cut_out(text, cuts)
        move = shift.at
        cites: list[Citation] = []
        for start, _, refs, label in numbered:
            place = move(start)
            cites.append(Citation(place, place, refs, label))
        if named:
            cites += [Citation(move(cite.start), move(cite.end), cite.refs, cite.label) for cite in named]
            cites.sort(key=lambda cite: (cite.start, cite.end, cite.refs, cite.label))
        return text, tuple(shift.marks(marks, text)), tuple(cites)

    def _reach(self) -> int:
        """The last offset that anything but the text itself uses."""
        ends = [mark.end for mark in self.marks] + [span[1] for spans in (self.cites, self.holes) for span in spans]
        return max(ends, default=0)

    def _tidy(self, raw: str) -> None:
        """Move all offsets from the raw text to the text with its whitespace collapsed."""
        move = collapsed(raw).at
        moved = [Mark(move(mark.start), move(mark.end), mark.kind) for mark in self.marks]
        self.marks = [mark for mark in moved if mark.start < mark.end or mark.kind == "formula"]
        self.cites = [(move(start), move(end), target) for start, end, target in self.cites]
        self.sups = [(move(start), move(end)) for start, end in self.sups]
        self.holes = [(move(start), move(end)) for start, end in self.holes]
