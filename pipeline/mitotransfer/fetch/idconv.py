"""PMC's ID Converter: PMIDs and DOIs to PMCIDs, in batches of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError

_BATCH = 200  # the most the service takes
IdKind = Literal["pmid", "doi"]


class _Record(msgspec.Struct):
    requested: str | int = msgspec.field(name="requested-id", default="")
    pmcid: str = ""
    status: str = ""
    errmsg: str = ""


class _Answer(msgspec.Struct):
    records: list[_Record] = []


class Converter:
    """The service behind an address, which asks for the name of the program and a contact."""

    def __init__(self, http: Http, address: str, email: str) -> None:
        self.http, self.address, self.email = http, address, email

    def convert(self, kind: IdKind, idents: Sequence[str]) -> Iterator[tuple[str, str | FetchError]]:
        """For each id its PMCID, or why there is none."""
        for start in range(0, len(idents), _BATCH):
            yield from self._batch(kind, idents[start : start + _BATCH])

    def _batch(self, kind: IdKind, idents: Sequence[str]) -> Iterator[tuple[str, str | FetchError]]:
        """One malformed id fails a whole batch: it is found by halving."""
        params = {"ids": ",".join(idents), "idtype": kind, "format": "json", "versions": "no", "tool": "mitotransfer"}
        try:
            records = self.http.get("ncbi", self.address, params=params | {"email": self.email}, check=_records)
        except FetchError as error:
            if error.code == "bad-request" and len(idents) > 1:
                middle = len(idents) // 2
                yield from self._batch(kind, idents[:middle])
                yield from self._batch(kind, idents[middle:])
                return
            yield from ((ident, error) for ident in idents)
            return
        told = {str(record.requested).lower(): record for record in records}  # joined by the id asked for, never by position
        for ident in idents:
            record = told.get(ident.lower())
            if record and record.pmcid:
                yield ident, record.pmcid
            else:
                why = record.errmsg if record and record.errmsg else "the ID Converter knows no PMCID of it"
                yield ident, FetchError("not-in-pmc", f"{ident}: {why}")


def _records(answer: Answer) -> list[_Record]:
    if answer.status == 404:
        raise FetchError("bad-request", "the ID Converter is not there (status 404)")
    try:
        return msgspec.json.decode(answer.body, type=_Answer).records
    except msgspec.DecodeError as error:
        raise PassingError("bad-answer", f"the ID Converter's answer cannot be read ({error})") from error
