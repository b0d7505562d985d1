"""What a source gives for an article, and which licences allow it to be kept."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Source = Literal["cloud", "efetch", "europepmc", "bioc"]
LicencePolicy = Literal["open", "noncommercial", "tdm"]

_OPEN = frozenset({"CC0", "CC BY", "CC BY-SA", "CC BY-ND"})
_NONCOMMERCIAL = frozenset({"CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"})
_ALLOWED = {"open": _OPEN, "noncommercial": _OPEN | _NONCOMMERCIAL}


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
    """What is remembered of an article that was fetched: enough to know in the next run whether it changed."""

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


def may_keep(licence: str, policy: LicencePolicy) -> bool:
    """Whether the policy lets an article of this licence be kept. `tdm` keeps all that may be mined, an unknown licence, too."""
    return policy == "tdm" or licence.strip() in _ALLOWED[policy]


def may_redistribute(licence: str) -> bool:
    """Whether text of such an article may be passed on; what nobody knows the licence of may not."""
    return licence.strip() in _ALLOWED["noncommercial"]
