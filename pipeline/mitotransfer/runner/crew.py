"""Worker processes on this machine: each has one item at a time, so that it is known which one killed it or is too slow."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, Self

from mitotransfer.runner.child import Child, Item, Lost, Result, killed, no_memory, too_slow
from mitotransfer.settings import RunSettings

_TRIES = 2  # a worker may have been killed for what others did (memory): one more try shows


class Task(Generic[Item]):
    """An item on its way: what came of it, once it is `known`."""

    __slots__ = ("error", "item", "known", "result", "tries")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.known = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.tries = 0

    def outcome(self) -> Any:
        """The result; raises what the function raised."""
        if self.error is not None:
            raise self.error
        return self.result

    def settle(self, result: object = None, error: BaseException | None = None) -> None:
        """Notes what came of it."""
        self.result, self.error, self.known = result, error, True


class Crew(Generic[Item]):
    """Up to `workers` processes. `give` it tasks, `wait` until some are known. Leaving the context ends the processes."""

    def __init__(
        self, function: Callable[[Item], object], options: RunSettings, workers: int, *, fork: bool = sys.platform == "linux"
    ) -> None:
        self.function = function
        self.options = options
        self.workers = workers
        self.fork = fork
        self._idle: list[Child[Item]] = []
        self._busy: dict[Any, tuple[Child[Item], Task[Item], float]] = {}  # by connection: worker, task, since when
        self._queue: deque[Task[Item]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Kills the processes."""
        for child in (*self._idle, *(child for child, _, _ in self._busy.values())):
            child.end()
        self._idle.clear()
        self._busy.clear()

    def give(self, task: Task[Item]) -> None:
        """Takes a task on; an idle worker begins at once."""
        self._queue.append(task)
        self._start()

    def wait(self, *, block: bool = True) -> None:
        """Waits until an item is done, lost or too slow (with `block`), and sets the worker on the next."""
        if not self._busy:
            return
        limit = self.options.article_seconds
        timeout = None if block else 0.0
        if block and limit:
            timeout = max(0.0, min(since for _, _, since in self._busy.values()) + limit - time.monotonic())
        for connection in wait(list(self._busy), timeout):
            self._take(*self._busy.pop(connection)[:2])
        now = time.monotonic()
        for connection, (child, task, since) in list(self._busy.items()):
            if limit and now - since >= limit and not child.connection.poll():
                del self._busy[connection]
                child.end()
                task.settle(too_slow(limit))
        self._start()

    def _take(self, child: Child[Item], task: Task[Item]) -> None:
        try:
            kind, value = child.connection.recv()
        except (EOFError, OSError):  # it died, perhaps in the midst of its answer
            status = child.end()
            if task.tries < _TRIES:
                self._queue.appendleft(task)
            else:
                task.settle(killed(status))
            return
        if kind == "memory":
            child.end()  # what is left of its memory is no good start for the next item
            task.settle(no_memory(self.options.article_memory))
            return
        self._idle.append(child)
        task.settle(value) if kind == "result" else task.settle(error=value)

    def _start(self) -> None:
        while self._queue and (self._idle or len(self._busy) < self.workers):
            child = self._idle.pop() if self._idle else Child(self.function, self.options, fork=self.fork)
            try:
                child.connection.send(self._queue[0].item)
            except ConnectionError:  # killed while it was idle: the item has nothing to do with it
                child.end()
                continue
            task = self._queue.popleft()
            task.tries += 1
            self._busy[child.connection] = (child, task, time.monotonic())


def crew_map(
    function: Callable[[Item], Result], items: Iterable[Item], options: RunSettings, workers: int, window: int
) -> Iterator[tuple[Item, Result | Lost]]:
    """Each item with its result or loss, in the order of items, of which at most `window` are on their way at a time."""
    waiting = iter(items)
    pending: deque[Task[Item]] = deque()
    more = True
    with Crew(function, options, workers) as crew:
        while more or pending:
            while more and len(pending) < window:
                try:
                    task = Task(next(waiting))
                except StopIteration:
                    more = False
                    break
                pending.append(task)
                crew.give(task)
            if pending:
                crew.wait()
            while pending and pending[0].known:
                task = pending.popleft()
                yield task.item, task.outcome()
                crew.wait(block=False)  # while results are written no worker idles
