"""What donor and recipient were under when mitochondria moved: cultures, stressors, treatments, diseases of a row.

Taken from the sentences of the row's findings, and from what the article's own sentences say of the row's cells, by the rules
over syntax of `configs/rules/circumstances.yaml`; not every disease that an article names is a condition of its cells.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import is_kind_of
from mitotransfer.annotate.models_of_disease import diseases, procedures
from mitotransfer.annotate.roles import Reading
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention, Role

_CATEGORIES = ("condition", "model_procedure", "disease")
_FOUND, _NEAR, _MODEL = 0.7, 0.6, 0.5
_MOST = 4
_COCULTURE = "condition:coculture"
# What is asked of a mechanism, or tells of a preparation or a trial, is no condition of cells that hand over mitochondria.
_NO_KINDS = frozenset({"genotype", "clinical", "life stage"})
_NEVER = frozenset({"disease:chemoresistance", "condition:chemoresistance", "condition:healthy", "condition:wild_type"})
_CANCER = "disease:cancer"


def add_conditions(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """Adds the conditions of a row, those of its own sentences (`readings`) first."""
    kept: dict[str, None] = {}
    near = [r for r in readings if any(f in row.findings for f in r.findings)]
    for reading in (*near, *(r for r in own if r not in near)):
        for mention in _conditions(reading, row, frame, finding=reading in near):
            role = _role(mention, reading, frame)
            if row.negated and reading not in near and role.ident != _COCULTURE:
                continue  # what else the article did need not hold where nothing moved
            if _names_the_cells(role, row, frame):
                continue
            if len(kept) < _MOST and not _said(role, kept, frame.resources.vocabulary):
                kept[role.ident or role.surface.lower()] = None
                row.say(reading, [role], "prose:condition", _FOUND if reading in near else _NEAR)
    if not kept and not row.negated:
        _add_model(row, frame)


def _add_model(row: Draft, frame: Frame) -> None:
    """The disease that the article is about and how it was brought about, where nothing is said of the cells themselves."""
    made = procedures(frame)
    for told in (*diseases(frame, made), *made[:1]):
        category = "disease" if told.role.name == "disease" else "model_procedure"
        mention = Mention(told.start, told.end, category, told.role.ident, told.role.surface)
        if told.reading.sentence.voice == "own" and _fits(mention, told.reading, frame):
            row.say(told.reading, [_role(mention, told.reading, frame)], "prose:condition", _MODEL, start=told.start)


def _names_the_cells(role: Role, row: Draft, frame: Frame) -> bool:
    """Whether a disease is what its cells are called after: leukemia is no condition of leukemia cells."""
    vocabulary = frame.resources.vocabulary
    known = (vocabulary.label(ident) for name in ("donor", "recipient") for ident in row.idents(name) if ident)
    label = vocabulary.label(role.ident) if role.ident in vocabulary.entries else role.surface
    return any(cell.lower().startswith(f"{label.lower()} ") for cell in known)


def _said(role: Role, kept: dict[str, None], vocabulary: Vocabulary) -> bool:
    key = role.ident or role.surface.lower()
    return any(key == one or vocabulary.is_a(one, key) or vocabulary.is_a(key, one) for one in kept)


def _conditions(reading: Reading, row: Draft, frame: Frame, *, finding: bool) -> list[Mention]:
    """The conditions in a sentence that are said of the row's cells, or of the event where the sentence states it."""
    text, sign = reading.sentence.text, frame.resources.rules.sign
    named = [m for m in frame.in_sentence(reading, _CATEGORIES) if _fits(m, reading, frame)]
    chemicals = [m for m in reading.names if m.category == "chemical" and not sign["any_chemical"].match(m.surface)]
    found: list[Mention] = []
    together = [
        m for m in named if _is_coculture(m, frame) and not (reading.controlled and m.ident != _COCULTURE and "trans" in m.ident)
    ]
    if not together and (word := sign["grown_together"].search(reading.slots.text)) is not None:
        together = [_grown(reading, word[0])]
    if together and (finding or _names_cell(reading, row, frame)):
        found += together[:1]
    for _, nodes in reading.syntax:
        token = nodes.get("condition")
        if token is None:
            continue
        cell = nodes.get("_cell")
        if cell is not None and not _is_of(cell, reading, row, frame):
            continue
        if cell is None and not finding and not reading.sentence.topical:
            continue
        mention = _at(token, named) or (_at(token, chemicals) if not reading.controlled else None)
        if mention is not None:
            found.append(mention)
    if finding and reading.sentence.passage.kind == "title":
        found += [m for m in named if not _is_coculture(m, frame)]
    return [m for m in dict.fromkeys(found) if not sign["spared_from"].search(text, 0, m.start)]


def _grown(reading: Reading, phrase: str) -> Mention:
    """A coculture that is told in other words, of which the first stand in the sentence as in its slotted form (`phrase`)."""
    surface = phrase.partition(" <")[0]
    begin = max(reading.sentence.text.find(surface), 0)
    return Mention(begin, begin + len(surface), "condition", _COCULTURE, surface)


def _is_coculture(mention: Mention, frame: Frame) -> bool:
    return mention.ident in frame.resources.vocabulary.entries and frame.resources.vocabulary.is_a(mention.ident, _COCULTURE)


def _fits(mention: Mention, reading: Reading, frame: Frame) -> bool:
    """Whether a name can be a condition: no part of a cell's name, no genotype, no outcome."""
    entry, sign = frame.resources.vocabulary.entries.get(mention.ident), frame.resources.rules.sign
    if entry is not None and entry.category == "condition" and entry.extra.get("kind") in _NO_KINDS:
        return False
    if sign["dysfunction"].match(mention.surface) or mention.ident in _NEVER:
        return False
    if frame.resources.vocabulary.is_a(mention.ident, _CANCER):
        return False  # what tumor cells are
    if sign["healed"].match(reading.sentence.text[mention.end :]):
        return False
    if _is_coculture(mention, frame):
        return True  # with whom is part of its name
    cells = (m for m in reading.slots.mentions if m.category in ("cell", "cell_line", "label"))
    return not any(m.start < mention.end and mention.start < m.end for m in cells)


def _names_cell(reading: Reading, row: Draft, frame: Frame) -> bool:
    cells = [m for m in reading.slots.mentions if m.category in ("cell", "cell_line")]
    return any(_same(m.ident, row, frame.resources.vocabulary) for m in cells)


def _same(ident: str, row: Draft, vocabulary: Vocabulary) -> bool:
    known = row.idents("donor") | row.idents("recipient")
    return any(is_kind_of(ident, one, vocabulary) or is_kind_of(one, ident, vocabulary) for one in known if ident and one)


def _is_of(cell: Token, reading: Reading, row: Draft, frame: Frame) -> bool:
    """Whether a token stands for the donors or recipients of the row; a pronoun may."""
    if cell._.slot == "anaphor":
        return reading.sentence.topical and cell.pos_ in ("PRON", "DET")
    begin, end = cell.left_edge.idx, cell.idx + len(cell)
    names = [m for m in reading.slots.mentions if m.category in ("cell", "cell_line") and begin <= m.start < end]
    return any(_same(m.ident, row, frame.resources.vocabulary) for m in names)


def _at(token: Token, mentions: Sequence[Mention]) -> Mention | None:
    return next((m for m in mentions if m.start < token.idx + len(token) and token.idx < m.end), None)


def _role(mention: Mention, reading: Reading, frame: Frame) -> Role:
    """The condition under the name a curator would give it: "LPS-induced lung injury" whole, any coculture alike."""
    if _is_coculture(mention, frame) and "trans" not in mention.ident:
        return Role("condition", mention.surface, _COCULTURE)
    text = reading.sentence.text
    agent = frame.resources.rules.sign["induced"].search(text, 0, mention.start)
    if agent is not None and mention.category in ("condition", "disease"):
        begin = text.rfind(" ", 0, agent.start()) + 1
        whole = text[begin : mention.end].lstrip("(")
        exact = frame.resources.matcher(*_CATEGORIES).exactly(whole)
        return Role("condition", whole, exact[0].ident if exact else "")
    known = mention.ident in frame.resources.vocabulary.entries
    return Role("condition", mention.surface, mention.ident if known else "")
