"""PMC's ID Converter: PMIDs and DOIs to PMCIDs, in batches of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal
from urllib.parse import quote_plus

import msgspec

from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError, hidden

_BATCH = 200  # the most the service takes
_LONGEST = 6_000  # characters of the ids of a batch as they are sent: long DOIs fill an address before they are so many
_PMCID = re.compile(r"(PMC[1-9]\d{0,9})(?:\.\d+)?")
IdKind = Literal["pmid", "doi"]


class _Record(msgspec.Struct, frozen=True):
    requested: str | int = msgspec.field(name="requested-id", default="")
    pmcid: str | None = None
    errmsg: str | None = None


class _Error(msgspec.Struct, frozen=True):
    message: str = ""


class _Answer(msgspec.Struct, frozen=True):
    records: list[_Record] | None = None
    errors: list[_Error] = []


class Converter:
    """The service behind an address, which asks for the name of the program and a contact."""

    def __init__(self, http: Http, address: str, email: str) -> None:
        self.http, self.address, self.email = http, address, email

    def convert(self, kind: IdKind, idents: Sequence[str]) -> Iterator[tuple[str, str | FetchError]]:
        """For each different id its PMCID, or why there is none: `not-in-pmc` is a fact, all else may be another day."""
        askable: list[str] = []
        for ident in dict.fromkeys(idents):
            if "," in ident:
                reason = "holds a comma, which for the ID Converter ends an id; give the PMCID instead"
                yield ident, FetchError("bad-id", f"{ident}: {reason}")
            else:
                askable.append(ident)
        for batch in _batches(askable):
            yield from self._batch(kind, batch)

    def _batch(self, kind: IdKind, idents: Sequence[str]) -> Iterator[tuple[str, str | FetchError]]:
        """One malformed id fails a whole batch: it is found by halving."""
        params = {"ids": ",".join(idents), "idtype": kind, "format": "json", "versions": "no", "tool": "mitotransfer"}
        try:
            records = self.http.get("ncbi", self.address, params=params | {"email": self.email}, check=_records)
        except FetchError as error:
            if error.code != "bad-request":
                yield from ((ident, error) for ident in idents)
            elif len(idents) > 1:
                middle = len(idents) // 2
                yield from self._batch(kind, idents[:middle])
                yield from self._batch(kind, idents[middle:])
            else:
                yield idents[0], FetchError("bad-id", f"{idents[0]}: the ID Converter refuses it ({error})")
            return
        told = {str(record.requested).lower(): record for record in records}  # joined by the id asked for, never by position
        yield from ((ident, _meant(ident, told.get(ident.lower()))) for ident in idents)


def _batches(idents: Sequence[str]) -> Iterator[list[str]]:
    """The ids in order, so many at a time as one question holds."""
    batch: list[str] = []
    length = 0
    for ident in idents:
        more = len(quote_plus(ident)) + len("%2C")
        if batch and (len(batch) == _BATCH or length + more > _LONGEST):
            yield batch
            batch, length = [], 0
        batch.append(ident)
        length += more
    if batch:
        yield batch


def _meant(ident: str, record: _Record | None) -> str | FetchError:
    """The PMCID of a record. It will be part of addresses and file names, so nothing else is taken for one."""
    if record is None:
        return FetchError("bad-answer", f"{ident}: the ID Converter's answer leaves it out")
    if record.pmcid:
        found = _PMCID.fullmatch(record.pmcid)
        return found[1] if found else FetchError("bad-answer", f"{ident}: what the ID Converter gives is no PMCID")
    why = hidden(record.errmsg or "")[:200] or "the ID Converter knows no PMCID of it"
    absent = not record.errmsg or "not found" in record.errmsg.lower()
    return FetchError("not-in-pmc" if absent else "bad-id", f"{ident}: {why}")


def _records(answer: Answer) -> list[_Record]:
    if answer.status != 200:
        raise FetchError("not-there", f"the ID Converter is not there (status {answer.status}); see fetch.endpoints.idconv")
    try:
        told = msgspec.json.decode(answer.body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PassingError("bad-answer", f"the ID Converter's answer cannot be read ({error})") from error
    if told.errors and not told.records:  # what should have had status 400
        raise FetchError("bad-request", hidden("; ".join(error.message for error in told.errors))[:200])
    if told.records is None:
        raise PassingError("bad-answer", "the ID Converter's answer holds no records")
    return told.records
