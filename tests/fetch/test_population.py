"""Many articles with every kind of fault: all good ones once, all bad ones by their true reason, whatever happens meanwhile."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path

import msgspec

from fakes.idlists import as_file, lines
from fakes.population import KINDS, Population, build
from mitotransfer.settings import FetchSettings
from remotes import OUTCOMES, QUICK, contents, endpoints, fetch, half_written, start, stored, write_list


def population(n: int, seed: int) -> Population:
    return build(n, seed=seed, outcomes=OUTCOMES, hold=0.7, retry_after=0)


def settings(world: Population, **changed: object) -> FetchSettings:
    at = endpoints(world.endpoints)
    return msgspec.structs.replace(QUICK, endpoints=at, timeout=0.4, attempts=4, **changed)  # type: ignore[arg-type]


def test_every_article_comes_once_or_is_named_with_its_true_reason(tmp_path: Path) -> None:
    with population(200, seed=1) as world:
        told = fetch(tmp_path / "raw", settings(world), write_list(tmp_path / "ids.txt", world.ids))
    assert Counter(one.kind for one in world.expected.values()) == dict.fromkeys(KINDS, 10) | {"good": 40}
    assert len(told) == len({line.name for line in told}) == 200
    assert world.differences({line.name: (line.status, line.code) for line in told}) == []
    expected = {one.pmcid: one for one in world.expected.values() if one.status == "ok"}
    for line in told:
        if line.status == "ok":
            one = expected[line.name]
            assert (line.sha256, line.version, line.licence, line.source) == (one.sha256, one.version, one.licence, "cloud")
            assert ("retracted" in line.flags) == one.retracted
        elif line.code != "withheld":
            assert not line.sha256 and line.reason
    assert sum(line.status == "ok" for line in told) == len(expected) > 140


def test_killed_and_resumed_is_as_if_undisturbed(tmp_path: Path) -> None:
    """SIGKILL at three moments; no file is ever half there, and in the end all is as it would have been."""
    finished: list[dict[str, bytes]] = []
    moments = random.Random(3)
    for name, kills in (("undisturbed", 0), ("killed", 3)):
        with population(60, seed=2) as world:
            raw, ids = tmp_path / name, write_list(tmp_path / "ids.txt", world.ids)
            for _ in range(kills):
                asked = len(world.cloud.requests)
                process = start(raw, ids, settings(world, workers=4))
                wait_for(lambda world=world, asked=asked: len(world.cloud.requests) > asked)
                time.sleep(moments.uniform(0, 0.5))
                process.kill()
                process.communicate()
                assert process.returncode == -signal.SIGKILL
                assert half_written(raw) == []
            told = fetch(raw, settings(world, workers=4), ids)
            assert world.differences({line.name: (line.status, line.code) for line in told}) == []
            finished.append(without_addresses(raw, world))
    assert finished[0].keys() == finished[1].keys()
    assert finished[0] == finished[1]


def test_interrupted_from_the_keyboard(tmp_path: Path) -> None:
    """A clear line, exit status 130, at once; the next run goes on from there."""
    with population(60, seed=2) as world:
        world.cloud.plan.clear()
        raw, ids = tmp_path / "raw", write_list(tmp_path / "ids.txt", world.ids)
        slow = msgspec.structs.replace(QUICK.per_second, cloud=40.0)
        options = settings(world, per_second=slow)
        process = start(raw, ids, options)
        wait_for(lambda: len(list((raw / "remote").glob("*/PMC*.json"))) >= 5)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=20)
        assert time.monotonic() - begun < 8
        assert process.returncode == 130
        assert said.decode().splitlines()[-1].startswith("mitotransfer: interrupted; what is done is kept")
        assert b"Traceback" not in said
        assert half_written(raw) == [] and not (raw / "manifest.jsonl").exists()
        kept = {path.stem.partition(".")[0] for path in (raw / "remote").glob("*/PMC*.json")}
        world.cloud.requests.clear()
        fetch(raw, msgspec.structs.replace(options, per_second=QUICK.per_second), ids)
        texts = {record.route.split("/")[1].partition(".")[0] for record in world.cloud.requests if record.route.endswith(".xml")}
        assert 5 <= len(kept) < 60 and not kept & texts


def test_list_of_ten_thousand_lines(tmp_path: Path) -> None:
    """Duplicates, mixed kinds, junk, Windows line ends: every line that is not blank has its line in the manifest."""
    with build(100, seed=4, share=0) as world:
        listed = lines(world.ids, 10_000, seed=4)
        path = tmp_path / "ids.txt"
        path.write_bytes(as_file(listed))
        told = {int(line.place.rpartition(":")[2]): line for line in fetch(tmp_path / "raw", settings(world), path)}
    assert sorted(told) == [number for number, line in enumerate(listed, 1) if line.kind != "blank"]
    outcome = {"junk": {("failed", "bad-id")}, "repeated": {("dropped", "repeated-id"), ("ok", "")}}
    taken = outcome["repeated"]  # of lines about one article the first by id is taken, which may be a later one
    for number, line in told.items():
        assert (line.status, line.code) in outcome.get(listed[number - 1].kind, taken), line
    once = Counter(listed[number - 1].pmcid for number, line in told.items() if line.status == "ok")
    assert once == dict.fromkeys(world.ids, 1)
    assert Counter(record.route for record in world.cloud.requests if record.route.endswith(".xml")).most_common(1)[0][1] == 1
    assert len(stored(tmp_path / "raw")) == 100


def without_addresses(raw: Path, world: Population) -> dict[str, bytes]:
    """All files of a fetch; reasons hold the addresses of the services, whose ports are others each time."""
    files = contents(raw)
    for name, fake in world.services.items():
        files = {file: data.replace(fake.url.encode(), name.encode()) for file, data in files.items()}
    return files


def wait_for(condition: object) -> None:
    end = time.monotonic() + 20
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.002)
