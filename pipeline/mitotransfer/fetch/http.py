"""Requests to public services: polite, patient, and with no trust in what comes back.

Only GET is sent, so every request may be repeated. A failure is either passing (the service is busy, the line broke, the answer
is cut off or another page than was asked for) and tried again with growing pauses, or final and told at once.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from mitotransfer.fetch.limits import Limiter

T = TypeVar("T")
Code = str

_PASSING = frozenset({429, 500, 502, 503, 504})
_REFUSING = frozenset({400, 414, 422})  # it is the question that is wrong, or too long
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_LONGEST_PAUSE = 60.0  # seconds, where the service does not say how long to wait
_CHUNK = 65_536
_GIVEN_UP = 10  # times in a row that a host could not be reached, after which it gets one try a request
_SECRET = re.compile(r"(api[_-]key[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+", re.IGNORECASE)
_TOO_FAST = re.compile(rb"API rate limit exceeded|^\s*Rate exceeded\.?\s*$", re.IGNORECASE)
_BAD_KEY = re.compile(rb"API key invalid", re.IGNORECASE)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE html|<html[\s>])", re.IGNORECASE | re.DOTALL
)
_SECONDS = re.compile(r"[0-9]{1,9}")


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

    `agent` names the program and a contact. `limiters` are by service; a service without one is not limited. `secrets` are
    kept out of all messages.
    """

    def __init__(
        self, agent: str, policy: Policy, limiters: Mapping[str, Limiter], max_bytes: int, secrets: Sequence[str] = ()
    ) -> None:
        self.agent, self.policy, self.limiters, self.max_bytes = agent, policy, limiters, max_bytes
        self.secrets = tuple(secrets)
        self._stopped = threading.Event()
        self._unreached: Counter[tuple[str, str]] = Counter()  # by host, in a row
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
        end = time.monotonic() + self.policy.total
        attempt = 0
        while True:
            attempt += 1
            try:
                return check(self._once(service, url, params or {}, etag, end))
            except PassingError as error:
                pause = self._pause(attempt, error)
                last = attempt >= self._attempts(url)
                if last or time.monotonic() + pause > end:
                    asked = f"; it asks to wait {pause:.0f} s" if error.pause and not last else ""
                    raise FetchError(error.code, f"{error} ({attempt} {'try' if attempt == 1 else 'tries'}{asked})") from error
                if (error.pause or error.code == "rate-limited") and service in self.limiters:
                    self.limiters[service].hold(pause)
                self._stopped.wait(pause)

    def stop(self) -> None:
        """Ends all waiting: requests that are still to be sent, or sent again, fail as `interrupted`."""
        self._stopped.set()

    def _attempts(self, url: str) -> int:
        """Where a host was not reached again and again, asking it five times for each article would take hours."""
        return 1 if self._unreached[_origin(url)] >= _GIVEN_UP else self.policy.attempts

    def _pause(self, attempt: int, error: PassingError) -> float:
        """Doubling pauses with jitter ("Exponential Backoff And Jitter", AWS Architecture Blog 2015), or what is asked for."""
        if error.pause:
            return error.pause
        longest = min(self.policy.first_pause * 2.0 ** min(attempt - 1, 10), _LONGEST_PAUSE)
        least = longest if error.code == "rate-limited" else longest / 2  # NCBI wants a second at least
        return least + self._pauses.uniform(0, longest / 2)

    def _once(self, service: str, url: str, params: Mapping[str, str], etag: str, end: float) -> Answer:
        """One request and the redirects of its own host."""
        for _ in range(_MOST_REDIRECTS + 1):
            if service in self.limiters:
                self.limiters[service].wait(self._stopped)
            if self._stopped.is_set():
                raise FetchError("interrupted", f"{shown(url)}: interrupted")
            answer = self._send(url, params, etag, end)
            self._unreached[_origin(url)] = 0
            if answer.status not in _REDIRECTS:
                return self._judged(answer, shown(url))
            url, params = self._target(url, answer), {}
        raise FetchError("redirect", f"{shown(url)}: more than {_MOST_REDIRECTS} redirects")

    def _target(self, url: str, answer: Answer) -> str:
        """Where a redirect leads; elsewhere on the same host only."""
        try:
            target = urljoin(url, answer.headers.get("location", ""))
            here, there = _origin(url), _origin(target)
        except ValueError as error:
            raise FetchError("redirect", f"{shown(url)}: leads to what is no address") from error
        if here != there:
            raise FetchError("redirect", f"{shown(url)}: leads to another host ({there[1]}), which is not followed")
        return target

    def _send(self, url: str, params: Mapping[str, str], etag: str, end: float) -> Answer:
        headers = {"User-Agent": self.agent} | ({"If-None-Match": etag} if etag else {})
        now, place = time.monotonic(), shown(url)
        timeout = max(min(self.policy.timeout, end - now), 0.01)
        try:
            with self._session.get(
                url, params=params, headers=headers, timeout=timeout, stream=True, allow_redirects=False
            ) as response:
                body = self._body(response, place, min(now + self.policy.request, end))
                return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise PassingError("timeout", f"{place}: no answer within {self.policy.timeout:g} s") from error
        except requests.exceptions.SSLError as error:
            raise FetchError("not-trusted", f"{place}: no trusted connection: {self._hidden(str(error))[:200]}") from error
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as error:
            raise self._broken(url, error) from error
        except (requests.RequestException, ValueError) as error:  # no valid address
            raise FetchError("request", f"{place}: {self._hidden(str(error))[:200]}") from error

    def _broken(self, url: str, error: Exception) -> PassingError:
        """Whether a host was not reached at all, or the connection to it broke."""
        inner = error.args[0] if error.args else None
        if isinstance(getattr(inner, "reason", None), urllib3.exceptions.NewConnectionError):
            self._unreached[_origin(url)] += 1
            return PassingError("unreachable", f"{shown(url)}: {_origin(url)[1]} cannot be reached")
        return PassingError("connection", f"{shown(url)}: the connection broke")

    def _body(self, response: requests.Response, place: str, end: float) -> bytes:
        """The whole body, unless it is too long or takes too long."""
        pieces: list[bytes] = []
        size = 0
        # what has come so far, however little: waiting for a whole piece, a drip would keep us for hours
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > self.max_bytes:
                raise FetchError("too-large", f"{place}: more than {self.max_bytes:,} bytes (parse.max_bytes)")
            if time.monotonic() > end:
                raise PassingError("timeout", f"{place}: not complete after {self.policy.request:g} s")
            if self._stopped.is_set():
                raise FetchError("interrupted", f"{place}: interrupted")
        return b"".join(pieces)

    def _judged(self, answer: Answer, place: str) -> Answer:
        """The answer if it is one. Services say that they are busy with status 200, too."""
        status = answer.status
        brief = self._hidden(answer.body[:400].decode("utf-8", "replace"))[:200]
        if status == 429 or _TOO_FAST.search(answer.body[:500]):
            raise PassingError("rate-limited", f"{place}: too many requests", _asked_pause(answer.headers))
        if status in _PASSING:
            raise PassingError("server-error", f"{place}: status {status}", _asked_pause(answer.headers))
        if status == 403:
            raise FetchError("refused", f"{place}: refused (status 403): {brief}")
        if status == 400 and _BAD_KEY.search(answer.body[:500]):
            raise FetchError("key-refused", f"{place}: the API key (NCBI_API_KEY) is refused; without one less is allowed")
        if status not in (200, 304, 404):
            code = "bad-request" if status in _REFUSING else "unexpected-status"
            raise FetchError(code, f"{place}: status {status}: {brief}")
        if status == 200 and _PAGE.match(answer.body[:2000]):
            raise PassingError("html-page", f"{place}: a web page came instead of the data")
        return answer

    def _hidden(self, text: str) -> str:
        """A text in one line without any secret."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return hidden(text)

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = _Session()
            self._local.session.trust_env = True  # proxies of the environment are the user's own …
            self._local.session.auth = _no_password  # … passwords that ~/.netrc may hold for a host are not for us
        session: requests.Session = self._local.session
        return session


class _Session(requests.Session):
    """Leaves redirects alone: to prepare the next request, requests would read the whole body of this answer, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: `Http` looks at redirects itself."""


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def shown(url: str) -> str:
    """An address as it may be told: without its query, in which keys and contacts stand."""
    return url.split("?", 1)[0]


def hidden(text: str) -> str:
    """A text without the key that services echo in their errors."""
    return _SECRET.sub(r"\1***", " ".join(text.split()))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _asked_pause(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After, which holds seconds or a date; 0 without one."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
