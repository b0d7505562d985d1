"""Requests per second, kept by all threads and processes of this machine together: one file per service holds the next free slot.

A slot is taken under a lock on the file and waited for outside of it. Slots are spread evenly with a margin, so that no window
of a second holds more requests than the service allows, however the network delays them.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path

_MARGIN = 1.15  # slots are this much further apart than the limit asks for
_FARTHEST = 120.0  # seconds; a later slot was left by a clock that has since been set back or a boot before


class Limiter:
    """Slots for the requests of a service; `per_second` may be a fraction (40 a minute: 0.66)."""

    def __init__(self, name: str, per_second: float, folder: Path | None = None) -> None:
        self.interval = _MARGIN / per_second
        home = folder or Path(tempfile.gettempdir()) / f"mitotransfer-limits-{os.getuid()}"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = home / name

    def wait(self) -> None:
        """Returns when a request may be sent."""
        pause = self._take() - _now()
        if pause > 0:
            time.sleep(pause)

    def hold(self, seconds: float) -> None:
        """Nobody sends anything for so long: the service has asked for it."""
        self._take(at_least=_now() + min(seconds, _FARTHEST - self.interval))

    def _take(self, at_least: float = 0.0) -> float:
        """The next free slot, which is then taken; with `at_least` none before that time is free any more."""
        with self.path.open("a+b") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.seek(0)
            now = _now()
            free = _number(handle.read())
            slot = max(now, at_least, free if free < now + _FARTHEST else now)
            handle.truncate(0)
            handle.write(repr(slot if at_least else slot + self.interval).encode())
            handle.flush()
        return slot


def _now() -> float:
    """Seconds on a clock that all processes of the machine share and nobody sets."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _number(written: bytes) -> float:
    try:
        return float(written or b"0")
    except ValueError:  # a file of another program, or cut off: as if nothing had been sent
        return 0.0
