"""Where ids of articles, studies and trials lead."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

_KINDS = (
    (r"PMC\d+", "https://pmc.ncbi.nlm.nih.gov/articles/"),
    (r"10\.\d{4,9}/\S+", "https://doi.org/"),
    (r"\d{1,9}", "https://pubmed.ncbi.nlm.nih.gov/"),
    (r"NCT\d{8}", "https://clinicaltrials.gov/study/"),
)


class Link(NamedTuple):
    """A text and where it leads; no address when the id is of no known kind."""

    text: str
    url: str


def url_of(ident: str) -> str:
    """Where an id of a known kind leads, else nothing: no other text of an article ever becomes an address."""
    return next((base + quote(ident) for pattern, base in _KINDS if re.fullmatch(pattern, ident, re.ASCII)), "")
