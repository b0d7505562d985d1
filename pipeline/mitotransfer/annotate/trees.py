"""Patterns over the dependency tree of a sentence, matched for all rules at once.

The patterns are those of spaCy's DependencyMatcher, and so is what they match. That one goes through the whole document for each
node of each pattern. Here tokens are sorted by their properties once, sets of tokens are the bits of one number, and a pattern
whose rarest property is nowhere in the sentence costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacy.attrs import DEP, LEMMA, LOWER, POS, TAG
from spacy.strings import get_string_id
from spacy.tokens import Doc

PROPERTIES = ("LEMMA", "LOWER", "DEP", "POS", "TAG")
_COMMON = {"TAG": 1, "DEP": 2, "POS": 3}  # what many tokens have alike
_ATTRIBUTES = [LEMMA, LOWER, DEP, POS, TAG]
_Wanted = tuple[str, bool, frozenset[str]]  # a property, whether it must have one of some values (or none of them), the values
Pattern = Sequence[Mapping[str, Any]]


class _Node(NamedTuple):
    """A node of a pattern: its name, the number of the node it stands in a relation to, the relation, what it wants by number."""

    name: str
    left: int
    operator: str
    wants: tuple[int, ...]


class _Known(NamedTuple):
    """A pattern ready to be matched; `wants` are those of all its nodes, what is rarest in a text first."""

    nodes: tuple[_Node, ...]
    wants: tuple[int, ...]


class Trees:
    """Patterns to be matched together. Holds no state of a text.

    `marks` are names of further properties, whose values are in the document's `user_data` by name and number of the token.
    """

    def __init__(self, patterns: Sequence[Pattern], marks: Sequence[str]) -> None:
        self._marks = tuple(marks)
        self._wanted: dict[_Wanted, int] = {}
        self._known = [self._read(pattern) for pattern in patterns]
        self._holding: dict[str, dict[int, list[int]]] = {name: {} for name in (*PROPERTIES, *marks)}
        for (name, _, values), number in self._wanted.items():
            for value in values:
                self._holding[name].setdefault(get_string_id(value), []).append(number)
        self._rarest: dict[int | None, list[int]] = {}  # the numbers of patterns by what is rarest of what they want, if anything
        for number, known in enumerate(self._known):
            self._rarest.setdefault(next(iter(known.wants), None), []).append(number)
        self._denied = [number for (_, one_of, _), number in self._wanted.items() if not one_of]

    def matches(self, doc: Doc) -> Iterator[tuple[int, dict[str, int]]]:
        """The number of each pattern that matches with the place of the token at each of its nodes; in order, each as often as
        it does."""
        tree = Tree([token.head.i for token in doc])
        sets = self._sets(doc)
        for number in sorted(n for want, numbers in self._rarest.items() if want is None or sets[want] for n in numbers):
            nodes, wants = self._known[number]
            if all(sets[want] for want in wants):
                candidates = [_all(sets[want] for want in node.wants) & tree.all for node in nodes]
                if all(candidates):
                    for places in _placed(nodes, candidates, tree, ()):
                        yield number, dict(zip((node.name for node in nodes), places, strict=True))

    def _read(self, pattern: Pattern) -> _Known:
        names = [node["RIGHT_ID"] for node in pattern]
        nodes = tuple(
            _Node(names[n], names.index(node.get("LEFT_ID", names[0])), node.get("REL_OP", ""), self._wants(node["RIGHT_ATTRS"]))
            for n, node in enumerate(pattern)
        )
        asked = {number: name for (name, _, _), number in self._wanted.items()}
        wants = {want for node in nodes for want in node.wants}
        return _Known(nodes, tuple(sorted(wants, key=lambda want: (_COMMON.get(asked[want], 0), want))))

    def _wants(self, attributes: Mapping[str, Any]) -> tuple[int, ...]:
        asked = {name: value for name, value in attributes.items() if name != "_"} | attributes.get("_", {})
        return tuple(
            self._wanted.setdefault((name, *_values(value)), len(self._wanted))
            for name, value in asked.items()
        )  # fmt: skip

    def _sets(self, doc: Doc) -> list[int]:
        """The tokens of a document that satisfy each want."""
        found = [0] * len(self._wanted)
        for name, column in zip(PROPERTIES, doc.to_array(_ATTRIBUTES).T.tolist(), strict=True):
            holding = self._holding[name]
            for place, value in enumerate(column):
                for number in holding.get(value, ()):
                    found[number] |= 1 << place
        data: dict[Any, Any] = doc.user_data
        for name in self._marks:
            holding = self._holding[name]
            for place in range(len(doc)):
                for number in holding.get(get_string_id(data.get((name, place), "")), ()):
                    found[number] |= 1 << place
        for number in self._denied:
            found[number] = ~found[number] & ((1 << len(doc)) - 1)
        return found


def _values(wanted: Any) -> tuple[bool, frozenset[str]]:
    if isinstance(wanted, str):
        return True, frozenset([wanted])
    return "IN" in wanted, frozenset(wanted["IN"] if "IN" in wanted else wanted["NOT_IN"])


def _all(sets: Iterator[int]) -> int:
    found = -1
    for one in sets:
        found &= one
    return found


def _placed(nodes: Sequence[_Node], candidates: Sequence[int], tree: Tree, places: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All ways to give each node a token, given those of the first nodes, in the order of the text."""
    if len(places) == len(nodes):
        yield places
        return
    node, tokens = nodes[len(places)], candidates[len(places)]
    if node.operator:
        tokens &= tree.related(places[node.left], node.operator)
    for token in bits(tokens):
        yield from _placed(nodes, candidates, tree, (*places, token))


def bits(tokens: int) -> Iterator[int]:
    """The places of the tokens in a set, in order.

    >>> list(bits(0b1011))
    [0, 1, 3]
    """
    while tokens:
        lowest = tokens & -tokens
        yield lowest.bit_length() - 1
        tokens ^= lowest


class Tree:
    """The tree of a document by the place of each token's head, itself for a root; sets of tokens are bits of a number."""

    def __init__(self, heads: Sequence[int]) -> None:
        self.heads = heads
        self.all = (1 << len(heads)) - 1
        self._children = [0] * len(heads)
        for token, head in enumerate(heads):
            if head != token:
                self._children[head] |= 1 << token
        self._told: dict[tuple[int, str], int] = {}

    def related(self, token: int, operator: str) -> int:
        """The tokens that stand in a relation (an operator of spaCy's DependencyMatcher) to the token."""
        if operator == ">":
            return self._children[token]
        if (told := self._told.get((token, operator))) is None:
            told = self._told[token, operator] = OPERATORS[operator](self, token)
        return told

    def head(self, token: int) -> int:
        """The head as a set, empty for a root."""
        return 1 << self.heads[token] if self.heads[token] != token else 0

    def above(self, token: int) -> int:
        """The heads of a token, up to the root."""
        found = 0
        while self.heads[token] != token:
            token = self.heads[token]
            found |= 1 << token
        return found

    def below(self, token: int) -> int:
        """All that depends on a token, directly or not."""
        found = self._children[token]
        for child in bits(found):
            found |= self.below(child)
        return found

    def siblings(self, token: int) -> int:
        """What depends on the same head, the token among it."""
        return self._children[self.heads[token]]

    def children(self, token: int) -> int:
        """What depends on a token directly."""
        return self._children[token]

    def sentence(self, token: int) -> int:
        """The tokens from the first to the last one of the token's tree."""
        root = token
        while self.heads[root] != root:
            root = self.heads[root]
        whole = self.below(root) | 1 << root
        return (1 << whole.bit_length()) - (whole & -whole)


def _after(token: int) -> int:
    return -2 << token


def _before(token: int) -> int:
    return (1 << token) - 1


def _next(token: int) -> int:
    return 2 << token


def _previous(token: int) -> int:
    return 1 << token >> 1


# Names and meanings are those of spaCy's DependencyMatcher.
OPERATORS: Mapping[str, Callable[[Tree, int], int]] = {
    "<": Tree.head,
    ">": Tree.children,
    "<<": Tree.above,
    ">>": Tree.below,
    ".": lambda tree, token: tree.sentence(token) & _next(token),
    ".*": lambda tree, token: tree.sentence(token) & _after(token),
    ";": lambda tree, token: tree.sentence(token) & _previous(token),
    ";*": lambda tree, token: tree.sentence(token) & _before(token),
    "$+": lambda tree, token: tree.siblings(token) & _next(token),
    "$-": lambda tree, token: tree.siblings(token) & _previous(token),
    "$++": lambda tree, token: tree.siblings(token) & _after(token),
    "$--": lambda tree, token: tree.siblings(token) & _before(token),
    ">+": lambda tree, token: tree.children(token) & _next(token),
    ">-": lambda tree, token: tree.children(token) & _previous(token),
    ">++": lambda tree, token: tree.children(token) & _after(token),
    ">--": lambda tree, token: tree.children(token) & _before(token),
    "<+": lambda tree, token: tree.head(token) & _next(token),
    "<-": lambda tree, token: tree.head(token) & _previous(token),
    "<++": lambda tree, token: tree.head(token) & _after(token),
    "<--": lambda tree, token: tree.head(token) & _before(token),
}
