"""The BioC API for PMC: an article as a list with one collection, and failures that come with status 200."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal
from xml.sax.saxutils import escape

from fakes.articles import sentences
from fakes.faults import FaultPlan
from fakes.server import Fake, Throttle
from fakes.wire import Answer, Record, as_json, as_text, rate_limit_body

NO_RESULT = "[Error] : No result can be found. <BR><HR><BR>\n - pmcid : PMC article id or PubMed id <BR>\n"


class BioC(Fake):
    """`BioC_json/{ID}/unicode` and `BioC_xml`. Bare digits are a PMID. `top` is the outermost value of JSON."""

    base = "/research/bionlp/RESTful/pmcoa.cgi"

    def __init__(
        self, *, limit_per_second: int | None = None, throttle: Throttle | None = None, plan: FaultPlan | None = None
    ) -> None:
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.top: Literal["list", "object"] = "list"
        self._collections: dict[str, dict[str, Any]] = {}

    def add(
        self, pmcid: str, passages: Sequence[tuple[str, str]] = (), *, pmid: str = "", doi: str = "", licence: str = "CC BY"
    ) -> None:
        """Store an article; `passages` are pairs of section type and text, made up unless given."""
        given = passages or [("TITLE", f"Mitochondria between cells: {pmcid}"), ("RESULTS", sentences(pmcid))]
        ids = {"article-id_pmc": pmcid, "article-id_pmid": pmid, "article-id_doi": doi, "license": licence, "year": "2026"}
        offset, made = 0, []
        for n, (section, text) in enumerate(given):
            kind = "front" if section == "TITLE" else "paragraph"
            infons = {"section_type": section, "type": kind} | (
                {} if n else {name: value for name, value in ids.items() if value}
            )
            lists: dict[str, list[Any]] = {"sentences": [], "annotations": [], "relations": []}
            made.append({"offset": offset, "infons": infons, "text": text} | lists)
            offset += len(text.encode()) + 1
        document = {"id": pmcid, "infons": {"license": licence}, "passages": made, "annotations": [], "relations": []}
        collection = {
            "source": "PMC", "date": "20260114", "key": "collection.key", "infons": {},
            "documents": [document], "bioctype": "BioCCollection",
        }  # fmt: skip
        with self.lock:
            self._collections[pmcid] = collection
            if pmid:
                self._collections[pmid] = collection

    def too_fast(self, record: Record) -> Answer:
        return as_json(rate_limit_body(record.client.rpartition(":")[0]), 429)

    def answer(self, record: Record) -> Answer:
        parts = record.route.strip("/").split("/")
        if len(parts) != 3 or parts[0] not in ("BioC_json", "BioC_xml") or parts[2] not in ("unicode", "ascii"):
            return as_text(NO_RESULT, kind="text/html; charset=UTF-8")
        collection = self._collections.get(parts[1])
        if collection is None:
            return as_text(NO_RESULT, kind="text/html; charset=UTF-8")
        if parts[0] == "BioC_xml":
            return Answer(_xml(collection).encode(), kind="text/xml")
        body = [collection] if self.top == "list" else collection
        return Answer(json.dumps(body, ensure_ascii=parts[2] == "ascii").encode(), kind="application/json")


def _xml(collection: dict[str, Any]) -> str:
    document = collection["documents"][0]
    passages = "".join(
        "<passage>"
        + "".join(f'<infon key="{name}">{escape(value)}</infon>' for name, value in passage["infons"].items())
        + f"<offset>{passage['offset']}</offset><text>{escape(passage['text'])}</text></passage>"
        for passage in document["passages"]
    )
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?><!DOCTYPE collection SYSTEM \"BioC.dtd\"><collection>"
        f"<source>{collection['source']}</source><date>{collection['date']}</date><key>{collection['key']}</key>"
        f"<document><id>{document['id']}</id>{passages}</document></collection>"
    )
