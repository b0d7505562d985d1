"""What an article says of itself: ids, title, journal, year, authors, licence, type, whether it was retracted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from mitotransfer.document import Head
from mitotransfer.parse.inline import Walk, read_inline
from mitotransfer.parse.references import normal_doi, normal_pmcid

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LICENCE_REF = "{http://www.niso.org/schemas/ali/1.0/}license_ref"
_LICENCE_URL = re.compile(r"https?://(?:www\.)?(?:creativecommons\.org/|[^\s\"]*licen[cs]e)[^\s\"<>)]*", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
_RETRACTED_TITLE = re.compile(r"^\W*retracted\b", re.IGNORECASE)
# Relations that a retracted article bears; the notice itself bears "retracted-article".
_RETRACTED_BY = frozenset(("retraction-forward", "retraction", "retracted-by"))
_NOTICES = frozenset(("retraction", "correction", "expression-of-concern", "editorial"))


def read_head(article: Element, name: str, walk: Walk) -> Head:
    """The head of an article; whatever is not stated stays empty. `body` is left at its default."""
    meta = article.find("front/article-meta")
    if meta is None:
        meta = article.find("front-stub")
    file = PurePath(name).name
    kind, language = article.get("article-type", ""), article.get(_XML_LANG, "")
    if meta is None:
        return Head(PurePath(file).stem, file, article_type=kind, language=language)
    ids = _ids(meta)
    pmcid = normal_pmcid(ids.get("pmcid") or ids.get("pmc") or ids.get("pmcaid") or ids.get("pmc-uid") or "")
    pmid, doi = ids.get("pmid", ""), normal_doi(ids.get("doi", ""))
    title = _title(meta, walk)
    return Head(
        source=pmcid or pmid or doi or PurePath(file).stem,
        file=file,
        pmcid=pmcid,
        pmid=pmid,
        doi=doi,
        title=title,
        journal=_journal(article, walk),
        year=_year(meta),
        authors=tuple(_authors(meta)),
        licence=_licence(meta, walk),
        article_type=kind,
        language=language,
        retracted=_is_retracted(meta, kind, title, walk),
    )


def _ids(meta: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in meta.iterchildren("article-id"):
        found.setdefault(element.get("pub-id-type", ""), (element.text or "").strip())
    return found


def _title(meta: Element, walk: Walk) -> str:
    title = meta.find("title-group/article-title")
    return "" if title is None else read_inline(title, walk)[0]


def _journal(article: Element, walk: Walk) -> str:
    meta = article.find("front/journal-meta")
    if meta is None:
        return ""
    for path in ("journal-title-group/journal-title", "journal-title", "journal-id[@journal-id-type='nlm-ta']", "journal-id"):
        title = meta.find(path)
        if title is not None and (text := read_inline(title, walk)[0]):
            return text
    return ""


def _year(meta: Element) -> str:
    """The earliest year of publication: in print, on line or in a collection."""
    dates = list(meta.iterchildren("pub-date"))
    years = [year.text or "" for date in dates for year in date.iterchildren("year")]
    years += [date.get("iso-8601-date", "") for date in dates]
    return min((match.group() for year in years if (match := _YEAR.search(year))), default="")


def _authors(meta: Element) -> Iterator[str]:
    for contrib in meta.iterfind("contrib-group/contrib"):
        if contrib.get("contrib-type", "author") not in ("author", ""):
            continue
        for name in contrib.iter("surname", "string-name", "collab"):
            # a collab may list its members inside, a string-name its parts: their own text comes first
            text = " ".join((name.text or "").split())
            if text:
                yield text
                break


def _licence(meta: Element, walk: Walk) -> str:
    """The licence's address, else its statement, else the copyright statement."""
    permissions = [*meta.iterchildren("permissions", "license", "copyright-statement")]
    for reference in (one for holder in permissions for one in holder.iter(_LICENCE_REF)):
        if reference.text and reference.text.strip():
            return reference.text.strip()
    licences = [licence for holder in permissions for licence in holder.iter("license")]
    for licence in licences:
        for element in licence.iter("license", "ext-link", "uri"):
            for key, value in element.attrib.items():
                if str(key).endswith(("href", "resource")) and _LICENCE_URL.match(str(value)):
                    return str(value)
    statements = [statement for holder in permissions for statement in holder.iter("copyright-statement")]
    for element in (*licences, *statements):
        text = read_inline(element, walk)[0]
        if "://" in text and (match := _LICENCE_URL.search(text)):
            return match.group().rstrip(".,;")
        if text:
            return text
    return ""


def _is_retracted(meta: Element, kind: str, title: str, walk: Walk) -> bool:
    """Whether the article was retracted; a notice of retraction is not itself a retracted article."""
    if kind in _NOTICES:
        return False
    if kind == "retracted-article" or _RETRACTED_TITLE.match(title):
        return True
    if any(related.get("related-article-type") in _RETRACTED_BY for related in meta.iter("related-article")):
        return True
    subjects = (subject for categories in meta.iterchildren("article-categories") for subject in categories.iter("subject"))
    return any(_RETRACTED_TITLE.match(read_inline(subject, walk)[0]) for subject in subjects)
