"""Findings of one sentence: which rules apply, who plays which role, denied or doubted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from mitotransfer.annotate.anaphora import mark_further
from mitotransfer.annotate.cues import Cue, Polarity, find_cues, polarity_at
from mitotransfer.annotate.dependencies import DependencyRule, Found, mark_directions, mark_slots
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.owners import Owner, owners
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import Sentence
from mitotransfer.annotate.slots import BARE, MITOCHONDRIA, Match, Slotted, matched, matches, slotted
from mitotransfer.document import EventKind, Mention, TableName
from mitotransfer.models.load import Analysis
from mitotransfer.topic import has_topic

# Names of the category that do not say in what form an organelle leaves.
_NO_FORM = frozenset({
    MITOCHONDRIA, "secreted_form:mitochondrial_dna", "secreted_form:mitochondrial_damp", "secreted_form:conditioned_medium",
    "secreted_form:damaged_mitochondria",
})  # fmt: skip
_VESICLE = "secreted_form:vesicle_containing_mitochondria"
# Categories beside those of slots that rules over syntax can ask for.
_FURTHER = ("disease", "condition", "model_procedure", "agent", "route", "label", "outcome")
_HOLDING = re.compile(
    r"\b(?P<carrier>(?:micro|multi)?vesic(?:le|ular bodie)s?|exosomes?|EVs?|MVs?|(?:micro)?particles?|exophers?|ectosomes?)"
    r"(?: \([^()]{0,60}\))? (?:containing|with|carrying|harbou?ring|enclosing|that (?:contain|carry|held)(?:ed)?|loaded with) "
    r"(?:(?!by|from|to|and|or)[\w‐-]+ ){0,4}?mitochondria\b(?! DNA)",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\bmitochondria (?:[\w‐-]+ ){0,3}?(?:in|inside|within) (?:the |these |such )?"
    r"(?:(?:released|shed|secreted|isolated|large|small) )?"
    r"(?P<carrier>microvesicles|exosomes|EVs|MVs|microparticles|particles|exophers|ectosomes)\b",
    re.IGNORECASE,
)
# Rules by which mitochondria go between cells, without saying from which to which.
MUTUAL = frozenset({
    "prose:transfer_between", "prose:exchanged_between", "prose:traffic_between", "prose:traffic_seen_between"
})  # fmt: skip
_BETWEEN = re.compile(r"\b(?:between|among) (?:[\w‐-]+ ){0,4}$")
# Categories of names that only the language models know: any gene or chemical.
_MODELS = ("gene", "chemical")
CELLS_GIVEN = "cells_given"  # the rule for what is no finding by itself: cells or vesicles given to an animal
Roles = dict[str, list[Mention]]


@dataclass(slots=True)
class Finding:
    """A finding of one sentence: its roles as mentions, and the place of its trigger in the sentence.

    `elsewhere` are roles that it leaves open and the sentences of `places` name (`antecedents.py`); `pronouns` are roles that
    a pronoun fills, with its place. `both_ways` tells that what goes from donor to recipient goes the other way as well.
    """

    sentence: Sentence
    kind: EventKind
    table: TableName
    rule: str
    start: int
    end: int
    polarity: Polarity
    roles: Roles = field(default_factory=dict)
    elsewhere: Roles = field(default_factory=dict)
    places: dict[str, Reading] = field(default_factory=dict)
    pronouns: dict[str, int] = field(default_factory=dict)
    both_ways: bool = False

    def idents(self, role: str) -> set[str]:
        """The vocabulary ids that fill a role, here or in the sentence that names what this one leaves open."""
        return {mention.ident for mention in (*self.roles.get(role, ()), *self.elsewhere.get(role, ()))}


@dataclass(slots=True)
class Reading:
    """All that the rules see in one sentence: its findings, roles that stand there without one, whose the cells are.

    `names` are those that the language models find, of any category.
    """

    sentence: Sentence
    slots: Slotted
    findings: list[Finding]
    loose: Roles
    controlled: bool
    owners: list[Owner]
    doc: Doc | None = None
    syntax: list[Found] = field(default_factory=list)
    names: list[Mention] = field(default_factory=list)


_NO_ANALYSIS = Analysis(None, [])


def read_sentence(sentence: Sentence, resources: Resources, extra: Extra, analysis: Analysis = _NO_ANALYSIS) -> Reading:
    """Applies every rule to a sentence, after blanking out what only looks like a transfer between cells.

    `analysis` is what the language models make of it.
    """
    text = resources.rules.distractor.dotted(sentence.text)
    slots = slotted(text, resources, extra, sentence.boundaries, analysis.mentions)
    syntax = _by_syntax(sentence, slots, resources, extra, analysis)
    parsed = list(matched([one for one in syntax if one.rule.event != "effect"], slots.mentions))
    found = [*(_as_parsed(match, parsed) for match in matches(slots, resources)), *parsed]
    loose: Roles = {}
    for match in found:
        if not match.rule.event:
            _add(loose, match.roles)
    cues = find_cues(sentence.text, resources.cues)
    controlled = resources.rules.is_control.search(sentence.text) is not None
    findings: list[Finding] = []
    # an article's own short form ("pl-MT") can be all that a sentence says of mitochondria
    topical = has_topic(sentence.text) or any(m.ident == MITOCHONDRIA for m in slots.mentions)
    for match in found:
        stated = topical or (isinstance(match.rule, DependencyRule) and sentence.topical)
        if match.rule.event and (match.rule.name == CELLS_GIVEN or stated):
            polarity = _polarity(sentence.text, cues, match, resources.rules.sign["takes_none"])
            if polarity.negated and (controlled or resources.rules.sign["no_effect"].search(sentence.text)):
                continue  # what stops the transfer says how it works, what leaves it as it is says nothing
            _add_finding(findings, match, sentence, polarity)
    for finding in findings:
        _add(finding.roles, loose)
        _settle(finding, resources)
    return Reading(
        sentence,
        slots,
        findings,
        loose,
        controlled,
        owners(analysis.doc, slots.mentions),
        analysis.doc,
        syntax,
        analysis.mentions,
    )


def says_event(sentence: Sentence, resources: Resources, extra: Extra, analysis: Analysis) -> bool:
    """Whether a rule over text that states a finding applies to a sentence."""
    text = resources.rules.distractor.dotted(sentence.text)
    slots = slotted(text, resources, extra, sentence.boundaries, analysis.mentions)
    return any(match.rule.event for match in matches(slots, resources))


def _polarity(text: str, cues: Sequence[Cue], match: Match, takes_none: re.Pattern[str]) -> Polarity:
    """That of the trigger, which "transferred no mitochondria" denies as well."""
    polarity = polarity_at(text, cues, match.start, match.end)
    if not polarity.negated and (none := takes_none.match(text[match.end :])) is not None:
        return polarity._replace(negated=True, negation_cue=none[0].split()[0])
    return polarity


def _by_syntax(sentence: Sentence, slots: Slotted, resources: Resources, extra: Extra, analysis: Analysis) -> list[Found]:
    """What the rules over syntax find in a parsed sentence, whose tokens are told of which names they are part."""
    doc = analysis.doc
    if doc is None or resources.dependencies is None:
        return []
    others = names(sentence.text, resources, _FURTHER, extra, boundaries=sentence.boundaries, denied=True)
    mark_slots(doc, ((m.start, m.end, m.category) for m in analysis.mentions if m.category in _MODELS))
    mark_slots(doc, ((m.start, m.end, m.category) for m in others))
    mark_slots(doc, slots.kinds())
    mark_directions(doc, resources.rules.meanings)
    mark_further(doc, resources.rules.lists)
    return [one for one in resources.dependencies.matches(doc) if not _has_subject(one)]


def _has_subject(found: Found) -> bool:
    """Whether a rule lends a verb (`trigger`) the subject of another one (`_head`) though it has its own."""
    trigger = found.tokens.get("trigger")
    if found.rule.table != "secretion" or trigger is None or "_head" not in found.tokens:
        return False
    if trigger.dep_ == "advcl" and trigger.tag_ not in ("VB", "VBG"):
        return True  # a clause of its own, whose subject the parser did not see
    return any(child.dep_ in ("nsubj", "nsubjpass") and child not in found.tokens.values() for child in trigger.lefts)


def _distance(mentions: Sequence[Mention], place: int) -> int:
    return min(abs(place - mention.start) for mention in mentions)


def _as_parsed(match: Match, parsed: Sequence[Match]) -> Match:
    """Without the donor that the text of a sentence suggests where its syntax names one nearer to the same trigger."""
    donors = match.roles.get("donor")
    said = [m for one in parsed if one.start == match.start and one.rule.event for m in one.roles.get("donor", ())]
    if not (donors and said and match.rule.event) or _distance(said, match.start) >= _distance(donors, match.start):
        return match
    return match._replace(roles={role: mentions for role, mentions in match.roles.items() if role != "donor"})


def _add_finding(findings: list[Finding], match: Match, sentence: Sentence, polarity: Polarity) -> None:
    """One finding for each table and polarity of a sentence; donor cells that are given are kept apart."""
    rule = match.rule
    if not (rule.event and rule.table):
        return
    key = (rule.table, polarity.negated, rule.name == CELLS_GIVEN)
    home = next((f for f in findings if (f.table, f.polarity.negated, f.rule == f"prose:{CELLS_GIVEN}") == key), None)
    if home is None:
        home = Finding(sentence, rule.event, rule.table, f"prose:{rule.name}", match.start, match.end, polarity)
        findings.append(home)
    _add(home.roles, match.roles)
    home.pronouns |= match.pronouns


def _add(roles: Roles, more: Roles) -> None:
    for role, mentions in more.items():
        kept = roles.setdefault(role, [])
        kept += [m for m in mentions if m not in kept]


def goes_between(finding: Finding) -> bool:
    """Whether a finding says between which cells mitochondria go, and not from which to which."""
    donors = finding.roles.get("donor", [])
    return finding.rule in MUTUAL or (len(donors) > 1 and _BETWEEN.search(finding.sentence.text, 0, donors[0].start) is not None)


def _settle(finding: Finding, resources: Resources) -> None:
    """A name that two rules put on both sides is the donor; "between A and B" goes from one to the other."""
    donors, recipients = finding.roles.get("donor", []), finding.roles.get("recipient", [])
    if not recipients and goes_between(finding):
        finding.roles["recipient"] = donors[1:] or donors[:1]
        finding.roles["donor"] = donors[:1]
        return
    if not recipients and len(donors) > 1 and resources.rules.sign["exchange"].match(finding.sentence.text[finding.start :]):
        donors, recipients = donors[:1], donors[1:]
        finding.roles["donor"] = donors
    finding.roles["recipient"] = [m for m in recipients if m not in donors]


def _of_others(mention: Mention, reading: Reading, sign: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether a form carries something else than mitochondria, or is only said to be possible."""
    text = reading.sentence.text
    return (
        sign["other_cargo"].match(text[mention.end :]) is not None or sign["may_hold"].search(text, 0, mention.start) is not None
    )


def forms(reading: Reading, resources: Resources) -> list[Mention]:
    """The forms in which mitochondria leave: vesicles, or mitochondria that are said to be free or intact.

    "Vesicles with fluorescent mitochondria" are vesicles that contain mitochondria, whatever else is said of these.
    """
    found: list[Mention] = []
    sign = resources.rules.sign
    for mention in (m for m in reading.slots.mentions if m.category == "secreted_form"):
        if mention.ident == MITOCHONDRIA and (free := sign["free_form"].search(reading.sentence.text)) is not None:
            found.append(mention._replace(ident="secreted_form:free_mitochondria", surface=free[0]))
        elif (
            mention.ident not in _NO_FORM
            and not sign["quality"].match(mention.surface)
            and not _of_others(mention, reading, sign)
        ):
            found.append(mention)
    for held in (*_HOLDING.finditer(reading.sentence.text), *_HELD.finditer(reading.sentence.text)):
        for mention in resources.matcher("secreted_form").exactly(f"{held['carrier']} containing mitochondria"):
            if not any(m.start < held.end() and held.start() < m.end and m.ident not in BARE for m in found):
                found.append(mention._replace(start=held.start(), end=held.end(), surface=held[0]))
    if all(m.ident in BARE for m in found) and (inside := sign["in_vesicles"].search(reading.sentence.text)) is not None:
        vesicles = Mention(inside.start(), inside.end(), "secreted_form", _VESICLE, inside[0])
        found += [] if _of_others(vesicles, reading, sign) else [vesicles]
    return found
