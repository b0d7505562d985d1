"""Inputs to files: what was asked for becomes a manifest and a content-addressed store of raw bytes."""

from mitotransfer.fetch.inputs import Request, mistaken_id, read_requests
from mitotransfer.fetch.local import ManifestLine, fetch_local
from mitotransfer.fetch.remote import Remote

__all__ = ["ManifestLine", "Remote", "Request", "fetch_local", "mistaken_id", "read_requests"]
