"""What other sentences add to rows: labels and mechanisms go to the row they speak for."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.drafts import Draft, event_of
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.roles import Reading


def add_circumstances(rows: list[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Labels and mechanisms of other sentences go to the row they speak for."""
    for reading in own:
        row = _row_for(rows, reading)
        if row is None:
            continue
        labels = linked("label", frame.in_sentence(reading, ("label",))) if reading.sentence.topical else []
        secretion = next((r for r in rows if r.table == "secretion" and not r.negated), None)
        if labels and secretion:
            secretion.added.append(event_of(reading, "labelling", "secretion", labels, labels[0].surface, "prose:label"))
        mechanisms = linked("mechanism", reading.loose.get("mechanism", []))
        if mechanisms and secretion and (reading.findings or "transfer" in reading.slots.text or "mito" in reading.slots.text):
            surface = mechanisms[0].surface
            secretion.added.append(event_of(reading, "regulation", "secretion", mechanisms, surface, "prose:mechanism"))


def _row_for(rows: list[Draft], reading: Reading) -> Draft | None:
    """The row a sentence without a study of its own speaks for: by animals or culture, then by the cells it names."""
    standing = [row for row in rows if not row.negated]
    if not standing:
        return None
    tables = {row.table for row in standing}
    if len(tables) > 1:
        wanted = "transplantation" if in_animals(reading) else "secretion"
        own = {f.table for f in reading.findings}
        if len(own) == 1:
            wanted = own.pop()
        standing = [row for row in standing if row.table == wanted] or standing
    named = [row for row in standing if row.arm is not None and row.arm.search(reading.sentence.text)]
    if len(named) == 1:
        return named[0]
    here = {m.ident for m in reading.slots.mentions}
    return max(standing, key=lambda row: len(here & (row.idents("recipient") | row.idents("target"))))
