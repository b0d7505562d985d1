"""Reading the lists that searches write."""

from __future__ import annotations

from mitotransfer.fetch import Found


def ids(found: Found) -> list[str]:
    """The ids of a list."""
    return [line for line in found.text.splitlines() if not line.startswith("#")]


def head(found: Found) -> dict[str, str]:
    """What the comments at the head of a list tell."""
    return dict(line[2:].split(": ", 1) for line in found.text.splitlines() if line.startswith("# ") and ": " in line)
