"""The Dask executor on real clusters of this machine: same outputs, and what happens when its parts are killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer import stages
from mitotransfer.errors import ConfigError, ServiceError
from mitotransfer.runner import Lost, cluster, run_map
from mitotransfer.settings import RunSettings
from small import jats, run, secretion, tables_of, tables_only
from workloads import (
    TakeTheWorkerAlong,
    another_version,
    misbehave,
    process_of,
    refuse_two,
    slowly,
    square,
)

distributed = pytest.importorskip("distributed")
_ROOT = Path(__file__).resolve().parent


class Cluster:
    """A scheduler and its workers, each a process that can be killed."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        port = self.address.rpartition(":")[2]
        self.processes = [self._start("scheduler", "--host", "127.0.0.1", "--port", port)]

    def add_worker(self, *, nanny: bool = True, **environment: str) -> subprocess.Popen[bytes]:
        nannied = "--nanny" if nanny else "--no-nanny"
        self.processes.append(self._start("worker", self.address, "--nthreads", "1", nannied, **environment))
        return self.processes[-1]

    def _start(self, kind: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"],
            env={**os.environ, "PYTHONPATH": paths, "NO_PROXY": "*", **environment},
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def kill_scheduler(self) -> None:
        self.processes[0].kill()

    def options(self, **more: Any) -> RunSettings:
        return RunSettings("dask", scheduler=self.address, **more)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def empty() -> Iterator[Cluster]:
    started = Cluster()
    yield started
    started.end()


@pytest.fixture(scope="module")
def standing() -> Iterator[Cluster]:
    """One for all tests that leave it as it is."""
    started = Cluster()
    started.add_worker()
    started.add_worker()
    yield started
    started.end()


def test_results_come_in_order_and_few_are_in_flight(standing: Cluster) -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            yield number

    results = run_map(square, items(), standing.options())
    assert next(results) == (0, 0)
    assert len(asked) <= 2 * 4  # the first tasks have one item each
    assert list(results) == [(n, n * n) for n in range(1, 100)]


def test_tasks_grow_so_that_few_items_are_spread_and_many_cost_little(standing: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    submit = cluster._Cluster._submit

    def counted(self: Any, work: Any, items: Any) -> Any:
        sizes.append(len(items))
        return submit(self, work, items)

    monkeypatch.setattr(cluster._Cluster, "_submit", counted)
    assert [result for _, result in run_map(square, range(2000), standing.options())] == [n * n for n in range(2000)]
    assert sizes[:8] == [1] * 8
    assert sizes == sorted(sizes[:-1]) + sizes[-1:] and max(sizes) == 16 and len(sizes) < 250


def test_exception_is_passed_on(standing: Cluster) -> None:
    with pytest.raises(ConfigError, match="two is wrong"):
        list(run_map(refuse_two, range(4), standing.options()))


def test_items_that_misbehave_are_named_and_the_rest_is_done(standing: Cluster) -> None:
    options = standing.options(article_seconds=2.0)
    results = dict(run_map(misbehave, range(10), options))
    codes = {number: result.code for number, result in results.items() if isinstance(result, Lost)}
    assert codes == {3: "worker-killed", 5: "too-slow", 7: "out-of-memory"}
    assert [results[n] for n in range(10) if n not in codes] == [0, 1, 2, 4, 6, 8, 9]
    local = dict(run_map(misbehave, range(10), RunSettings("processes", 2, article_seconds=2.0)))
    assert results == local


def test_processes_of_a_stage_end_with_it(standing: Cluster) -> None:
    pids = {pid for _, pid in run_map(process_of, range(20), standing.options())}
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_worker_killed_in_the_midst_loses_nothing_and_doubles_nothing(empty: Cluster) -> None:
    workers = [empty.add_worker(nanny=False) for _ in range(2)]
    done = []
    for item, result in run_map(slowly, range(60), empty.options()):
        done.append((item, result))
        if len(done) == 10:
            workers[0].kill()
    assert done == [(n, n) for n in range(60)]


def test_item_that_takes_workers_along_is_named_and_the_rest_is_done(standing: Cluster, tmp_path: Path) -> None:
    once = TakeTheWorkerAlong(3, tmp_path / "mark")
    assert dict(run_map(once, range(8), standing.options())) == {n: n for n in range(8)}
    results = dict(run_map(TakeTheWorkerAlong(3), range(8), standing.options()))
    assert isinstance(results[3], Lost) and results[3].code == "worker-killed"
    assert {n: result for n, result in results.items() if n != 3} == {n: n for n in range(8) if n != 3}


def test_scheduler_that_is_killed_is_told_in_one_line(empty: Cluster) -> None:
    empty.add_worker()
    results = run_map(slowly, range(200), empty.options())
    assert next(results) == (0, 0)
    empty.kill_scheduler()
    with pytest.raises(ServiceError, match=r"scheduler tcp://.* is gone .*the same command goes on from there"):
        list(results)


def test_no_scheduler_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", "127.0.0.1"):
        with pytest.raises(ServiceError, match=f"no Dask scheduler answers at '{address}'"):
            list(run_map(square, [1], RunSettings("dask", scheduler=address)))


def test_scheduler_without_workers_is_not_waited_for_without_end(empty: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    with pytest.raises(ServiceError, match="has had no workers for"):
        list(run_map(square, [1], empty.options()))


def test_workers_that_all_go_are_not_waited_for_without_end(empty: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = empty.add_worker(nanny=False)
    results = run_map(slowly, range(200), empty.options())
    next(results)
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    monkeypatch.setattr(cluster, "_GLANCE", 0.1)
    worker.kill()
    with pytest.raises(ServiceError, match="has had no workers for"):
        list(results)


def test_worker_of_another_version_is_refused(empty: Cluster) -> None:
    empty.add_worker(MADE_UP_HOST="there")
    with pytest.raises(ConfigError, match=r"the worker tcp://.* has mitotransfer 0.1 of there, this run 0.1 of here"):
        list(run_map(square, range(4), empty.options(), another_version))


def test_worker_of_another_version_that_joins_late_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"a worker of the Dask cluster has mitotransfer 0.1 of here, this run 0.2"):
        cluster.on_worker(square, RunSettings(), "stage", another_version, {"mitotransfer": "0.2"}, [1])


def test_worker_without_the_program_is_refused(empty: Cluster) -> None:
    empty.add_worker(PYTHONPATH="")  # in which what the test asks for cannot be imported
    with pytest.raises(ConfigError, match=r"cannot run this version of mitotransfer .*No module named 'workloads'"):
        list(run_map(square, range(4), empty.options(), another_version))


def test_dask_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'mitotransfer\[dask\]'"):
        list(run_map(square, [1], RunSettings("dask")))


@pytest.mark.slow
def test_tables_are_the_same_on_a_cluster(standing: Cluster, tmp_path: Path) -> None:
    """On one that stands, and on one started for the run."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, donor in enumerate(("Astrocyte", "Platelet", "Macrophage", "MSC", "Hepatocyte"), 1):
        (folder / f"PMC99900{number}.xml").write_text(secretion(donor, pmcid=f"PMC99900{number}"))
    (folder / "PMC999006.xml").write_text(jats("<p>", pmcid="PMC999006"))
    run(tmp_path / "serial", folder)
    named = msgspec.structs.replace(tables_only(), run=standing.options())
    own = msgspec.structs.replace(tables_only(), run=RunSettings("dask", workers=1))
    for name, settings in (("named", named), ("own", own)):
        stages.run([str(folder)], tmp_path / name, settings)
        assert tables_of(tmp_path / name) == tables_of(tmp_path / "serial")
