"""Worker processes on this machine: each works on one item at a time, so that it is known which one killed it or is too slow."""

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

_AT_HAND = 2  # items that a worker has: one in work, and the next, so that it need not wait for this process
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


class Worker(Generic[Item]):
    """A process and the tasks it has, of which the first is in work `since` then."""

    __slots__ = ("child", "since", "tasks")

    def __init__(self, child: Child[Item]) -> None:
        self.child = child
        self.tasks: deque[Task[Item]] = deque()
        self.since = 0.0

    def begins(self) -> None:
        """Notes that the first task is in work from now on."""
        self.tasks[0].tries += 1
        self.since = time.monotonic()


class Crew(Generic[Item]):
    """Up to `workers` processes. `give` it tasks, `wait` until some are known. Leaving the context ends the processes.

    A process that works has the next item already. Items should be small, as names are: one is sent while nobody reads.
    """

    def __init__(
        self, function: Callable[[Item], object], options: RunSettings, workers: int, *, fork: bool = sys.platform == "linux"
    ) -> None:
        self.function = function
        self.options = options
        self.workers = workers
        self.fork = fork
        self._idle: list[Worker[Item]] = []
        self._busy: dict[Any, Worker[Item]] = {}  # by connection
        self._queue: deque[Task[Item]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Kills the processes."""
        for worker in (*self._idle, *self._busy.values()):
            worker.child.end()
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
            timeout = max(0.0, min(worker.since for worker in self._busy.values()) + limit - time.monotonic())
        for connection in wait(list(self._busy), timeout):
            self._take(self._busy[connection])
        now = time.monotonic()
        for worker in list(self._busy.values()):
            if limit and now - worker.since >= limit and not worker.child.connection.poll():
                self._lose(worker, too_slow(limit))
        self._start()

    def _take(self, worker: Worker[Item]) -> None:
        try:
            kind, value = worker.child.connection.recv()
        except (EOFError, OSError):  # it died, perhaps in the midst of its answer
            self._lose(worker)
            return
        if kind == "memory":  # what is left of its memory is no good start for the next item
            self._lose(worker, no_memory(self.options.article_memory))
            return
        task = worker.tasks.popleft()
        task.settle(value) if kind == "result" else task.settle(error=value)
        if worker.tasks:
            worker.begins()
        else:
            del self._busy[worker.child.connection]
            self._idle.append(worker)

    def _lose(self, worker: Worker[Item], loss: Lost | None = None) -> None:
        """Ends a process. Its first task is lost, or (dead without a known reason) tried again; the others never began."""
        del self._busy[worker.child.connection]
        status = worker.child.end()
        if loss is not None or worker.tasks[0].tries >= _TRIES:
            worker.tasks.popleft().settle(loss or killed(status))
        self._queue.extendleft(reversed(worker.tasks))

    def _start(self) -> None:
        while self._queue and (worker := self._free()):
            try:
                worker.child.connection.send(self._queue[0].item)
            except ConnectionError:
                if worker.tasks:
                    self._take(worker)  # its last answer, or that it died at work
                else:
                    worker.child.end()  # killed while it was idle: the item has nothing to do with it
                continue
            worker.tasks.append(self._queue.popleft())
            if len(worker.tasks) == 1:
                worker.begins()
                self._busy[worker.child.connection] = worker

    def _free(self) -> Worker[Item] | None:
        """A worker to be given an item: one without work, a new one, at last one that has only what it works on."""
        if self._idle:
            return self._idle.pop()
        if len(self._busy) < self.workers:
            return Worker(Child(self.function, self.options, fork=self.fork))
        return next((worker for worker in self._busy.values() if len(worker.tasks) < _AT_HAND), None)


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
