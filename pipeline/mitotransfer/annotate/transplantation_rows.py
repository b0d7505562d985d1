"""Rows of the transplantation table from the findings of an article: what was given to whom, and what completes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from mitotransfer.annotate import models_of_disease as models
from mitotransfer.annotate.arms import arms
from mitotransfer.annotate.drafts import Draft, events_of
from mitotransfer.annotate.frames import Frame, in_animals, in_body
from mitotransfer.annotate.kinds import related
from mitotransfer.annotate.models_of_disease import ARTICLE, NEAR, Told
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading
from mitotransfer.annotate.routes import in_vitro, routes, routes_in
from mitotransfer.annotate.secretion_rows import with_mitochondria
from mitotransfer.annotate.slots import BARE
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention, Role
from mitotransfer.topic import has_topic

# The rules for mitochondria that are given as such: to animals (or anyone), and to cells in a dish.
PREPARED = ("prose:given", "prose:given_to_cells")
_MOST_SOURCES = 2
_SWALLOWING = frozenset({"trigger:take_up", "trigger:internalize", "trigger:engulf", "trigger:endocytose", "trigger:incorporate"})
_INTERNALIZATION = "uptake:internalization"
PREPARATION = re.compile(
    r"isolated|exogenous|transplant|inject|infus|administ|graft|given|donor mitoch|intra\w+ mitoch|allogen|autolog|incubat|added",
    re.IGNORECASE,
)
ISOLATED = re.compile(r"<mito\d+/>[^;:.]{0,40}<isolation|<isolation\d+/[^>]*> (?:[\w-]+ ){0,2}<mito")
_INTO_TISSUE = re.compile(r"\b(?:in)?to (?:the )?(?:[\w-]+ ){0,2}<tissue\d+/>")
_MODIFIED = re.compile(r"\b(?:pre-?)?(loaded|preconditioned|pretreated|primed|enriched|augmented|supplemented|boosted) with\b")
_DONE_TO = (
    "engineered|primed|preconditioned|pretreated|pre-treated|overexpressing|enhanced|loaded|laden|boosted|modified|transfected"
    "|transduced|stimulated|activated|licensed"
)
_MADE = re.compile(rf"(?<![\w-])((?:[\w/+-]+[ -])?[\w/+]+-(?:{_DONE_TO})) (?:human )?$")
_EXPRESSING = re.compile(r" (?:that )?(overexpress)(?:ing|ed)? ([A-Z][\w-]+)")
_FAR = 60  # characters before a name in which what was done to the cells stands
_MITOCHONDRIA = re.compile(r"[^;:.,]{0,60}mitochondri|[^;:.,]{0,40}\bmito", re.IGNORECASE)
_TAKEN = re.compile(
    r"\b(?:isolat|deriv|obtain|prepar|harvest|extract|collect|purif|sourced|taken|came|come|originat|donat|from)\w*\b[^;.]{0,40}$"
)
_DERIVED = re.compile(r"[ ‐-](?:derived|origin|isolated)")
_NOT_THERE = re.compile(r"\b(?:but not|not|nor|rather than|instead of|except)(?: \w+)? (?:the )?(?:[\w-]+ )?$")
_OWN_BODY = re.compile(r"\b(autologous|allogen(?:e)?ic|xenogen(?:e)?ic|syngeneic)\b", re.IGNORECASE)
_AMOUNT = r"(?<![\w.])\d[\d.,]*(?:\s*(?:±|–|-|to)\s*\d[\d.,]*)?"
_PER = r"(?:\s?/\s?(?:kg|mL|ml|g|mouse|rat|animal|site|heart)|(?: in \d[\d.]* ?(?:ml|mL|[µμ]l)))?"
_SORT = r"(?:(?:viable|isolated|autologous|donor|fresh|allogeneic) )*"
_DOSE = re.compile(
    rf"(?:{_AMOUNT}\s*(?:[µμ]g|mg|ng)\b(?: (?:of )?(?:mitochondrial )?protein)?"
    rf"|{_AMOUNT}\s*(?:[×x]\s*10\s?\^?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]+|million|billion)\s*{_SORT}(?:mitochondria|particles|organelles|cells)\b){_PER}"
)


def transplantation_rows(own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """The rows for mitochondria that are given, else one for cells (or their vesicles) that hand over mitochondria."""
    mitochondria, cells = Draft("transplantation", False), Draft("transplantation", False)
    released = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    donors = {ident for f in released for ident in f.idents("donor")}
    for reading in own:
        for finding in reading.findings:
            if finding.rule in PREPARED and (reading.loose.get("agent") or finding.polarity.negated):
                continue  # "macrophages loaded with mitochondria were injected"; what was not given, or is something else
            if finding.table == "transplantation" and finding.rule != f"prose:{CELLS_GIVEN}":
                mitochondria.findings.append(finding)
            elif finding.table == "transplantation" and donors and _into_animal(reading, frame):
                cells.findings += _handing_over(finding, reading, donors, frame.resources.vocabulary)
    isolated = any(ISOLATED.search(r.slots.text) for r in frame.readings)
    if donors and not any(_prepared(f, isolated) for f in mitochondria.findings):
        mitochondria.findings = []  # "cells supplied them with mitochondria" says nothing of a preparation
    if any(f.rule in PREPARED for f in mitochondria.findings):
        return arms(mitochondria, own, frame)
    return [cells] if cells.findings else []


def _prepared(finding: Finding, isolated: bool) -> bool:
    """Whether a finding speaks of a preparation.

    What reaches cells in a dish may as well come from other cells, unless the article says that mitochondria were `isolated`.
    """
    return (finding.rule == PREPARED[0] or isolated) and PREPARATION.search(finding.sentence.text) is not None


def _into_animal(reading: Reading, frame: Frame) -> bool:
    if in_animals(reading) or routes_in(reading, frame) or reading.sentence.passage.kind == "title":
        return True
    return _INTO_TISSUE.search(reading.slots.text) is not None


def _handing_over(finding: Finding, reading: Reading, donors: set[str], vocabulary: Vocabulary) -> list[Finding]:
    """The finding if what is given are donor cells of the article, or vesicles; they are then the source as well.

    Cells that had been loaded with mitochondria are no source: this is who loaded them, and the cells are the target.
    """
    named = finding.roles.get("agent", [])
    if loaded := [m for m in reading.loose.get("agent", ()) if any(m.ident == one.ident for one in named)]:
        sources = [m for m in reading.loose.get("donor", ()) if m not in loaded]
        loaded = [_as_loaded(loaded[0], sources, reading, vocabulary)]
        finding.roles |= {"agent": loaded, "donor": sources, "recipient": [m for m in named if m.start == loaded[0].start]}
        return [finding]
    agents = [m for m in named if m.category == "secreted_form" or related({m.ident}, donors, vocabulary)]
    if not agents:
        return []
    given = [_as_modified(m, reading.sentence.text, vocabulary) for m in agents]
    finding.roles |= {"agent": given, "donor": [m for m in agents if m.category != "secreted_form"], "recipient": []}
    return [finding]


def _as_modified(cell: Mention, text: str, vocabulary: Vocabulary) -> Mention:
    """The cell with what was done to it first: "drug-primed mesenchymal stem cell", "… overexpressing Miro1"."""
    label = vocabulary.label(cell.ident)
    if before := _MADE.search(text, max(0, cell.start - _FAR), cell.start):
        return Mention(before.start(), cell.end, "agent", "", f"{before[1]} {label}")
    if after := _EXPRESSING.match(text, cell.end):
        return Mention(cell.start, after.end(), "agent", "", f"{label} {after[1]}ing {after[2]}")
    return cell


def _as_loaded(cell: Mention, sources: Sequence[Mention], reading: Reading, vocabulary: Vocabulary) -> Mention:
    """The cell with what was done to it: "macrophage loaded with mesenchymal stem cell mitochondria"."""
    text = reading.sentence.text
    word = _MODIFIED.search(text, cell.end)
    if word is None:
        return cell
    what = vocabulary.label(sources[0].ident) if sources and sources[0].ident else ""
    thing = f"{what} mitochondria".strip() if _MITOCHONDRIA.match(text[word.end() :]) or not what else what
    name = f"{vocabulary.label(cell.ident) or cell.surface} {word[1]} with {thing}"
    return Mention(cell.start, cell.end, "agent", "", name)


def stands(row: Draft, frame: Frame) -> bool:
    """Whether a row says enough: who something is given to, or from which cells to which in a dish."""
    return bool(frame.model_species()) or bool(row.mentions("donor") and row.mentions("recipient"))


def _name_agents(row: Draft, frame: Frame) -> None:
    """Vesicles that are given are said to contain mitochondria, where the vocabulary has a name for such.

    Of cells the narrowest names are kept.
    """
    is_a = frame.resources.vocabulary.is_a
    cells = row.mentions("agent")
    for finding in row.findings:
        for number, agent in enumerate(finding.roles.get("agent", [])):
            narrower = next((m for m in cells if m.ident != agent.ident and is_a(m.ident, agent.ident)), agent)
            finding.roles["agent"][number] = narrower
    for finding in row.findings:
        finding.roles["agent"] = [
            with_mitochondria(m, frame) if m.category == "secreted_form" and m.ident not in BARE else m
            for m in finding.roles.get("agent", ())
        ]


def complete(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """Adds what the sentences of a row (`readings`) and the article's own sentences say of the roles that it leaves open."""
    released = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    _name_agents(row, frame)
    _add_sources(row, own, released, frame)
    _add_targets(row, own, released, frame)
    sources = {m.ident for m in row.mentions("donor")}
    sources |= {role.ident for event in row.added for role in event.roles if role.name == "mito_source"}
    sources |= {above for ident in sources for above in frame.resources.vocabulary.ancestors(ident)}
    made = models.procedures(frame)
    ill = models.diseases(frame, made)
    organs = models.tissues(frame, sources, [*ill, *made], row.mentions("recipient"))
    ill = list(models.narrowed(ill, frame, organs))
    way = routes(frame, readings, own)
    dish = any(f.rule == PREPARED[1] or f.roles.get("recipient") for f in row.findings)
    if not way and dish and not any(in_body(r) for r in readings):
        way = in_vitro(readings)
    if not row.species:
        _say(row, models.model_species(frame))
    for told in (ill, made, organs, way, _uptake(row, readings, own, frame), _dose(readings)):
        _say(row, told)


def add_handing_over(row: Draft, secretion: Sequence[Draft], vocabulary: Vocabulary) -> None:
    """How cells that were given hand over their mitochondria: by the mechanism that a finding of theirs tells (`secretion`)."""
    told = any(role.name == "uptake" for event in row.added for role in event.roles)
    if told or any(f.rule in PREPARED for f in row.findings):
        return
    alike = (o for o in secretion if not o.negated and related(row.idents("donor"), o.idents("donor"), vocabulary))
    findings = (event for other in alike for event in events_of(other, "") if event.kind in ("transfer", "uptake"))
    for event in findings:
        for role in event.roles:
            if role.name == "mechanism":
                way = msgspec.structs.replace(role, name="uptake")
                row.added.append(msgspec.structs.replace(event, kind="uptake", table="transplantation", roles=(way,)))
                return


def _add_sources(row: Draft, own: Sequence[Reading], released: Sequence[Finding], frame: Frame) -> None:
    """Whose mitochondria they are: what other sentences say, the narrowest names, else that they are the patient's own."""
    origins = [(r, m) for r in own if not any(f.table == "secretion" for f in r.findings) for m in r.loose.get("donor", ())]
    vesicles = any(m.category == "secreted_form" for m in row.mentions("agent"))
    if row.apart:
        origins = []  # other sentences may speak of the mitochondria of another arm
    elif vesicles and not row.mentions("donor"):
        origins = [(r, m) for r in own for f in r.findings if f in released for m in f.roles.get("donor", ())]
    is_a = frame.resources.vocabulary.is_a
    if row.mentions("donor") or any(_is_origin(r, m) for r, m in origins):
        origins = [(r, m) for r, m in origins if _is_origin(r, m)]  # "neuronal mitochondria" are those of the patient
    known = {m.ident for m in (*row.mentions("donor"), *(m for _, m in origins))}
    for finding in row.findings:  # "muscle" where another sentence says which muscle
        kept = [m for m in finding.roles.get("donor", ()) if not any(o != m.ident and is_a(o, m.ident) for o in known)]
        finding.roles["donor"] = kept
    narrow = [(r, m) for r, m in origins if not any(o != m.ident and is_a(o, m.ident) for o in known)]
    stated = {m.ident for m in row.mentions("donor")}
    for reading, mention in narrow:
        if mention.ident not in stated and len(stated) < max(_MOST_SOURCES, len(row.mentions("donor"))):
            stated.add(mention.ident)
            row.say(reading, [Role("mito_source", mention.surface, mention.ident)], "prose:origin", NEAR, start=mention.start)
    if known:
        return
    for reading in own:
        word = _OWN_BODY.search(reading.sentence.text)
        if word and any(f in row.findings for f in reading.findings):
            role = Role("mito_source", word[0].lower())
            row.say(reading, [role], "prose:relation_of_donor", ARTICLE, start=word.start())
            return


def _is_origin(reading: Reading, mention: Mention) -> bool:
    """Whether words beside a name say that mitochondria were taken from there."""
    text = reading.sentence.text
    return _TAKEN.search(text, 0, mention.start) is not None or _DERIVED.match(text, mention.end) is not None


def _add_targets(row: Draft, own: Sequence[Reading], released: Sequence[Finding], frame: Frame) -> None:
    """Where the mitochondria were found: in animals, else in a dish, else where cells of the article hand theirs over."""
    agents = {m.ident for m in row.mentions("agent")}
    seen = [(r, m) for r in own if not any(f.table == "secretion" for f in r.findings) for m in r.loose.get("recipient", ())]
    ways = {id(r): routes_in(r, frame) for r in own}
    seen = [(r, m) for r, m in seen if m.ident not in agents or m in row.mentions("recipient")]
    seen = [(r, m) for r, m in seen if not _on_the_way(m, ways[id(r)]) and not _NOT_THERE.search(r.sentence.text, 0, m.start)]
    for reading in own:  # "into the tail vein" is how they went in, not where to
        for finding in (f for f in reading.findings if f in row.findings):
            kept = [m for m in finding.roles.get("recipient", ()) if not _on_the_way(m, ways[id(reading)])]
            kept = [m for m in kept if not _NOT_THERE.search(reading.sentence.text, 0, m.start)]
            finding.roles["recipient"] = kept
    if not (row.mentions("recipient") or seen):
        seen = [(r, m) for r in own for f in r.findings if f in released for m in f.roles.get("recipient", ())]
        seen = [(r, m) for r, m in seen if in_animals(r)] or seen
    body = [m for m in row.mentions("recipient") + [m for _, m in seen] if m.category != "cell_line"]
    for finding in row.findings:
        kept = [m for m in finding.roles.get("recipient", ()) if not body or m.category != "cell_line"]
        finding.roles["recipient"] = [m._replace(ident=frame.cell_of(m.ident)) for m in kept]
    for reading, mention in seen:
        if not body or mention.category != "cell_line":
            role = Role("target", mention.surface, frame.cell_of(mention.ident))
            row.say(reading, [role], "prose:target", NEAR, "uptake", start=mention.start)


def _on_the_way(mention: Mention, ways: Sequence[Mention]) -> bool:
    return mention.category == "tissue" and any(way.start <= mention.start and mention.end <= way.end for way in ways)


def _say(row: Draft, found: Sequence[Told]) -> None:
    for told in found:
        row.say(told.reading, [told.role], told.rule, told.confidence, start=told.start)


def _uptake(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> list[Told]:
    """How cells take mitochondria in: the way as named, else that they do where a sentence about mitochondria says so."""
    named = [
        Told(Role("uptake", m.surface, m.ident), r, m.start, m.end, NEAR, "prose:uptake")
        for r in readings
        if has_topic(r.sentence.text)
        for m in frame.in_sentence(r, ("uptake",))
    ]
    is_a = frame.resources.vocabulary.is_a
    ways = {told.role.ident for told in named}
    named = [told for told in named if not any(way != told.role.ident and is_a(way, told.role.ident) for way in ways)]
    specific = [told for told in named if told.role.ident != _INTERNALIZATION]
    if specific or named or not any(f.rule in PREPARED for f in row.findings):
        return (specific or named)[:2]
    for reading in own:
        if not reading.sentence.topical or reading.controlled or _of_a_pilot(reading, row, frame):
            continue
        for m in frame.resources.triggers.find(reading.sentence.text):
            if m.ident in _SWALLOWING and m.surface.lower() != "uptake":
                role = Role("uptake", m.surface, _INTERNALIZATION)
                return [Told(role, reading, m.start, m.end, NEAR, "prose:internalization")]
    return []


def _of_a_pilot(reading: Reading, row: Draft, frame: Frame) -> bool:
    """Whether a sentence speaks of cells in a dish only, none of which is a target of the row."""
    cells = {m.ident for m in reading.slots.mentions if m.category in ("cell", "cell_line")}
    targets = {m.ident for m in row.mentions("recipient")}
    targets |= {role.ident for event in row.added for role in event.roles if role.name == "target"}
    return bool(targets and cells) and not in_body(reading) and not related(cells, targets, frame.resources.vocabulary)


def _dose(readings: Sequence[Reading]) -> list[Told]:
    for reading in readings:
        if dose := _DOSE.search(reading.sentence.text):
            return [Told(Role("dose", dose[0]), reading, dose.start(), dose.end(), NEAR, "prose:dose")]
    return []
