"""What must be put in order though memory may not hold it: articles and problems, sorted on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mitotransfer.document import Annotated
from mitotransfer.errors import OutputError, Problem

# Nobody else reads the file, and it is thrown away with whatever goes wrong: nothing to guard.
_SET_UP = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE article (number INTEGER PRIMARY KEY, source TEXT, unread INTEGER, file TEXT, content BLOB);
CREATE INDEX place ON article (source, unread, file);
CREATE TABLE problem (source BLOB, stage BLOB, code BLOB, place BLOB, message BLOB, severity BLOB,
    PRIMARY KEY (source, stage, code, place, message, severity)) WITHOUT ROWID;
BEGIN;
"""
_FIELDS = ("source", "stage", "code", "place", "message", "severity")


@contextlib.contextmanager
def shelf(folder: Path) -> Iterator[Shelf]:
    """A shelf on a file in `folder`, which is gone afterwards. (If the run is killed, the next one there removes it: see `lock`.)

    Raises OutputError when the file cannot be written, also from within the context.
    """
    path = folder / f".tabulate.{os.getpid()}-{threading.get_native_id()}.tmp"
    address = f"{path.absolute().as_uri()}?nolock=1"  # some file systems know no locks, and nobody else knows the file
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True, isolation_level=None)) as base:
            base.executescript(_SET_UP)
            yield Shelf(base)
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        why = os.strerror(errno.ENOSPC) if full else str(error)
        raise OutputError(f"{path}: cannot be written ({why})") from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


class Shelf:
    """On which articles and problems are put in any order and taken in theirs, as often as need be."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def put(self, articles: Iterable[Annotated]) -> None:
        """Adds articles."""
        encode = msgspec.msgpack.Encoder().encode
        lines = ((found.head.source, found.status != "ok", found.head.file, encode(found)) for found in articles)
        self._base.executemany("INSERT INTO article (source, unread, file, content) VALUES (?, ?, ?, ?)", lines)

    def articles(self) -> Iterator[Annotated]:
        """The articles by source, those that were read first, then by file, whatever the order in which they were added."""
        decode = msgspec.msgpack.Decoder(Annotated).decode
        for (content,) in self._base.execute("SELECT content FROM article ORDER BY source, unread, file, number"):
            yield decode(content)

    def tell(self, problems: Iterable[Problem]) -> None:
        """Adds problems."""
        # as bytes: the name of a file may hold what is no character
        lines = ([getattr(problem, name).encode("utf-8", "surrogatepass") for name in _FIELDS] for problem in problems)
        self._base.executemany("INSERT OR IGNORE INTO problem VALUES (?, ?, ?, ?, ?, ?)", lines)

    def problems(self) -> Iterator[Problem]:
        """The problems, each once, by source, stage, code, place and message."""
        for cells in self._base.execute("SELECT * FROM problem ORDER BY source, stage, code, place, message, severity"):
            yield Problem(**{name: cell.decode("utf-8", "surrogatepass") for name, cell in zip(_FIELDS, cells, strict=True)})
