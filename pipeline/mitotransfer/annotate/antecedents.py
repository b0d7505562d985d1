"""Cells that a finding leaves open and other sentences name: "both cell types released …", "… were engulfed", "they".

Looked for where a reader would: before the trigger in the same sentence, in the sentences before it in the paragraph, in what
was last said of a donor, in what is cultured together. Each step is less certain than the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mitotransfer.annotate.kinds import is_kind_of, related
from mitotransfer.annotate.roles import Finding, Reading
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention

_CELLS = ("cell", "cell_line")
# "These cells", "both cell types", "they": what gives or takes is named further up.
_SUMMED = re.compile(r"\b(?:both|the two|all three|these|those|such|either) (?:\w+ )?(?:cells?|cell types?|lines?|populations?)\b", re.IGNORECASE)
_OWNED = re.compile(r"\b(?:their|its) (?:own )?(?:[\w-]+ ){0,3}mitochondri|\b(?:their|its) (?:[\w-]+ ){0,2}organelles", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:co-?cultur\w*|co-?incubat\w*|cultured (?:together )?with|mixed with|placed (?:together )?with|grown (?:together )?with|seeded (?:together )?with|plated (?:together )?with|kept (?:together )?with|incubated with)", re.IGNORECASE)


def fill(own: Sequence[Reading], vocabulary: Vocabulary) -> None:
    """Gives findings of the secretion table the donors and recipients that other places of the article name for them."""
    donors: tuple[Reading, list[Mention]] | None = None
    before: Reading | None = None
    for reading in own:
        findings = [f for f in reading.findings if f.table == "secretion"]
        for finding in findings:
            if not finding.idents("donor"):
                _fill_donor(finding, reading, before, donors)
            if not finding.idents("recipient") and finding.polarity.negated is False:
                continue
        named = [(f, f.roles.get("donor") or f.elsewhere.get("donor", [])) for f in findings if not f.polarity.negated]
        for finding, mentions in named:
            if mentions:
                donors = (finding.places.get("donor", reading), mentions)
        before = reading
    _fill_recipients(own, vocabulary)


def _fill_donor(finding: Finding, reading: Reading, before: Reading | None, last: tuple[Reading, list[Mention]] | None) -> None:
    if finding.kind == "uptake":
        if last is not None and not related_ids(last[1], finding):
            _lend(finding, "donor", *last)
        return
    text = reading.sentence.text
    if _SUMMED.search(text, 0, finding.start + 1) or (finding.kind == "secretion" and _OWNED.search(text)):
        here = [m for m in _cells(reading) if m.end <= finding.start]
        if here:
            finding.roles["donor"] = _last_group(here, text)
        elif before is not None and _same_passage(before, reading) and (there := _cells(before)):
            _lend(finding, "donor", before, _last_group(there, before.sentence.text))


def related_ids(mentions: Sequence[Mention], finding: Finding) -> bool:
    """Whether what would be lent is what the finding names as its recipient."""
    return bool({m.ident for m in mentions} & finding.idents("recipient"))


def _last_group(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """All that are joined to the last one by "and", "or" or commas: "in Jurkat cells deficient in A and in L929 cells"."""
    group = [mentions[-1]]
    for mention in reversed(mentions[:-1]):
        if not re.search(r"\band\b|\bor\b|,", text[mention.end : group[0].start]):
            break
        group.insert(0, mention)
    return group


def _cells(reading: Reading) -> list[Mention]:
    """The cells a sentence names; of a line and the cell it is made of, the line."""
    found: list[Mention] = []
    for mention in (m for m in reading.slots.mentions if m.category in _CELLS):
        if found and found[-1].category == "cell_line" and mention.start - found[-1].end <= 1:
            continue
        found.append(mention)
    return found


def _same_passage(one: Reading, other: Reading) -> bool:
    return one.sentence.passage is other.sentence.passage


def _lend(finding: Finding, role: str, place: Reading, mentions: Sequence[Mention]) -> None:
    finding.elsewhere[role] = list(mentions)
    finding.places[role] = place


def _fill_recipients(own: Sequence[Reading], vocabulary: Vocabulary) -> None:
    """Where no finding names a recipient: the cells that the donors are cultured with."""
    findings = [f for r in own for f in r.findings if f.table == "secretion" and not f.polarity.negated]
    if any(m.category in _CELLS for f in findings for m in f.roles.get("recipient", ())):
        return
    for finding in findings:
        donors = finding.idents("donor")
        if finding.kind != "transfer" or not donors:
            continue
        for reading in own:
            cells = _cells(reading)
            if not _TOGETHER.search(reading.sentence.text) or not any(is_kind_of(m.ident, d, vocabulary) for m in cells for d in donors):
                continue
            others = [m for m in cells if not related({m.ident}, donors, vocabulary)]
            if others:
                _lend(finding, "recipient", reading, others[:1])
                break
