"""Executors: one function over many items, in order, in this process or in several. Steps do not know which."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WINDOW = 4  # items in flight per worker: enough to keep all busy, few enough that results do not pile up


def run_map(
    function: Callable[[Item], Result], items: Iterable[Item], *, executor: str, workers: int
) -> Iterator[tuple[Item, Result | None]]:
    """Each item with its result, in the order of items; the result is None when the item killed its worker.

    `function` must be picklable and deterministic; exceptions it raises are passed on.
    """
    if executor == "serial":
        for item in items:
            yield item, function(item)
        return
    waiting = iter(items)
    pending: deque[tuple[Item, Future[Result] | None]] = deque()
    broken = False
    with _pool(workers) as pool:

        def submit(count: int) -> None:
            for item in islice(waiting, count):
                pending.append((item, None))  # first noted, then submitted: a broken pool must not lose it
                pending[-1] = (item, pool.submit(function, item))

        try:
            submit(workers * _WINDOW)
            while pending and (future := pending[0][1]) is not None:
                result = future.result()
                yield pending.popleft()[0], result
                submit(1)
        except BrokenProcessPool:
            broken = True
    if broken:
        yield from _one_by_one(function, [item for item, _ in pending])
        yield from run_map(function, waiting, executor=executor, workers=workers)


def _one_by_one(function: Callable[[Item], Result], items: list[Item]) -> Iterator[tuple[Item, Result | None]]:
    """A worker died: each item that was in flight gets a process of its own, which shows the one to blame."""
    for item in items:
        with _pool(1) as pool:
            try:
                yield item, pool.submit(function, item).result()
            except BrokenProcessPool:
                yield item, None


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawn: the same on every system, and no copy of a half-used library state
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
