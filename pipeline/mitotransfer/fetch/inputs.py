"""What a user names on the command line, turned into single requests: files and article ids, each with where it was named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from mitotransfer.errors import ConfigError

Kind = Literal["file", "pmcid", "pmid", "doi", "unreadable", "skipped"]

ARTICLE_SUFFIXES = frozenset({".xml", ".nxml", ".json", ".txt"})
_ID_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("pmcid", re.compile(r"PMC\s?(\d{1,10})(?:\.\d+)?", re.IGNORECASE)),
    ("pmid", re.compile(r"(?:PMID:?\s*)?(\d{1,9})", re.IGNORECASE)),
    ("doi", re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)),
)
_PREFIX = {"pmcid": "PMC", "pmid": "", "doi": ""}


class Request(msgspec.Struct, frozen=True):
    """One thing to get. `ident` is a normalised id, or the file's stem; `place` says where it was named.

    `kind` is `unreadable` for what is no id at all and `skipped` for a directory entry that is no article; `reason` says why.
    """

    kind: Kind
    ident: str
    place: str
    path: str = ""
    reason: str = ""


def identify(text: str) -> tuple[Kind, str] | None:
    """The kind and normal form of an article id (`PMC123`, `PMID 123`, `doi:10.1/x`), None when it is none."""
    for kind, pattern in _ID_PATTERNS:
        if found := pattern.fullmatch(text.strip()):
            return kind, _PREFIX[kind] + found[1]
    return None


def read_requests(inputs: Iterable[str]) -> Iterator[Request]:
    """Requests in the order given; a directory's files in name order.

    Raises ConfigError when an argument is neither a file, a directory nor an article id.
    """
    for name in inputs:
        path = Path(name)
        if path.is_dir():
            yield from _directory(path)
        elif path.exists():
            yield from _file(path)
        elif found := identify(name):
            yield Request(found[0], found[1], "command line")
        else:
            raise ConfigError(f"'{name}' is neither a file, a directory nor an article id (PMC123, a PMID or a DOI)")


def _directory(folder: Path) -> Iterator[Request]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield Request("skipped", entry.name, str(entry), reason="a subdirectory; name it to have it read")
        elif entry.suffix.lower() in ARTICLE_SUFFIXES:
            yield Request("file", entry.stem, str(entry), path=str(entry))
        else:
            allowed = ", ".join(sorted(ARTICLE_SUFFIXES))
            yield Request("skipped", entry.name, str(entry), reason=f"not an article file ({allowed})")


def _file(path: Path) -> Iterator[Request]:
    """A file of ids gives a request per line, any other file is an article."""
    lines = _id_lines(path)
    if lines is None:
        yield Request("file", path.stem, str(path), path=str(path))
        return
    for number, line in enumerate(lines, 1):
        text = line.split("#", 1)[0].strip().strip(",;\"'")
        if not text:
            continue
        place = f"{path}:{number}"
        found = identify(text)
        if found:
            yield Request(found[0], found[1], place)
        else:
            yield Request("unreadable", text[:80], place, reason=f"'{text[:80]}' is no PMCID, PMID or DOI")


def _id_lines(path: Path) -> list[str] | None:
    """The lines of a `.txt`, `.csv` or `.tsv` file when at least half of them are ids; None for an article."""
    if path.suffix.lower() not in {".txt", ".csv", ".tsv", ".ids", ""}:
        return None
    try:
        text = path.read_bytes()[:20_000_000].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None  # read again, and complained about, as an article
    lines = text.splitlines()
    filled = [line for line in lines if line.split("#", 1)[0].strip()]
    ids = sum(identify(line.split("#", 1)[0].strip().strip(",;\"'")) is not None for line in filled)
    return lines if filled and 2 * ids >= len(filled) else None
