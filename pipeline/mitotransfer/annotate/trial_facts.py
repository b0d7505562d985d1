"""What the sentences on a trial say of it: condition, what is given and how, whose mitochondria, where, when, its state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import Mention, Role

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
_NAME = r"[A-Z][\w'’.-]+"
_PLACE = re.compile(
    rf"\b((?:{_NAME} (?:of |for |and |de )?){{0,5}}"
    r"(?:Hospital|University|Medical Cent(?:er|re)|Clinic|Institute|Cent(?:er|re)|College)\b(?!\.gov)"
    rf"(?: (?:of|for) (?:{_NAME} ?(?:and )?){{1,4}})?)"
)
PEOPLE = (
    "patients?|children|child|infants?|neonates|newborns?|participants?|volunteers|women|woman|men|subjects|candidates"
    "|couples|adults"
)
_DERIVED = re.compile(r"(?:[\w+⁺-]+ ){0,3}[\w+⁺]+[ ‐-]derived (?:[\w-]+ ){0,2}?mitochondria", re.IGNORECASE)
_WHOSE = re.compile(r"(?:[\w+⁺-]+ ){1,5}(?:cells?|tissue|muscles?|platelets),? whose mitochondria", re.IGNORECASE)
_SETTING = re.compile(
    r"\b(?:Setting|Location|Site|Centre|Center)s?: (?:[a-z][^.;]*? (?:at|in) )?(?:the )?((?:[A-Z][\w'’-]+ ?){1,6})"
)
_SOURCE = re.compile(
    r"(?:isolated|obtained|derived|prepared|taken|harvested|extracted|come|came|biops(?:y|ies)|specimens?|samples?|pieces?|sourced)"
    r"(?: \w+){0,2}? (?:from|of) [^.;,]{0,80}",
    re.IGNORECASE,
)
# Said of mitochondria or of the tissue they come from, not of cells that are given with them.
_OWNER = re.compile(
    r"\b(?P<own>autologous(?:ly)?|(?:(?:patient|participant|recipient)s?['’]s?|their) own)\b"
    r"(?! (?:[\w+⁺-]+ ){0,3}(?:cells?|platelets?)\b(?![ ‐-](?:derived )?mitochondri))"
    r"|\b(?P<other>allogene?ic|maternal|xenogene?ic)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:conditions?|diseases?|indications?)(?: (?:under study|studied|of interest|treated|examined))?"
    r" (?:is|are|was|were|include[sd]?)\b[^.;]*",
    re.IGNORECASE,
)
_TRIAL = re.compile(rf"\b(?:{PEOPLE})\b|\btrial\b|NCT\d{{8}}", re.IGNORECASE)
_LADEN = re.compile(
    r"(?P<cells>(?:\b(?:autologous|allogene?ic) )?(?:[\w+⁺-]+ ){0,3}?(?:cells|HSPCs|HSCs|platelets|macrophages))"
    r"(?: (?:that|which))?(?: (?:are|is|were|was|had been|have been))? (?:enriched|loaded|augmented|supplemented|fortified)"
    r"(?: [\w-]+){0,2}? with (?:[\w-]+ ){0,3}?mitochondria",
    re.IGNORECASE,
)
_WAYS = (("injection", r"inject\w*"), ("infusion", r"(?:re)?infus\w*"), ("transplantation", r"transplant\w*"))
_INTO = re.compile(
    r"\b(?:inject|infus|deliver|administ|transplant|given|instill|plac)\w*[^.;:]{0,60}?"
    r" (?P<into>(?:in)?to (?:the )?(?:[\w-]+ ){0,3}?)$",
    re.IGNORECASE,
)
_INTO_IT = re.compile(r"\b(?:inject|infus|deliver|administ|transplant|given|instill)[^.;:]*$", re.IGNORECASE)
_PART_OF = re.compile(r" (?:of|from|in|at) (?:the |their )?")
_LADEN_CELLS = "agent:mitochondria_loaded_cells"
_MOST_ROUTES = 2
_REPERFUSED, _ISCHEMIC_HEART = "disease:ischemia_reperfusion_injury", "disease:cardiac_ischemia"
_REPERFUSED_HEART = "disease:myocardial_ischemia_reperfusion_injury"


def trial_roles(text: str, whole: str, resources: Resources, extra: Extra) -> list[Role]:
    """The roles of a trial from the sentences on it; what is given is told by `whole` (the article) where these do not."""
    roles = _conditions(text, resources, extra)
    roles += _given(text, resources, extra) or _given(whole, resources, extra) or [Role("agent", "mitochondria", MITOCHONDRIA)]
    roles += linked("route", names(text, resources, ("route",), extra))
    roles += _donors(text, resources, extra)
    if place := _PLACE.search(text) or _SETTING.search(text):
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


def _conditions(text: str, resources: Resources, extra: Extra) -> list[Role]:
    """The diseases of a list of conditions, else those named with the patients or the trial, else any."""
    listed = " ".join(m[0] for m in _LISTED.finditer(text))
    trial = " ".join(part for part in re.split(r"(?<=[.;])\s", text) if _TRIAL.search(part))
    for scope, adjectives in ((listed, False), (trial, False), (text, False), (trial, True)):  # "infertile women" at last
        found = linked("trial_condition", names(scope, resources, ("disease",), extra, adjectives=adjectives))
        if found:
            return _of_heart(found)
    return []


def _of_heart(found: Sequence[Role]) -> list[Role]:
    """The conditions; ischemia-reperfusion injury beside an ischemic heart is that of the heart."""
    idents = {role.ident for role in found}
    if not {_REPERFUSED, _ISCHEMIC_HEART} <= idents:
        return list(found)
    kept = [role for role in found if role.ident != _ISCHEMIC_HEART]
    return [Role(role.name, role.surface, _REPERFUSED_HEART) if role.ident == _REPERFUSED else role for role in kept]


def _given(text: str, resources: Resources, extra: Extra) -> list[Role]:
    """What is given, described as a registry does: "autologous mitochondria, intracoronary injection"."""
    agents = [m for m in names(text, resources, ("agent",), extra) if m.ident != "agent:vehicle_control"]
    distinct = list({m.ident: m for m in agents}.values())
    way = _way(text, resources, extra)
    if laden := _LADEN.search(text):
        what = f"{laden['cells'].strip()} augmented with mitochondria"
        return [Role("agent", laden[0], _laden(laden["cells"], resources, extra), label=f"{what}, {way}" if way else what)]
    what = " and ".join(dict.fromkeys(resources.vocabulary.label(m.ident) for m in distinct))
    if not distinct:
        return []
    if any(owner["own"] for owner in _OWNER.finditer(text)) and "autologous" not in what and what.endswith("mitochondria"):
        what = f"autologous {what}"
    return [Role("agent", distinct[0].surface, distinct[0].ident, label=f"{what}, {way}" if way else what)]


def _laden(cells: str, resources: Resources, extra: Extra) -> str:
    """The entry for such cells with mitochondria from elsewhere, else that for any."""
    for cell in names(cells, resources, ("cell",), extra):
        if found := resources.matcher("agent").exactly(f"mitochondria-augmented {resources.vocabulary.label(cell.ident)}"):
            return found[0].ident
    return _LADEN_CELLS


def _way(text: str, resources: Resources, extra: Extra) -> str:
    """How it is given: the specific routes, else the kinds of giving and what it is given into."""
    entries = resources.vocabulary.entries
    routes = [m for m in names(text, resources, ("route",), extra) if entries[m.ident].extra.get("scope") != "generic"]
    labels = list(dict.fromkeys(resources.vocabulary.label(m.ident) for m in routes))
    ways = [way for way, pattern in _WAYS[:2] if re.search(rf"\b{pattern}\b", text, re.IGNORECASE)]
    if len(ways) == 1 and (said := _phrase_of_way(text, resources)):
        return said
    for tissue in names(text, resources, ("tissue",), extra):
        if into := _INTO.search(text[max(0, tissue.start - 100) : tissue.start]):
            return f"{' or '.join(ways)} {into['into']}{tissue.surface}".strip()
    return " and ".join(labels[:_MOST_ROUTES]) or " or ".join(ways)


def _phrase_of_way(text: str, resources: Resources) -> str:
    """The route that a phrase says ("injected into the myocardium"), by its name; empty where there is none."""
    for phrase in resources.rules.routes:
        for match in phrase.regex.finditer(text):
            if _INTO_IT.search(text, max(0, match.start() - 60), match.start()):
                return resources.vocabulary.label(phrase.id)
    return ""


def _donors(text: str, resources: Resources, extra: Extra) -> list[Role]:
    """Whose mitochondria: the tissues or cells they are taken from, with "autologous" where they are the patients' own."""
    owners = list(_OWNER.finditer(text))
    own = any(owner["own"] for owner in owners)
    found: list[Role] = []
    for source in (*_SOURCE.finditer(text), *_DERIVED.finditer(text), *_WHOSE.finditer(text)):
        mentions = names(source[0], resources, ("cell", "tissue"), extra)
        for label, mention in _joined(source[0], mentions, resources):
            theirs = own and (mention.category == "tissue" or source.re is not _SOURCE)  # cells of a bank are nobody's own
            name = f"autologous {label}" if theirs else label
            if mention.ident not in {role.ident for role in found}:
                found.append(Role("mito_source", mention.surface, mention.ident, label=name))
    if found:
        return found
    other = next((owner["other"] for owner in owners if owner["other"]), "")
    said = "autologous" if own and not other else other.lower()
    return [Role("mito_source", said)] if said else []


def _joined(text: str, mentions: Sequence[Mention], resources: Resources) -> Iterator[tuple[str, Mention]]:
    """Each source with its name; "skeletal muscle of the chest wall" is one: chest wall skeletal muscle."""
    skipped = False
    for number, mention in enumerate(mentions):
        following = mentions[number + 1] if number + 1 < len(mentions) else None
        label = resources.vocabulary.label(mention.ident)
        if skipped:
            skipped = False
        elif following is not None and _PART_OF.fullmatch(text, mention.end, following.start):
            skipped = True
            yield f"{resources.vocabulary.label(following.ident)} {label}", mention
        else:
            yield label, mention


def _dates(text: str) -> list[Role]:
    roles: dict[str, Role] = {}
    taken: set[int] = set()
    for name, pattern in _DATES:
        found = next((match for match in pattern.finditer(text) if match.start("date") not in taken), None)
        if found:
            taken.add(found.start("date"))
            begin = max(text.rfind(stop, 0, found.start()) for stop in ".;") + 1
            estimated = "~" if _EXPECTED.search(text, begin, found.start("date")) else ""
            roles[name] = Role(name, estimated + _iso(found["date"]))
    return list(roles.values())


def _iso(date: str) -> str:
    month, _, year = date.rpartition(" ")
    return f"{year}-{_MONTHS.index(month.lower()) + 1:02d}" if month else year
