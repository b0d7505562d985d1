"""Rules over the syntax of a sentence: spaCy's DependencyMatcher, with patterns that fit on a few lines.

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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import msgspec
from spacy.matcher import DependencyMatcher
from spacy.tokens import Doc, Token
from spacy.vocab import Vocab

from mitotransfer.document import EventKind, TableName

ROLES = frozenset({
    "donor", "recipient", "form", "mechanism", "agent", "outcome", "cause", "target",
    "procedure", "disease", "condition", "tissue", "species", "route", "dose", "label",
})  # fmt: skip
_PROPERTIES = ("DEP", "LEMMA", "LOWER", "POS", "TAG")
_MARKS = {"SLOT": "slot", "SAYS": "says"}  # properties that are marks of ours on a token
_PREFIXES = 2  # tokens before the verb in "up-regulated"
_OPERATORS = frozenset(
    ["<", ">", "<<", ">>", ".", ".*", ";", ";*", "$+", "$-", "$++", "$--", ">+", ">-", ">++", ">--", "<+", "<-", "<++", "<--"]
)
# Words that are nobody's inflected form; a lemmatizer that learnt "built" and "build" takes "but" for a form of "bud".
CLOSED = frozenset({
    "a", "an", "and", "any", "as", "at", "but", "by", "for", "from", "if", "in", "into", "nor", "not", "of", "on", "or", "so",
    "than", "that", "the", "then", "though", "to", "too", "until", "via", "when", "with", "yet",
})  # fmt: skip
_NODE = re.compile(r"(?:(?P<left>\w+) (?P<operator>\S+) )?(?P<name>\w+)(?P<optional>\?)?:(?P<properties>.*)")
_PROPERTY = re.compile(r"(?P<key>[A-Z]+)(?:(?P<sign>!?=)(?P<values>\S+))?")

for _mark in _MARKS.values():
    Token.set_extension(_mark, default="", force=True)


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
    """All rules, ready for the documents of one vocabulary. Holds no state of a text."""

    def __init__(self, rules: Sequence[DependencyRule], lists: Mapping[str, Sequence[str]], vocab: Vocab) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._variants: dict[str, list[_Variant]] = {
            rule.id: [_variant(nodes, vocab) for nodes in compiled(rule, lists)] for rule in rules
        }

    def matches(self, doc: Doc) -> list[Found]:
        """The rules that apply to a document, in the order of the files, then of the text."""
        here = _Here(doc)
        return [
            Found(rule, {name: doc[place] for name, place in nodes.items()})
            for ident, rule in self._rules.items()
            for nodes in sorted(
                _fullest(list(_places(self._variants[ident], doc, here))), key=lambda nodes: sorted(nodes.values())
            )
        ]


_Needs = tuple[tuple[int, frozenset[str]], ...]
_SEEN = ("LEMMA", "LOWER", "DEP", *_MARKS)


class _Node(NamedTuple):
    """A node of a pattern: the number of the node it stands in a relation to, the relation, what its token must have."""

    left: int
    operator: str
    needs: _Needs


class _Here:
    """What the tokens of a document have, and which of them can be which nodes, as far as asked."""

    def __init__(self, doc: Doc) -> None:
        marks = tuple(_MARKS.values())
        self._tokens = [(t.lemma_, t.lower_, t.dep_, *(t._.get(name) for name in marks)) for t in doc]
        self._each = [set(values) for values in zip(*self._tokens, strict=True)] or [set() for _ in _SEEN]
        self._heads = [token.head.i for token in doc]
        self._told: dict[_Needs, frozenset[int]] = {}

    def may_have(self, nodes: Sequence[_Node]) -> bool:
        """Whether there is a token for each node, in its relation to one of those for the node it hangs on."""
        found: list[Collection[int]] = [self._with(node.needs) for node in nodes]
        if not all(found):
            return False
        for number, node in enumerate(nodes):
            if node.operator:
                found[number] = self._related(found[node.left], node.operator, found[number])
                if not found[number]:
                    return False
        return True

    def _with(self, needs: _Needs) -> frozenset[int]:
        """The tokens that have all of these: by number of the property, one of some values."""
        if (told := self._told.get(needs)) is None:
            told = frozenset()
            if not any(self._each[number].isdisjoint(values) for number, values in needs):
                places = enumerate(self._tokens)
                told = frozenset(n for n, token in places if all(token[number] in values for number, values in needs))
            self._told[needs] = told
        return told

    def _related(self, left: Collection[int], operator: str, right: Collection[int]) -> Collection[int]:
        """Those of the tokens on the right that stand in a relation to some on the left; all for one not looked at here."""
        heads = self._heads
        if operator == ">":
            return [n for n in right if heads[n] in left and heads[n] != n]
        if operator == "<":
            above = {heads[n] for n in left if heads[n] != n}
            return [n for n in right if n in above]
        if operator == ">>":
            return [n for n in right if any(over in left for over in self._above(n))]
        return right

    def _above(self, number: int) -> Iterator[int]:
        while self._heads[number] != number:
            number = self._heads[number]
            yield number


class _Variant(NamedTuple):
    """One choice of a rule's optional nodes: their names, what of them can be seen at once, and the matcher, which is far
    dearer to ask."""

    names: list[str]
    nodes: list[_Node]
    matcher: DependencyMatcher


def _variant(nodes: list[dict[str, Any]], vocab: Vocab) -> _Variant:
    matcher = DependencyMatcher(vocab)
    matcher.add("rule", [nodes])
    names = [node["RIGHT_ID"] for node in nodes]
    seen = [
        _Node(names.index(node.get("LEFT_ID", names[0])), node.get("REL_OP", ""), _asked_of(node["RIGHT_ATTRS"]))
        for node in nodes
    ]
    return _Variant(names, seen, matcher)


def _asked_of(attributes: Mapping[str, Any]) -> _Needs:
    """What a token must have to be this node, of what `_Here` knows."""
    marks = attributes.get("_", {})
    wanted = [asked(marks.get(_MARKS[key]) if key in _MARKS else attributes.get(key)) for key in _SEEN]
    return tuple((number, values) for number, values in enumerate(wanted) if values)


def asked(values: Any) -> frozenset[str]:
    """The values one of which a property must have; empty when it may have others."""
    if isinstance(values, str):
        return frozenset([values])
    return frozenset(values.get("IN", ())) if values else frozenset()


def _places(variants: Sequence[_Variant], doc: Doc, here: _Here) -> Iterator[dict[str, int]]:
    for names, nodes, matcher in variants:
        if here.may_have(nodes):
            for _, places in matcher(doc):
                yield dict(zip(names, places, strict=True))


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
    for token in doc:
        if token.lower_ in CLOSED:
            token.lemma_ = token.lower_
        forms = [token.lower_, token.lemma_]
        if token.pos_ in ("VERB", "ADJ"):
            forms += bare(token.lower_)
        if token.i >= _PREFIXES and doc[token.i - 1].text in "-‐‑":
            forms = [f"{doc[token.i - _PREFIXES].lower_}-{form}" for form in forms]
        known = next((form for form in forms if meanings.get(form)), "") or next((form for form in forms if form in meanings), "")
        token._.says = "" if _is_name(token) else meanings.get(known, "")
        if known and token.pos_ == "VERB" and known != token.lower_:
            token.lemma_ = known


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
        if operator and operator not in _OPERATORS:
            raise ValueError(f"'{line}': there is no operator '{operator}'; allowed: {' '.join(sorted(_OPERATORS))}")
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
            wanted = values[0]  # compared by the matcher itself, which is faster than asking a set
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
