"""Rows as they were when somebody decided on them: what is kept of an accepted row when no rule finds it any more."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mitotransfer.errors import OutputError


class Snapshot(msgspec.Struct, frozen=True):
    """A row (column -> value, as shown to the reviewer) and the lines of evidence behind it."""

    table: str
    row: dict[str, str] = {}
    evidence: tuple[dict[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What it is called in the log: a hash of its content."""
        return "s" + hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:15]


class Snapshots:
    """The snapshots of a log, one a line in `<log>.rows.jsonl` beside it, to which lines are only added."""

    def __init__(self, log: Path) -> None:
        self.path = log.with_suffix(".rows.jsonl")
        self._lock = threading.Lock()
        self._known: dict[str, Snapshot] = {}
        self._size = -1

    def read(self) -> Mapping[str, Snapshot]:
        """All snapshots by key. What a killed program left half written, or a hand broke, is passed over: nothing names it."""
        with self._lock:
            return self._read()

    def keep(self, snapshots: Iterable[Snapshot]) -> None:
        """Adds those that are new; they are on the disk afterwards. Raises OutputError."""
        with self._lock:
            known = self._read()
            new = {one.key: one for one in snapshots if one.key not in known}
            if not new:
                return
            # an empty line first: what was left half written ends there
            content = b"".join(b"\n" + msgspec.json.encode(one, order="sorted") for one in new.values()) + b"\n"
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab") as handle:
                    handle.write(content)
                    handle.flush()
                    os.fsync(handle.fileno())
                    if handle.tell() == max(self._size, 0) + len(content):  # nobody else added meanwhile: known without reading
                        self._known, self._size = known | new, handle.tell()
            except OSError as error:
                raise OutputError(f"{self.path}: cannot be written ({error.strerror})") from error

    def _read(self) -> dict[str, Snapshot]:
        try:
            size = self.path.stat().st_size
            if size != self._size:
                self._known = dict(_decoded(self.path.read_bytes()))
                self._size = size
        except FileNotFoundError:
            self._known, self._size = {}, -1
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be read ({error.strerror})") from error
        return self._known


def _decoded(content: bytes) -> Iterable[tuple[str, Snapshot]]:
    for line in content.splitlines():
        if not line:
            continue
        try:
            one = msgspec.json.decode(line, type=Snapshot)
        except msgspec.DecodeError:
            continue
        yield one.key, one
