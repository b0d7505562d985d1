"""The knowledge base that names are linked to: concepts of OBO ontologies in a small directory that loads fast.

`build` writes `concepts.jsonl` (a concept a line, sorted by id) and `kb.json` (where they come from); the same sources give the
same bytes. `load` reads them back. No spaCy here.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import re
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from mitotransfer import __version__
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.files import write_whole
from mitotransfer.models.ontology import Term, read_obo

FORMAT = 1
CONCEPTS, MANIFEST = "concepts.jsonl", "kb.json"
ADJECTIVE = "ADJECTIVE"  # our scope beside those of OBO: "hepatic" is of the liver, it is not the liver's name

_MOST_BYTES = 400_000_000  # Uberon with everything it imports has 100 MB
_TIMEOUT = 60.0  # seconds without an answer
_CHUNK = 1 << 20
_LICENCES = {"CL": "CC BY 4.0", "UBERON": "CC BY 3.0"}
# The relational adjectives of Uberon, under the name of its older releases and the id of the newer ones.
_ADJECTIVE_LINE = re.compile(r'property_value: (?:has_relational_adjective|UBPROP:0000007) "([^"\\]+)"')
_HEADER_LINE = re.compile(r"(ontology|data-version): *(.+)")


class Concept(msgspec.Struct, frozen=True):
    """A class of an ontology: `synonyms` are (text, scope), the scopes EXACT, NARROW, BROAD, RELATED and ADJECTIVE."""

    id: str
    name: str
    synonyms: tuple[tuple[str, str], ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """The ontology of the id: CL, UBERON."""
        return self.id.partition(":")[0]


class Source(msgspec.Struct, frozen=True):
    """A file that concepts were taken from: its URL, or a local file's name; `dropped` counts the other terms by prefix."""

    address: str
    sha256: str
    ontology: str
    version: str
    licence: str
    prefixes: tuple[str, ...]
    concepts: int
    dropped: dict[str, int]

    def __str__(self) -> str:
        dropped = ", ".join(f"{number} {prefix}" for prefix, number in self.dropped.items())
        left_out = f"; left out: {dropped}" if dropped else ""
        return f"{self.address}: {self.concepts} concepts of {', '.join(self.prefixes)} ({self.licence}){left_out}"


class Manifest(msgspec.Struct, frozen=True):
    """What a knowledge base holds; `sha256` is that of its `concepts.jsonl`, `names` counts names and synonyms."""

    format: int
    concepts: int
    names: int
    sha256: str
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        return "\n".join([*map(str, self.sources), f"{self.concepts} concepts, {self.names} names"])


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Fetched(NamedTuple):
    address: str
    sha256: str
    text: str


def build(sources: Sequence[str | Path], out: Path, *, prefixes: Sequence[str] = ()) -> Manifest:
    """Write the concepts of OBO files to the directory `out`, all of it or nothing, and return what was written.

    A source is a path or an http(s) or file URL of an OBO file, as it is, gzipped or in a zip archive. Kept are the terms that
    are not obsolete and whose id has one of `prefixes`; without any, the prefix the file's header calls its own, else its most
    frequent. Of an id that several sources have, the first counts. Raises InputError naming the source that cannot be read or has
    no such term, ConfigError when there is no source, OutputError.
    """
    if not sources:
        raise ConfigError("no source is given; name the OBO files of the ontologies to link to")
    concepts: dict[str, Concept] = {}
    used = []
    for source in sources:
        fetched = _fetch(str(source))
        taken, described = _concepts(fetched, tuple(prefixes))
        used.append(described)
        for concept in taken:
            concepts.setdefault(concept.id, concept)
    content = b"".join(msgspec.json.encode(concepts[ident]) + b"\n" for ident in sorted(concepts))
    names = sum(1 + len(concept.synonyms) for concept in concepts.values())
    manifest = Manifest(FORMAT, len(concepts), names, hashlib.sha256(content).hexdigest(), tuple(used))
    described_whole = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    write_whole({out / CONCEPTS: [content], out / MANIFEST: [described_whole, b"\n"]})
    return manifest


def load(directory: Path) -> tuple[Manifest, list[Concept]]:
    """The knowledge base in a directory, its concepts sorted by id.

    Raises ConfigError naming the file that is missing, damaged or of another format.
    """
    again = "make it with: mitotransfer kb build SOURCE... --out DIR"
    try:
        manifest = msgspec.json.decode((directory / MANIFEST).read_bytes(), type=Manifest)
        content = (directory / CONCEPTS).read_bytes()
    except OSError as error:
        raise ConfigError(f"{directory}: no knowledge base there ({error.strerror}: {error.filename}); {again}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{directory / MANIFEST}: not the description of a knowledge base ({error}); {again}") from error
    if manifest.format != FORMAT:
        raise ConfigError(f"{directory / MANIFEST}: format {manifest.format}, this version reads {FORMAT}; {again}")
    if hashlib.sha256(content).hexdigest() != manifest.sha256:
        raise ConfigError(f"{directory / CONCEPTS}: not the file that {MANIFEST} describes; {again}")
    decoder = msgspec.json.Decoder(Concept)
    return manifest, decoder.decode_lines(content)


def _concepts(fetched: _Fetched, prefixes: tuple[str, ...]) -> tuple[list[Concept], Source]:
    """The concepts of one file, and what the manifest says of it."""
    header = _header(fetched.text)
    terms = _terms(fetched)
    found = Counter(term.id.partition(":")[0] for term in terms)
    kept = prefixes or (_own_prefix(header.get("ontology", ""), found),)
    adjectives = _adjectives(fetched.text)
    concepts = [_concept(term, adjectives[term.id]) for term in terms if term.id.partition(":")[0] in kept]
    if not concepts:
        if not found:
            raise _bad(fetched.address, "holds no terms; is it an OBO file?")
        raise _bad(fetched.address, f"no id begins with {' or '.join(kept)}; those there begin with {', '.join(sorted(found))}")
    described = Source(
        fetched.address,
        fetched.sha256,
        header.get("ontology", ""),
        header.get("data-version", ""),
        ", ".join(_LICENCES.get(prefix, f"licence of {prefix}: see its publisher") for prefix in kept),
        kept,
        len(concepts),
        {prefix: number for prefix, number in sorted(found.items()) if prefix not in kept},
    )
    return concepts, described


def _own_prefix(ontology: str, found: Counter[str]) -> str:
    """`ontology: cl/cl-basic` is CL. Imported terms may outnumber a file's own, so the most frequent prefix comes second."""
    own = ontology.partition("/")[0].removesuffix(".owl").upper()
    return own if own in found else min(found, key=lambda prefix: (-found[prefix], prefix), default=own)


def _concept(term: Term, adjectives: list[str]) -> Concept:
    synonyms = {(" ".join(text.split()), scope) for text, scope in term.synonyms} | {(text, ADJECTIVE) for text in adjectives}
    return Concept(term.id, " ".join(term.name.split()), tuple(sorted(synonyms)), tuple(sorted(term.parents)))


def _terms(fetched: _Fetched) -> list[Term]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.obo"
        path.write_text(fetched.text, encoding="utf-8")
        try:
            return list(read_obo(path))
        except ConfigError as error:
            reason = str(error.__cause__ or error).strip().partition("\n")[0]
            raise _bad(fetched.address, f"cannot be read as OBO ({reason})") from error


def _header(text: str) -> dict[str, str]:
    lines = text[: max(text.find("\n["), 0)].splitlines()
    return {found[1]: found[2].strip() for line in lines if (found := _HEADER_LINE.match(line))}


def _adjectives(text: str) -> defaultdict[str, list[str]]:
    """The relational adjectives of each term; the reader of OBO files does not give them."""
    adjectives: defaultdict[str, list[str]] = defaultdict(list)
    ident = ""
    for line in text.splitlines():
        if line.startswith("id: "):
            ident = line[4:].strip()
        elif found := _ADJECTIVE_LINE.match(line):
            adjectives[ident].append(found[1])
    return adjectives


def _fetch(source: str) -> _Fetched:
    """A source's bytes, unpacked and decoded. Raises InputError."""
    scheme = urlsplit(source).scheme.lower()
    if scheme in ("http", "https"):
        address, data = _without_login(source), _download(source)
    elif len(scheme) > 1 and scheme != "file":  # one letter is a drive of Windows
        raise _bad(source, f"no way to read '{scheme}:' addresses; give a path or an http, https or file address")
    else:
        path = Path(unquote(urlsplit(source).path)) if scheme == "file" else Path(source)
        address, data = path.name, _read(path)
    try:
        text = _unpacked(data, address).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(address, f"not UTF-8 text ({error.reason} at byte {error.start})") from error
    return _Fetched(address, hashlib.sha256(data).hexdigest(), text)


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return _limited(handle, str(path))
    except OSError as error:
        raise _bad(str(path), f"cannot be read ({error.strerror})") from error


def _download(url: str) -> bytes:
    shown = _without_login(url)
    try:
        request = urllib.request.Request(url, headers={"User-Agent": f"mitotransfer/{__version__}"})  # noqa: S310 the caller looks
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 at the scheme
            data = _limited(answer, shown)
            expected = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        error.close()
        raise _bad(shown, f"the server answers {error.code} {error.reason}; look at the address") from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # no network, a broken answer, no valid address
        reason = getattr(error, "reason", None) or error or type(error).__name__
        raise _bad(shown, f"cannot be downloaded ({reason}); download it yourself and give the path") from error
    if expected and expected.isdigit() and int(expected) != len(data):
        raise _bad(shown, f"the download ended after {len(data)} of {expected} bytes; try again")
    return data


def _limited(handle: _Readable, address: str) -> bytes:
    data = b"".join(_chunks(handle))
    if len(data) > _MOST_BYTES:
        raise _bad(address, f"larger than {_MOST_BYTES // 1_000_000} MB; take the ontology's 'basic' file")
    return data


def _chunks(handle: _Readable) -> Iterator[bytes]:
    size = 0
    while size <= _MOST_BYTES and (chunk := handle.read(_CHUNK)):
        size += len(chunk)
        yield chunk


def _unpacked(data: bytes, address: str) -> bytes:
    """The content of a gzip or zip file, told by its first bytes (a server may serve either under any name)."""
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(data)) as handle:
                return _limited(handle, address)
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inside = sorted(name for name in archive.namelist() if name.endswith(".obo"))
                if len(inside) != 1:
                    raise _bad(address, f"holds {len(inside)} .obo files; give an archive with one")
                with archive.open(inside[0]) as member:
                    return _limited(member, address)
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
    ) as error:  # last two: encryption
        raise _bad(address, f"the archive is damaged or of an unknown kind ({error})") from error
    return data


def _bad(source: str, what: str) -> InputError:
    return InputError(f"{source}: {what}", code="bad-ontology", place=source)
