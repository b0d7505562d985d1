"""Requests per second, counted by the server: never above the limit, with threads, processes, restarts and pauses asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fakes import faults
from fakes.server import Fake
from fakes.wire import Answer, Record, as_text
from mitotransfer.fetch import limits
from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.http import Http, Policy
from mitotransfer.fetch.limits import Limiter
from mitotransfer.settings import Endpoints, FetchSettings

ASKING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from mitotransfer.fetch.http import Http, Policy
from mitotransfer.fetch.limits import Limiter

url, folder, rate, count = sys.argv[1:]
http = Http("tests", Policy(), {"echo": Limiter("echo", float(rate), Path(folder))}, 1000)
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda n: http.get("echo", f"{url}/{n}", check=lambda answer: answer.status), range(int(count))))
"""


class Echo(Fake):
    def answer(self, record: Record) -> Answer:
        return as_text("yes")


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as service:
        yield service


def ask(service: Fake, limiter: Limiter, count: int) -> None:
    """`count` requests of eight threads."""
    http = Http("tests", Policy(attempts=1), {"echo": limiter}, 1000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: http.get("echo", f"{service.url}/{n}", check=lambda answer: answer.status), range(count)))


@pytest.mark.parametrize(("rate", "count"), [(3, 5), (50, 60)])
def test_eight_threads(rate: int, count: int, tmp_path: Path) -> None:
    """The service refuses whoever is too fast, and such a refusal is not tried again here."""
    with Echo(limit_per_second=rate) as service:
        ask(service, Limiter("echo", rate, tmp_path), count)
        assert service.busiest_second() <= rate
        assert len(service.requests) == count and all(record.status == 200 for record in service.requests)


def test_two_processes_of_eight_threads(echo: Echo, tmp_path: Path) -> None:
    asking = [sys.executable, "-c", ASKING, echo.url, str(tmp_path), "20", "14"]
    running = [subprocess.Popen(asking) for _ in range(2)]
    assert [process.wait(30) for process in running] == [0, 0]
    times = sorted(record.at for record in echo.requests)
    assert len(times) == 28 and echo.busiest_second() <= 20
    assert times[-1] - times[0] < 5  # 28 at 20 a second with a margin: 1.6 s, and they were not one after the other


def test_slow_limits(tmp_path: Path) -> None:
    """40 a minute."""
    limiter = Limiter("echo", 40 / 60, tmp_path)
    assert limiter.interval == pytest.approx(1.725)


def test_slot_left_by_an_earlier_boot(tmp_path: Path) -> None:
    limiter = Limiter("echo", 100, tmp_path)
    limiter.path.write_text(f"{time.monotonic() + 500:.6f} {time.monotonic() + 500:.6f} {limits._boot() - 86_400:.0f}")
    assert seconds(limiter.wait) < 0.5


@pytest.mark.parametrize("left", ["", "soon", "1 2", "1e400 nan 3", "nan nan nan", "\0" * 64, "9e15 9e15 1"])
def test_file_that_is_damaged(tmp_path: Path, left: str) -> None:
    limiter = Limiter("echo", 100, tmp_path)
    limiter.path.write_text(left)
    assert seconds(limiter.wait) < 0.5
    assert 0.005 < seconds(limiter.wait) < 0.5  # from now on slots are kept


def test_pause_asked_for_holds_those_who_wait_already(tmp_path: Path) -> None:
    limiter = Limiter("echo", 4, tmp_path)
    limiter.wait()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(seconds, limiter.wait)  # its slot is 0.29 s from now
        time.sleep(0.05)
        Limiter("echo", 4, tmp_path).hold(0.6)  # another process
        assert waiting.result() >= 0.6


def test_pause_that_ends_before_the_next_slot_changes_nothing(tmp_path: Path) -> None:
    limiter = Limiter("echo", 4, tmp_path)
    limiter.wait()
    limiter.hold(0.01)
    assert 0.2 < seconds(limiter.wait) < 0.6


def test_slot_that_was_missed_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that wakes too late would send together with the next one."""
    limiter = Limiter("echo", 20, tmp_path)
    taken: list[float] = []
    take = limiter._take

    def late() -> float:
        taken.append(take())
        if len(taken) == 1:
            time.sleep(0.12)
        return taken[-1]

    monkeypatch.setattr(limiter, "_take", late)
    limiter.wait()
    assert len(taken) == 2


def test_wait_that_is_stopped(tmp_path: Path) -> None:
    limiter = Limiter("echo", 0.01, tmp_path)
    limiter.wait()
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    assert seconds(limiter.wait, stop) < 2


def test_services_of_ncbi_have_one_limit_and_a_key_raises_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    plain, keyed = (connect(FetchSettings(), "1", key, 1000) for key in ("", "key"))
    assert {name: round(1.15 / limiter.interval) for name, limiter in plain.limiters.items()} == {
        "cloud": 20, "ncbi": 3, "europepmc": 5, "registry": 1,
    }  # fmt: skip
    assert round(60 * 1.15 / plain.limiters["registry"].interval) == 40
    assert round(1.15 / keyed.limiters["ncbi"].interval) == 10 and keyed.limiters["ncbi"].path == plain.limiters["ncbi"].path
    elsewhere = connect(FetchSettings(endpoints=Endpoints(cloud="http://127.0.0.1:1/")), "1", "", 1000)
    assert elsewhere.limiters["cloud"].path != plain.limiters["cloud"].path
    assert elsewhere.limiters["ncbi"].path == plain.limiters["ncbi"].path


def test_requests_sent_again_and_redirects_count(tmp_path: Path) -> None:
    with Echo() as service:
        service.plan.on("/.", faults.status(500), times=1).on("/.", faults.redirect("/"), times=2)
        http = Http("tests", Policy(first_pause=0.001), {"echo": Limiter("echo", 10, tmp_path)}, 1000)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: http.get("echo", f"{service.url}/{n}", check=lambda answer: answer.status), range(4)))
        assert len(service.requests) == 12 and service.busiest_second() <= 10


def seconds(function: object, *arguments: object) -> float:
    begun = time.monotonic()
    function(*arguments)  # type: ignore[operator]
    return time.monotonic() - begun
