"""What a user names on the command line, turned into single requests: files and article ids, each with where it was named."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from mitotransfer import urls
from mitotransfer.document import Head
from mitotransfer.errors import ConfigError, Problem
from mitotransfer.fetch.urls import files_at

Kind = Literal["file", "pmcid", "pmid", "doi", "unreadable", "skipped"]

ARTICLE_SUFFIXES = frozenset({".xml", ".nxml", ".json", ".txt"})
LIST_SUFFIXES = frozenset({".txt", ".csv", ".tsv", ".ids", ""})
_LONGEST_LIST = 20_000_000  # bytes; a million ids
_MOST_WORDS = 6  # in a line of a list of ids, were it junk; the lines of an article are longer
_ID_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("pmcid", re.compile(r"(?:PMCID:?\s*)?PMC\s?0*([1-9][0-9]{0,9})(?:\.[0-9]+)?", re.IGNORECASE)),
    ("pmid", re.compile(r"(?:PMID:?\s*)?0*([1-9][0-9]{0,8})", re.IGNORECASE)),
    ("doi", re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/\S+)", re.IGNORECASE)),
)
_PREFIX = {"pmcid": "PMC", "pmid": "", "doi": ""}
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class Request(msgspec.Struct, frozen=True):
    """One thing to get. `ident` is a normalised id, or the file's stem; `place` says where it was named.

    `kind` is `unreadable` for what is no id at all and `skipped` for what is no article; `reason` says why, and how an id
    was read where that is a guess.
    """

    kind: Kind
    ident: str
    place: str
    path: str = ""
    reason: str = ""


def identify(text: str) -> tuple[Kind, str] | None:
    """The kind and normal form of an article id (`PMC123`, `PMID 123`, `doi:10.1/x`), None when it is none."""
    for kind, pattern in _ID_PATTERNS:
        if (found := pattern.fullmatch(text.strip())) and printable(found[1]) == found[1]:
            return kind, _PREFIX[kind] + found[1]
    return None


def printable(text: str) -> str:
    """A file's name as it can be written everywhere: line ends, control characters and bytes that are no UTF-8 become "�"."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _UNPRINTABLE else c for c in text)


def read_requests(inputs: Iterable[str], out: Path | None = None) -> Iterator[Request]:
    """Requests in the order given; the files of a directory or of a folder's URL in name order, hidden ones left out.

    `out` is the directory that will be written: inside an input directory it is passed over. Raises ConfigError when an
    argument is neither a file, a directory nor an article id, cannot be read, or is `out`.
    """
    for name in inputs:
        if urls.is_url(name) and not identify(name):  # https://doi.org/… is an id
            yield from _elsewhere(name)
            continue
        path = Path(name)
        match _what(path) if name else "nothing":  # an empty name would be the present directory
            case "directory":
                yield from _directory(path, Path(os.path.realpath(out)) if out else None)
            case "file":
                yield from _file(path)
            case "device":
                raise ConfigError(f"'{printable(name)}' is a pipe or a device; save what it gives to a file first")
            case _ if found := identify(name):
                yield _request(found, name, "command line")
            case _:
                message = "is neither a file, a directory nor an article id (PMC123, a PMID or a DOI)"
                raise ConfigError(f"'{printable(name[:200])}' {message}")


def _what(path: Path) -> Literal["directory", "file", "device", "nothing"]:
    """What stands at a path; a link that leads nowhere and a name too long to be one are nothing."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return "nothing"
    return "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "device"


def _request(found: tuple[Kind, str], text: str, place: str) -> Request:
    kind, ident = found
    bare = kind == "pmid" and text.strip().isdigit()
    reason = f"bare digits are read as a PMID; a PMCID would be written PMC{ident}" if bare else ""
    return Request(kind, ident, place, reason=reason)


def _directory(folder: Path, out: Path | None) -> Iterator[Request]:
    real = Path(os.path.realpath(folder))
    if out == real:
        raise ConfigError(f"{folder}: is both an input and the directory to write to; name another one for the tables")
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from error
    if not entries:
        yield Request("skipped", printable(folder.name), printable(str(folder)), reason="an empty directory")
    for entry in entries:
        what, name, place = _what(entry), printable(entry.name), printable(str(entry))
        if entry.name.startswith(".") or (what == "directory" and out and out.is_relative_to(os.path.realpath(entry))):
            continue
        if what == "directory":
            yield Request("skipped", name, place, reason="a subdirectory; name it to have it read")
        elif what == "device":
            yield Request("skipped", name, place, reason="a pipe or a device, not a file")
        elif entry.suffix.lower() in ARTICLE_SUFFIXES:
            yield Request("file", printable(entry.stem), place, path=str(entry))
        else:
            allowed = ", ".join(sorted(ARTICLE_SUFFIXES))
            yield Request("skipped", name, place, reason=f"not an article file ({allowed})")


def _elsewhere(url: str) -> Iterator[Request]:
    """A request per article file at a URL."""
    for found in files_at(url):
        name, place = PurePosixPath(found).name, printable(urls.shown(found))
        if PurePosixPath(name).suffix.lower() in ARTICLE_SUFFIXES:
            yield Request("file", printable(PurePosixPath(name).stem), place, path=found)
        else:
            yield Request(
                "skipped", printable(name), place, reason=f"not an article file ({', '.join(sorted(ARTICLE_SUFFIXES))})"
            )


def _file(path: Path) -> Iterator[Request]:
    """A file of ids gives a request per line, any other file is an article."""
    shown = printable(str(path))
    lines = _id_lines(path)
    if lines is None:
        yield Request("file", printable(path.stem), shown, path=str(path))
        return
    if not any(map(_without_comment, lines)):
        yield Request("skipped", printable(path.stem), shown, reason="a list of ids without any")
    for number, line in enumerate(lines, 1):
        text = _without_comment(line)
        if not text:
            continue
        place = f"{shown}:{number}"
        if found := identify(text):
            yield _request(found, text, place)
        else:
            brief = printable(text[:80])
            yield Request("unreadable", brief, place, reason=f"'{brief}' is no PMCID, PMID or DOI")


def _without_comment(line: str) -> str:
    return line.split("#", 1)[0].strip().strip(",;\"'").strip()


def _id_lines(path: Path) -> list[str] | None:
    """The lines of a `.txt`, `.csv` or `.tsv` file that is a list of ids; None for an article.

    A list holds an id, and either at least half of its lines are ids or none of them is as long as a sentence. It may hold
    none if it holds nothing but comments: a search that finds nothing new makes one.
    """
    if path.suffix.lower() not in LIST_SUFFIXES:
        return None
    try:
        if path.stat().st_size > _LONGEST_LIST:
            return None
        data = path.read_bytes()
    except OSError:
        return None  # read again, and complained about, as an article
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = re.split(r"\r\n|\r|\n", data.decode(encoding, "replace"))
    filled = [text for line in lines if (text := _without_comment(line))]
    if not filled and any(line.strip() for line in lines):
        return lines
    ids = sum(identify(text) is not None for text in filled)
    short = all(len(text.split()) <= _MOST_WORDS for text in filled)
    return lines if ids and (2 * ids >= len(filled) or short) else None


def mistaken_id(name: str, head: Head) -> Problem | None:
    """The problem of an article that came under the PMCID `name` (of a request or a file) and says it is another."""
    asked = identify(name)
    if not asked or asked[0] != "pmcid" or not head.pmcid or asked[1] == head.pmcid:
        return None
    if asked[1] == f"PMC{head.pmid}":
        message = f"{asked[1]} is {head.pmcid}, whose PMID is {head.pmid}: a PMID was taken for a PMCID"
        return Problem(head.source, "fetch", "warning", "pmid-as-pmcid", head.file, message)
    message = f"came as {asked[1]}; the article itself says it is {head.pmcid}"
    return Problem(head.source, "fetch", "warning", "other-article", head.file, message)
