"""The outputs in the formats of others: databases, annotation tools, archives, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mitotransfer.document import Article
from mitotransfer.errors import ConfigError
from mitotransfer.export import bioc, crate, latex, parquet, printed, pubannotation, sqlite
from mitotransfer.export.parquet import make_shards
from mitotransfer.export.result import Export
from mitotransfer.export.tables import Tables, load, stream, told
from mitotransfer.rows import FILES

FORMATS = ("parquet", "sqlite", "bioc", "pubannotation", "rocrate", "latex", "markdown", "html")
ALL = "all"
PARQUET = "parquet"
ON_TEXT = frozenset({"bioc", "pubannotation"})
WITHOUT_SENTENCES = frozenset({"latex", "markdown", "html"})
ENTRY = "ro-crate-metadata.json"  # a folder that has it is complete
_STEMS = [name.removesuffix(".csv") for name in FILES]
# files in the folder of a format that an earlier export may have left
REPLACED = {
    "pubannotation": ["*.json"],
    PARQUET: [f"{stem}{end}" for stem in _STEMS for end in (".parquet", "/part-*.parquet")],
}

__all__ = [
    "ENTRY",
    "FORMATS",
    "ON_TEXT",
    "PARQUET",
    "REPLACED",
    "WITHOUT_SENTENCES",
    "Export",
    "Sources",
    "Tables",
    "known_formats",
    "load",
    "make",
    "make_shards",
    "stream",
    "told",
]


class Sources(NamedTuple):
    """What exports are made from: the tables, their data package, parsed articles by source (those at hand), program and date."""

    tables: Tables
    package: Mapping[str, Any]
    articles: Mapping[str, Article]
    version: str
    date: str = ""


def known_formats(names: Sequence[str]) -> list[str]:
    """The formats named, each once, `all` for every one. Raises ConfigError for another name."""
    for name in names:
        if name not in (*FORMATS, ALL):
            raise ConfigError(f"--format {name}: not known; one of {', '.join((*FORMATS, ALL))}")
    return [name for name in FORMATS if name in names or ALL in names]


def make(name: str, sources: Sources) -> Export:
    """The files of one format. Raises ConfigError for a library that is not installed, InputError for tables that do not fit."""
    tables, version = sources.tables, sources.version
    makers = {
        "parquet": lambda: parquet.make(tables, version),
        "sqlite": lambda: sqlite.make(tables, version),
        "bioc": lambda: bioc.make(tables, sources.articles, version),
        "pubannotation": lambda: pubannotation.make(tables, sources.articles),
        "rocrate": lambda: crate.make(tables, sources.package, version, sources.date),
        "latex": lambda: latex.make(tables),
        "markdown": lambda: printed.markdown(tables),
        "html": lambda: printed.html(tables),
    }
    return makers[name]()
