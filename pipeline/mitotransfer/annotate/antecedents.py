"""Cells that a finding leaves open and other sentences name: "both cell types released …", "… were engulfed", "they".

Looked for where a reader would: before the trigger in the same sentence, in the sentences before it in the paragraph, in what
was last said of a donor, in what is cultured together. Each step is less certain than the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mitotransfer.annotate.kinds import is_kind_of, related
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading
from mitotransfer.annotate.slots import CELLS
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention

Signs = Mapping[str, re.Pattern[str]]
_SIDES = ("donor", "recipient")
Pair = tuple[Reading, list[Mention], list[Mention]]  # cells that are cultured together
Named = tuple[Reading, list[Mention]]  # where cells are named
_OF_A_SOURCE = frozenset({"cell:stem_cell", "cell:mesenchymal_stem_cell", "cell:stromal_cell"})


def fill(own: Sequence[Reading], resources: Resources) -> None:
    """Gives findings of the secretion table the donors and recipients that other places of the article name for them."""
    donors: Named | None = None
    recipients: Named | None = None
    before: Reading | None = None
    given = _given(own)
    sign = resources.rules.sign
    for reading in own:
        findings = [f for f in reading.findings if f.table == "secretion"]
        for finding in findings:
            _resolve(finding, reading, before)
            if not finding.idents("donor"):
                _fill_donor(finding, reading, before, donors, sign)
                other = donors or given
                if finding.kind == "transfer" and other is not None and not _are_recipients(other[1], finding):
                    _lend(finding, "donor", *other)
            if finding.polarity.negated and not finding.idents("recipient") and recipients is not None:
                _lend(finding, "recipient", *recipients)
        named = [(f, f.roles.get("donor") or f.elsewhere.get("donor", [])) for f in findings if not f.polarity.negated]
        for finding, mentions in named:
            if mentions:
                donors = (finding.places.get("donor", reading), mentions)
            if cells := [m for m in finding.roles.get("recipient", ()) if m.category in CELLS]:
                recipients = (reading, cells)
        before = reading
    _fill_partners(own, resources.vocabulary, sign)
    for reading in own:
        if sign["both_ways"].search(reading.sentence.text):
            reading.findings += [back for f in reading.findings if (back := _other_way(f)) is not None]
        for finding in (f for f in reading.findings if f.table == "secretion"):
            for role in _SIDES:
                _narrow(finding, role, reading, own, resources)


def _resolve(finding: Finding, reading: Reading, before: Reading | None) -> None:
    """A pronoun is what was last named before it in its sentence, else what the sentence before opens with."""
    for role, opposite in (_SIDES, _SIDES[::-1]):
        place = finding.pronouns.get(role)
        if place is None or any(m.category in CELLS for m in finding.roles.get(role, ())):
            continue
        here = [m for m in _cells(reading) if m.end <= place and m not in finding.roles.get(opposite, ())]
        if here:
            finding.roles[role] = _last_group(here, reading.sentence.text)
        elif before is not None and _same_passage(before, reading) and (there := _cells(before)):
            _lend(finding, role, before, _first_group(there, before.sentence.text))


def _other_way(finding: Finding) -> Finding | None:
    """The same from the recipients to the donors, for a finding that names or is lent both."""
    donors, recipients = ([*finding.roles.get(role, ()), *finding.elsewhere.get(role, ())] for role in _SIDES)
    if finding.table != "secretion" or finding.polarity.negated or not (donors and recipients):
        return None
    finding.both_ways = True
    roles = finding.roles | {"donor": finding.roles.get("recipient", []), "recipient": finding.roles.get("donor", [])}
    swapped = dict(zip(_SIDES, reversed(_SIDES), strict=True))
    elsewhere = {swapped.get(role, role): mentions for role, mentions in finding.elsewhere.items()}
    places = {swapped.get(role, role): place for role, place in finding.places.items()}
    return replace(finding, roles=roles, elsewhere=elsewhere, places=places, pronouns={})


def _are_recipients(mentions: Sequence[Mention], finding: Finding) -> bool:
    return bool(finding.idents("donor")) or bool({m.ident for m in mentions} & finding.idents("recipient"))


def _given(own: Sequence[Reading]) -> Named | None:
    """The cells that are given to animals, which then are the ones that hand over mitochondria."""
    for reading in own:
        for finding in reading.findings:
            agents = [m for m in finding.roles.get("agent", ()) if m.category in CELLS and m.ident]  # not just "the cells"
            if finding.rule == f"prose:{CELLS_GIVEN}" and agents:
                return reading, agents
    return None


def _fill_donor(finding: Finding, reading: Reading, before: Reading | None, last: Named | None, sign: Signs) -> None:
    alike = [m for m in finding.roles.get("recipient", ()) if sign["alike"].search(reading.sentence.text, 0, m.start)]
    if alike:
        _lend(finding, "donor", reading, alike)
        return
    if finding.kind == "uptake":
        # what is found in cells that release it did not come from others of them
        same = last is not None and bool({m.ident for m in last[1]} & finding.idents("recipient"))
        if last is not None and not (same and finding.rule == "prose:uptake_passive"):
            _lend(finding, "donor", *last)
        return
    text = reading.sentence.text
    if sign["summed_up"].search(text, 0, finding.start + 1) or (finding.kind == "secretion" and sign["owned"].search(text)):
        here = [m for m in _cells(reading) if m.end <= finding.start]
        if here:
            finding.roles["donor"] = _last_group(here, text)
        elif before is not None and _same_passage(before, reading) and (there := _cells(before)):
            _lend(finding, "donor", before, _last_group(there, before.sentence.text))


def _last_group(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """All that are joined to the last one by "and", "or" or commas: "in Jurkat cells deficient in A and in L929 cells"."""
    group = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if not re.search(r"\band\b|\bor\b|,", text[mention.end : group[0].start]):
            break
        group.insert(0, mention)
    return group


def _first_group(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """All that are joined to the first one: "HeLa and Jurkat cells were grown on MSCs"."""
    group = [mentions[0]]
    for mention in mentions[1:]:
        if not re.fullmatch(r"\W*(?:\b(?:and|or)\b)?\W*", text[group[-1].end : mention.start]):
            break
        group.append(mention)
    return group


def _cells(reading: Reading) -> list[Mention]:
    """The cells a sentence names; of a line and the cell it is made of, the line."""
    found: list[Mention] = []
    for mention in (m for m in reading.slots.mentions if m.category in CELLS):
        if found and found[-1].category == "cell_line" and mention.start - found[-1].end <= 1:
            continue
        found.append(mention)
    return found


def _same_passage(one: Reading, other: Reading) -> bool:
    return one.sentence.passage is other.sentence.passage


def _lend(finding: Finding, role: str, place: Reading, mentions: Sequence[Mention]) -> None:
    finding.elsewhere[role] = list(mentions)
    finding.places[role] = place


def _fill_partners(own: Sequence[Reading], vocabulary: Vocabulary, sign: Signs) -> None:
    """Where no finding names a recipient: the cells that the donors are cultured with; without donors those that were stained.

    Where none names a donor: the cells that the recipients are cultured with.
    """
    stated = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    pairs = [pair for r in own if (pair := _cultured_together(r, sign)) is not None]
    if not any(f.idents("donor") for f in stated):
        for finding in stated:
            _fill_givers(finding, pairs, vocabulary)
    if any(m.category in CELLS for f in stated for m in f.roles.get("recipient", ())):
        return
    findings = [f for f in stated if f.kind == "transfer"]
    for finding in findings:
        donors = finding.idents("donor")
        for reading, first, second in pairs:
            if any(related({m.ident}, donors, vocabulary) for m in first) and donors:
                _lend(finding, "recipient", reading, second)
            elif any(related({m.ident}, donors, vocabulary) for m in second) and donors:
                _lend(finding, "recipient", reading, first)
            elif not donors and sign["marked"].search(reading.sentence.text, 0, second[0].start):
                _lend(finding, "donor", reading, first)
                _lend(finding, "recipient", reading, second)
            else:
                continue
            break


def _fill_givers(finding: Finding, pairs: Sequence[Pair], vocabulary: Vocabulary) -> None:
    """The cells that the recipients of a finding are cultured with, if they are others."""
    takers = {m.ident for m in finding.roles.get("recipient", ()) if m.category in CELLS}
    for reading, first, second in pairs:
        for one, other in ((first, second), (second, first)):
            others = {m.ident for m in other}
            if takers and related({m.ident for m in one}, takers, vocabulary) and not related(others, takers, vocabulary):
                _lend(finding, "donor", reading, other)
                return


def _cultured_together(reading: Reading, sign: Signs) -> Pair | None:
    """The cells before and after what says that they are cultured together."""
    word = sign["together"].search(reading.sentence.text)
    if word is None:
        return None
    cells = _cells(reading)
    before, after = [m for m in cells if m.end <= word.start()], [m for m in cells if m.start >= word.end()]
    if len(before) > 1 and not after:  # "T24 and RT4 cells were cocultured"
        return reading, before[:-1], before[-1:]
    return (reading, _last_group(before, reading.sentence.text), after[:1]) if before and after else None


def _narrow(finding: Finding, role: str, reading: Reading, own: Sequence[Reading], resources: Resources) -> None:
    """ "The epithelial cells" are those named before them; stem cells are those of the only source that the article names."""
    for mention in finding.roles.get(role, ()):
        if not mention.ident:
            continue
        definite = resources.rules.sign["definite"].search(reading.sentence.text, 0, mention.start) is not None
        if not definite and mention.ident not in _OF_A_SOURCE:
            continue
        kinds: dict[str, tuple[Reading, Mention]] = {}
        for other in own:
            if definite and not _same_passage(other, reading):
                continue
            for cell in _cells(other):
                if cell.ident and cell.ident != mention.ident and is_kind_of(cell.ident, mention.ident, resources.vocabulary):
                    kinds.setdefault(cell.ident, (other, cell))
        if len(kinds) == 1:
            ((place, cell),) = kinds.values()
            if place is not reading and role not in finding.elsewhere:
                _lend(finding, role, place, [cell])
