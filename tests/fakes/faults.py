"""Failures on plan: what can go wrong with an answer, and when it does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Self

from fakes.wire import HTML_PAGE, Answer, Wire, as_json, rate_limit_body

Delivery = Callable[[Wire, Answer], None]
_BLOCK = b"<p>" + b"mitochondria " * 5000 + b"</p>\n"


def _same(answer: Answer) -> Answer:
    return answer


def _whole(wire: Wire, answer: Answer) -> None:
    wire.send(answer)


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure: the answer is changed, held for some seconds, and delivered in some way."""

    name: str
    change: Callable[[Answer], Answer] = _same
    hold: float = 0.0
    deliver: Delivery = _whole


def instead(name: str, answer: Answer) -> Fault:
    """Another answer in place of the true one."""
    return Fault(name, change=lambda _: answer)


def status(
    code: int, *, retry_after: int | str | None = None, body: bytes = b"", kind: str = "text/plain", name: str = ""
) -> Fault:
    """An error status; `retry_after` is seconds or an HTTP date."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return instead(name or f"status-{code}", Answer(body or f"Error {code}\n".encode(), code, kind, headers))


def s3_error(code: int, word: str, message: str = "") -> Fault:
    """An error in the form of S3, e.g. 503 SlowDown."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{word}</Code><Message>{message or word}</Message></Error>'
    return status(code, body=body.encode(), kind="application/xml", name=word)


def slow_down() -> Fault:
    """503 SlowDown."""
    return s3_error(503, "SlowDown", "Please reduce your request rate.")


def refused() -> Fault:
    """403 AccessDenied."""
    return s3_error(403, "AccessDenied", "Access Denied")


def timeout(seconds: float) -> Fault:
    """The true answer, too late."""
    return Fault("timeout", hold=seconds)


def reset(after: int = 100, *, rst: bool = True) -> Fault:
    """The connection ends `after` bytes of the body, with RST or else with a plain FIN; Content-Length promised more."""

    def deliver(wire: Wire, answer: Answer) -> None:
        length = max(len(answer.body), after + 1)  # a short body would arrive whole, which is no failure
        wire.write(wire.head(answer, length), answer.body[:after])
        wire.close(reset=rst)

    return Fault("reset", deliver=deliver)


def truncated(share: float = 0.6) -> Fault:
    """The first part of the body with a Content-Length that fits it: nothing but the content tells."""
    return Fault("truncated", change=lambda answer: replace(answer, body=answer.body[: int(len(answer.body) * share)]))


def corrupted() -> Fault:
    """A letter of the body is another one; same length, still well-formed, the checksum is wrong."""

    def change(answer: Answer) -> Answer:
        at = answer.body.rfind(b"mitochondri")
        at = at if at >= 0 else len(answer.body) // 2
        return replace(answer, body=answer.body[:at] + b"n" + answer.body[at + 1 :])

    return Fault("corrupted", change=change)


def html_page() -> Fault:
    """A page for people, with status 200."""
    return instead("html", Answer(HTML_PAGE, kind="text/html; charset=utf-8"))


def rate_limit_json(who: str = "127.0.0.1", *, code: int = 200) -> Fault:
    """NCBI's rate limit complaint with status 200 (or 429), naming the key or address `who`."""
    return instead("rate-limit-json", as_json(rate_limit_body(who), code))


def redirect(to: str, code: int = 302) -> Fault:
    """Sent elsewhere."""
    return instead("redirect", Answer(b"", code, "text/html", {"Location": to}))


def huge(n_bytes: int, *, declared: bool = True) -> Fault:
    """A body of that many bytes; undeclared, it comes in chunks and nothing says how long it will be."""

    def blocks() -> Iterator[bytes]:
        left = n_bytes
        while left > 0:
            yield _BLOCK[:left]
            left -= len(_BLOCK)

    def deliver(wire: Wire, answer: Answer) -> None:
        if declared:
            wire.stream(wire.head(answer, n_bytes), blocks())
        else:
            wire.stream(wire.head(answer, None), map(_chunk, blocks()))
            wire.write(b"0\r\n\r\n")

    return Fault("huge", deliver=deliver)


def endless() -> Fault:
    """A body without end: it stops when the client hangs up or the service is stopped."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.close()
        wire.stream(wire.head(answer, None), repeat(_chunk(_BLOCK)))

    return Fault("endless", deliver=deliver)


def drip(pause: float, size: int = 1) -> Fault:
    """The true body, a few bytes at a time: no single read takes long, the whole does."""

    def deliver(wire: Wire, answer: Answer) -> None:
        def pieces() -> Iterator[bytes]:
            for start in range(0, len(answer.body), size):
                if not wire.pause(pause):
                    return
                yield answer.body[start : start + size]

        wire.stream(wire.head(answer, len(answer.body)), pieces())

    return Fault("drip", deliver=deliver)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@dataclass(slots=True)
class _Rule:
    pattern: re.Pattern[str]
    fault: Fault
    attempts: Callable[[int], bool]
    shared: bool
    seen: int = field(default=0)


class FaultPlan:
    """Which requests fail, and at which attempt. A request's target is its path with `?` and its decoded parameters.

    >>> plan = FaultPlan().on(r"/PMC1[.]1/.*xml", slow_down(), times=2)
    >>> [fault and fault.name for fault in (plan.take("/PMC1.1/PMC1.1.xml") for _ in range(3))]
    ['SlowDown', 'SlowDown', None]
    """

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self.attempts: Counter[str] = Counter()

    def on(
        self, pattern: str, fault: Fault, *, times: int | None = None, attempts: Collection[int] = (), shared: bool = False
    ) -> Self:
        """Let targets in which `pattern` is found fail: the first `times` times, at these `attempts` (from 1), or always.

        Attempts are counted for each target by itself; with `shared` for all that this rule matches together. Of several
        rules that hold for a request the first counts.
        """
        held = frozenset(attempts)

        def due(n: int) -> bool:
            return n in held if held else times is None or n <= times

        self._rules.append(_Rule(re.compile(pattern), fault, due, shared))
        return self

    def take(self, target: str) -> Fault | None:
        """The failure of the request that has just come, None when it is to succeed."""
        self.attempts[target] += 1
        for rule in self._rules:
            if not rule.pattern.search(target):
                continue
            rule.seen += 1
            if rule.attempts(rule.seen if rule.shared else self.attempts[target]):
                return rule.fault
        return None

    def clear(self) -> None:
        """All goes well from now on; the attempts stay counted."""
        self._rules.clear()
