"""Fixtures for every test: the network is cut here, once, for all of them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from fakes.store import KEY, Store

# the same examples each time, and no clock: a busy machine fails no test
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent
_real_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else "unix"
    if host not in ("127.0.0.1", "::1", "localhost", "unix"):
        raise AssertionError(f"a test tried to reach {host}: tests run without network")
    _real_connect(self, address)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only loopback can be reached, whatever library is used."""
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)
    yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top directory."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Development data kept beside the project (real articles, gold rows); tests that need it skip without it."""
    folder = Path(os.environ.get("MITOTRANSFER_SHARED", ROOT.parent / "shared"))
    if not (folder / "review").is_dir():
        pytest.skip("development data is not at hand (set MITOTRANSFER_SHARED)")
    return folder


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """S3, asked once: s3fs and botocore would try again themselves."""
    s3fs = pytest.importorskip("s3fs")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    with Store() as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
        yield store
    s3fs.S3FileSystem.clear_instance_cache()
