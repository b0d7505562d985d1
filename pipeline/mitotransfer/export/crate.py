"""RO-Crate 1.1: the tables with a machine-readable description, ready to be archived, and CITATION.cff for those who cite them.

Who made the data set and under which licence it is, nobody but its makers can say: both stand as placeholders, and it is told.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import yaml

from mitotransfer.decisions import DECISIONS, Decision
from mitotransfer.errors import ConfigError
from mitotransfer.export.result import Account, Export
from mitotransfer.export.tables import TITLES, Record, Tables
from mitotransfer.files import table_lines
from mitotransfer.rows import FILES, header

_TITLE = "Intercellular mitochondrial transfer: evidence tables"
_SOFTWARE = "#mitotransfer"
_RUN = "#run"
_LICENCE = "#licence"
_AUTHOR = "#author"
_CLASSES = FILES | {DECISIONS: Decision}
_FORMATS = {
    "datapackage.json": ("Frictionless data package: the schema of the tables", "application/json"),
    "CITATION.cff": ("How to cite the data set", "application/yaml"),
}


def make(tables: Tables, package: Mapping[str, Any], version: str, date: str = "") -> Export:
    """A folder to archive: tables, log of decisions if there is one, datapackage.json, CITATION.cff and ro-crate-metadata.json.

    `package`: the data package of the tables, to which foreign keys are added where they hold. `date`: of publication; without
    one the crate has none. Raises ConfigError for what is no date.
    """
    if date and not _is_date(date):
        raise ConfigError(f"--date {date}: not a date as 2026-01-31")
    lines = _lines(tables)
    files = {name: "".join(table_lines(header(_CLASSES[name]), _cells(name, found))).encode() for name, found in lines.items()}
    files["datapackage.json"] = _json(with_foreign_keys(package, tables))
    files["CITATION.cff"] = _citation(tables, version, date)
    files["ro-crate-metadata.json"] = _json(_crate(tables, files, version, date))
    missing = ["its licence", "its authors"] + (["the date of publication (--date)"] if not date else [])
    notes = (f"before you publish the crate, fill in {', '.join(missing)}",)
    return Export(files, (Account("lines", sum(map(len, lines.values()))),), notes)


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def with_foreign_keys(package: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """The data package in which `source_id` points into the articles wherever all values of a table do.

    Entries of the trial registry are no articles; `evidence.row_id` points into three tables, which a package cannot say.
    """
    articles = {article["id"] for article in tables.files["articles.csv"]}
    key = {"fields": ["source_id"], "reference": {"resource": "articles", "fields": ["id"]}}
    resources = []
    for resource in package["resources"]:
        lines, names = _lines(tables)[resource["path"]], header(_CLASSES[resource["path"]])
        holds = "source_id" in names and all(line["source_id"] in articles for line in lines)
        schema = {**resource["schema"], "foreignKeys": [key]} if holds else resource["schema"]
        resources.append({**resource, "schema": schema})
    return {**package, "resources": resources}


def _lines(tables: Tables) -> dict[str, Sequence[Record]]:
    """All files of tables, with the log of decisions if there is one."""
    return {**tables.files, **({DECISIONS: tables.log} if tables.log else {})}


def _cells(name: str, lines: Sequence[Record]) -> list[list[str]]:
    return [[line[column] for column in header(_CLASSES[name])] for line in lines]


def _crate(tables: Tables, files: Mapping[str, bytes], version: str, date: str) -> dict[str, Any]:
    articles = [article for article in tables.files["articles.csv"] if article["status"] == "rows"]
    inputs = {_address(article): article for article in articles}
    described = [_file(name, len(content)) for name, content in files.items()]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": _TITLE,
        "description": _description(tables),
        "license": {"@id": _LICENCE},
        "author": {"@id": _AUTHOR},
        "hasPart": [{"@id": name} for name in files],
        "mentions": {"@id": _RUN},
    }
    if date:
        root["datePublished"] = date
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    graph = [descriptor, root, *described, *_columns(files), *_actors(version), _action(list(files), list(inputs))]
    graph += [_article(address, article) for address, article in inputs.items()]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _description(tables: Tables) -> str:
    counts = ", ".join(f"{len(tables.files[name])} {TITLES[name].lower()}" for name in list(TITLES)[:3])
    read = len(tables.files["articles.csv"])
    return f"Evidence read from {read} articles by text mining: {counts}; the sentence behind each value, and what was read."


def _file(name: str, size: int) -> dict[str, Any]:
    if name in _CLASSES:
        row_class = _CLASSES[name]
        return {
            "@id": name,
            "@type": "File",
            "name": TITLES.get(name, "Decisions of reviewers"),
            "description": (row_class.__doc__ or "").strip(),
            "encodingFormat": "text/csv",
            "contentSize": str(size),
            "variableMeasured": [{"@id": f"{name}#{column}"} for column in header(row_class)],
        }
    description, kind = _FORMATS[name]
    return {"@id": name, "@type": "File", "name": description, "encodingFormat": kind, "contentSize": str(size)}


def _columns(files: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "@id": f"{name}#{field.name}",
            "@type": "PropertyValue",
            "name": field.name,
            "description": field.metadata["description"],
        }
        for name in files
        if name in _CLASSES
        for field in dataclasses.fields(_CLASSES[name])
    ]


def _actors(version: str) -> list[dict[str, Any]]:
    return [
        {
            "@id": _SOFTWARE,
            "@type": "SoftwareApplication",
            "name": "mitotransfer",
            "softwareVersion": version,
            "version": version,
        },
        {
            "@id": _LICENCE,
            "@type": "CreativeWork",
            "name": "Licence to be chosen",
            "description": "Put the licence's address here.",
        },
        {"@id": _AUTHOR, "@type": "Organization", "name": "Authors to be named"},
    ]


def _action(files: list[str], inputs: list[str]) -> dict[str, Any]:
    return {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": "Articles read and tables written",
        "instrument": {"@id": _SOFTWARE},
        "object": [{"@id": address} for address in inputs],
        "result": [{"@id": name} for name in files if name in FILES],
    }


def _address(article: Record) -> str:
    if article["doi"]:
        return f"https://doi.org/{quote(article['doi'])}"
    if article["id"].startswith("PMC"):
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(article['id'])}"
    return f"#article-{quote(article['id'], safe='')}"


def _article(address: str, article: Record) -> dict[str, Any]:
    entity = {"@id": address, "@type": "ScholarlyArticle", "name": article["title"] or article["id"], "identifier": article["id"]}
    stated = {"datePublished": article["year"], "license": article["licence"]}
    return entity | {key: value for key, value in stated.items() if value}


def _citation(tables: Tables, version: str, date: str) -> bytes:
    content: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": _TITLE,
        "abstract": _description(tables),
        "authors": [{"name": "Authors to be named"}],
        "keywords": ["mitochondria", "intercellular transfer", "text mining"],
        "references": [
            {"type": "software", "title": "mitotransfer", "version": version, "authors": [{"name": "mitotransfer contributors"}]}
        ],
    }
    if date:
        content["date-released"] = date
    notice = "# Before you publish: name the authors; add `license` (an SPDX id), `version` and `doi`.\n"
    return (notice + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)).encode()


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
