"""One loop for every per-article stage: redo what changed, keep the rest, drop what is gone, count it all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Generic, NamedTuple, TypeVar

import msgspec

from mitotransfer.runner import run_map
from mitotransfer.settings import RunSettings
from mitotransfer.store import Shards

Argument = TypeVar("Argument")
_TRY_AGAIN = "-"  # a key no job has: what killed a worker (memory) may not do so again


class Counts(msgspec.Struct):
    """What a stage did with its inputs: `asked == done + dropped + failed`; `reused` of them were not redone."""

    asked: int = 0
    done: int = 0
    dropped: int = 0
    failed: int = 0
    reused: int = 0
    removed: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, outcomes: Counter[str], started: float, *, reused: int = 0, removed: int = 0) -> Counts:
        """Counts from outcomes (done, dropped, failed) and a `perf_counter` reading of the stage's start."""
        known = {name: outcomes[name] for name in ("done", "dropped", "failed")}
        seconds = round(time.perf_counter() - started, 3)
        return cls(asked=outcomes.total(), reused=reused, removed=removed, seconds=seconds, **known)

    def __str__(self) -> str:
        reused = f", {self.reused} unchanged since the last run" if self.reused else ""
        return f"{self.asked} in = {self.done} done + {self.dropped} dropped + {self.failed} failed{reused}"


class Result(NamedTuple):
    """What a worker hands back: what came of the input (done, dropped or failed) and the encoded payload."""

    outcome: str
    payload: bytes


class Job(NamedTuple, Generic[Argument]):
    """One input of a stage: its shard's name, the key of its content, settings and program, and what the worker gets."""

    name: str
    key: str
    argument: Argument


def run_jobs(
    jobs: Iterable[Job[Argument]],
    work: Callable[[Argument], Result],
    target: Shards,
    options: RunSettings,
    killed: Callable[[Job[Argument]], Result],
) -> Counts:
    """Runs `work` on every job whose shard is absent, damaged or of another key; removes shards without a job.

    `killed` gives the result for a job that took its worker process down; such a job is tried again in the next run.
    """
    started = time.perf_counter()
    names: list[str] = []
    outcomes: Counter[str] = Counter()
    reused = 0

    def stale() -> Iterator[Job[Argument]]:
        nonlocal reused
        for job in jobs:
            names.append(job.name)
            if (outcome := target.outcome(job.name, job.key)) is None:
                yield job
            else:
                outcomes[outcome] += 1
                reused += 1

    for job, result in run_map(partial(_on_argument, work), stale(), executor=options.executor, workers=options.workers):
        made = result or killed(job)
        target.write(job.name, job.key if result else _TRY_AGAIN, made.outcome, made.payload)
        outcomes[made.outcome] += 1
    removed = target.close(names)
    return Counts.of(outcomes, started, reused=reused, removed=removed)


def _on_argument(work: Callable[[Argument], Result], job: Job[Argument]) -> Result:
    return work(job.argument)
