"""Requests to public services: polite, patient, and with no trust in what comes back.

Only GET is sent, so every request may be repeated. A failure is either passing (the service is busy, the line broke, the answer
is cut off or another page than was asked for) and tried again with growing pauses, or final and told at once.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from mitotransfer.fetch.limits import Limiter

T = TypeVar("T")
Code = str

_PASSING = frozenset({429, 500, 502, 503, 504})
_REFUSING = frozenset({400, 414, 422})  # it is the question that is wrong, or too long
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_LONGEST_PAUSE = 60.0  # seconds, whatever a service asks for
_CHUNK = 65_536
_SECRET = re.compile(r"(api[_-]key[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+", re.IGNORECASE)
_TOO_FAST = re.compile(rb"API rate limit exceeded|^\s*Rate exceeded\.?\s*$", re.IGNORECASE)
_PAGE = re.compile(rb"^\s*(?:<!DOCTYPE html|<html)", re.IGNORECASE)


class FetchError(Exception):
    """A request that brought nothing: a stable `code`, and a message that names the address and the cause."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class PassingError(FetchError):
    """A failure that may be over soon; `pause` is how long the service asks to wait (0: it does not say)."""

    def __init__(self, code: Code, message: str, pause: float = 0.0) -> None:
        super().__init__(code, message)
        self.pause = pause


class Answer(NamedTuple):
    """A whole answer: status (200, 304 or 404), headers in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Policy(NamedTuple):
    """How long and how often: seconds to wait for a connection or the next bytes, for one request, for all tries of it; the
    number of tries; seconds of the first pause between them."""

    timeout: float = 30.0
    request: float = 120.0
    total: float = 600.0
    attempts: int = 5
    first_pause: float = 1.0


class Http:
    """Sends requests of all threads; one connection pool each, the limits together.

    `agent` names the program and a contact. `limiters` are by service; a service without one is not limited.
    """

    def __init__(self, agent: str, policy: Policy, limiters: Mapping[str, Limiter], max_bytes: int) -> None:
        self.agent, self.policy, self.limiters, self.max_bytes = agent, policy, limiters, max_bytes
        self._local = threading.local()
        self._pauses = random.Random()  # noqa: S311 jitter is no secret

    def get(
        self,
        service: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        etag: str = "",
        check: Callable[[Answer], T],
    ) -> T:
        """What `check` makes of the answer, which has status 200, 304 or 404; it may raise PassingError or FetchError itself.

        Raises FetchError when the last try failed, too, or the failure is final.
        """
        begun = time.monotonic()
        for attempt in range(1, self.policy.attempts + 1):
            try:
                return check(self._once(service, url, params or {}, etag))
            except PassingError as error:
                pause = self._pause(attempt, error)
                spent = time.monotonic() - begun
                if attempt == self.policy.attempts or spent + pause > self.policy.total:
                    tries = f"{attempt} tries in {spent:.0f} s"
                    raise FetchError(error.code, f"{error} ({tries})") from error
                if error.pause and service in self.limiters:
                    self.limiters[service].hold(pause)
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self, attempt: int, error: PassingError) -> float:
        """Doubling pauses with jitter ("Exponential Backoff And Jitter", AWS Architecture Blog 2015), or what is asked for."""
        if error.pause:
            return min(error.pause, _LONGEST_PAUSE)
        longest = min(self.policy.first_pause * 2.0 ** (attempt - 1), _LONGEST_PAUSE)
        return longest / 2 + self._pauses.uniform(0, longest / 2)

    def _once(self, service: str, url: str, params: Mapping[str, str], etag: str) -> Answer:
        """One request and the redirects of its own host."""
        for _ in range(_MOST_REDIRECTS + 1):
            if service in self.limiters:
                self.limiters[service].wait()
            answer = self._send(url, params, etag)
            if answer.status not in _REDIRECTS:
                return self._judged(answer, shown(url))
            target = urljoin(url, answer.headers.get("location", ""))
            if _origin(target) != _origin(url):
                raise FetchError("redirect", f"{shown(url)}: leads to another host ({_origin(target)[1]}), which is not followed")
            url, params = target, {}
        raise FetchError("redirect", f"{shown(url)}: more than {_MOST_REDIRECTS} redirects")

    def _send(self, url: str, params: Mapping[str, str], etag: str) -> Answer:
        headers = {"User-Agent": self.agent} | ({"If-None-Match": etag} if etag else {})
        timeout, place = self.policy.timeout, shown(url)
        try:
            with self._session.get(
                url, params=params, headers=headers, timeout=timeout, stream=True, allow_redirects=False
            ) as response:
                body = self._body(response, place)
                return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
        except requests.Timeout as error:
            raise PassingError("timeout", f"{place}: no answer within {timeout:g} s") from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise PassingError("connection", f"{place}: the connection broke ({type(error).__name__})") from error
        except requests.RequestException as error:  # no valid address, an encoding that cannot be undone
            raise FetchError("request", f"{place}: {hidden(str(error))}") from error

    def _body(self, response: requests.Response, place: str) -> bytes:
        """The whole body, unless it is too long or takes too long."""
        pieces: list[bytes] = []
        size, begun = 0, time.monotonic()
        for piece in response.iter_content(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > self.max_bytes:
                raise FetchError("too-large", f"{place}: more than {self.max_bytes:,} bytes (parse.max_bytes)")
            if time.monotonic() - begun > self.policy.request:
                raise PassingError("timeout", f"{place}: not complete after {self.policy.request:g} s")
        return b"".join(pieces)

    def _judged(self, answer: Answer, place: str) -> Answer:
        """The answer if it is one. Services say that they are busy with status 200, too."""
        status = answer.status
        brief = hidden(answer.body[:200].decode("utf-8", "replace").strip())
        if status == 429 or _TOO_FAST.search(answer.body[:500]):
            raise PassingError("rate-limited", f"{place}: too many requests", _asked_pause(answer.headers) or 1.0)
        if status in _PASSING:
            raise PassingError("server-error", f"{place}: status {status}", _asked_pause(answer.headers))
        if status == 403:
            raise FetchError("refused", f"{place}: refused (status 403): {brief}")
        if status not in (200, 304, 404):
            code = "bad-request" if status in _REFUSING else "unexpected-status"
            raise FetchError(code, f"{place}: status {status}: {brief}")
        if status == 200 and _PAGE.match(answer.body[:200]):
            raise PassingError("html-page", f"{place}: a web page came instead of the data")
        return answer

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = True  # proxies of the environment are the user's own
        session: requests.Session = self._local.session
        return session


def shown(url: str) -> str:
    """An address as it may be told: without its query, in which keys and contacts stand."""
    return url.split("?", 1)[0]


def hidden(text: str) -> str:
    """A text without the key that services echo in their errors."""
    return _SECRET.sub(r"\1***", " ".join(text.split()))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _asked_pause(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After, which holds seconds or a date; 0 without one."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
