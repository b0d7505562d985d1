"""The review page as a program: a socket of this machine only, an address to open, and what was decided applied at the end."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from mitotransfer.decisions import Desk
from mitotransfer.errors import ConfigError
from mitotransfer.terms import read_terms

Tell = Callable[[str], None]
_NEEDED = ("flask", "waitress")


def serve(desk: Desk, apply: Callable[[Tell], None], tell: Tell, *, port: int = 0, browser: bool = True) -> None:
    """Serves the page until it is interrupted (Ctrl-C), then applies what was decided.

    `port` 0: any that is free. Tables edited by hand are taken up first. `apply`: makes the tables anew with what stands, and
    tells what came of it. Raises ConfigError when a library is missing, the port is taken, or tables or log cannot be understood.
    """
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise ConfigError(f"the review page needs {' and '.join(missing)}: pip install 'mitotransfer[review]'")
    from waitress import create_server

    from mitotransfer.review.curation.app import Room, create_app
    from mitotransfer.review.curation.gate import Gate

    def collected() -> list[str]:
        said: list[str] = []
        apply(said.append)
        return said

    with _listening(port) as listener:
        before = len(desk.log.read())  # a log that cannot be understood is told before anything is served
        for problem in desk.take_up():
            tell(f"{problem.severity}: {problem.place}: {problem.message}")
        room = Room(desk, read_terms(desk.vocabulary), collected)
        gate = Gate(listener.getsockname()[1])
        server = create_server(
            create_app(room, gate), sockets=[listener], threads=8, ident="", clear_untrusted_proxy_headers=True
        )
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that a request waits a moment is no news
        _open(gate.invitation(), tell, browser=browser)
        if sys.stdin is not None and sys.stdin.isatty():
            threading.Thread(target=_invite, args=(gate.invitation, tell), daemon=True).start()
        try:
            server.run()  # until Ctrl-C
        finally:
            server.close()
    made = len(desk.log.read()) - before
    tell(f"{made} decisions since the start: {desk.log.path}")
    if made:
        apply(tell)


def _open(address: str, tell: Tell, *, browser: bool) -> None:
    tell(f"review page: {address}")
    tell("The address is good for one browser, once. Enter: a new one. Ctrl-C: end, and apply what was decided to the tables.")
    if browser:
        webbrowser.open(address)


def _invite(invitation: Callable[[], str], tell: Tell) -> None:
    for _ in sys.stdin:
        tell(f"review page: {invitation()}")


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise ConfigError(f"port {port} {why}; choose another with --port, or none for any that is free") from error
        listener.listen()
        yield listener
