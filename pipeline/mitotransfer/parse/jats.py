"""JATS and NLM articles, from version 2.0 on, to `Article`.

Front (title, abstracts, keywords), body, back, floats and sub-articles are walked in document order. An element that is
not known is descended into or read as a paragraph, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from lxml import etree

from mitotransfer.document import Article, BodyState, Head
from mitotransfer.errors import InputError
from mitotransfer.parse.front import read_head
from mitotransfer.parse.inline import Walk
from mitotransfer.parse.references import read_references
from mitotransfer.parse.walker import Walker
from mitotransfer.parse.xmlio import Note

if TYPE_CHECKING:
    Element = etree._Element
else:
    Element = object

Unwanted = Callable[[bytes, Callable[[], list[str]]], str]
"""Why an article need not be read, empty when it is to be: by its text, in UTF-8, and, asked for, its pieces between tags."""

_TEXTS = etree.XPath("descendant::text()", smart_strings=False)
_WITHHELD = "does not allow downloading of the full text"
_SCANNED_PROPERTY = "pmc-prop-is-scanned-article"


def parse_jats(root: Element, name: str, *, notes: list[Note] | None = None, unwanted: Unwanted | None = None) -> list[Article]:
    """The articles below `root`: an article itself, a `pmc-articleset`, or any envelope around them (OAI-PMH).

    `notes` are what reading the file had to mend; each becomes a problem of every article. `unwanted` as of
    `parse_documents`. Raises InputError `no-article` when there is none. JATS elements in a namespace lose it in the given
    tree; locators fit the source.
    """
    is_article = root.tag.__class__ is str and etree.QName(root).localname == "article"
    elements = [root] if is_article else [element for element in root.iter("{*}article") if _is_whole(element)]
    if not elements:
        message = f"the root is <{etree.QName(root).localname}> and holds no JATS article{_refusal(root)}"
        raise InputError(message, code="no-article", place=name)
    namespaces = {etree.QName(element).namespace for element in elements}
    for namespace in namespaces - {None}:
        for element in root.iter(f"{{{namespace}}}*"):
            element.tag = etree.QName(element).localname
    is_namespaced = namespaces != {None}
    return [_parse_article(element, name, notes or [], namespaced=is_namespaced, unwanted=unwanted) for element in elements]


def _is_whole(element: Element) -> bool:
    return any(child.tag.__class__ is str and str(child.tag).rpartition("}")[2] in ("front", "body") for child in element)


def _refusal(root: Element) -> str:
    """What a service said in place of an article (`<Reply error="…">`, `<error code="…">`)."""
    for element in root.iter("{*}Reply", "{*}error", "{*}ERROR"):
        if said := element.get("error") or element.text or element.get("code"):
            return f": {said.strip()}"
    return ""


def _parse_article(article: Element, name: str, notes: list[Note], *, namespaced: bool, unwanted: Unwanted | None) -> Article:
    walk = Walk(name, namespaced=namespaced)
    head = read_head(article, name, walk)
    walk.source = head.source
    walk.take_lifted()
    for note in notes:
        walk.add_problem(*note)
    if unwanted and _has_body_text(article) and (reason := _why_unwanted(article, unwanted)):
        return Article(head, problems=tuple(walk.problems), reason=reason)
    read_references(article, walk)
    walker = Walker(walk)
    walker.article(article, _locator(article, walk))
    head.body = _body_state(article, walker)
    _report(head, walk, walker)
    return Article(head, tuple(walker.passages), tuple(walker.tables), walk.references, tuple(walk.problems))


def _has_body_text(article: Element) -> bool:
    """Whether the body surely gives a passage."""
    paragraphs = (p for p in article.iterfind("body//p") if (text := p.text) and not text.isspace())
    return any(parent is not None and parent.tag in ("body", "sec") for p in paragraphs for parent in (p.getparent(),))


def _why_unwanted(article: Element, unwanted: Unwanted) -> str:
    """What is asked about is all that reading may take up: not the reference list at the end, which gives no passage."""
    within = (part for child in article for part in (child if child.tag == "back" else (child,)))
    parts = [part for part in within if part.tag.__class__ is str and part.tag != "ref-list"]
    loose = [text for back in article.iterchildren("back") for text in (back.text, *(part.tail for part in back)) if text]
    texts = [etree.tostring(part, method="text", encoding="utf-8", with_tail=False) for part in parts]

    def pieces() -> list[str]:
        return [*loose, *(text for part in parts for text in cast("list[str]", _TEXTS(part)))]

    return unwanted(b"\n".join([*texts, *(text.encode() for text in loose)]), pieces)


def _locator(article: Element, walk: Walk) -> str:
    """The path to the article from the root of its file."""
    root = article.getroottree().getroot()
    tag = str(root.tag)
    outer = walk.step(tag, 1) if walk.namespaced or tag[0] == "{" else f"/{tag}"
    return walk.locate(article, root, outer)


def _body_state(article: Element, walker: Walker) -> BodyState:
    """What there is of the body: text, a scan of the pages, nothing by the publisher's wish, or nothing."""
    if walker.has_body:
        return "full"
    comments = (comment.text or "" for comment in article.iter(etree.Comment))
    if any(_WITHHELD in comment for comment in comments):
        return "withheld"
    scans = any(element.get("content-type") == "scanned-pages" for element in article.iter("supplementary-material"))
    if scans or any(_is_scanned(meta) for meta in article.iter("custom-meta")):
        return "ocr"
    return "none"


def _is_scanned(meta: Element) -> bool:
    return meta.findtext("meta-name") == _SCANNED_PROPERTY and meta.findtext("meta-value") == "yes"


def _report(head: Head, walk: Walk, walker: Walker) -> None:
    """Problems that concern the article as a whole."""
    if head.body == "withheld":
        walk.add_problem("note", "body-withheld", head.file, "the publisher does not allow the full text here: abstract only")
    elif head.body == "ocr":
        walk.add_problem("warning", "scanned-article", head.file, "the pages are pictures (scanned article): abstract only")
    elif head.body == "none":
        walk.add_problem("note", "no-body", head.file, "the file has no body")
    if walk.dangling:
        listed = ", ".join(sorted(walk.dangling)[:5])
        message = f"{len(walk.dangling)} cited ids are not in the reference list: {listed}"
        walk.add_problem("warning", "dangling-citation", head.file, message)
    if not walker.passages and not walker.tables:
        walk.add_problem("error", "no-text", head.file, "no text was found in the article")
