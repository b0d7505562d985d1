"""The connection to public services as the settings ask for it: who asks, how patiently, how often a second."""

from __future__ import annotations

from mitotransfer.fetch.http import Http, Policy
from mitotransfer.fetch.limits import Limiter
from mitotransfer.settings import FetchSettings


def connect(settings: FetchSettings, version: str, api_key: str, max_bytes: int) -> Http:
    """A client whose requests name this program and its contact; with a key (`api_key`) NCBI allows more of them a second."""
    contact = f"; mailto:{settings.email}" if settings.email else ""
    agent = f"mitotransfer/{version} (text mining{contact})"
    policy = Policy(settings.timeout, settings.request, settings.total, settings.attempts, settings.first_pause)
    rates = settings.per_second
    limits = {"cloud": rates.cloud, "ncbi": rates.ncbi_with_key if api_key else rates.ncbi, "europepmc": rates.europepmc}
    return Http(agent, policy, {name: Limiter(name, rate) for name, rate in limits.items()}, max_bytes)
