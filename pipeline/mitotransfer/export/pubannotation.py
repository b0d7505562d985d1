"""PubAnnotation JSON: a file per article with its text, denotations, relations and attributes.

A denotation is the kind of an event at the words that signal it, or a vocabulary id (the role's name where there is none) at the
words of a role; a relation leads from the event to the role. What is said of the event is an attribute of its denotation.
PubAnnotation reads an attribute's `false` as nothing given and puts `true`: only what holds is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mitotransfer.document import Article
from mitotransfer.export.documents import NO_TEXT, Document, Finding, build
from mitotransfer.export.result import Export
from mitotransfer.export.tables import Tables

_SAID = ("evidence_id", "row_id", "rule_id", "negation_cue", "hedge_cue", "review_status", "decision")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def make(tables: Tables, articles: Mapping[str, Article]) -> Export:
    """`<source>.json` per article with rows, `sourcedb-sourceid.json` as PubAnnotation names them.

    The format is made of text: articles whose text may not be passed on are left out, and so are lines without sentence.
    """
    annotated = build(tables, articles)
    files: dict[str, bytes] = {}
    no_text = 0
    lines = {f"of articles whose {NO_TEXT}": 0, "without sentence": 0}
    for document in annotated.documents:
        if not document.pieces:
            no_text += 1
            lines[f"of articles whose {NO_TEXT}"] += sum(finding.lines for finding in document.findings)
            continue
        lines["without sentence"] += sum(finding.lines for finding in document.findings if finding.trigger is None)
        content = _content(document)
        name = _UNSAFE.sub("_", f"{content['sourcedb']}-{content['sourceid']}")
        while f"{name}.json" in files:  # two ids that differ in unsafe characters only
            name += "_"
        files[f"{name}.json"] = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
    accounts = annotated.accounts({f"whose {NO_TEXT}": no_text}, lines)
    return Export(files, accounts, annotated.notes)


def source_of(ident: str) -> tuple[str, str]:
    """The database and the id in it, as PubAnnotation names them."""
    kinds = ((r"PMC(\d+)", "PMC"), (r"(\d{1,9})", "PubMed"), (r"(NCT\d{8})", "ClinicalTrials.gov"), (r"(10\.\d{4,9}/.+)", "DOI"))
    for pattern, name in kinds:
        if match := re.fullmatch(pattern, ident, re.ASCII):
            return name, match[1]
    return "mitotransfer", ident


def _content(document: Document) -> dict[str, Any]:
    sourcedb, sourceid = source_of(document.source)
    content: dict[str, Any] = {}
    if sourcedb in ("PMC", "PubMed"):  # which PubAnnotation holds itself
        content["target"] = f"http://pubannotation.org/docs/sourcedb/{sourcedb}/sourceid/{sourceid}"
    relations: list[dict[str, Any]] = []
    attributes: list[dict[str, Any]] = []
    for finding in document.findings:
        if finding.trigger is None:
            continue
        event = f"T{finding.trigger + 1}"
        for role, number in finding.named:
            relations.append({"id": f"R{len(relations) + 1}", "subj": event, "pred": role, "obj": f"T{number + 1}"})
        for pred, value in _attributes(finding):
            attributes.append({"id": f"A{len(attributes) + 1}", "subj": event, "pred": pred, "obj": value})
    return content | {
        "sourcedb": sourcedb,
        "sourceid": sourceid,
        "text": document.text,
        "denotations": [
            {"id": f"T{number}", "span": {"begin": note.start, "end": note.end}, "obj": note.ident or note.kind}
            for number, note in enumerate(document.notes, start=1)
        ],
        "relations": relations,
        "attributes": attributes,
    }


def _attributes(finding: Finding) -> Iterator[tuple[str, object]]:
    line = finding.line
    yield from ((name, True) for name in ("negated", "hedged") if line[name].lower() == "true")
    if line["confidence"]:
        yield "confidence", line["confidence"]
    yield from ((name, line[name]) for name in _SAID if line[name])
    for role in finding.unnamed:
        yield role.name, role.ident or role.surface
