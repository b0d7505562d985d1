"""Articles by id from public services: the sources in turn, what is remembered of earlier runs, what the licence allows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from mitotransfer.fetch.cloud import Cloud
from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.found import Fetched, Record, may_keep
from mitotransfer.fetch.http import FetchError
from mitotransfer.fetch.idconv import Converter
from mitotransfer.fetch.inputs import Request
from mitotransfer.fetch.local import ManifestLine, Status
from mitotransfer.fetch.others import BioC, Efetch, EuropePmc
from mitotransfer.files import write_whole
from mitotransfer.settings import FetchSettings

_STATUS: dict[str, Status] = {
    "not-found": "not_found", "not-in-pmc": "not_found", "withheld": "not_open_access", "licence": "not_open_access",
    "no-full-text": "not_open_access",
}  # fmt: skip
_ABSENT = frozenset({"not-found", "no-contact"})  # what another source says instead tells more
_NO_CONTACT = "NCBI wants a contact address (fetch.email, --email) and was not asked"


class Store(Protocol):
    """Where bytes are kept under their SHA-256 sum."""

    def keep(self, sha256: str, data: bytes) -> None:
        """Stores the bytes; they are there whole or not at all."""

    def holds(self, sha256: str) -> bool:
        """Whether whole bytes of this sum are there; they are then kept by this run, too."""


class Remote:
    """The services of the settings. Memory of earlier runs lies in `folder`, a file for each article."""

    def __init__(
        self, settings: FetchSettings, folder: Path, store: Store, max_bytes: int, version: str, api_key: str = ""
    ) -> None:
        self.settings, self.folder, self.store = settings, folder, store
        self.http = connect(settings, version, api_key, max_bytes)
        at = settings.endpoints
        self.cloud = Cloud(self.http, at.cloud)
        self.converter = Converter(self.http, at.idconv, settings.email)
        self.others: Mapping[str, Callable[[str], Fetched]] = {
            "efetch": Efetch(self.http, at.eutils, settings.email, api_key).article,
            "europepmc": EuropePmc(self.http, at.europepmc).article,
            "bioc": BioC(self.http, at.bioc).article,
        }
        self.today = datetime.now(UTC).date().isoformat()

    def lines(self, requests: Sequence[Request]) -> Iterator[ManifestLine]:
        """A manifest line for each request, in their order; an article that two of them mean is fetched once."""
        pmcids = self._converted(requests)
        wanted = list(dict.fromkeys(found for found in pmcids.values() if isinstance(found, str)))
        with ThreadPoolExecutor(self.settings.workers) as pool:
            try:
                found = dict(zip(wanted, pool.map(self._article, wanted), strict=True))
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)  # what is under way is finished and kept; the next run goes on from there
                raise
        seen: dict[str, str] = {}
        for request in requests:
            pmcid = pmcids[request.ident]
            if isinstance(pmcid, str) and pmcid in seen:
                reason = f"the same article ({pmcid}) was asked for at {seen[pmcid]}"
                yield ManifestLine(request.ident, request.place, status="dropped", code="repeated-id", reason=reason)
                continue
            if isinstance(pmcid, str):
                seen[pmcid] = request.place
            yield _line(request, found[pmcid] if isinstance(pmcid, str) else pmcid)

    def _converted(self, requests: Sequence[Request]) -> dict[str, str | FetchError]:
        """For the id of each request the PMCID it means, or why there is none."""
        known: dict[str, str | FetchError] = {r.ident: r.ident for r in requests if r.kind == "pmcid"}
        for kind in ("pmid", "doi"):
            asked = [r.ident for r in requests if r.kind == kind]
            if asked and (self.settings.offline or not self.settings.email):
                cause = ("offline", "offline: not asked") if self.settings.offline else ("no-contact", _NO_CONTACT)
                known |= {ident: FetchError(cause[0], f"{ident}: no PMCID of it is known; {cause[1]}") for ident in asked}
            elif asked:
                known |= dict(self.converter.convert(kind, asked))
        return known

    def _article(self, pmcid: str) -> Record | FetchError:
        """What is known of an article after asking for it; its bytes are then in the store."""
        old = self._remembered(pmcid)
        if self.settings.offline:
            return old or FetchError("offline", f"{pmcid}: offline, and no earlier run has fetched it")
        failed: list[FetchError] = []
        withheld: Record | None = None
        for source in self.settings.sources:
            try:
                fetched = self._ask(source, pmcid, old)
            except FetchError as error:
                failed.append(error)
                continue
            if fetched is None:
                return old or FetchError("internal", f"{pmcid}: unchanged, but not there")
            if not may_keep(fetched.licence, self.settings.licences):
                reason = f"licence '{fetched.licence or 'unknown'}'; the policy '{self.settings.licences}' does not keep it"
                return FetchError("licence", f"{pmcid}: {reason}")
            record = self._remember(pmcid, fetched)
            if not fetched.withheld:
                return record
            withheld = withheld or record
        return withheld or _worst(failed, pmcid)

    def _ask(self, source: str, pmcid: str, old: Record | None) -> Fetched | None:
        """What a source gives; None when it is what is remembered."""
        if source == "cloud":
            return self.cloud.article(pmcid, (old.version, old.etag) if old and old.etag else None)
        if old and old.source == source and not old.withheld:
            return None  # these sources cannot say whether an article changed
        if source in ("efetch", "bioc") and not self.settings.email:
            raise FetchError("no-contact", f"{source}: {_NO_CONTACT}")
        return self.others[source](pmcid)

    def _path(self, pmcid: str) -> Path:
        return self.folder / pmcid[-2:] / f"{pmcid}.json"

    def _remembered(self, pmcid: str) -> Record | None:
        """What an earlier run fetched, if its bytes are still whole and the licence policy still allows it."""
        try:
            record = msgspec.json.decode(self._path(pmcid).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):  # nothing there, or of another version of the program: asked for again
            return None
        return record if may_keep(record.licence, self.settings.licences) and self.store.holds(record.sha256) else None

    def _remember(self, pmcid: str, fetched: Fetched) -> Record:
        """Stores the bytes first, then the record of them: a run that is cut off in between asks again."""
        sha256 = hashlib.sha256(fetched.data).hexdigest()
        self.store.keep(sha256, fetched.data)
        told = {name: getattr(fetched, name) for name in ("version", "licence", "flags", "md5", "etag", "withheld")}
        record = Record(pmcid, fetched.source, fetched.file, sha256, len(fetched.data), self.today, **told)
        write_whole({self._path(pmcid): [msgspec.json.encode(record)]}, sync=False)
        return record


def _worst(failed: Sequence[FetchError], pmcid: str) -> FetchError:
    """All that sources said; the code is that of the first which did more than not have the article."""
    if not failed:
        return FetchError("no-source", f"{pmcid}: fetch.sources names nothing to ask")
    first = next((error for error in failed if error.code not in _ABSENT), failed[0])
    return FetchError(first.code, "; ".join(dict.fromkeys(str(error) for error in failed)))


def _line(request: Request, found: Record | FetchError) -> ManifestLine:
    if isinstance(found, FetchError):
        failed = _STATUS.get(found.code, "failed")
        return ManifestLine(request.ident, request.place, status=failed, code=found.code, reason=str(found))
    told = {name: getattr(found, name) for name in ("source", "date", "version", "licence", "flags", "md5")}
    status: Status = "not_open_access" if found.withheld else "ok"
    reason = "the publisher withholds the full text; there is only the front matter" if found.withheld else ""
    code = "withheld" if found.withheld else ""
    return ManifestLine(request.ident, request.place, found.file, found.sha256, found.n_bytes, status, code, reason, **told)
