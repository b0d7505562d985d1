"""The HTTP client over real connections: what is tried again, how long it waits, what it believes, what its messages hide."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fakes import faults
from fakes.faults import Fault
from fakes.server import Fake
from fakes.wire import Answer, Record, as_json, as_text
from mitotransfer.fetch.http import Answer as Got
from mitotransfer.fetch.http import FetchError, Http, PassingError, Policy
from mitotransfer.fetch.limits import Limiter

POLICY = Policy(timeout=0.25, request=1.0, total=5.0, attempts=3, first_pause=0.01)
BODY = "mitochondria " * 100


class Echo(Fake):
    """Answers with a text; the API key it is given is bad, and it says so."""

    def answer(self, record: Record) -> Answer:
        if key := record.first("api_key"):
            return as_json({"error": "API key invalid", "api-key": key, "type": "invalid"}, 400)
        if record.route == "/gone":
            return as_text("no such thing\n", 404)
        return Answer(BODY.encode(), kind="text/plain", headers={"ETag": '"one"'})


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as service:
        yield service


def client(policy: Policy = POLICY, limiter: Limiter | None = None, max_bytes: int = 1_000_000, secret: str = "") -> Http:
    return Http("tests", policy, {"echo": limiter} if limiter else {}, max_bytes, (secret,) if secret else ())


def whole(answer: Got) -> str:
    return answer.body.decode()


def get(service: Fake, path: str = "/a", http: Http | None = None, **more: object) -> str:
    return (http or client()).get("echo", service.url + path, check=whole, **more)  # type: ignore[arg-type]


def failure(service: Fake, path: str = "/a", http: Http | None = None, **more: object) -> FetchError:
    with pytest.raises(FetchError) as error:
        get(service, path, http, **more)
    return error.value


PASSING: dict[str, tuple[Fault, str]] = {
    "429": (faults.status(429), "rate-limited"),
    "500": (faults.status(500), "server-error"),
    "502": (faults.status(502), "server-error"),
    "503 SlowDown": (faults.slow_down(), "server-error"),
    "504": (faults.status(504), "server-error"),
    "too late": (faults.timeout(0.35), "timeout"),
    "reset in mid-body": (faults.reset(60), "connection"),
    "reset before the body": (faults.reset(0), "connection"),
    "shorter than it said": (faults.reset(60, rst=False), "connection"),
    "a page with status 200": (faults.html_page(), "html-page"),
    "rate limit with status 200": (faults.rate_limit_json(), "rate-limited"),
    "rate limit in plain text": (faults.instead("plain", as_text("Rate exceeded.\n")), "rate-limited"),
}


@pytest.mark.parametrize(("fault", "code"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(echo: Echo, fault: Fault, code: str) -> None:
    echo.plan.on("/a$", fault, times=2)
    assert get(echo) == BODY
    assert len(echo.requests) == 3


@pytest.mark.parametrize(("fault", "code"), PASSING.values(), ids=PASSING)
def test_what_stays_is_told_with_its_reason(echo: Echo, fault: Fault, code: str) -> None:
    echo.plan.on("/a$", fault)
    error = failure(echo)
    assert (error.code, len(echo.requests)) == (code, 3)
    assert str(error).endswith("(3 tries)") and f"{echo.url}/a: " in str(error)
    assert "127.0.0.1" not in str(error).replace(echo.url, "")  # the rate limit's complaint names its caller


FINAL: dict[str, tuple[Fault, str]] = {
    "400": (faults.status(400, body=b"what?"), "bad-request"),
    "403": (faults.refused(), "refused"),
    "414": (faults.status(414), "bad-request"),
    "418": (faults.status(418), "unexpected-status"),
    "another host": (faults.redirect("http://localhost.invalid/a"), "redirect"),
    "another scheme": (faults.redirect("ftp://127.0.0.1/a"), "redirect"),
    "no address": (faults.redirect("http://[/"), "redirect"),
    "round and round": (faults.redirect("/a"), "redirect"),
    "too long": (faults.huge(3_000_000), "too-large"),
    "too long, in chunks": (faults.huge(3_000_000, declared=False), "too-large"),
    "without end": (faults.endless(), "too-large"),
    "redirect without end": (replace(faults.endless(), change=lambda answer: replace(answer, status=302)), "too-large"),
}


@pytest.mark.parametrize(("fault", "code"), FINAL.values(), ids=FINAL)
def test_what_is_final_is_told_at_once(echo: Echo, fault: Fault, code: str) -> None:
    echo.plan.on("/a$", fault)
    assert failure(echo).code == code
    assert len(echo.requests) == (4 if fault.name == "redirect" and code == "redirect" and len(echo.requests) > 1 else 1)


def test_what_is_said_with_a_refusal_is_told(echo: Echo) -> None:
    echo.plan.on("/a$", faults.refused())
    assert "refused (status 403)" in str(failure(echo)) and "Access Denied" in str(failure(echo))


def test_404_is_an_answer(echo: Echo) -> None:
    assert client().get("echo", f"{echo.url}/gone", check=lambda answer: answer.status) == 404
    assert len(echo.requests) == 1


def test_redirects_on_the_same_host_are_followed(echo: Echo) -> None:
    echo.plan.on("/a$", faults.redirect("/b?x=1")).on("/b", faults.redirect(f"{echo.url}/c", 301))
    assert get(echo) == BODY
    assert [record.path for record in echo.requests] == ["/a", "/b", "/c"]


def test_unchanged_content_is_not_sent(echo: Echo) -> None:
    def check(answer: Got) -> int:
        return answer.status

    assert client().get("echo", f"{echo.url}/a", etag='"one"', check=check) == 304
    assert client().get("echo", f"{echo.url}/a", etag='"other"', check=check) == 200


def test_a_check_may_ask_for_another_try(echo: Echo) -> None:
    tries: list[int] = []

    def check(answer: Got) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise PassingError("truncated", "cut off")
        return "whole"

    assert client().get("echo", f"{echo.url}/a", check=check) == "whole"


def test_pauses_grow(echo: Echo) -> None:
    echo.plan.on("/a$", faults.status(500))
    failure(echo, http=client(POLICY._replace(attempts=4, first_pause=0.1)))
    times = [record.at for record in echo.requests]
    first, second, third = (later - earlier for earlier, later in pairwise(times))
    assert 0.05 <= first < 0.2 and 0.1 <= second < 0.35 and 0.2 <= third < 0.7


def test_retry_after_as_a_date(echo: Echo) -> None:
    date = datetime.now(UTC) + timedelta(seconds=1.3)  # whole seconds are written: 0.3 to 1.3 from now
    echo.plan.on("/a$", faults.status(503, retry_after=format_datetime(date, usegmt=True)), times=1)
    get(echo)
    assert 0.15 <= echo.requests[1].at - echo.requests[0].at < 3


@pytest.mark.parametrize("value", ["soon", "-5", "²", "Wed, 99 Foo 2026", "Thu, 01 Jan 1970 00:00:00 GMT", ""])
def test_retry_after_that_says_nothing(echo: Echo, value: str) -> None:
    echo.plan.on("/a$", faults.instead("x", Answer(b"", 429, headers={"Retry-After": value.encode().decode("latin-1")})), times=1)
    begun = time.monotonic()
    assert get(echo) == BODY
    assert time.monotonic() - begun < 1


def test_a_pause_longer_than_there_is_time_ends_it(echo: Echo) -> None:
    echo.plan.on("/a$", faults.status(429, retry_after=3600))
    begun = time.monotonic()
    assert "it asks to wait 3600 s" in str(failure(echo))
    assert len(echo.requests) == 1 and time.monotonic() - begun < 1


def test_retry_after_in_seconds_and_all_wait_when_the_service_asks_one_to_wait(echo: Echo, tmp_path: Path) -> None:
    echo.plan.on("/a$", faults.status(429, retry_after=1), times=1)
    http = client(limiter=Limiter("echo", 1000, tmp_path))
    with ThreadPoolExecutor(1) as other:
        first = other.submit(get, echo, "/a", http)
        while not echo.requests:
            time.sleep(0.005)
        time.sleep(0.1)
        get(echo, "/b", http)
        first.result()
    asked = {record.path: record.at for record in echo.requests[1:]}
    assert asked["/b"] - echo.requests[0].at >= 1


def test_total_time(echo: Echo) -> None:
    echo.plan.on("/a$", faults.timeout(2))
    begun = time.monotonic()
    assert failure(echo, http=client(POLICY._replace(total=0.6, attempts=50))).code == "timeout"
    assert time.monotonic() - begun < 1.2


def test_body_that_drips_is_given_up(echo: Echo) -> None:
    """Each byte comes in time, the whole does not."""
    echo.plan.on("/a$", faults.drip(0.05))
    begun = time.monotonic()
    error = failure(echo, http=client(POLICY._replace(request=0.3, attempts=2)))
    assert error.code == "timeout" and "not complete after 0.3 s" in str(error)
    assert time.monotonic() - begun < 2


def test_body_that_stalls_is_a_timeout(echo: Echo) -> None:
    def deliver(wire: object, answer: Answer) -> None:
        wire.write(wire.head(answer, len(answer.body)), answer.body[:50])  # type: ignore[attr-defined]
        wire.pause(0.5)  # type: ignore[attr-defined]
        wire.close()  # type: ignore[attr-defined]

    echo.plan.on("/a$", Fault("stall", deliver=deliver))
    assert failure(echo, http=client(POLICY._replace(attempts=1))).code == "timeout"


def test_host_that_cannot_be_reached(echo: Echo) -> None:
    """After some requests in vain a host gets one try each, and all again once it has answered."""
    address = echo.url
    echo.stop()
    http = client(POLICY._replace(first_pause=0.001))
    for _ in range(3):
        with pytest.raises(FetchError, match=r"cannot be reached \(3 tries\)") as error:
            http.get("echo", f"{address}/a", check=whole)
        assert error.value.code == "unreachable"
    with pytest.raises(FetchError, match="cannot be reached"):
        http.get("echo", f"{address}/a", check=whole)
    with pytest.raises(FetchError, match=r"cannot be reached \(1 try\)"):
        http.get("echo", f"{address}/a", check=whole)


def test_address_that_is_none() -> None:
    with pytest.raises(FetchError) as error:
        client().get("echo", "http://[::", check=whole)
    assert error.value.code == "request"


def test_key_is_in_no_message(echo: Echo) -> None:
    """NCBI's 400 echoes the key."""
    error = failure(echo, params={"api_key": "s3cret", "id": "1"}, http=client(secret="s3cret"))
    assert error.code == "key-refused" and "s3cret" not in str(error) and "NCBI_API_KEY" in str(error)
    assert len(echo.requests) == 1


@pytest.mark.parametrize("body", ['{"api-key":"s3cret"}', "api_key=s3cret&x=1", "no such key: s3cret"])
def test_key_echoed_in_other_words(echo: Echo, body: str) -> None:
    echo.plan.on("/a", faults.status(400, body=body.encode()))
    assert "s3cret" not in str(failure(echo, params={"api_key": "s3cret"}, http=client(secret="s3cret")))


def test_parameters_are_in_no_message(echo: Echo) -> None:
    echo.plan.on("/a", faults.status(500))
    assert "lab@" not in str(failure(echo, params={"email": "lab@example.org"}))


def test_passwords_of_other_programs_are_not_sent(echo: Echo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    get(echo)
    assert "authorization" not in echo.requests[0].headers
    assert echo.requests[0].headers["user-agent"] == "tests"


def test_connections_are_kept(echo: Echo) -> None:
    http = client()
    for _ in range(5):
        get(echo, http=http)
    echo.plan.on("/a$", faults.status(500), attempts=[6])
    get(echo, http=http)
    assert len({record.client for record in echo.requests}) == 1


def test_stopping_ends_the_wait(echo: Echo) -> None:
    echo.plan.on("/a$", faults.status(500))
    http = client(POLICY._replace(first_pause=30, total=100))
    threading.Timer(0.2, http.stop).start()
    begun = time.monotonic()
    assert failure(echo, http=http).code == "interrupted"
    assert time.monotonic() - begun < 2 and len(echo.requests) == 1


@pytest.mark.parametrize(
    "page",
    ["<html>", "\n <!DOCTYPE HTML PUBLIC>", "\ufeff<html lang='en'>", "<?xml version='1.0'?>\n<!-- x -->\n<!doctype html>"],
)
def test_pages_for_people(echo: Echo, page: str) -> None:
    echo.plan.on("/a$", faults.instead("page", as_text(page)))
    assert failure(echo).code == "html-page"


def test_article_about_html_is_no_page(echo: Echo) -> None:
    text = "<article><title>The <html> element and API rates</title></article>"
    echo.plan.on("/a$", faults.instead("article", as_text(text)))
    assert get(echo) == text


def test_compressed_answers_are_measured_unpacked(echo: Echo) -> None:
    import gzip

    packed = Answer(gzip.compress(b"x" * 3_000_000), kind="text/plain", headers={"Content-Encoding": "gzip"})
    echo.plan.on("/a$", faults.instead("packed", packed)).on(
        "/b$", faults.instead("broken", Answer(b"no gzip at all", headers={"Content-Encoding": "gzip"}))
    )
    assert failure(echo).code == "too-large"
    assert failure(echo, "/b").code == "connection"
    assert get(echo, http=client(max_bytes=5_000_000)) == "x" * 3_000_000


def test_messages_are_one_line(echo: Echo) -> None:
    echo.plan.on("/a$", faults.status(400, body=b"one\ntwo\r\n  three" + b"x" * 1000))
    text = str(failure(echo))
    assert "one two three" in text and not re.search(r"\s\s|\n", text) and len(text) < 300
