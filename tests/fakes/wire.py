"""What goes over the wire: a request as it was received, an answer as it is to be sent, and the connection it is sent on."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Event
from urllib.parse import parse_qsl, unquote, urlsplit

HTML_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>"
    b"<body><h1>We are down for maintenance</h1><p>Please try again later.</p></body></html>\n"
)


@dataclass(slots=True)
class Record:
    """One request: when it arrived (monotonic seconds), what it asked, who sent it; then how it was answered.

    `query` holds the parameters of the address and, for a form, those of the body. `headers` has lower-case names. `target` is
    path and parameters decoded, in the order sent: fault plans look at it. `route` is the path without the service's base,
    `size` the length of the address as sent, `body` what a PUT brings, `status` 0 until the answer is chosen.
    """

    at: float
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    client: str
    target: str
    route: str = ""
    size: int = 0
    body: bytes = b""
    status: int = 0
    fault: str = ""

    def first(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, content type (`kind`), headers and body."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/xml"
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status, "application/json; charset=UTF-8", headers or {})


def as_text(text: str, status: int = 200, kind: str = "text/plain") -> Answer:
    """An answer of text, or of a page when `kind` says so."""
    return Answer(text.encode(), status, kind)


def as_xml(text: str, status: int = 200) -> Answer:
    """An XML answer; the text brings its own declaration, or none."""
    return Answer(text.encode(), status, "text/xml; charset=UTF-8")


def rate_limit_body(who: str, limit: int = 3, count: int | None = None) -> dict[str, str]:
    """NCBI's complaint about too many requests. It names the key or the address of the caller, as the real one does."""
    return {"error": "API rate limit exceeded", "api-key": who, "count": str(count or limit + 1), "limit": str(limit)}


def receive(handler: BaseHTTPRequestHandler, at: float) -> Record:
    """Read the request that a handler has before it, the body of a form included."""
    parts = urlsplit(handler.path)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    put = handler.command == "PUT"
    if body and not put and "json" not in handler.headers.get("Content-Type", ""):
        pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    path = unquote(parts.path)
    target = path + ("?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else "")
    headers = {name.lower(): value for name, value in handler.headers.items()}
    client = f"{handler.client_address[0]}:{handler.client_address[1]}"
    return Record(at, handler.command, path, query, headers, client, target, size=len(handler.path), body=body if put else b"")


class Wire:
    """The connection to one client while one answer is sent."""

    def __init__(self, handler: BaseHTTPRequestHandler, stopping: Event, aborted: set[int]) -> None:
        self._handler, self._stopping, self._aborted = handler, stopping, aborted

    @contextmanager
    def hung_up(self) -> Iterator[None]:
        """A client that has gone ends the answer and the connection, nothing else."""
        try:
            yield
        except OSError:
            self.close()

    def pause(self, seconds: float) -> bool:
        """Wait; False when the service is stopped meanwhile."""
        return not self._stopping.wait(seconds)

    def head(self, answer: Answer, length: int | None) -> bytes:
        """Status line and headers. Without a length the body is in chunks."""
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", f"Content-Type: {answer.kind}"]
        lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if self._handler.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def write(self, *parts: bytes) -> None:
        """Send, in one piece: a head and a small body in two would wait for each other."""
        self._handler.wfile.write(b"".join(parts))

    def send(self, answer: Answer) -> None:
        """Head and body; no body where HTTP has none."""
        bare = self._handler.command == "HEAD" or answer.status == HTTPStatus.NOT_MODIFIED
        self.write(self.head(answer, len(answer.body)), b"" if bare else answer.body)

    def stream(self, head: bytes, blocks: Iterable[bytes]) -> None:
        """A head, then blocks until there are no more, the client hangs up or the service stops."""
        self.write(head)
        for block in blocks:
            if self._stopping.is_set():
                break
            self.write(block)

    def close(self, *, reset: bool = False) -> None:
        """End the connection after this answer, with RST instead of FIN if `reset`."""
        self._handler.close_connection = True
        if reset:
            self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._aborted.add(id(self._handler.connection))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
