"""Inputs to files: what was asked for becomes a manifest and a content-addressed store of raw bytes."""

from mitotransfer.fetch.connect import connect
from mitotransfer.fetch.inputs import Request, mistaken_id, read_requests
from mitotransfer.fetch.local import ManifestLine, fetch_local
from mitotransfer.fetch.remote import Remote
from mitotransfer.fetch.search import Found, list_file, search

__all__ = [
    "Found",
    "ManifestLine",
    "Remote",
    "Request",
    "connect",
    "fetch_local",
    "list_file",
    "mistaken_id",
    "read_requests",
    "search",
]
