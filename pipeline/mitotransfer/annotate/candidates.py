"""Which sentences can state a finding, told from their words before any language model sees them.

Every rule that states one asks for words, triggers, names and lemmas. What it asks for is read off the rules themselves when
they are loaded (`literals.py` for those over text), so that a new rule changes what passes here and none is forgotten. Names of
cells count as there: the language model may find them anywhere. Three looks, the cheaper first: an automaton over all words of
all rules, then triggers, names and tokens at their places, then, where no rule over text may apply, the sentence's syntax
(`skeletons.py`) before any name is looked for in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial, reduce
from operator import or_
from typing import Any, NamedTuple

import ahocorasick
from spacy.tokens import Doc

from mitotransfer.annotate import literals
from mitotransfer.annotate.anaphora import ADJECTIVE, ANAPHOR, CLAUSES, NOMINAL, STEM, Lists, stands_for_names
from mitotransfer.annotate.dependencies import CLOSED, DependencyRule, asked, bare, compiled, mark_directions
from mitotransfer.annotate.literals import Words
from mitotransfer.annotate.matcher import Extra, even, holds, own_keys
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN
from mitotransfer.annotate.rules import Rule
from mitotransfer.annotate.screening import Sentence
from mitotransfer.annotate.skeletons import Parsed, Skeleton, skeleton
from mitotransfer.annotate.slots import BRACKET, ISOLATED_MITOCHONDRIA, MITO, slotted, trigger_kind
from mitotransfer.document import Mention
from mitotransfer.models.components import folded
from mitotransfer.models.lemmas import word_forms
from mitotransfer.rows import MAIN_EVENTS
from mitotransfer.topic import has_topic

_MATTER = frozenset({"<mito", "<form"})
_ADJECTIVES = frozenset({"<mitochondrial"})
# Slots that count as there: cells, which the language model names too, and others that tell little.
_ANYWHERE = frozenset({"<cell", "<adjective", "<tissue", "<species", "<mechanism"})
_WORD = re.compile(r"[^\W_]+")
_SHORT = 2  # characters of words that stand in almost every sentence
# What stands in brackets is taken away before patterns are tried, if it is no longer than `BRACKET`: names of cells can change
# that for what is longer than this.
_LONG_BRACKET = re.compile(r"\([^()]{90,}\)")
_INSIDE = re.compile(r"\(([^()]*)\)")
_NO_WORDS: Words = frozenset()
Places = Sequence[tuple[int, int]]


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
        self._plain = resources.rules.distractor.dotted  # without what only looks like a transfer between cells
        over_text = [(_rough(demand.needs), demand) for demand in dict.fromkeys(_text_demands(resources))]
        over_syntax = [(_rough(map(_words, d.nodes)), d) for d in dict.fromkeys(_syntax_demands(resources))]
        rough = dict.fromkeys(sets for sets, _ in (*over_text, *over_syntax))
        features = sorted({word for sets in rough for words in sets for word in words})
        self._bits = {feature: 1 << number for number, feature in enumerate(features)}
        self._over_text = [(self._masks(sets), demand) for sets, demand in over_text]
        self._over_syntax = [(self._masks(sets), demand) for sets, demand in over_syntax]
        self._rough = list(dict.fromkeys(map(self._masks, rough)))
        self._automaton = ahocorasick.Automaton()
        for word, told in _features(resources, rough).items():
            self._automaton.add_word(word, self._mask(told))
        self._automaton.make_automaton()
        self._matter, self._adjectives = self._mask(_MATTER), self._mask(_ADJECTIVES)
        agents = resources.matcher("agent").sought()
        products = {key for key, found in agents if any(_is_product(c.ident, key, resources) for c in found)}
        self._products = {product: _WORD.findall(product) for product in sorted(products)}

    def names_product(self, texts: Iterable[str], extra: Extra) -> bool:
        """Whether preparations of mitochondria with names of their own are named, which may tell something without a rule."""
        known = self._resources.vocabulary.is_a
        if any(known(ident, ISOLATED_MITOCHONDRIA) for meanings in extra.values() for _, ident in meanings):
            return True
        texts = list(texts)
        lower = "\n".join(texts).lower()
        here = [product for product, words in self._products.items() if all(word in lower for word in words)]
        return bool(here) and any(product in text for text in map(_lowered, texts) for product in here)

    def may_tell(self, text: str, shorts: Collection[str]) -> bool:
        """Whether words of a sentence are such that some rule may state a finding in it.

        `shorts` are the article's own short forms of mitochondria and of what they move in.
        """
        found = self._told(text, shorts)
        return any(_are_met(sets, found) for sets in self._rough)

    def may_state(self, sentence: Sentence, extra: Extra, shorts: Collection[str]) -> Hint | None:
        """Why some rule may state a finding in a sentence, whatever the language model makes of it; None when none may."""
        own = holds(sentence.text, shorts)
        named = own or has_topic(sentence.text)
        if not (sentence.topical or named):
            return None
        told = self._told(sentence.text, shorts)
        over_text = [demand for sets, demand in self._over_text if named and _are_met(sets, told)]
        over_syntax = [demand for sets, demand in self._over_syntax if sentence.topical and _are_met(sets, told)]
        if not (over_text or over_syntax):
            return None
        named_at = cache(lambda: self.matter(sentence, extra))  # costs as much as all before, and is needed by few
        by_text = bool(over_text) and self._may_match(over_text, sentence, extra, named_at)
        skeletons = tuple(dict.fromkeys(self._may_parse(over_syntax, sentence, named_at))) if over_syntax else ()
        return Hint(by_text, skeletons) if by_text or skeletons else None

    def matter(self, sentence: Sentence, extra: Extra) -> Places:
        """Where mitochondria and what they move in are named, in whatever way names of the vocabulary can be read."""
        text = self._plain(sentence.text)
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

    def _mask(self, words: Iterable[str]) -> int:
        """A number with a bit for each of the words that some rule asks for."""
        return reduce(or_, (self._bits.get(word, 0) for word in words), 0)

    def _masks(self, sets: Iterable[Words]) -> tuple[int, ...]:
        return tuple(map(self._mask, sets))

    def _told(self, text: str, shorts: Collection[str]) -> int:
        """What the words of a text tell, in bits: themselves, triggers, mitochondria."""
        lower = _lowered(text)
        found = reduce(or_, (told for _, told in self._automaton.iter(lower)), 0)
        if (named := lower.count(STEM)) > lower.count(ADJECTIVE) or holds(text, shorts):
            found |= self._matter
        return found | self._adjectives if named else found

    def _may_match(self, demands: Sequence[TextDemand], sentence: Sentence, extra: Extra, named_at: Callable[[], Places]) -> bool:
        text = self._plain(sentence.text)
        triggers = list(self._triggers(text))
        whole = [*triggers, Slot(0, len(text), _MATTER)]
        ordered = [demand for demand in demands if _in_order(demand.needs, text, whole)]
        slots = [*triggers, *(Slot(start, end, _MATTER) for start, end in named_at())] if ordered else []
        ordered = [demand for demand in ordered if _in_order(demand.needs, text, slots)]
        if not ordered:
            return False
        written = self._ways_to_write(text, sentence, extra)
        return not written or any(demand.pieces.fit(one) for one in written for demand in ordered)

    def _ways_to_write(self, text: str, sentence: Sentence, extra: Extra) -> list[str]:
        """The sentence as patterns see it, with what stands in a long bracket and without; empty where there are more ways."""
        many = partial(slotted, text, self._resources, extra, sentence.boundaries)
        if not _LONG_BRACKET.search(text):
            return [many().text]
        whole = many(longest=-1).text
        lengths = sorted(map(len, _INSIDE.findall(whole)))
        if len(lengths) == 1 or (lengths and lengths[-2] < min(lengths[-1], BRACKET)):
            return [] if "<isolation" in whole else [many(longest=length).text for length in (lengths[-1] - 1, lengths[-1])]
        return []

    def _may_parse(
        self, demands: Sequence[SyntaxDemand], sentence: Sentence, named_at: Callable[[], Places]
    ) -> Iterator[Skeleton]:
        if self._resources.models is None or self._resources.models.main is None:
            return
        tokens = {token.lower_ for token in self._resources.models.main.nlp.make_doc(sentence.text)}
        kinds = _MATTER if any(map(_is_noun, tokens)) or named_at() else _ADJECTIVES
        origins = {origin for token in tokens for origin in _origins(token)}
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
    """The article's own short forms of mitochondria and of what they move in, as they are looked for: in the singular."""
    named = (form for form, meanings in extra.items() if any(category == "secreted_form" for category, _ in meanings))
    return [min(own_keys(form), key=len) for form in named]


def _lowered(text: str) -> str:
    return even(text)[0].lower()


def _longest(text: str) -> str:
    return max(_WORD.findall(text), key=len, default="")


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
            described = {one["LEFT_ID"] for one in shortest if one.get("REL_OP") == ">" and _has_only(one, CLAUSES)}
            nodes = (
                node
                for one in shortest
                for node in _nodes(
                    one["RIGHT_ATTRS"], rules.lists, forms, noun=_has_only(one, NOMINAL) or one["RIGHT_ID"] in described
                )
            )
            yield SyntaxDemand(tuple(nodes), skeleton(shortest))


def _has_only(node: Mapping[str, Any], places: Words) -> bool:
    """Whether a node of a pattern can only be one of these in its sentence."""
    named = asked(node["RIGHT_ATTRS"].get("DEP"))
    return bool(named) and named <= places


def _nodes(asked_for: Mapping[str, Any], lists: Lists, forms: Callable[[str], set[str]] | None, *, noun: bool) -> Iterator[Node]:
    """What a node of a pattern asks for that can be seen without syntax; `noun` tells that no adjective can be it."""
    if lowers := asked(asked_for.get("LOWER")):
        yield Node(lowers, _NO_WORDS, _NO_WORDS, _NO_WORDS)
    if (lemmas := asked(asked_for.get("LEMMA"))) and forms is not None:
        yield _of_lemmas(_NO_WORDS, lemmas, forms, _NO_WORDS)
    slots = asked(asked_for.get("_", {}).get("slot"))
    matter = _MATTER if noun else _MATTER | _ADJECTIVES
    if slots and slots <= {"mito", "form"}:
        yield Node(_NO_WORDS, _NO_WORDS, _NO_WORDS, matter)
    elif slots and slots <= {"mito", "form", ANAPHOR} and forms is not None:
        yield _of_lemmas(*stands_for_names(lists), forms, matter)


def _of_lemmas(lowers: Words, lemmas: Words, forms: Callable[[str], set[str]], matter: Words) -> Node:
    # "up-regulate" is put together from "up", "-" and "regulated" (`mark_directions`)
    wide = lemmas | {lemma.rpartition("-")[2] for lemma in lemmas}
    return Node(lowers, frozenset(form for lemma in wide for form in forms(lemma)) - CLOSED, wide, matter)


@lru_cache(maxsize=20_000)
def _origins(token: str) -> tuple[str, ...]:
    """What a word can be a form of."""
    return (token, folded(token), *bare(token))


def _is_noun(token: str) -> bool:
    return token.startswith(STEM) and not token.startswith(ADJECTIVE)


def _is_there(node: Node, tokens: Collection[str], origins: Collection[str], kinds: Words) -> bool:
    if not node.matter.isdisjoint(kinds):
        return True
    return not (node.lowers.isdisjoint(tokens) and node.forms.isdisjoint(tokens) and node.lemmas.isdisjoint(origins))


def _rough(sets: Iterable[Words]) -> tuple[Words, ...]:
    """Sets of words to be found anywhere in a text, without those that nearly every text meets."""
    return tuple(words for words in sets if all(len(word) > _SHORT for word in words))


def _are_met(masks: Iterable[int], found: int) -> bool:
    return all(found & mask for mask in masks)


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
                found.setdefault(key, set()).update(_kinds(kind))
    # a name that shares words with another ("microvesicles or bodies containing X") stands beside one that is whole
    matter = {key for key, _ in resources.matcher("secreted_form").sought()}
    for word in (*matter, *(word for words in literals.needs(MITO.pattern) for word in words if STEM not in word)):
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
