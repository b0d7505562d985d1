"""Prose rules."""
from __future__ import annotations

from pathlib import Path

import msgspec


class ProseRules(msgspec.Struct, frozen=True):
    pass
def load_rules(path: Path) -> ProseRules:
    return ProseRules()
