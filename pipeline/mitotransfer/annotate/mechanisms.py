"""How mitochondria get from cell to cell: what the article's sentences on its transfers say of the way and of what drives it.

What stops the transfer tells as well: an inhibitor stands for what it inhibits (column `shows` of the vocabulary), a silenced
gene for itself. Names of contacts between cells count wherever an own sentence on the transfer has them; others need a word
that says that they do something to it, which the rules `by_way_of`, `stopped_by` and those over syntax find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import related
from mitotransfer.annotate.roles import Reading
from mitotransfer.annotate.screening import in_methods
from mitotransfer.annotate.secretion_rows import is_lesser
from mitotransfer.document import Mention, Role

_CONFIDENCE = 0.7
_MOST = 4
_SHORTEST = 2  # letters of a gene that is told
_NANOTUBE = "mechanism:tunneling_nanotube"
# What nanotubes are made of: where cells pass mitochondria along them, drugs against it show no more than these.
_SKELETON = frozenset({"mechanism:actin_polymerization", "mechanism:tubulin_polymerization"})
# Two names of a sentence that are told as one.
_TOGETHER = {
    frozenset({"mechanism:connexin_43", "mechanism:gap_junction"}): "mechanism:connexin_43_gap_junction",
    frozenset({"mechanism:cd38", "mechanism:cyclic_adp_ribose"}): "mechanism:cd38_cadpr_calcium_signaling",
}
# Labels, and names of whole families.
_NO_GENE = re.compile(
    r"(?:[a-z-]*(?:[a-zG]TPase|ase|protein|receptor|channel|gene|factor|complex)s?$|e?(?:GFP|RFP|YFP|CFP)|mCherry|tdTomato|DsRed\d?|Dendra2?|luciferase\b)",
    re.IGNORECASE,
)


def add_mechanisms(rows: Sequence[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Adds to the rows of the secretion table what their article says of how the transfer works, each time with its sentence."""
    for row in rows:
        for finding in row.findings:
            finding.roles.pop("mechanism", None)  # told below, where all that the sentence says is weighed
    stated = [row for row in rows if row.table == "secretion" and not row.negated]
    told: list[set[str]] = [set() for _ in stated]
    read = [(reading, _roles(reading, before, frame)) for reading, before in _telling(own, frame)]
    tubes = any(frame.resources.vocabulary.is_a(role.ident, _NANOTUBE) for _, roles in read for role in roles)
    for reading, roles in read:
        kept = [role for role in roles if not (tubes and role.ident in _SKELETON and _is_drug(role, frame))]
        for row, known in zip(stated, told, strict=True):
            new = [role for role in kept if (role.ident or role.surface) not in known][: _MOST - len(known)]
            if new and _speaks_of(reading, row, stated, frame):
                new = [_completed(role, row, known) for role in new]
                known |= {role.ident or role.surface for role in new}
                row.say(reading, new, "prose:mechanism", _CONFIDENCE, "regulation")


def _completed(role: Role, row: Draft, known: set[str]) -> Role:
    """The role, or what it is together with one that another sentence told, which the row then does without."""
    for pair, whole in _TOGETHER.items():
        others = (pair - {role.ident}) & known
        if role.ident in pair and others:
            row.dropped |= {("mechanism", other) for other in others}
            return Role("mechanism", role.surface, whole)
    return role


def _telling(own: Sequence[Reading], frame: Frame) -> Iterator[tuple[Reading, bool]]:
    """The sentences that can tell of a mechanism, and whether they go on with the effect that the one before them tells."""
    sign = frame.resources.rules.sign
    before: Reading | None = None
    for reading in own:
        text = reading.sentence.text
        again = before is not None and before.sentence.passage is reading.sentence.passage
        again = again and bool(sign["same_effect"].search(text)) and not sign["opposite_effect"].search(text)
        if before is None or not again:  # of several that go on, each goes on with the first
            before = reading if sign["tells_of_transfer"].search(text) else None
        if sign["others_found"].search(text) or sign["bought"].search(text):
            continue
        if in_methods(reading.sentence) and not reading.findings:
            continue  # what was done, not what came of it
        if reading.sentence.topical or reading.controlled or again:
            yield reading, again


def _is_drug(role: Role, frame: Frame) -> bool:
    """Whether a mechanism is only told by the drug that stops it."""
    return not any(m.ident == role.ident for m in frame.in_text(role.surface, ("mechanism",)))


def _speaks_of(reading: Reading, row: Draft, rows: Sequence[Draft], frame: Frame) -> bool:
    """Whether a sentence is about the row: it states it, or names none of the cells by which rows differ."""
    stating = [one for one in rows if any(f in one.findings for f in reading.findings)]
    if stating:
        return row in stating
    if is_lesser(row, rows, frame.resources.vocabulary):
        return False
    cells = {m.ident for m in reading.slots.mentions if m.category in ("cell", "cell_line")}
    return not cells or related(cells, row.idents("donor") | row.idents("recipient"), frame.resources.vocabulary)


def _roles(reading: Reading, again: bool, frame: Frame) -> list[Role]:
    """What a sentence tells; `again` where it goes on with the effect on the transfer that the sentence before it tells."""
    entries, sign = frame.resources.vocabulary.entries, frame.resources.rules.sign
    allowed = frame.in_sentence(reading, ("mechanism", "uptake"))  # without denied ones; of two that overlap the longer
    said = {(m.start, m.end) for m in reading.loose.get("mechanism", ())}
    slots = [m for m in reading.slots.mentions if m.category in ("mechanism", "uptake")]
    named = [m for m in slots if any(m.start < one.end and one.start < m.end for one in allowed)]
    kept: list[Mention] = []
    stoppers: list[Mention] = []
    for mention in named:
        kind = entries[mention.ident].extra.get("kind", "") if mention.ident in entries else ""
        if kind == "inhibitor":
            stoppers.append(mention)
        elif _counts(mention, kind, reading, sign, said=(mention.start, mention.end) in said, again=again):
            kept.append(mention)
    if not kept and (again or sign["lessened"].search(reading.sentence.text)) and not _without_effect(reading, sign):
        return [
            Role("mechanism", mention.surface, ident) for mention in stoppers for ident in entries[mention.ident].values("shows")
        ]
    found = [Role("mechanism", m.surface, m.ident) for m in kept]
    return _joined(list({role.ident: role for role in reversed(found)}.values())[::-1]) + _genes(reading, kept, frame)


def _without_effect(reading: Reading, sign: Mapping[str, re.Pattern[str]]) -> bool:
    return sign["no_effect"].search(reading.sentence.text) is not None


def _joined(roles: list[Role]) -> list[Role]:
    """The roles with those of `_TOGETHER` as one, in the place of the first."""
    for pair, whole in _TOGETHER.items():
        if pair <= {role.ident for role in roles}:
            first = next(number for number, role in enumerate(roles) if role.ident in pair)
            rest = [role for role in roles if role.ident not in pair]
            roles = [*rest[:first], Role("mechanism", roles[first].surface, whole), *rest[first:]]
    return roles


def _counts(
    mention: Mention, kind: str, reading: Reading, sign: Mapping[str, re.Pattern[str]], *, said: bool, again: bool
) -> bool:
    """Whether a name in a sentence on the transfer is one of its mechanism: by its kind, and by the words beside it."""
    text = reading.sentence.text
    if sign["caused_by_transfer"].search(text, 0, mention.start) or sign["of_an_outcome"].match(text[mention.end :]):
        return False
    means = sign["means"].search(text, 0, mention.start) is not None or sign["dependent"].match(text[mention.end :]) is not None
    if mention.category == "uptake":
        return means
    if kind == "transfer":
        return bool(reading.findings) or said or reading.controlled or means or sign["contact_seen"].search(text) is not None
    moves = sign["tells_of_transfer"].search(text) or (kind != "process" and sign["moves_so"].search(text))
    if not (again or moves):
        return False
    if kind == "release":
        return bool(reading.findings)
    if kind == "process":
        return said and (means or sign["target_of_inhibition"].search(text, 0, mention.start) is not None)
    if reading.controlled and kind in ("regulator", "pathway") and sign["lessened"].search(text):
        return bool(reading.findings) or said
    return said and sign["inside"].search(text, 0, mention.start) is None


def _genes(reading: Reading, kept: Sequence[Mention], frame: Frame) -> list[Role]:
    """Genes that the vocabulary does not hold, where syntax says that the transfer needs them."""
    if _without_effect(reading, frame.resources.rules.sign):
        return []
    others = (*kept, *frame.in_sentence(reading, ("label", "outcome", "secreted_form")))
    found: dict[str, Role] = {}
    for _, nodes in reading.syntax:
        token = nodes.get("mechanism")
        if token is None:
            continue
        gene = next((m for m in reading.names if m.category == "gene" and m.start <= token.idx < m.end), None)
        if gene is None or len(gene.surface) < _SHORTEST or _NO_GENE.match(gene.surface):
            continue
        if not any(m.start < gene.end and gene.start < m.end for m in others):
            found.setdefault(gene.surface.lower(), Role("mechanism", gene.surface, ""))
    return list(found.values())
