"""The trial registry's API v2: studies that can be searched, paged, pruned, and that change between calls."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from fakes.faults import FaultPlan
from fakes.queries import ESSIE, Ids, QueryError, select
from fakes.server import Fake, Throttle
from fakes.studies import PIECES, STATUSES, Study, UnknownFieldError, paths_of, prune, study, values_at
from fakes.wire import Answer, Record, as_json, as_text

__all__ = ["Trials", "study"]

_NCT = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}")
_QUERIES = {
    "term": "", "cond": "ConditionsModule", "intr": "ArmsInterventionsModule", "titles": "IdentificationModule", "outc": "",
    "spons": "SponsorCollaboratorsModule", "lead": "LeadSponsorName", "locn": "ContactsLocationsModule",
    "id": "IdentificationModule", "patient": "",
}  # fmt: skip
_SAID = {"intr": "Intervention / treatment", "cond": "Conditions or disease", "term": "Other terms"}
_PLAIN = {"fields", "sort", "pageSize", "pageToken", "countTotal", "format", "markupFormat", "aggFilters"}
_FILTERS = {
    f"{kind}.{name}" for kind in ("filter", "postFilter") for name in ("ids", "overallStatus", "advanced", "geo", "synonyms")
}
_KNOWN = _PLAIN | _FILTERS | {f"query.{name}" for name in _QUERIES}
_FREE = ("pageSize", "countTotal", "pageToken")  # may differ from page to page
_AREA = re.compile(r'AREA\[(\w+)\](?:RANGE\[\s*([^,\]]+)\s*,\s*([^,\]]+)\s*\]|"?([^"]*)"?)')


class _BadRequestError(Exception):
    """The request is refused with 400 and this text."""


class Trials(Fake):
    """`/studies`, `/studies/{id}` and `/version`.

    Attributes to set: `empty_last_page`, a page token that leads to a page without studies; `tokens_die`, page tokens are
    refused after the data were refreshed; `per_minute` limits requests in a minute.
    """

    base = "/api/v2"

    def __init__(
        self,
        *,
        limit_per_second: int | None = None,
        per_minute: int | None = None,
        throttle: Throttle | None = None,
        plan: FaultPlan | None = None,
    ) -> None:
        throttle = Throttle(per_minute, 60.0) if per_minute else throttle
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.studies: dict[str, Study] = {}
        self.empty_last_page = False
        self.tokens_die = False
        self._refreshed = 0
        self._answered = 0
        self._later: list[tuple[int, Callable[[], object]]] = []

    def add(self, nct: str, title: str = "", **parts: Any) -> Study:
        """Store a study made by `study`; the study is given back and may be changed further."""
        made = study(nct, title, **parts)
        with self.lock:
            self.studies[nct] = made
        return made

    def change(self, nct: str, module: str = "statusModule", **values: Any) -> None:
        """Set values of a module of a study, `None` to take one away; the data are refreshed."""
        with self.lock:
            target = self.studies[nct]["protocolSection"].setdefault(module, {})
            target.update(values)
            for name in [name for name, value in values.items() if value is None]:
                del target[name]
            self.refresh()

    def remove(self, nct: str) -> None:
        """Take a study out; the data are refreshed."""
        with self.lock:
            del self.studies[nct]
            self.refresh()

    def refresh(self) -> None:
        """Another state of the data: `dataTimestamp` moves on."""
        self._refreshed += 1

    def after(self, answers: int, change: Callable[[], object]) -> None:
        """Call `change` once so many requests have been answered from now on: a study changes between two calls."""
        with self.lock:
            self._later.append((self._answered + answers, change))

    def too_fast(self, record: Record) -> Answer:
        return as_text("Too Many Requests\n", 429)

    def answer(self, record: Record) -> Answer:
        for due in [one for one in self._later if one[0] <= self._answered]:
            self._later.remove(due)
            due[1]()
        self._answered += 1
        try:
            if record.route == "/version":
                return as_json({"apiVersion": "2.0.5", "dataTimestamp": f"2026-06-{16 + self._refreshed:02}T09:00:05"})
            if record.route == "/studies":
                return self._studies(record)
            if record.route.startswith("/studies/"):
                return self._one(record, record.route.removeprefix("/studies/"))
        except _BadRequestError as error:
            return as_text(str(error), 400)
        return as_text(f"Unknown path {record.path}", 404)

    def _one(self, record: Record, asked: str) -> Answer:
        if not _NCT.fullmatch(asked):
            raise _BadRequestError(f"Parameter `nctId` has incorrect format: {asked}")
        nct = _canonical(asked)
        if nct not in self.studies:
            for other, known in self.studies.items():
                if nct in known["protocolSection"]["identificationModule"].get("nctIdAliases", ()):
                    query = record.target.partition("?")[2]
                    return Answer(b"", 301, "text/plain", {"Location": f"{self.base}/studies/{other}{query and '?' + query}"})
            return as_text(f"NCT number {nct} not found", 404)
        return as_json(self._pruned(record, self.studies[nct]))

    def _studies(self, record: Record) -> Answer:
        for name in record.query:
            if name not in _KNOWN:
                raise _BadRequestError(f"Unknown parameter `{name}`")
        size = self._size(record)
        found = self._ordered(record, self._found(record))
        start = self._start(record)
        page = [self._pruned(record, self.studies[nct]) for nct in found[start : start + size]]
        result: dict[str, Any] = {"studies": page}
        if record.first("countTotal") == "true" and not record.first("pageToken"):
            result["totalCount"] = len(found)
        left = len(found) - start - size
        if left > 0 or (self.empty_last_page and page):
            result["nextPageToken"] = self._token(record, start + len(page))
        return as_json(result)

    def _size(self, record: Record) -> int:
        text = record.first("pageSize", "10")
        if not text.isdigit():
            raise _BadRequestError(f"Invalid value in parameter `pageSize`: `{text}`")
        return min(int(text), 1000) or 10

    def _found(self, record: Record) -> list[str]:
        every = frozenset(self.studies)
        asked = {name: value for name in _QUERIES if (value := record.first(f"query.{name}"))}
        found, only_ids = every, False
        for name, value in asked.items():
            words = [word for word in re.split(r"[\s,|]+|\bOR\b", value) if word]
            if all(_NCT.fullmatch(word) for word in words):
                found, only_ids = found & {_canonical(word) for word in words}, True
            else:
                found &= self._query(name, value, _SAID.get(name, name))
        if only_ids:
            return list(found)  # a query of nothing but ids makes filters void
        for kind in ("filter", "postFilter"):
            found &= self._ids(record, kind) & self._status(record, kind)
            if advanced := record.first(f"{kind}.advanced"):
                found &= self._query("term", advanced, f"{kind}.advanced")
        return list(found)

    def _query(self, name: str, value: str, said: str) -> Ids:
        try:
            return select(value, ESSIE, frozenset(self.studies), lambda term: self._term(term, name))
        except QueryError as error:
            raise _BadRequestError(f"Error parsing query in {said}: {error}") from error

    def _ids(self, record: Record, kind: str) -> Ids:
        wanted = [one for one in re.split(r"[,|]", record.first(f"{kind}.ids")) if one]
        if bad := [one for one in wanted if not _NCT.fullmatch(one)]:
            raise _BadRequestError(f"Parameter `{kind}.ids` has incorrect format: {', '.join(bad)}")
        numbers = {_canonical(one) for one in wanted}
        return frozenset(nct for nct, known in self.studies.items() if not numbers or numbers & {nct, *_aliases(known)})

    def _status(self, record: Record, kind: str) -> Ids:
        wanted = {one for one in re.split(r"[,|]", record.first(f"{kind}.overallStatus")) if one}
        if bad := sorted(wanted - set(STATUSES)):
            raise _BadRequestError(f"Invalid value in parameter `overallStatus`: `{bad[0]}`")
        path = PIECES["OverallStatus"]
        return frozenset(nct for nct, one in self.studies.items() if not wanted or wanted & set(values_at(one, path)))

    def _term(self, term: str, name: str) -> Ids:
        if area := _AREA.fullmatch(term):
            if area[1] not in PIECES:
                raise _BadRequestError(f"Unknown area name: `{area[1]}`")
            return frozenset(nct for nct, one in self.studies.items() if _in_area(values_at(one, PIECES[area[1]]), area))
        word = re.compile(rf"\b{re.escape(term.strip(chr(34)).lower())}\b")
        path = PIECES[_QUERIES[name]] if _QUERIES[name] else ()
        texts = {nct: json.dumps(values_at(one, path)).lower() for nct, one in self.studies.items()}
        return frozenset(nct for nct, text in texts.items() if word.search(text))

    def _ordered(self, record: Record, found: list[str]) -> list[str]:
        found = sorted(found, key=lambda nct: hashlib.sha256(nct.encode()).digest())  # no order that a client could lean on
        for one in reversed([one for one in re.split(r"[,|]", record.first("sort")) if one]):
            name, _, direction = one.partition(":")
            if name not in PIECES and name != "@relevance":
                raise _BadRequestError(f"Parameter `sort` contains invalid field name `{name}`")
            if name in PIECES:
                path = PIECES[name]
                found.sort(key=lambda nct: str(values_at(self.studies[nct], path)), reverse=direction != "asc")
        return found

    def _pruned(self, record: Record, known: Study) -> Study:
        if not record.first("fields"):
            return copy.deepcopy(known)
        try:
            return prune(copy.deepcopy(known), paths_of(record.first("fields")))
        except UnknownFieldError as error:
            raise _BadRequestError(f"Parameter `fields` contains invalid field name `{error}`") from error

    def _token(self, record: Record, start: int) -> str:
        return base64.urlsafe_b64encode(f"{start}.{self._mark(record)}.{self._refreshed}".encode()).decode().rstrip("=")

    def _start(self, record: Record) -> int:
        token = record.first("pageToken")
        if not token:
            return 0
        try:
            start, mark, state = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split(".")
        except ValueError as error:
            raise _BadRequestError(f"Parameter `pageToken` has incorrect format: {token}") from error
        if mark != self._mark(record) or (self.tokens_die and int(state) != self._refreshed):
            raise _BadRequestError("Invalid value in parameter `pageToken`")
        return int(start)

    def _mark(self, record: Record) -> str:
        """What must stay the same from page to page."""
        rest = sorted((name, values) for name, values in record.query.items() if name not in _FREE)
        return hashlib.sha256(repr(rest).encode()).hexdigest()[:12]


def _canonical(asked: str) -> str:
    return f"NCT{int(asked[3:]):08}"


def _aliases(known: Study) -> list[str]:
    return list(known["protocolSection"]["identificationModule"].get("nctIdAliases", ()))


def _in_area(values: list[Any], area: re.Match[str]) -> bool:
    if area[2] is None:
        return any(area[4].lower() == str(value).lower() for value in values)
    low, high = ("" if area[2] == "MIN" else area[2]), ("9999" if area[3] == "MAX" else area[3])
    return any(low[: len(str(value))] <= str(value) and str(value)[: len(high)] <= high for value in values)
