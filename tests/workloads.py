"""Made-up work for executors, in a module that workers load fast."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from mitotransfer.errors import ConfigError


def square(number: int) -> int:
    return number * number


def refuse_two(number: int) -> int:
    if number == 2:
        raise ConfigError("two is wrong")
    return number


def misbehave(number: int) -> int:
    """Crashes at 3, hangs at 5, eats the memory at 7."""
    if number == 3:
        faulthandler.disable()  # pytest's; the crash is meant
        os.kill(os.getpid(), signal.SIGSEGV)
    if number == 5:
        sum(range(10**12))
    return len(bytearray(2**40)) if number == 7 else number


class TakeTheWorkerAlong:
    """Kills the worker itself, not only its process: at `number`, every time or once."""

    def __init__(self, number: int, mark: Path | None = None) -> None:
        self.number, self.mark = number, mark

    def __call__(self, number: int) -> int:
        if number == self.number and not (self.mark and self.mark.exists()):
            if self.mark:
                self.mark.touch()
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        return number


def slowly(number: int) -> int:
    time.sleep(0.05)
    return number


def another_version() -> Mapping[str, str]:
    return {"mitotransfer": f"0.1 of {os.environ.get('MADE_UP_HOST', 'here')}"}


def process_of(_: int) -> int:
    return os.getpid()
