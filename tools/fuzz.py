"""Odd inputs for the readers, until time is up: whatever they are, there is a result or an error of our own.

    python tools/fuzz.py TARGET --minutes N [--seed S] [--corpus DIR]

TARGET: jats, bioc, tables (headers and cells), ids (lists of ids), decisions (the log, tables edited by hand). Seeds are the
project's own samples, with `--corpus` also the files of a directory; an input that gives a result of a new kind becomes a seed.
Each input is read in a child process with 1 GiB of memory above what it began with. A finding is any exception but our own, a
broken promise (`tests/sound.py`), more than 10 seconds of CPU time, no memory, a death, or no answer. The first of each cause
is made smaller and saved with its traceback in build/fuzz/TARGET. `--minutes` are CPU time of making inputs and of reading them
together, as a fuzzer in one process counts. Prints inputs a second, both times and findings; exit status 1 when there are any.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fuzz_targets import NAMES, ROOT, Target, target
from mitotransfer.errors import MitotransferError
from mutations import MOST_BYTES, Mutator

SECONDS = 10.0
MEMORY = 1 << 30
_WAIT = 3  # times SECONDS of CPU time before a child without answer is killed
_ASLEEP = 60  # times SECONDS on the clock before one that does nothing is: the machine may be busy, or at rest
_TRIES = 400  # to make one input smaller
_MOST_SEEDS = 2000


class Outcome(NamedTuple):
    """What came of one input: `cause` names a fault and is empty where there is none; `said` is what kind of result it was."""

    cause: str = ""
    said: frozenset[str] = frozenset()
    details: str = ""
    seconds: float = 0.0


def attempt(found: Target, name: str, data: bytes) -> Outcome:
    """Reads one input in this process."""
    began = time.process_time()
    cause = details = ""
    said: frozenset[str] = frozenset()
    try:
        said = found.read(name, data)
    except MitotransferError as error:
        said = frozenset({f"{type(error).__name__} {getattr(error, 'code', '')}"})
        if not str(error):
            cause = "an error without a message"
    except Exception as error:  # noqa: BLE001  that is what is looked for
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "mitotransfer" in frame.filename] or [None]
        place = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours[-1] else ""
        said_so = " ".join(str(error).split()[:3]) if isinstance(error, AssertionError) else ""
        cause = " ".join(filter(None, (type(error).__name__, said_so, place)))
        details = traceback.format_exc()
    seconds = time.process_time() - began
    if not cause and seconds > SECONDS:
        cause, details = "slow", f"{seconds:.1f} s of CPU time"
    return Outcome(cause, said, details, seconds)


class Child:
    """The process that reads, started anew whenever it died."""

    def __init__(self, found: Target) -> None:
        self.found = found
        self._context = multiprocessing.get_context("fork")
        self._start()

    def _start(self) -> None:
        self._pipe, other = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(self.found, other, self._pipe), daemon=True)
        self._process.start()
        other.close()

    def read(self, name: str, data: bytes) -> Outcome:
        """What came of one input."""
        try:
            self._pipe.send((name, data))
            began, used = time.monotonic(), self._cpu()
            while self._cpu() - used < SECONDS * _WAIT and time.monotonic() - began < SECONDS * _ASLEEP:
                if self._pipe.poll(SECONDS):
                    answer: Outcome = self._pipe.recv()
                    return answer
            cause = "no answer"
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join()
            cause = f"died with {self._process.exitcode}"
        self.stop()
        self._start()
        return Outcome(cause, details=cause, seconds=SECONDS)

    def _cpu(self) -> float:
        """Seconds of CPU time of the process so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(found: Target, pipe: multiprocessing.connection.Connection, other: multiprocessing.connection.Connection) -> None:
    other.close()
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            name, data = pipe.recv()
        except EOFError:
            os._exit(0)
        pipe.send(attempt(found, name, data))


def smaller(child: Child, name: str, data: bytes, cause: str) -> bytes:
    """The input with as much taken out as leaves its fault, piece by piece; a bounded number of tries."""
    tries, size = 0, len(data) // 2
    limit = 20 if cause in ("slow", "no answer") else _TRIES  # each takes long
    while size and tries < limit:
        at = 0
        while at < len(data) and tries < limit:
            less = data[:at] + data[at + size :]
            tries += 1
            if child.read(name, less).cause == cause:
                data = less
            else:
                at += size
        size //= 2
    return data


def fuzz(options: argparse.Namespace, found: Target) -> Counter[str]:
    """Feeds a target; returns how often each cause was met."""
    seeds = list(found.seeds)
    if options.corpus:
        paths = sorted(path for path in options.corpus.iterdir() if path.is_file() and path.stat().st_size < MOST_BYTES)
        seeds += [(path.name, path.read_bytes()) for path in paths]
    mutator = Mutator([data for _, data in seeds], options.seed)
    out = ROOT / "build" / "fuzz" / options.target
    causes: Counter[str] = Counter()
    known: set[frozenset[str]] = set()
    child = Child(found)
    began, made, used, read, slowest = time.monotonic(), time.process_time(), 0.0, 0, 0.0
    waiting = list(seeds)  # unchanged ones first
    while used + time.process_time() - made < options.minutes * 60:
        if waiting:
            name, data = waiting.pop()
        else:
            name, data = mutator.random.choice(seeds)
            data = mutator.change(data)
        outcome = child.read(name, data)
        read += 1
        used += outcome.seconds
        slowest = max(slowest, outcome.seconds)
        if outcome.cause:
            causes[outcome.cause] += 1
            if causes[outcome.cause] == 1:
                _save(out, len(causes), name, smaller(child, name, data, outcome.cause), outcome)
        elif outcome.said not in known:
            known.add(outcome.said)
            if len(seeds) < _MOST_SEEDS and len(data) < MOST_BYTES // 4:
                seeds.append((name, data))
    child.stop()
    clock, whole = time.monotonic() - began, used + time.process_time() - made
    times = f"{whole / 60:.1f} CPU minutes, {used / 60:.1f} of them in the reader"
    print(f"{options.target}: {read:,} inputs, {times}, {read / whole:.0f} inputs a CPU second ({clock:.0f} s)")
    print(f"{len(known)} kinds of result; the slowest input took {slowest:.2f} s; {len(causes)} causes")
    return causes


def _save(out: Path, number: int, name: str, data: bytes, outcome: Outcome) -> None:
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{number:02}-{name}"
    path.write_bytes(data)
    path.with_name(path.name + ".why").write_text(f"{outcome.cause}\n\n{outcome.details}", encoding="utf-8", errors="replace")
    print(f"finding {outcome.cause}: {path.relative_to(ROOT)} ({len(data):,} bytes)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        causes = fuzz(options, target(options.target, Path(folder)))
    for cause, times in causes.most_common():
        print(f"{times:7,} times {cause}")
    sys.exit(1 if causes else 0)


if __name__ == "__main__":
    main()
