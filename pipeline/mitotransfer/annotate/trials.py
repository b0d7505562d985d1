"""Trials: registration numbers in prose, with what their passage says of the trial."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import Sentence, has_topic
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import Article, Event, Locator, Role

_NCT = re.compile(r"\bNCT\s?(\d{8})\b")
_NUMBER = r"(?:[1-4]|I{1,3}V?|IV)[ab]?"
_PHASE = re.compile(rf"\b(?:early )?phase[\s-]*({_NUMBER}(?:\s*(?:/|–|-|and)\s*(?:phase\s*)?{_NUMBER})?)\b", re.IGNORECASE)
_NO_PHASE = re.compile(r"phase[\w ]{0,30}(?:does not apply|not applicable)|not applicable phase", re.IGNORECASE)
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_STATUS = (
    ("active, not recruiting", r"active,? not recruiting"),
    ("not yet recruiting", r"not (?:yet )?(?:started|recruiting)|has not yet|will (?:start|begin|open)"),
    ("withdrawn", r"withdrawn"),
    ("terminated", r"terminated|stopped early"),
    ("suspended", r"suspended"),
    ("completed", r"(?:been|was|is) completed"),
    ("recruiting", r"is (?:currently |now )?recruiting|under way|is enrolling|recruitment (?:started|began)"),
    ("unknown", r"status (?:is )?unknown"),
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DATE = rf"(?P<date>(?:(?:{'|'.join(_MONTHS)}) )?(?:19|20)\d\d)"
_BEGIN = r"start\w*|open\w*|beg[ai]n\w*|enrol\w*|since|commenc\w+|between|from|first (?:patient|participant)"
_END = r"complet\w+|end(?:s|ed)?|closed?|last follow-?up"
_PRIMARY = r"primary[^.;]{0,60}?(?:complet|end|by|in|until)"
_DATES = (
    ("primary_completion", re.compile(rf"{_PRIMARY}[^.;\d]{{0,40}}?{_DATE}", re.IGNORECASE)),
    ("study_completion", re.compile(rf"(?:{_END})[^.;\d]{{0,60}}?{_DATE}", re.IGNORECASE)),
    ("start", re.compile(rf"(?:{_BEGIN})[^.;\d]{{0,50}}?{_DATE}", re.IGNORECASE)),
)
_EXPECTED = re.compile(r"expect|anticipat|estimat|plan(?:ned|s)|\bwill\b|scheduled|due", re.IGNORECASE)
_PROTOCOL = re.compile(
    r"\bno results?\b|is recruiting|under way|(?:trial|study) protocol|protocol of|not yet (?:been )?(?:available|recruit)",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w'’.-]+"
_PLACE = re.compile(
    rf"\b((?:{_NAME} (?:of |for |and |de )?){{0,5}}"
    r"(?:Hospital|University|Medical Cent(?:er|re)|Clinic|Institute|Cent(?:er|re)|College)"
    rf"(?: (?:of|for) (?:{_NAME} ?(?:and )?){{1,4}})?)"
)
_SOURCE = re.compile(
    r"(?:isolated|obtained|derived|prepared|taken|harvested|extracted|come|biops(?:y|ies)) from [^.;,]{0,80}"
    r"|\bautologous\b|\bmaternal\b",
    re.IGNORECASE,
)
_PEOPLE = "patients?|children|child|infants?|neonates|participants?|volunteers|women|woman|men|subjects|candidates|couples"
_DONE = "treated|received|receiving|underwent|enrolled|given|injected|infused|transplanted|randomi[sz]ed|allocated|included"
_TREATED = re.compile(
    rf"\b(?:{_PEOPLE})\b[^.;]{{0,100}}?\b(?:{_DONE})\b|\b(?:{_DONE})\b[^.;]{{0,60}}?\b(?:{_PEOPLE})\b", re.IGNORECASE
)
_ANIMALS = re.compile(
    r"\b(?:mice|mouse|murine|rats?|rabbits?|pigs?|piglets?|porcine|swine|sheep|dogs?|canine|monkeys?|macaques?|hamsters?|animals?)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"mitochondri\w+(?: [\w-]+){0,5} (?:transplant|transfer|inject|infus|augment|administ|given|deliver)"
    r"|(?:transplant|inject|infus|augment|administ|enrich|loaded|given|deliver)\w*(?: [\w,-]+){0,7} mitochondri"
    r"|mitochondrial (?:transplantation|augmentation|therapy)",
    re.IGNORECASE,
)


def trial_events(article: Article, read: Sequence[Sentence], resources: Resources, extra: Extra) -> list[Event]:
    """One event for each registration number of a passage that is about mitochondria that are given.

    A number whose passages only mention mitochondria otherwise (targeted drugs, say) gives none.
    """
    events: list[Event] = []
    seen: set[str] = set()
    whole = _whole(read)
    for sentence in read:
        for number in _NCT.finditer(sentence.text):
            nct = f"NCT{number[1]}"
            passage = sentence.passage
            scope = resources.rules.distractor.sub(" ", whole or f"{article.head.title}. {passage.text}")
            if nct in seen or not has_topic(scope) or not _GIVEN.search(scope):
                continue
            seen.add(nct)
            alone = len(set(_NCT.findall(passage.text))) == 1
            text = whole or (passage.text if alone else sentence.text)
            roles = [Role("nct", nct), *_roles(text, resources, extra)]
            place = Locator(passage.locator, " > ".join(passage.section), sentence.text, number.start(), number.end())
            rule = "prose:trial_only" if _PROTOCOL.search(whole or passage.text) else "prose:trial"
            events.append(Event("trial", "trials", "prose", place, sentence.study, tuple(roles), rule, nct, confidence=0.7))
    return events


def unregistered_trial(read: Sequence[Sentence], resources: Resources, extra: Extra) -> Event | None:
    """The event of a study in which mitochondria are given to patients, as if it told no registration number; None for others.

    An article that speaks of animals as well reports what was tried on them, and gives none.
    """
    own = [s for s in read if s.voice in ("own", "aim")]
    text = resources.rules.distractor.sub(" ", " ".join(s.text for s in own))
    if not (has_topic(text) and _GIVEN.search(text)) or _ANIMALS.search(text):
        return None
    found = next(((s, treated) for s in own if s.voice == "own" and (treated := _TREATED.search(s.text))), None)
    if found is None:
        return None
    sentence, treated = found
    passage = sentence.passage
    place = Locator(passage.locator, " > ".join(passage.section), sentence.text, treated.start(), treated.end())
    roles = tuple(_roles(text, resources, extra))
    return Event("trial", "trials", "prose", place, sentence.study, roles, "prose:trial_unregistered", treated[0], confidence=0.5)


def _whole(read: Sequence[Sentence]) -> str:
    """All own sentences of an article that describes one trial and has no results of it; empty for others."""
    text = " ".join(s.text for s in read if s.voice in ("own", "aim"))
    return text if len(set(_NCT.findall(text))) == 1 and _PROTOCOL.search(text) else ""


def _roles(text: str, resources: Resources, extra: Extra) -> list[Role]:
    roles = linked("trial_condition", names(text, resources, ("disease",), extra))
    agents = [m for m in names(text, resources, ("agent",), extra) if m.ident != "agent:vehicle_control"]
    roles += linked("agent", agents) or [Role("agent", "mitochondria", MITOCHONDRIA)]
    roles += linked("route", names(text, resources, ("route",), extra))
    for source in _SOURCE.finditer(text):
        found = linked("mito_source", names(source[0], resources, ("cell", "tissue"), extra))
        roles += found or ([] if " " in source[0] else [Role("mito_source", source[0].lower())])
    if place := _PLACE.search(text):
        roles.append(Role("location", place[1].strip()))
    status = next((label for label, pattern in _STATUS if re.search(pattern, text, re.IGNORECASE)), "")
    roles += [Role("status", status.capitalize())] if status else []
    if phase := _PHASE.search(text):
        number = re.sub(r"\s+|phase", "", phase[1], flags=re.IGNORECASE).upper()
        number = re.sub(r"[IV]+", lambda m: _ROMAN.get(m[0], m[0]), number)
        roles.append(Role("phase", re.sub(r"[–-]|AND", "/", number).lower()))
    elif _NO_PHASE.search(text):
        roles.append(Role("phase", "not applicable"))
    return roles + _dates(text)


def _dates(text: str) -> list[Role]:
    roles: dict[str, Role] = {}
    taken: set[int] = set()
    for name, pattern in _DATES:
        found = pattern.search(text)
        if found and found.start("date") not in taken:
            taken.add(found.start("date"))
            begin = max(text.rfind(stop, 0, found.start()) for stop in ".;") + 1
            estimated = "~" if _EXPECTED.search(text, begin, found.start("date")) else ""
            roles[name] = Role(name, estimated + _iso(found["date"]))
    return list(roles.values())


def _iso(date: str) -> str:
    month, _, year = date.rpartition(" ")
    return f"{year}-{_MONTHS.index(month.lower()) + 1:02d}" if month else year
