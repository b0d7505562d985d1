"""decisions.csv: a log to which lines are only added, by one program at a time, each on the disk before it counts as saved.

A program that dies while it adds a line leaves at most a part of one behind the last line end, which nobody was told was saved:
it is passed over, and gone with the next line added. Whoever opens the file in a spreadsheet and saves it may change its form
(separator, order of columns, line ends): it is understood, and written anew in the log's own form before the next line is added.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import fcntl
import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mitotransfer.decisions.model import Decision, decision_id
from mitotransfer.decisions.sheets import read_sheet
from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.files import clean, from_cell, table_lines, to_cell, write_whole
from mitotransfer.rows import header

DECISIONS = "decisions.csv"
_COLUMNS = header(Decision)
_HEADER = next(table_lines(_COLUMNS, ())).encode()


class Stale(Exception):  # noqa: N818  it is no fault: somebody else was faster
    """Something was decided of the same row since the reviewer last saw it; nothing was saved."""


class _Content(NamedTuple):
    """What a file holds; `tidy`: in the log's own form up to byte `whole`, so that lines can be added there."""

    decisions: tuple[Decision, ...] = ()
    whole: int = 0
    tidy: bool = True


class Log:
    """The decisions in a file, in the order in which they were made. Threads and processes may share the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._seen: tuple[int, int, int] | None = None
        self._content = _Content()

    def read(self) -> tuple[Decision, ...]:
        """All decisions, the withdrawn ones too; none when there is no file. Raises ConfigError when it cannot be understood."""
        return self._read().decisions

    def add(self, drafts: Sequence[Decision], last_seen: str | None = None) -> list[Decision]:
        """Adds decisions, given their id and, where it is missing, their time; returns them once they are on the disk.

        `last_seen`: the id of the last decision of the same row that the reviewer saw (empty: none); when there is a later one
        nothing is saved. Raises Stale then, ConfigError when the file cannot be understood, OutputError when not written.
        """
        with self._alone():
            content = self._read()
            if last_seen is not None and drafts and last_seen != _last(content.decisions, drafts[0].row_id):
                raise Stale
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            timed = [dataclasses.replace(one, decided_at=one.decided_at or now) for one in drafts]
            made = list(_identified(timed, {one.decision_id for one in content.decisions}))
            if made:
                self._append(content, made)
        return made

    def _append(self, content: _Content, made: list[Decision]) -> None:
        lines = _lines(made)
        if not content.tidy:
            write_whole({self.path: [_HEADER, *_lines(content.decisions), *lines]})
            return
        try:
            with self.path.open("r+b") as handle:
                handle.truncate(content.whole)
                handle.seek(content.whole)
                written = handle.write(b"".join(lines) if content.whole else b"".join([_HEADER, *lines]))
                handle.flush()
                os.fsync(handle.fileno())
                # known without reading it again; what the file holds of these lines is what `_parsed` would find
                self._content = _Content((*content.decisions, *map(_as_written, made)), content.whole + written)
                self._seen = _stamp(os.fstat(handle.fileno()))
        except OSError as error:
            raise OutputError(f"{self.path}: the decision was not saved ({error.strerror})") from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else adds to the file meanwhile. The file is locked itself; where it was replaced while waiting, the new one."""
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                    while os.fstat(descriptor).st_ino != os.stat(self.path).st_ino:  # noqa: PTH116
                        os.close(descriptor)
                        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                        fcntl.flock(descriptor, fcntl.LOCK_EX)
                except OSError:
                    os.close(descriptor)
                    raise
            except OSError as error:
                raise OutputError(f"{self.path}: cannot be written ({error.strerror})") from error
            try:
                yield
            finally:
                os.close(descriptor)

    def _read(self) -> _Content:
        """The content as it is on the disk now; read again only when the file changed."""
        with self._lock:
            try:
                if (stamp := _stamp(self.path.stat())) != self._seen:
                    self._content = _parsed(self.path, self.path.read_bytes())
                    self._seen = stamp
            except FileNotFoundError:
                self._content, self._seen = _Content(), None
            except OSError as error:
                raise ConfigError(f"{self.path}: cannot be read ({error.strerror})") from error
            return self._content


def _stamp(stat: os.stat_result) -> tuple[int, int, int]:
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _last(decisions: Iterable[Decision], row_id: str) -> str:
    return next((one.decision_id for one in reversed(list(decisions)) if one.row_id == row_id), "")


def _identified(drafts: Iterable[Decision], taken: set[str]) -> Iterator[Decision]:
    """The drafts with their ids; one that is in the log already, word for word and of the same time, is not added again."""
    for draft in drafts:
        made = dataclasses.replace(draft, decision_id=decision_id(draft))
        if made.decision_id not in taken:
            taken.add(made.decision_id)
            yield made


def _lines(decisions: Iterable[Decision]) -> list[bytes]:
    """A decision a line: line ends and other runs of blanks inside a cell become one blank."""
    cells = (dataclasses.astuple(_as_written(one)) for one in decisions)
    return [line.encode() for line in table_lines(_COLUMNS, cells)][1:]


def _as_written(one: Decision) -> Decision:
    """A decision as it is read back: on one line, without what `to_cell` cleans away."""
    return Decision(*(from_cell(to_cell(" ".join(clean(cell).split()))) for cell in dataclasses.astuple(one)))


def _parsed(path: Path, content: bytes) -> _Content:
    if not content or (len(content) < len(_HEADER) and _HEADER.startswith(content)):
        return _Content()
    if content.startswith(_HEADER):
        whole = content.rfind(b"\n") + 1
        if (found := _own(content[:whole])) is not None:
            return _Content(found, whole)
    return _Content(tuple(_foreign(path)), 0, tidy=False)


def _own(content: bytes) -> tuple[Decision, ...] | None:
    """The decisions of a file in the log's own form, a decision a line; None when it has another form."""
    try:
        records = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))[1:]
    except (UnicodeDecodeError, csv.Error):
        return None
    if len(records) != content.count(b"\n") - 1 or any(len(cells) != len(_COLUMNS) for cells in records):
        return None
    return tuple(Decision(*map(from_cell, cells)) for cells in records)


def _foreign(path: Path) -> Iterator[Decision]:
    """The decisions of a file that a spreadsheet saved, or that was written by hand; ids are given where they are missing."""
    sheet = read_sheet(path)
    if unknown := [name for name in sheet.columns if name not in _COLUMNS]:
        raise ConfigError(f"{path}: unknown column {', '.join(unknown)}; allowed: {', '.join(_COLUMNS)}")
    for _, record in sheet.records:
        made = _as_written(Decision(**{name: record.get(name, "") for name in _COLUMNS}))  # as it will be when written anew
        yield made if made.decision_id else dataclasses.replace(made, decision_id=decision_id(made))
