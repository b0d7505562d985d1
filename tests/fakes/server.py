"""The base of every fake service: an HTTP/1.1 server on loopback that logs, limits and fails on plan.

with Bucket() as bucket:
    bucket.plan.on(r"/PMC1[.]1/.*xml", slow_down(), times=2)
    ...  # fetch from bucket.url
    assert bucket.busiest_second() <= 3
"""

from __future__ import annotations

import sys
import time
import traceback
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Event, RLock, Thread
from typing import Any, Self

from fakes.faults import Fault, FaultPlan
from fakes.wire import Answer, Record, Wire, as_text, receive

_HOST = "127.0.0.1"


def busiest(records: Iterable[Record], width: float = 1.0) -> int:
    """The most requests that arrived within any span of `width` seconds, over one service or several together."""
    times = sorted(record.at for record in records)
    return max((bisect_left(times, start + width) - n for n, start in enumerate(times)), default=0)


class Throttle:
    """At most so many requests in any `window` seconds, for each caller. One can be given to several services."""

    def __init__(self, limit: int, window: float = 1.0) -> None:
        self.limit, self.window = limit, window
        self._lock = RLock()
        self._admitted: dict[str, deque[float]] = {}

    def remaining(self, at: float, who: str = "", limit: int | None = None) -> int:
        """How many more requests would be let through now."""
        with self._lock:
            admitted = self._admitted.setdefault(who, deque())
            while admitted and admitted[0] <= at - self.window:
                admitted.popleft()
            return (limit or self.limit) - len(admitted)

    def admit(self, at: float, who: str = "", limit: int | None = None) -> bool:
        """Whether a request is let through. Those refused do not count, so that a patient client gets on."""
        with self._lock:
            free = self.remaining(at, who, limit) > 0
            if free:
                self._admitted[who].append(at)
            return free


class Fake:
    """A service. Subclasses give `answer` and, where theirs differ, `too_fast`, `limit_of` and `caller`.

    Start and stop it as a context manager. `url` is its address without path, `endpoint` that with the path of the real
    service (`base`); requests are understood below both. `requests` is the log, `plan` the failures to come. State may be
    changed while it runs, under `lock`. An error inside the fake itself answers 500 and is raised when the service stops.
    """

    base = ""

    def __init__(
        self, *, limit_per_second: int | None = None, throttle: Throttle | None = None, plan: FaultPlan | None = None
    ) -> None:
        self.throttle = throttle or (Throttle(limit_per_second) if limit_per_second else None)
        self.plan = plan or FaultPlan()
        self.requests: list[Record] = []
        self.lock = RLock()
        self._stopping = Event()
        self._broken: list[str] = []
        self._server: _Server | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, while it runs."""
        if self._server is None:
            raise RuntimeError(f"{type(self).__name__} is not running")
        return f"http://{_HOST}:{self._server.server_address[1]}"

    @property
    def endpoint(self) -> str:
        """The address with the path that the real service has."""
        return self.url + self.base

    def start(self) -> Self:
        """Listen on a free port."""
        self._stopping.clear()
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), name=type(self).__name__, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening, let go of every client; answers held back are dropped."""
        if self._server is None or self._thread is None:
            return
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.stop()
        if self._broken and kind is None:
            raise AssertionError(f"{type(self).__name__} itself failed:\n{self._broken[0]}")

    def busiest_second(self, width: float = 1.0) -> int:
        """The most requests that arrived within any second (or span of `width` seconds), refused ones included."""
        return busiest(list(self.requests), width)

    def answer(self, record: Record) -> Answer:
        """The true answer to a request; `record.route` is what it asks for."""
        raise NotImplementedError

    def too_fast(self, record: Record) -> Answer:
        """What a caller above the limit is told."""
        return as_text("Too many requests\n", 429)

    def limit_of(self, record: Record) -> int | None:
        """The limit for this caller, None for that of the throttle."""
        return None

    def caller(self, record: Record) -> str:
        """Whom the request is counted for."""
        return ""

    def serve(self, handler: BaseHTTPRequestHandler, at: float) -> None:
        """Answer the request that a handler has before it."""
        assert self._server is not None
        wire = Wire(handler, self._stopping, self._server.aborted)
        with wire.hung_up():
            record = receive(handler, at)
            with self.lock:
                answer, fault = self._decide(record)
                record.status = answer.status
                self.requests.append(record)
            if fault is None:
                wire.send(answer)
            elif wire.pause(fault.hold):
                fault.deliver(wire, answer)
            else:
                wire.close()

    def _decide(self, record: Record) -> tuple[Answer, Fault | None]:
        if self.throttle and not self.throttle.admit(record.at, self.caller(record), self.limit_of(record)):
            record.fault = "too-fast"
            return self.too_fast(record), None
        fault = self.plan.take(record.target)
        record.route = record.path.removeprefix(self.base) or "/"
        record.fault = fault.name if fault else ""
        try:
            answer = _unless_known(self.answer(record), record)
        except Exception:  # noqa: BLE001  a bug of the fake, kept for the end of the test
            self._broken.append(traceback.format_exc())
            return as_text(self._broken[-1], 500), None
        return (fault.change(answer) if fault else answer), fault


def _unless_known(answer: Answer, record: Record) -> Answer:
    """304 without a body for a client that has this very content."""
    known = [tag.strip().removeprefix("W/") for tag in record.headers.get("if-none-match", "").split(",")]
    etag = answer.headers.get("ETag")
    if answer.status == HTTPStatus.OK and etag and (etag in known or "*" in known):
        return Answer(b"", HTTPStatus.NOT_MODIFIED, answer.kind, answer.headers)
    return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    arrived = 0.0

    def parse_request(self) -> bool:
        self.arrived = time.monotonic()  # before headers are read: closest to when it was sent
        return super().parse_request()

    def do_GET(self) -> None:
        self.server.fake.serve(self, self.arrived)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: `requests` is the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.aborted: set[int] = set()
        self._open: dict[int, socket] = {}
        super().__init__((_HOST, 0), _Handler)

    def server_bind(self) -> None:
        # that of HTTPServer asks for the machine's name, which may take seconds without a name server
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = _HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open[id(request)] = request
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.pop(id(request), None)
        if id(request) in self.aborted:
            self.aborted.discard(id(request))
            request.close()  # without the polite FIN, so that the client sees RST
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # clients that hang up are no news
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End every connection and wait, briefly, until their threads have noticed."""
        for connection in list(self._open.values()):
            try:
                connection.shutdown(SHUT_RDWR)
            except OSError:
                self._open.pop(id(connection), None)  # gone already
        end = time.monotonic() + 1
        while self._open and time.monotonic() < end:
            time.sleep(0.005)
