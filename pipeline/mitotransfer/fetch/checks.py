"""Whether bytes are what was asked for, before anything is kept of them. What they mean is found out by the parse stage."""

from __future__ import annotations

import re

from mitotransfer.fetch.http import PassingError

_HEAD, _TAIL = 20_000, 2_000  # bytes in which an article opens and ends
_OPENS = re.compile(rb"<(?:article|pmc-articleset)[\s>]")
_ENDS = re.compile(rb"</(?:article|pmc-articleset)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)


def whole_article(data: bytes, name: str) -> None:
    """Raises PassingError when the bytes are no JATS article, or one that is cut off."""
    if not _OPENS.search(data[:_HEAD]):
        raise PassingError("not-an-article", f"{name}: what came is no article")
    if not _ENDS.search(data[-_TAIL:]):
        raise PassingError("truncated", f"{name}: the article is cut off after {len(data):,} bytes")
