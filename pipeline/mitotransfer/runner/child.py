"""A process that works on one item after the other; it may crash, hang or run out of memory, and the run goes on."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from mitotransfer.errors import ConfigError
from mitotransfer.settings import RunSettings

Item = TypeVar("Item")
Result = TypeVar("Result")
Answer = tuple[Literal["result", "error", "memory"], Any]

_ORPHANED = 30.0  # seconds after which a process ends itself that its parent should have ended
_IDLE = 600.0  # seconds without work, after which a process goes: a cluster's worker outlives the run that set it on
_START = "import sys; from mitotransfer.runner.child import begin; begin(int(sys.argv[1]))"


class Lost(NamedTuple):
    """What stands for the result of an item that no worker survived: `worker-killed`, `too-slow` or `out-of-memory`.

    `reason` goes on where a sentence begins with what was done: "reading it …".
    """

    code: str
    reason: str


def killed(status: int) -> Lost:
    """The loss of an item whose worker died with this exit status, negative for a signal."""
    how = f"exit status {status}" if status >= 0 else signal.Signals(-status).name
    return Lost("worker-killed", f"killed the worker process ({how}: memory or a crash in a library)")


def too_slow(seconds: float) -> Lost:
    """The loss of an item that was not done in time."""
    return Lost("too-slow", f"took longer than {seconds:g} s (run.article_seconds)")


def no_memory(megabytes: int) -> Lost:
    """The loss of an item for which memory did not suffice: of this limit, or of the machine (0)."""
    limit = f"{megabytes} MB (run.article_memory)" if megabytes else "there is"
    return Lost("out-of-memory", f"needs more memory than {limit}")


class Child(Generic[Item]):
    """A worker process with its pipe.

    On Linux it is forked, so that it has what is loaded already (language model, vocabulary) without loading it again. Elsewhere,
    and where threads of others are at work (`fork=False`), a new interpreter is started. Raises ConfigError when none starts.
    """

    def __init__(self, function: Callable[[Item], object], options: RunSettings, *, fork: bool) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            if fork:
                context = multiprocessing.get_context("fork")
                arguments = (theirs, function, options, self.connection)
                self._process: Any = context.Process(target=_forked, args=arguments, daemon=True)
                with warnings.catch_warnings():  # threads of libraries idle at this point; Python 3.12 warns of them all the same
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self._process.start()
                return
            paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 sys.path holds strings
            command = [sys.executable, "-P", "-c", _START, str(theirs.fileno())]
            environment = {**os.environ, "PYTHONPATH": paths}
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment
            )  # not multiprocessing's: Dask's workers are daemons, which it allows no children
        try:
            self.connection.send((function, options))
            self.connection.recv()  # it has loaded what it needs: only now may an item's time begin
        except (EOFError, OSError) as error:
            raise ConfigError(f"a worker process does not start (exit status {self.end()})") from error

    def end(self) -> int:
        """Kills the process, if it lives, and returns its exit status (negative: the signal); of a dead one that it died with."""
        self.connection.close()
        self._process.kill()
        if isinstance(self._process, subprocess.Popen):
            return self._process.wait()
        self._process.join()
        return int(self._process.exitcode)


def _forked(connection: Connection, function: Callable[[Item], object], options: RunSettings, parents: Connection) -> None:
    parents.close()  # else the pipe would never end for us
    serve(connection, function, options)


def begin(descriptor: int) -> None:
    """Where a new interpreter begins: what to do comes through the pipe."""
    connection = Connection(descriptor)
    function, options = connection.recv()
    connection.send(None)
    serve(connection, function, options)


def serve(connection: Connection, function: Callable[[Item], object], options: RunSettings) -> None:
    """Answers each item that comes until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if options.article_memory:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = options.article_memory * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    while True:
        try:
            if not connection.poll(_IDLE):
                return
            item = connection.recv()
        except (EOFError, ConnectionError):
            return
        except MemoryError:
            connection.send(("memory", None))
            continue
        if options.article_seconds:  # the parent watches the time; this is for when it was killed
            signal.setitimer(signal.ITIMER_REAL, options.article_seconds + _ORPHANED)
        answer = _answer(function, item)
        try:
            connection.send(answer)
        except ConnectionError:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(function: Callable[[Item], object], item: Item) -> Answer:
    try:
        return "result", function(item)
    except MemoryError:
        return "memory", None
    except Exception as error:  # noqa: BLE001 passed on to the parent, which raises it
        error.add_note(f"In the worker process:\n{''.join(traceback.format_exception(error))}")
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 our own; some exceptions cannot be read back
        except Exception:  # noqa: BLE001 whatever an exception's own pickling raises
            return "error", RuntimeError("".join(traceback.format_exception(error)))
        return "error", error
