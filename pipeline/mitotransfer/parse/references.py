"""Reference lists, in every spelling from NLM 2 to JATS 1.4: tagged fields first, the printed text as last resort."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lxml import etree

from mitotransfer.document import Reference
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.offsets import tidied

if TYPE_CHECKING:
    Element = etree._Element
else:
    Element = object

_CITATIONS = frozenset(("mixed-citation", "element-citation", "citation", "nlm-citation"))
_FIELDS = (
    *("ref", "label", "person-group", "surname", "string-name", "collab", "etal", "year", "article-title", "chapter-title"),
    *("source", "pub-id", "ext-link", "uri", *_CITATIONS),
)
_HOLDERS = frozenset(("sec", "body", "back", "app", "app-group", "notes", "boxed-text", "ack", "sub-article", "response"))
_TITLES = ("article-title", "chapter-title", "source")
_TITLE_TAGS = frozenset(_TITLES)
_EDITING = frozenset(("editor", "translator", "compiler", "guest-editor", "assignee"))
_HREF = "{http://www.w3.org/1999/xlink}href"
# one step is quicker than the two of ".//"; without the regular expressions that lxml otherwise registers at each call
_all_text = etree.XPath("descendant::text()", smart_strings=False, regexp=False)
_texts: Callable[[Element], list[str]] = _all_text  # type: ignore[assignment]

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+")
_PMID = re.compile(r"\b(?:PMID|pubmed)\W{0,3}(\d{4,9})\b|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{4,9})\b", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC\d{4,9}\b")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_PRINTED_YEARS = (
    re.compile(r"\(((?:1[89]|20)\d\d)[a-z]?\)"),
    re.compile(r"[;.,]\s*((?:1[89]|20)\d\d)\b[^;:]{0,12}[;:]"),
    re.compile(r"(?<![\d/–-])((?:1[89]|20)\d\d)(?![\d/–-])"),
)
_PARTICLE = r"(?:(?:[Dd]e|[Vv]an|[Vv]on|der|den|[Ll]a|[Ll]e|[Dd]i|[Dd]a|[Dd]el|[Dd]os|[Ee]l|[Aa]l|[Tt]er|[Tt]en) )*"
_UNSPACED = tuple((f" {sign}", sign) for sign in ".,;:)]")  # no blank stands before these
_NAME = rf"{_PARTICLE}[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]{{2,}}){{0,2}}"
# "Monzel AS, Enriquez JA" and "Monzel, A.S., Enriquez, J.A."
_AUTHOR_STYLES = (
    re.compile(rf"({_NAME}) (?:[^\W\d_a-z]-?){{1,4}}(?=[,.;:]| \(| and | & | et al|$)[,.;:]?\s*(?:and |& )?"),
    re.compile(rf"({_NAME}), (?:[^\W\d_a-z]\.?[ -]?){{1,4}}(?![^\W\d_]),?\s*(?:and |& )?"),
)
_INITIALS = re.compile(r"^(?:[A-Z]\.?-?){1,4}$")
_MANY_AUTHORS = re.compile(r"\bet al\b", re.IGNORECASE)


def read_references(article: Element, walk: Walk) -> None:
    """Fill the walk's `references`, `keys`, `order` and `labels` from every reference of the article, nested lists included.

    A reference without an id gets one. Of two with the same id (`duplicate-id`) the first keeps the key that citations mean.
    """
    entries: list[_Entry] = []
    for ref_list in _reference_lists(article):
        entries += _entries(ref_list)
    for number, entry in enumerate(entries, 1):
        ident = entry.element.get("id")
        key = ident or f"ref-{number}"
        if key in walk.references:
            walk.add_problem("warning", "duplicate-id", key, f"a second reference has the id {key}; the first is used")
            key = f"{key}-{number}"
        reference = walk.references[key] = entry.reference(key)
        walk.order.append(key)
        walk.keys.setdefault(key, key)
        for alias in entry.aliases:
            walk.keys.setdefault(alias, key)
        if reference.label:
            walk.labels.setdefault(reference.label, key)
    if not walk.labels:
        walk.labels.update((str(number), key) for number, key in enumerate(walk.order, 1))


def _reference_lists(article: Element) -> list[Element]:
    """The outermost reference lists in document order.

    They stand among sections; only if none is found there the whole article, which is long, is searched.
    """
    found: list[Element] = []
    _search(article, found)
    if not found:
        everywhere = article.iter("ref-list")
        found = [one for one in everywhere if next(one.iterancestors("ref-list"), None) is None]
    return found


def _search(parent: Element, found: list[Element]) -> None:
    for child in parent:
        tag = child.tag
        if tag in _HOLDERS:
            _search(child, found)
        elif tag == "ref-list":
            found.append(child)


def _entries(ref_list: Element) -> list[_Entry]:
    """One entry per `ref`, filled in one pass over the list: it may hold hundreds of entries of a dozen tags each."""
    entries: list[_Entry] = []
    entry: _Entry | None = None  # the one that takes fields now
    for element in ref_list.iter(*_FIELDS):
        tag = element.tag
        if tag == "ref":
            entry = _Entry(element)
            entries.append(entry)
        elif entry is None:
            continue
        elif tag == "surname":  # nearly half of all
            if name := element.text:
                people = entry.people
                if not people:
                    entry.first_name = element
                people.append(name if name.isalpha() else " ".join(name.split()))
        elif tag in _TITLE_TAGS:
            entry.titles.setdefault(tag, element)
        elif tag == "year":
            if not entry.year and (match := _YEAR.search(element.text or "")):
                entry.year = match.group()
        else:
            entry.add(element, tag)
            if entry.closed:
                entry = None
    return entries


class _Entry:
    """What the tags of one `ref` say. Fields come from its first citation only: others are further works or other forms of it."""

    __slots__ = (
        "aliases",
        "authors",
        "citations",
        "closed",
        "editors",
        "element",
        "etal",
        "first_name",
        "identifiers",
        "label",
        "links",
        "people",
        "titles",
        "year",
    )  # fmt: skip

    def __init__(self, element: Element) -> None:
        self.element = element
        self.aliases: list[str] = []
        self.citations: list[Element] = []
        self.closed = False
        self.label = ""
        self.authors: list[str] = []
        self.editors: list[str] = []
        self.people = self.authors
        self.first_name: Element | None = None
        self.etal = False
        self.year = ""
        self.titles: dict[str, Element] = {}
        self.identifiers: dict[str, str] = {}
        self.links: list[str] = []

    def add(self, element: Element, tag: str) -> None:
        """Take one of the less frequent fields."""
        if tag in _CITATIONS:
            self._citation(element)
        elif tag == "label":
            self.label = self.label or _text(element).strip(" []().")
        elif tag == "person-group":
            self.people = self.editors if element.get("person-group-type") in _EDITING else self.authors
        elif tag == "pub-id":
            self.identifiers.setdefault(element.get("pub-id-type", ""), _text(element))
        elif tag == "etal":
            self.etal = True
        elif tag == "collab" or tag == "string-name":
            if (name := _whole_name(element)) and next(element.iter("surname"), None) is None:
                self.people.append(name)
        else:
            self.links.append(element.get(_HREF) or _text(element))

    def _citation(self, element: Element) -> None:
        self.closed = bool(self.citations)
        self.citations.append(element)
        if ident := element.get("id"):
            self.aliases.append(ident)

    def reference(self, key: str) -> Reference:
        text = self._printed()
        titles = self.titles
        title = _text(titles["article-title"]) if "article-title" in titles else ""
        if not title:
            title = next((found for tag in _TITLES if tag in titles and (found := _text(titles[tag]))), "")
        authors, more = self._authors(text)
        return Reference(key, self.label, text, authors, more, title, self.year or _printed_year(text), *self._identifiers(text))

    def _printed(self) -> str:
        """The entry as it reads; where a citation is only tags (no punctuation between them) blanks keep its fields apart."""
        if not self.closed:
            return tidied(self._read(self.citations[0] if self.citations else self.element))
        citations = list(self.element.iter(*_CITATIONS))
        citations = [one for one in citations if one.tag == "mixed-citation"] or citations
        return tidied(" ".join([self._read(one) for one in citations]))

    def _read(self, citation: Element) -> str:
        if not _is_mixed(citation):
            return " ".join(_texts(citation))
        name = self.first_name
        is_glued = name is not None and not name.tail and name.getnext() is not None  # only the tags keep the names apart
        return _spaced(citation) if is_glued else _flowing(citation)

    def _authors(self, text: str) -> tuple[tuple[str, ...], bool]:
        """(surnames, whether there are more), from the tags or else from how the printed entry begins."""
        if names := self.authors or self.editors:
            if self.etal or "et al" not in text:
                return tuple(names), self.etal
            after = text.find(names[-1]) + len(names[-1])  # "Spees J, et al.": the names tagged, the rest only printed
            return tuple(names), _MANY_AUTHORS.search(text, after, after + 15) is not None
        for style in _AUTHOR_STYLES:
            found, place = [], 0
            while match := style.match(text, place):
                found.append(match.group(1))
                place = match.end()
            if found:
                return tuple(found), bool(_MANY_AUTHORS.match(text, place)) or self.etal
        return (), self.etal

    def _identifiers(self, text: str) -> tuple[str, str, str]:
        """(DOI, PMID, PMCID), tagged or printed."""
        doi = pmid = pmcid = ""
        if given := self.identifiers:
            doi = normal_doi(given.get("doi", ""))
            pmid = given.get("pmid") or given.get("medline") or ""
            pmcid = normal_pmcid(given.get("pmc") or given.get("pmcid") or given.get("pmcaid") or "")
        printed = " ".join((*self.links, text)) if self.links else text
        if not doi and "10." in printed and (match := _DOI.search(printed)):
            doi = normal_doi(match.group())
        if not pmid and ("ubmed" in printed or "PMID" in printed) and (match := _PMID.search(printed)):
            pmid = match.group(1) or match.group(2)
        if not pmcid and "PMC" in printed and (match := _PMCID.search(printed)):
            pmcid = match.group()
        return doi, pmid if pmid.isdigit() else "", pmcid


def _flowing(element: Element) -> str:
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def _spaced(citation: Element) -> str:
    """Running text in which names are only tags: a blank after each tag, none before punctuation."""
    text = tidied(" ".join(_texts(citation)))
    for spaced, sign in _UNSPACED:
        text = text.replace(spaced, sign)
    return text


def _is_mixed(citation: Element) -> bool:
    """Whether punctuation is printed between the tags; `citation` of NLM 2 comes in both kinds."""
    tag = citation.tag
    if tag == "element-citation" or tag == "nlm-citation":
        return False
    if tag == "mixed-citation" or not len(citation):
        return True
    return bool(
        ((text := citation.text) and not text.isspace())
        or ((text := citation[0].tail) and not text.isspace())
        or ((text := citation[-1].tail) and not text.isspace())
    )


def _text(element: Element) -> str:
    return tidied("".join(_texts(element)) if len(element) else element.text or "")


def _whole_name(element: Element) -> str:
    """A group's name, or the surname of a person whose name is not split up ("AS Monzel", "Monzel, A. S.")."""
    name = _text(element)
    if element.tag == "collab":
        return name
    surname = name.split(",")[0] if "," in name else name
    words = [word for word in surname.split() if not _INITIALS.match(word)]
    return " ".join(words) if len(words) < 3 else words[-1]


def _printed_year(text: str) -> str:
    for style in _PRINTED_YEARS:
        if match := style.search(text):
            return match.group(1)
    return ""


def normal_doi(doi: str) -> str:
    """A DOI without resolver, prefix and the punctuation after it; empty when it is none."""
    match = _DOI.search(doi)
    if match is None:
        return ""
    found = match.group().rstrip(".,;:]}'’”")
    while found.endswith(")") and found.count(")") > found.count("("):
        found = found[:-1].rstrip(".,;:")
    return found


def normal_pmcid(pmcid: str) -> str:
    """A PMCID with its prefix and without its version; empty when it is none."""
    if not pmcid:
        return ""
    match = re.search(r"\d{3,9}", pmcid)
    return f"PMC{match.group()}" if match else ""
