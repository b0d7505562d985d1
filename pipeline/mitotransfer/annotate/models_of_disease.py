"""The model a transplantation was done in: which animals, made ill how, with what disease, in which organ.

Each value comes with the sentence that says it. Values that syntax binds to animals are preferred to names in the title's
neighbourhood, and these to what an article names anywhere; confidence falls in this order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Token

from mitotransfer.annotate.dependencies import Found
from mitotransfer.annotate.frames import Frame, in_animals
from mitotransfer.annotate.phrases import coordinated, phrase
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention, Role

BOUND, NEAR, ARTICLE, INFERRED = 0.9, 0.75, 0.6, 0.45
_PROCEDURE = ("model_procedure", "condition", "disease")
_DISEASE = ("disease",)
_MOST = 3
_CLOSED = {"ligated": "ligation", "tied": "ligation", "transected": "transection", "severed": "transection", "crushed": "crush"}
_CLOSED |= {"clamped": "clamping", "cross-clamped": "clamping", "constricted": "constriction", "banded": "banding"}
_CLOSED |= {"obstructed": "obstruction", "compressed": "compression", "contused": "contusion", "resected": "resection"}
_CLOSED |= {"perforated": "perforation", "snared": "occlusion", "occluded": "occlusion", "clipped": "clipping"}
_CLOSING = frozenset({"snare", "suture", "ligature", "occluder", "clip", "clamp", "balloon", "tie", "loop", "microclip"})
_ROUND = frozenset({"around", "on", "across", "about", "round", "in"})
_INJURED = frozenset({"injured", "damaged", "lesioned", "burned"})
_REPERFUSED, _MERE_ISCHEMIA = "reperfus", ("disease:ischemia", "disease:cardiac_ischemia")


class Told(NamedTuple):
    """A value of the model, the sentence that says it and where in it, how sure it is and by which rule."""

    role: Role
    reading: Reading
    start: int
    end: int
    confidence: float
    rule: str


def model_species(frame: Frame) -> list[Told]:
    """The species of the animals (or organs) that the article is about; strains count as their species."""
    found = []
    for role in frame.model_species():
        named = ((r, m) for r in frame.readings for m in r.slots.mentions if m.category == "species")
        place = next(((r, m) for r, m in named if frame.of_kind(m.ident) == role.ident), None)
        if place is not None:
            reading, mention = place
            found.append(
                Told(
                    Role(role.name, mention.surface, role.ident),
                    reading,
                    mention.start,
                    mention.end,
                    ARTICLE,
                    "prose:model_species",
                )
            )
    return found


def procedures(frame: Frame) -> list[Told]:
    """How the models were made: what syntax says, then names of procedures in sentences about animals or organs."""
    rules = frame.resources.rules
    bound = [told for reading in frame.readings for told in _made(reading, frame)]
    named = list(_named(frame, "procedure", ("model_procedure",), ARTICLE))
    animals = [told for told in named if _of_animals(told.reading)]
    more = animals or ([] if bound or any(_of_animals(r) for r in frame.readings) else named)
    chosen = bound + [t for t in more if not any(_overlaps(t, other) for other in bound)]
    named_so = (t for t in chosen if t.role.ident not in rules.not_modelled and any(map(str.isalnum, t.role.surface)))
    kept = _distinct(named_so, frame)
    told = [t for t in kept if t.role.ident not in _MERE_ISCHEMIA] or kept  # which, another name says
    if told:
        return told[:_MOST]
    wounds = _named(frame, "procedure", _DISEASE, ARTICLE, [r for r in frame.readings if _of_animals(r)])
    inflicted = [t for t in wounds if any(frame.resources.vocabulary.is_a(t.role.ident, kind) for kind in rules.inflicted)]
    return _distinct((t for t in inflicted if len(t.role.surface.split()) > 1), frame)[:1]


def diseases(frame: Frame, made: Sequence[Told]) -> list[Told]:
    """What the models stand for: diseases of the title, else of models and patients, else of aims, else the most named.

    General names ("heart disease") of a title give way to narrower ones of the models. `made` is how these were made.
    """
    titles = [r for r in frame.readings if r.sentence.passage.kind == "title"]
    titled = [*_named(frame, "disease", _DISEASE, BOUND, titles), *_modelled(frame, titles)]
    others = [r for r in frame.readings if r.sentence.passage.kind != "title"]
    modelled = list(_modelled(frame, others))
    specific = [t for t in titled if not _is_general(t, frame)]
    if titled and not specific:
        titled = [t for t in modelled if t.role.ident and not _is_general(t, frame)] or titled
    aims = [r for r in others if r.sentence.voice == "aim"]
    named = list(_named(frame, "disease", _DISEASE, INFERRED, [r for r in others if r.sentence.voice == "own"]))
    aimed = list(_named(frame, "disease", _DISEASE, ARTICLE, aims))
    not_modelled = frame.resources.rules.not_modelled
    with_it = [t for t in modelled if t.rule == "prose:animals_with" and t.role.ident]
    for found in ([*(specific or titled), *with_it] if titled else [], modelled, aimed, named):
        kept = [t for t in found if t.role.ident not in not_modelled]
        if kept:
            return _distinct(_most(kept) if found is named else kept, frame)[:_MOST]
    implies = frame.resources.rules.implies
    implied = (t._replace(role=Role("disease", t.role.surface, implies[t.role.ident])) for t in made if t.role.ident in implies)
    return [t._replace(confidence=INFERRED, rule="prose:implied_disease") for t in implied][:1]


def tissues(frame: Frame, sources: Collection[str], told: Sequence[Told], targets: Sequence[Mention]) -> list[Told]:
    """The organ treated: of the title, else of the disease, the procedure or the cells that took mitochondria up.

    Names of `sources` are where mitochondria came from; `told` is what is known of the model.
    """
    titles = [r for r in frame.readings if r.sentence.passage.kind == "title"]
    titled = list(_organs(frame, titles, sources, BOUND))
    if titled:
        return _distinct(titled, frame)[:2]
    ill, made = [t for t in told if t.role.name == "disease"], [t for t in told if t.role.name == "procedure"]
    known = [t for t in ill if frame.organ(t.role.ident)]
    implied = [organ for t in known if (organ := _organ_of(t, frame)) is not None]
    implied = implied or list(_organs_of_cells(frame, titles, sources))[:1]
    implied = implied or [organ for t in (*ill, *made) if (organ := _organ_of(t, frame)) is not None]
    if implied:
        return _distinct(implied, frame)[:2]
    others = [r for r in frame.readings if r.sentence.voice == "own" and _of_animals(r)]
    if most := _most(list(_organs(frame, others, sources, INFERRED))):
        return list(most)[:1]
    reached = {m.ident for m in targets}
    if not reached:
        return []
    organs = [t for r in frame.readings for t in _reached(r, frame, reached, sources)]
    return list(_organs_of_cells(frame, frame.readings, sources, reached))[:1] or _distinct(organs, frame)


def narrowed(ill: Sequence[Told], frame: Frame, organs: Sequence[Told]) -> Sequence[Told]:
    """The diseases; mere ischemia, or none, as the ischemia or reperfusion injury of the organ that was treated."""
    rules = frame.resources.rules
    organ = organs[0].role.ident if organs else ""
    if ill and any(told.role.ident not in _MERE_ISCHEMIA for told in ill):
        return ill
    if ill and organ in rules.ischemic:
        return [t._replace(role=Role("disease", t.role.surface, rules.ischemic[organ])) for t in ill]
    for reading in frame.readings if organ in rules.reperfused else ():
        at = reading.sentence.text.lower().find(_REPERFUSED)
        if at >= 0 and reading.sentence.voice == "own":
            word = reading.sentence.text[at:].split(maxsplit=1)[0].strip(".,;:()")
            role = Role("disease", word, rules.reperfused[organ])
            return [Told(role, reading, at, at + len(word), INFERRED, "prose:reperfused")]
    return ill


def _made(reading: Reading, frame: Frame) -> Iterator[Told]:
    """What the rules over syntax, and the names of strains, say of how a model was made."""
    text = reading.sentence.text
    for match in frame.resources.rules.genetic_model.finditer(text):
        role = Role("procedure", match["procedure"])
        yield Told(role, reading, match.start("procedure"), match.end("procedure"), BOUND, "prose:genetic_model")
    for found in reading.syntax:
        if not found.rule.id.startswith("model_"):
            continue
        rule = f"prose:{found.rule.id}"
        if found.rule.id == "model_closed":
            vessel, verb = found.tokens["tissue"], found.tokens["trigger"]
            name = f"{phrase(vessel).text} {_CLOSED.get(verb.lower_, 'occlusion')}"
            yield _told("procedure", name, vessel, verb, reading, frame, rule)
            continue
        if found.rule.id == "model_closing_of":
            yield _told(
                "procedure",
                _phrase_with_of(found.tokens["trigger"]),
                found.tokens["trigger"],
                found.tokens["tissue"],
                reading,
                frame,
                rule,
            )
            continue
        if found.rule.id == "model_x_induced":
            yield from _before_hyphen(found, reading, frame)
            continue
        for token in _separate(found.tokens["procedure"]) if "procedure" in found.tokens else ():
            name = _phrase_with_of(token)
            if not frame.resources.rules.is_no_model.search(name):
                yield _told("procedure", name, token, token, reading, frame, rule)


def _before_hyphen(found: Found, reading: Reading, frame: Frame) -> Iterator[Told]:
    """All words before the hyphen of "cigarette smoke-induced"; "alkali-injured" is an alkali injury if there is such a name."""
    verb = found.tokens["trigger"]
    last = verb.doc[verb.i - 2]
    first = last
    while (before := _word_before(first)) is not None:
        first = before
    text = verb.doc[first.i : last.i + 1].text
    if not _of_animals(reading) or found.tokens["procedure"].i > last.i or frame.resources.rules.is_no_model.search(text):
        return
    injury = f"{text} injury"
    if verb.lower_ in _INJURED and frame.resources.matcher("model_procedure").exactly(injury):
        text = injury
    role = _linked("procedure", text, frame)
    yield Told(role, reading, first.idx, last.idx + len(last), BOUND, "prose:model_x_induced")


def _word_before(token: Token) -> Token | None:
    """The word before that belongs to the same name: "cigarette" of "smoke", "amyloid" of "β" in "amyloid-β"."""
    if token.i > 1 and token.nbor(-1).text in "-‐‑" and not token.nbor(-1).whitespace_:
        return token.nbor(-2)
    if token.i > 0 and token.nbor(-1).pos_ in ("NOUN", "PROPN") and token.nbor(-1).head.i >= token.i:
        return token.nbor(-1)
    return None


def _separate(token: Token) -> list[Token]:
    """The token and those coordinated with it; "ligation and puncture" is one procedure."""
    following = token.doc[token.i + 1].lower_ if token.i + 1 < len(token.doc) else ""
    return [token] if following == "and" else coordinated(token)


def _told(name: str, text: str, first: Token, last: Token, reading: Reading, frame: Frame, rule: str) -> Told:
    start, end = phrase(first).start_char, last.idx + len(last)
    return Told(_linked(name, text, frame), reading, start, end, BOUND, rule)


def _linked(name: str, text: str, frame: Frame) -> Role:
    """The role by the vocabulary's name for all of the text, else for its last word and what is before it, else as text."""
    categories = _PROCEDURE if name == "procedure" else _DISEASE
    matcher = frame.resources.matcher(*categories)
    words = text.split()
    for cut in range(len(words)):
        tail = " ".join(words[cut:])
        named = matcher.exactly(tail, frame.extra, adjectives=name == "disease")
        if found := [m for m in named if m.category in categories]:  # a short form of the article may mean anything
            best = min(found, key=lambda m: categories.index(m.category))
            return Role(name, tail, best.ident)
    inner = [m for m in frame.in_text(text, categories) if m.category != "disease" or name == "disease"]
    if inner and len(inner[-1].surface.split()) * 2 >= len(words):
        return Role(name, inner[-1].surface, inner[-1].ident)
    return Role(name, text)


def _phrase_with_of(token: Token) -> str:
    """ "Occlusion of the left coronary artery" as "left coronary artery occlusion"; other phrases as they stand."""
    head = phrase(token).text
    for child in token.rights:
        if child.dep_ == "prep" and child.lower_ in _ROUND and token.lemma_ in _CLOSING:
            vessel = next((phrase(part).text for part in child.children if part.dep_ == "pobj"), "")
            return f"{vessel} occlusion".strip() if vessel else head
        if child.dep_ == "prep" and child.lower_ == "of":
            for part in child.children:
                if part.dep_ == "pobj":
                    return f"{phrase(part).text} {head}"
        if child.dep_ == "conj" and child.i - token.i == 2 and token.doc[token.i + 1].lower_ == "and":
            return f"{head} and {phrase(child).text}"
    return head


def _modelled(frame: Frame, readings: Iterable[Reading]) -> Iterator[Told]:
    """The diseases that syntax gives to models, animals and patients."""
    for reading in readings:
        if reading.sentence.voice == "none":
            continue
        for found in reading.syntax:
            token, text = _disease_of(found)
            if token is not None:
                role = _linked("disease", text, frame)
                if not role.ident and token._.slot == "model_procedure":
                    continue  # "a model of donation after circulatory death"
                start = phrase(token).start_char
                yield Told(role, reading, start, token.idx + len(token), NEAR, f"prose:{found.rule.id}")


def _disease_of(found: Found) -> tuple[Token | None, str]:
    if found.rule.id == "model_x_induced":
        head, verb = found.tokens["_head"], found.tokens["trigger"]
        if head._.slot == "species":
            return None, ""
        if verb.lower_ in _INJURED and head._.slot == "tissue":
            return head, f"{head.lemma_} injury"
        return (head, phrase(head).text) if verb.lower_ == "induced" and head._.slot != "tissue" else (None, "")
    if "disease" in found.tokens and found.rule.id != "model_lesion_made_by":
        token = found.tokens["disease"]
        return token, phrase(token).text
    return None, ""


def _named(
    frame: Frame, name: str, categories: tuple[str, ...], confidence: float, readings: Iterable[Reading] | None = None
) -> Iterator[Told]:
    for reading in frame.readings if readings is None else readings:
        # "cold ischemia" is a procedure, no ischemia
        wider = frame.in_sentence(reading, ("model_procedure",)) if name == "disease" else []
        for m in frame.in_sentence(reading, categories):
            if any(w.start <= m.start and m.end <= w.end and len(w.surface) > len(m.surface) for w in wider):
                continue
            yield Told(Role(name, m.surface, m.ident), reading, m.start, m.end, confidence, f"prose:{name}_named")


def _organs(frame: Frame, readings: Iterable[Reading], sources: Collection[str], confidence: float) -> Iterator[Told]:
    """The organs that sentences name as nouns or adjectives, parts as the whole, those of sources left out."""
    for reading in readings:
        given = {(m.start, m.end) for f in reading.findings for m in f.roles.get("donor", ())}
        inside = [m for m in reading.slots.mentions if m.category in ("cell", "cell_line")]
        inside += frame.in_sentence(reading, _DISEASE)
        for m in frame.in_text(reading.sentence.text, ("tissue",), adjectives=True):
            organ = frame.organ(m.ident)
            # "airway epithelial cells" and "cardiac arrest" speak of the airway and the heart only in their names
            if any(one.start <= m.end + (one.category != "disease") and m.start < one.end for one in inside):
                continue
            if organ and m.ident not in sources and (m.start, m.end) not in given:
                yield Told(Role("tissue", m.surface, organ), reading, m.start, m.end, confidence, "prose:organ_named")


def _reached(reading: Reading, frame: Frame, targets: Collection[str], sources: Collection[str]) -> Iterator[Told]:
    """The organs that mitochondria were found in."""
    for m in reading.slots.mentions:
        organ = frame.organ(m.ident) if m.category == "tissue" and m.ident in targets and m.ident not in sources else ""
        if organ:
            yield Told(Role("tissue", m.surface, organ), reading, m.start, m.end, INFERRED, "prose:organ_reached")


def _organs_of_cells(
    frame: Frame, readings: Iterable[Reading], sources: Collection[str], only: Collection[str] = ()
) -> Iterator[Told]:
    """The organs that cells of sentences belong to, those mitochondria came from left out."""
    for reading in readings:
        for m in reading.slots.mentions:
            organ = frame.organ(frame.cell_of(m.ident)) if m.category in ("cell", "cell_line") else ""
            if organ and m.ident not in sources and (not only or m.ident in only):
                yield Told(Role("tissue", m.surface, organ), reading, m.start, m.end, ARTICLE, "prose:organ_of_cells")


def _organ_of(told: Told, frame: Frame) -> Told | None:
    """The organ of a disease or procedure: by its id, else by the tissue that its name holds."""
    idents = [told.role.ident, *(m.ident for m in frame.in_text(told.role.surface, ("tissue",), adjectives=True))]
    organ = next((found for ident in idents if (found := frame.organ(ident))), "")
    if not organ:
        return None
    return told._replace(
        role=Role("tissue", told.role.surface, organ), confidence=ARTICLE, rule=f"prose:organ_of_{told.role.name}"
    )


def _most(found: Sequence[Told]) -> Iterable[Told]:
    """The value that is named most, at each of its places."""
    count = Counter(told.role.ident for told in found)
    best = count.most_common(1)
    return [told for told in found if best and told.role.ident == best[0][0]]


def _distinct(found: Iterable[Told], frame: Frame) -> list[Told]:
    """Each value once, and none that another one is a kind of."""
    first: dict[str, Told] = {}
    for told in found:
        first.setdefault(told.role.ident or told.role.surface.lower(), told)
    is_a = frame.resources.vocabulary.is_a
    return [t for key, t in first.items() if not any(o != key and is_a(o, key) for o in first)]


def _overlaps(one: Told, other: Told) -> bool:
    return one.reading is other.reading and one.start < other.end and other.start < one.end


def _is_general(told: Told, frame: Frame) -> bool:
    return any(told.role.ident in entry.parents for entry in frame.resources.vocabulary.by_category["disease"])


def _of_animals(reading: Reading) -> bool:
    """Whether a sentence is about animals, patients or whole organs."""
    return in_animals(reading) or reading.sentence.passage.kind == "title"
