"""Where stages keep their work: files written whole or not at all, one shard per article, redone only when its key changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from mitotransfer.errors import ConfigError, DamagedError
from mitotransfer.files import remove_file, write_whole

_PACKAGE = Path(__file__).resolve().parent
_INDEX = "index.txt"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_FIRST = 1000  # bytes of a shard's first line


def digest(*parts: str | bytes) -> str:
    """sha256 of the parts, kept apart from each other."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(str(len(data)).encode() + b":" + data)
    return total.hexdigest()


def source_version(*names: str) -> str:
    """Hash of our own source: the named packages and modules, so that a changed program redoes its work."""
    files: list[Path] = []
    for name in names:
        path = _PACKAGE / name
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return digest(*(file.read_bytes() for file in files))


def tree_version(*paths: Path) -> str:
    """Hash of files and of all files below directories, by name and content."""
    found: list[str | bytes] = []
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found += [file.relative_to(path).as_posix(), file.read_bytes()]
    return digest(*found)


def remove(paths: Iterable[Path]) -> int:
    """Removes files, and their folders when left empty; returns how many. Raises OutputError."""
    removed = 0
    for path in paths:
        remove_file(path)
        with contextlib.suppress(OSError):  # not empty: other files live there
            path.parent.rmdir()
        removed += 1
    return removed


class Blobs:
    """Bytes under their SHA-256 sum: `<folder>/<first two digits>/<sum>`. Threads may use it together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the bytes of this sum lie."""
        return self.folder / sha256[:2] / sha256

    def keep(self, sha256: str, data: bytes) -> None:
        """Stores bytes that are not there yet. Raises OutputError."""
        path = self.path(sha256)
        try:
            whole = path.read_bytes() == data
        except OSError:
            whole = False
        if not whole:
            write_whole({path: [data]}, sync=False)

    def holds(self, sha256: str) -> bool:
        """Whether whole bytes of this sum are there."""
        try:
            return hashlib.sha256(self.path(sha256).read_bytes()).hexdigest() == sha256
        except OSError:
            return False

    def prune(self, wanted: Iterable[str]) -> int:
        """Removes all but the bytes of these sums, and leftovers of runs that were cut off; returns how many."""
        paths = {self.path(sha256) for sha256 in wanted}
        return remove([path for path in self.folder.glob("*/*") if path not in paths])


class Shards:
    """A directory of shards, `<folder>/<bucket>/<name>.json`: a line with key, outcome and checksum, then the payload.

    A shard whose checksum does not fit counts as absent, so it is made again. `index()` names the shards in order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listed = folder / _INDEX

    def path(self, name: str) -> Path:
        """Where the shard of this name lies; names that are no safe file names get a hash."""
        return self.folder / _place(name)

    def write(self, name: str, key: str, outcome: str, payload: bytes) -> None:
        """Writes a shard. Raises OutputError."""
        first = f"{key} {outcome} {digest(payload)}\n"
        write_whole({self.path(name): [first, payload]}, sync=False)

    def read(self, name: str) -> bytes | None:
        """The payload; None when there is none or it is damaged."""
        return self._load(name)[2]

    def checksum(self, name: str) -> str:
        """What the payload's checksum should be, by the shard's first line: a change is seen without reading the rest."""
        try:
            with self.path(name).open("rb") as handle:
                return _first(handle.readline(_MOST_FIRST))[2]
        except OSError:
            return ""

    def outcome(self, name: str, key: str) -> str | None:
        """The outcome of a whole shard made under this very key, else None."""
        made_under, outcome, payload = self._load(name)
        return outcome if payload is not None and made_under == key else None

    def _load(self, name: str) -> tuple[str, str, bytes | None]:
        try:
            data = self.path(name).read_bytes()
        except OSError:
            return "", "", None
        first, _, payload = data.partition(b"\n")
        key, outcome, checksum = _first(first)
        return key, outcome, payload if checksum == digest(payload) else None

    def close(self, names: list[str]) -> int:
        """Writes the index and removes the shards of inputs that are no longer there; returns how many."""
        write_whole({self.listed: [f"{name}\n" for name in names]})
        wanted = {_place(name) for name in names}  # text: of many names, paths take several times as much memory
        folders = [entry.name for entry in os.scandir(self.folder) if entry.is_dir()]
        found = (f"{bucket}/{name}" for bucket in folders for name in os.listdir(self.folder / bucket))  # noqa: PTH208 text, as above
        return remove([self.folder / place for place in found if place not in wanted])

    def index(self) -> list[str]:
        """Names of the shards in order. Raises ConfigError when the stage that makes them has not run."""
        try:
            text = (self.listed).read_bytes().decode()
        except OSError as error:
            raise ConfigError(f"{self.folder}: no {_INDEX} there; run the stage that writes this directory first") from error
        except UnicodeDecodeError as error:
            raise DamagedError(f"{self.listed}: damaged; run the stage that writes it again") from error
        return text.split("\n")[:-1]  # a name may hold other characters that Python takes for line ends


def _place(name: str) -> str:
    """Bucket and file of a shard."""
    total = digest(name)
    slug = _UNSAFE.sub("_", name)[:80]
    return f"{total[:2]}/{slug}.json" if slug == name else f"{total[:2]}/{slug}-{total[:8]}.json"


def _first(line: bytes) -> tuple[str, str, str]:
    """Key, outcome and checksum in a shard's first line; empty where it is damaged."""
    key, outcome, checksum = (*line.decode("ascii", "replace").rstrip("\n").split(" "), "", "", "")[:3]
    return key, outcome, checksum
