"""Made-up decisions for tests."""

from __future__ import annotations

from mitotransfer.decisions import Decision

ROW = "r" + "1" * 15


def decision(
    kind: str, *, row: str = ROW, reviewer: str = "ada", table: str = "secretion", source: str = "PMC999001", **more: str
) -> Decision:
    """A decision on a row; `more`: other columns of the log."""
    return Decision(reviewer=reviewer, decision=kind, table=table, row_id=row, source_id=source, **more)
