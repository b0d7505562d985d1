"""ClinicalTrials.gov, API v2: studies by number and by search.

https://clinicaltrials.gov/data-api/api. No limit is published; requests are sent one after the other, at most 40 a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from mitotransfer.document import Trial
from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError
from mitotransfer.fetch.studies import FIELDS, trial_of

T = TypeVar("T")
_BATCH = 100  # numbers in one address, which then stays short of 2,000 characters
_PAGE_SIZE = 200
_MOST_PAGES = 100
_MOST_STARTS = 4  # a page token dies when the data are refreshed, which happens once a day


class _Page(NamedTuple):
    trials: list[Trial]
    token: str
    total: int | None


class Registry:
    """The service behind an address. All methods raise FetchError, whose code `refused` means: ask no more."""

    def __init__(self, http: Http, address: str, page_size: int = _PAGE_SIZE) -> None:
        self.http, self.address, self.page_size = http, address.rstrip("/"), page_size
        self._fields = list(FIELDS)

    def timestamp(self) -> str:
        """Of when the data are: as long as it stays the same, so do all studies. Empty when the service does not say."""

        def check(answer: Answer) -> str:
            found = None if answer.status == 404 else _json(answer).get("dataTimestamp")
            return found if isinstance(found, str) else ""

        return self.http.get("registry", f"{self.address}/version", check=check)

    def studies(self, numbers: Sequence[str]) -> Iterator[tuple[str, Trial | None]]:
        """Each number with its study, which may bear another number now; None when there is no such study."""
        for start in range(0, len(numbers), _BATCH):
            yield from self._batch(numbers[start : start + _BATCH])

    def search(self, query: str) -> Iterator[Trial]:
        """The studies an expression finds, each once. Those that came before a failure have been given when it is raised."""
        found: dict[str, Trial] = {}
        for _ in range(_MOST_STARTS):
            try:
                yield from self._pages(query, found)
            except _DeadTokenError:
                continue  # from the first page; what was found is not given again
            return
        raise FetchError("paging", f"{self.address}: the search for '{query}' could not be paged to its end")

    def _batch(self, numbers: Sequence[str]) -> Iterator[tuple[str, Trial | None]]:
        params = {"filter.ids": ",".join(numbers), "pageSize": str(len(numbers))}
        page = self._get("/studies", params, _page)
        by_number = {number: trial for trial in page.trials for number in (*trial.aliases, trial.nct)}
        for number in numbers:
            # a page may leave out what it has; only the study's own address says that there is none
            yield number, by_number.get(number) or self._one(number)

    def _one(self, number: str) -> Trial | None:
        """A study by its own address, which leads on when it got another number; None when there is none."""

        def check(answer: Answer) -> Trial | None:
            if answer.status == 404:
                return None
            trial = trial_of(_decoded(answer))
            if trial is None:
                raise PassingError("bad-answer", f"{self.address}: what came for {number} is no study")
            return trial

        return self._get(f"/studies/{number}", {}, check)

    def _pages(self, query: str, found: dict[str, Trial]) -> Iterator[Trial]:
        params = {"query.term": query, "pageSize": str(self.page_size)}
        token, total, seen = "", 0, {""}
        for _ in range(_MOST_PAGES):
            page = self._page(params, token)
            total = page.total if page.total is not None else total
            for trial in page.trials:
                if trial.nct not in found:
                    found[trial.nct] = trial
                    yield trial
            token = page.token
            if not token:
                break
            if token in seen:
                raise FetchError("paging", f"{self.address}: the search for '{query}' leads in a circle")
            seen.add(token)
        if token or len(found) < total:
            told = f"{len(found)} of {total} studies" if total else f"{len(found)} studies, and there are more"
            raise FetchError("incomplete", f"{self.address}: the search for '{query}' gave {told}")

    def _page(self, params: Mapping[str, str], token: str) -> _Page:
        asked = {**params, "pageToken": token} if token else {**params, "countTotal": "true"}
        try:
            return self._get("/studies", asked, _page)
        except FetchError as error:
            if token and error.code == "bad-request":  # the first page of the very same question was answered
                raise _DeadTokenError from error
            raise

    def _get(self, path: str, params: Mapping[str, str], check: Callable[[Answer], T]) -> T:
        """One request for the fields we read; when their names are refused, for the same by other names."""
        while True:
            fields = {"fields": self._fields[0]} if self._fields[0] else {}
            try:
                return self.http.get("registry", self.address + path, params={**params, **fields}, check=check)
            except FetchError as error:
                told = str(error).removeprefix(self.address)
                if error.code != "bad-request" or "field" not in told or len(self._fields) == 1 or "pageToken" in params:
                    raise
                del self._fields[0]


class _DeadTokenError(Exception):
    """A page token that is no longer taken."""


def _decoded(answer: Answer) -> object:
    try:
        return msgspec.json.decode(answer.body)
    except msgspec.DecodeError as error:
        raise PassingError("bad-answer", f"the registry's answer cannot be read ({error})") from error


def _json(answer: Answer) -> dict[str, object]:
    if answer.status == 404:
        raise FetchError("not-there", "the registry is not at this address (status 404)")
    told = _decoded(answer)
    if not isinstance(told, dict):
        raise PassingError("bad-answer", "the registry's answer is no object")
    return told


def _page(answer: Answer) -> _Page:
    told = _json(answer)
    studies, token, total = told.get("studies"), told.get("nextPageToken"), told.get("totalCount")
    if not isinstance(studies, list):
        raise PassingError("bad-answer", "the registry's answer holds no studies")
    trials = [trial for trial in map(trial_of, studies) if trial is not None]
    return _Page(trials, token if isinstance(token, str) else "", total if isinstance(total, int) else None)
