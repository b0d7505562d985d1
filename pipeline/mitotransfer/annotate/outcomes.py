"""The name of what changes: an entry of the vocabulary where there is one, else its own words.

An outcome without entry is named as it is written, without articles and words such as "levels of".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Token

from mitotransfer.annotate.changes import Change, doer_before
from mitotransfer.annotate.effects import improved
from mitotransfer.annotate.phrases import coordinated, named, phrase
from mitotransfer.annotate.resources import Resources
from mitotransfer.document import Mention

_NO_OUTCOME = frozenset({"species", "route", "agent", "mito", "form", "label", "model_procedure", "disease", "cell", "tissue"})
_PLACES = ("cell", "adjective", "tissue")
_BRACKETS = re.compile(r"\s*\([^()]*\)?")
_LONGEST = 6  # words of a name; more is a sentence
_OPPOSITE = {"increase": "decrease", "decrease": "increase"}
_SHORTEST = 3
_ABILITIES = frozenset({"ability", "capability", "capacity", "potential", "propensity", "tendency", "readiness"})
_JOINS = frozenset({"and", "or", "as", "but", "nor"})


class Outcome(NamedTuple):
    """An outcome with its direction: vocabulary id (empty if none), words, where it changes, and the change behind it."""

    ident: str
    surface: str
    direction: str
    target: str
    change: Change


def outcomes_of(change: Change, mentions: Sequence[Mention], resources: Resources) -> list[Outcome]:
    """What a change is about; several where a word for a measure has several parts, none where it is no outcome.

    `mentions` are the names of outcomes in its sentence.
    """
    return [
        Outcome(ident, surface, direction, _target(token, change), change)
        for token, ident, surface in _named(change.outcome, change, mentions, resources)
        if (direction := _direction(change.meaning, token, ident, surface, resources))
    ]


def _named(token: Token, change: Change, mentions: Sequence[Mention], resources: Resources) -> Iterator[tuple[Token, str, str]]:
    """Token, id and words of each outcome at a token."""
    words = resources.rules.outcome_words
    if special := _by_form(token, change, mentions, resources):
        yield token, *special
        return
    belonging = [part for part in _belonging(token) if not _is_place(part) or _in_state(part, resources)]
    named_by_parts = [
        one for part in _belonging(token) for text in _variants(part, resources) if (one := _of(text, part, token, resources))
    ]
    if named_by_parts:
        yield from ((token, ident, text) for ident, text in named_by_parts)
        return
    mention = named(token, mentions)
    if mention is not None:
        yield from _known(token, mention, resources)
        return
    found = False
    for text in _variants(token, resources):
        if ident := next((ident for part in _suffixes(text) if (ident := _ident(part, resources))), ""):
            found = True
            yield token, ident, text
    if found:
        return
    before = token.nbor(-1) if token.i else token
    if (
        token.lemma_ in words.carriers
        and not belonging
        and (inner := named(before, mentions)) is not None
        and before.head == token
    ):
        yield before, inner.ident, inner.surface  # "aminotransferase activity"
        return
    if token.lemma_ in words.carriers and belonging:
        for part in belonging:
            yield from _named(part, change._replace(outcome=part), mentions, resources)
        return
    yield from _unlisted(token, belonging, resources)


def _by_form(token: Token, change: Change, mentions: Sequence[Mention], resources: Resources) -> tuple[str, str] | None:
    """Id and words of what is told by a verb, an ability, cells in a state or a comparative; None for all other outcomes."""
    words = resources.rules.outcome_words
    if token.lemma_ == "perform" and (test := next((m for m in mentions if m.start > token.idx), None)) is not None:
        return test.ident, test.surface  # "performed better in the water maze"
    able = [one for one in token.rights if token.lemma_ in _ABILITIES and one.dep_ in ("acl", "relcl", "xcomp", "advcl")]
    text = _as_verb(token, change, mentions, resources)
    text = text or next((words.verbs[one.lemma_] for one in able if one.lemma_ in words.verbs), "")  # "the ability to migrate"
    if text:
        return _ident(text, resources), text
    return _in_state(token, resources) or _by_dimension(token, change, mentions, resources)


def _unlisted(token: Token, belonging: Sequence[Token], resources: Resources) -> Iterator[tuple[Token, str, str]]:
    """An outcome by its own words, if it can be one; `belonging` are the nouns that "of" joins to it."""
    words = resources.rules.outcome_words
    before = token.nbor(-1) if token.i else token
    text = _text(token, resources)
    process = words.processes.get(token.head.lemma_, "") if token.dep_ == "dobj" else ""
    if process:
        name = process if process == "phagocytosis" else f"{text} {process}"
        yield token, _ident(name, resources), name
        return
    for text in _variants(token, resources):
        whole = f"{_text(belonging[0], resources)} {text}" if belonging and token.lemma_ not in words.carriers else text
        head = before if token.lemma_ in words.carriers and before.dep_ == "compound" and before.head == token else token
        if _is_plausible(head, whole, resources):
            yield token, "", whole


def _in_state(token: Token, resources: Resources) -> tuple[str, str] | None:
    """The id and words of cells that are counted for the state they are in: "apoptotic neurons" as apoptotic cells."""
    if token._.slot != "cell" and token.lemma_ not in ("cell", "neuron"):
        return None
    for word in phrase(token).text.split()[:-1]:
        if len(word) > _SHORTEST and (ident := _ident(f"{word} cell", resources)):
            return ident, f"{word.lower() if word.istitle() else word} cell"
    return None


def _by_dimension(token: Token, change: Change, mentions: Sequence[Mention], resources: Resources) -> tuple[str, str] | None:
    """The id and words of what a comparative compares: "larger tumors" as tumor size, "fewer vessels" as their number."""
    measures = resources.rules.outcome_words.dimensions.get(change.trigger.lower_, ())
    if not measures or named(token, mentions) is not None:
        return None
    text = _text(token, resources).removesuffix(token.text) + token.lemma_
    names = (f"{part} {measure}" for part in _suffixes(text) for measure in measures)
    return next(((ident, name) for name in names if (ident := _ident(name, resources))), None)


def _as_verb(token: Token, change: Change, mentions: Sequence[Mention], resources: Resources) -> str:
    """What cells or animals did, or how they are, as a noun: "survived", "resistant"; empty for all other outcomes."""
    words = resources.rules.outcome_words
    if change.rule == "does_better" or token.pos_ in ("VERB", "ADJ", "AUX"):
        for form in (token.lemma_, token.lower_, f"{token.lemma_}e"):
            if form in words.verbs and (token.pos_ == "VERB" or named(token, mentions) is None or change.rule == "does_better"):
                return words.verbs[form]
    return ""


def _known(token: Token, mention: Mention, resources: Resources) -> Iterator[tuple[Token, str, str]]:
    """A name of the vocabulary, in the words of the sentence where these narrow it; two for "working and spatial memory"."""
    for text in _variants(token, resources):
        own = _ident(text, resources)
        narrower = own or _words(mention.surface) < _words(text)
        yield token, own or mention.ident, text if narrower else mention.surface.rstrip(" .")


def _of(text: str, part: Token, token: Token, resources: Resources) -> tuple[str, str] | None:
    """Id and words of "growth of breast cancer cells" as "cancer cell growth", with as many of the words as have an entry."""
    singular = f"{text.removesuffix(part.text)}{part.lemma_}" if text.endswith(part.text) else text
    names = (f"{words} {token.lemma_}" for pair in zip(_suffixes(text), _suffixes(singular), strict=True) for words in pair)
    return next(((ident, name) for name in names if (ident := _ident(name, resources))), None)


def _words(text: str) -> set[str]:
    """The words of a text, in lower case."""
    return set(text.lower().replace("-", " ").split())


def _variants(token: Token, resources: Resources) -> list[str]:
    """A name as it is written; with two adjectives joined by "and", one name for each: "basal and maximal respiration"."""
    text = _text(token, resources)
    for first in token.lefts:
        others = [one for one in first.children if one.dep_ == "conj" and one.i < token.i]
        if first.dep_ in ("amod", "compound", "nmod") and others and not first._.says:
            rest = _join(one for one in token.doc[others[-1].i + 1 : token.i + 1])
            begin = max(first.left_edge.i, phrase(token).start)
            heads = [_join(token.doc[begin : first.i + 1]), *(_join(token.doc[one.left_edge.i : one.i + 1]) for one in others)]
            names = [_BRACKETS.sub("", f"{head} {rest}").strip(" )") for head in heads]
            return names if rest else [text]
    return [text]


def _join(tokens: Iterable[Token]) -> str:
    return "".join(token.text_with_ws for token in tokens).strip(" ,-‐–")


def _ident(text: str, resources: Resources) -> str:
    if re.fullmatch(r"M[12]", text):
        text = f"{text} polarization"  # "from the M1 to the M2 phenotype"
    return next((m.ident for m in resources.matcher("outcome").exactly(text)), "") if text else ""


def _suffixes(text: str) -> list[str]:
    """A name with fewer and fewer of the words that narrow it: "chondrocyte apoptosis", "apoptosis"."""
    parts = text.split()
    return [" ".join(parts[start:]) for start in range(len(parts))]


def _belonging(token: Token) -> list[Token]:
    """The nouns that "of" joins to a noun."""
    return [
        part
        for child in token.children
        if child.dep_ == "prep" and (child.lower_ == "of" or (child.lower_ == "for" and token.lemma_ in _ABILITIES))
        for pobj in child.children
        if pobj.dep_ == "pobj"
        for part in [*coordinated(pobj), *(more for one in pobj.children if one.dep_ == "appos" for more in coordinated(one))]
    ]


def _text(token: Token, resources: Resources) -> str:
    """The noun with what narrows it, without articles, numbers, words for changes and closing words for a measure."""
    words = resources.rules.outcome_words
    kept = list(phrase(token))
    while len(kept) > 1 and kept[-1].lemma_ in words.carriers and _may_go(kept):
        kept.pop()
    while kept and _is_dropped(kept[0], words.dropped):
        kept.pop(0)
    if not kept:
        return ""
    start = max((number + 1 for number, one in enumerate(kept) if one != token and _is_lead(one)), default=0)
    return _BRACKETS.sub("", _join(one for one in kept[start:] if not (one._.says and one != token)))


def _is_lead(token: Token) -> bool:
    """Whether a name begins only behind a word: a verb taken for a participle, "-driven", "-induced"."""
    if token._.says and doer_before(token) is not None:
        return True
    joined = token.i > 0 and token.nbor(-1).text in "-‐‑–"
    return joined and token.lower_ in (
        "driven",
        "induced",
        "mediated",
        "dependent",
        "related",
        "associated",
        "derived",
        "treated",
    )


def _may_go(kept: Sequence[Token]) -> bool:
    """ "ATP levels" are ATP, "muscle force" is no muscle."""
    return kept[-1].lemma_ in ("level", "expression", "amount", "concentration", "transcript", "mRNA", "value") and (
        kept[-2].pos_ in ("NOUN", "PROPN", "PUNCT", "NUM")
    )


def _is_dropped(token: Token, dropped: Sequence[str]) -> bool:
    return (
        token.lower_ in dropped
        or token.pos_ in ("NUM", "PUNCT", "DET", "ADV", "PRON")
        or bool(token._.says)
        or (token.lower_ in ("h", "day", "days", "week", "min", "month", "months"))
    )


def _is_place(token: Token) -> bool:
    return token._.slot in _PLACES


def _is_plausible(token: Token, text: str, resources: Resources) -> bool:
    """Whether words without entry can be an outcome: no animals, cells, doses, times, nor mitochondria that move."""
    words = resources.rules.outcome_words
    named_by_number = token.pos_ == "NUM" and re.match(r"[^\W\d]+-", text) is not None  # Bcl-2
    if (
        (token.pos_ not in ("NOUN", "PROPN") and token.tag_ != "VBG" and not named_by_number)
        or token.lemma_ in words.never
        or token.lower_ in words.never
    ):
        return False
    parts = text.split()
    if token._.slot in _NO_OUTCOME or token.lemma_ in words.carriers or (token._.says and len(parts) == 1):
        return False
    if len(parts) == 1 and not named_by_number:
        return False  # "collagen", "SIRT1": what is measured of them nobody says
    last = {parts[-1].lower(), parts[-1].lower().removesuffix("s"), token.lemma_} if parts else set()
    measured = not last.isdisjoint((*words.measured, *words.wanted_low))
    return measured and parts[0].lower() not in _JOINS and len(text) >= _SHORTEST and len(parts) <= _LONGEST


def _direction(meaning: str, token: Token, ident: str, surface: str, resources: Resources) -> str:
    """ "Better" raises what one wants high and lowers what one wants low."""
    if meaning not in ("improve", "worsen"):
        return meaning
    if ident:
        better = improved(Mention(0, 0, "outcome", ident, surface), resources)
    else:
        low = {token.lemma_, surface.rsplit(maxsplit=1)[-1]} & set(resources.rules.outcome_words.wanted_low)
        better = "decrease" if low else "increase"
    return better if meaning == "improve" else _OPPOSITE[better]


def _target(token: Token, change: Change) -> str:
    """The cell or tissue in which an outcome changes: "neuronal survival", "ATP of neurons", "fell in the cortex"."""
    doc = token.doc
    inside = [one for one in doc[phrase(token).start : token.i] if one._.slot in _PLACES]
    behind = [
        pobj
        for head in (token, change.trigger, change.outcome)
        for child in head.children
        if child.dep_ == "prep" and child.lower_ in ("of", "in", "within", "from")
        for pobj in child.children
        if pobj.dep_ == "pobj" and pobj._.slot in _PLACES
    ]
    if behind:
        return _name(behind[0])
    return inside[0].text if inside else ""


def _name(token: Token) -> str:
    """The words of the name that a token ends, of one slot."""
    start = token.i
    while start and token.doc[start - 1]._.slot == token._.slot:
        start -= 1
    return token.doc[start : token.i + 1].text
