"""Names that the vocabulary does not hold, linked to concepts of a knowledge base (`kb`), or to none.

A name is compared as it is first, then by its words, since that is what tells a right concept from a near one: "hippocampus
neurons" is the hippocampal neuron, "lung lobe" is no lung. Similarity of letters (TF-IDF of trigrams, as in scispaCy's candidate
generator) was measured beside it and left out; `tools/link_accuracy.py` prints the comparison. No randomness, no threads.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from mitotransfer.models.kb import ADJECTIVE, Concept, load

Kind = Literal["exact", "approximate", "broader"]

# The ontology that names of a category are looked for in; names without a type in both, names of other categories in none.
ONTOLOGIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"cell": ("CL",), "tissue": ("UBERON",), "entity": ("CL", "UBERON"), "": ("CL", "UBERON")}
)

# What a link rests on, and how sure that makes it: the share of spellings linked rightly on CRAFT's training articles, the mean
# of two measurements, with the whole ontologies and with half of their concepts taken out (what an ontology lacks must get no
# id), rounded to 0.05. `tools/link_accuracy.py --split train --by spelling` prints the counts. A class above is right as such,
# but says less than the name.
SCORES: Mapping[str, tuple[Kind, float]] = MappingProxyType(
    {
        "name": ("exact", 0.95),
        "adjective": ("exact", 0.9),
        "narrow": ("exact", 0.8),
        "related": ("exact", 0.5),
        "broad": ("exact", 0.6),
        "words": ("approximate", 0.9),
        "word": ("approximate", 0.5),
        "holder": ("approximate", 0.6),
        "above": ("broader", 0.05),
    }
)
_RANKS = {"NAME": 0, "EXACT": 1, ADJECTIVE: 2, "NARROW": 2, "RELATED": 3, "BROAD": 4}
_EVIDENCE = {"NAME": "name", "EXACT": "name", ADJECTIVE: "adjective", "NARROW": "narrow", "RELATED": "related", "BROAD": "broad"}
_ENOUGH = 2  # words: a single one ("spindle") stands in too many names

_TOO_GENERAL = frozenset({"CL:0000000"})  # "cell": true of every cell, and therefore no news
_SPELLED = str.maketrans(
    {
        letter: f" {unicodedata.name(letter).rpartition(' ')[2].lower().replace('lamda', 'lambda')} "
        for letter in "αβγδεζηθικλμνξοπρστυφχψω"
    }
)
_POSITIVE = re.compile(r"(?<=\w)\+")
_POSSESSIVE = re.compile(r"['’]s\b")
_BRITISH = re.compile(r"[ao]e(?=\w)")  # haematopoietic, oesophagus; not papillae
_NO_WORD = re.compile(r"[\W_]+")
# Old releases say in the name which animals a term is for; those of other animals would catch the names of ours.
_OURS = re.compile(r"\s*\(sensu (?:Vertebrata|Mammalia|Mus|Animalia)\)", re.IGNORECASE)
_OTHERS = "(sensu "
# What stands before a cell's name and makes it no other kind of cell.
_UNTELLING = frozenset((
    *("human", "mouse", "mice", "murine", "rat", "rats", "porcine", "bovine", "rabbit", "canine"),
    *("primary", "cultured", "isolated", "healthy", "normal"),
))  # fmt: skip
_SMALL_WORDS = frozenset(("of", "the", "in", "and", "a", "an", "from", "to", "by", "or"))
_GENERIC = frozenset({"cell", "tissu"})
_PLURALS = (
    ("ies", "y"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("ones", "on"), ("philes", "phil"), ("es", "is"), ("s", ""),
    ("i", "us"), ("ae", "a"), ("a", "um"), ("a", "on"), ("ices", "ex"), ("ices", "ix"), ("nges", "nx"), ("ina", "en"),
    ("ora", "ur"), ("ta", ""),
)  # fmt: skip
# Endings cut off before words are compared, the first that leaves four letters: hippocampal and hippocampus, neuronal and neuron.
_ENDINGS = (
    "ically", "ical", "ally", "onal", "inal", "eal", "ial", "nic", "tic", "ous", "ary", "oid", "ine", "ile", "ae", "al", "ic",
    "ar", "us", "um", "is", "es", "on", "en", "a", "e", "y", "i", "s",
)  # fmt: skip


class Link(NamedTuple):
    """The concept a name was linked to. `score` is how often such links were right; a `broader` concept is a class above."""

    concept_id: str
    name: str
    score: float
    kind: Kind


class Linker:
    """Links names to the concepts of a knowledge base. Results depend on nothing but the concepts and the threshold."""

    def __init__(self, concepts: Iterable[Concept], threshold: float = 0.8) -> None:
        self.threshold = threshold
        groups: defaultdict[str, list[Concept]] = defaultdict(list)
        for concept in concepts:
            if concept.id not in _TOO_GENERAL:
                groups[concept.prefix].append(concept)
        self._ontologies = {prefix: _Ontology(group) for prefix, group in groups.items()}
        self._cached = lru_cache(maxsize=50_000)(self._best)  # an article says the same names again and again

    @classmethod
    def load(cls, directory: Path, threshold: float = 0.8) -> Linker:
        """The linker of a knowledge base that `kb.build` wrote. Raises ConfigError when there is none in the directory."""
        return cls(load(directory)[1], threshold)

    def link(self, surface: str, category: str = "") -> Link | None:
        """The concept that a name most likely means, None where no candidate reaches the threshold.

        `category` is that of the mention: cell, tissue, "" or entity for either; any other has no ontology here. The name is
        expected without abbreviations: what an article's own short forms stand for is the caller's to know.
        """
        best = self._cached(surface, category)
        return best if best and best.score >= self.threshold else None

    def _best(self, surface: str, category: str) -> Link | None:
        prefixes = [prefix for prefix in ONTOLOGIES.get(category, ()) if prefix in self._ontologies]
        found = [link for prefix in prefixes if (link := self._ontologies[prefix].link(surface))]
        return max(found, key=lambda link: link.score, default=None)


class _Name(NamedTuple):
    """A name of a concept by its words, in their order and as a set; `rank` 0 is the name itself, more a synonym."""

    stems: tuple[str, ...]
    content: frozenset[str]
    rank: int
    ident: str


class _Ontology:
    """The names of one ontology, ready to be looked up."""

    def __init__(self, concepts: list[Concept]) -> None:
        self.concepts = {concept.id: concept for concept in concepts}
        self._exact: defaultdict[str, set[tuple[int, str, str]]] = defaultdict(set)
        for text, scope, ident in self._names():
            self._exact[text if _short_form(text) else key(text)].add((_RANKS[scope], ident, scope))

    def _names(self) -> Iterator[tuple[str, str, str]]:
        """(text, scope, id) of all names that may be compared with others'."""
        for concept in self.concepts.values():
            for text, scope in ((concept.name, "NAME"), *concept.synonyms):
                ours = _OURS.sub("", text)
                # A broad short form (PT, SP) is that of many other things too.
                if scope in _RANKS and _OTHERS not in ours and not (scope == "BROAD" and _short_form(ours)):
                    yield ours, scope, concept.id

    def link(self, surface: str) -> Link | None:
        """The first concept found: by the names themselves, then by their words."""
        for search in (self._by_name, self._by_words, self._only_holder, self._class_above):
            for text in dict.fromkeys((surface, _without_origin(surface))):
                if found := search(text):
                    ident, sort = found
                    kind, score = SCORES[sort]
                    return Link(ident, self.concepts[ident].name, score, kind)
        return None

    def _by_name(self, surface: str) -> tuple[str, str] | None:
        """Equal to a name but for case, hyphens, Greek letters and number, with or without the word 'cell'.

        A better kind of name wins over a better spelling: "lungs" are first of all several of what is named "lung".
        """
        found = [
            (rank, order, -_likeness(form, key(self.concepts[ident].name)), ident, scope)
            for order, form in enumerate(_forms(surface))
            for rank, ident, scope in self._exact.get(form, ())
        ]
        if not found:
            return None
        best = min(found)
        return best[3], _EVIDENCE[best[4]]

    def _by_words(self, surface: str) -> tuple[str, str] | None:
        """Made of the same words, whatever their order and endings."""
        content = _content(stems(surface))
        equal = [name for name in self._holding(content) if name.content == content]
        if not equal:
            return None
        best = min(equal, key=lambda name: (name.rank, -self._likeness(surface, name), name.ident))
        return best.ident, "words" if len(content) > 1 else "word"

    def _only_holder(self, surface: str) -> tuple[str, str] | None:
        """Two words or more that only the names of one concept hold, or only those of a concept and its subclasses."""
        content = _content(stems(surface))
        if len(content) < _ENOUGH:
            return None
        holders = sorted({name.ident for name in self._holding(content)})
        tops = [ident for ident in holders if all(ident == other or ident in self._above(other) for other in holders)]
        return (tops[0], "holder") if tops else None

    def _class_above(self, surface: str) -> tuple[str, str] | None:
        """The concept whose words are among these, the last one the same: a "remnant stomach" is a stomach."""
        words = stems(surface)
        if not words or not _SMALL_WORDS.isdisjoint(key(surface).split()):
            return None
        inside = frozenset(words)
        names = [
            n for n in self._words.get(words[-1], ()) if n.stems[-1] == words[-1] and n.rank <= 1 and inside.issuperset(n.stems)
        ]
        if not names:
            return None
        best = min(names, key=lambda name: (-len(name.stems), name.rank, -self._likeness(surface, name), name.ident))
        return best.ident, "above"

    def _holding(self, content: frozenset[str]) -> list[_Name]:
        """The names that hold all these words."""
        rarest = min((self._words.get(word, []) for word in sorted(content)), key=len, default=[])
        return [name for name in rarest if content <= name.content]

    @cached_property
    def _words(self) -> dict[str, list[_Name]]:
        """The names by each of their words; built when a name is first not found as it is."""
        words: defaultdict[str, list[_Name]] = defaultdict(list)
        for text, scope, ident in self._names():
            if not _short_form(text) and scope not in ("BROAD", ADJECTIVE) and (parts := stems(text)):
                name = _Name(parts, _content(parts), _RANKS[scope], ident)
                for word in set(parts):
                    words[word].append(name)
        return dict(words)

    def _above(self, ident: str) -> frozenset[str]:
        """All superclasses of a concept."""
        above: set[str] = set()
        waiting = [ident]
        while waiting:
            concept = self.concepts.get(waiting.pop())
            fresh = set(concept.parents) - above if concept else set()
            above |= fresh
            waiting += fresh
        return frozenset(above)

    def _likeness(self, surface: str, name: _Name) -> float:
        return _likeness(key(surface), key(self.concepts[name.ident].name))


def key(text: str) -> str:
    """The form in which names are compared: lower case, words apart, Greek letters by name, accents and British ae, oe gone."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    spelled = _POSSESSIVE.sub("", _POSITIVE.sub(" positive", plain.translate(_SPELLED)))
    return " ".join(_BRITISH.sub("e", _NO_WORD.sub(" ", spelled)).split())


def stems(text: str) -> tuple[str, ...]:
    """The words of a name without their endings, small words left out."""
    return tuple(_stem(word) for word in key(text).split() if word not in _SMALL_WORDS)


def _stem(word: str) -> str:
    plural = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3
    word = word[:-1] if plural else word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _content(words: tuple[str, ...]) -> frozenset[str]:
    """The words that tell something; "cell" and "tissue" only where there is no other."""
    return frozenset(words) - _GENERIC or frozenset(words)


def _forms(surface: str) -> Iterator[str]:
    """The keys a name may be found under: as it is, singular, and with "cell" added or taken away."""
    plain = key(surface)
    yield from (short for short in (surface, surface.removesuffix("s")) if _short_form(short))
    singular = list(_singulars(plain))
    yield from (*singular, plain)  # "hairs" are several of what is called hair before they are a collection of hairs
    if len(plain) > 1:  # "B" is more than the B cell
        yield from (form[:-5] if form.endswith(" cell") else f"{form} cell" for form in (plain, *singular))


def _singulars(plain: str) -> Iterator[str]:
    """What the last word may be the plural of; a form that is no word is no name either."""
    for ending, singular in _PLURALS:
        if plain.endswith(ending):
            yield plain[: -len(ending)] + singular


def _short_form(text: str) -> bool:
    """Whether case matters: five characters at most, two of them capitals."""
    return len(text) <= 5 and sum(character.isupper() for character in text) > 1


def _without_origin(surface: str) -> str:
    """A name without the words before it that say whose cell it is or how it was kept."""
    words = surface.split()
    while len(words) > 1 and words[0].lower() in _UNTELLING:
        del words[0]
    return " ".join(words)


def _likeness(one: str, other: str) -> float:
    """Shared trigrams of two keys, 0 to 1: of concepts with the same synonym, the one whose name resembles it most is meant."""
    first, second = ({f" {text} "[n : n + 3] for n in range(len(text))} for text in (one, other))
    return len(first & second) / max(len(first | second), 1)
