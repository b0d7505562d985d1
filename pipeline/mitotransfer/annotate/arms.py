"""Arms of a study: rows for preparations, sources with their routes, and species whose organs are treated."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.models_of_disease import NEAR
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.routes import IN_VITRO, routes_in
from mitotransfer.document import Mention, Role

_SEVERAL = 2
_SPECIES_MITOCHONDRIA = re.compile(r"<species(\d+)/> <mito")
_ORGAN_OF = re.compile(r"<species(\d+)/> (?:[\w-]+ ){0,1}<tissue(\d+)/>")


def arms(row: Draft, own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """The row as one for each arm; the row itself where nothing is compared."""
    return _by_preparation(row, own, frame) or _by_species(row, own, frame) or _by_source(row, own, frame) or [row]


def _by_source(row: Draft, own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """Rows for mitochondria of different sources, where sentences tell by which route those of each were given.

    Two routes for one of several sources are two arms as well. Findings that name no source stay out: whose they are is open.
    """
    told: dict[tuple[str, str], list[Reading]] = {}
    for reading in own:
        sources = {m.ident for f in reading.findings if f in row.findings for m in f.roles.get("donor", ())}
        ways = {m.ident for m in routes_in(reading, frame)} - {IN_VITRO}
        if len(sources) == 1 and len(ways) == 1 and all(sources):
            told.setdefault((min(sources), min(ways)), []).append(reading)
    is_a = frame.resources.vocabulary.is_a
    named = {source for source, _ in told}
    if len({a for a in named if not any(b != a and is_a(b, a) for b in named)}) < _SEVERAL:
        return []
    rows = []
    for (source, way), readings in told.items():
        arm = Draft(row.table, row.negated, [_copy(f) for r in readings for f in r.findings if f in row.findings])
        arm.apart = frozenset(
            id(r.sentence) for r in own if _of_another(r, source, way, named, told) or _of_other_species(r, source, named, frame)
        )
        rows.append(arm)
    return rows


def _of_another(
    reading: Reading, source: str, way: str, named: Collection[str], told: Mapping[tuple[str, str], Sequence[Reading]]
) -> bool:
    """Whether a sentence speaks of another arm than that of this source and route."""
    mine = {m.ident for m in reading.loose.get("donor", ())}
    mine |= {m.ident for f in reading.findings for m in f.roles.get("donor", ())}
    if mine & set(named) and source not in mine:
        return True
    return any(reading is other for pair, places in told.items() if pair != (source, way) for other in places)


def _of_other_species(reading: Reading, source: str, named: Collection[str], frame: Frame) -> bool:
    """Whether a sentence speaks of mitochondria of a species of which another source is, and this one is not said to be."""
    said = {reading.slots.mentions[int(number)].ident for number in _SPECIES_MITOCHONDRIA.findall(reading.slots.text)}
    others = {species for one in named if one != source for species in frame.owners.get(one, ())}
    return bool(said & (others - set(frame.owners.get(source, ()))))


def _by_preparation(row: Draft, own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """Rows for preparations that the article names more than one of: the first in the file of rules is not the usual one."""
    rows: list[Draft] = []
    for phrase in frame.resources.rules.preparations:
        named = [(r, match) for r in own if (match := phrase.regex.search(r.sentence.text))]
        if not named:
            return []
        findings = [f for r, _ in named for f in r.findings if f in row.findings] or row.findings[:1]
        arm = Draft(row.table, row.negated, [_copy(f) for f in findings], arm=phrase.regex)
        reading, match = named[0]
        surface = match["name"].lower()
        mention = Mention(match.start("name"), match.end("name"), "agent", "", surface)
        for finding in arm.findings:
            finding.roles["agent"] = [mention]
        arm.say(reading, [Role("agent", surface)], f"prose:{phrase.id}", NEAR, start=mention.start)
        rows.append(arm)
    if not rows:
        return []
    used = {id(f.sentence) for arm in rows for f in arm.findings}
    rows[0].findings += [f for f in row.findings if id(f.sentence) not in used]
    for finding in rows[0].findings:
        finding.roles["agent"] = rows[0].findings[0].roles["agent"]
    return rows


def _by_species(row: Draft, own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """Rows for species whose organs were given mitochondria: "in pig lungs", "in human lungs"."""
    homes: dict[str, list[tuple[Reading, Mention]]] = {}
    for reading in own:
        if not any(f in row.findings for f in reading.findings):
            continue
        sources = [m for f in reading.findings for m in f.roles.get("donor", ())]
        for species, tissue in _ORGAN_OF.findall(reading.slots.text):
            owner, organ = reading.slots.mentions[int(species)], reading.slots.mentions[int(tissue)]
            if organ not in sources and frame.organ(organ.ident) and organ.surface.endswith("s"):
                homes.setdefault(frame.of_kind(owner.ident), []).append((reading, owner))
    if len(homes) < 2:
        return []
    rows = []
    for ident, places in homes.items():
        reading, owner = places[0]
        here = {id(r.sentence) for r, _ in places}
        arm = Draft(row.table, row.negated, [_copy(f) for f in row.findings if id(f.sentence) in here], species=ident)
        arm.say(reading, [Role("model_species", owner.surface, ident)], "prose:species_of_organ", NEAR, start=owner.start)
        rows.append(arm)
    used = {id(f.sentence) for arm in rows for f in arm.findings}
    rows[0].findings += [f for f in row.findings if id(f.sentence) not in used]
    return rows


def _copy(finding: Finding) -> Finding:
    return replace(finding, roles={role: list(mentions) for role, mentions in finding.roles.items()})
