"""By which route something was given: names and phrases, and by syntax what it was that took this way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from spacy.tokens import Doc, Token

from mitotransfer.annotate.cells import find_routes
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.models_of_disease import ARTICLE, BOUND, INFERRED, NEAR, Told
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention, Role

IN_VITRO = "route:in_vitro_coculture_addition"
_VEIN = "route:intravenous_injection"
_GIVEN = frozenset({"mito", "form", "cell"})
_NOUNS = frozenset(
    {"injection", "infusion", "administration", "delivery", "transplantation", "instillation", "treatment", "bolus"}
)
# Routes that say little beside one that says where.
_VAGUE = frozenset({"route:systemic_administration", "route:cell_transplantation", "route:local_application_to_bone_defect"})
# Narrower than another route where one sentence names both: an aerosol into the airway.
_INSTEAD = {"route:intratracheal_administration": "route:nebulization"}
_VESSEL = re.compile(
    r"\b(tail|jugular|femoral|saphenous|cephalic|ear|penile|facial|caudal|antecubital|brachial|lateral|dorsal)"
    r"(?=(?: \w+)?[ -](?:veins?|venous)\b)|\b(retro-?orbital)\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"\b(?:by|via|through) the same (?:route|way)\b", re.IGNORECASE)
_DISH = re.compile(
    r"\b(?:co-?)?(?:incubat|cultur)\w*|\b(?:added|supplied|supplemented|treated|treating|exposed|loaded)\b", re.IGNORECASE
)


def routes(frame: Frame, given: Sequence[Reading], own: Sequence[Reading]) -> list[Told]:
    """The routes by which what was given went in: of the sentences of the findings (`given`), else near them, else anywhere.

    A route by which something else was given ("received lipopolysaccharide intranasally") counts only where nothing else is told.
    """
    found = [_told(mention, reading, given) for reading in own for mention in routes_in(reading, frame)]
    vague = [told for told in found if told.role.ident in _VAGUE]
    specific = [told for told in found if told.role.ident not in _VAGUE and told.role.ident != IN_VITRO]
    for level in (BOUND, NEAR, ARTICLE, INFERRED):
        if best := [told for told in specific if told.confidence == level]:
            return _narrowest(best, frame)[: 1 if level < BOUND else 2]
    return _first_of_each(vague)[:1]


def in_vitro(given: Iterable[Reading]) -> list[Told]:
    """Mitochondria that are added to cells in a dish."""
    for reading in given:
        if word := _DISH.search(reading.sentence.text):
            role = Role("route", word[0], IN_VITRO)
            return [Told(role, reading, word.start(), word.end(), NEAR, "prose:coincubation")]
    return []


def routes_in(reading: Reading, frame: Frame) -> list[Mention]:
    """The routes that a sentence names, bare injections left out; a vein is intravenous, whichever it is."""
    return frame.once("routes", reading, lambda: _routes_in(reading, frame))


def _routes_in(reading: Reading, frame: Frame) -> list[Mention]:
    text = reading.sentence.text
    entries = frame.resources.vocabulary.entries
    found = [m for m in find_routes(text, [], frame.resources, frame.extra) if entries[m.ident].extra.get("scope") != "generic"]
    rules = frame.resources.rules
    for phrase in rules.routes if rules.is_route.search(text) else ():
        for match in phrase.regex.finditer(text):
            if not any(m.start < match.end() and match.start() < m.end for m in found):
                found.append(Mention(match.start(), match.end(), "route", phrase.id, match[0]))
    named = {m.ident for m in found}
    found = [m for m in found if _INSTEAD.get(m.ident) not in named]
    return [m._replace(ident=_VEIN) if _VEIN in entries[m.ident].parents else m for m in found]


def _told(mention: Mention, reading: Reading, given: Sequence[Reading]) -> Told:
    taken = taken_by(reading, mention)
    confidence = ARTICLE
    if taken == "other":
        confidence = INFERRED
    elif any(reading is one for one in given):
        confidence = BOUND if taken == "given" else NEAR
    elif any(reading.sentence.passage is one.sentence.passage for one in given):
        confidence = NEAR if taken == "given" else ARTICLE
    role = Role("route", mention.surface, mention.ident, label=_with_vein(mention))
    return Told(role, reading, mention.start, mention.end, confidence, "prose:route")


def _with_vein(mention: Mention) -> str:
    """What a table shows of an injection into a vein: also which vein it was; empty where there is nothing to add."""
    vein = _VESSEL.search(mention.surface) if mention.ident == _VEIN else None
    if vein is None:
        return ""
    return f"intravenous injection ({vein[1].lower()} vein)" if vein[1] else "intravenous injection (retro-orbital)"


def taken_by(reading: Reading, mention: Mention) -> str:
    """What went by a route: "given" (mitochondria, cells, vesicles), "other" (what made the model), "" if syntax is silent."""
    if _SAME.search(reading.sentence.text):
        return "given"
    doc = reading.doc
    token = _token_at(doc, mention.start) if doc is not None else None
    if token is None:
        return ""
    toxins = {one.i for found in reading.syntax if "procedure" in found.tokens for one in [found.tokens["procedure"]]}
    for above in (token, *token.ancestors):
        if above.pos_ != "VERB" and above.lemma_ not in _NOUNS:
            continue
        below = [one for one in above.subtree if one.i != token.i]
        if any(one._.slot in _GIVEN for one in below):
            return "given" if not _closer(token, below, toxins) else "other"
        if any(one.i in toxins for one in below):
            return "other"
    return ""


def _closer(token: Token, below: Sequence[Token], toxins: set[int]) -> bool:
    """Whether what made the model stands between the route and what was given."""
    given = min((abs(one.i - token.i) for one in below if one._.slot in _GIVEN), default=len(token.doc))
    return any(abs(one.i - token.i) < given for one in below if one.i in toxins)


def _token_at(doc: Doc | None, offset: int) -> Token | None:
    return next((token for token in doc or () if token.idx <= offset < token.idx + max(len(token), 1)), None)


def _narrowest(found: Sequence[Told], frame: Frame) -> list[Told]:
    """Each route once, none of which another one is a kind."""
    is_a = frame.resources.vocabulary.is_a
    idents = {told.role.ident for told in found}
    return [t for t in _first_of_each(found) if not any(o != t.role.ident and is_a(o, t.role.ident) for o in idents)]


def _first_of_each(found: Iterable[Told]) -> list[Told]:
    first: dict[str, Told] = {}
    for told in found:
        first.setdefault(told.role.ident, told)
    return list(first.values())
