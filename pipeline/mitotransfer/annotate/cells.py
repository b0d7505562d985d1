"""Readers of table cells, one for each way a column is written: a paragraph in, roles with normalised names out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from mitotransfer.annotate.cues import find_cues
from mitotransfer.annotate.effects import find_effects
from mitotransfer.annotate.headers import ALSO_CATEGORIES, Column
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.document import Mention, Passage, Role, TableName

_FURTHER = "negation_hedge:further_investigation_needed"
_LONGEST_NAME, _MOST_WORDS = 80, 7  # more is a sentence, and stays in the evidence only
_AFTER = re.compile(r"\b(?:into|to|in|from|under|onto)\s+(?:the\s+)?(?:[\w‐-]+\s+)?$", re.IGNORECASE)
# one letter or sign, or a list of them; never a plus or a number, which belong to names (CD4+, Ca2+)
_NOTE = re.compile(r"[a-z*†‡§¶#](?:,\s*[a-z*†‡§¶#])*")
_NOTHING = re.compile(r"[\s\-–—‐−/.*]*|n\.?/?a\.?|n\.?[dsr]\.?|none|no data|nil|unspecified", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_NCT = re.compile(r"\bNCT\s?(\d{8})\b", re.IGNORECASE)
_STATUS = re.compile(
    r"active,? not recruiting|not yet recruiting|enrolling by invitation|recruiting|completed|terminated|withdrawn|"
    r"suspended|unknown|ongoing",
    re.IGNORECASE,
)
_PHASE_NUMBER = r"[0-4IV]+[ab]?(?:\s*(?:/|-|–|and)\s*(?:phase\s*)?[0-4IV]+[ab]?)?"
_PHASE = re.compile(rf"(?:early )?phase\s*(NA|N/A|not applicable|{_PHASE_NUMBER})", re.IGNORECASE)
_PHASE_ALONE = re.compile(rf"\s*({_PHASE_NUMBER})\s*")
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_DATE = re.compile(r"(?P<date>(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)")
_DOSE = re.compile(
    r"(?:\d[\d.,]*\s*(?:±|–|-|to|×|x|\*)\s*)*\d[\d.,]*(?:\s*[×x]\s*10\^?\s*[\d⁰¹²³⁴-⁹]+)?\s*"
    r"(?:[µμ]g|mg|ng|mitochondria\b|particles|organelles|cells\b)(?:/(?:kg|mL|ml|g|mouse|rat|animal|site))?"
)
_SPECIES_WORDS = re.compile(
    r"\b(?:subjected to|undergoing|with|models? of|procedure|model|"
    r"-?(?:induced|injected|treated|administered|applied|fed|challenged|exposed))\b",
    re.IGNORECASE,
)
_THROUGH = re.compile(r"\b(?:through|via|by means of|mediated by|dependent on)\b", re.IGNORECASE)


class Context(NamedTuple):
    """What a reader may use beside the text: the configuration and the article's (and table's) own short forms."""

    resources: Resources
    extra: Extra
    table: TableName


def read_cell(paragraph: Passage, column: Column, context: Context) -> list[Role]:
    """The roles that a paragraph of a cell in this column speaks of; empty for "NR" and the like."""
    plain = _without_notes(paragraph)
    if _NOTHING.fullmatch(plain.text):
        return []
    return _READERS[column.rule.read](plain, column, context)


def _without_notes(paragraph: Passage) -> Passage:
    """The paragraph with the marks of footnotes ("Exophers" and a raised a) as blanks, so that offsets stay."""
    text = paragraph.text
    for mark in paragraph.marks:
        if mark.kind == "sup" and mark.start and _NOTE.fullmatch(text, mark.start, mark.end):
            text = text[: mark.start] + " " * (mark.end - mark.start) + text[mark.end :]
    return paragraph if text == paragraph.text else replace(paragraph, text=text.rstrip())


def is_unstated(text: str, context: Context) -> bool:
    """Whether a text only says that something is not known: "NR", "Not specified", "Further investigation needed"."""
    if _NOTHING.fullmatch(text):
        return True
    cues = find_cues(text, context.resources.cues)
    says_nothing = [c for c in cues if c.type in ("missing-value", "negation") or c.ident == _FURTHER]
    if any(c.start <= 2 for c in says_nothing):
        return True
    return sum(c.end - c.start for c in cues) * 2 > len(text)


def linked(role: str, mentions: list[Mention]) -> list[Role]:
    """Roles for mentions, each vocabulary entry once."""
    first: dict[str, Role] = {}
    for mention in mentions:
        first.setdefault(mention.ident, Role(role, mention.surface, mention.ident))
    return list(first.values())


def _found(paragraph: Passage, categories: tuple[str, ...], context: Context, *, adjectives: bool = False) -> list[Mention]:
    borders = [edge for mark in paragraph.marks if mark.kind in ("sup", "sub") for edge in (mark.start, mark.end)]
    return names(paragraph.text, context.resources, categories, context.extra, boundaries=borders, adjectives=adjectives)


def _unlinked(role: str, text: str, context: Context) -> list[Role]:
    """A value that the vocabulary does not hold is kept as it is written, without remarks in brackets."""
    plain = _BRACKETS.sub("", text).strip(" ,;.") or text.strip(" ,;.()")
    if is_unstated(text, context) or not 2 <= len(plain) <= _LONGEST_NAME or len(plain.split()) > _MOST_WORDS:
        return []
    return [Role(role, plain)]


def _names(paragraph: Passage, column: Column, context: Context) -> list[Role]:
    categories = column.rule.categories
    roles = linked(column.role, _found(paragraph, categories, context, adjectives=categories[0] == "cell"))
    for role in column.rule.also.get(context.table, ()):
        roles += linked(role, _found(paragraph, ALSO_CATEGORIES[role], context))
    known = context.resources.matcher(*categories).find(paragraph.text, extra=context.extra)
    if not known:  # names that are denied or say nothing are no reason to keep the text as a value
        roles = _unlinked(column.role, paragraph.text, context) + roles
    return roles


def _model(paragraph: Passage, column: Column, context: Context) -> list[Role]:
    """ "Disease (Animals subjected to procedure)"; without brackets all of it is searched for each role."""
    text = paragraph.text
    opening = text.find("(")
    outer, inner = (text[:opening], text[opening + 1 :].rstrip(" )")) if opening > 0 else (text, text)
    also = column.rule.also.get(context.table, ())
    diseases = linked(column.role, _part(outer, column.rule.categories, context))
    roles = diseases or _unlinked(column.role, outer, context)
    if "model_species" in also:
        roles += linked("model_species", _part(inner, ("species",), context) or _part(outer, ("species",), context))
    if "procedure" in also:
        procedures = linked("procedure", _part(inner, ALSO_CATEGORIES["procedure"], context)) if opening > 0 else []
        if opening > 0 and not procedures:
            procedures = _bare_procedure(inner, context)
        roles += procedures
    return roles


def _bare_procedure(text: str, context: Context) -> list[Role]:
    """What is left of "Mice subjected to surgical placement of a cuff" without the animals and the phrase that joins them."""
    for mention in reversed(_part(text, ("species",), context)):
        text = text[: mention.start] + text[mention.end :]
    rest = re.sub(r"\s+", " ", _SPECIES_WORDS.sub(" ", text)).strip(" ,;.-‐–")
    return [Role("procedure", rest)] if (len(rest) > 3 and not re.fullmatch(r"(?:\w+ and )?\w+", rest)) or "-" in text else []


def _part(text: str, categories: tuple[str, ...], context: Context) -> list[Mention]:
    return names(text, context.resources, categories, context.extra)


def _intervention(paragraph: Passage, column: Column, context: Context) -> list[Role]:
    text = paragraph.text
    # "mitochondria into oocytes": what follows the preposition is where it goes
    agents = [m for m in _found(paragraph, column.rule.categories, context) if not _AFTER.search(text, 0, m.start)]
    roles = linked(column.role, agents) or _unlinked(column.role, text, context)
    also = column.rule.also.get(context.table, ())
    if "route" in also:
        roles += linked("route", find_routes(text, agents, context.resources, context.extra))
    if "dose" in also and (dose := _DOSE.search(text)):
        roles.append(Role("dose", dose[0]))
    return roles


def find_routes(text: str, agents: list[Mention], resources: Resources, extra: Extra) -> list[Mention]:
    """The routes of administration in a text, specific ones rather than bare "injection".

    "Injection of X directly into Y" is also read without "of X".
    """
    vocabulary = resources.vocabulary
    found = names(text, resources, ("route",), extra)
    if all(vocabulary.entries[m.ident].extra.get("scope") == "generic" for m in found):
        reduced = text
        for agent in reversed(agents):
            lead = re.search(r"\s+(?:of|with)\s+(?:[\w‐-]+\s+){0,3}$", reduced[: agent.start])
            if lead:
                reduced = reduced[: lead.start()] + reduced[agent.end :]
        reduced = re.sub(r"\b(?:directly|right|left)\s+", "", reduced)
        found += names(reduced, resources, ("route",), extra)
    specific = [m for m in found if vocabulary.entries[m.ident].extra.get("scope") != "generic"]
    return specific or found


def _effects(paragraph: Passage, _column: Column, context: Context) -> list[Role]:
    text = paragraph.text
    effects = find_effects(text, context.resources, context.extra, default="change")
    cells = _found(paragraph, ("cell", "cell_line"), context, adjectives=True)
    roles = [Role("effect", e.surface, e.ident, e.direction, _target(e.start, e.end, cells)) for e in effects]
    if context.table == "secretion":
        roles += [Role("recipient", role.surface, role.ident) for role in linked("recipient", _most_specific(cells, context))]
        if through := _THROUGH.search(text):
            mechanisms = [m for m in _found(paragraph, ("mechanism", "uptake"), context) if m.start >= through.end()]
            roles += linked("mechanism", mechanisms)
    if not roles:
        roles = [Role(role.name, role.surface, "", "change") for role in _unlinked("effect", text, context)]
    return roles


def _target(start: int, end: int, cells: list[Mention]) -> str:
    """Where an outcome changes: the nearest cell named in the same paragraph, "" when none is."""
    nearest = min(cells, key=lambda m: min(abs(m.start - end), abs(start - m.end)), default=None)
    return nearest.surface if nearest else ""


def _most_specific(mentions: list[Mention], context: Context) -> list[Mention]:
    """Without names of which a narrower one is there too: "monocyte-derived macrophages … macrophage phosphorylation"."""
    ancestors = {above for m in mentions for above in context.resources.vocabulary.ancestors(m.ident)}
    return [m for m in mentions if m.ident not in ancestors]


def _status(paragraph: Passage, _column: Column, _context: Context) -> list[Role]:
    text = paragraph.text
    roles = [Role("status", status[0].capitalize()) for status in [_STATUS.search(text)] if status]
    if phase := _PHASE.search(text) or (None if roles else _PHASE_ALONE.fullmatch(text)):
        roles.append(Role("phase", _phase(phase[1])))
    return roles


def _phase(text: str) -> str:
    """ "1/2" for "I/II", "1–2", "1 and phase 2"; "not applicable" for "NA"."""
    number = re.sub(r"\s+|phase", "", text, flags=re.IGNORECASE).upper()
    if number.startswith("N"):
        return "not applicable"
    return "/".join(_ROMAN.get(part, part.lower()) for part in re.split(r"/|-|–|AND", number))


def _dates(paragraph: Passage, _column: Column, _context: Context) -> list[Role]:
    roles = []
    dates = list(_DATE.finditer(paragraph.text))
    for number, date in enumerate(dates):
        before = paragraph.text[dates[number - 1].end() if number else 0 : date.start()].lower()
        name = "start" if number == 0 else "study_completion"
        if "primary" in before:
            name = "primary_completion"
        elif "complet" in before or "end" in before:
            name = "study_completion"
        estimated = "~" if re.search(r"estimat|expect|anticipat|planned|~", before) else ""
        roles.append(Role(name, estimated + date["date"]))
    return roles


def _nct(paragraph: Passage, _column: Column, _context: Context) -> list[Role]:
    return [Role("nct", f"NCT{number[1]}") for number in _NCT.finditer(paragraph.text)]


def _location(paragraph: Passage, _column: Column, context: Context) -> list[Role]:
    text = paragraph.text.strip(" ,;.")
    return [] if is_unstated(text, context) or text.lower().startswith("sponsored by") else [Role("location", text)]


def _text(paragraph: Passage, column: Column, context: Context) -> list[Role]:
    return [] if is_unstated(paragraph.text, context) else [Role(column.role, paragraph.text)]


def _nothing(_paragraph: Passage, _column: Column, _context: Context) -> list[Role]:
    """References are resolved for the row as a whole."""
    return []


_READERS: dict[str, Callable[[Passage, Column, Context], list[Role]]] = {
    "names": _names,
    "effects": _effects,
    "model": _model,
    "intervention": _intervention,
    "status": _status,
    "dates": _dates,
    "nct": _nct,
    "location": _location,
    "text": _text,
    "reference": _nothing,
}
