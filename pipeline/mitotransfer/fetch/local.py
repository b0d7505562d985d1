"""Fetching from the local machine: files as they are, ids from a library directory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from mitotransfer import urls
from mitotransfer.errors import ConfigError
from mitotransfer.fetch.crew import each
from mitotransfer.fetch.inputs import Request, printable
from mitotransfer.fetch.urls import read_at
from mitotransfer.settings import FetchSettings

Status = Literal["ok", "failed", "not_found", "not_open_access", "dropped"]
_SUFFIXES = (".xml", ".nxml", ".json", ".txt")
_PART = 16  # files that a thread takes on at a time, at most: threads hand over to one another less often
_PARTS = 4  # that a thread should have, at least, so that none waits for the others in the end
_HEAD = 100_000  # bytes in which an article states its ids
_OWN_PMID = re.compile(rb"""<article-id[^>]*\bpub-id-type=["']pmid["'][^>]*>\s*(\d+)|"article-id_pmid":\s*"(\d+)""")


class ManifestLine(msgspec.Struct, frozen=True):
    """One request and what came of it. `sha256` names the bytes in the store, empty when there are none.

    What was fetched has a `source`, the `date` it came and, where the source tells, its `version`, `licence`, `flags`
    (open-access, manuscript, ocr, retracted) and `md5` sum.
    """

    name: str
    place: str
    file: str = ""
    sha256: str = ""
    n_bytes: int = 0
    status: Status = "ok"
    code: str = ""
    reason: str = ""
    source: str = ""
    date: str = ""
    version: int = 0
    licence: str = ""
    flags: tuple[str, ...] = ()
    md5: str = ""


def fetch_local(
    requests: Sequence[Request], settings: FetchSettings, keep: Callable[[str, bytes], None], max_bytes: int, threads: int = 1
) -> list[ManifestLine]:
    """A manifest line for each request, in their order; `keep(sha256, data)` stores the bytes of those that are at hand.

    A request for what is already in the manifest is dropped with its reason, so that every request is accounted for. Files are
    read, and `keep` called, by so many `threads`. Raises ConfigError when `settings.library` is no directory.
    """
    library = _Library(settings.library)
    lines: dict[int, ManifestLine] = {}
    seen: dict[str, str] = {}
    for number, request in enumerate(requests):
        if request.kind == "skipped":
            lines[number] = _line(request, "dropped", "not-an-article", request.reason)
        elif request.kind == "unreadable":
            lines[number] = _line(request, "failed", "bad-id", request.reason)
        elif request.kind != "file" and request.ident in seen:
            lines[number] = _line(request, "dropped", "repeated-id", f"asked for before at {seen[request.ident]}")
        else:
            seen.setdefault(request.ident, request.place)

    def read(numbers: Sequence[int]) -> list[tuple[int, ManifestLine]]:
        return [(number, _read(requests[number], library, keep, max_bytes)) for number in numbers]

    left = [number for number in range(len(requests)) if number not in lines]
    size = max(1, min(_PART, len(left) // (_PARTS * threads)))
    parts = [left[at : at + size] for at in range(0, len(left), size)]
    done = each(read, parts, threads, lambda: None) if threads > 1 else ((part, read(part)) for part in parts)
    lines |= (line for _, some in done for line in some)
    return list(_once_each(lines[number] for number in range(len(requests))))


def _once_each(lines: Iterable[ManifestLine]) -> Iterator[ManifestLine]:
    """The lines; of those with the same bytes all but the first are dropped."""
    seen: dict[str, str] = {}
    for line in lines:
        if line.sha256 in seen:
            reason = f"same bytes as {seen[line.sha256]}"
            yield ManifestLine(line.name, line.place, line.file, status="dropped", code="repeated-file", reason=reason)
            continue
        if line.sha256:
            seen[line.sha256] = line.place
        yield line


class _Library:
    """A directory of articles named by id; without one (empty name) nothing is ever found."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        if folder and not Path(folder).is_dir():
            raise ConfigError(f"{folder}: no such directory (fetch.library, --library)")

    def find(self, ident: str) -> Path | None:
        if not self.folder:
            return None
        stem = ident.replace("/", "_")
        return next((path for suffix in _SUFFIXES if (path := Path(self.folder) / f"{stem}{suffix}").is_file()), None)

    def missing(self, request: Request) -> ManifestLine:
        """The line of an id that is not there, with the likeliest reason."""
        where = f"not in {self.folder}" if self.folder else "fetch.library names no directory to take it from"
        reason = f"{request.ident} ({request.kind.upper()}): {where}"
        if request.kind == "pmcid" and (file := self._by_pmid.get(request.ident.removeprefix("PMC"))):
            reason += f"; {file} has the PMID {request.ident.removeprefix('PMC')}: was a PMID taken for a PMCID?"
            return _line(request, "not_found", "pmid-as-pmcid", reason)
        return _line(request, "not_found", "not-found", f"{reason} ({request.reason})" if request.reason else reason)

    @cached_property
    def _by_pmid(self) -> dict[str, str]:
        """PMID -> name of the file that has it, by name or by content. Read once, and only when an id was not found."""
        found: dict[str, str] = {}
        for path in sorted(Path(self.folder).iterdir()) if self.folder else ():
            if path.suffix in _SUFFIXES and path.is_file():
                with path.open("rb") as handle:
                    stated = _OWN_PMID.search(handle.read(_HEAD))
                pmid = (stated[1] or stated[2]).decode() if stated else path.stem
                found.setdefault(pmid, printable(path.name))
        return found


def _read(request: Request, library: _Library, keep: Callable[[str, bytes], None], max_bytes: int) -> ManifestLine:
    path = Path(request.path) if request.kind == "file" else library.find(request.ident)
    if path is None:
        return library.missing(request)
    file = printable(path.name)
    elsewhere = request.kind == "file" and urls.is_url(request.path)
    try:
        size = 0 if elsewhere else path.stat().st_size
        data = read_at(request.path, max_bytes) if elsewhere else path.read_bytes() if size <= max_bytes else None
    except OSError as error:
        where = urls.shown(request.path) if elsewhere else str(path)
        cause = error.strerror or str(error)
        return _line(request, "failed", "unreadable-file", f"{printable(where)}: cannot be read ({cause})", file)
    if data is None:
        reason = f"{file}: {f'{size:,}' if size else 'too many'} bytes; the limit is {max_bytes:,} (parse.max_bytes)"
        return _line(request, "failed", "too-large", reason, file)
    digest = hashlib.sha256(data).hexdigest()
    keep(digest, data)
    return ManifestLine(request.ident, request.place, file, digest, len(data))


def _line(request: Request, status: Status, code: str, reason: str, file: str = "") -> ManifestLine:
    return ManifestLine(request.ident, request.place, file=file, status=status, code=code, reason=reason)
