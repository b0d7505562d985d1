"""The PMC Cloud Service: a bucket that can be listed, with versions of articles, their metadata and their files."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from fakes.articles import jats
from fakes.faults import FaultPlan
from fakes.server import Fake, Throttle
from fakes.wire import Answer, Record

__all__ = ["NAME", "Bucket", "Stored", "jats"]

NAME = "pmc-oa-opendata"
_LAST = "\U0010ffff"
_MOST_KEYS = 1000  # in a page, whatever is asked for


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket."""

    data: bytes
    kind: str = "binary/octet-stream"
    modified: str = "2026-01-08T11:47:59.000Z"
    parts: int = 0

    @property
    def md5(self) -> str:
        """The checksum of its bytes."""
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()

    @property
    def etag(self) -> str:
        """The checksum, but not for an object that was put in parts."""
        return f"{self.md5[::-1]}-{self.parts}" if self.parts else self.md5


class Bucket(Fake):
    """`pmc-oa-opendata`. `page_size` is the most keys in a page of a listing, whatever `max-keys` asks for."""

    def __init__(
        self,
        *,
        page_size: int = _MOST_KEYS,
        limit_per_second: int | None = None,
        throttle: Throttle | None = None,
        plan: FaultPlan | None = None,
    ) -> None:
        super().__init__(limit_per_second=limit_per_second, throttle=throttle, plan=plan)
        self.page_size = page_size
        self.objects: dict[str, Stored] = {}
        self._sorted: list[str] | None = None

    def add(
        self,
        pmcid: str,
        version: int = 1,
        xml: bytes | None = b"",
        *,
        text: bool = True,
        pdf: bool = True,
        media: Collection[str] = ("g001.jpg",),
        wrong_md5: bool = False,
        omit: Collection[str] = (),
        null: Collection[str] = (),
        **flags: Any,
    ) -> bytes:
        """Put a version of an article; the bytes of its XML are given back.

        `xml` empty is a made-up article, None is no XML. `flags` are values of the metadata (`is_manuscript`, `license_code`,
        `pmid` …); `omit` takes keys out of the metadata, `null` makes them null. A manuscript has no PDF and no media, and
        is not open access unless `is_pmc_openaccess` says so. `wrong_md5` states another checksum for the XML than it has.
        """
        meta = _metadata(pmcid, version, flags)
        if xml == b"":
            xml = jats(
                pmcid, meta["pmid"] or "", meta["doi"] or "", version=version, mid=meta["mid"] or "",
                licence=meta["license_code"] or "", ocr=meta["is_historical_ocr"],
            )  # fmt: skip
        stem = f"{pmcid}.{version}/{pmcid}.{version}"
        plain = not meta["is_manuscript"]
        if xml is not None:
            meta["xml_url"] = self._put(f"{stem}.xml", xml, wrong_md5)
        if text:
            meta["text_url"] = self._put(f"{stem}.txt", f"{meta['title']}\n\nMade-up text of {pmcid}.\n".encode())
        if pdf and plain:  # absent, not null, for a manuscript
            meta["pdf_url"] = self._put(f"{stem}.pdf", b"%PDF-1.4\n%%EOF\n")
        if plain:
            meta["media_urls"] = [self._put(f"{pmcid}.{version}/{name}", b"\xff\xd8" + name.encode()) for name in media]
        meta = {key: None if key in null else value for key, value in meta.items() if key not in omit}
        self.put_metadata(pmcid, version, meta)
        return xml or b""

    def put_metadata(self, pmcid: str, version: int, meta: object) -> None:
        """Set the metadata of a version, in both places, to any value; bytes are taken as they are."""
        data = meta if isinstance(meta, bytes) else json.dumps(meta, ensure_ascii=False).encode()
        for key in (f"metadata/{pmcid}.{version}.json", f"{pmcid}.{version}/{pmcid}.{version}.json"):
            self._put(key, data)

    def replace(self, pmcid: str, version: int, xml: bytes, **flags: Any) -> None:
        """Replace the XML of a version in place: its checksum changes and so does the metadata, with `flags` besides."""
        meta = json.loads(self.objects[f"metadata/{pmcid}.{version}.json"].data) | flags
        meta["xml_url"] = self._put(f"{pmcid}.{version}/{pmcid}.{version}.xml", xml)
        self.put_metadata(pmcid, version, meta)

    def put_in_parts(self, key: str, parts: int = 2) -> None:
        """As if the object had been put in parts: its ETag is no checksum any more."""
        with self.lock:
            self.objects[key] = replace(self.objects[key], parts=parts)

    def remove(self, pmcid: str, version: int) -> None:
        """Take a version out of the bucket."""
        with self.lock:
            for key in [key for key in self.objects if key.startswith((f"{pmcid}.{version}/", f"metadata/{pmcid}.{version}."))]:
                del self.objects[key]
            self._sorted = None

    def add_inventory(self, day: str, schema: str = "Bucket, Key, LastModifiedDate, ETag") -> None:
        """An inventory of the metadata as it is now, under `day` (`2026-01-18`)."""
        out = io.StringIO()
        rows = csv.DictWriter(out, [name.strip() for name in schema.split(",")], quoting=csv.QUOTE_ALL, lineterminator="\n")
        with self.lock:
            for key, stored in sorted(self.objects.items()):
                if key.startswith("metadata/"):
                    rows.writerow({"Bucket": NAME, "Key": key, "LastModifiedDate": stored.modified, "ETag": stored.etag})
        data = gzip.compress(out.getvalue().encode(), mtime=0)
        top = f"inventory-reports/{NAME}/metadata"
        key = f"{top}/data/{hashlib.md5(data, usedforsecurity=False).hexdigest()}.csv.gz"
        self._put(key, data)
        files = [{"key": key, "size": len(data), "MD5checksum": self.objects[key].md5}]
        manifest = {"sourceBucket": NAME, "fileFormat": "CSV", "fileSchema": schema, "files": files}
        self._put(f"{top}/{day}T01-00Z/manifest.json", json.dumps(manifest).encode())

    def _put(self, key: str, data: bytes, wrong_md5: bool = False) -> str:
        """Store an object; its address as metadata has it."""
        with self.lock:
            if key not in self.objects:
                self._sorted = None
            self.objects[key] = stored = Stored(data)
        return f"s3://{NAME}/{key}?md5={stored.md5[::-1] if wrong_md5 else stored.md5}"

    def answer(self, record: Record) -> Answer:
        if record.method not in ("GET", "HEAD"):
            return _error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        if record.route == "/":
            return self._listing(record)
        key = record.route.removeprefix("/")
        stored = self.objects.get(key)
        if stored is None:
            return _error(404, "NoSuchKey", "The specified key does not exist.", key)
        headers = {"ETag": f'"{stored.etag}"', "Accept-Ranges": "bytes", "Last-Modified": _http_date(stored.modified)}
        return Answer(stored.data, kind=stored.kind, headers=headers)

    def _listing(self, record: Record) -> Answer:
        prefix, delimiter, token = (record.first(name) for name in ("prefix", "delimiter", "continuation-token"))
        try:
            start = base64.b64decode(token, b"-_", validate=True).decode() if token else record.first("start-after")
            asked = int(record.first("max-keys", str(_MOST_KEYS)))
        except ValueError:
            return _error(400, "InvalidArgument", "The continuation token provided is incorrect")
        most = max(1, min(asked, self.page_size, _MOST_KEYS))
        keys, prefixes, more = self._page(prefix, delimiter, start, most)
        parts = [("Name", NAME), ("Prefix", prefix), ("KeyCount", len(keys) + len(prefixes)), ("MaxKeys", min(asked, _MOST_KEYS))]
        if delimiter:
            parts.append(("Delimiter", delimiter))
        if token:
            parts.append(("ContinuationToken", token))
        if more:
            # after a prefix nothing below it may come again
            last = max([*keys, *(name + _LAST for name in prefixes)])
            parts.append(("NextContinuationToken", base64.urlsafe_b64encode(last.encode()).decode()))
        parts.append(("IsTruncated", "true" if more else "false"))
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in parts)
        inner += "".join(self._contents(key) for key in keys)
        inner += "".join(f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in prefixes)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        return Answer(f"{head}{inner}</ListBucketResult>".encode())

    def _page(self, prefix: str, delimiter: str, start: str, most: int) -> tuple[list[str], list[str], bool]:
        """Keys and common prefixes after `start` in byte order, at most `most` together, and whether there are more."""
        if self._sorted is None:
            self._sorted = sorted(self.objects)  # by code point, which is the order of the bytes of UTF-8 too
        keys: list[str] = []
        prefixes: list[str] = []
        for key in self._sorted[bisect_left(self._sorted, max(prefix, start)) :]:
            if not key.startswith(prefix):
                break
            head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            common = prefix + head + found if found else ""
            if key <= start or (common and common in prefixes):
                continue
            if len(keys) + len(prefixes) == most:
                return keys, prefixes, True
            (prefixes if common else keys).append(common or key)
        return keys, prefixes, False

    def _contents(self, key: str) -> str:
        stored = self.objects[key]
        return (
            f"<Contents><Key>{escape(key)}</Key><LastModified>{stored.modified}</LastModified><ETag>&quot;{stored.etag}&quot;</ETag>"
            f"<Size>{len(stored.data)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )


def _metadata(pmcid: str, version: int, flags: Mapping[str, Any]) -> dict[str, Any]:
    number = int(pmcid.removeprefix("PMC"))
    manuscript = bool(flags.get("is_manuscript"))
    doi = flags.get("doi", f"10.5555/fake.{number}")
    return {
        "pmcid": pmcid, "version": version, "pmid": number + 20_000_000, "doi": doi,
        "mid": f"NIHMS{number}" if manuscript else None, "title": f"Mitochondria between cells: {pmcid}",
        "citation": f"Made-up J. 2026 Jan 8;1(1):{number}. doi: {doi}", "is_pmc_openaccess": not manuscript,
        "is_manuscript": manuscript, "is_historical_ocr": False, "is_retracted": False,
        "license_code": "TDM" if manuscript else "CC BY", **flags,
    }  # fmt: skip


def _error(status: int, code: str, message: str, key: str = "") -> Answer:
    named = f"<Key>{escape(key)}</Key>" if key else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{named}</Error>'
    return Answer(body.encode(), status)


def _http_date(modified: str) -> str:
    return format_datetime(datetime.fromisoformat(modified), usegmt=True)
