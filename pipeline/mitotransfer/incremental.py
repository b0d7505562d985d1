"""One loop for every per-article stage: redo what changed, keep the rest, drop what is gone, count it all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import msgspec

from mitotransfer import __version__
from mitotransfer.runner import Lost, run_map
from mitotransfer.settings import RunSettings
from mitotransfer.store import Shards, source_version, tree_version

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
    """What is made of an input: what came of it (done, dropped or failed) and the encoded payload."""

    outcome: str
    payload: bytes


class Job(NamedTuple, Generic[Argument]):
    """One input of a stage: its shard's name, the key of its content, settings and program, and what the worker gets."""

    name: str
    key: str
    argument: Argument


class Came(NamedTuple):
    """What a worker hands back of a job, whose shard it has written: its outcome, and whether it was there already."""

    outcome: str
    reused: bool


def run_jobs(
    jobs: Iterable[Job[Argument]],
    work: Callable[[Argument], Result],
    target: Shards,
    options: RunSettings,
    lost: Callable[[Job[Argument], Lost], Result],
    needs: Sequence[Path] = (),
) -> Counts:
    """Runs `work` on every job whose shard is absent, damaged or of another key; removes shards without a job.

    Workers read and write shards themselves, so that this process has little to do, however many there are. `lost` gives the
    result for a job that no worker survived or that took too long; it is tried again in the next run. `needs`: files and folders
    that must be the same for all workers. Raises OutputError, ConfigError, ServiceError; what was done before is kept.
    """
    started = time.perf_counter()
    names: list[str] = []
    outcomes: Counter[str] = Counter()
    reused = 0

    def named() -> Iterator[Job[Argument]]:
        for job in jobs:
            names.append(job.name)
            yield job

    for job, came in run_map(partial(_done, work, target), named(), options, partial(installation, *needs)):
        if isinstance(came, Lost):
            made = lost(job, came)
            target.write(job.name, _TRY_AGAIN, made.outcome, made.payload)
            outcomes[made.outcome] += 1
        else:
            outcomes[came.outcome] += 1
            reused += came.reused
    removed = target.close(names)
    return Counts.of(outcomes, started, reused=reused, removed=removed)


def installation(*needs: Path) -> dict[str, str]:
    """What workers elsewhere must have in common with this process: the program and the content of these files and folders."""
    found = {"mitotransfer": f"{__version__} ({source_version('.')[:12]})"}
    return found | {str(path): tree_version(path)[:12] if path.exists() else "absent" for path in needs}


def _done(work: Callable[[Argument], Result], target: Shards, job: Job[Argument]) -> Came:
    if (outcome := target.outcome(job.name, job.key)) is not None:
        return Came(outcome, reused=True)
    made = work(job.argument)
    target.write(job.name, job.key, made.outcome, made.payload)
    return Came(made.outcome, reused=False)
