"""What tests and benchmarks of fetching by id share: services to ask, quick settings, ways to fetch into a directory."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from fakes.bioc import BioC
from fakes.cloud import Bucket
from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from fakes.idconv import IdConverter
from fakes.server import Fake
from mitotransfer import stages
from mitotransfer.fetch import ManifestLine
from mitotransfer.fetch.found import Record
from mitotransfer.settings import Endpoints, FetchSettings, Limits, Settings

QUICK = FetchSettings(
    email="lab@example.org",
    per_second=Limits(cloud=1e4, ncbi=1e4, ncbi_with_key=1e4, europepmc=1e4),
    timeout=2.0,
    attempts=3,
    first_pause=0.01,
)


# codes for what the fake population calls otherwise
OUTCOMES = dict.fromkeys(("429-retry-after", "429", "rate-limit-json"), ("failed", "rate-limited")) | {
    "reset": ("failed", "connection"),
    "unknown": ("not_found", "not-found"),
    "withheld": ("not_open_access", "withheld"),
    "no-full-text": ("not_open_access", "no-full-text"),
}


def endpoints(addresses: Mapping[str, str]) -> Endpoints:
    """Settings for the addresses of services; the converter's has a path of its own."""
    return Endpoints(**{name: address + ("/articles/" if name == "idconv" else "/") for name, address in addresses.items()})


class Services:
    """All the services that articles come from, empty."""

    def __init__(self) -> None:
        self.cloud, self.eutils, self.idconv = Bucket(), Eutils(), IdConverter()
        self.europepmc, self.bioc = EuropePMC(), BioC()

    @property
    def all(self) -> dict[str, Fake]:
        return {name: fake for name, fake in vars(self).items() if isinstance(fake, Fake)}

    def __enter__(self) -> Self:
        for fake in self.all.values():
            fake.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for fake in self.all.values():
            fake.__exit__(kind)

    def settings(self, **changed: Any) -> FetchSettings:
        """Quick settings for these services."""
        at = endpoints({name: fake.endpoint for name, fake in self.all.items()})
        return msgspec.structs.replace(QUICK, endpoints=at, **changed)

    def asked(self) -> Counter[str]:
        """How many requests each service has had since this was called last."""
        counted = Counter({name: len(fake.requests) for name, fake in self.all.items() if fake.requests})
        for fake in self.all.values():
            fake.requests.clear()
        return counted


def fetch(raw: Path, settings: FetchSettings, *inputs: str | Path) -> list[ManifestLine]:
    """The manifest of a fetch of these inputs; what it says is in the store is there."""
    stages.fetch([str(one) for one in inputs], raw, Settings(fetch=settings))
    lines = manifest(raw)
    assert {line.sha256 for line in lines if line.sha256} == set(stored(raw))
    return lines


def manifest(raw: Path) -> list[ManifestLine]:
    text = (raw / "manifest.jsonl").read_bytes()
    return [msgspec.json.decode(line, type=ManifestLine) for line in text.splitlines()]


def stored(raw: Path) -> dict[str, bytes]:
    """The store: names (which are to be SHA-256 sums) and bytes."""
    return {path.name: path.read_bytes() for path in sorted((raw / "store").glob("*/*"))}


def write_list(path: Path, ids: Sequence[str]) -> Path:
    """A list of ids as a file."""
    path.write_text("".join(f"{ident}\n" for ident in ids))
    return path


def command(raw: Path, ids: Path, settings: FetchSettings) -> list[str]:
    """The command line that fetches a list of ids into `raw`; its settings are written beside it."""
    config = raw.with_name(f"{raw.name}.yaml")
    config.write_bytes(msgspec.yaml.encode({"fetch": settings}))
    return [sys.executable, "-m", "mitotransfer", "fetch", str(ids), "--raw", str(raw), "--config", str(config)]


def start(raw: Path, ids: Path, settings: FetchSettings, **more: Any) -> subprocess.Popen[bytes]:
    """A process that fetches a list of ids into `raw`, with limits of its own directory."""
    environment = os.environ | {"TMPDIR": str(raw.parent)}
    return subprocess.Popen(command(raw, ids, settings), stderr=subprocess.PIPE, env=environment, **more)


def half_written(raw: Path) -> list[Path]:
    """Files that stand under their final name without being whole: there must be none at any moment."""
    broken = [path for path in _visible(raw / "store") if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
    for path in _visible(raw / "remote"):
        kind: Any = dict[str, str] if path.name == "ids.json" else Record
        try:
            msgspec.json.decode(path.read_bytes(), type=kind)
        except msgspec.DecodeError:
            broken.append(path)
    if (raw / "manifest.jsonl").exists() and not (raw / "manifest.jsonl").read_bytes().endswith(b"}\n"):
        broken.append(raw / "manifest.jsonl")
    return broken


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def contents(raw: Path) -> dict[str, bytes]:
    """All files below a directory, by name; those of the limits and settings beside it are not."""
    return {str(path.relative_to(raw)): path.read_bytes() for path in sorted(raw.rglob("*")) if path.is_file()}
