"""Requests per second, kept by all threads and processes of this machine together: one file per service holds the next free slot.

A slot is taken under a lock on the file and waited for outside of it. Slots are spread evenly with a margin, so that no window
of a second holds more requests than the service allows, though some are a little late; one that is very late is given up.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_MARGIN = 1.15  # slots are this much further apart than the limit asks for
_LATE = 0.05  # seconds by which a slot may be missed; the margin has room for three times as much
_MOST_MISSED = 20  # slots given up in a row: on a machine so busy another one would be missed, too
_FARTHEST = 3600.0  # seconds; no service holds requests for longer
_SAME_BOOT = 60.0  # seconds by which the clocks of one boot may drift apart
_LENGTH = 64  # bytes of a file: always the same, so that one write replaces all of it


class _State(NamedTuple):
    """The next free slot, and the time before which nobody sends anything."""

    free: float = 0.0
    held: float = 0.0


class Limiter:
    """Slots for the requests of a service; `per_second` may be a fraction (40 a minute: 0.66).

    Limiters of the same `name` share them, whatever their rates. They are kept in `folder`, by default one of this user among
    the temporary files.
    """

    def __init__(self, name: str, per_second: float, folder: Path | None = None) -> None:
        self.interval = _MARGIN / per_second
        home = folder or Path(tempfile.gettempdir()) / f"mitotransfer-limits-{os.getuid()}"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = home / name

    def wait(self, stop: threading.Event | None = None) -> None:
        """Returns when a request may be sent, or once `stop` is set."""
        stop = stop or threading.Event()
        for _ in range(_MOST_MISSED):
            slot = self._take()
            if stop.wait(max(0.0, slot - _now())):
                return
            with self._state() as (state, _):
                now = _now()
            if state.held <= now and now - slot <= _LATE:
                return

    def hold(self, seconds: float) -> None:
        """Nobody sends anything for so long: the service has asked for it."""
        end = _now() + min(seconds, _FARTHEST)
        with self._state() as (state, write):
            write(max(state.free, end), max(state.held, end))

    def _take(self) -> float:
        """The next free slot, which is then taken."""
        with self._state() as (state, write):
            slot = max(_now(), state.free)
            write(slot + self.interval, state.held)
        return slot

    @contextmanager
    def _state(self) -> Iterator[tuple[_State, _Writer]]:
        """What the file holds, and how to replace it; nobody else reads or writes it meanwhile."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _read(os.pread(descriptor, _LENGTH, 0)), _Writer(descriptor)
        finally:
            os.close(descriptor)


class _Writer(NamedTuple):
    descriptor: int

    def __call__(self, free: float, held: float) -> None:
        # one write of all bytes: a program that is killed leaves the old state or the new one
        os.pwrite(self.descriptor, f"{free:.6f} {held:.6f} {_boot():.0f}".ljust(_LENGTH).encode(), 0)


def _read(written: bytes) -> _State:
    """The state of a file; a new one where it is empty, of another program, or of an earlier boot, whose clock began anew."""
    try:
        free, held, boot = map(float, written.split())
    except ValueError:
        return _State()
    farthest = _now() + 2 * _FARTHEST
    whole = abs(boot - _boot()) <= _SAME_BOOT and free <= farthest and held <= farthest  # false for "nan", too
    return _State(free, held) if whole else _State()


def _now() -> float:
    """Seconds on a clock that all processes of the machine share and nobody sets."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _boot() -> float:
    """When that clock was 0, by the calendar."""
    return time.time() - _now()
