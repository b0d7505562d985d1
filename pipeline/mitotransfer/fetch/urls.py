"""Inputs elsewhere: files and folders by URL (`s3://bucket/folder/`), read by fsspec, which is imported only for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mitotransfer.errors import ConfigError

_URL = re.compile(r"[a-z][a-z0-9+.-]*://.+", re.IGNORECASE | re.DOTALL)


def is_url(name: str) -> bool:
    """Whether this names something elsewhere."""
    return _URL.fullmatch(name) is not None


def files_at(url: str) -> Iterator[str]:
    """The URL of a file itself, of a folder those of its files, in name order, hidden ones left out.

    Raises ConfigError when there is nothing, or fsspec (or what it needs for this kind of URL) is not installed.
    """
    system, path = _system(url)
    try:
        if not system.isdir(path):
            if not system.exists(path):
                raise ConfigError(f"{url}: nothing there")
            yield url
            return
        entries = sorted(system.ls(path, detail=True), key=lambda entry: str(entry["name"]))
    except OSError as error:
        raise ConfigError(f"{url}: cannot be read ({error})") from error
    for entry in entries:
        if entry["type"] == "file" and not name_of(entry["name"]).startswith("."):
            yield system.unstrip_protocol(entry["name"])


def read_at(url: str, most: int) -> bytes | None:
    """The bytes of a file; None when there are more than `most`. Raises OSError, ConfigError."""
    system, path = _system(url)
    with system.open(path, "rb") as handle:
        data: bytes = handle.read(most + 1)
    return data if len(data) <= most else None


def name_of(url: str) -> str:
    """The name of the file."""
    return PurePosixPath(url).name


def _system(url: str) -> tuple[Any, str]:
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:  # fsspec's own, or of the library for this protocol; its message names it
        raise ConfigError(f"{url}: pip install 'mitotransfer[cloud]' ({error})") from error
    except (ValueError, OSError) as error:
        raise ConfigError(f"{url}: {error}") from error
    return system, str(path)
