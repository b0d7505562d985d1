"""An article's own findings gathered into rows: those that agree on donor and recipient together, completed by the frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.comparisons import prose_effects
from mitotransfer.annotate.cues import Polarity
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading, forms
from mitotransfer.annotate.single import as_event, roles_of
from mitotransfer.annotate.slots import BARE
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Event, EventKind, Mention, Role, TableName

_SENTENCE, _FRAME = 0.8, 0.5
_CIRCUMSTANCES = ("condition", "model_procedure", "disease")
_MOST_SOURCES = 2
_SWALLOWING = frozenset({"trigger:take_up", "trigger:internalize", "trigger:engulf", "trigger:endocytose", "trigger:enter"})
_PREPARATION = re.compile(
    r"isolated|exogenous|transplant|inject|infus|administ|graft|given|donor mitoch|intra\w+ mitoch|allogen|autolog", re.IGNORECASE
)
_INTO_TISSUE = re.compile(r"\b(?:in)?to (?:the )?(?:[\w-]+ ){0,2}<tissue\d+/>")
_CELLS = ("cell", "cell_line")
_PREPARED = "prose:given"
_CONTACT = "transfer"  # the kind of mechanisms that hand mitochondria over from cell to cell


@dataclass(slots=True)
class Row:
    """The findings of one row to be, and what other sentences and the frame add to it."""

    table: TableName
    negated: bool
    findings: list[Finding] = field(default_factory=list)
    added: list[Event] = field(default_factory=list)
    frame: list[Role] = field(default_factory=list)

    def idents(self, role: str) -> set[str]:
        """The vocabulary ids that fill a role of the findings."""
        return {ident for finding in self.findings for ident in finding.idents(role)}

    def mentions(self, role: str) -> list[Mention]:
        """The names that fill a role of the findings."""
        return [m for finding in self.findings for m in finding.roles.get(role, ())]


def gather(readings: Sequence[Reading], resources: Resources, extra: Extra) -> list[Event]:
    """The events of an article's own findings, each with the group (row) it belongs to."""
    frame = Frame(readings, resources, extra)
    own = [r for r in readings if r.sentence.voice == "own"]
    _route_findings(own)
    released = _secretion_rows(own, resources.vocabulary)
    rows = [row for row in released + _transplantation_rows(own, frame) if _stands(row, frame)]
    if any(row.table == "secretion" and _is_full(row) for row in rows):
        rows = [row for row in rows if row.table != "secretion" or _is_full(row)]
    by_sentence = {id(r.sentence): r for r in own}
    for row in rows:
        _complete(row, frame, by_sentence, own)
    _add_circumstances(rows, own, frame)
    return [event for number, row in enumerate(rows, 1) for event in _events(row, f"prose {row.table} {number}")]


def _route_findings(own: Sequence[Reading]) -> None:
    """Mitochondria without a donor cell that are taken up where mitochondria are given: the target of a transplantation."""
    findings = [f for r in own for f in r.findings]
    if not any(f.rule == _PREPARED for f in findings):
        return
    natural = any(_from_cell(f) and not f.polarity.negated for f in findings)
    for reading in own:
        prepared = any(f.rule == _PREPARED for f in reading.findings)
        said = _PREPARATION.search(reading.sentence.text) is not None
        for finding in reading.findings:
            if finding.table != "secretion" or finding.polarity.negated:
                continue
            if (prepared and not natural) or (not _from_cell(finding) and (said or not natural)):
                finding.table, finding.kind = "transplantation", "uptake"


def _from_cell(finding: Finding) -> bool:
    """Whether a cell itself releases or hands over what moves."""
    if finding.table != "secretion" or finding.kind == "uptake":
        return False
    return any(m.category in _CELLS for m in finding.roles.get("donor", ()))


def _secretion_rows(own: Sequence[Reading], vocabulary: Vocabulary) -> list[Row]:
    rows: list[Row] = []
    findings = [f for r in own for f in r.findings if f.table == "secretion"]
    for finding in sorted(findings, key=lambda f: not (f.roles.get("donor") and f.roles.get("recipient"))):
        for role in ("donor", "recipient"):
            finding.roles[role] = [m for m in finding.roles.get(role, ()) if m.category in _CELLS]
        home = next((row for row in rows if _fits(finding, row, vocabulary)), None)
        if home is None:
            rows.append(home := Row("secretion", finding.polarity.negated))
        home.findings.append(finding)
    return rows


def _fits(finding: Finding, row: Row, vocabulary: Vocabulary) -> bool:
    if finding.polarity.negated != row.negated:
        return False
    return all(_related(finding.idents(role), row.idents(role), vocabulary) for role in ("donor", "recipient"))


def _related(one: set[str], other: set[str], vocabulary: Vocabulary) -> bool:
    return not one or not other or any(vocabulary.is_a(a, b) or vocabulary.is_a(b, a) for a in one for b in other)


def _transplantation_rows(own: Sequence[Reading], frame: Frame) -> list[Row]:
    """One row for mitochondria that are given, else one for cells (or their vesicles) that hand over mitochondria."""
    mitochondria, cells = Row("transplantation", False), Row("transplantation", False)
    released = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    donors = {ident for f in released for ident in f.idents("donor")}
    for reading in own:
        for finding in reading.findings:
            if finding.table == "transplantation" and finding.rule != f"prose:{CELLS_GIVEN}":
                mitochondria.findings.append(finding)
            elif finding.table == "transplantation" and donors and _into_animal(reading, frame):
                cells.findings += _handing_over(finding, donors, frame.resources.vocabulary)
    if donors and not any(_PREPARATION.search(f.sentence.text) for f in mitochondria.findings):
        mitochondria.findings = []  # "cells supplied them with mitochondria" says nothing of a preparation
    if any(f.rule == _PREPARED for f in mitochondria.findings):
        return [mitochondria]
    return [cells] if cells.findings else []


def _into_animal(reading: Reading, frame: Frame) -> bool:
    if in_animals(reading) or frame.routes([reading]) or reading.sentence.passage.kind == "title":
        return True
    return _INTO_TISSUE.search(reading.slots.text) is not None


def _handing_over(finding: Finding, donors: set[str], vocabulary: Vocabulary) -> list[Finding]:
    """The finding if what is given are donor cells of the article, or vesicles; they are then the source as well."""
    named = finding.roles.get("agent", [])
    agents = [m for m in named if m.category == "secreted_form" or _related({m.ident}, donors, vocabulary)]
    if not agents:
        return []
    finding.roles |= {"agent": agents, "donor": [m for m in agents if m.category != "secreted_form"], "recipient": []}
    return [finding]


def _stands(row: Row, frame: Frame) -> bool:
    """Whether a row says enough: donor and recipient, a donor that releases, or something given to someone."""
    if row.table == "secretion":
        donor, recipient = row.mentions("donor"), row.mentions("recipient")
        if row.negated or _is_full(row):
            return _is_full(row)
        leaves = any(f.kind in ("secretion", "transfer") for f in row.findings)
        titled = any(f.sentence.passage.kind == "title" for f in row.findings)
        return bool(donor and leaves) or bool(recipient and titled)
    return bool(frame.model_species())


def _is_full(row: Row) -> bool:
    return bool(row.mentions("donor") and row.mentions("recipient"))


def _complete(row: Row, frame: Frame, by_sentence: dict[int, Reading], own: Sequence[Reading]) -> None:
    """Adds what the sentences of a row and the frame say of the roles that its findings leave open."""
    readings = [by_sentence[id(f.sentence)] for f in row.findings]
    if row.table == "secretion":
        row.frame += frame.donor_species(row.mentions("donor"))
        named = [m for r in readings if r.findings for m in forms(r)] or ([] if row.negated else _only_form(own, frame))
        row.frame += linked("form", [_with_mitochondria(m, frame) for m in named])[:2]
        row.frame += linked("condition", [m for r in readings for m in frame.in_sentence(r, _CIRCUMSTANCES)])[:3]
        return
    origins = [m for r in own if not any(f.table == "secretion" for f in r.findings) for m in r.loose.get("donor", ())]
    sources = {m.ident for m in (*row.mentions("donor"), *origins)}
    row.frame += frame.model_species() + frame.diseases() + frame.procedures() + frame.tissues(sources)
    if not row.mentions("recipient"):
        released = (f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated)
        row.frame += linked("target", [m for f in released for m in f.roles.get("recipient", ())])[:_MOST_SOURCES]
    given = readings
    row.frame += linked("mito_source", origins)[:_MOST_SOURCES]
    row.frame += frame.routes(given, frame.readings)
    uptakes = linked("uptake", frame.named(("uptake",), given))[:2]
    row.frame += uptakes or [_internalization(f) for f in row.findings if f.kind == "uptake" and _swallows(f, frame)][:1]


def _only_form(own: Sequence[Reading], frame: Frame) -> list[Mention]:
    """The only vesicle that the article names with mitochondria, where it names no contact between cells."""
    entries = frame.resources.vocabulary.entries
    mechanisms = {m.ident for r in own for m in r.slots.mentions if m.category == "mechanism"}
    if any(entries[ident].extra.get("kind") == _CONTACT for ident in mechanisms):
        return []
    named = [m for r in own if r.sentence.topical for m in forms(r) if m.ident not in BARE]
    return named[:1] if len({m.ident for m in named}) == 1 else []


def _swallows(finding: Finding, frame: Frame) -> bool:
    triggers = frame.resources.triggers.exactly(finding.sentence.text[finding.start : finding.end])
    return any(m.ident in _SWALLOWING for m in triggers)


def _internalization(finding: Finding) -> Role:
    return Role("uptake", finding.sentence.text[finding.start : finding.end], "uptake:internalization")


def _with_mitochondria(form: Mention, frame: Frame) -> Mention:
    """The form as one that holds mitochondria, where the vocabulary has such an entry."""
    label = frame.resources.vocabulary.label(form.ident)
    found = frame.resources.matcher("secreted_form").exactly(f"{label} containing mitochondria")
    return form._replace(ident=found[0].ident) if found else form


def _add_circumstances(rows: list[Row], own: Sequence[Reading], frame: Frame) -> None:
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
            secretion.added.append(_event(reading, "labelling", "secretion", labels, labels[0].surface, "prose:label"))
        mechanisms = linked("mechanism", reading.loose.get("mechanism", []))
        if mechanisms and secretion and (reading.findings or "transfer" in reading.slots.text or "mito" in reading.slots.text):
            surface = mechanisms[0].surface
            secretion.added.append(_event(reading, "regulation", "secretion", mechanisms, surface, "prose:mechanism"))


def _row_for(rows: list[Row], reading: Reading) -> Row | None:
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


def _add_effects(row: Row, reading: Reading, frame: Frame, seen: set[tuple[str, str]]) -> None:
    for effect in prose_effects(reading.sentence.text, frame.resources, frame.extra):
        if (effect.ident, row.table) in seen:
            continue
        seen.add((effect.ident, row.table))
        roles = [Role("effect", effect.surface, effect.ident, effect.direction)]
        row.added.append(_event(reading, "effect", row.table, roles, effect.trigger, "prose:effect", effect.trigger_start))


def _event(
    reading: Reading, kind: EventKind, table: TableName, roles: list[Role], trigger: str, rule: str, start: int = -1
) -> Event:
    begin = start if start >= 0 else max(reading.sentence.text.find(trigger), 0)
    finding = Finding(reading.sentence, kind, table, rule, begin, begin + len(trigger), Polarity(False, "", False, ""))
    return as_event(finding, roles, _SENTENCE - 0.1)


def _events(row: Row, group: str) -> list[Event]:
    """The events of a row. What the frame adds stands with the first finding, and costs it confidence."""
    events: list[Event] = []
    stated = {role.name for finding in row.findings for role in roles_of(finding)}
    for number, finding in enumerate(row.findings):
        roles = roles_of(finding)
        extra = [role for role in row.frame if role.name not in stated] if number == 0 else []
        events.append(as_event(finding, roles + extra, _FRAME if extra else _SENTENCE, group))
    return events + [msgspec.structs.replace(event, group=group) for event in row.added]
