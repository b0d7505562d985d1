"""One writer per directory: a lock on a file in it, which the system takes away from a process that ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import inspect
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from mitotransfer.errors import OutputError

P = ParamSpec("P")
R = TypeVar("R")

LOCK = ".lock"
_CANNOT = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)  # file systems that know no locks
_held: dict[Path, int] = {}  # by this process: the file of the lock -> its descriptor
_guard = threading.RLock()


def writes(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Makes a function hold the lock of the directory that its parameter `name` gives. It raises OutputError as `locked` does."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def alone(*arguments: P.args, **named: P.kwargs) -> R:
            with locked(signature.bind(*arguments, **named).arguments[name]):
                return function(*arguments, **named)

        return alone

    return decorate


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else writes into `folder` meanwhile; it is made if need be, and removed again where nothing was written.

    What a process that was killed while it held the lock left half written is removed. A process may take a lock it holds
    once more. Raises OutputError when another process holds it, saying which, or when the folder cannot be written.
    """
    path = Path(os.path.realpath(folder)) / LOCK
    if path in _held:
        yield
        return
    made = [parent for parent in path.parents if not parent.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _guard:
            _held[path] = _taken(path, folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # while it is held: who waits for the old file finds that it is gone
        os.close(_held.pop(path))
        with suppress(OSError):  # not empty
            for parent in made:
                parent.rmdir()


def _taken(path: Path, folder: Path) -> int:
    """The descriptor of the locked file at `path`. Raises OutputError when another process holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                who = os.pread(descriptor, 300, 0).decode("utf-8", "replace").strip() or "just begun"
                raise OutputError(f"{folder}: another run writes there ({who}); wait until it ends") from error
            except OSError as error:
                if error.errno not in _CANNOT:
                    raise
            with suppress(FileNotFoundError):
                if os.fstat(descriptor).st_ino == path.stat().st_ino:
                    _clear(path.parent, os.pread(descriptor, 300, 0))
                    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
                    os.ftruncate(descriptor, 0)
                    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {since}\n".encode(), 0)
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder has just removed the file


def _clear(folder: Path, left: bytes) -> None:
    """Removes what the process that left this in the lock was just writing when it died."""
    if dead := re.match(rb"process ([0-9]+) on ", left):
        for path in folder.rglob(f".*.{dead[1].decode()}-*.tmp"):  # as `files.write_whole` names them
            path.unlink(missing_ok=True)


def _forget() -> None:
    """A forked worker must not hold the lock of a run that is dead."""
    for descriptor in _held.values():
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget)
