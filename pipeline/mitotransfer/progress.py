"""How far a long piece of work is: a bar on a terminal, a line every so often elsewhere, nothing where there is little to do."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self, TextIO

from tqdm import tqdm

_FEW = 20  # items, up to which nothing is told
_EVERY = 15.0  # seconds between two lines


class Progress:
    """Counts items done out of `total` and tells it on `stream` (standard error): how many, how fast, how long to go.

    A context manager. `name` says what is being done; `few`: up to so many items nothing is told; `every`: seconds between lines.
    """

    def __init__(self, name: str, total: int, *, few: int = _FEW, every: float = _EVERY, stream: TextIO | None = None) -> None:
        self.name, self.total, self.every = name, total, every
        self.stream = stream or sys.stderr
        self.quiet = total <= few
        self.done = 0
        self._begun = self._told = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Self:
        self._begun = self._told = time.monotonic()
        if not self.quiet and self.stream.isatty():
            self._bar = tqdm(total=self.total, desc=self.name, file=self.stream, dynamic_ncols=True, leave=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        if self._bar is not None:
            self._bar.update()
        elif not self.quiet and time.monotonic() - self._told >= self.every:
            self._told = time.monotonic()
            self.stream.write(f"{self}\n")
            self.stream.flush()

    def __str__(self) -> str:
        """`fetch: 120 of 1,000, 6.7 a second, 2:11 left`."""
        rate = self.done / max(time.monotonic() - self._begun, 1e-9)
        left = round((self.total - self.done) / rate) if rate else 0
        hours, minutes, seconds = left // 3600, left // 60 % 60, left % 60
        clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        return f"{self.name}: {self.done:,} of {self.total:,}, {rate:.1f} a second, {clock} left"
