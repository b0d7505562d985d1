"""Licences: by the names services use and the addresses articles state; nothing is read into words."""

from __future__ import annotations

import pytest

from mitotransfer.licences import code, may_keep, may_redistribute


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY"),
        ("http://www.creativecommons.org/licenses/by-nc-nd/3.0/igo", "CC BY-NC-ND"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0", "CC BY-NC-SA"),
        ("https://creativecommons.org/licenses/by-nd", "CC BY-ND"),
        ("HTTPS://CreativeCommons.org/licenses/BY-SA/4.0/", "CC BY-SA"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0"),
        (" CC BY ", "CC BY"),
        ("TDM", "TDM"),
    ],
)
def test_names(stated: str, name: str) -> None:
    assert code(stated) == name
    assert may_redistribute(stated) == (name != "TDM")


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "unknown",
        "CC BY-XX",
        "cc by",
        "© 2024 The Authors. CC BY",
        "https://creativecommons.org/licenses/byebye/4.0/",
        "https://creativecommons.org/licenses/by-fun/4.0/",
        "https://creativecommons.org/licenses/",
        "https://creativecommons.org.evil.example/licenses/by/4.0/",
        "https://www.elsevier.com/tdm/userlicense/1.0/",
        "https://example.org/?https://creativecommons.org/licenses/by/4.0/",
    ],
)
def test_what_grants_nothing(stated: str) -> None:
    assert not may_redistribute(stated) and not may_keep(stated, "open") and not may_keep(stated, "noncommercial")
    assert may_keep(stated, "tdm")


def test_policies() -> None:
    assert may_keep("CC BY", "open") and not may_keep("CC BY-NC", "open") and may_keep("CC BY-NC", "noncommercial")
