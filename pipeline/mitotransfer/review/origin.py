"""The provenance of a run as the page tells it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from mitotransfer.provenance import Provenance


class Fact(NamedTuple):
    """A line: what, its value, and whether that is a checksum or other code."""

    name: str
    value: str
    code: bool = False


class Facts(NamedTuple):
    """Facts under a common heading."""

    title: str
    facts: list[Fact]


def origin(provenance: Provenance | None) -> list[Facts]:
    """What a run was made with and from, in groups; none where it is not known."""
    if provenance is None:
        return []
    program, corpus = provenance.program, provenance.corpus
    made = [
        Fact("mitotransfer", program.version),
        Fact("its source files, SHA-256", program.source, code=True),
        Fact("Python", provenance.python),
    ]
    models = [
        Fact(f"{model.name} {model.version} ({model.licence}), SHA-256", model.sha256, code=True) for model in provenance.models
    ]
    models += [Fact("knowledge base, SHA-256", provenance.kb, code=True)] if provenance.kb else []
    read = [Fact("inputs", str(corpus.inputs)), Fact("distinct files read", str(corpus.files))]
    read += [Fact("SHA-256 of their sorted SHA-256 sums, a line each", corpus.sha256, code=True)]
    read += [Fact("answers of the trial registry, SHA-256", corpus.registry, code=True)] if corpus.registry else []
    return [
        Facts("Program", made),
        Facts("Corpus", read),
        Facts("Language models", models or [Fact("none", "tables only, or prose without a model")]),
        Facts("Vocabulary and rules, SHA-256", [Fact(name, sha, code=True) for name, sha in provenance.rules.items()]),
        Facts("Configuration", [Fact(name, value, code=True) for name, value in _settings(provenance)]),
        Facts("Libraries", [Fact(name, version) for name, version in provenance.libraries.items()]),
    ]


def _settings(provenance: Provenance) -> list[tuple[str, str]]:
    """Each setting by its full name, its value as JSON."""
    blocks = provenance.configuration.items()
    return [
        (f"{block}.{name}", msgspec.json.encode(value).decode()) for block, values in blocks for name, value in values.items()
    ]
