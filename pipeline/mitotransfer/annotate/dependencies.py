"""Rules over the syntax of a sentence: patterns as of spaCy's DependencyMatcher, written on a few lines.

A pattern is a list of nodes, the first of which stands alone and each other in a relation to one named before it:

    trigger: LEMMA=@raise POS=VERB           a token with these properties; @raise is a list of the file
    trigger > outcome: DEP=dobj              outcome depends on trigger directly (operators: spaCy's DependencyMatcher)
    trigger > cause?: DEP=nsubj              the same, and the rule also applies where no such token is
    outcome >> _of: DEP=pobj SLOT=cell|tissue   one of several values; names that begin with _ fill no role

Properties: DEP, LEMMA, LOWER, POS, TAG, and SLOT, the category of the name that a token belongs to (`mark_slots`), and
SAYS, the direction of change that the word tells (`mark_directions`). `KEY!=value` is what it must not be, `KEY` alone
that it has any value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import msgspec
from spacy.tokens import Doc, Token

from mitotransfer.annotate.trees import OPERATORS, PROPERTIES, Trees
from mitotransfer.document import EventKind, TableName

ROLES = frozenset({
    "donor", "recipient", "form", "mechanism", "agent", "outcome", "cause", "target",
    "procedure", "disease", "condition", "tissue", "species", "route", "dose", "label",
})  # fmt: skip
_PROPERTIES = tuple(sorted(PROPERTIES))
_MARKS = {"SLOT": "slot", "SAYS": "says"}  # properties that are marks of ours on a token
_HYPHENS = frozenset("-‐‑")
_PREFIXES = 2  # tokens before the verb in "up-regulated"
# Words that are nobody's inflected form; a lemmatizer that learnt "built" and "build" takes "but" for a form of "bud".
CLOSED = frozenset({
    "a", "an", "and", "any", "as", "at", "but", "by", "for", "from", "if", "in", "into", "nor", "not", "of", "on", "or", "so",
    "than", "that", "the", "then", "though", "to", "too", "until", "via", "when", "with", "yet",
})  # fmt: skip
_NODE = re.compile(r"(?:(?P<left>\w+) (?P<operator>\S+) )?(?P<name>\w+)(?P<optional>\?)?:(?P<properties>.*)")
_PROPERTY = re.compile(r"(?P<key>[A-Z]+)(?:(?P<sign>!?=)(?P<values>\S+))?")


def _marked(name: str) -> None:
    """Makes `token._.name`, kept in the document's `user_data` where rules find all marks of a text at once."""

    def get(token: Token) -> str:
        kept: dict[Any, Any] = token.doc.user_data
        return str(kept.get((name, token.i), ""))

    def put(token: Token, value: str) -> None:
        kept: dict[Any, Any] = token.doc.user_data
        kept[name, token.i] = value

    Token.set_extension(name, getter=get, setter=put, force=True)


for _mark in _MARKS.values():
    _marked(_mark)


class DependencyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to say something, by syntax. With `event` it states a finding, without it fills roles of those beside it.

    `yes` are sentences with the phrases that fill roles marked as `[outcome infarct size]`; in `no` it must not apply.
    `direction` is what the rule by itself says of an outcome; empty where the trigger tells. `same_as` is the rule, of any
    kind, that it is another wording of: findings bear its name.
    """

    id: str
    description: str
    pattern: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    event: EventKind | Literal[""] = ""
    table: TableName | Literal[""] = ""
    direction: Literal["", "increase", "decrease", "change", "none", "improve", "worsen"] = ""
    same_as: str = ""

    @property
    def name(self) -> str:
        """What findings call it."""
        return self.same_as or self.id


class Found(NamedTuple):
    """A rule that applies, and the token at each of its nodes."""

    rule: DependencyRule
    tokens: dict[str, Token]


class DependencyRules:
    """All rules, ready for documents of any vocabulary. Holds no state of a text."""

    def __init__(self, rules: Sequence[DependencyRule], lists: Mapping[str, Sequence[str]]) -> None:
        variants = [(rule, nodes) for rule in rules for nodes in compiled(rule, lists)]
        self._rules = [rule for rule, _ in variants]
        self._trees = Trees([nodes for _, nodes in variants], list(_MARKS.values()))

    def matches(self, doc: Doc) -> list[Found]:
        """The rules that apply to a document, in the order of the files, then of the text."""
        found: dict[str, list[dict[str, int]]] = {}
        ruled: dict[str, DependencyRule] = {}
        for number, places in self._trees.matches(doc):
            rule = self._rules[number]
            ruled[rule.id] = rule
            found.setdefault(rule.id, []).append(places)
        return [
            Found(rule, {name: doc[place] for name, place in nodes.items()})
            for ident, rule in ruled.items()
            for nodes in sorted(_fullest(found[ident]), key=lambda nodes: sorted(nodes.values()))
        ]


def asked(values: Any) -> frozenset[str]:
    """The values one of which a property must have; empty when it may have others."""
    if isinstance(values, str):
        return frozenset([values])
    return frozenset(values.get("IN", ())) if values else frozenset()


def _fullest(found: list[dict[str, int]]) -> list[dict[str, int]]:
    """Without those that another one holds: optional nodes that were left out though they are there."""
    return [one for one in found if not any(one.items() < other.items() for other in found)]


def mark_slots(doc: Doc, names: Iterable[tuple[int, int, str]]) -> None:
    """Gives each token inside a name (start, end, category; offsets in the text) the name's category as its SLOT."""
    for start, end, category in names:
        span = doc.char_span(start, end, alignment_mode="expand")
        for token in span if span is not None else ():
            token._.slot = "" if token.is_punct else category


def mark_directions(doc: Doc, meanings: Mapping[str, str]) -> None:
    """Gives each token whose form or lemma (also with "up-" or "down-" before it) has a meaning that meaning as what it SAYS.

    The lemmatizer knows too few verbs of the field: regular forms are traced back here, and the lemma is put right, as is that of
    words of closed classes.
    """
    before = ""
    for token in doc:
        if token.lower_ in CLOSED:
            token.lemma_ = token.lower_
        lower, pos = token.lower_, token.pos_
        forms = [lower, token.lemma_]
        if pos in ("VERB", "ADJ"):
            forms += bare(lower)
        if token.i >= _PREFIXES and before in _HYPHENS:
            forms = [f"{doc[token.i - _PREFIXES].lower_}-{form}" for form in forms]
        before = lower
        if not (known := [form for form in forms if form in meanings]):
            continue
        first = next((form for form in known if meanings[form]), known[0])
        if meanings[first] and not _is_name(token):
            token._.says = meanings[first]
        if first and pos == "VERB" and first != lower:
            token.lemma_ = first


def _is_name(token: Token) -> bool:
    """ "Spare respiratory capacity": a measure, no change."""
    return (
        token.lower_ in ("spare", "reserve")
        and token.i + 1 < len(token.doc)
        and token.nbor().lower_ in ("respiratory", "capacity")
    )


def bare(form: str) -> list[str]:
    """What a regular form of a verb can come from: "boosted", "elevates", "dropping", "amplified".

    >>> "boost" in bare("boosted"), "elevate" in bare("elevated"), "drop" in bare("dropping"), "amplify" in bare("amplified")
    (True, True, True, True)
    """
    for ending in ("ing", "ed", "es", "s"):
        if form.endswith(ending):
            stem = form.removesuffix(ending)
            doubled = [stem[:-1]] if stem[-1:] == stem[-2:-1] else []
            return [stem, f"{stem}e", *doubled, *([f"{stem[:-1]}y"] if stem.endswith("i") else [])]
    return []


def compiled(rule: DependencyRule, lists: Mapping[str, Sequence[str]]) -> list[list[dict[str, Any]]]:
    """The rule as patterns of spaCy's DependencyMatcher, one for each choice of its optional nodes.

    Raises ValueError saying what is wrong with the rule.
    """
    if not (rule.pattern and rule.yes and rule.no):
        raise ValueError("needs a pattern and example sentences (yes and no)")
    nodes, optional = [], []
    known: set[str] = set()
    for line in rule.pattern:
        read = _NODE.fullmatch(line)
        if read is None:
            raise ValueError(f"'{line}' is not of the form 'left operator name: properties'")
        name, left, operator = read["name"], read["left"], read["operator"]
        if name != "trigger" and not name.startswith("_") and name not in ROLES:
            raise ValueError(
                f"there is no role '{name}'; allowed: trigger, {', '.join(sorted(ROLES))}, or a name that begins with _"
            )
        if (left or "") not in (known or {""}) or name in known:
            raise ValueError(f"'{line}': only the first node stands alone, others follow one named before it, each once")
        if operator and operator not in OPERATORS:
            raise ValueError(f"'{line}': there is no operator '{operator}'; allowed: {' '.join(sorted(OPERATORS))}")
        node: dict[str, Any] = {"RIGHT_ID": name, "RIGHT_ATTRS": dict(_properties(read["properties"], lists))}
        nodes.append(node | ({"LEFT_ID": left, "REL_OP": operator} if left else {}))
        known.add(name)
        if read["optional"]:
            optional.append(name)
    left_out = (set(some) for count in range(len(optional) + 1) for some in combinations(optional, count))
    variants = ([node for node in nodes if node["RIGHT_ID"] not in missing] for missing in left_out)
    return [v for v in variants if all(n.get("LEFT_ID") in {None, *(m["RIGHT_ID"] for m in v)} for n in v)]


def _properties(text: str, lists: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Any]]:
    """The properties of a node as spaCy's token pattern has them."""
    marks: dict[str, Any] = {}
    for word in text.split():
        read = _PROPERTY.fullmatch(word)
        if read is None or read["key"] not in (*_PROPERTIES, *_MARKS):
            raise ValueError(f"'{word}' is no property; allowed: {', '.join((*_PROPERTIES, *_MARKS))}, as KEY=value|value")
        values = list(_values(read["values"] or "", lists))
        if read["key"] == "LEMMA":
            values = [form for value in values for form in _lemmas(value)]
        if read["sign"] is None:
            wanted: Any = {"NOT_IN": [""]}
        elif read["sign"] == "=" and len(values) == 1:
            wanted = values[0]
        else:
            wanted = {"IN" if read["sign"] == "=" else "NOT_IN": values}
        if read["key"] in _MARKS:
            marks[_MARKS[read["key"]]] = wanted
        else:
            yield read["key"], wanted
    if marks:
        yield "_", marks


def _lemmas(value: str) -> tuple[str, ...]:
    """The lemma, and what rules of inflection make of its forms: "donat" of "donating", "booste" of "boosted"."""
    return (value, value[:-1]) if value.endswith("e") and len(value) > 3 else (value, f"{value}e")


def _values(text: str, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for value in text.split("|"):
        if value.startswith("@") and value[1:] not in lists:
            raise ValueError(f"there is no list '{value[1:]}'; allowed: {', '.join(sorted(lists)) or '(none is defined)'}")
        yield from lists[value[1:]] if value.startswith("@") else [value]
