"""A Frictionless Data Package that describes the output tables, made from `rows.py`."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from mitotransfer.decisions import DECISIONS, Decision
from mitotransfer.rows import FILES, TRUTH

_DESCRIBED = FILES | {DECISIONS: Decision}


def datapackage(files: Collection[str], version: str) -> dict[str, Any]:
    """The descriptor of those of `files` that are output tables, in the order of `rows.FILES`, the log of decisions last.

    In: file names relative to the descriptor, and the version of the program that wrote them. Out: plain data for
    `datapackage.json` (Data Package v1, profile tabular-data-package). No foreign keys: `evidence.row_id` points into
    three tables, and the columns `*_ids` hold several ids.
    """
    return {
        "profile": "tabular-data-package",
        "name": "mitotransfer-tables",
        "title": "Intercellular mitochondrial transfer: evidence tables",
        "description": "Secretion, transplantation and trials of mitochondria, with the sentence behind every value. "
        "Several values in a cell are joined with '; '; an empty cell means not stated. A cell that a spreadsheet would "
        "run as a formula is written with a leading apostrophe.",
        "version": version,
        "resources": [_resource(name, row_class) for name, row_class in _DESCRIBED.items() if name in files],
    }


def _resource(file: str, row_class: type) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": file.removesuffix(".csv"),
        "path": file,
        "description": (row_class.__doc__ or "").strip(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": _schema(row_class),
    }


def _schema(row_class: type) -> dict[str, Any]:
    fields = dataclasses.fields(row_class)
    schema: dict[str, Any] = {"fields": [_field(field) for field in fields], "missingValues": [""]}
    # The first column names the line wherever it is an id of it; one event may stand behind several rows
    keys = {"row_id": ["row_id"], "evidence_id": ["evidence_id", "row_id"], "id": ["id"], "decision_id": ["decision_id"]}
    if fields[0].name in keys:
        schema["primaryKey"] = keys[fields[0].name]
    return schema


def _field(field: dataclasses.Field[str]) -> dict[str, Any]:
    descriptor: dict[str, Any] = {
        "name": field.name,
        "type": field.metadata["type"],
        "description": field.metadata["description"],
    }
    if field.metadata["type"] == "boolean":
        descriptor |= {"trueValues": [TRUTH[0]], "falseValues": [TRUTH[1]]}
    elif field.metadata["enum"]:
        descriptor["constraints"] = {"enum": list(field.metadata["enum"])}
    return descriptor
