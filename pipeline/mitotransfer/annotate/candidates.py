"""Which sentences can state a finding, told from their words before any language model sees them.

Every rule that states one asks for words, triggers, names and lemmas. What it asks for is read off the rules themselves when
they are loaded (`literals.py` for those over text), so that a new rule changes what passes here and none is forgotten. Names of
cells count as there: the language model may find them anywhere. Two looks, the cheaper first: an automaton over all words of
all rules, then triggers, names and tokens at their places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import ahocorasick
from spacy.tokens import Doc

from mitotransfer.annotate import literals
from mitotransfer.annotate.anaphora import ADJECTIVE, ANAPHOR, NOMINAL, Lists, stands_for_names
from mitotransfer.annotate.dependencies import CLOSED, DependencyRule, asked, bare, compiled, mark_directions
from mitotransfer.annotate.literals import Words
from mitotransfer.annotate.matcher import Extra, even
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN
from mitotransfer.annotate.rules import Rule
from mitotransfer.annotate.screening import Sentence, has_topic
from mitotransfer.annotate.skeletons import Parsed, Skeleton, skeleton
from mitotransfer.annotate.slots import ISOLATED_MITOCHONDRIA, MITO, slotted, trigger_kind
from mitotransfer.document import Mention
from mitotransfer.models.components import folded
from mitotransfer.models.lemmas import word_forms
from mitotransfer.rows import MAIN_EVENTS

_MATTER = frozenset({"<mito", "<form"})
_ADJECTIVES = frozenset({"<mitochondrial"})
# Slots that count as there: cells, which the language model names too, and others that tell little.
_ANYWHERE = frozenset({"<cell", "<adjective", "<tissue", "<species", "<mechanism"})
_WORD = re.compile(r"[^\W_]+")
_STEM = "mitochondri"
_SHORT = 2  # characters of words that stand in almost every sentence
# What stands in brackets is taken away before patterns are tried, if it is no longer than this: names of cells can change that.
_LONG_BRACKET = re.compile(r"\([^()]{90,}\)")
_NO_WORDS: Words = frozenset()


class Node(NamedTuple):
    """What a rule over syntax asks of one token: one of these forms in lower case, a word that can come from one of these
    lemmas, or one of the kinds of `matter`: a name of mitochondria or of what they move in, or an adjective on them."""

    lowers: Words
    forms: Words
    lemmas: Words
    matter: Words


class Slot(NamedTuple):
    """A place of a sentence that patterns may ask for by these words, as they stand in patterns."""

    start: int
    end: int
    words: Words


class TextDemand(NamedTuple):
    """What a rule over text asks for, in this order, and its pattern for a sentence whose cells are not all known."""

    needs: tuple[Words, ...]
    pieces: literals.Pieces


class SyntaxDemand(NamedTuple):
    """What a rule over syntax asks for of a sentence's words, and, once the sentence is parsed, of its syntax."""

    nodes: tuple[Node, ...]
    skeleton: Skeleton


class Hint(NamedTuple):
    """Why a sentence may state a finding: a rule over text that may apply to it, rules over syntax that may."""

    by_text: bool
    skeletons: tuple[Skeleton, ...]


class Screen:
    """What the rules that state findings ask for. Holds no state of an article."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._over_text = [(_rough(demand.needs), demand) for demand in dict.fromkeys(_text_demands(resources))]
        self._over_syntax = [(_rough(map(_words, d.nodes)), d) for d in dict.fromkeys(_syntax_demands(resources))]
        self._rough = list(dict.fromkeys(sets for sets, _ in (*self._over_text, *self._over_syntax)))
        self._automaton = ahocorasick.Automaton()
        for word, told in _features(resources, self._rough).items():
            self._automaton.add_word(word, tuple(told))
        self._automaton.make_automaton()
        agents = resources.matcher("agent").sought()
        self._products = frozenset(key for key, found in agents if any(_is_product(c.ident, key, resources) for c in found))

    def names_product(self, texts: Iterable[str], extra: Extra) -> bool:
        """Whether preparations of mitochondria with names of their own are named, which may tell something without a rule."""
        known = self._resources.vocabulary.is_a
        if any(known(ident, ISOLATED_MITOCHONDRIA) for meanings in extra.values() for _, ident in meanings):
            return True
        texts = list(texts)
        lower = "\n".join(texts).lower()
        here = [product for product in self._products if all(word in lower for word in _WORD.findall(product))]
        return bool(here) and any(product in text for text in map(_lowered, texts) for product in here)

    def may_tell(self, text: str, shorts: Collection[str]) -> bool:
        """Whether words of a text (a sentence, or a whole passage) are such that some rule may state a finding in it.

        `shorts` are the article's own short forms of mitochondria and of what they move in.
        """
        found = self._told(text, shorts)
        return any(_are_met(sets, found) for sets in self._rough)

    def may_state(self, sentence: Sentence, extra: Extra, shorts: Collection[str]) -> Hint | None:
        """Why some rule may state a finding in a sentence, whatever the language model makes of it; None when none may."""
        own = any(short in sentence.text for short in shorts)
        named = own or has_topic(sentence.text)
        if not (sentence.topical or named):
            return None
        told = self._told(sentence.text, shorts)
        over_text = [demand for sets, demand in self._over_text if named and _are_met(sets, told)]
        over_syntax = [demand for sets, demand in self._over_syntax if sentence.topical and _are_met(sets, told)]
        if not (over_text or over_syntax):
            return None
        text = self._resources.rules.distractor.sub(lambda m: "·" * len(m[0]), sentence.text)
        matter = self.matter(sentence, extra)
        by_text = bool(over_text) and self._may_match(over_text, text, sentence, extra, matter)
        skeletons = tuple(dict.fromkeys(self._may_parse(over_syntax, sentence, matter))) if over_syntax else ()
        return Hint(by_text, skeletons) if by_text or skeletons else None

    def matter(self, sentence: Sentence, extra: Extra) -> list[tuple[int, int]]:
        """Where mitochondria and what they move in are named, in whatever way names of the vocabulary can be read."""
        text = self._resources.rules.distractor.sub(lambda m: "·" * len(m[0]), sentence.text)
        matcher = self._resources.matcher("secreted_form")
        own = {form: [m for m in meanings if m[0] == "secreted_form"] for form, meanings in extra.items()}
        found = names(text, self._resources, ("secreted_form",), own, boundaries=sentence.boundaries, denied=True)
        found += matcher.find_all(text, sentence.boundaries, own)
        return list({(m.start, m.end) for m in found} | {m.span() for m in MITO.finditer(text)})

    def fits(self, hint: Hint, sentence: Sentence, doc: Doc, extra: Extra) -> bool:
        """Whether the syntax of a sentence is as one of the rules that may apply asks for; names may yet be found in it."""
        mark_directions(doc, self._resources.rules.meanings)  # lemmas as the rules see them
        parsed = Parsed(doc, self.matter(sentence, extra), self._resources.rules.lists)
        return any(map(parsed.fits, hint.skeletons))

    def _told(self, text: str, shorts: Collection[str]) -> set[str]:
        """What the words of a text tell: themselves, triggers, mitochondria."""
        lower = _lowered(text)
        found = {feature for _, told in self._automaton.iter(lower) for feature in told}
        if (named := lower.count(_STEM)) > lower.count(ADJECTIVE) or any(short in text for short in shorts):
            found |= _MATTER
        elif named:
            found |= _ADJECTIVES
        return found

    def _may_match(
        self, demands: Sequence[TextDemand], text: str, sentence: Sentence, extra: Extra, matter: Sequence[tuple[int, int]]
    ) -> bool:
        slots = [*(Slot(start, end, _MATTER) for start, end in matter), *self._triggers(text)]
        ordered = [demand for demand in demands if _in_order(demand.needs, text, slots)]
        if not ordered or _LONG_BRACKET.search(text):
            return bool(ordered)
        written = slotted(text, self._resources, extra, sentence.boundaries).text
        return any(demand.pieces.fit(written) for demand in ordered)

    def _may_parse(
        self, demands: Sequence[SyntaxDemand], sentence: Sentence, matter: Sequence[tuple[int, int]]
    ) -> Iterator[Skeleton]:
        if self._resources.models is None or self._resources.models.main is None:
            return
        tokens = {token.lower_ for token in self._resources.models.main.nlp.make_doc(sentence.text)}
        kinds = _MATTER if matter or any(_is_noun(token) for token in tokens) else _ADJECTIVES
        origins = {origin for token in tokens for origin in (token, folded(token), *bare(token))}
        for demand in demands:
            if all(_is_there(node, tokens, origins, kinds) for node in demand.nodes):
                yield demand.skeleton

    def _triggers(self, text: str) -> Iterator[Slot]:
        for mention in self._resources.triggers.find(text):
            if kind := trigger_kind(mention, self._resources):
                yield Slot(mention.start, mention.end, _kinds(kind))


@cache
def screen(resources: Resources) -> Screen:
    """The screen of these resources, made once; it loads the language model, whose lemmas it must know."""
    return Screen(resources)


def short_forms(extra: Extra) -> list[str]:
    """The article's own short forms of mitochondria and of what they move in."""
    return [form for form, meanings in extra.items() if any(category == "secreted_form" for category, _ in meanings)]


def _lowered(text: str) -> str:
    return even(text)[0].lower()


def _longest(text: str) -> str:
    return max(_WORD.findall(text), key=len, default="")


def _telling(name: str) -> str:
    """The longest word of a name but for the one on mitochondria, which is counted by itself (`Screen.may_tell`)."""
    return _longest(" ".join(word for word in name.split() if _STEM not in word)) or _longest(name)


def _kinds(kind: str) -> Words:
    return frozenset(word for one in kind.split("+") for word in (one, f"<{one}"))


def _is_product(ident: str, key: str, resources: Resources) -> bool:
    return resources.vocabulary.is_a(ident, ISOLATED_MITOCHONDRIA) and not has_topic(key)


def _states(rule: Rule | DependencyRule) -> bool:
    """Whether a rule can state a finding that makes a row by itself."""
    return rule.event in MAIN_EVENTS and rule.name != CELLS_GIVEN


def _text_demands(resources: Resources) -> Iterator[TextDemand]:
    for rule, patterns in resources.rules.compiled:
        for pattern in (one.regex.pattern for one in patterns) if _states(rule) else ():
            needs = tuple(words for words in literals.needs(pattern) if words.isdisjoint(_ANYWHERE))
            yield TextDemand(needs, literals.Pieces(pattern))


def _syntax_demands(resources: Resources) -> Iterator[SyntaxDemand]:
    models = resources.models
    if models is None or models.main is None:
        return
    rules = resources.rules
    known = word_forms(models.main.nlp)
    forms = cache(known.of) if known is not None else None
    for rule in rules.dependencies:
        if _states(rule):
            shortest = min(compiled(rule, rules.lists), key=len)  # its optional nodes left out
            nodes = (node for one in shortest for node in _nodes(one["RIGHT_ATTRS"], rules.lists, forms))
            yield SyntaxDemand(tuple(nodes), skeleton(shortest))


def _nodes(asked_for: Mapping[str, Any], lists: Lists, forms: Callable[[str], set[str]] | None) -> Iterator[Node]:
    """What a node of a pattern asks for that can be seen without syntax."""
    if lowers := asked(asked_for.get("LOWER")):
        yield Node(lowers, _NO_WORDS, _NO_WORDS, _NO_WORDS)
    if (lemmas := asked(asked_for.get("LEMMA"))) and forms is not None:
        yield _of_lemmas(_NO_WORDS, lemmas, forms, _NO_WORDS)
    slots = asked(asked_for.get("_", {}).get("slot"))
    places = asked(asked_for.get("DEP"))
    matter = _MATTER if places and places <= NOMINAL else _MATTER | _ADJECTIVES
    if slots and slots <= {"mito", "form"}:
        yield Node(_NO_WORDS, _NO_WORDS, _NO_WORDS, matter)
    elif slots and slots <= {"mito", "form", ANAPHOR} and forms is not None:
        yield _of_lemmas(*stands_for_names(lists), forms, matter)


def _of_lemmas(lowers: Words, lemmas: Words, forms: Callable[[str], set[str]], matter: Words) -> Node:
    # "up-regulate" is put together from "up", "-" and "regulated" (`mark_directions`)
    wide = lemmas | {lemma.rpartition("-")[2] for lemma in lemmas}
    return Node(lowers, frozenset(form for lemma in wide for form in forms(lemma)) - CLOSED, wide, matter)


def _is_noun(token: str) -> bool:
    return token.startswith(_STEM) and not token.startswith(ADJECTIVE)


def _is_there(node: Node, tokens: Collection[str], origins: Collection[str], kinds: Words) -> bool:
    if not node.matter.isdisjoint(kinds):
        return True
    return not (node.lowers.isdisjoint(tokens) and node.forms.isdisjoint(tokens) and node.lemmas.isdisjoint(origins))


def _rough(sets: Iterable[Words]) -> tuple[Words, ...]:
    """Sets of words to be found anywhere in a text, without those that nearly every text meets."""
    return tuple(words for words in sets if all(len(word) > _SHORT for word in words))


def _are_met(sets: Iterable[Words], found: Collection[str]) -> bool:
    return not any(words.isdisjoint(found) for words in sets)


def _words(node: Node) -> Words:
    """Words one of which is in a text that has what a node asks for.

    Forms of a lemma as a rule begin with all but its last letter.
    """
    stems = {lemma[:-1] for lemma in node.lemmas}
    odd = {form for form in node.forms if not any(stem in form for stem in stems)}
    return frozenset(map(_longest, {*node.lowers, *stems, *odd})) | node.matter


def _features(resources: Resources, rough: Iterable[tuple[Words, ...]]) -> dict[str, set[str]]:
    """The words to look for, and what each tells: itself, a trigger, mitochondria."""
    found: dict[str, set[str]] = {}
    for word in (word for sets in rough for words in sets for word in words if not word.startswith("<")):
        found.setdefault(word, set()).add(word)
    for key, candidates in resources.triggers.sought():
        for candidate in candidates:
            if kind := trigger_kind(Mention(0, 0, candidate.category, candidate.ident, key), resources):
                found.setdefault(_longest(key), set()).update(_kinds(kind))
    matter = {_telling(key) for key, _ in resources.matcher("secreted_form").sought()}
    for word in (*matter, *(word for words in literals.needs(MITO.pattern) for word in words if _STEM not in word)):
        found.setdefault(word, set()).update(_MATTER)
    return {word: told for word, told in found.items() if word}


def _in_order(demand: Sequence[Words], text: str, slots: Sequence[Slot]) -> bool:
    """Whether a text has what a pattern asks for, each behind the one before."""
    lower, place = text.lower(), 0
    if len(lower) != len(text):
        return True  # a letter that grows in lower case: places differ
    for words in demand:
        ends = [at + len(word) for word in words if (at := lower.find(word, place)) >= 0]
        ends += [max(place, slot.start) for slot in slots if slot.end > place and not words.isdisjoint(slot.words)]
        if not ends:
            return False
        place = min(ends)
    return True
