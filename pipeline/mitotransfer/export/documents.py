"""Articles with their evidence as annotations on one text: what BioC and PubAnnotation are made from.

The text of a document is its passages joined with line feeds, control characters as blanks; offsets count characters (Unicode
code points) of it. Passages are the article's own, in its order, behind them those that only evidence has:

- `table_row`: a row of a table, its cells joined with " | ", which stands nowhere in the text as it is;
- `sentence`: a sentence that its passage does not hold, as the article at hand is another than the one that was annotated,
  or every sentence where no article is at hand;
- `registry_entry`: the words of an entry of the trial registry.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mitotransfer.document import Article, Passage
from mitotransfer.evidence import TRIGGER, RoleText, read_roles, spans
from mitotransfer.export.result import Account
from mitotransfer.export.tables import Record, Tables
from mitotransfer.files import clean
from mitotransfer.rows import SEPARATOR, TABLE_FILES

_OF_ROW = ("row_id", "decision", "reviewer")
NO_TEXT = "text may not be passed on"


@dataclass(slots=True)
class Piece:
    """A passage at its `offset` in the document."""

    offset: int
    text: str
    kind: str
    section: str = ""
    locator: str = ""


class Note(NamedTuple):
    """A name or trigger in a document: `text[start:end]`, in the passage number `piece`."""

    piece: int
    start: int
    end: int
    kind: str
    ident: str = ""
    target: str = ""


class Finding(NamedTuple):
    """An event: its line of evidence, its trigger, its roles where they stand, and those that its sentence does not name.

    `trigger` and `named` are numbers of notes of the document; without sentence there is no trigger (None). `lines`: how many
    lines of evidence.csv it stands for; an event behind several rows has one for each, and `row_id` holds them all.
    """

    line: Record
    trigger: int | None
    named: tuple[tuple[str, int], ...]
    unnamed: tuple[RoleText, ...]
    lines: int = 1


@dataclass(slots=True)
class Document:
    """An article with rows, or an entry of the trial registry that has one."""

    source: str
    about: Record
    licence: str
    withheld: bool
    pieces: list[Piece] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(piece.text for piece in self.pieces)


class Annotated(NamedTuple):
    """All documents, how many articles have none and why, and what a reader should know."""

    documents: tuple[Document, ...]
    without: Mapping[str, int]
    notes: tuple[str, ...]

    def accounts(self, leave_out: Mapping[str, int], lines_left_out: Mapping[str, int]) -> tuple[Account, ...]:
        """The sums of a format that leaves out so many of the documents, and of their lines of evidence."""
        articles = Account(
            "articles and registry entries", len(self.documents) - sum(leave_out.values()), {**self.without, **leave_out}
        )
        lines = sum(found.lines for document in self.documents for found in document.findings) - sum(lines_left_out.values())
        return articles, Account("lines of evidence", lines, lines_left_out)


def build(tables: Tables, articles: Mapping[str, Article]) -> Annotated:
    """The documents of the tables' evidence, sorted as the evidence is; `articles`: parsed ones by source, those at hand."""
    lines: dict[str, list[Record]] = {}
    for line in tables.files["evidence.csv"]:
        lines.setdefault(line["source_id"], []).append(line)
    known = {article["id"]: article for article in tables.files["articles.csv"]}
    states = {row["row_id"]: row["review_status"] for file in TABLE_FILES.values() for row in tables.files[file]}
    documents: list[Document] = []
    lost: Counter[str] = Counter()
    bare = 0
    for source, found in lines.items():
        about = known.get(source, {})
        document = Document(source, about, about.get("licence", ""), source in tables.withheld)
        article = None if document.withheld else articles.get(source)
        bare += article is None and not document.withheld and bool(about)
        lost[source] = _annotate(document, found, article, states)
        documents.append(document)
    without = Counter(f"without rows ({article['status']})" for source, article in known.items() if source not in lines)
    return Annotated(tuple(documents), dict(sorted(without.items())), tuple(_told(bare, lost)))


def _told(bare: int, lost: Counter[str]) -> Iterable[str]:
    if bare:
        yield f"{bare} articles have their evidence sentences only: their whole text is not in the run's work directory"
    if total := lost.total():
        named = ", ".join(f"{source} ({count})" for source, count in lost.items() if count)
        yield f"{total} sentences are not in their passages and stand in passages of their own, type sentence: {named}"


def _annotate(document: Document, lines: Iterable[Record], article: Article | None, states: Mapping[str, str]) -> int:
    """Fills the document; returns how many sentences were not found where they should be."""
    text = _Text(document, article)
    numbers: dict[Note, int] = {}
    for line, count in _events(lines, states):
        if not line["sentence"]:
            document.findings.append(Finding(line, None, (), tuple(read_roles(line["roles"])), count))
            continue
        piece, offset = text.place(line)
        placed = [
            _note(span.role, span.ident, span.start, span.end, piece, offset, line)
            for span in spans(line)
            if span.role != TRIGGER
        ]
        # triggers are never shared: each carries the polarity and the rule of its own event
        document.notes.append(_trigger(line, piece, offset))
        trigger = len(document.notes) - 1
        named = []
        for note in placed:
            if note not in numbers:
                document.notes.append(note)
                numbers[note] = len(document.notes) - 1
            named.append((note.kind, numbers[note]))
        document.findings.append(Finding(line, trigger, tuple(named), tuple(_unnamed(line, placed)), count))
    return text.lost


def _events(lines: Iterable[Record], states: Mapping[str, str]) -> Iterator[tuple[Record, int]]:
    """The events, each with the ids and review states of all rows it stands behind, and how many lines it has."""
    found: dict[str, list[Record]] = {}
    for line in lines:
        found.setdefault(line["evidence_id"], []).append(line)
    for same in found.values():
        joined = {key: SEPARATOR.join(dict.fromkeys(line[key] for line in same if line[key])) for key in _OF_ROW}
        joined["review_status"] = SEPARATOR.join(dict.fromkeys(states.get(line["row_id"], "") for line in same))
        yield {**same[0], **joined}, len(same)


def _note(kind: str, ident: str, start: int, end: int, piece: int, offset: int, line: Record) -> Note:
    target = next((role.target for role in read_roles(line["roles"]) if role.name == kind and role.ident == ident), "")
    return Note(piece, offset + start, offset + end, kind, ident, target)


def _trigger(line: Record, piece: int, offset: int) -> Note:
    """Where the event is signalled; the whole sentence where its offsets are none of it (a hand-edited file)."""
    length = len(line["sentence"])
    start, end = (int(line[key]) if line[key].isdecimal() else 0 for key in ("start", "end"))
    if not 0 <= start < end <= length:
        start, end = 0, length
    return Note(piece, offset + start, offset + end, line["event"])


def _unnamed(line: Record, placed: Iterable[Note]) -> Iterable[RoleText]:
    rest = Counter((note.kind, note.ident) for note in placed)
    for role in read_roles(line["roles"]):
        if rest[role.name, role.ident]:
            rest[role.name, role.ident] -= 1
        else:
            yield role


class _Text:
    """The passages of a document as they grow by those that only evidence has."""

    def __init__(self, document: Document, article: Article | None) -> None:
        self._document = document
        self._at_hand = article is not None
        self._end = 0
        self._added: dict[tuple[str, str, str], int] = {}
        self._by_locator: dict[str, list[int]] = {}
        self.lost = 0
        cells: list[str] = []
        for kind, passage in _passages(article) if article else ():
            number = self._add(clean(passage.text), kind, " > ".join(passage.section), passage.locator)
            self._by_locator.setdefault(passage.locator, []).append(number)
            if kind == "table_cell":
                cells.append(clean(passage.text))
        self._cells = "\n".join(cells)

    def place(self, line: Record) -> tuple[int, int]:
        """The passage of a line's sentence, and the offset of the sentence in the document."""
        sentence = line["sentence"]
        for number in self._by_locator.get(line["locator"], ()):
            piece = self._document.pieces[number]
            if (start := piece.text.find(sentence)) >= 0:
                return number, piece.offset + start
        kind = self._kind(line)
        key = (kind, line["locator"], sentence)
        if key not in self._added:
            self._added[key] = self._add(sentence, kind, line["section"], line["locator"])
            self.lost += self._at_hand and kind == "sentence"
        number = self._added[key]
        return number, self._document.pieces[number].offset

    def _kind(self, line: Record) -> str:
        if not self._document.about:
            return "registry_entry"
        whole = (line["start"], line["end"]) == ("0", str(len(line["sentence"])))
        if not (whole and line["rule_id"].startswith("table:") and " | " in line["sentence"]):
            return "sentence"
        # cells are joined with " | ", paragraphs of one with " / "
        there = not self._at_hand or all(part in self._cells for part in re.split(r" [|/] ", line["sentence"]))
        return "table_row" if there else "sentence"

    def _add(self, text: str, kind: str, section: str, locator: str) -> int:
        self._document.pieces.append(Piece(self._end, text, kind, section, locator))
        self._end += len(text) + 1
        return len(self._document.pieces) - 1


def _passages(article: Article) -> list[tuple[str, Passage]]:
    """All passages with text in the order of the article (their ids count it), tables' with the names of their parts."""
    found = [(passage.kind.replace("-", "_"), passage) for passage in article.passages]
    for table in article.tables:
        found += [("table_caption", passage) for passage in table.caption]
        found += [("table_cell", passage) for cell in table.cells for passage in cell.paragraphs]
        found += [("table_footnote", passage) for passage in table.foot]
    order = re.compile(r"\d+")
    numbered = ((int(n[0]) if (n := order.search(p.id)) else 0, kind, p) for kind, p in found if p.text.strip())
    return [(kind, passage) for _, kind, passage in sorted(numbered, key=lambda entry: entry[0])]
