"""Where the outputs of a run come from: the content of provenance.json. The same input and set-up give the same bytes."""

from __future__ import annotations

from typing import Any

import msgspec

FILE = "provenance.json"


class Program(msgspec.Struct, frozen=True):
    """`source`: SHA-256 over the program's own source files."""

    version: str
    source: str


class ModelUsed(msgspec.Struct, frozen=True):
    """A language model; `sha256` is over all its files."""

    name: str
    version: str
    licence: str
    sha256: str


class Corpus(msgspec.Struct, frozen=True):
    """What was read. `sha256` is that of the articles' sorted SHA-256 sums, a line each, `registry` that of its answers."""

    inputs: int
    files: int
    sha256: str
    registry: str = ""


class Provenance(msgspec.Struct, frozen=True):
    """All that the outputs depend on, and nothing that they do not (paths, times, number of workers).

    `configuration`: the settings that decide what is read and written. `rules`: SHA-256 of each part of the configuration by its
    setting (vocabulary, rules …). `kb`: SHA-256 of the knowledge base, empty without one.
    """

    program: Program
    python: str
    libraries: dict[str, str]
    models: tuple[ModelUsed, ...]
    kb: str
    configuration: dict[str, dict[str, Any]]
    rules: dict[str, str]
    corpus: Corpus
