"""Executors: one function over many items, in order, in this process, in several or on a cluster. Steps do not know which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from mitotransfer.runner.child import Item, Lost, Result, no_memory
from mitotransfer.runner.crew import crew_map
from mitotransfer.settings import RunSettings

__all__ = ["Lost", "run_map"]

_WINDOW = 16  # items per worker that are read ahead of the oldest one without result: a slow one keeps few others waiting


def _nothing() -> Mapping[str, str]:
    return {}


def run_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    options: RunSettings,
    look: Callable[[], Mapping[str, str]] = _nothing,
) -> Iterator[tuple[Item, Result | Lost]]:
    """Each item with its result, in the order of items; `Lost` stands for the result of one that no worker survived.

    `function` must be deterministic and, for `dask`, picklable; exceptions it raises are passed on. `look`: picklable, gives
    what must be the same on all workers of a cluster as here, by name. Raises ConfigError when the executor cannot be had,
    ServiceError when a cluster fails.
    """
    if options.executor == "dask":
        from mitotransfer.runner.cluster import cluster_map

        yield from cluster_map(function, items, options, look)
    elif options.executor == "processes":
        yield from crew_map(function, items, options, options.workers, options.workers * _WINDOW)
    elif options.article_seconds or options.article_memory:
        # in a child process as well: no signal of our own can end a loop in C, nor does anything outlive a crash there
        yield from crew_map(function, items, options, 1, 1)
    else:
        for item in items:
            try:
                result: Result | Lost = function(item)
            except MemoryError:
                result = no_memory(0)
            yield item, result
