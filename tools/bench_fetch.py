"""How articles are fetched when much goes wrong: fake services on loopback, in which each kind of fault befalls 5 % of them.

    python tools/bench_fetch.py [--articles 1000] [--rate 1000] [--workers 8] [--processes 1] [--seed 0] [--patient]
    python tools/bench_fetch.py --kill 20

Prints throughput, requests and tries, the busiest second as the server saw it, and a table of what came of the articles; every
difference to the plan is named, and the exit status is then 1. `--patient` waits as in earnest (a second and more after a
failure); without it pauses are short. `--kill N` fetches undisturbed, then with SIGKILL at N random moments, resumed each time,
and compares all files. `--processes 2` gives each of two processes half of the articles; the limits hold for both together.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fakes.population import Population, build
from mitotransfer.settings import FetchSettings, Limits
from remotes import OUTCOMES, QUICK, contents, endpoints, half_written, manifest, start, write_list


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1000.0, help="requests a second that every service allows")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patient", action="store_true")
    parser.add_argument("--kill", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        differences = (killed if options.kill else measured)(options, Path(folder))
    for line in differences[:20]:
        print(line)
    print(f"{len(differences)} differences to what was planned")
    sys.exit(1 if differences else 0)


def population(options: argparse.Namespace) -> Population:
    retry_after = 1 if options.patient else 0
    return build(options.articles, seed=options.seed, outcomes=OUTCOMES, hold=1.0, retry_after=retry_after)


def settings(options: argparse.Namespace, world: Population) -> FetchSettings:
    return msgspec.structs.replace(
        QUICK,
        endpoints=endpoints(world.endpoints),
        per_second=Limits(*[options.rate] * 4),
        workers=options.workers,
        timeout=0.6,
        attempts=4,
        first_pause=1.0 if options.patient else 0.02,
    )


def measured(options: argparse.Namespace, folder: Path) -> list[str]:
    """One fetch, with its figures."""
    with population(options) as world:
        asked = [world.ids[n :: options.processes] for n in range(options.processes)]
        lists = [write_list(folder / f"ids{n}.txt", ids) for n, ids in enumerate(asked)]
        raws = [folder / f"raw{n}" for n in range(options.processes)]
        begun = time.monotonic()
        running = [start(raw, ids, settings(options, world)) for raw, ids in zip(raws, lists, strict=True)]
        for process in running:
            process.communicate()
        ended = time.monotonic()
        first = min(record.at for record in world.cloud.requests)
        lines = [line for raw in raws for line in manifest(raw)]
        report(options, world, ended - begun, ended - first)
        table(world)
        broken = [f"{path}: half there" for raw in raws for path in half_written(raw)]
        twice = [f"{name}: {n} lines" for name, n in Counter(line.name for line in lines).items() if n > 1]
        return broken + twice + world.differences({line.name: (line.status, line.code) for line in lines})


def report(options: argparse.Namespace, world: Population, seconds: float, asking: float) -> None:
    print(f"{options.articles:,} articles in {seconds:.1f} s, {seconds - asking:.1f} s of them start:", end=" ")
    counts = {name: len(fake.requests) for name, fake in world.services.items() if fake.requests}
    again = sum(n - 1 for n in world.cloud.plan.attempts.values())
    print(f"{options.articles / asking:.1f} articles a second, {sum(counts.values()) / asking:.0f} requests a second")
    print("requests: " + ", ".join(f"{n:,} {name}" for name, n in counts.items()) + f"; {again:,} of the bucket's sent again")
    print(f"busiest second at the bucket: {world.cloud.busiest_second()} requests; the limit is {options.rate:g}")


def table(world: Population) -> None:
    """What was planned, which is what came unless differences follow."""
    kinds = Counter((one.kind, one.status, one.code) for one in world.expected.values())
    for (kind, status, code), n in sorted(kinds.items()):
        print(f"  {kind:16} {n:5}  {status} {code}")


def killed(options: argparse.Namespace, folder: Path) -> list[str]:
    """Two fetches, the second killed again and again."""
    moments = random.Random(options.seed)
    with population(options) as world:
        begun = time.monotonic()
        start(folder / "undisturbed", write_list(folder / "ids.txt", world.ids), settings(options, world)).communicate()
        whole = time.monotonic() - begun
        wanted = files(folder / "undisturbed", world)
    print(f"undisturbed: {whole:.1f} s, {len(wanted):,} files")
    with population(options) as world:
        raw, broken = folder / "killed", []
        for n in range(options.kill):
            process = start(raw, folder / "ids.txt", settings(options, world))
            time.sleep(moments.uniform(0.5, whole))
            process.kill()
            process.communicate()
            kept, asked = len(list((raw / "store").glob("*/[0-9a-f]*"))), len(world.cloud.requests)
            print(f"kill {n + 1}: exit {process.returncode}, {kept:,} articles kept, {asked:,} requests so far")
            broken += [f"kill {n + 1}: {path} half there" for path in half_written(raw)]
        start(raw, folder / "ids.txt", settings(options, world)).communicate()
        got = files(raw, world)
        broken += world.differences({line.name: (line.status, line.code) for line in manifest(raw)})
    return broken + [f"{name}: not the same" for name in sorted(wanted.keys() | got.keys()) if wanted.get(name) != got.get(name)]


def files(raw: Path, world: Population) -> dict[str, bytes]:
    """All files of a fetch; reasons hold the addresses of the services, whose ports are others each time."""
    found = contents(raw)
    for name, fake in world.services.items():
        found = {file: data.replace(fake.url.encode(), name.encode()) for file, data in found.items()}
    return found


if __name__ == "__main__":
    main()
