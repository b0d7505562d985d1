"""Names of the vocabulary in a text, by one Aho-Corasick automaton over its normal form.

Texts and names are written in title case before they are compared: a capital then marks the first letter of a word,
so that short names are not proposed inside longer words, and the border test has few candidates to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import ahocorasick

from mitotransfer.annotate.variants import case_sensitive, form_variants, spelling
from mitotransfer.annotate.vocabulary import Entry, Vocabulary
from mitotransfer.document import Mention

# Categories whose forms are verbs, adverbs and states, listed with all their endings: no plurals are made for them.
_NO_PLURALS = {"trigger", "negation_hedge"}
# Not one character for one: runs of blanks, characters nobody sees, ligatures and letters that grow in title case.
_BLANKS = re.compile("  +")
_UNEVEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeffß\u0149\u01f0\ufb00-\ufb06]")
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_GLUED = re.compile(r"(?<=[a-zA-Z]s|ia)\d{1,3}(?![^\W_])")

Extra = Mapping[str, Sequence[tuple[str, str]]]
_NONE: Extra = MappingProxyType({})


class Candidate(NamedTuple):
    """What a found key may stand for; `exact` is the only spelling allowed, empty when case does not matter."""

    order: int
    category: str
    ident: str
    exact: str
    adjective: bool


Spans = dict[tuple[int, int], list[Candidate]]
Hit = tuple[int, int, tuple[Candidate, ...], frozenset[str]]  # where a name stands, its meanings and their categories


class _Names:
    """All names of a vocabulary in one automaton, and what was found in the texts last asked for.

    A sentence is asked for names of a dozen sets of categories, one after the other: they are found at once.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        keys: dict[str, list[Candidate]] = {}
        for order, entry in enumerate(vocabulary.entries.values()):
            _add_entry(keys, entry, order)
        self.automaton = ahocorasick.Automaton()
        for key, candidates in keys.items():
            self.automaton.add_word(key, (len(key), tuple(candidates)))
        self._empty = not keys
        if keys:
            self.automaton.make_automaton()
        self.hits = lru_cache(maxsize=1024)(self._hits)
        self.wholes = lru_cache(maxsize=4096)(self._wholes)

    def _hits(self, text: str, borders: frozenset[int]) -> list[Hit]:
        """Every place that is a name; a place may come twice, the second time with meanings that count instead of the first."""
        found: list[Hit] = []
        spelled, offsets = even(text)
        for key in () if self._empty else _keys(spelled, offsets, borders):
            for last, (length, candidates) in self.automaton.iter(key):
                first = last + 1 - length
                start, end = (offsets[first], offsets[last] + 1) if offsets else (first, last + 1)
                if not _is_word(text, start, end, borders):
                    continue
                written = spelled[first : last + 1]
                if meanings := tuple(c for c in candidates if c.exact in ("", written)):
                    found.append((start, end, meanings, frozenset(c.category for c in meanings)))
        return found

    def _wholes(self, text: str) -> list[Hit]:
        """What a text stands for that is a name from its first letter to its last, blanks and closing dots aside."""
        found: list[Hit] = []
        spelled, offsets = even(text)
        start = len(text) - len(text.lstrip())
        for end in _ends(text):
            if offsets:
                found += [hit for hit in reversed(self.hits(text, frozenset())) if hit[:2] == (start, end)]
            elif start < end:
                written = spelled[start:end]
                _, candidates = self.automaton.get(written.title(), (0, ()))
                meanings = tuple(c for c in candidates if c.exact in ("", written))
                found.append((start, end, meanings, frozenset(c.category for c in meanings)))
        return found


def _ends(text: str) -> Iterable[int]:
    """Where a name can end that is a whole text: the dot of "i.v." belongs to it, that of a sentence does not."""
    return dict.fromkeys((len(text.rstrip()), len(text.rstrip(" .,;:\u00a0"))))


@lru_cache(maxsize=2)
def _names(vocabulary: Vocabulary) -> _Names:
    return _Names(vocabulary)


class Matcher:
    """Finds the names of a vocabulary, or of some of its categories; all matchers of a vocabulary share what they look up."""

    def __init__(self, vocabulary: Vocabulary, categories: Collection[str] | None = None) -> None:
        self.vocabulary = vocabulary
        self._categories = frozenset(vocabulary.by_category if categories is None else categories)
        self._names = _names(vocabulary)

    def find(
        self,
        text: str,
        boundaries: Collection[int] = (),
        extra: Extra | None = None,
        adjectives: bool = False,
        only: Collection[str] | None = None,
    ) -> list[Mention]:
        """The names in a text, longest first, then leftmost, none overlapping another, in text order.

        A span that is a name in several categories, or of several entries of one (an ambiguous form), gives a mention
        for each, in the order of the vocabulary. `boundaries` are offsets that count as word borders (where a
        superscript or subscript begins or ends). `extra` are the article's own short forms: they win over the
        vocabulary's, and one with no meanings keeps the vocabulary's away; `only` are categories of theirs that count, if not
        all do. With `adjectives`, 'hepatic' is liver.
        """
        spans = self._spans(text, boundaries, extra or _NONE, adjectives, only)
        if not spans:
            return []
        taken = bytearray(len(text))
        chosen = []
        for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                chosen.append((start, end))
        return list(_mentions(text, sorted(chosen), spans))

    def find_all(
        self, text: str, boundaries: Collection[int] = (), extra: Extra | None = None, adjectives: bool = False
    ) -> list[Mention]:
        """As `find`, with the names inside and across other names too ('human' in 'human MSCs'); outer before inner."""
        spans = self._spans(text, boundaries, extra or _NONE, adjectives)
        return list(_mentions(text, sorted(spans, key=lambda span: (span[0], -span[1])), spans))

    def exactly(self, text: str, extra: Extra | None = None, adjectives: bool = False) -> list[Mention]:
        """The mentions that cover the whole text (blanks and closing dots aside); empty when it is no name."""
        if not extra:
            for start, end, candidates, kinds in self._names.wholes(text):
                if not kinds.isdisjoint(self._categories) and (meanings := self._own(candidates, adjectives)):
                    return list(_mentions(text, [(start, end)], {(start, end): meanings}))
            return []
        spans = self._spans(text, (), extra, adjectives)
        start = len(text) - len(text.lstrip())
        for end in _ends(text):
            if (start, end) in spans:
                return list(_mentions(text, [(start, end)], spans))
        return []

    def sought(self) -> Iterator[tuple[str, tuple[Candidate, ...]]]:
        """All that is looked for, in lower case, and what it may stand for."""
        for key, (_, candidates) in self._names.automaton.items():
            if own := tuple(c for c in candidates if c.category in self._categories):
                yield key.lower(), own

    def _spans(
        self, text: str, boundaries: Collection[int], extra: Extra, adjectives: bool, only: Collection[str] | None = None
    ) -> Spans:
        """Every span that is a name, with its meanings."""
        spans: Spans = {}
        if not text:
            return spans
        borders = frozenset(boundaries)
        categories = self._categories
        for start, end, candidates, kinds in self._names.hits(text, borders):
            if not kinds.isdisjoint(categories) and (meanings := self._own(candidates, adjectives)):
                spans[start, end] = meanings
        for start, end, form in _own_places(text, borders, tuple(extra)) if extra else ():
            own = (meaning for meaning in extra[form] if only is None or meaning[0] in only)
            spans[start, end] = [Candidate(n, category, ident, "", False) for n, (category, ident) in enumerate(own)]
        return spans

    def _own(self, candidates: Iterable[Candidate], adjectives: bool) -> list[Candidate]:
        return [c for c in candidates if c.category in self._categories and (adjectives or not c.adjective)]


def _add_entry(keys: dict[str, list[Candidate]], entry: Entry, order: int) -> None:
    plurals = entry.category not in _NO_PLURALS
    forms = [(form, False) for form in entry.forms] + [(form, True) for form in entry.adjectives]
    if entry.category == "cell_line":
        forms += [(f"{form} cell", False) for form in entry.forms if not form.endswith(("cell", "line"))]
    for form, adjective in forms:
        exact = case_sensitive(form)
        for variant in form_variants(form, plurals and not adjective):
            candidate = Candidate(order, entry.category, entry.ident, variant if exact else "", adjective)
            candidates = keys.setdefault(variant.title(), [])
            # A form that matches in any case makes an exact one of the same entry superfluous, and a name an adjective.
            if not any(
                c.ident == entry.ident and c.exact in ("", candidate.exact) and c.adjective <= adjective for c in candidates
            ):
                candidates.append(candidate)


@lru_cache(maxsize=256)  # a sentence is asked for many kinds of names one after the other
def even(text: str) -> tuple[str, list[int]]:
    """The text in the vocabulary's spelling, and where each of its characters stood (empty: nothing moved)."""
    spelled = spelling(text)
    if text.isascii():
        return _without_gaps(spelled) if "  " in text else (spelled, [])
    if not _UNEVEN.search(text) and len(spelled.title()) == len(text):
        return _without_gaps(spelled)
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        plain = "" if character in _INVISIBLE else spelling(character)
        if len(plain.title()) > 1 or "\ufb00" <= character <= "\ufb06":
            plain = "ss" if plain == "ß" else unicodedata.normalize("NFKD", plain)
        for part in plain:
            if len(part.title()) == 1 and not (part == " " and characters and characters[-1] == " "):
                characters.append(part)
                offsets.append(offset)
    return "".join(characters), offsets


def _without_gaps(spelled: str) -> tuple[str, list[int]]:
    """A text with one blank where there are several, and where its characters stood (empty: nothing moved)."""
    pieces: list[str] = []
    offsets: list[int] = []
    begin = 0
    for gap in _BLANKS.finditer(spelled):
        pieces.append(spelled[begin : gap.start() + 1])
        offsets += range(begin, gap.start() + 1)
        begin = gap.end()
    if not begin:
        return spelled, []
    offsets += range(begin, len(spelled))
    return "".join([*pieces, spelled[begin:]]), offsets


def holds(text: str, keys: Collection[str]) -> bool:
    """Whether one of the article's own short forms, as `own_keys` gives them, may stand in a text."""
    return bool(keys) and any(key in even(text)[0] for key in keys)


def _keys(spelled: str, offsets: list[int], borders: frozenset[int]) -> Iterator[str]:
    """The text in title case; once more with a capital after each border inside a word, where that differs."""
    yield (whole := _titled(spelled))
    if borders:
        cuts = sorted({bisect_left(offsets, b) if offsets else b for b in borders} | {0, len(spelled)})
        parts = "".join(spelled[a:b].title() for a, b in pairwise(cuts))
        if parts != whole and len(parts) == len(whole):
            yield parts


@lru_cache(maxsize=256)
def _titled(spelled: str) -> str:
    return spelled.title()


def _is_word(text: str, start: int, end: int, borders: frozenset[int]) -> bool:
    if start and text[start - 1].isalnum() and start not in borders:
        return False
    if end == len(text) or not text[end].isalnum() or end in borders:
        return True
    # A citation number glued to a plural, as plain text has it after its superscripts are lost ("the neurons21 and").
    return end - start >= 4 and bool(_GLUED.match(text, end))


@lru_cache(maxsize=1024)
def _own_places(text: str, borders: frozenset[int], forms: tuple[str, ...]) -> list[tuple[int, int, str]]:
    """Where the article's own short forms stand, in their own case, a plural s allowed."""
    found: list[tuple[int, int, str]] = []
    spelled, offsets = even(text)
    for form in forms:
        for key in own_keys(form):
            at = spelled.find(key)
            while at >= 0:
                last = at + len(key) - 1
                start, end = (offsets[at], offsets[last] + 1) if offsets else (at, last + 1)
                if _is_word(text, start, end, borders):
                    found.append((start, end, form))
                at = spelled.find(key, at + 1)
    return found


@lru_cache(maxsize=4096)
def own_keys(form: str) -> tuple[str, ...]:
    """What an article's own short form is looked for as, in the vocabulary's spelling: singular and plural."""
    return tuple(_numbers(spelling(form)))


def _numbers(form: str) -> Iterable[str]:
    """A short form in the singular and the plural."""
    if form.endswith("s") and len(form) > 2 and form[-2].isupper():
        return form[:-1], form
    return form, form + "s"


def _mentions(text: str, order: Iterable[tuple[int, int]], spans: Spans) -> Iterator[Mention]:
    for start, end in order:
        candidates = spans[start, end]
        if len(candidates) == 1:
            yield Mention(start, end, candidates[0].category, candidates[0].ident, text[start:end])
            continue
        # An entry may be found by two of its forms at one place (TNF-α and TNF-alpha); order and id are the same then.
        for category, ident in dict.fromkeys((c.category, c.ident) for c in sorted(candidates)):
            yield Mention(start, end, category, ident, text[start:end])
