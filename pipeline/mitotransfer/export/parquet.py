"""Parquet: a file per table or a folder of them, real types, lists for columns of several values, descriptions in the schema."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from mitotransfer.errors import ConfigError
from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import FILE_TITLES, Lines, Tables, split, split_ids, split_roles, typed
from mitotransfer.rows import FILES, Record, several

_ROWS_AT_ONCE = 10_000  # of a shard that are in memory together, and in the file a row group


def make(tables: Tables, version: str) -> Export:
    """`<table>.parquet` for every table. Empty cells are null; an id that the vocabulary lacks is null in its list.

    Raises ConfigError when pyarrow is not installed, InputError for a value that is not of its column's type.
    """
    pa, parquet = _library()
    files: dict[str, bytes | Iterable[bytes]] = {}
    for name in FILES:
        schema = _schema(pa, name, version)
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(list(_records(name, tables.files[name])), schema=schema), buffer)
        files[name.replace(".csv", ".parquet")] = buffer.getvalue()
    return Export(files, (Account("lines", tables.lines()),))


def make_shards(lines: Lines, version: str, rows: int) -> Export:
    """`<table>/part-<number>.parquet` for every table: `rows` lines in each file but the last, in the order of the table.

    Every table has one file at least, which tells its columns. Values and errors as in `make`; the errors of values come when
    the pieces are read.
    """
    pa, parquet = _library()
    files: dict[str, bytes | Iterable[bytes]] = {}
    total = 0
    for name in FILES:
        count = sum(1 for _ in lines.of(name))
        total += count
        records = _records(name, lines.of(name))
        schema = _schema(pa, name, version)
        for number in range(max(1, -(-count // rows))):
            path = f"{name.removesuffix('.csv')}/part-{number:06}.parquet"
            files[path] = _pieces(pa, parquet, schema, islice(records, rows))
    return Export(files, (Account("lines", total),))


def _pieces(pa: Any, parquet: Any, schema: Any, records: Iterator[dict[str, object]]) -> Iterator[bytes]:
    """A Parquet file of these records, as it is written."""
    sink = _Sink()
    with parquet.ParquetWriter(pa.PythonFile(sink, mode="w"), schema) as writer:
        while batch := list(islice(records, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """A file that gives what was written to it since it was asked last."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _library() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        reason = f"the format parquet needs pyarrow ({error}); install it with: pip install 'mitotransfer[export]'"
        raise ConfigError(reason) from error
    return pa, parquet


def _schema(pa: Any, name: str, version: str) -> Any:
    row_class = FILES[name]
    lists = several(row_class)
    about = {"title": FILE_TITLES.get(name, name), "description": (row_class.__doc__ or "").strip(), "version": version}
    return pa.schema([_column(pa, field, field.name in lists) for field in dataclasses.fields(row_class)], metadata=about)


def _records(name: str, lines: Iterable[Record]) -> Iterator[dict[str, object]]:
    """The lines of a table as Parquet takes them. Raises InputError."""
    fields = dataclasses.fields(FILES[name])
    lists = several(FILES[name])
    for number, record in enumerate(lines, start=2):
        place = f"{name}: line {number}"
        yield {field.name: _value(field, record, place, lists) for field in fields}


def _column(pa: Any, field: dataclasses.Field[str], several_values: bool) -> Any:
    kinds = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64()}
    if field.name == "roles":
        kind = pa.list_(pa.struct([(name, pa.string()) for name in ("name", "surface", "ident", "target")]))
    elif several_values:
        kind = pa.list_(pa.string())
    else:
        kind = kinds.get(field.metadata["type"], pa.string())
    return pa.field(field.name, kind, metadata={"description": field.metadata["description"]})


def _value(field: dataclasses.Field[str], record: Record, place: str, lists: frozenset[str]) -> object:
    cell = record[field.name]
    if field.name == "roles":
        return split_roles(cell)
    if field.name in lists:
        return split_ids(cell) if field.metadata["ids"] else split(cell)
    return typed(field, cell, place)
