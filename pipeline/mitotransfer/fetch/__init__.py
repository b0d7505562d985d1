"""Inputs to files: what was asked for becomes a manifest and a content-addressed store of raw bytes."""

from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.inputs import Request, mistaken_id, read_requests
from mitotransfer.fetch.local import ManifestLine, fetch_local
from mitotransfer.fetch.registry import Registry
from mitotransfer.fetch.remote import Remote
from mitotransfer.fetch.search import Found, list_file, search
from mitotransfer.fetch.trials import ask_registry, read_queries, registry_answers

__all__ = [
    "Found",
    "ManifestLine",
    "Registry",
    "Remote",
    "Request",
    "ask_registry",
    "connect",
    "fetch_local",
    "list_file",
    "mistaken_id",
    "read_queries",
    "read_requests",
    "registry_answers",
    "search",
]
