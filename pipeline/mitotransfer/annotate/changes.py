"""What changes in a sentence and in which direction, as its syntax says it: "reduced A and B", "C was higher", "recovery of D".

The rules stand in `configs/rules/effects.yaml`. Here they are followed through coordinations, and changes of changes are
put together: what attenuates a loss of potential raises potential.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spacy.tokens import Doc, Token

from mitotransfer.annotate.comparisons import compared
from mitotransfer.annotate.cues import Cue, polarity_at
from mitotransfer.annotate.dependencies import Found
from mitotransfer.annotate.listed import is_joined, told_in_lists
from mitotransfer.annotate.phrases import coordinated, named, phrase
from mitotransfer.annotate.rules import ProseRules
from mitotransfer.document import Mention

_OPPOSITE = {"increase": "decrease", "decrease": "increase", "improve": "worsen", "worsen": "improve"}
_ATTRIBUTES = frozenset({"amod", "advmod", "nmod", "nummod"})
_ATTRIBUTE_TAGS = frozenset({"JJR", "RBR", "VBN", "VBD", "JJ"})
_BELONGING = frozenset({"of", "in", "on", "to"})
_UNREAL = frozenset({"may", "might", "could", "can", "would", "should", "will"})
_SEEN = frozenset(
    {
        "allow",
        "enable",
        "permit",
        "let",
        "cause",
        "lead",
        "make",
        "prompt",
        "find",
        "show",
        "see",
        "observe",
        "appear",
        "seem",
        "prove",
        "help",
        "report",
        "know",
        "demonstrate",
        "fail",
    }
)
_POPULATION = frozenset({"with", "of", "than", "for", "among", "between", "without"})
_WITHOUT_OBJECT = frozenset({"changes_itself", "rose", "just_before"})


class Change(NamedTuple):
    """A token that names what changes, and how; `trigger` is the word that says so, `rule` the id of its rule.

    `meaning` is increase, decrease, none, or improve and worsen, whose direction depends on what one wants of the outcome.
    """

    outcome: Token
    meaning: str
    trigger: Token
    rule: str


def find_changes(
    doc: Doc, found: Sequence[Found], outcomes: Sequence[Mention], cues: Sequence[Cue], rules: ProseRules
) -> list[Change]:
    """The changes that rules over syntax found in one sentence, each outcome once, in the order of the text.

    `outcomes` are its names of outcomes, which stay whole ("loss of neurons"); `cues` are its negations.
    """
    states = frozenset(rules.lists.get("states", ()))
    told = [one for one in found if one.rule.event == "effect"]
    effects = [one for one in told if _stands(one, states)]
    refused = {one.tokens["outcome"].i for one in told if one not in effects}
    nested = {change.trigger.i for one in effects for change in _first(one) if change.rule in ("change_of", "compound_change")}
    best: dict[int, Change] = {}
    for one in effects:
        for change in _spread(one, rules):
            for whole in _composed(change, nested, outcomes, rules):
                if whole.trigger == whole.outcome or _is_unreal(whole.trigger):
                    continue
                if (sure := _with_denial(whole, cues)).meaning != "change":  # which way nobody says
                    best.setdefault(whole.outcome.i, sure)
    for lost in _lost(doc, best, refused, outcomes, rules):
        if not _is_unreal(lost.trigger) and (sure := _with_denial(lost, cues)).meaning != "change":
            best.setdefault(lost.outcome.i, sure)
    inner = {change.outcome.i for change in best.values()}
    kept = (change for change in best.values() if change.rule != "does_better" or change.outcome.i in inner)
    return sorted(kept, key=lambda change: change.outcome.i)


def _lost(
    doc: Doc, best: Mapping[int, Change], refused: set[int], outcomes: Sequence[Mention], rules: ProseRules
) -> Iterator[Change]:
    """Changes of named outcomes that stand in a list with a word for a direction, and that no rule over syntax found."""
    spans = [phrase(change.outcome) for change in best.values()]
    known = {token.i for span in spans for token in span} | set(best) | refused
    free = [name for name in outcomes if known.isdisjoint(_tokens(doc, name))]
    words = rules.outcome_words
    for told in told_in_lists(doc, free, words.carriers, rules.lists.get("intransitive", ())):
        meaning = told.meaning or told.trigger._.says
        if told.outer is not None and told.outer._.says:
            meaning = compose(told.outer._.says, meaning)
        yield Change(told.outcome, meaning, told.outer or told.trigger, "listed")


def find_compared(doc: Doc, outcomes: Sequence[Mention], known: Collection[Change], rules: ProseRules) -> list[Change]:
    """The changes that only numbers tell, of outcomes without a change among the `known`."""
    taken = {token.i for change in known for token in phrase(change.outcome)} | {change.outcome.i for change in known}
    free = [name for name in outcomes if taken.isdisjoint(_tokens(doc, name))]
    found: dict[int, Change] = {}
    for one in compared(doc.text, free, rules.is_treatment):
        outcome, trigger = doc.char_span(one.start, one.end, alignment_mode="expand"), _token_at(doc, one.trigger)
        if outcome is None or trigger is None or outcome[-1].i in taken:
            continue
        last = outcome[-1]
        while last.i + 1 < len(doc) and last.nbor().lemma_ in rules.outcome_words.carriers:
            last = last.nbor()  # "ATP content"
        found.setdefault(last.i, Change(last, one.direction, trigger, "compared"))
    return list(found.values())


def _token_at(doc: Doc, offset: int) -> Token | None:
    return next((token for token in doc if token.idx <= offset < token.idx + len(token)), None)


def _tokens(doc: Doc, name: Mention) -> set[int]:
    span = doc.char_span(name.start, name.end, alignment_mode="expand")
    return {token.i for token in span} if span is not None else set()


def _first(found: Found) -> list[Change]:
    trigger, outcome = found.tokens["trigger"], found.tokens["outcome"]
    return [Change(outcome, found.rule.direction or trigger._.says, trigger, found.rule.id)]


def _stands(found: Found, states: Collection[str]) -> bool:
    """Whether a match of a rule is a change at all: no state of a patient, no verb with an object read as one without."""
    trigger, outcome, rule = found.tokens["trigger"], found.tokens["outcome"], found.rule.id
    before = [token.lower_ for token in trigger.doc[max(0, trigger.i - 2) : trigger.i + 1]]
    if "no longer" in " ".join(before):
        return False  # an effect that went away with its cause is a control
    if rule == "becomes" and outcome.i + 1 < len(outcome.doc) and outcome.nbor().pos_ == "NOUN":
        return False  # "became senescent, and effector functions …"
    if trigger.lemma_ == "recover" and rule == "changed_passive" and any(one.lower_ == "from" for one in trigger.children):
        return False  # "was recovered from the lungs": found there
    if rule == "changed_too" and (_has(trigger, "nsubjpass") or _has(trigger, "nsubj")):
        return False
    if rule in _WITHOUT_OBJECT and (_has(trigger, "dobj") or (rule == "just_before" and _has(trigger, "nsubj"))):
        return False
    if rule == "attributive":
        state = trigger.lower_ in states and doer_before(trigger) is None
        told_of = doer_before(trigger) is None and _is_population(outcome, trigger)
        return not (state or trigger.i > outcome.i or told_of or is_joined(trigger))
    return not (trigger.dep_ == "amod" and trigger.head.i > trigger.i)


def doer_before(trigger: Token) -> Token | None:
    """The subject of a verb that the parser takes for a participle: "Coculture impaired IL-17 production"."""
    at = trigger.i - 1
    while at >= 0 and trigger.doc[at].pos_ == "ADV":
        at -= 1
    if at < 0 or trigger.tag_ not in ("VBN", "VBD") or trigger.head.left_edge.i > at:
        return None
    return trigger.doc[at] if trigger.doc[at].pos_ in ("NOUN", "PROPN", "PRON") else None


def _has(token: Token, dep: str) -> bool:
    return any(child.dep_ == dep for child in token.children)


def _is_population(outcome: Token, trigger: Token) -> bool:
    """ "Patients with reduced ejection fraction": who they are."""
    head = outcome.head
    if outcome.dep_ != "pobj" or head.lower_ not in _POPULATION:
        return False
    people = head.head.lemma_ in ("patient", "participant", "subject", "individual", "woman", "man", "child", "donor")
    return head.lower_ == "than" or people or (trigger.tag_ in ("VBN", "VBD", "JJ") and head.head.pos_ in ("NOUN", "PROPN"))


def _spread(found: Found, rules: ProseRules) -> Iterator[Change]:
    """The change of each outcome that is joined to the one a rule found; one with an attribute of its own goes its own way."""
    (first,) = _first(found)
    trigger, outcome = first.trigger, first.outcome
    before = outcome.i < trigger.i
    start = outcome
    while before and start.dep_ == "conj" and start.head.pos_ in ("NOUN", "PROPN") and first.rule != "attributive":
        start = start.head
    if start != outcome and start.dep_ == "pobj":
        start = outcome  # "by days 14 and 21, weight rose": what the list began with is something else
    meaning = first.meaning
    for token in [outcome] if first.rule == "does_better" else coordinated(start):
        if token != outcome and ((token.i < trigger.i) != before or _is_excluded(token)):
            continue
        if token != outcome and _opens_another(token, start):
            break
        own = _attribute(token, rules, listed=token != outcome)
        if own is not None and own != trigger and (token != outcome or _comes_about(first, rules)):
            meaning = own._.says
            yield Change(token, meaning, own, "attributive")
        else:
            yield first._replace(outcome=token, meaning=meaning)


def _opens_another(token: Token, start: Token) -> bool:
    """Whether ", and" before a part of a list that has its "and" already opens another clause: "lowered A and B, and C rose"."""
    at = token.left_edge.i
    words = [word.lower_ for word in token.doc[max(0, at - 2) : at]]
    return words == [",", "and"] and any(word.lower_ == "and" for word in token.doc[start.i : at - 2])


def _comes_about(change: Change, rules: ProseRules) -> bool:
    """ "Caused lower pressure": what is caused is the attribute."""
    return change.trigger.lemma_ in rules.lists.get("causing", ()) or change.rule in ("leads_to", "undergoes")


def _is_excluded(token: Token) -> bool:
    """Whether a part of a list is set against the others: "A but not B", "A rather than B"."""
    before = token.left_edge.i
    words = [word.lower_ for word in token.doc[max(0, before - 3) : before]]
    return words[-2:] == ["but", "not"] or words[-2:] == ["rather", "than"] or words[-2:] == ["and", "not"]


def _attribute(token: Token, rules: ProseRules, *, listed: bool) -> Token | None:
    """The word before a noun that says how it changed ("higher ATP"), None if there is none.

    In a list a participle is a verb that the parser did not know for one: "reduced A and stimulated B".
    """
    found = (
        child
        for child in token.lefts
        if child.dep_ in _ATTRIBUTES
        and child._.says
        and child.tag_ in _ATTRIBUTE_TAGS
        and (child.lower_ not in rules.lists.get("states", ()) or (listed and child.tag_ in ("VBN", "VBD")))
    )
    return next((child for child in found if not is_joined(child)), None)


def _composed(change: Change, nested: set[int], outcomes: Sequence[Mention], rules: ProseRules) -> list[Change]:
    """What a change of a change comes to: "attenuated the loss of X" raises X. Else the change itself."""
    token = change.outcome
    if token._.says and token.pos_ == "NOUN" and not _is_whole(token, outcomes):
        inner = compose(change.meaning, token._.says)
        parts = _parts(token)
        if not parts:
            return [change] if change.rule != "attributive" else []  # "cognitive impairment"
        shared = len(parts) if _is_closed(token) else 1
        return [
            whole
            for number, part in enumerate(parts)
            for whole in _composed(
                change._replace(outcome=part, meaning=inner if number < shared else change.meaning), nested, outcomes, rules
            )
        ]
    if change.rule in ("change_of", "compound_change") and _is_whole(change.trigger, outcomes):
        return []
    return [change]


def _is_whole(token: Token, outcomes: Sequence[Mention]) -> bool:
    """Whether a word for a change is part of the name of an outcome: "bone loss", "loss of neurons"."""
    mention = named(token, outcomes)
    return mention is not None and len(mention.surface) > len(token)


def _is_closed(token: Token) -> bool:
    """Whether the list that a noun stands in has its "and": in "A, loss of B and C" the last is not lost but listed."""
    return token.dep_ != "conj" or any(child.dep_ == "cc" for child in token.head.children)


def _parts(token: Token) -> list[Token]:
    """What a noun for a change is about: "recovery of A and B", "ATP increase"."""
    found: list[Token] = []
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in _BELONGING:
            found += [part for pobj in child.children if pobj.dep_ == "pobj" for part in coordinated(pobj)]
        elif child.dep_ in ("compound", "nmod"):
            found.append(child)
    return found


def compose(outer: str, inner: str) -> str:
    """The direction of what changes twice: to lower a loss or to restore what was lost is to raise.

    >>> compose("decrease", "decrease"), compose("improve", "decrease"), compose("increase", "improve")
    ('increase', 'increase', 'improve')
    """
    if "none" in (outer, inner):
        return "none"
    if inner == "change" or outer == "change":
        return "change"  # "lost its effect" is what a control did
    if outer == "improve":
        return _OPPOSITE[inner] if inner in ("increase", "decrease", "worsen") else inner
    return _OPPOSITE[inner] if outer in ("decrease", "worsen") else inner


def _with_denial(change: Change, cues: Sequence[Cue]) -> Change:
    """A denied change is none; "no longer higher" says nothing."""
    trigger = change.trigger
    text = trigger.doc.text
    denied = polarity_at(text, cues, trigger.idx, trigger.idx + len(trigger)).negated or _is_denied(trigger)
    denied = denied or _is_denied(change.outcome) or _is_denied(_list_head(change.outcome))
    return change._replace(meaning="none") if denied else change


def _list_head(token: Token) -> Token:
    """The first of the list that a noun stands in."""
    while token.dep_ == "conj" and token.head.pos_ in ("NOUN", "PROPN"):
        token = token.head
    return token


def _is_denied(token: Token) -> bool:
    return any(child.dep_ == "neg" or child.lower_ in ("no", "neither", "nor") for child in token.lefts)


def _is_unreal(trigger: Token) -> bool:
    """Whether a change is only possible, wanted or asked for."""
    verb = trigger
    while verb.pos_ != "VERB" and verb.head != verb:
        verb = verb.head
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "mark")}
    if "to" in helpers and not (verb.dep_ in ("xcomp", "ccomp", "advcl") and verb.head.lemma_ in _SEEN):
        return True  # what was wanted: "to inhibit opening"
    either = [
        child
        for child in trigger.children
        if child.dep_ == "conj" and child._.says == _OPPOSITE.get(trigger._.says) and not _has_subject(child)
    ]
    return bool(either) or bool(helpers & _UNREAL)  # "was raised or lowered" is what was done, not what came of it


def _has_subject(verb: Token) -> bool:
    return _has(verb, "nsubj") or _has(verb, "nsubjpass")


def subject(verb: Token) -> Token | None:
    """Who does what a verb says, also where it stands only with a verb joined before it; None in the passive or without one."""
    seen: Token | None = verb
    while seen is not None:
        for child in seen.children:
            if child.dep_ in ("nsubj", "csubj"):
                return child
            if child.dep_ == "nsubjpass" and seen == verb:
                return None
        seen = seen.head if seen.dep_ in ("conj", "xcomp", "advcl", "pcomp") and seen.head != seen else None
    return None


def clause(token: Token) -> list[Token]:
    """The tokens of the clause around a word, without clauses that are joined or subordinate to it."""
    verb = token
    while verb.head != verb and not _opens_clause(verb):
        verb = verb.head
    return sorted(_within(verb), key=lambda one: one.i)


_CLAUSES = frozenset({"ROOT", "conj", "ccomp", "advcl", "parataxis", "relcl"})


def _opens_clause(token: Token) -> bool:
    return token.dep_ in _CLAUSES and token.pos_ in ("VERB", "AUX") and token.tag_ != "VBG"


def _within(verb: Token) -> Iterable[Token]:
    yield verb
    for child in verb.children:
        if not (_opens_clause(child) and child.dep_ != "relcl"):
            yield from _within(child)
