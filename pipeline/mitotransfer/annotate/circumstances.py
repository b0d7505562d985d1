"""What other sentences add to rows: effects go to the row they speak for."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.comparisons import prose_effects
from mitotransfer.annotate.drafts import Draft, event_of
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Role


def add_circumstances(rows: list[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Effects of other sentences go to the row they speak for."""
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
    here = {m.ident for m in reading.slots.mentions}
    return max(standing, key=lambda row: len(here & (row.idents("recipient") | row.idents("target"))))


def _add_effects(row: Draft, reading: Reading, frame: Frame, seen: set[tuple[str, str]]) -> None:
    for effect in prose_effects(reading.sentence.text, frame.resources, frame.extra):
        if (effect.ident, row.table) in seen:
            continue
        seen.add((effect.ident, row.table))
        roles = [Role("effect", effect.surface, effect.ident, effect.direction)]
        row.added.append(event_of(reading, "effect", row.table, roles, effect.trigger, "prose:effect", effect.trigger_start))
