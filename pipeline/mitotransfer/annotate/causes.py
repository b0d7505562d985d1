"""To what a change is due: to mitochondria that were handed over or given, or to an injury, a control, a stopped transfer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from spacy.tokens import Token

from mitotransfer.annotate.changes import clause, doer_before, subject
from mitotransfer.annotate.outcomes import Outcome
from mitotransfer.annotate.phrases import phrase
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.rules import ProseRules

_HARMS = frozenset({"disease", "condition", "model_procedure"})
_SAFETY = frozenset({"no_evidence_of", "no_harm"})  # only a treatment is said to have done none
_PRONOUNS = frozenset({"it", "they", "these", "this", "which", "that", "both", "those", "either", "each"})
_TAKERS = frozenset({"recipient", "acceptor", "taker", "receiver", "beneficiary"})
_CONDITIONS = frozenset({"when", "once", "if", "after", "as", "upon", "where"})
_ACTIVE = frozenset({"changes_object", "leads_to", "shifts_to", "shifts_from", "protects_from", "small_clause"})
_QUANTITIES = frozenset({"%", "half", "third", "quarter", "fold", "percent", "much", "factor", "order", "times", "day", "week"})
# what a sentence opens with holds for all of its clauses
_LEAD = re.compile(r"^(?:in|after|when|once|upon|under|with|without|by|following|on|if|among|during)\b[^,]*,", re.IGNORECASE)
_GROUPS = re.compile(
    r"\b(?:between|in|among|across) (?:the )?(?:two |both |all |three )?(?:groups|treatments|arms)\b", re.IGNORECASE
)
_GENE = re.compile(r"(?=\S*[A-Z]{2})[\w/α-ω-]{3,}(?: (?:signall?ing|activation|activity|expression|pathway))?|this|that")
# what was stopped is the transfer, not something within the cells
_TRANSFER = re.compile(
    r"\b(?:transfers?|nanotub\w+|TNTs?|uptake|internali[sz]ation|donation|gap junctions?|connexin|Cx43|contact"
    r"|transwell)\b",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"(?:as a (?:result|consequence)|consequently|in consequence|accordingly|in turn|hence|thereby|(?:in )?this way)\b",
    re.IGNORECASE,
)
_STOPPED = re.compile(
    r"\b(?:silenc|knock|block|inhibit|siRNA|shRNA|deplet|deficien|prevent|disrupt|abolish|without)\w*", re.IGNORECASE
)
_BASELINE = re.compile(r"\b(?:baseline|before|prior|beginning|start|initial\w*|pre-?\w*)\b", re.IGNORECASE)
_CONTROL = re.compile(r"\b(?:sham|vehicle|untreated|naive|saline|PBS|placebo|controls?)\b", re.IGNORECASE)


def is_due(outcome: Outcome, resources: Resources, *, begun: bool = True) -> bool:
    """Whether a change of the article's own sentences comes from mitochondria that were handed over or given.

    Where a sentence leaves it open, a change of a known outcome does, if the article has `begun` to tell of such
    mitochondria and things get better by it, or no harm is seen: an injury, a poison makes them worse.
    """
    rules = resources.rules
    trigger = outcome.change.trigger
    verdict: bool | None
    if outcome.change.rule == "compared":
        return begun and not _is_stopped(trigger.doc.text, rules)  # which side was treated is known
    verb = _verb(trigger)
    doer = _doer(outcome, verb)
    if doer is not None and (verdict := _by(doer, rules)) is not None:
        return verdict
    seen: Token | None = verb
    own = {token.i for token in phrase(outcome.change.outcome)} | {outcome.change.outcome.i}
    while seen is not None:
        verdict = _in_clause(seen, own, outcome, resources)
        if verdict is not None:
            return verdict
        if seen.dep_ == "relcl" and not _says_of_head(seen):
            return False  # "cells on a surface that prevents migration": who or what they are
        up = seen.head != seen and (seen.dep_ in ("conj", "advcl", "ccomp") or _says_of_head(seen))
        seen = _verb(seen.head) if up else None
    if not begun or not outcome.ident:
        return False
    follows = _CONSEQUENCE.match(trigger.doc.text) is not None or "thereby" in trigger.doc.text
    entry = resources.vocabulary.entries[outcome.ident].extra
    return (
        follows
        or outcome.change.rule in _SAFETY
        or _is_better(outcome, resources)
        or (entry.get("class") == "oncologic" and outcome.direction == "increase")  # what a tumor gains is no good to us
    )


def lost_without(outcome: Outcome, resources: Resources) -> str:
    """The direction in which mitochondria that moved change an outcome, told by what happened when they were stopped.

    "When nanotubes were cut, ATP did not recover": they raise ATP. Empty where a sentence does not tell.
    """
    rules = resources.rules
    text = outcome.change.trigger.doc.text
    stopped = _STOPPED.search(text, 0, outcome.change.trigger.idx)
    if not outcome.ident or stopped is None or not _is_stopped(text, rules) or not _TRANSFER.search(text):
        return ""
    polarity = resources.vocabulary.entries[outcome.ident].extra.get("polarity", "")
    if polarity not in ("up", "down"):
        return ""
    good = "increase" if polarity == "up" else "decrease"
    says = outcome.change.trigger._.says
    missing = outcome.direction == "none" and says in ("improve", good)
    worse = outcome.direction in ("increase", "decrease") and outcome.direction != good
    return good if missing or worse else ""


def _says_of_head(verb: Token) -> bool:
    """ "…, which then secreted cytokines" goes on with the story; "cells in which CD38 was silenced" says who they are."""
    return verb.dep_ == "relcl" and any(child.lower_ == "which" and child.dep_ in ("nsubj", "dep") for child in verb.children)


def _verb(token: Token) -> Token:
    """The verb over a word."""
    while token.pos_ not in ("VERB", "AUX") and token.head != token:
        token = token.head
    while token.dep_ in ("amod", "aux", "auxpass") and token.head != token:
        token = _verb(token.head)
    return token


def _doer(outcome: Outcome, verb: Token) -> Token | None:
    """Who or what brings a change about, as the subject of an active verb or after "by"."""
    trigger = outcome.change.trigger
    for child in [*(verb.children if trigger.pos_ in ("ADJ", "ADV") and verb.lemma_ == "be" else ()), *trigger.children]:
        if child.dep_ in ("agent", "prep") and child.lower_ == "by":
            named: Token | None = next((one for one in child.children if one.dep_ in ("pobj", "pcomp")), None)
            if named is not None and not _is_quantity(named):
                return named
    if outcome.change.rule == "attributive" and (before := doer_before(trigger)) is not None:
        return before
    if verb == outcome.change.trigger and outcome.change.rule in _ACTIVE:
        found = subject(verb)
        if found is None or found.i == outcome.change.outcome.i:
            return None
        relative = found.lower_ in ("that", "which", "who") and verb.dep_ == "relcl"
        return next(iter(verb.ancestors), found) if relative else found
    return None


def _is_quantity(token: Token) -> bool:
    """ "By as much as 14%", "by half": how much, not who."""
    return token.pos_ == "NUM" or any(one.pos_ == "NUM" or one.lower_ in _QUANTITIES for one in token.subtree)


def _by(doer: Token, rules: ProseRules) -> bool | None:
    """Whether the doer is what hands over or is given; None for a gene or protein, which can stand between."""
    narrow = doer.dep_ in ("compound", "nmod") or any(child.dep_ == "relcl" for child in doer.children)
    tokens = [*phrase(doer), *_received(doer)] if narrow else list(doer.subtree)
    text = _text(tokens)
    if _is_stopped(text, rules):
        return False
    if _names_mitochondria(text, tokens, rules):
        return True
    if (doer._.slot == "cell" and not _CONTROL.search(text)) or doer.lower_ in _PRONOUNS or doer.lemma_ in _TAKERS:
        return True
    if rules.is_harm.search(text) or any(one._.slot in _HARMS for one in tokens):
        return False
    if any(one._.slot == "cell" for one in tokens) or rules.is_treatment.search(text):
        return True
    return None if _GENE.fullmatch(phrase(doer).text) else False


def _received(doer: Token) -> list[Token]:
    """What those got who do something: "cells that had received mitochondria"."""
    return [one for child in doer.children if child.dep_ == "relcl" and child.tag_ == "VBN" for one in child.subtree]


def _in_clause(verb: Token, own: set[int], outcome: Outcome, resources: Resources) -> bool | None:
    """What the words of a clause tell; None if they leave it open."""
    rules = resources.rules
    tokens = [*clause(verb), *(one for child in verb.children if _is_condition(child) for one in child.subtree)]
    kept = sorted({one.i: one for one in tokens if one.i not in own}.items())
    lead = _LEAD.match(verb.doc.text)
    text = f"{lead[0] if lead else ''} {_text(one for _, one in kept)}"
    if compared := rules.is_comparator.search(text):
        text, other = text[: compared.start()], text[compared.end() :]
        if not rules.is_treatment.search(text) and rules.is_treatment.search(other) and not _CONTROL.search(other):
            return False  # "lower in controls than after transplantation"
        if _CONTROL.search(other) and not _is_harmed(text, kept, compared.start(), outcome, resources):
            return True
    if _is_stopped(text, rules):
        return False
    harmed = _is_harmed(text, kept, len(text), outcome, resources)
    if _names_mitochondria(text, [one for _, one in kept], rules) or (rules.is_treatment.search(text) and not harmed):
        return True
    if outcome.direction == "none" and _GROUPS.search(text) and not _BASELINE.search(text):
        return True
    if _CONTROL.search(text):
        return False
    return False if harmed else None


def _is_harmed(text: str, kept: Sequence[tuple[int, Token]], end: int, outcome: Outcome, resources: Resources) -> bool:
    """Whether an injury or poison is named (up to an offset) and the outcome changes for the worse."""
    harm = resources.rules.is_harm.search(text) or any(one._.slot in _HARMS for _, one in kept[:end])
    return bool(harm) and not _is_better(outcome, resources)


def _names_mitochondria(text: str, tokens: Sequence[Token], rules: ProseRules) -> bool:
    """Whether mitochondria that move, or what brings them, are named."""
    named = next(phrase for phrase in rules.treatments if phrase.id == "mitochondria_named")
    return named.regex.search(text) is not None or any(_is_given(one) for one in tokens)


def _is_given(token: Token) -> bool:
    """Whether a token is part of a name of what is given, which no placebo is."""
    return token._.slot in ("mito", "agent", "form") and not _CONTROL.search(token.text)


def _is_condition(child: Token) -> bool:
    return child.dep_ == "advcl" and any(one.lower_ in _CONDITIONS for one in child.lefts)


def _is_stopped(text: str, rules: ProseRules) -> bool:
    stopped = next(phrase for phrase in rules.harms if phrase.id == "stopped_transfer")
    return stopped.regex.search(text) is not None


def _text(tokens: Iterable[Token]) -> str:
    return "".join(token.text_with_ws for token in tokens)


def _is_better(outcome: Outcome, resources: Resources) -> bool:
    """Whether an outcome changes the way one wants it to; where it is not known what one wants, a vocabulary entry's does."""
    if outcome.direction not in ("increase", "decrease"):
        return False
    if outcome.ident:
        polarity = resources.vocabulary.entries[outcome.ident].extra.get("polarity", "")
        return polarity in ("", "context") or (polarity == "up") == (outcome.direction == "increase")
    low = {outcome.change.outcome.lemma_, outcome.surface.split()[-1]} & set(resources.rules.outcome_words.wanted_low)
    return bool(low) == (outcome.direction == "decrease")
