"""PMC's Cloud Service: one folder of a public bucket for each version of an article (registry.opendata.aws/ncbi-pmc)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import msgspec

from mitotransfer.fetch.checks import whole_article
from mitotransfer.fetch.found import Fetched
from mitotransfer.fetch.http import Answer, FetchError, Http, PassingError

_BUCKET = "pmc-oa-opendata"
_S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_FLAGS = {
    "is_pmc_openaccess": "open-access", "is_manuscript": "manuscript", "is_historical_ocr": "ocr", "is_retracted": "retracted",
}  # fmt: skip
_ADDRESS = re.compile(r"s3://([^/?]+)/([^?]+)(?:\?(.*))?", re.DOTALL)
_MD5 = re.compile(r"(?:^|&)md5=([0-9a-fA-F]{32})(?:&|$)")
_MOST_PAGES = 20
_REPLACED = frozenset({"wrong-md5", "no-file"})  # may be so because the version was replaced since its metadata were read


class Metadata(msgspec.Struct, frozen=True):
    """What is used of the metadata of a version; all but its name may be missing."""

    pmcid: str
    version: int
    is_pmc_openaccess: bool | None = None
    is_manuscript: bool | None = None
    is_historical_ocr: bool | None = None
    is_retracted: bool | None = None
    license_code: str | None = None
    xml_url: str | None = None
    text_url: str | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that are set, under the names of the manifest."""
        return tuple(name for key, name in _FLAGS.items() if getattr(self, key))


Described = tuple[Metadata, str]  # with their ETag


class Cloud:
    """The bucket behind an address."""

    def __init__(self, http: Http, address: str) -> None:
        self.http, self.address = http, address.rstrip("/") + "/"

    def article(
        self, pmcid: str, known: tuple[int, str] | None = None, allowed: Callable[[str], bool] = lambda _: True
    ) -> Fetched | None:
        """The best version of an article; None when it is the `known` one (version and ETag), unchanged.

        `allowed` says of a licence whether an article under it may be fetched. Raises FetchError (`not-found`, `licence`, …).
        """
        best = self._best(pmcid, known)
        if best is None:
            return None
        _check_licence(best[0], allowed)
        try:
            return self._text(*best)
        except FetchError as error:
            again = self._best(pmcid, None) if error.code in _REPLACED else best
            if again is None or again == best:
                raise
            _check_licence(again[0], allowed)
            return self._text(*again)

    def _best(self, pmcid: str, known: tuple[int, str] | None) -> Described | None:
        """The metadata of the version to take; None when it is the known one, unchanged."""
        versions = self._versions(pmcid)
        if not versions:
            raise FetchError("not-found", f"{pmcid}: not in PMC's open data sets")
        etag = known[1] if known and versions == [known[0]] else ""
        told: list[Described] = []
        absent: list[FetchError] = []
        for version in versions:
            try:
                found = self._metadata(pmcid, version, etag)
            except FetchError as error:
                if error.code != "not-found":
                    raise
                absent.append(error)  # removed since it was listed: the others still stand
            else:
                if found is None:
                    return None
                told.append(found)
        if not told:
            raise absent[0]
        # a published version before an author's manuscript, then the latest (services disagree; see flags, not numbers)
        best = max(told, key=lambda pair: (not pair[0].is_manuscript, pair[0].version))
        return None if known == (best[0].version, best[1]) else best

    def _versions(self, pmcid: str) -> list[int]:
        """The versions of an article in numeric order."""
        params = {"list-type": "2", "prefix": f"{pmcid}.", "delimiter": "/"}
        found: set[int] = set()
        for _ in range(_MOST_PAGES):
            names, token = self.http.get("cloud", self.address, params=params, check=_listing)
            matched = (re.fullmatch(rf"{pmcid}\.([0-9]+)/", name) for name in names)
            found |= {int(match[1]) for match in matched if match}
            if not token:
                break
            params = params | {"continuation-token": token}
        return sorted(found)

    def _metadata(self, pmcid: str, version: int, etag: str) -> Described | None:
        """The metadata of a version with its ETag; None when the one we know still holds."""
        name = f"{pmcid}.{version}"

        def check(answer: Answer) -> Described | None:
            if answer.status == 304:
                return None
            if answer.status == 404:
                raise FetchError("not-found", f"{name}: listed, but without metadata")
            try:
                told = msgspec.json.decode(answer.body, type=Metadata, strict=False)
            except msgspec.ValidationError as error:  # JSON, but other than it should be, which no second try mends
                raise FetchError("bad-metadata", f"{name}: metadata that cannot be read ({error})") from error
            except (msgspec.DecodeError, RecursionError) as error:
                code = "truncated" if "truncated" in str(error) else "bad-metadata"
                raise PassingError(code, f"{name}: metadata that cannot be read ({error})") from error
            if f"{told.pmcid}.{told.version}" != name:
                raise FetchError("bad-metadata", f"{name}: the metadata there are those of {told.pmcid}.{told.version}")
            return told, answer.headers.get("etag", "")

        return self.http.get("cloud", f"{self.address}metadata/{name}.json", etag=etag, check=check)

    def _text(self, told: Metadata, etag: str) -> Fetched:
        """The full text of a version, checked against the sum that its metadata give."""
        name = f"{told.pmcid}.{told.version}"
        address = told.xml_url or told.text_url
        if not address:
            raise FetchError("no-full-text", f"{name}: the metadata name no full text")
        key, md5 = _key(address, name)

        def check(answer: Answer) -> bytes:
            if answer.status != 200:
                raise FetchError("no-file", f"{name}: the full text that its metadata name is not there")
            if told.xml_url:
                whole_article(answer.body, name)
            if md5 and hashlib.md5(answer.body, usedforsecurity=False).hexdigest() != md5:
                raise PassingError("wrong-md5", f"{name}: the full text does not have the MD5 sum of its metadata")
            return answer.body

        data = self.http.get("cloud", self.address + quote(key), check=check)
        file = key.rsplit("/", 1)[-1]
        return Fetched("cloud", file, data, told.version, (told.license_code or "").strip(), told.flags, md5, etag)


def _check_licence(told: Metadata, allowed: Callable[[str], bool]) -> None:
    licence = (told.license_code or "").strip()
    if not allowed(licence):
        reason = f"licence '{licence or 'unknown'}'; the policy (fetch.licences) does not keep it"
        raise FetchError("licence", f"{told.pmcid}.{told.version}: {reason}")


def _listing(answer: Answer) -> tuple[Sequence[str], str]:
    """The folders of a listing and the token of its next page."""
    if b"<!DOCTYPE" in answer.body or b"<!ENTITY" in answer.body:
        raise FetchError("bad-listing", "the bucket's listing holds declarations, which none has")
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314 without declarations nothing can be expanded
    except ElementTree.ParseError as error:
        code = "bad-listing" if answer.body.rstrip().endswith(b"</ListBucketResult>") else "truncated"
        raise PassingError(code, f"the bucket's listing cannot be read ({error})") from error
    if root.tag != f"{_S3}ListBucketResult":
        raise FetchError("bad-listing", f"the bucket's listing is something else ({root.tag})")
    names = [_text_of(one, "Prefix") for one in root.iter(f"{_S3}CommonPrefixes")]
    return names, _text_of(root, "NextContinuationToken") if _text_of(root, "IsTruncated") == "true" else ""


def _text_of(element: Any, name: str) -> str:
    return str(element.findtext(f"{_S3}{name}", "")).strip()


def _key(address: str, name: str) -> tuple[str, str]:
    """Key and MD5 sum of an address in the metadata, which is trusted for nothing but a file of that very version."""
    parts = _ADDRESS.fullmatch(address)
    if not parts or parts[1] != _BUCKET or not parts[2].startswith(f"{name}/") or ".." in parts[2].split("/"):
        raise FetchError("bad-address", f"{name}: its metadata lead elsewhere than to a file of that version")
    md5 = _MD5.search(parts[3] or "")
    return parts[2], md5[1].lower() if md5 else ""
