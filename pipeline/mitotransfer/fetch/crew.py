"""Threads that work through a list. They are daemons: a run that is interrupted need not wait for a service that hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_GRACE = 3.0  # seconds in which what is under way may still be finished


def each(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int, stop: Callable[[], None]
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in the order in which they are ready. An exception of `function` is raised here.

    When that happens, or the caller goes no further, `stop` is called, no further item is begun and those under way get a
    short time to be finished.
    """
    waiting: SimpleQueue[Item] = SimpleQueue()
    ready: SimpleQueue[tuple[Item, Result | None, Exception | None]] = SimpleQueue()
    stopped = threading.Event()
    for item in items:
        waiting.put(item)

    def work() -> None:
        while not stopped.is_set():
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                ready.put((item, function(item), None))
            except Exception as error:  # noqa: BLE001 handed over and raised in the thread of the caller
                ready.put((item, None, error))

    crew = [threading.Thread(target=work, name=f"fetch-{n}", daemon=True) for n in range(min(workers, len(items)))]
    for thread in crew:
        thread.start()
    done = 0
    try:
        while done < len(items):
            item, result, error = ready.get()
            if error is not None:
                raise error
            done += 1
            yield item, result  # type: ignore[misc]  # a result, as there is no error
    finally:
        if done < len(items):
            stopped.set()
            stop()
            end = time.monotonic() + _GRACE
            for thread in crew:
                thread.join(max(0.0, end - time.monotonic()))
