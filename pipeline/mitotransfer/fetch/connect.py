"""The connection to public services as the settings ask for it: who asks, how patiently, how often a second."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from mitotransfer.fetch.http import Http, Policy
from mitotransfer.fetch.limits import Limiter
from mitotransfer.settings import FetchSettings


def connect(settings: FetchSettings, version: str, api_key: str, max_bytes: int) -> Http:
    """A client whose requests name this program and its contact; with a key (`api_key`) NCBI allows more of them a second.

    The key is in no message of the client, also where a service echoes it.
    """
    contact = f"; mailto:{settings.email}" if settings.email else ""
    agent = f"mitotransfer/{version} (text mining{contact})"
    policy = Policy(settings.timeout, settings.request, settings.total, settings.attempts, settings.first_pause)
    rates, at = settings.per_second, settings.endpoints
    ncbi = rates.ncbi_with_key if api_key else rates.ncbi
    # E-utilities, ID Converter and BioC count together; limits are those of a host, so another address has its own
    limits = {
        "cloud": (at.cloud, rates.cloud),
        "ncbi": (at.eutils, ncbi),
        "europepmc": (at.europepmc, rates.europepmc),
        "registry": (at.registry, rates.registry),
    }
    limiters = {name: Limiter(f"{name}-{_host(address)}", rate) for name, (address, rate) in limits.items()}
    return Http(agent, policy, limiters, max_bytes, secrets=(api_key,) if api_key else ())


def _host(address: str) -> str:
    """Host and port as a file name."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(address).netloc)[:100]
