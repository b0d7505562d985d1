"""Fetching from the local machine: files as they are, ids from a library directory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mitotransfer.fetch.inputs import Request
from mitotransfer.settings import FetchSettings

Status = Literal["ok", "failed", "not_found", "dropped"]
_SUFFIXES = (".xml", ".nxml", ".json", ".txt")


class ManifestLine(msgspec.Struct, frozen=True):
    """One request and what came of it. `sha256` names the bytes in the store, empty when there are none."""

    name: str
    place: str
    file: str = ""
    sha256: str = ""
    n_bytes: int = 0
    status: Status = "ok"
    code: str = ""
    reason: str = ""


def fetch_local(
    requests: Iterable[Request], settings: FetchSettings, keep: Callable[[str, bytes], None], max_bytes: int
) -> Iterator[ManifestLine]:
    """A manifest line for each request; `keep(sha256, data)` stores the bytes of those that are at hand.

    A request for what is already in the manifest is dropped with its reason, so that every request is accounted for.
    """
    seen_ids: dict[str, str] = {}
    seen_bytes: dict[str, str] = {}
    for request in requests:
        if request.kind == "skipped":
            yield _line(request, "dropped", "not-an-article", request.reason)
        elif request.kind == "unreadable":
            yield _line(request, "failed", "bad-id", request.reason)
        elif request.kind != "file" and request.ident in seen_ids:
            yield _line(request, "dropped", "repeated-id", f"asked for before at {seen_ids[request.ident]}")
        else:
            seen_ids.setdefault(request.ident, request.place)
            yield _read(request, settings, keep, seen_bytes, max_bytes)


def _read(
    request: Request, settings: FetchSettings, keep: Callable[[str, bytes], None], seen: dict[str, str], max_bytes: int
) -> ManifestLine:
    path = Path(request.path) if request.kind == "file" else _in_library(request, settings.library)
    if path is None:
        where = f"not in {settings.library}" if settings.library else "fetch.library names no directory to take it from"
        return _line(request, "not_found", "not-found", f"{request.ident} ({request.kind.upper()}): {where}")
    try:
        size = path.stat().st_size
        if size > max_bytes:
            return _line(
                request, "failed", "too-large", f"{path.name}: {size:,} bytes; the limit is {max_bytes:,} (parse.max_bytes)"
            )
        data = path.read_bytes()
    except OSError as error:
        return _line(request, "failed", "unreadable-file", f"{path}: cannot be read ({error.strerror})")
    digest = hashlib.sha256(data).hexdigest()
    if digest in seen:
        return _line(request, "dropped", "repeated-file", f"same bytes as {seen[digest]}", file=path.name)
    seen[digest] = request.place
    keep(digest, data)
    return ManifestLine(request.ident, request.place, path.name, digest, len(data))


def _in_library(request: Request, library: str) -> Path | None:
    if not library:
        return None
    stem = request.ident.replace("/", "_")
    return next((path for suffix in _SUFFIXES if (path := Path(library) / f"{stem}{suffix}").is_file()), None)


def _line(request: Request, status: Status, code: str, reason: str, file: str = "") -> ManifestLine:
    return ManifestLine(request.ident, request.place, file=file, status=status, code=code, reason=reason)
