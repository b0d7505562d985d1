"""What making an export gives: files, an account of what is in them and what is not, and things to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Account(NamedTuple):
    """Of the things given (`unit`, in the plural) so many were written; the others were left out, counted by reason."""

    unit: str
    written: int
    left_out: Mapping[str, int] = {}

    def __str__(self) -> str:
        """The sum in one line: given = written + left out, with every reason."""
        missing = sum(self.left_out.values())
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.left_out.items() if count)
        why = f" ({reasons})" if reasons else ""
        return f"{self.written + missing} {self.unit} = {self.written} written + {missing} left out{why}"


class Export(NamedTuple):
    """One format: its files by their path in the format's folder, whole or piece by piece, the accounts, and notes that a
    reader should see. Pieces can be read once, file after file in their order."""

    files: Mapping[str, bytes | Iterable[bytes]]
    accounts: tuple[Account, ...]
    notes: tuple[str, ...] = ()
