"""Inputs elsewhere: files and folders by URL (`s3://bucket/folder/`)."""

from __future__ import annotations

from collections.abc import Iterator

from mitotransfer.errors import ConfigError
from mitotransfer.urls import cause, name_of, opened, shown


def files_at(url: str) -> Iterator[str]:
    """The URL of a file itself, of a folder those of its files, in name order, hidden ones left out.

    Raises ConfigError when there is nothing, or fsspec (or what it needs for this kind of URL) is not installed.
    """
    system, path = opened(url)
    try:
        folder = system.isdir(path)
        entries = sorted(system.ls(path, detail=True), key=lambda entry: str(entry["name"])) if folder else []
        there = folder or system.exists(path)
    except Exception as error:
        raise ConfigError(f"{shown(url)}: cannot be read ({cause(error, url)})") from error
    if not there:
        raise ConfigError(f"{shown(url)}: nothing there")
    if not folder:
        yield url
    for entry in entries:
        if entry["type"] == "file" and not name_of(entry["name"]).startswith("."):
            yield system.unstrip_protocol(entry["name"])


def read_at(url: str, most: int) -> bytes | None:
    """The bytes of a file; None when there are more than `most`. Raises OSError, ConfigError."""
    system, path = opened(url)
    try:
        with system.open(path, "rb") as handle:
            data: bytes = handle.read(most + 1)
    except OSError:
        raise
    except Exception as error:
        raise OSError(cause(error, url)) from error
    return data if len(data) <= most else None
