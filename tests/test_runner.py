"""Executors: order, laziness, exceptions, and workers that crash, hang or run out of memory."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.runner import Lost, run_map
from mitotransfer.runner.crew import Crew, Task
from mitotransfer.settings import RunSettings

IN_THIS_PROCESS = RunSettings("serial", article_seconds=0)
SERIAL = RunSettings("serial")
ONE = RunSettings("processes", 1)
TWO = RunSettings("processes", 2)
EXECUTORS = pytest.mark.parametrize("options", [SERIAL, ONE, TWO], ids=["serial", "one process", "two processes"])


def square(number: int) -> int:
    return number * number


def slowly_at_first(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)
    return number


def exit_at_three(number: int) -> int:
    if number == 3:
        os._exit(9)
    return number


def crash_at_three(number: int) -> int:
    """What a bug in a library in C does."""
    if number == 3:
        faulthandler.disable()  # pytest's, which would tell of it at length
        ctypes.string_at(0)
    return number


def hang_at_three(number: int) -> int:
    """In one call of C that no signal handler of Python ends."""
    if number == 3:
        sum(range(10**12))
    return number


def stop_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGSTOP)
    return number


def eat_at_three(number: int) -> int:
    return len(bytearray(2**40)) if number == 3 else number


def refuse_two(number: int) -> int:
    if number == 2:
        raise ConfigError("two is wrong")
    return number


class Unreadable:
    """What pickle can write and not read."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __str__(self) -> str:
        return self.words

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (int, ("no number",))


def refuse_unreadably(number: int) -> int:
    raise ValueError(Unreadable(f"{number} is wrong"))


def large(number: int) -> bytes:
    return bytes([number]) * 3_000_000


def process_of(_: object) -> int:
    return os.getpid()


class DieOnce:
    """Kills its worker at an item the first time only: what the machine does when others eat its memory."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, number: int) -> int:
        if number == 3 and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number


def counted(count: int, asked: list[int]) -> Iterator[int]:
    for number in range(count):
        asked.append(number)
        yield number


def every(function: Callable[[int], Any], items: Iterable[int], options: RunSettings) -> list[tuple[int, Any]]:
    return list(run_map(function, items, options))


@pytest.mark.parametrize("options", [IN_THIS_PROCESS, SERIAL], ids=["in this process", "in a child"])
def test_serial_is_lazy_and_in_order(options: RunSettings) -> None:
    asked: list[int] = []
    results = run_map(square, counted(5, asked), options)
    assert next(results) == (0, 0)
    assert asked == [0]
    assert list(results) == [(1, 1), (2, 4), (3, 9), (4, 16)]


def test_serial_without_limits_stays_in_this_process() -> None:
    assert every(process_of, [0], IN_THIS_PROCESS) == [(0, os.getpid())]
    assert every(process_of, [0], SERIAL) != [(0, os.getpid())]


@pytest.mark.parametrize("options", [IN_THIS_PROCESS, SERIAL, TWO], ids=["in this process", "in a child", "two processes"])
def test_an_exception_is_passed_on_after_the_results_before_it(options: RunSettings) -> None:
    results = run_map(refuse_two, range(4), options)
    assert [next(results), next(results)] == [(0, 0), (1, 1)]
    with pytest.raises(ConfigError, match="two is wrong"):
        next(results)


def test_an_exception_that_cannot_be_read_back_is_told_all_the_same() -> None:
    with pytest.raises(RuntimeError, match="0 is wrong"):
        every(refuse_unreadably, range(2), SERIAL)


@EXECUTORS
def test_nothing_to_do_is_done(options: RunSettings) -> None:
    assert every(square, [], options) == []


def test_processes_keep_the_order_and_do_not_read_ahead_without_end() -> None:
    asked: list[int] = []
    results = run_map(slowly_at_first, counted(100, asked), TWO)
    assert next(results) == (0, 0)
    assert len(asked) <= 32
    assert list(results) == [(n, n) for n in range(1, 100)]


def test_results_larger_than_a_pipe_come_whole() -> None:
    assert every(large, range(5), TWO) == [(n, bytes([n]) * 3_000_000) for n in range(5)]


def assert_three_alone_is_lost(results: list[tuple[int, Any]], code: str, reason: str) -> None:
    assert [(n, result) for n, result in results if n != 3] == [(n, n) for n in range(8) if n != 3]
    lost = results[3][1]
    assert isinstance(lost, Lost)
    assert (lost.code, reason in lost.reason) == (code, True), lost


@EXECUTORS
@pytest.mark.parametrize(("function", "how"), [(exit_at_three, "exit status 9"), (crash_at_three, "SIGSEGV")])
def test_item_that_kills_its_worker_is_the_only_one_lost(options: RunSettings, function: Callable[[int], int], how: str) -> None:
    assert_three_alone_is_lost(every(function, range(8), options), "worker-killed", how)


@pytest.mark.parametrize(
    ("options", "function"),
    [(SERIAL, hang_at_three), (ONE, hang_at_three), (TWO, hang_at_three), (TWO, stop_at_three)],
    ids=["serial", "one process", "two processes", "a stopped process"],
)
def test_item_that_hangs_is_the_only_one_lost(options: RunSettings, function: Callable[[int], int]) -> None:
    quick = msgspec.structs.replace(options, article_seconds=1.5)
    assert_three_alone_is_lost(every(function, range(8), quick), "too-slow", "longer than 1.5 s (run.article_seconds)")


@pytest.mark.parametrize("options", [IN_THIS_PROCESS, SERIAL, TWO], ids=["in this process", "in a child", "two processes"])
def test_item_that_eats_the_memory_is_the_only_one_lost(options: RunSettings) -> None:
    assert_three_alone_is_lost(every(eat_at_three, range(8), options), "out-of-memory", "needs more memory than there is")


def test_memory_has_a_limit_of_its_own() -> None:
    def eat(number: int) -> int:
        return len(bytearray(2**32)) if number == 3 else number  # which a machine may well have

    results = every(eat, range(8), RunSettings("serial", article_memory=3000))
    assert_three_alone_is_lost(results, "out-of-memory", "3000 MB (run.article_memory)")


@EXECUTORS
def test_item_whose_worker_was_killed_by_others_is_done_again(options: RunSettings, tmp_path: Path) -> None:
    assert every(DieOnce(tmp_path / "mark"), range(8), options) == [(n, n) for n in range(8)]
    assert (tmp_path / "mark").exists()


def test_worker_killed_while_idle_costs_nothing() -> None:
    with Crew(process_of, ONE, 1) as crew:
        for _ in range(2):
            task = Task(0)
            crew.give(task)
            while not task.known:
                crew.wait()
            os.kill(task.outcome(), signal.SIGKILL)
            assert task.tries == 1
            time.sleep(0.05)


def test_workers_end_when_results_are_no_longer_wanted() -> None:
    results = run_map(process_of, range(100), TWO)
    workers = {next(results)[1] for _ in range(40)}
    results.close()  # type: ignore[attr-defined]
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_new_interpreters_do_the_same_where_forks_are_out_of_place() -> None:
    """On other systems than Linux, and beside the threads of a Dask worker."""
    with Crew(exit_at_three, ONE, 1, fork=False) as crew:
        tasks = [Task(number) for number in (2, 3, 4)]
        for task in tasks:
            crew.give(task)
        while not all(task.known for task in tasks):
            crew.wait()
    assert [task.outcome() for task in tasks] == [2, Lost("worker-killed", tasks[1].outcome().reason), 4]


def test_time_is_not_told_by_the_clock_on_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be set back or forth in the midst of a run: no item becomes slow by that, and a slow one stays it."""
    hands = iter([1e9, 0.0] * 1000)
    monkeypatch.setattr(time, "time", lambda: next(hands))
    options = RunSettings("processes", 2, article_seconds=1.5)
    assert_three_alone_is_lost(every(hang_at_three, range(8), options), "too-slow", "1.5 s")


def test_threads_elsewhere_do_not_matter() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert every(square, range(4), TWO) == [(n, n * n) for n in range(4)]
    finally:
        done.set()
        thread.join()


class Telling:
    """Says through a pipe which item it works on."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __call__(self, number: int) -> int:
        os.write(self.descriptor, bytes([number]))
        return number


def test_worker_has_the_next_item_at_hand_while_nobody_waits_for_it() -> None:
    reading, writing = os.pipe()
    tasks = [Task(number) for number in (1, 2, 3)]
    with Crew(Telling(writing), ONE, 1) as crew:
        for task in tasks:
            crew.give(task)
        begun = [os.read(reading, 1)[0] for _ in range(2) if select.select([reading], [], [], 30)[0]]
        assert begun == [1, 2]
        assert not select.select([reading], [], [], 0)[0]  # and no more than the next
        while not tasks[-1].known:
            crew.wait()
    assert [task.outcome() for task in tasks] == [1, 2, 3]
    os.close(reading)
    os.close(writing)
