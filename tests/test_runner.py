"""Executors: order, laziness, exceptions, and a worker that dies."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.runner import run_map


def square(number: int) -> int:
    return number * number


def die_at_three(number: int) -> int:
    if number == 3:
        os._exit(9)
    return number


def refuse_two(number: int) -> int:
    if number == 2:
        raise ConfigError("two is wrong")
    return number


def test_serial_is_lazy_and_in_order() -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(5):
            asked.append(number)
            yield number

    results = run_map(square, items(), executor="serial", workers=1)
    assert next(results) == (0, 0)
    assert asked == [0]
    assert list(results) == [(1, 1), (2, 4), (3, 9), (4, 16)]


def test_serial_passes_an_exception_on() -> None:
    with pytest.raises(ConfigError, match="two is wrong"):
        list(run_map(refuse_two, range(4), executor="serial", workers=1))


def test_nothing_to_do_starts_no_process() -> None:
    assert list(run_map(square, [], executor="processes", workers=2)) == []


def test_processes_keep_the_order_and_do_not_read_ahead_without_end() -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for number in range(40):
            asked.append(number)
            yield number

    results = run_map(square, items(), executor="processes", workers=2)
    assert next(results) == (0, 0)
    assert len(asked) <= 10
    assert list(results) == [(n, n * n) for n in range(1, 40)]


def test_processes_pass_an_exception_on() -> None:
    with pytest.raises(ConfigError, match="two is wrong"):
        list(run_map(refuse_two, range(4), executor="processes", workers=1))


def test_item_that_kills_its_worker_is_the_only_one_without_result() -> None:
    """Its neighbours were in flight in the same pool and died with it: they are done again."""
    results = list(run_map(die_at_three, range(12), executor="processes", workers=1))
    assert results == [(n, None if n == 3 else n) for n in range(12)]
