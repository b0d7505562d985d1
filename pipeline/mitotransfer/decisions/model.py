"""A decision of a curator: one line of decisions.csv."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass

from mitotransfer.rows import SEPARATOR, TABLES, TRUTH, column, header, role_columns

KINDS = ("accept", "reject", "edit", "note", "add", "undo")
_VERDICTS = ("accept", "reject")
_SETTLED = ("row_id", "confidence", "source", "source_id", "evidence_ids", "review_status", "registry_checked", "retracted")
_ID = re.compile(r"[rde][0-9a-f]{15}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of decisions.csv: what a person decided of a row, or of a line of evidence, and what it replaces.

    Lines are only ever added. A decision is withdrawn by a line `undo` that names it in `replaces`; a later one of the same
    person on the same thing takes the place of the earlier one without saying so.
    """

    decision_id: str = column("Content hash of the decision")
    decided_at: str = column("When, ISO 8601 with time zone")
    reviewer: str = column("Who decided")
    decision: str = column("What was decided", enum=KINDS)
    table: str = column("The table of the row", enum=tuple(TABLES))
    row_id: str = column("The row decided on")
    evidence_id: str = column("The line of evidence decided on; empty for the row as a whole")
    field: str = column("edit: the column")
    old: str = column("edit: what stood there")
    new: str = column("edit: what shall stand there")
    new_ids: str = column("edit: the vocabulary ids of the new values, in their order")
    note: str = column("Why, in the reviewer's words")
    replaces: str = column("decision_id of decisions that this one withdraws (undo) or settles, joined with '; '")
    source_id: str = column("The article the row was read in")
    reference: str = column("The study the row is about")
    snapshot: str = column("Key of the row as it was when decided, in the file of rows beside this one")

    @property
    def replaced(self) -> list[str]:
        """The decisions that this one takes the place of."""
        return [ident.strip() for ident in self.replaces.split(SEPARATOR.strip()) if ident.strip()]

    @property
    def thing(self) -> str:
        """What was decided on: the line of evidence, else the row."""
        return self.evidence_id or self.row_id

    def fault(self) -> str:
        """Why it cannot be followed, in words; empty when it can."""
        if self.decision not in KINDS:
            return f"'{self.decision}' is no decision; allowed: {', '.join(KINDS)}"
        if not self.reviewer:
            return "names no reviewer"
        if self.table not in TABLES:
            return f"'{self.table}' is no table; allowed: {', '.join(TABLES)}"
        if self.decision == "undo":
            return "" if self.replaced else "names no decision to undo"
        if not _ID.fullmatch(self.thing):
            return "names neither a row nor a line of evidence"
        if self.decision == "edit":
            return self._edit_fault()
        if self.evidence_id and self.decision not in (*_VERDICTS, "note"):
            return f"a line of evidence can be accepted or rejected, not '{self.decision}'"
        return ""

    def _edit_fault(self) -> str:
        if self.evidence_id:
            return "a line of evidence holds the words of its article and cannot be edited"
        allowed = editable(self.table)
        if self.field not in allowed:
            return f"column '{self.field}' cannot be edited; allowed: {', '.join(allowed)}"
        if self.field in ("negated", "hedged") and self.new not in TRUTH:
            return f"'{self.new}' in column {self.field}; allowed: {', '.join(TRUTH)}"
        ids, values = (len(list(filter(None, cell.split(SEPARATOR)))) for cell in (self.new_ids, self.new))
        return f"{ids} ids for {values} values" if self.new_ids and ids != values else ""


def editable(table: str) -> list[str]:
    """The columns of a table that a curator may change, in its order."""
    return [name for name in header(TABLES[table]) if name not in _SETTLED]


def ids_column(table: str, shown: str) -> str:
    """The ids column that goes with a display column of a table; empty where there is none."""
    return next((ids for text, ids in role_columns(TABLES[table]).values() if text == shown), "")


def written_by(edit: Decision) -> dict[str, str]:
    """The columns that an edit fills and what stands there then; the ids go with the values, and with the last of them."""
    ids = ids_column(edit.table, edit.field)
    return {edit.field: edit.new} | ({ids: edit.new_ids} if ids and (edit.new_ids or not edit.new) else {})


def role_of(table: str, name: str) -> str:
    """The role whose values a column of a table shows; empty where it shows none."""
    return next((role for role, (text, _) in role_columns(TABLES[table]).items() if text == name), "")


def table_of(row: object) -> str:
    """The name of the table that a row is of."""
    return next(name for name, row_class in TABLES.items() if isinstance(row, row_class))


def decision_id(decision: Decision) -> str:
    """The id of a decision: a hash of everything else in it."""
    parts = [value for name, value in dataclasses.asdict(decision).items() if name != "decision_id"]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return "d" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:15]
