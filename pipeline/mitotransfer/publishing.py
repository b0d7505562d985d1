"""Finished files put to a place elsewhere by URL, each whole or not at all at its name; what is there already is not sent again.

Beside them lies a small list of them with their sums. It never tells of a file that is not there as it says: what is about to
change is first taken out of it, so that a publication that was cut off is completed by the next.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.urls import cause, name_of, opened, shown

T = TypeVar("T")

LIST = "published.json"
PAUSES = (1.0, 3.0, 9.0)  # seconds between tries, beside those that the store's own library makes
_PASSING_STATUS = (408, 429)
_PASSING = (errno.EAGAIN, errno.EBUSY, errno.EHOSTUNREACH, errno.EIO, errno.ENETUNREACH, getattr(errno, "EREMOTEIO", errno.EIO))
_LISTED_AFTER = 8_000_000  # bytes: what is sent again, at most, after a publication that was killed
_HALF = re.compile(r"\..+\.[0-9a-f]{32}\.part")


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that was sent; without a sum while it is being replaced."""

    bytes: int = 0
    sha256: str = ""


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the list: files by their path from the place."""

    files: dict[str, Sent]


class Account(msgspec.Struct, frozen=True):
    """How many files were sent, found unchanged, removed."""

    sent: int
    unchanged: int
    removed: int

    def __str__(self) -> str:
        """In words."""
        return f"{self.sent} files sent, {self.unchanged} unchanged, {self.removed} removed"


class Place:
    """A folder elsewhere. All methods raise OutputError, naming URL, file and cause, when the store fails for good.

    Stores that rename files get each under another name first. Object stores have no renaming and need none: what they are given
    is there whole or not at all.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = shown(url).rstrip("/")
        if url.lower().startswith(("http://", "https://")):
            raise ConfigError(f"{self.name}: web addresses can only be read; name a bucket or a folder (s3://, gs://, file:// …)")
        self._system, root = opened(url)
        from fsspec.spec import AbstractFileSystem

        self._root = root.rstrip("/")
        self._renames = type(self._system).mv is not AbstractFileSystem.mv  # which copies, and so is no better than writing
        self._system.invalidate_cache()

    def check(self) -> None:
        """Raises OutputError when the bucket is missing or refuses."""
        bucket, _, _ = self._root.partition("/")
        if bucket:  # the paths of folders on disks and servers begin with a slash
            self._tried("", "the bucket cannot be used", lambda: self._system.info(bucket))

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        try:
            return self._tried(name, "cannot be read", lambda: bytes(self._system.cat_file(self._at(name))), absent=True)
        except FileNotFoundError:
            return None

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The lengths of the files in the folders of these files; what killed publications left half written is removed."""
        found: dict[str, int] = {}
        for folder in sorted({name[: name.rfind("/") + 1] for name in names}):
            path = self._at(folder).rstrip("/")
            for entry in self._tried(folder, "cannot be read", partial(self._entries, path)):
                name = folder + name_of(entry["name"])
                if self._renames and _HALF.fullmatch(name_of(name)):
                    self.remove(name)
                elif entry["type"] == "file":
                    found[name] = entry.get("size", -1)
        return found

    def send(self, name: str, source: Path | bytes) -> None:
        """Makes a file of this name of a file of this machine, or of bytes."""
        self._tried(name, "cannot be written", lambda: self._send(self._at(name), source))

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._tried(name, "cannot be removed", lambda: self._system.rm_file(self._at(name)), absent=True)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _send(self, path: str, source: Path | bytes) -> None:
        if not self._renames:
            self._put(path, source)
            return
        folder, _, name = path.rpartition("/")
        half = f"{folder}/.{name}.{uuid.uuid4().hex}.part"
        self._system.makedirs(folder, exist_ok=True)
        try:
            self._put(half, source)
            self._system.mv(half, path)
        except BaseException:
            with contextlib.suppress(Exception):  # the first error is the one to tell; the next publication removes it
                self._system.rm_file(half)
            raise

    def _put(self, path: str, source: Path | bytes) -> None:
        if isinstance(source, bytes):
            self._system.pipe_file(path, source)
        else:
            self._system.put_file(str(source), path)

    def _entries(self, path: str) -> list[Mapping[str, Any]]:
        try:
            return list(self._system.ls(path, detail=True))
        except FileNotFoundError:
            return []

    def _tried(self, name: str, failed: str, do: Callable[[], T], *, absent: bool = False) -> T:
        """What `do` gives, tried again after pauses when the store fails in passing; with `absent` FileNotFoundError passes."""
        pauses = iter(PAUSES)
        while True:
            try:
                return do()
            except Exception as error:
                if absent and isinstance(error, FileNotFoundError):
                    raise
                pause = next(pauses, None) if _passes(error) else None
                if pause is None:
                    where = f"{self.name}/{name}" if name else self.name
                    raise OutputError(f"{where}: {failed} ({cause(error, self.url)})") from error
            time.sleep(pause)


def publish(url: str, files: Mapping[str, Path], *, last: str = "", listed: str = LIST) -> Account:
    """Makes the files at `url` those given, by their path from there; others of an earlier publication are removed.

    Unchanged ones are not sent. `last` is sent when all others are there, and is taken away before one of them changes: a reader
    who finds it finds the rest. `listed`: the name of the list of what was published. Raises ConfigError, OutputError.
    """
    place = Place(url)
    place.check()
    before, there = _listed(place, listed), place.sizes(files)
    now = {name: _sum(path) for name, path in files.items()}
    changed = [name for name in sorted(now) if before.get(name) != now[name] or there.get(name) != now[name].bytes]
    gone = sorted(set(before) - set(now))
    if not changed and not gone:
        return Account(0, len(now), 0)
    if last in now:
        changed = [*(name for name in changed if name != last), last]
    kept = {name: one for name, one in now.items() if name not in changed}
    _list(place, listed, kept | dict.fromkeys([*changed, *gone], Sent()))
    for name in [*([last] if last in now else []), *gone]:
        place.remove(name)
    _send(place, {name: (files[name], now[name]) for name in changed}, kept, listed)
    return Account(len(changed), len(kept), len(gone))


def _send(place: Place, changed: Mapping[str, tuple[Path, Sent]], kept: Mapping[str, Sent], listed: str) -> None:
    """Sends what has changed and lists it, from time to time and in the end, be it a bad one."""
    there = {**kept, **dict.fromkeys(changed, Sent())}
    unlisted = 0
    try:
        for name, (path, one) in changed.items():
            place.send(name, path)
            there[name] = one
            unlisted += one.bytes
            if unlisted >= _LISTED_AFTER:
                _list(place, listed, there)
                unlisted = 0
    except BaseException:
        with contextlib.suppress(OutputError):  # the first error is the one to tell
            _list(place, listed, there)
        raise
    _list(place, listed, there)


def check(url: str) -> None:
    """Raises ConfigError or OutputError where nothing can be published: a library, the bucket or a permission is missing."""
    place = Place(url)
    place.check()
    _listed(place, LIST)


def _listed(place: Place, name: str) -> dict[str, Sent]:
    """What was published there, by its list. Raises ConfigError for a list that is none of ours."""
    data = place.read(name)
    if data is None:
        return {}
    try:
        found = msgspec.json.decode(data, type=Published).files
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{place.name}/{name}: no list of published files ({error}); remove it, or name another place"
        ) from error
    for path in found:
        parts = PurePosixPath(path).parts
        if not parts or PurePosixPath(path).is_absolute() or ".." in parts:
            raise ConfigError(f"{place.name}/{name}: {path!r} is no file of this place; remove the list or name another place")
    return found


def _list(place: Place, name: str, files: Mapping[str, Sent]) -> None:
    content = msgspec.json.format(msgspec.json.encode(Published(dict(sorted(files.items())))), indent=2) + b"\n"
    place.send(name, content)


def _sum(path: Path) -> Sent:
    """Raises OutputError when the file cannot be read."""
    try:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256")
            return Sent(handle.tell(), digest.hexdigest())
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror})") from error


def _passes(error: Exception) -> bool:
    """Whether a failure may be over soon. Errors of the stores' own libraries tell it by a status, or do not: then it may be."""
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError | TimeoutError) or error.errno in _PASSING
    if isinstance(error, ValueError | TypeError | NotImplementedError | ImportError):
        return False
    status = next((one for name in ("status_code", "status", "code") if isinstance(one := getattr(error, name, None), int)), 500)
    final = any(word in type(error).__name__ for word in ("Credential", "Validation"))
    return not final and (status >= 500 or status in _PASSING_STATUS)
