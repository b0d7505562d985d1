"""The events of a run as evidence.csv holds them: which rule read what from which sentence, and for which row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mitotransfer.errors import ConfigError, InputError
from mitotransfer.evaluate.gold import GoldDocument
from mitotransfer.evaluate.pairing import owners, value_of
from mitotransfer.evaluate.similarity import Value
from mitotransfer.evidence import read_roles
from mitotransfer.files import read_records

_FILE = "evidence.csv"
_COLUMNS = ("row_id", "source_id", "sentence", "roles", "rule_id", "trigger", "confidence")


class Part(NamedTuple):
    """A role of an event: its name and its value, with the words of the sentence as text."""

    role: str
    value: Value


class Trace(NamedTuple):
    """An event: where it stands, what fired, what it brought, and the row it supports."""

    row_id: str
    sentence: str
    rule: str
    trigger: str
    confidence: str
    parts: tuple[Part, ...]


def read_traces(run: Path, documents: Iterable[GoldDocument]) -> dict[str, list[Trace]]:
    """The events of each document (by id) in the order of `run/evidence.csv`; those of other sources are passed over.

    Raises ConfigError when it is missing, InputError when it cannot be read or lacks a column.
    """
    path, owner = run / _FILE, owners(documents)
    if not path.exists():
        raise ConfigError(f"{path}: missing; errors are told from the events in it, which the tabulate stage writes")
    found: dict[str, list[Trace]] = defaultdict(list)
    for record in read_records(path):
        if lacking := [name for name in _COLUMNS if name not in record]:
            raise InputError(f"{path}: no column {', '.join(lacking)}; write it again with the tabulate stage", code="bad-table")
        if document := owner.get(record["source_id"].strip()):
            parts = tuple(Part(role.name, value_of(role.ident, role.surface)) for role in read_roles(record["roles"]))
            found[document].append(
                Trace(record["row_id"], record["sentence"], record["rule_id"], record["trigger"], record["confidence"], parts)
            )
    return found
