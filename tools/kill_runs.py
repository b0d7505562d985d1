"""Kills runs and workers at random moments (SIGKILL) and compares the tables with those of an undisturbed run, byte for byte.

    python tools/kill_runs.py DIR [--runs 10] [--workers-killed 10] [--seed 1] [--executor processes] [--workers 2]

A killed run is started again by the same command and must end with the same tables, leaving no half-written file and no lock.
A run whose worker is killed must end by itself, with the same exit status and tables. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TABLES = "*.csv"


def command(arguments: argparse.Namespace, out: Path) -> list[str]:
    run = [sys.executable, "-W", "ignore", "-m", "mitotransfer", "run", str(arguments.directory), "--out", str(out)]
    return [*run, "--executor", arguments.executor, "--workers", str(arguments.workers)]


def started(arguments: argparse.Namespace, out: Path) -> subprocess.Popen[bytes]:
    """A run that has begun to write."""
    process = subprocess.Popen(command(arguments, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (out / "work").exists():
        time.sleep(0.005)
    return process


def tables(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob(TABLES)}


def leftovers(out: Path) -> list[str]:
    return [str(path.relative_to(out)) for path in out.rglob(".*") if path.is_file()]


def children(pid: int) -> list[int]:
    """The workers of a run (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill_run(arguments: argparse.Namespace, out: Path, moment: float) -> tuple[int, str]:
    process = started(arguments, out)
    time.sleep(moment)
    process.kill()
    process.wait()
    done = len(list((out / "work").rglob("*.json")))
    again = subprocess.run(command(arguments, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return again.returncode, f"killed after {moment:5.2f} s with {done} shards"


def kill_worker(arguments: argparse.Namespace, out: Path, moment: float, chance: random.Random) -> tuple[int, str]:
    process = started(arguments, out)
    until = time.monotonic() + moment
    killed = 0
    while process.poll() is None and not killed:
        workers = children(process.pid) if time.monotonic() >= until else []
        if workers:
            killed = chance.choice(workers)
            try:
                os.kill(killed, signal.SIGKILL)
            except ProcessLookupError:
                killed = 0
        time.sleep(0.002)
    return process.wait(), f"worker killed after {moment:5.2f} s" if killed else "no worker was left to kill"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--runs", type=int, default=10, help="how many runs are killed")
    parser.add_argument("--workers-killed", type=int, default=10, help="in how many runs a worker is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--executor", default="processes", choices=["serial", "processes"])
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "clean"
        process = started(arguments, clean)
        begun = time.monotonic()
        status = process.wait()
        length = time.monotonic() - begun
        expected = tables(clean)
        print(f"undisturbed: exit status {status}, {len(expected)} tables, {length:.1f} s after the first file")
        for number in range(arguments.runs + arguments.workers_killed):
            out = Path(folder) / str(number)
            moment = chance.random() * length
            if number < arguments.runs:
                ended, what = kill_run(arguments, out, moment)
            else:
                ended, what = kill_worker(arguments, out, moment, chance)
            same = tables(out) == expected and ended == status and not leftovers(out)
            differences += not same
            print(
                f"{what}: {'same tables' if same else f'DIFFERENT, exit status {ended}, left behind {leftovers(out)}'}",
                flush=True,
            )
    print(f"{arguments.runs} runs and {arguments.workers_killed} workers killed, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
