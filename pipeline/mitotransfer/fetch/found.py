"""What a source gives for an article, and what is remembered of it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from mitotransfer.settings import Source


class Fetched(NamedTuple):
    """The bytes of an article and what their source says of it. `withheld`: the publisher gives no more than the front matter."""

    source: Source
    file: str
    data: bytes
    version: int = 0
    licence: str = ""
    flags: tuple[str, ...] = ()
    md5: str = ""
    etag: str = ""
    withheld: bool = False


class Record(msgspec.Struct, frozen=True):
    """What is remembered of an article that was fetched: enough to know in the next run whether it changed.

    `unchecked`, never written down: why that could not be asked in this run.
    """

    ident: str
    source: Source
    file: str
    sha256: str
    n_bytes: int
    date: str
    version: int = 0
    licence: str = ""
    flags: tuple[str, ...] = ()
    md5: str = ""
    etag: str = ""
    withheld: bool = False
    unchecked: str = ""
