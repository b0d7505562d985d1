"""What a row loses when lines of evidence behind it are rejected, before the tables are made anew without them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mitotransfer.evidence import read_roles
from mitotransfer.rows import MISSING_ID, SEPARATOR, TABLES, role_columns
from mitotransfer.terms import paired, split


def drop_rejected(table: str, row: Any, lines: Iterable[Any], rejected: Collection[str]) -> dict[str, list[str]]:
    """Takes the values out of a row that rejected lines of its evidence name and no other line does: column -> these values.

    A row all of whose evidence was rejected keeps its values and is rejected itself, as when the tables are made.
    """
    every = list(lines)
    lost = [line for line in every if line.evidence_id in rejected]
    if not lost:
        return {}
    if len(lost) == len(every):
        row.review_status = "rejected"
        return {}
    gone = _named(lost) - _named(line for line in every if line.evidence_id not in rejected)
    dropped: dict[str, list[str]] = {}
    for role, (shown, ids) in role_columns(TABLES[table]).items():
        if not shown:
            continue
        known = paired(getattr(row, shown), getattr(row, ids)) if ids else {}
        values = split(getattr(row, shown))
        if away := [value for value in values if (role, _key(value, known.get(value, ""))) in gone]:
            left = [value for value in values if value not in away]
            setattr(row, shown, SEPARATOR.join(left))
            if ids:
                setattr(row, ids, SEPARATOR.join(known[value] for value in left if value in known))
            dropped[shown] = away
    return dropped


def _named(lines: Iterable[Any]) -> set[tuple[str, str]]:
    return {(role.name, _key(role.surface, role.ident)) for line in lines for role in read_roles(line.roles)}


def _key(words: str, ident: str) -> str:
    return ident if ident and MISSING_ID not in ident.split(":") else words.casefold()
