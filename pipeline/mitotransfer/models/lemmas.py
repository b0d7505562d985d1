"""Which words a pipeline can take for forms of a lemma: asked before any text is analysed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import msgspec
from spacy.language import Language

_KNOWN = ("trainable_lemmatizer", "mitotransfer_lemmas")  # the components whose doings are followed back here
_NO_TREE = 2**32 - 1


class _Swap(NamedTuple):
    """A leaf of an edit tree: these characters become those."""

    word: str
    lemma: str


class _Split(NamedTuple):
    """A node of an edit tree: what is done to the first and the last characters of a word; those between stay."""

    prefix: int
    suffix: int
    first: int
    last: int


class WordForms:
    """The lemmatizer of a pipeline, read backwards. Words and lemmas are in lower case."""

    def __init__(self, nlp: Language) -> None:
        trees = nlp.get_pipe("lemmatizer")
        strings = nlp.vocab.strings
        stored: list[dict[str, Any]] = msgspec.msgpack.decode(trees.trees.to_bytes())["trees"]  # type: ignore[attr-defined]
        self._nodes = [
            _Swap(strings[node["orig"]].lower(), strings[node["subst"]].lower())
            if "orig" in node
            else _Split(node["prefix_len"], node["suffix_len"], node["prefix_tree"], node["suffix_tree"])
            for node in stored
        ]
        # words with digits are their own lemmas (`even_lemmas`): trees that take digits away are of no use
        roots = [number for number in trees.cfg["labels"] if not self._eats_digits(number)]  # type: ignore[attr-defined]
        # what most trees exchange, the end of a word or all of it, by what it becomes
        self._endings: dict[str, set[str]] = {}
        self._wholes: dict[str, set[str]] = {}
        self._roots = [number for number in roots if not self._is_simple(number)]
        irregular: dict[str, str] = nlp.get_pipe_config("lemmas").get("irregular", {})
        self._plurals: dict[str, set[str]] = {}
        for many, one in irregular.items():
            self._plurals.setdefault(one, set()).add(many)

    def of(self, lemma: str) -> set[str]:
        """The words that can get this lemma, and, beside plurals that `folded` makes, no others."""
        endings = [(lemma[:cut], self._endings.get(lemma[cut:], ())) for cut in range(len(lemma) + 1)]
        regular = {start + ending for start, found in endings for ending in found}
        others = {word for root in self._roots for word in self._words(root, lemma)}
        return {lemma} | self._plurals.get(lemma, set()) | self._wholes.get(lemma, set()) | regular | others

    def _is_simple(self, number: int) -> bool:
        """Whether a tree only exchanges a word or its end; it is then noted by what it puts there."""
        node = self._nodes[number]
        if isinstance(node, _Swap):
            self._wholes.setdefault(node.lemma, set()).add(node.word)
            return True
        if node.first != _NO_TREE or node.last == _NO_TREE:
            return False
        last = self._nodes[node.last]
        if not isinstance(last, _Swap):
            return False
        self._endings.setdefault(last.lemma, set()).add(last.word)
        return True

    def _eats_digits(self, number: int) -> bool:
        node = self._nodes[number]
        if isinstance(node, _Swap):
            return any(character.isdigit() for character in node.word)
        return any(self._eats_digits(inner) for inner in (node.first, node.last) if inner != _NO_TREE)

    def _words(self, number: int, lemma: str) -> Iterator[str]:
        """What a tree makes this lemma of."""
        node = self._nodes[number]
        if isinstance(node, _Swap):
            if node.lemma == lemma:
                yield node.word
            return
        for opening, first in self._parts(node.first, node.prefix, lemma, at_start=True):
            for ending, last in self._parts(node.last, node.suffix, lemma, at_start=False):
                if len(opening) + len(ending) <= len(lemma):
                    yield first + lemma[len(opening) : len(lemma) - len(ending)] + last

    def _parts(self, number: int, length: int, lemma: str, *, at_start: bool) -> Iterator[tuple[str, str]]:
        """The beginnings (or ends) of a lemma that a subtree gives, each with that of the word, which has this length."""
        if number == _NO_TREE:
            yield "", ""
            return
        node = self._nodes[number]
        if isinstance(node, _Swap):
            if lemma.startswith(node.lemma) if at_start else lemma.endswith(node.lemma):
                yield node.lemma, node.word
            return
        for count in range(len(lemma) + 1):
            part = lemma[:count] if at_start else lemma[len(lemma) - count :]
            yield from ((part, word) for word in self._words(number, part) if len(word) == length)


def word_forms(nlp: Language) -> WordForms | None:
    """The forms of words by lemma; None where lemmas come from components that nothing is known of here."""
    made = [nlp.get_pipe_meta(name).factory for name in nlp.pipe_names if "token.lemma" in nlp.get_pipe_meta(name).assigns]
    if sorted(made) != sorted(_KNOWN) or any("LEMMA" in row["attrs"] for row in _ruled(nlp)):
        return None
    return WordForms(nlp)


def _ruled(nlp: Language) -> Collection[dict[str, Any]]:
    """What the attribute ruler sets, if there is one."""
    return nlp.get_pipe("attribute_ruler").patterns if "attribute_ruler" in nlp.pipe_names else ()  # type: ignore[attr-defined]
