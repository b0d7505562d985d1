"""Who may use the page: the browser that opened the address printed in the terminal, and no other site through it.

The address holds a token that is good for one use: it is exchanged for a cookie that scripts cannot read and other sites cannot
send. Every request must name this server as its host (a foreign name that resolves to this machine does not), every change must
come from the page itself. Cookies do not know ports: the origin of a change is compared with ours, port and all.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Refused(Exception):  # noqa: N818  it says what happens
    """A request that is not answered; the text says why, for whoever is at the browser."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Gate:
    """Tokens and sessions of one server; they end with it."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.cookie = f"mitotransfer-{port}"  # cookies know no ports: two servers must not take each other's
        self._host = f"127.0.0.1:{port}"
        self._tokens: set[str] = set()
        self._sessions: set[str] = set()

    def invitation(self) -> str:
        """A new address that lets one browser in, once."""
        token = secrets.token_urlsafe(32)
        self._tokens.add(_digest(token))
        return f"{self.origin}/enter/{token}"

    def enter(self, token: str) -> str:
        """The session for a token, which is spent. Raises Refused."""
        spent = _find(_digest(token), self._tokens)
        if not spent:
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "This address was used already, or is not of this server. Press Enter in the terminal for a new one.",
            )
        self._tokens.discard(spent)
        session = secrets.token_urlsafe(32)
        self._sessions.add(_digest(session))
        return session

    def check_place(self, method: str, headers: Mapping[str, str]) -> None:
        """Refuses what was sent to another name than ours, or from another place than our page."""
        if headers.get("Host", "") != self._host:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, f"This server answers at {self.origin} only.")
        origin = headers.get("Origin")
        if origin and origin != self.origin:
            raise Refused(HTTPStatus.FORBIDDEN, "Another site tried to use the review page.")
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and headers.get("Sec-Fetch-Mode") != "navigate":
            raise Refused(HTTPStatus.FORBIDDEN, "Another site tried to use the review page.")
        if method not in ("GET", "HEAD"):
            if not origin:
                raise Refused(HTTPStatus.FORBIDDEN, "Changes are taken from the review page only.")
            if headers.get("Content-Type", "").partition(";")[0] != "application/json":
                raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Changes are sent as JSON.")

    def check_session(self, session: str) -> None:
        """Refuses who has not entered."""
        if not _find(_digest(session), self._sessions):
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "Open the address that the terminal shows. If it was used already, press Enter there for a new one.",
            )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _find(digest: str, known: set[str]) -> str:
    """The member that is equal; how long it takes tells nothing."""
    return next((one for one in list(known) if hmac.compare_digest(one, digest)), "")
