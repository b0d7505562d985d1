"""An object store that speaks as much of S3 as putting files needs: PUT, GET, HEAD and DELETE of objects, listing, buckets.

A request that the plan lets fail changes nothing. Who does not sign with the right key is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from xml.sax.saxutils import escape

from fakes.faults import FaultPlan
from fakes.server import Fake
from fakes.wire import Answer, Record

KEY = "AKIAFAKE"
_DATE = "Thu, 08 Jan 2026 11:47:59 GMT"


class Store(Fake):
    """Buckets with objects by their names; those named at the start exist, no others."""

    def __init__(self, buckets: Iterable[str] = ("lab",), *, plan: FaultPlan | None = None) -> None:
        super().__init__(plan=plan)
        self.buckets: dict[str, dict[str, bytes]] = {name: {} for name in buckets}

    def changes(self) -> list[tuple[str, str]]:
        """What was put and deleted with success, in order: method and path."""
        done = [record for record in list(self.requests) if record.method in ("PUT", "DELETE") and record.status < 300]
        return [(record.method, record.path) for record in done]

    def answer(self, record: Record) -> Answer:
        name, _, key = record.route.removeprefix("/").partition("/")
        if f"Credential={KEY}/" not in record.headers.get("authorization", ""):
            return _error(403, "InvalidAccessKeyId")
        bucket = self.buckets.get(name)
        if bucket is None:
            return _error(404, "NoSuchBucket")
        if not key:
            return Answer() if record.method == "HEAD" else _listing(name, bucket, record)
        if record.method in ("PUT", "DELETE"):
            return self._changed(bucket, key, record)
        if key not in bucket:
            return _error(404, "NoSuchKey")
        return Answer(bucket[key], kind="binary/octet-stream", headers=_headers(bucket[key]))

    def _changed(self, bucket: dict[str, bytes], key: str, record: Record) -> Answer:
        if record.fault:
            return Answer()
        if record.method == "DELETE":
            bucket.pop(key, None)
            return Answer(status=204)
        if len(record.body) != int(record.headers["content-length"]):
            return _error(400, "IncompleteBody")
        if "content-encoding" in record.headers or "x-amz-copy-source" in record.headers:
            return _error(501, "NotImplemented")
        bucket[key] = record.body
        return Answer(headers=_headers(record.body))


def _headers(data: bytes) -> dict[str, str]:
    return {"ETag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"', "Last-Modified": _DATE}


def _listing(name: str, bucket: dict[str, bytes], record: Record) -> Answer:
    prefix, delimiter = record.first("prefix"), record.first("delimiter")
    keys: list[str] = []
    folders: dict[str, None] = {}
    for key in sorted(bucket):
        if key.startswith(prefix):
            head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            if found:
                folders[prefix + head + found] = None
            else:
                keys.append(key)
    inner = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(bucket[key])}</Size><LastModified>2026-01-08T11:47:59.000Z</LastModified></Contents>"
        for key in keys
    )
    inner += "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders)
    about = f"<Name>{name}</Name><KeyCount>{len(keys) + len(folders)}</KeyCount><IsTruncated>false</IsTruncated>"
    return Answer(f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{about}{inner}</ListBucketResult>'.encode())


def _error(status: int, code: str) -> Answer:
    return Answer(f"<Error><Code>{code}</Code><Message>{code} as the store says it</Message></Error>".encode(), status)
