"""BioC collections as PubMed Central gives them (XML and JSON; https://www.ncbi.nlm.nih.gov/research/bionlp/APIs/BioC-PMC/).

A document is a flat list of passages whose `infons` say what they are: `section_type` (TITLE, ABSTRACT, METHODS, FIG,
TABLE, REF, …) and `type` (front, title_1, paragraph, fig_caption, table, ref, …). Both formats are brought to that shape
first. The offsets of BioC count characters of a file that is not kept, so passages have no locator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mitotransfer.document import Article
from mitotransfer.errors import InputError
from mitotransfer.parse.bioc_article import Document, Item, build_article
from mitotransfer.parse.cells import local_name

if TYPE_CHECKING:
    from lxml import etree

    Element = etree._Element
else:
    Element = object

_NO_RESULT = "[Error]"


def refuse_no_result(text: str, name: str) -> None:
    """The service says "no such article" in a reply of status 200: raise InputError (`bioc-no-result`) for that text."""
    if text.lstrip().startswith(_NO_RESULT):
        said = text.strip().partition("<")[0].strip()
        raise InputError(f"the BioC service holds no such article: {said[:200]}", code="bioc-no-result", place=name)


_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_bioc_json(data: bytes, name: str) -> list[Article]:
    """The articles of a BioC JSON file: a collection, a list of collections or a single document.

    Raises InputError: `encoding`, `bioc-no-result`, `malformed-json` (place `name:line:column`), `bioc-empty`.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: byte {error.start}", code="encoding", place=name) from error
    refuse_no_result(text, name)
    try:
        top = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise InputError(f"not JSON: {error.msg}", code="malformed-json", place=place) from error
    except RecursionError as error:
        raise InputError("the JSON is nested too deeply", code="malformed-json", place=name) from error
    except ValueError as error:  # Python reads no number of more than 4300 digits
        raise InputError(f"the JSON holds a number that is too long: {error}", code="malformed-json", place=name) from error
    return _articles(_json_documents(top), name)


def parse_bioc_xml(root: Element, name: str) -> list[Article]:
    """The articles of a BioC XML file, given its root (`collection` or `document`). Raises InputError (`bioc-empty`)."""
    return _articles(_xml_documents(root), name)


def _articles(documents: Iterator[Document], name: str) -> list[Article]:
    articles = [build_article(document, name) for document in documents]
    if not articles:
        raise InputError("no BioC document in it", code="bioc-empty", place=name)
    return articles


def _json_documents(top: Any, source: str = "") -> Iterator[Document]:
    for item in top if isinstance(top, list) else [top]:
        if not isinstance(item, dict):
            continue
        if isinstance(item.get("documents"), list):
            yield from _json_documents(item["documents"], _string(item.get("source")))
        elif isinstance(item.get("passages"), list):
            passages = tuple(_json_item(passage) for passage in item["passages"] if isinstance(passage, dict))
            yield Document(_string(item.get("id")), source, _json_infons(item), passages)


def _json_item(passage: dict[str, Any]) -> Item:
    text = _string(passage.get("text"))
    sentences = passage.get("sentences")
    if not text and isinstance(sentences, list):
        text = " ".join(_string(sentence.get("text")) for sentence in sentences if isinstance(sentence, dict))
    return Item(_json_infons(passage), text)


def _json_infons(holder: dict[str, Any]) -> dict[str, str]:
    infons = holder.get("infons")
    return {key: _string(value) for key, value in infons.items()} if isinstance(infons, dict) else {}


def _string(value: Any) -> str:
    """Texts as they are, numbers as text (ids come as either), anything else as nothing."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)  # "\\ud800" alone is no character, and cannot be written
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _xml_documents(root: Element) -> Iterator[Document]:
    source = root.findtext("{*}source", "")
    for element in root.iter("{*}document"):
        passages = []
        for passage in element.iterchildren("{*}passage"):
            text = passage.findtext("{*}text", "")
            if not text:
                text = " ".join(sentence.findtext("{*}text", "") for sentence in passage.iterchildren("{*}sentence"))
            passages.append(Item(_xml_infons(passage), text))
        yield Document(element.findtext("{*}id", "").strip(), source, _xml_infons(element), tuple(passages))


def _xml_infons(holder: Element) -> dict[str, str]:
    return {child.get("key", ""): child.text or "" for child in holder if local_name(child) == "infon"}
