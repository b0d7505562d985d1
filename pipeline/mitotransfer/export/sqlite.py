"""SQLite, ready for Datasette: typed tables with keys and indices, links for values and evidence, full-text search.

```
rows                                       a line per row of the three tables: what evidence and values point to
secretion transplantation trials           the tables, cells as in the CSV files
row_values                                 a line per value: row, role, position, value, vocabulary id, direction of an effect
evidence evidence_roles                    a line per event with its sentence, and its roles one by one
row_evidence                               which event stands behind which row, and what a reviewer said of it there
articles problems                          as in the CSV files
evidence_fts                               full-text search over the sentences (FTS5)
```
Empty cells are NULL, booleans 0 or 1. The same tables give the same bytes with the same version of SQLite, which writes its own
version number into the file's header.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from itertools import zip_longest
from typing import Any

from mitotransfer.errors import InputError, OutputError
from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import TITLES, Tables, short_name, split, split_ids, split_roles, typed
from mitotransfer.rows import FILES, TABLE_FILES, TABLES, role_columns

NAME = "mitotransfer"
_KINDS = {"boolean": "INTEGER", "integer": "INTEGER", "number": "REAL"}
_OF_LINK = ("row_id", "decision", "reviewer", "reviewed_at", "note")
_KEYS = {"row_id", "evidence_id", "id"}
_LINKS = """
CREATE TABLE row_values (
  row_id TEXT NOT NULL REFERENCES rows(row_id), role TEXT NOT NULL, position INTEGER NOT NULL, value TEXT, ident TEXT,
  direction TEXT, PRIMARY KEY (row_id, role, position)
);
CREATE TABLE evidence_roles (
  evidence_id TEXT NOT NULL REFERENCES evidence(evidence_id), position INTEGER NOT NULL, role TEXT, surface TEXT, ident TEXT,
  target TEXT, PRIMARY KEY (evidence_id, position)
);
CREATE TABLE row_evidence (
  row_id TEXT NOT NULL REFERENCES rows(row_id), evidence_id TEXT NOT NULL REFERENCES evidence(evidence_id), decision TEXT,
  reviewer TEXT, reviewed_at TEXT, note TEXT, PRIMARY KEY (row_id, evidence_id)
);
"""
_INDICES = """
CREATE INDEX row_values_ident ON row_values(ident);
CREATE INDEX row_values_value ON row_values(role, value);
CREATE INDEX evidence_roles_ident ON evidence_roles(ident);
CREATE INDEX row_evidence_evidence ON row_evidence(evidence_id);
CREATE INDEX evidence_source ON evidence(source_id);
CREATE INDEX evidence_rule ON evidence(rule_id);
CREATE INDEX problems_code ON problems(code);
CREATE VIRTUAL TABLE evidence_fts USING fts5(
  sentence, content="evidence", tokenize='porter unicode61 remove_diacritics 2'
);
INSERT INTO evidence_fts(evidence_fts) VALUES ('rebuild');
INSERT INTO evidence_fts(evidence_fts) VALUES ('optimize');
"""
_ABOUT_LINKS = {
    "rows": ("Rows of the three tables", {"row_id": "As in the table", "table_name": "The table that holds the row"}),
    "row_values": (
        "Values of rows, one by one",
        {
            "row_id": "The row",
            "role": "The role the value plays in the finding",
            "position": "Place in the cell, from 1",
            "value": "As printed",
            "ident": "Vocabulary id; NULL where the vocabulary holds none",
            "direction": "Of an effect: increase, decrease, change, none",
        },
    ),
    "evidence_roles": (
        "Roles of each line of evidence",
        {
            "evidence_id": "The line of evidence",
            "position": "Place in the cell, from 1",
            "role": "The role",
            "surface": "In the article's words",
            "ident": "Vocabulary id",
            "target": "Of an effect: where it changes",
        },
    ),
    "row_evidence": ("Which evidence stands behind which row", {"row_id": "The row", "evidence_id": "The event"}),
}


def make(tables: Tables, version: str) -> Export:
    """`mitotransfer.db` and Datasette's `metadata.json`.

    Raises InputError for a value that is not of its column's type or an id that is there twice, OutputError when this Python's
    SQLite cannot make the database.
    """
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
            database.execute("PRAGMA page_size = 4096")
            database.execute("BEGIN")
            left_out, notes = _fill(database, tables)
            database.execute("COMMIT")
            content = database.serialize()
    except sqlite3.OperationalError as error:
        raise OutputError(f"the database cannot be made: {error} (SQLite {sqlite3.sqlite_version})") from error
    about = json.dumps(metadata(version), ensure_ascii=False, indent=2) + "\n"
    files = {f"{NAME}.db": content, "metadata.json": about.encode()}
    account = Account("lines", tables.lines() - sum(left_out.values()), left_out)
    return Export(files, (account,), tuple(notes))


def _fill(database: sqlite3.Connection, tables: Tables) -> tuple[dict[str, int], list[str]]:
    """Writes all tables, links and indices; returns how many lines were left out, by reason, and what does not fit together."""
    database.execute("CREATE TABLE rows (row_id TEXT PRIMARY KEY NOT NULL, table_name TEXT NOT NULL)")
    found = [(row["row_id"], name) for name, file in TABLE_FILES.items() for row in tables.files[file]]
    _insert(database, "rows", found, "a row_id of the three tables")
    articles = {article["id"] for article in tables.files["articles.csv"]}
    events = {line["evidence_id"]: number for number, line in reversed([*enumerate(tables.files["evidence.csv"])])}
    for file, row_class in FILES.items():
        lines = tables.files[file]
        parents = {"row_id": "rows(row_id)"}
        if all(line.get("source_id") in articles for line in lines):  # entries of the trial registry are no articles
            parents["source_id"] = "articles(id)"
        fields = _fields(file, row_class)
        database.execute(_create(short_name(file), fields, parents))
        chosen = sorted(events.values()) if file == "evidence.csv" else range(len(lines))
        records = ([typed(f, lines[n][f.name], f"{file}: line {n + 2}") for f in fields] for n in chosen)
        _insert(database, short_name(file), records, f"{file}: a {fields[0].name}")
    _run(database, _LINKS)
    _insert(database, "row_values", _row_values(tables), "a value")
    _insert(database, "evidence_roles", _evidence_roles(tables, events.values()), "a role")
    links, left_out = _row_evidence(tables, {row_id for row_id, _ in found})
    _insert(database, "row_evidence", links.values(), "a link")
    _run(database, _INDICES)
    return left_out, list(_told(tables, links, events))


def _told(tables: Tables, links: Mapping[tuple[str, str], object], events: Mapping[str, int]) -> Iterator[str]:
    """What does not fit together."""
    lines = tables.files["evidence.csv"]
    alike = [f.name for f in _fields("evidence.csv", FILES["evidence.csv"])]
    if other := sum(any(line[name] != lines[events[line["evidence_id"]]][name] for name in alike) for line in lines):
        yield f"of {other} lines of evidence.csv an earlier one with the same evidence_id says something else: that one is kept"
    if dangling := _dangling(tables, links):
        yield f"{dangling} evidence_ids of rows have no line in evidence.csv"


def _run(database: sqlite3.Connection, script: str) -> None:
    """Runs statements inside the transaction, which `executescript` would end."""
    for statement in script.split(";\n"):
        database.execute(statement)


def _fields(file: str, row_class: type) -> list[dataclasses.Field[str]]:
    """The columns of a table; what a line of evidence says of one row stands with the link between the two."""
    return [f for f in dataclasses.fields(row_class) if file != "evidence.csv" or f.name not in _OF_LINK]


def _insert(database: sqlite3.Connection, table: str, records: Iterable[Sequence[object]], what: str) -> None:
    try:
        for record in records:
            database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(record))})", record)  # noqa: S608 our own names
    except sqlite3.IntegrityError as error:
        raise InputError(f"{what} is empty or there twice ({error}): {record[0]}", code="bad-table", place=table) from error


def _create(table: str, fields: Iterable[dataclasses.Field[str]], parents: Mapping[str, str]) -> str:
    columns: list[str] = []
    for field in fields:
        line = f'"{field.name}" {_KINDS.get(field.metadata["type"], "TEXT")}'
        if field.metadata["type"] == "boolean":
            line += f' CHECK ("{field.name}" IN (0, 1))'
        if not columns and field.name in _KEYS:
            line += " PRIMARY KEY NOT NULL"
        if field.name in parents:
            line += f" REFERENCES {parents[field.name]}"
        columns.append(line)
    return f"CREATE TABLE {table} ({', '.join(columns)})"


def _row_values(tables: Tables) -> Iterator[tuple[str, str, int, str | None, str | None, str | None]]:
    for name, row_class in TABLES.items():
        for row in tables.files[TABLE_FILES[name]]:
            for role, (shown, ids) in role_columns(row_class).items():
                values = split(row[shown]) if shown else []
                idents = split_ids(row[ids]) if ids else []
                for position, (value, ident) in enumerate(zip_longest(values, idents), start=1):
                    direction = ident.rpartition(":")[2] if role == "effect" and ident else None
                    yield row["row_id"], role, position, value, ident, direction


def _evidence_roles(tables: Tables, chosen: Iterable[int]) -> Iterator[tuple[str | int | None, ...]]:
    for number in sorted(chosen):
        line = tables.files["evidence.csv"][number]
        for position, role in enumerate(split_roles(line["roles"]), start=1):
            cells = (role[key] or None for key in ("name", "surface", "ident", "target"))
            yield line["evidence_id"], position, *cells


def _row_evidence(tables: Tables, rows: AbstractSet[str]) -> tuple[dict[tuple[str, str], tuple[str | None, ...]], dict[str, int]]:
    """The links that lines of evidence make, and how many lines make none."""
    links: dict[tuple[str, str], tuple[str | None, ...]] = {}
    left_out = {"there twice": 0, "of no row in the tables": 0}
    for line in tables.files["evidence.csv"]:
        key = (line["row_id"], line["evidence_id"])
        if key in links:
            left_out["there twice"] += 1
        elif line["row_id"] not in rows:
            left_out["of no row in the tables"] += 1
        else:
            links[key] = (*key, *(line[name] or None for name in _OF_LINK[1:]))
    return links, left_out


def _dangling(tables: Tables, links: Mapping[tuple[str, str], object]) -> int:
    named = (
        (row["row_id"], i) for file in TABLE_FILES.values() for row in tables.files[file] for i in split(row["evidence_ids"])
    )
    return sum(pair not in links for pair in named)


def metadata(version: str) -> dict[str, Any]:
    """What Datasette shows of the database: titles, descriptions of tables and columns, useful facets."""
    tables: dict[str, Any] = {}
    for file, row_class in FILES.items():
        fields = _fields(file, row_class)
        tables[short_name(file)] = {
            "title": TITLES.get(file, file),
            "description": (row_class.__doc__ or "").strip(),
            "columns": {field.name: field.metadata["description"] for field in fields},
        }
    for name, (title, columns) in _ABOUT_LINKS.items():
        tables[name] = {"title": title, "columns": columns}
    for name in TABLE_FILES:
        tables[name]["facets"] = ["review_status", "source"]
    tables["evidence"]["facets"] = ["event", "rule_id"]
    title = "Intercellular mitochondrial transfer: evidence tables"
    return {
        "title": title,
        "databases": {NAME: {"title": title, "description": f"Written by mitotransfer {version}", "tables": tables}},
    }
