"""Articles by id from public services: the sources in turn, what is remembered of earlier runs, what the licence allows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from mitotransfer.errors import MitotransferError
from mitotransfer.fetch.cloud import Cloud
from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.crew import each
from mitotransfer.fetch.found import Fetched, Record
from mitotransfer.fetch.http import FetchError
from mitotransfer.fetch.idconv import Converter
from mitotransfer.fetch.inputs import Request
from mitotransfer.fetch.local import ManifestLine, Status
from mitotransfer.fetch.others import BioC, Efetch, EuropePmc
from mitotransfer.files import write_whole
from mitotransfer.licences import may_keep
from mitotransfer.progress import Progress
from mitotransfer.settings import FetchSettings, Source

_STATUS: dict[str, Status] = {
    "not-found": "not_found", "not-in-pmc": "not_found", "withheld": "not_open_access", "licence": "not_open_access",
    "no-full-text": "not_open_access",
}  # fmt: skip
_ABSENT = frozenset({"not-found", "no-contact"})  # what another source says instead tells more
_FINAL = frozenset({"licence", "withheld", "no-full-text"})  # what a source knows of an article, whatever it was before
_IDS = "ids.json"
_WITHHELD = "the publisher withholds the full text; there is only the front matter"
_NO_CONTACT = "NCBI wants a contact address (fetch.email, --email) and was not asked"


class Store(Protocol):
    """Where bytes are kept under their SHA-256 sum."""

    def keep(self, sha256: str, data: bytes) -> None:
        """Stores the bytes; they are there whole or not at all."""

    def holds(self, sha256: str) -> bool:
        """Whether whole bytes of this sum are there."""


class Remote:
    """The services of the settings. What earlier runs learnt lies in `folder`: a file for each article, `ids.json` for ids."""

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
        found: dict[str, Record | FetchError] = {}
        with Progress("fetch", len(wanted)) as progress:
            for ident, record in each(self._safely, wanted, self.settings.workers, self.http.stop):
                found[ident] = record
                progress.step()
        seen: dict[str, str] = {}
        for request in requests:
            pmcid = pmcids[request.ident]
            if isinstance(pmcid, FetchError):
                yield _line(request, pmcid)
            elif pmcid in seen:
                reason = f"the same article ({pmcid}) was asked for at {seen[pmcid]}"
                yield ManifestLine(request.ident, request.place, status="dropped", code="repeated-id", reason=reason)
            else:
                seen[pmcid] = request.place
                yield _line(request, found[pmcid])

    def _converted(self, requests: Sequence[Request]) -> dict[str, str | FetchError]:
        """For the id of each request the PMCID it means, or why there is none."""
        known: dict[str, str | FetchError] = {r.ident: r.ident for r in requests if r.kind == "pmcid"}
        remembered = self._remembered_ids()
        for kind in ("pmid", "doi"):
            asked = [r.ident for r in requests if r.kind == kind]
            known |= {ident: remembered[ident] for ident in asked if ident in remembered}
            asked = [ident for ident in asked if ident not in remembered]
            if asked and (self.settings.offline or not self.settings.email):
                cause = ("offline", "offline: not asked") if self.settings.offline else ("no-contact", _NO_CONTACT)
                known |= {ident: FetchError(cause[0], f"{ident}: no PMCID of it is known; {cause[1]}") for ident in asked}
            elif asked:
                told = dict(self.converter.convert(kind, asked))
                remembered |= {ident: pmcid for ident, pmcid in told.items() if isinstance(pmcid, str)}
                write_whole({self.folder / _IDS: [msgspec.json.encode(remembered, order="sorted")]}, sync=False)
                known |= told
        return known

    def _remembered_ids(self) -> dict[str, str]:
        """PMIDs and DOIs whose PMCID is known: that does not change. Those that had none are asked for again."""
        try:
            return msgspec.json.decode((self.folder / _IDS).read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}

    def _safely(self, pmcid: str) -> Record | FetchError:
        try:
            return self._article(pmcid)
        except MitotransferError:  # nothing can be written: no article could be kept
            raise
        except Exception as error:  # noqa: BLE001 one article must never end a run; it is named and counted
            return FetchError("internal-error", f"{pmcid}: unforeseen {type(error).__name__}: {error}; please report it")

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
                if old and old.source == source and error.code not in _ABSENT | _FINAL:
                    return msgspec.structs.replace(old, unchecked=str(error))  # better than another service's copy
                failed.append(error)
                if error.code == "licence":
                    break  # what may not be kept is not looked for elsewhere
                continue
            if fetched is None:
                return old or FetchError("internal", f"{pmcid}: unchanged, but not there")
            if not fetched.withheld:
                return self._remember(pmcid, fetched)
            withheld = withheld or self._remember(pmcid, fetched)
        return withheld or _worst(failed, pmcid)

    def _ask(self, source: Source, pmcid: str, old: Record | None) -> Fetched | None:
        """What a source gives and may be kept; None when it is what is remembered."""
        if source == "cloud":
            return self.cloud.article(pmcid, (old.version, old.etag) if old and old.etag else None, self._allowed)
        if old and old.source == source and not old.withheld:
            return None  # these sources cannot say whether an article changed
        if source in ("efetch", "bioc") and not self.settings.email:
            raise FetchError("no-contact", f"{source}: {_NO_CONTACT}")
        fetched = self.others[source](pmcid)
        if self._allowed(fetched.licence):
            return fetched
        if fetched.withheld:
            raise FetchError("withheld", f"{pmcid}: {_WITHHELD}")
        reason = f"{source} does not tell the licence; the policy (fetch.licences) does not keep what is not known to be free"
        raise FetchError("licence", f"{pmcid}: {reason}")

    def _allowed(self, licence: str) -> bool:
        return may_keep(licence, self.settings.licences)

    def _path(self, pmcid: str) -> Path:
        return self.folder / pmcid[-2:] / f"{pmcid}.json"

    def _remembered(self, pmcid: str) -> Record | None:
        """What an earlier run fetched, if its bytes are still whole and the licence policy still allows it."""
        try:
            record = msgspec.json.decode(self._path(pmcid).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):  # nothing there, or of another version of the program: asked for again
            return None
        return record if self._allowed(record.licence) and self.store.holds(record.sha256) else None

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
        reason = f"{found} ({request.reason})" if request.reason else str(found)  # how its id was read, where that is a guess
        return ManifestLine(request.ident, request.place, status=failed, code=found.code, reason=reason)
    told = {name: getattr(found, name) for name in ("source", "date", "version", "licence", "flags", "md5")}
    status: Status = "not_open_access" if found.withheld else "ok"
    code, reason = ("withheld", _WITHHELD) if found.withheld else ("", "")
    if found.unchecked:
        code, reason = "not-checked", f"as fetched on {found.date}; whether it has changed could not be asked ({found.unchecked})"
    return ManifestLine(request.ident, request.place, found.file, found.sha256, found.n_bytes, status, code, reason, **told)
