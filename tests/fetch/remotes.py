"""What the tests of fetching by id share: services to ask, settings that are quick, one way to fetch into a directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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
from mitotransfer.settings import Endpoints, FetchSettings, Limits, Settings

QUICK = FetchSettings(
    email="lab@example.org",
    per_second=Limits(cloud=1e4, ncbi=1e4, ncbi_with_key=1e4, europepmc=1e4),
    timeout=2.0,
    attempts=3,
    first_pause=0.01,
)


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
