"""The species of donor cells: what is said of these cells, of the line, of the animals in which they act of themselves."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import is_kind_of
from mitotransfer.annotate.roles import CELLS_GIVEN, Reading
from mitotransfer.document import Mention, Role

_ELSEWHERE, _ANIMALS = 0.65, 0.5
_ANY = "species:animal"
# Cells that are grown and given; the animal they are given to says nothing of them.
_CULTIVATED = ("cell:stem_cell", "cell:progenitor_cell", "cell:mesenchymal_stem_cell", "cell:stromal_cell", "cell:cancer_cell")


def add_species(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """Adds the donors' species to a row: by syntax, else by the line's origin, else the animals', if the cells are theirs."""
    donors = [m for m in row.mentions("donor") if ("donor", m.ident) not in row.dropped]
    vocabulary = frame.resources.vocabulary
    idents = {m.ident for m in donors}
    said: dict[str, Reading] = {}
    for reading in own:
        for cell, species in reading.owners:
            if any(is_kind_of(cell, donor, vocabulary) for donor in idents) and species in vocabulary.entries and species != _ANY:
                said.setdefault(species, reading)
    if said:
        for ident, reading in said.items():
            row.say(reading, [_role(reading, ident, frame)], "prose:donor_species", _ELSEWHERE)
        return
    lines = [ident for m in donors if (entry := vocabulary.entries.get(m.ident)) for ident in entry.values("species")]
    if lines or not donors:
        found = lines or [m.ident for r in readings for m in _species(r)]
        row.frame += [Role("donor_species", vocabulary.label(i), i) for i in dict.fromkeys(found) if i in vocabulary.entries]
    elif not _comes_from_elsewhere(donors, own, frame):
        _add_animals(row, readings, own, frame)


def _species(reading: Reading) -> list[Mention]:
    return [m for m in reading.slots.mentions if m.category == "species" and m.ident != _ANY]


def _role(reading: Reading, ident: str, frame: Frame) -> Role:
    named = next((m.surface for m in _species(reading) if m.ident == ident), frame.resources.vocabulary.label(ident))
    return Role("donor_species", named, ident)


def _comes_from_elsewhere(donors: Sequence[Mention], own: Sequence[Reading], frame: Frame) -> bool:
    """Whether the donors are cells that are grown and given, so that the animals of the study need not be theirs."""
    vocabulary = frame.resources.vocabulary
    if any(is_kind_of(m.ident, kind, vocabulary) for m in donors for kind in _CULTIVATED if m.ident):
        return True
    given = {m.ident for r in own for f in r.findings if f.rule == f"prose:{CELLS_GIVEN}" for m in f.roles.get("agent", ())}
    return bool(given & {m.ident for m in donors})


def _add_animals(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """The animals of the row's sentences, else the only ones of the article."""
    near = {m.ident: r for r in reversed(readings) for m in _species(r)}
    anywhere = {m.ident: r for r in reversed(own) for m in _species(r)}
    chosen = near if len(near) == 1 else anywhere if len(anywhere) == 1 else {}
    for ident, reading in chosen.items():
        row.say(reading, [_role(reading, ident, frame)], "prose:donor_species", _ANIMALS)
