"""Parquet: a file per table with real types, lists for columns of several values, descriptions in the schema."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from mitotransfer.errors import ConfigError
from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import TITLES, Record, Tables, split, split_ids, split_roles, typed
from mitotransfer.rows import FILES, several


def make(tables: Tables, version: str) -> Export:
    """`<table>.parquet` for every table. Empty cells are null; an id that the vocabulary lacks is null in its list.

    Raises ConfigError when pyarrow is not installed, InputError for a value that is not of its column's type.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        reason = f"the format parquet needs pyarrow ({error}); install it with: pip install 'mitotransfer[export]'"
        raise ConfigError(reason) from error
    files: dict[str, bytes] = {}
    for name, row_class in FILES.items():
        fields = dataclasses.fields(row_class)
        lists = several(row_class)
        about = {"title": TITLES.get(name, name), "description": (row_class.__doc__ or "").strip(), "version": version}
        columns = [_column(pa, field, field.name in lists) for field in fields]
        records = [
            {f.name: _value(f, record, f"{name}: line {number}", lists) for f in fields}
            for number, record in enumerate(tables.files[name], start=2)
        ]
        buffer = io.BytesIO()
        content = pa.Table.from_pylist(records, schema=pa.schema(columns, metadata=about))
        parquet.write_table(content, buffer)  # type: ignore[no-untyped-call]
        files[name.replace(".csv", ".parquet")] = buffer.getvalue()
    return Export(files, (Account("lines", tables.lines()),))


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
