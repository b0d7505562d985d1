"""The PMC ID Converter: batches of ids of one type, answered by id."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from fakes.faults import FaultPlan
from fakes.server import Fake, Throttle
from fakes.wire import HTML_PAGE, Answer, Record, as_json, rate_limit_body

OLD = "/pmc/utils/idconv/v1.0/"
_FORMS = {
    "pmid": re.compile(r"\d{1,8}"),
    "pmcid": re.compile(r"(?:PMC)?\d{1,10}(?:\.\d+)?", re.IGNORECASE),
    "doi": re.compile(r"10\.\d{4,9}/\S+"),
    "mid": re.compile(r"[A-Za-z]+\d+"),
}
_NOT_FOUND = "Identifier not found in PMC"


class IdConverter(Fake):
    """`/articles/` of v1; the address of old moved here.

    Attributes to set: `reverse`, records come in another order than asked; `most`, the largest batch.
    """

    base = "/tools/idconv/api/v1"

    def __init__(
        self, *, limit_per_second: int | None = None, throttle: Throttle | None = None, plan: FaultPlan | None = None
    ) -> None:
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.most = 200
        self.reverse = False
        self._articles: dict[str, dict[str, Any]] = {}
        self._by_id: dict[tuple[str, str], str] = {}

    def add(
        self, pmcid: str, pmid: int | str | None = None, doi: str = "", mid: str = "", versions: tuple[int, ...] = (1,)
    ) -> None:
        """Store an article that is in PMC."""
        record: dict[str, Any] = {"pmid": int(pmid)} if pmid else {}
        record |= {"pmcid": pmcid} | ({"doi": doi} if doi else {}) | ({"mid": mid} if mid else {})
        with self.lock:
            self._articles[pmcid] = record | {"versions": versions}
            for kind in _FORMS:
                if value := str(record.get(kind, "")):
                    self._by_id[kind, value.lower()] = pmcid

    def too_fast(self, record: Record) -> Answer:
        return as_json(rate_limit_body(record.client.rpartition(":")[0]), 429)

    def answer(self, record: Record) -> Answer:
        if record.route.startswith(OLD):
            query = urlencode([(name, value) for name, values in record.query.items() for value in values])
            return Answer(b"", 301, "text/html", {"Location": f"{self.endpoint}/articles/?{query}"})
        if record.route != "/articles/":
            return Answer(b"<html><body>404 Not Found</body></html>", 404, "text/html")
        if record.first("format") != "json":
            return Answer(HTML_PAGE, kind="text/html")  # what other formats look like is not known
        ids = [part.strip() for part in record.first("ids").split(",") if part.strip()]
        if not ids:
            return _refused("No identifiers were given", "missing_ids")
        if len(ids) > self.most:
            return _refused(f"Too many identifiers: {len(ids)} given, {self.most} allowed", "too_many_ids")
        kind = record.first("idtype") or _kind_of(ids[0])
        if kind not in _FORMS:
            return _refused(f"Unknown idtype: {kind}", "invalid_idtype")
        if bad := [ident for ident in ids if not _FORMS[kind].fullmatch(ident)]:
            return _refused(f"Invalid {kind} values: {', '.join(bad)}", f"invalid_{kind}s")
        return self._records(record, kind, ids)

    def _records(self, record: Record, kind: str, ids: list[str]) -> Answer:
        versions = record.first("versions", "no")
        records = [self._record(kind, ident, with_versions=versions == "yes") for ident in ids]
        request = {
            "format": "json", "idtype": kind, "ids": ids, "echo": record.target.partition("?")[2],
            "versions": versions, "showaiid": record.first("showaiid", "no"),
        }  # fmt: skip
        warnings = [f"parameter '{name}' should be given" for name in ("tool", "email") if not record.first(name)]
        if warnings:
            request["warnings"] = warnings
        return as_json(
            {
                "status": "ok",
                "response-date": "2026-06-16 14:17:07",
                "request": request,
                "records": records[::-1] if self.reverse else records,
            }
        )

    def _record(self, kind: str, ident: str, *, with_versions: bool) -> dict[str, Any]:
        asked = ident.lower()
        if kind == "pmid":
            asked = asked.lstrip("0")
        elif kind == "pmcid":
            asked = "pmc" + asked.removeprefix("pmc").partition(".")[0]
        stored = self._articles.get(self._by_id.get((kind, asked), ""))
        if stored is None:
            shown = int(ident) if kind == "pmid" else ident
            return {kind: shown, "requested-id": ident, "status": "error", "errmsg": _NOT_FOUND}
        record: dict[str, Any] = {name: stored[name] for name in ("pmid", "pmcid", "doi") if name in stored}
        if with_versions:
            numbers = stored["versions"]
            listed = [{"pmcid": f"{stored['pmcid']}.{n}", "current": str(n == max(numbers)).lower()} for n in numbers]
            record["versions"] = [one | ({"mid": stored["mid"]} if "mid" in stored else {}) for one in listed]
        return record | {"requested-id": ident}


def _kind_of(ident: str) -> str:
    """Without `idtype` the first id decides; what looks like none is taken for a PMID."""
    return next((kind for kind in ("pmid", "doi", "pmcid", "mid") if _FORMS[kind].fullmatch(ident)), "pmid")


def _refused(message: str, code: str) -> Answer:
    errors = [{"message": message, "code": code}]
    return as_json({"status": "error", "http_status": "400", "http_status_reason": "Bad Request", "errors": errors}, 400)
