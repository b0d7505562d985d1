"""How mitochondria get from cell to cell: what the article's sentences on its transfers say of the way and of what drives it.

What stops the transfer tells as well: an inhibitor stands for what it inhibits (column `shows` of the vocabulary), a silenced
gene for itself. Names of contacts between cells count wherever an own sentence on the transfer has them; others need a word
that says that they do something to it, which the rules `by_way_of`, `stopped_by` and those over syntax find.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import related
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention, Role

_CONFIDENCE = 0.7
_MOST = 4


def add_mechanisms(rows: Sequence[Draft], own: Sequence[Reading], frame: Frame) -> None:
    """Adds to the rows of the secretion table what their article says of how the transfer works, each time with its sentence."""
    for row in rows:
        for finding in row.findings:
            finding.roles.pop("mechanism", None)  # told below, where all that the sentence says is weighed
    stated = [row for row in rows if row.table == "secretion" and not row.negated]
    told: list[set[str]] = [set() for _ in stated]
    for reading in own:
        text, sign = reading.sentence.text, frame.resources.rules.sign
        if not (reading.sentence.topical or reading.controlled) or sign["others_found"].search(text):
            continue
        if sign["bought"].search(text):
            continue
        roles = _roles(reading, frame)
        for row, known in zip(stated, told, strict=True):
            new = [role for role in roles if (role.ident or role.surface) not in known][: _MOST - len(known)]
            if new and _speaks_of(reading, row, stated, frame):
                known |= {role.ident or role.surface for role in new}
                row.say(reading, new, "prose:mechanism", _CONFIDENCE, "regulation")


def _speaks_of(reading: Reading, row: Draft, rows: Sequence[Draft], frame: Frame) -> bool:
    """Whether a sentence is about the row: it states it, or names none of the cells by which rows differ."""
    stating = [one for one in rows if any(f in one.findings for f in reading.findings)]
    if stating:
        return row in stating
    cells = {m.ident for m in reading.slots.mentions if m.category in ("cell", "cell_line")}
    return not cells or related(cells, row.idents("donor") | row.idents("recipient"), frame.resources.vocabulary)


def _roles(reading: Reading, frame: Frame) -> list[Role]:
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
        elif _counts(mention, kind, reading, sign, said=(mention.start, mention.end) in said):
            kept.append(mention)
    if not kept and sign["lessened"].search(reading.sentence.text) and not sign["no_effect"].search(reading.sentence.text):
        return [
            Role("mechanism", mention.surface, ident) for mention in stoppers for ident in entries[mention.ident].values("shows")
        ]
    found = [Role("mechanism", m.surface, m.ident) for m in kept]
    return list({role.ident: role for role in reversed(found)}.values())[::-1] + _genes(reading, kept)


def _counts(mention: Mention, kind: str, reading: Reading, sign: Mapping[str, re.Pattern[str]], *, said: bool) -> bool:
    """Whether a name in a sentence on the transfer is one of its mechanism: by its kind, and by the words beside it."""
    text = reading.sentence.text
    means = sign["means"].search(text, 0, mention.start) is not None or sign["dependent"].match(text[mention.end :]) is not None
    if mention.category == "uptake":
        return means
    if kind == "transfer":
        return bool(reading.findings) or said or reading.controlled or means or sign["contact_seen"].search(text) is not None
    if not sign["tells_of_transfer"].search(text):
        return False
    if kind == "release":
        return bool(reading.findings)
    if kind == "process":
        return said and (means or sign["target_of_inhibition"].search(text, 0, mention.start) is not None)
    if reading.controlled and kind in ("regulator", "pathway") and sign["lessened"].search(text):
        return bool(reading.findings) or said
    return said and sign["inside"].search(text, 0, mention.start) is None


def _genes(reading: Reading, kept: Sequence[Mention]) -> list[Role]:
    """Genes that the vocabulary does not hold, where syntax says that the transfer needs them."""
    found: dict[str, Role] = {}
    for _, nodes in reading.syntax:
        token = nodes.get("mechanism")
        if token is None:
            continue
        gene = next((m for m in reading.names if m.category == "gene" and m.start <= token.idx < m.end), None)
        if gene is not None and not any(m.start < gene.end and gene.start < m.end for m in kept) and len(gene.surface) > 1:
            found.setdefault(gene.surface.lower(), Role("mechanism", gene.surface, ""))
    return list(found.values())
