"""Where ids lead, as the page of `curation` asks for it."""

from mitotransfer.links import url_of

__all__ = ["url_of"]
