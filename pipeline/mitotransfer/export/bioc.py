"""BioC JSON: a collection with a document per article, annotations and relations in their passages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mitotransfer.document import Article
from mitotransfer.export.documents import Document, Finding, Note, build
from mitotransfer.export.result import Export
from mitotransfer.export.tables import Record, Tables

NAME = "mitotransfer.bioc.json"
KEY = "mitotransfer.bioc.key.txt"
_LINE = (
    "row_id",
    "rule_id",
    "confidence",
    "negated",
    "negation_cue",
    "hedged",
    "hedge_cue",
    "section",
    "locator",
    "review_status",
    "decision",
    "reviewer",
)
_ARTICLE = ("pmid", "doi", "title", "year", "licence", "article_type", "retracted")
_ABOUT = """Offsets and lengths count characters (Unicode code points) in the document, passages are joined with one line feed.
passage   type (title, heading, abstract, paragraph, list_item, caption, footnote, keyword, table_caption, table_cell,
          table_footnote; of evidence alone: table_row, sentence, registry_entry), section, locator (XPath in the source)
annotation  type: the role in a finding (donor, recipient, effect …), identifier: vocabulary id, direction and target of an
          effect; or type: the kind of event, at the words that signal it
relation  a finding: id = evidence_id, type = kind of event, row_id (of several rows joined with "; "), rule_id, confidence,
          negated, negation_cue, hedged, hedge_cue, review_status of the rows, decision; nodes: trigger and roles; an infon
          `role:<name>` holds roles that the sentence does not name, as surface<identifier>
A document without text comes from an article whose licence does not allow passing it on: its relations have no nodes.
"""


def make(tables: Tables, articles: Mapping[str, Article], version: str) -> Export:
    """`mitotransfer.bioc.json`, a collection of all articles with rows, and the key that explains its infons."""
    annotated = build(tables, articles)
    collection = {
        "bioctype": "BioCCollection",
        "source": f"mitotransfer {version}",
        "date": "",
        "key": KEY,
        "version": "1.0",
        "infons": {},
        "documents": [_document(document) for document in annotated.documents],
    }
    content = json.dumps(collection, ensure_ascii=False, indent=1) + "\n"
    files = {NAME: content.encode(), KEY: _ABOUT.encode()}
    return Export(files, annotated.accounts({}, {}), annotated.notes)


def _document(document: Document) -> dict[str, Any]:
    passages = [
        _passage(piece.offset, piece.text, {"type": piece.kind, "section": piece.section, "locator": piece.locator})
        for piece in document.pieces
    ]
    text = document.text
    for number, note in enumerate(document.notes, start=1):
        passages[note.piece]["annotations"].append(_annotation(number, note, text))
    alone: list[dict[str, Any]] = []
    for finding in document.findings:
        home = alone if finding.trigger is None else passages[document.notes[finding.trigger].piece]["relations"]
        home.append(_relation(finding))
    infons = _filled(document.about, _ARTICLE)
    if document.withheld:
        infons["text"] = "left out: the licence does not allow passing it on"
    return {
        "bioctype": "BioCDocument",
        "id": document.source,
        "infons": infons,
        "passages": passages,
        "annotations": [],
        "relations": alone,
    }


def _passage(offset: int, text: str, infons: dict[str, str]) -> dict[str, Any]:
    known = {key: value for key, value in infons.items() if value}
    return {
        "bioctype": "BioCPassage",
        "offset": offset,
        "infons": known,
        "text": text,
        "sentences": [],
        "annotations": [],
        "relations": [],
    }


def _annotation(number: int, note: Note, text: str) -> dict[str, Any]:
    infons = {"type": note.kind}
    if note.kind == "effect":
        infons["identifier"], _, infons["direction"] = note.ident.rpartition(":")
        infons["target"] = note.target
    else:
        infons["identifier"] = note.ident
    return {
        "id": f"T{number}",
        "infons": {key: value for key, value in infons.items() if value},
        "text": text[note.start : note.end],
        "locations": [{"offset": note.start, "length": note.end - note.start}],
    }


def _relation(finding: Finding) -> dict[str, Any]:
    infons = {"type": finding.line["event"], **_filled(finding.line, _LINE)}
    for role in finding.unnamed:
        key = f"role:{role.name}"
        infons[key] = "; ".join(filter(None, [infons.get(key, ""), f"{role.surface}<{role.ident}>"]))
    nodes = [] if finding.trigger is None else [{"refid": f"T{finding.trigger + 1}", "role": "trigger"}]
    nodes += [{"refid": f"T{number + 1}", "role": role} for role, number in finding.named]
    return {"id": finding.line["evidence_id"], "infons": infons, "nodes": nodes}


def _filled(record: Record, names: tuple[str, ...]) -> dict[str, str]:
    return {name: record[name] for name in names if record.get(name)}
