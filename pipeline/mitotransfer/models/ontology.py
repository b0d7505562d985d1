"""Terms of an OBO file: names, synonyms, parents. obonet reads the old files of CRAFT, which stricter readers refuse."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mitotransfer.errors import ConfigError

_SYNONYM = re.compile(r'^"((?:[^"\\]|\\.)*)"\s+([A-Z]+)')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Term:
    """A term: `synonyms` are (text, scope) with the OBO scopes EXACT, NARROW, BROAD, RELATED; `parents` are is_a ids."""

    id: str
    name: str
    synonyms: tuple[tuple[str, str], ...]
    parents: tuple[str, ...]


def read_obo(path: Path) -> Iterator[Term]:
    """The terms of an OBO file (`.obo`, `.obo.gz`, or the first `.obo` in a `.zip`) that are not obsolete, in file order.

    Raises ConfigError naming the file when it cannot be read as OBO.
    """
    import obonet  # with it comes networkx: a fifth of a second, and only who builds a knowledge base reads ontologies

    try:
        graph = obonet.read_obo(_opened(path))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read as OBO ({' '.join(str(error).split())})") from error
    for ident, data in graph.nodes(data=True):
        if name := data.get("name"):
            yield Term(ident, name, tuple(_synonyms(data.get("synonym", ()))), tuple(data.get("is_a", ())))


def _opened(path: Path) -> str | io.StringIO:
    if path.suffix != ".zip":
        return str(path)
    with zipfile.ZipFile(path) as archive:
        inside = next((name for name in archive.namelist() if name.endswith(".obo")), "")
        if not inside:
            raise ConfigError(f"{path}: no .obo file inside")
        return io.StringIO(archive.read(inside).decode("utf-8"))


def _synonyms(lines: list[str] | tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if found := _SYNONYM.match(line):
            yield _ESCAPE.sub(r"\1", found[1]), found[2]
