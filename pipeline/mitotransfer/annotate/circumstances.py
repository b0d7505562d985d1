"""What other sentences add to rows: effects, labels and mechanisms go to the row they speak for."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.comparisons import prose_effects
from mitotransfer.annotate.drafts import Draft, event_of
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Role


def add_circumstances(rows: list[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Effects, labels and mechanisms of other sentences go to the row they speak for."""
    begun = False
    seen: set[tuple[str, str]] = set()
    for reading in own:
        kind = reading.sentence.passage.kind
        begun = begun or (bool(reading.findings) and kind != "title")
        row = _row_for(rows, reading)
        if row is None:
            continue
        if begun and kind != "caption" and not reading.controlled:
            _add_effects(row, reading, frame, seen)
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


def _add_effects(row: Draft, reading: Reading, frame: Frame, seen: set[tuple[str, str]]) -> None:
    for effect in prose_effects(reading.sentence.text, frame.resources, frame.extra):
        if (effect.ident, row.table) in seen:
            continue
        seen.add((effect.ident, row.table))
        roles = [Role("effect", effect.surface, effect.ident, effect.direction)]
        row.added.append(event_of(reading, "effect", row.table, roles, effect.trigger, "prose:effect", effect.trigger_start))
