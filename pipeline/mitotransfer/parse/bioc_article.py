"""From the passages of a BioC document to an article: headings, captions, tables and references find their places."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from mitotransfer.document import Article, Cell, Head, Part, Passage, PassageKind, Reference, Table
from mitotransfer.errors import InputError
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.tables import read_tables
from mitotransfer.parse.xmlio import read_xml

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object

# The section names BioC uses, for text that comes without a heading of its own.
_SECTION_NAMES = {
    "ABSTRACT": "Abstract",
    "INTRO": "Introduction",
    "METHODS": "Methods",
    "RESULTS": "Results",
    "DISCUSS": "Discussion",
    "CONCL": "Conclusions",
    "CASE": "Case report",
}
_BACK = frozenset(["SUPPL", "AUTH_CONT", "COMP_INT", "ACK_FUND", "ABBR", "APPENDIX", "REVIEW_INFO", "KEYWORD", "COPYRIGHT"])
_HEADING = re.compile(r"(?:abstract_)?title(?:_([1-9]\d?))?$")
_TABLE_LABEL = re.compile(r"(Table|Tab\.)\s*\w{1,5}\b")
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)  # of an author; int() refuses very long ones
_LAST_NUMBER = re.compile(r"(\d{1,4})$")
_RETRACTED = re.compile(r"\W*retracted\b", re.IGNORECASE)
# PMC writes a table's text with a tab after each cell and a blank cell after each row.
_ROW_END = re.compile(r"\t \t|\n")


class Item(NamedTuple):
    """One BioC passage."""

    infons: dict[str, str]
    text: str


class Document(NamedTuple):
    """One BioC document; `source` is the collection's ("PMC")."""

    ident: str
    source: str
    infons: dict[str, str]
    items: tuple[Item, ...]


def build_article(document: Document, name: str) -> Article:
    """The article of one document. Tables whose XML cannot be read come from their text (problem `table-xml`)."""
    head = _head(document, name)
    builder = _Builder(Walk(head.source), name)
    for item in document.items:  # first: tables cite the references, which come last
        if item.infons.get("section_type") == "REF" and not _HEADING.match(item.infons.get("type", "")):
            builder.add_reference(item)
    for item in document.items:
        builder.add(item)
    passages = tuple(builder.passages)
    head.body = "full" if any(p.part == "body" for p in passages) else "none"
    tables = tuple(group.table for group in builder.tables.values())
    return Article(head, passages, tables, builder.walk.references, tuple(builder.walk.problems))


def _head(document: Document, name: str) -> Head:
    front = next((item for item in document.items if item.infons.get("type") == "front"), Item({}, ""))
    infons = front.infons
    pmcid = infons.get("article-id_pmc", "") or infons.get("article-id_pmcid", "")
    if not pmcid and (document.ident.startswith("PMC") or document.source == "PMC"):
        pmcid = document.ident
    if pmcid.isdecimal():
        pmcid = f"PMC{pmcid}"
    pmid, doi = infons.get("article-id_pmid", ""), infons.get("article-id_doi", "").strip()
    title = _tidy(front.text)
    return Head(
        pmcid or pmid or doi or document.ident or PurePath(name).stem,
        file=name,
        pmcid=pmcid,
        pmid=pmid,
        doi=doi,
        title=title,
        journal=infons.get("journal", "") or infons.get("journal-title", ""),
        year=infons.get("year", ""),
        authors=_surnames(infons),
        licence=_tidy(document.infons.get("license", "") or infons.get("license", "")),
        retracted=bool(_RETRACTED.match(title)),
    )


def _surnames(infons: dict[str, str]) -> tuple[str, ...]:
    """Surnames from `name_0` ("surname:Suh;given-names:Joonho") or `surname_0`, in the order of their numbers."""
    found: dict[int, str] = {}
    for key, value in infons.items():
        kind, _, number = key.rpartition("_")
        if kind in ("name", "surname") and _NUMBER.fullmatch(number):
            parts = dict(part.partition(":")[::2] for part in value.split(";"))
            found[int(number)] = (parts.get("surname", "") if kind == "name" else value).strip()
    return tuple(found[number] for number in sorted(found) if found[number])


def _tidy(text: str) -> str:
    return " ".join(text.split())


class _Group:
    """A table while its passages come in; `closed` once its grid or foot was seen."""

    def __init__(self, ident: str, table: Table | None = None) -> None:
        self.table = table or Table(ident, "", "table", 0, 0, 0)
        self.closed = table is not None


class _Builder:
    def __init__(self, walk: Walk, name: str) -> None:
        self.walk = walk
        self.name = name
        self.passages: list[Passage] = []
        self.tables: dict[str, _Group] = {}
        self._titles: list[str] = []
        self._section_type = ""
        self._open_table = ""
        self._numbered = False

    def add_reference(self, item: Item) -> None:
        """A REF passage: its text is the title of the work, or the whole entry when nothing else is given."""
        infons, text = item.infons, _tidy(item.text)
        key = f"R{len(self.walk.order) + 1}"
        authors = _surnames(infons)
        entry = ". ".join(filter(None, (", ".join(authors), text, infons.get("source", ""), infons.get("year", ""))))
        self.walk.references[key] = Reference(
            key,
            label=infons.get("label", ""),
            text=entry,
            authors=authors,
            title=text if authors or infons.get("source") else "",
            year=infons.get("year", ""),
            doi=infons.get("pub-id_doi", "").strip(),
            pmid=infons.get("pub-id_pmid", "").strip(),
            pmcid=infons.get("pub-id_pmcid", "").strip(),
        )
        self.walk.order.append(key)

    def add(self, item: Item) -> None:
        """Any other passage, by what its infons say."""
        section_type, kind = item.infons.get("section_type", "").upper(), item.infons.get("type", "").lower()
        text = _tidy(item.text)
        if section_type == "TABLE" or kind == "table" or kind.startswith("table_"):
            self._add_to_table(item, kind)
        elif kind == "front" or (section_type == "TITLE" and not self.passages):
            self._add(text, "title", "front")
            self._add(_tidy(item.infons.get("kwd", "")), "keyword", "front")
        elif section_type == "FIG" or kind.startswith("fig"):
            self._add(text, "caption", "floats")
        elif section_type != "REF":
            self._add_text(section_type, kind, text)

    def _add_text(self, section_type: str, kind: str, text: str) -> None:
        part: Part = "abstract" if section_type == "ABSTRACT" else "back" if section_type in _BACK else "body"
        if section_type != self._section_type:
            self._section_type = section_type
            self._titles = [_SECTION_NAMES[section_type]] if section_type in _SECTION_NAMES else []
        if heading := _HEADING.match(kind):
            # Level 1 takes the place of the default name, except in abstracts, whose parts stand below "Abstract".
            level = int(heading[1] or 1) + (part == "abstract")
            self._add(text, "heading", part, tuple(self._titles[: level - 1]))
            self._titles[level - 1 :] = [text]
        else:
            wanted: PassageKind = "abstract" if part == "abstract" else "footnote" if "footnote" in kind else "paragraph"
            self._add(text, wanted, part, tuple(self._titles))

    def _add(self, text: str, kind: PassageKind, part: Part, section: tuple[str, ...] = ()) -> None:
        if text:
            self.passages.append(self._passage(text, kind, part, section))

    def _passage(self, text: str, kind: PassageKind, part: Part, section: tuple[str, ...] = ()) -> Passage:
        return self.walk.text_passage(text, kind, part, section, "")

    def _add_to_table(self, item: Item, kind: str) -> None:
        is_foot, is_grid = "foot" in kind, kind == "table"
        group = self._group(item.infons, starts=not is_foot and not is_grid)
        table = group.table
        if is_grid:
            self._add_grid(table, item)
        elif text := _tidy(item.text):
            passage = self._passage(text, "footnote" if is_foot else "caption", "floats")
            if is_foot:
                table.foot += (passage,)
            else:
                table.caption += (passage,)
                if label := _TABLE_LABEL.match(text):
                    table.label = table.label or label[0]
        group.closed = group.closed or is_grid or is_foot

    def _group(self, infons: dict[str, str], *, starts: bool) -> _Group:
        """The table a passage belongs to: by its id, else the last one unless it is complete and a new one starts."""
        ident = infons.get("id") or infons.get("file", "")
        if not ident:
            last = self.tables.get(self._open_table)
            ident = self._open_table if last and not (last.closed and starts) else f"T-{self.walk.count + 1}"
        self._open_table = ident
        return self.tables.setdefault(ident, _Group(ident))

    def _add_grid(self, table: Table, item: Item) -> None:
        read, *more = self._read_markup(table.id, item.infons.get("xml", "")) or [self._read_tabs(item.text)]
        for number, extra in enumerate(more, 2):
            extra.id = f"{table.id}.{number}"
            self.tables[extra.id] = _Group(extra.id, extra)
        table.form, table.n_rows, table.n_columns = read.form, read.n_rows, read.n_columns
        table.head_rows, table.cells = read.head_rows, read.cells
        table.caption += read.caption
        table.foot += read.foot

    def _read_markup(self, ident: str, markup: str) -> list[Table]:
        """The tables in a passage's JATS; empty when there are none or it cannot be read."""
        if not markup.strip():
            return []
        place = f"{self.name}#{ident}"
        try:
            root = read_xml(markup.strip().encode(), place).root
        except InputError as error:
            message = f"the XML of {ident} could not be read, its text was used: {error}"
            self.walk.add_problem("warning", "table-xml", error.place or place, message)
            return []
        self._number_references(root)
        tables = [table for table in read_tables(root, self.walk, (), "floats", place) if table.cells]
        for table in tables:
            table.locator = ""
            inside = [passage for cell in table.cells for passage in cell.paragraphs]
            for passage in (*table.caption, *inside, *table.foot):
                passage.locator = ""  # it would find the passage in the fragment, not in the file
        return tables

    def _number_references(self, root: Element) -> None:
        """BioC drops the ids of references: a citation numbered alike in print and id ("CR24", "24") is the 24th entry."""
        for xref in root.iter("{*}xref"):
            rid, printed = xref.get("rid", ""), "".join(str(text) for text in xref.itertext()).strip(" []()")
            number = _LAST_NUMBER.search(rid)
            if xref.get("ref-type") != "bibr" or not number or number[1].lstrip("0") != printed:
                continue
            if printed and int(printed) <= len(self.walk.order):
                self.walk.keys[rid] = self.walk.order[int(printed) - 1]
        if self.walk.keys and not self._numbered:
            self._numbered = True
            message = "citations in tables were matched to the reference list by their numbers: BioC drops the ids"
            self.walk.add_problem("note", "reference-by-number", self.name, message)

    def _read_tabs(self, text: str) -> Table:
        """The grid of a table's tab-separated text; its first row is taken for the header, spans are not known."""
        cells: list[Cell] = []
        rows = [line.split("\t") for line in _ROW_END.split(text) if line.strip()]
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                words = _tidy(value)
                found = (self._passage(words, "cell", "floats"),) if words else ()
                cells.append(Cell(y, x, 1, 1, y == 0, found))
        return Table("", "", "table", len(rows), max(map(len, rows), default=0), min(len(rows), 1), cells=tuple(cells))
