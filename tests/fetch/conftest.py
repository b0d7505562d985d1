"""What the tests over fake services share: settings that are quick, and limits of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from mitotransfer.fetch import Found, connect, search
from mitotransfer.settings import FetchSettings, Limits, SearchSettings, config_root
from remotes import Services


@pytest.fixture(autouse=True)
def own_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits are kept in the folder of the test, not with those of this machine; no key of its user is sent."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("NCBI_API_KEY", raising=False)


@pytest.fixture
def world() -> Iterator[Services]:
    with Services() as services:
        yield services


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return tmp_path / "raw"


@pytest.fixture
def quick() -> FetchSettings:
    """Settings that ask without waiting."""
    rates = Limits(cloud=1e4, ncbi=1e4, ncbi_with_key=1e4, europepmc=1e4)
    return FetchSettings(email="lab@example.org", per_second=rates, timeout=5, attempts=3, first_pause=0.01)


@pytest.fixture
def ncbi() -> Iterator[Eutils]:
    with Eutils() as service:
        yield service


@pytest.fixture
def epmc() -> Iterator[EuropePMC]:
    with EuropePMC() as service:
        yield service


@pytest.fixture
def find(ncbi: Eutils, epmc: EuropePMC, quick: FetchSettings) -> Callable[..., Found]:
    """A whole search, as the stage does it."""

    def find(query: str, since: str = "", *, key: str = "", email: str = quick.email, **options: object) -> Found:
        at = msgspec.structs.replace(quick.endpoints, eutils=ncbi.endpoint, europepmc=epmc.endpoint)
        fetch = msgspec.structs.replace(quick, endpoints=at, email=email)
        http = connect(fetch, "1.0", key, 10_000_000)
        return search(query, since, fetch, SearchSettings(**options), [config_root() / "queries"], http, key)

    return find
