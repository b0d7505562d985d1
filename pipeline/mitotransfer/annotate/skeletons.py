"""What of the rules over syntax can be tried before names are known: words, parts of speech and relations of the tokens.

Names of cells may stand anywhere, so nodes that ask for one are met by any token; mitochondria and what they move in are known
from the vocabulary. Of the optional nodes of a rule none is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spacy.tokens import Doc

from mitotransfer.annotate.anaphora import ANAPHOR, Lists, may_hold_matter, stands_for_names
from mitotransfer.annotate.dependencies import asked

_SEEN = ("LEMMA", "LOWER", "DEP", "TAG", "POS")
_MATTER = frozenset({"mito", "form"})
Values = frozenset[str]


class Joint(NamedTuple):
    """A node: the number of the node it hangs on and how, one of which values its token must have for each of `_SEEN` (any,
    where empty), and whether it must be a name of mitochondria or of what they move in, or a word that can stand for one."""

    left: int
    operator: str
    needs: tuple[Values, ...]
    matter: bool
    anaphor: bool


Skeleton = tuple[Joint, ...]


def skeleton(nodes: Sequence[Mapping[str, Any]]) -> Skeleton:
    """That of a pattern of spaCy's DependencyMatcher."""
    names = [node["RIGHT_ID"] for node in nodes]
    return tuple(_joint(node, names) for node in nodes)


def _joint(node: Mapping[str, Any], names: Sequence[str]) -> Joint:
    attributes = node["RIGHT_ATTRS"]
    slots = asked(attributes.get("_", {}).get("slot"))
    matter = bool(slots) and slots <= {*_MATTER, ANAPHOR}
    needs = tuple(asked(attributes.get(key)) for key in _SEEN)
    return Joint(names.index(node.get("LEFT_ID", names[0])), node.get("REL_OP", ""), needs, matter, ANAPHOR in slots)


class Parsed:
    """A document with syntax, and what its tokens can be. `spans` are where mitochondria and what they move in are named."""

    def __init__(self, doc: Doc, spans: Iterable[tuple[int, int]], lists: Lists) -> None:
        self._tokens = [(t.lemma_, t.lower_, t.dep_, t.tag_, t.pos_) for t in doc]
        self._heads = [token.head.i for token in doc]
        named = {token.i for start, end in spans for token in doc.char_span(start, end, alignment_mode="expand") or ()}
        self._matter = frozenset(token.i for token in doc if token.i in named or may_hold_matter(token, lists))
        words, lemmas = stands_for_names(lists)
        self._anaphors = frozenset(t.i for t in doc if t.lower_ in words or t.lemma_ in lemmas)

    def fits(self, joints: Skeleton) -> bool:
        """Whether there is a token for each node, in its relation to one of those for the node it hangs on."""
        found: list[Collection[int]] = []
        for joint in joints:
            tokens: Collection[int] = list(self._like(joint))
            if joint.operator:
                tokens = self._related(found[joint.left], joint.operator, tokens)
            if not tokens:
                return False
            found.append(tokens)
        return True

    def _like(self, joint: Joint) -> Iterator[int]:
        for number, token in enumerate(self._tokens):
            if all(value in wanted for value, wanted in zip(token, joint.needs, strict=True) if wanted) and (
                not joint.matter or number in self._matter or (joint.anaphor and number in self._anaphors)
            ):
                yield number

    def _related(self, left: Collection[int], operator: str, right: Collection[int]) -> Collection[int]:
        """Those of the tokens on the right that stand in a relation to some on the left; all for one not looked at here."""
        heads = self._heads
        if operator == ">":
            return [n for n in right if heads[n] in left and heads[n] != n]
        if operator == "<":
            return {heads[n] for n in left if heads[n] != n}.intersection(right)
        if operator == ">>":
            return [n for n in right if any(over in left for over in self._above(n))]
        return right

    def _above(self, number: int) -> Iterator[int]:
        while self._heads[number] != number:
            number = self._heads[number]
            yield number
