"""What a licence allows: keeping an article, passing its text on."""

from __future__ import annotations

import re

from mitotransfer.settings import LicencePolicy

_OPEN = frozenset({"CC0", "CC BY", "CC BY-SA", "CC BY-ND"})
_NONCOMMERCIAL = frozenset({"CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"})
_ALLOWED = {"open": _OPEN, "noncommercial": _OPEN | _NONCOMMERCIAL}
_DEED = re.compile(r"https?://(?:www\.)?creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)(?:/|$)", re.IGNORECASE)
_ZERO = re.compile(r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero(?:/|$)", re.IGNORECASE)


def code(licence: str) -> str:
    """The short name that services use (`CC BY-NC`) for it or its address, as articles state it; anything else unchanged.

    Statements in words are not interpreted: whoever grants something names the licence.
    """
    text = licence.strip()
    if deed := _DEED.match(text):
        return f"CC {deed[1].upper()}"
    return "CC0" if _ZERO.match(text) else text


def may_keep(licence: str, policy: LicencePolicy) -> bool:
    """Whether the policy lets an article of this licence be kept. `tdm` keeps all that may be mined, an unknown licence, too."""
    return policy == "tdm" or code(licence) in _ALLOWED[policy]


def may_redistribute(licence: str) -> bool:
    """Whether text of such an article may be passed on; what nobody knows the licence of, or may only be mined, may not."""
    return code(licence) in _ALLOWED["noncommercial"]
