"""A Dask cluster: the same function on its workers, results in the order of items. The only module that knows Dask."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import islice
from typing import Any, Generic

from mitotransfer.errors import ConfigError, ServiceError
from mitotransfer.runner.child import Item, Lost, Result
from mitotransfer.runner.crew import Crew, Task
from mitotransfer.settings import RunSettings

Look = Callable[[], Mapping[str, str]]

_WINDOW = 4  # tasks in flight per thread of the cluster: results do not pile up, and a slow one keeps few others waiting
_MOST = 16  # items in a task: each task costs the scheduler and this process some milliseconds, as much as an article
_CONNECT = 30.0  # seconds for a scheduler to answer
_GLANCE = 10.0  # seconds after which it is asked whether there are workers at all
_PATIENCE = 300.0  # seconds without any, after which the run gives up

_crews: dict[int, tuple[str, Crew[Any]]] = {}  # on a worker: the process of each of its threads, and the stage it is for


def cluster_map(
    function: Callable[[Item], Result], items: Iterable[Item], options: RunSettings, look: Look
) -> Iterator[tuple[Item, Result | Lost]]:
    """Each item with its result or loss, in the order of items.

    Each thread of a worker keeps a process of its own, which loads the model once and may die with an article. What a worker had
    in work when it died is done elsewhere; an item that takes worker after worker with it is lost. `look` gives what must be the
    same on all workers as here. Raises ConfigError when Dask is not installed or a worker differs, ServiceError when the
    scheduler is out of reach, goes away, or has no workers for long.
    """
    distributed = _library()
    with _client(distributed, options) as client:
        place = options.scheduler or "of this machine"
        cluster: _Cluster[Item] = _Cluster(distributed, client, place)
        expected = look()
        cluster.check(look, expected)
        stage = uuid.uuid4().hex
        work = partial(on_worker, function, options, stage, look, expected)
        try:
            yield from cluster.results(work, items)
        finally:
            if client.status == "running":
                with suppress(OSError, CancelledError):  # gone just now: processes without work end by themselves
                    client.run(dismiss, stage)


def on_worker(
    function: Callable[[Item], object],
    options: RunSettings,
    stage: str,
    look: Look,
    expected: Mapping[str, str],
    items: Sequence[Item],
) -> list[Any]:
    """What a thread of a worker does: its process works on the items. Returns their results or losses."""
    thread = threading.get_ident()
    at_work = _crews.get(thread)
    if at_work is None or at_work[0] != stage:
        if at_work:
            at_work[1].end()
        _refuse(look(), expected, "a worker")  # it may have joined late
        at_work = _crews[thread] = (stage, Crew(function, options, 1, fork=False))
    tasks = [Task(item) for item in items]
    for task in tasks:
        at_work[1].give(task)
    while not tasks[-1].known:  # one process takes them in their order
        at_work[1].wait()
    return [task.outcome() for task in tasks]


def dismiss(stage: str) -> None:
    """Ends the processes of a stage on a worker."""
    for thread, (name, crew) in list(_crews.items()):
        if name == stage:
            crew.end()
            del _crews[thread]


def _refuse(found: Mapping[str, str], expected: Mapping[str, str], who: str) -> None:
    for name, version in expected.items():
        if found.get(name) != version:
            raise ConfigError(f"{who} of the Dask cluster has {name} {found.get(name, 'unknown')}, this run {version}")


class _Cluster(Generic[Item]):
    """A client and what may go wrong with what it is connected to."""

    def __init__(self, distributed: Any, client: Any, place: str) -> None:
        self.distributed = distributed
        self.client = client
        self.place = place

    def check(self, look: Look, expected: Mapping[str, str]) -> None:
        """Raises ConfigError when a worker has another version or other files, ServiceError when there are no workers."""
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise self._no_workers() from error
        with self._talking():
            answers = self.client.run(look, on_error="return")
        for worker, found in answers.items():
            if isinstance(found, Exception):
                reason = f"{type(found).__name__}: {found}"
                raise ConfigError(f"the worker {worker} of the Dask cluster cannot run this version of mitotransfer ({reason})")
            _refuse(found, expected, f"the worker {worker}")

    def results(self, work: Callable[[Sequence[Item]], list[Any]], items: Iterable[Item]) -> Iterator[tuple[Item, Any]]:
        """Items with results, in order; so many are in flight as suit the number of threads that the cluster has just then.

        Tasks begin with one item and grow, so that few items are spread over all threads as well.
        """
        waiting = iter(items)
        pending: deque[tuple[list[Item], Any]] = deque()
        window, counted, given = self._window(), time.monotonic(), 0
        while True:
            if time.monotonic() - counted > _GLANCE:
                window, counted = self._window(), time.monotonic()
            while len(pending) < window and (some := list(islice(waiting, min(_MOST, 1 + given // window)))):
                pending.append((some, self._submit(work, some)))
                given += 1
            if not pending:
                return
            some, future = pending[0]
            try:
                results = self._result(future)
            except self.distributed.KilledWorker:
                results = self._one_by_one(work, some, [other for _, other in pending if other is not future])
            pending.popleft()
            yield from zip(some, results, strict=True)

    def _one_by_one(self, work: Callable[[Sequence[Item]], list[Any]], items: Sequence[Item], others: list[Any]) -> list[Any]:
        """Workers died with these items, perhaps by others' fault: each is tried once more while nothing else is in flight."""
        for other in others:
            with suppress(self.distributed.KilledWorker, ConfigError):  # raised in their turn
                self._result(other)
        return [self._alone(work, item) for item in items]

    def _alone(self, work: Callable[[Sequence[Item]], list[Any]], item: Item) -> Any:
        try:
            return self._result(self._submit(work, [item]))[0]
        except self.distributed.KilledWorker:
            return Lost("worker-killed", "killed several workers of the Dask cluster (memory or a crash in a library)")

    def _submit(self, work: Callable[[Sequence[Item]], list[Any]], items: Sequence[Item]) -> Any:
        with self._talking():
            return self.client.submit(work, items, pure=False)

    def _result(self, future: Any) -> Any:
        alone_since: float | None = None
        while True:
            try:
                with self._talking():
                    return future.result(timeout=_GLANCE)
            except TimeoutError:
                if self._window(at_least=0):
                    alone_since = None
                elif alone_since is None:
                    alone_since = time.monotonic()
                elif time.monotonic() - alone_since > _PATIENCE:
                    raise self._no_workers() from None

    def _window(self, at_least: int = 1) -> int:
        with self._talking():
            threads = sum(int(count) for count in self.client.nthreads().values())
        return max(at_least, threads) * _WINDOW

    def _no_workers(self) -> ServiceError:
        return ServiceError(f"the Dask scheduler {self.place} has had no workers for {_PATIENCE:.0f} s; {_GO_ON}")

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Errors of the connection become a ServiceError; a TimeoutError, which only says "not yet", and a worker's pass."""
        try:
            yield
        except TimeoutError:
            raise
        except (CancelledError, OSError) as error:
            raise ServiceError(f"the Dask scheduler {self.place} is gone ({type(error).__name__}); {_GO_ON}") from error


_GO_ON = "what is done is kept, and the same command goes on from there"


def _library() -> Any:
    try:
        import dask
    except ImportError as error:
        raise ConfigError("the executor dask needs Dask: pip install 'mitotransfer[dask]'") from error
    if not dask.config.get("logging", None):  # what its user should know of a cluster is told by us
        dask.config.set(logging={"distributed": "critical", "distributed.client": "critical"})
    try:
        import distributed
    except ImportError as error:
        raise ConfigError("the executor dask needs Dask: pip install 'mitotransfer[dask]'") from error
    return distributed


@contextmanager
def _client(distributed: Any, options: RunSettings) -> Iterator[Any]:
    """A client of the scheduler that is named, else of workers on this machine, which end with the context."""
    with ExitStack() as stack:
        address: Any = options.scheduler
        try:
            if not address:
                address = stack.enter_context(_local(distributed, options.workers))
            client = stack.enter_context(distributed.Client(address, timeout=_CONNECT, set_as_default=False))
        except (OSError, ValueError, RuntimeError) as error:
            where = f"at '{options.scheduler}'" if options.scheduler else "on this machine"
            raise ServiceError(f"no Dask scheduler answers {where} ({error})") from error
        yield client


def _local(distributed: Any, workers: int) -> Any:
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # any port that is free, and not for the network to see
        memory_limit=None,  # theirs would not count the processes that do the work; run.article_memory does
        silence_logs=logging.CRITICAL,
    )
