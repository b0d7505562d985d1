"""Inputs to files: what was asked for becomes a manifest and a content-addressed store of raw bytes."""

from mitotransfer.fetch.inputs import Request, mistaken_id, read_requests
from mitotransfer.fetch.local import ManifestLine, fetch_local

__all__ = ["ManifestLine", "Request", "fetch_local", "mistaken_id", "read_requests"]
