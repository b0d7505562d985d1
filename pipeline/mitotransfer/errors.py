"""What can go wrong, and how it is told: exceptions that end something, problems that are written down and passed on."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]


class Problem(msgspec.Struct, frozen=True):
    """One thing a reader of the outputs should know: which article, where in it, what, and why.

    `code` is a stable slug to filter by (`graphic-only-table`, `bad-span`, …); `place` is an XPath, a
    file name or a line of an id list.
    """

    source: str
    stage: str
    severity: Severity
    code: str
    place: str
    message: str


class MitotransferError(Exception):
    """Base of every error raised on purpose; its text is shown to the user as it is."""


class ConfigError(MitotransferError):
    """Usage or configuration is wrong: nothing was written (exit status 2)."""


class DamagedError(ConfigError):
    """An intermediate result is missing or not as it was written; the stage before makes it again."""


class OutputError(MitotransferError):
    """The output directory cannot be written (exit status 2)."""


class ServiceError(MitotransferError):
    """A public service gave no answer that can be used: nothing was written (exit status 2)."""


class InputError(MitotransferError):
    """One input cannot be read. The article is recorded as failed and the others go on.

    `code` and `place` are those of the `Problem` written for it.
    """

    def __init__(self, message: str, *, code: str, place: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.place = place
