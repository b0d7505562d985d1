"""Only ids of known kinds become addresses."""

from __future__ import annotations

import pytest

from mitotransfer.links import url_of


@pytest.mark.parametrize(
    ("ident", "url"),
    [
        ("PMC8", "https://pmc.ncbi.nlm.nih.gov/articles/PMC8"),
        ("10.1000/a<b (1)", ""),
        ("10.1000/a<b(1)", "https://doi.org/10.1000/a%3Cb%281%29"),
        ("77", "https://pubmed.ncbi.nlm.nih.gov/77"),
        ("NCT00000001", "https://clinicaltrials.gov/study/NCT00000001"),
        ("", ""),
        ("NCT1", ""),
        ("file.xml", ""),
        ("javascript:alert(1)", ""),
        ("٧٧", ""),
        ("77\n", ""),
    ],
)
def test_where_an_id_leads(ident: str, url: str) -> None:
    assert url_of(ident) == url
