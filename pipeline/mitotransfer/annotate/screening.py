"""Which sentences of an article are read for findings, and whose findings they would be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from mitotransfer.annotate.claims import Cited, claims
from mitotransfer.annotate.matcher import holds
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.rules import ProseRules
from mitotransfer.annotate.sentences import split_sentences
from mitotransfer.annotate.studies import cited_study, own_study, same_author
from mitotransfer.document import Article, Citation, Passage, Study
from mitotransfer.topic import has_topic

_PARTS = frozenset({"front", "abstract", "body", "floats"})
_KINDS = frozenset({"title", "abstract", "paragraph", "list-item", "caption"})
_INTRODUCTION = re.compile(r"\b(?:introduction|background)\b", re.IGNORECASE)
_METHODS = re.compile(r"\b(?:methods?|procedures?|protocols?|experimental)\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:references?|acknowledg\w+|funding|author contributions|conflicts?|competing interests?|abbreviations"
    r"|supplementa\w+|data availability)\b",
    re.IGNORECASE,
)
_RESULTS = re.compile(r"\b(?:results?|findings|outcome)\b", re.IGNORECASE)
_AUTHOR_YEAR = re.compile(r"\([^()]*\b[A-Z][\w'’-]+(?: et al\.?| (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?\b[^()]*\)")
_NAMED = re.compile(r"\b(?P<name>[A-Z][\w'’-]+(?: and [A-Z][\w'’-]+)? et al)\b\.?\d*")
_SEVERAL = 2
_HEADING = re.compile(
    r"(?:background|introduction|rationale|aims?|objectives?|purpose|methods?|materials and methods|methods and results|results?|"
    r"findings|main results|conclusions?|interpretation|discussion|significance):\s+(?=\S)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\bfigs?\b|\bfigures?\b|\btable \d", re.IGNORECASE)

Voice = Literal["own", "cited", "aim", "none"]
_OPENING = 60  # characters at the beginning of a sentence in which those who found it are named
_NOBODY: tuple[Study, ...] = ()


class Sentence(NamedTuple):
    """A sentence with its place; `voice` tells whose finding it may state (aim: it only says what was asked).

    Where it says different things of different studies there is one for each: `text` then is the part of `printed` from
    its character `begin` on, with blanks in place of words on other studies. `start` is where `text` begins in the passage.
    `studies` are the works that the statement is made of, the article itself where it is its own.
    """

    passage: Passage
    start: int
    text: str
    voice: Voice
    studies: tuple[Study, ...]
    topical: bool
    printed: str
    begin: int = 0

    @property
    def study(self) -> Study:
        """The first of the studies."""
        return self.studies[0]

    @property
    def boundaries(self) -> list[int]:
        """Offsets in the sentence where a superscript or subscript begins or ends: borders of words."""
        edges = (edge - self.start for m in self.passage.marks if m.kind in ("sup", "sub") for edge in (m.start, m.end))
        return [edge for edge in edges if 0 <= edge <= len(self.text)]


def in_methods(sentence: Sentence) -> bool:
    """Whether a sentence stands in a section on methods, and not on methods and results."""
    return any(_METHODS.search(title) and not _RESULTS.search(title) for title in sentence.passage.section)


def sentences(article: Article, resources: Resources, review: bool) -> Iterator[Sentence]:
    """The sentences of the passages that can hold findings, in document order."""
    yield from Sentences(article, resources, review).all()


class Sentences:
    """The sentences of an article, told apart as they are asked for."""

    def __init__(self, article: Article, resources: Resources, review: bool) -> None:
        self.passages = [p for p in article.passages if p.part in _PARTS and p.kind in _KINDS and not _is_other(p)]
        self._article, self._rules = article, resources.rules
        self._told = _told_by_name if _reports_others(article) else _told_in_review if review else _told_in_article
        self._printed: dict[int, list[tuple[int, int]]] = {}
        self._known: dict[tuple[int, int], list[Sentence]] = {}

    def all(self) -> list[Sentence]:
        """Those of all passages that can hold findings, in document order."""
        return [
            s for number in range(len(self.passages)) for place in range(len(self._in(number))) for s in self._at(number, place)
        ]

    def of(self, number: int, may_tell: Callable[[str], bool], shorts: Collection[str]) -> Iterator[Sentence]:
        """Those of one of the `passages` whose words `may_tell` accepts, if they are topical or have one of the short forms.

        They are the same objects each time. `topical` is a sentence with a word for mitochondria, or one that follows such a
        sentence in its passage.
        """
        text = self.passages[number].text
        for place, (start, end) in enumerate(self._in(number)):
            printed = text[start:end]
            if (self._is_topical(number, place) or holds(printed, shorts)) and may_tell(printed):
                yield from self._at(number, place)

    def _in(self, number: int) -> list[tuple[int, int]]:
        if number not in self._printed:
            self._printed[number] = list(printed_sentences(self.passages[number]))
        return self._printed[number]

    def _is_topical(self, number: int, place: int) -> bool:
        text, printed = self.passages[number].text, self._in(number)
        return any(has_topic(text[start:end]) for start, end in printed[max(place - 1, 0) : place + 1])

    def _at(self, number: int, place: int) -> list[Sentence]:
        """What one printed sentence says, by the studies that it says it of."""
        if (number, place) not in self._known:
            passage, (start, end) = self.passages[number], self._in(number)[place]
            printed, topical = passage.text[start:end], self._is_topical(number, place)
            self._known[number, place] = [
                Sentence(passage, start + begin, text, voice, studies, topical, printed, begin)
                for text, voice, studies, begin in self._told(
                    self._article, passage, start, end, self._last(number, place), self._rules
                )
            ]
        return self._known[number, place]

    def _last(self, number: int, place: int) -> tuple[Study, ...]:
        """The studies of which the sentence before speaks, where one may go on about them."""
        if not place or self._told is _told_in_article:
            return _NOBODY
        last = self._at(number, place - 1)[-1]
        return last.studies if last.voice == "cited" else _NOBODY


def printed_sentences(passage: Passage) -> Iterator[tuple[int, int]]:
    """Where the sentences of a passage stand, without run-in headings.

    Parsers take "Results: Mitochondria raised ATP" for one phrase.
    """
    for begun, end in split_sentences(passage.text):
        heading = _HEADING.match(passage.text, begun, end)
        yield heading.end() if heading else begun, end


def _is_other(passage: Passage) -> bool:
    return _OTHERS.search(" ".join(passage.section[:1])) is not None


def _reports_others(article: Article) -> bool:
    """Whether an article without type and reference list (plain text) tells what named others found."""
    if article.references or article.head.article_type:
        return False
    return sum(len(_NAMED.findall(passage.text)) for passage in article.passages) >= _SEVERAL


class _Statement(NamedTuple):
    """A sentence, or what it says of some studies, and whose finding that may be."""

    text: str
    voice: Voice
    studies: tuple[Study, ...]
    begin: int = 0


def _told_by_name(
    article: Article, passage: Passage, start: int, end: int, last: tuple[Study, ...], rules: ProseRules
) -> Iterator[_Statement]:
    """The printed name is all there is of such a study; without one nobody can be made answerable for the sentence."""
    text = passage.text[start:end]
    cited = [Cited(name.end(), name.end(), (Study(f"{name['name']}."),)) for name in _NAMED.finditer(text)]
    found = [_Statement(claim.text, "cited", claim.studies, claim.start) for claim in claims(text, cited, rules)]
    if not found and last and rules.attribution["continues"].regex.search(text):
        found.append(_Statement(text, "cited", last))
    yield from found or [_Statement(text, "none", (own_study(article.head),))]


def _told_in_review(
    article: Article, passage: Passage, start: int, end: int, last: tuple[Study, ...], rules: ProseRules
) -> Iterator[_Statement]:
    """What a review says of the works it cites; a sentence without citation may go on about those of the one before."""
    text = passage.text[start:end]
    cited = [Cited(c.start - start, min(c.end, end) - start, _works(article, [c])) for c in _citations(passage, start, end)]
    found = [
        _Statement(claim.text, "none" if _asks(claim.text, rules) else "cited", claim.studies, claim.start)
        for claim in claims(text, [place for place in cited if place.studies], rules)
    ]
    if not found and (studies := _named_next(article, passage, start, end, rules)):
        found.append(_Statement(text, "cited", studies))
    if not found and last and rules.attribution["continues"].regex.search(text) and not _asks(text, rules):
        found.append(_Statement(text, "cited", last))
    yield from found or [_Statement(text, "none", (own_study(article.head),))]


def _asks(text: str, rules: ProseRules) -> bool:
    return any(phrase.id == "asked" and phrase.regex.search(text) for phrase in rules.background)


def _citations(passage: Passage, start: int, end: int) -> list[Citation]:
    return [c for c in passage.citations if start < c.end and c.start <= end and (c.start > start or c.end > c.start)]


def _works(article: Article, citations: Iterable[Citation]) -> tuple[Study, ...]:
    references = [article.references[key] for c in citations for key in c.refs if key in article.references]
    return tuple(dict.fromkeys(cited_study(reference) for reference in references))


def _named_next(article: Article, passage: Passage, start: int, end: int, rules: ProseRules) -> tuple[Study, ...]:
    """The work of an author whom a sentence names without citing, when the passage cites one of that author next."""
    named = rules.attribution["author"].regex.search(passage.text, start, min(end, start + _OPENING))
    following = next((c for c in passage.citations if c.start > end), None)
    if named is None or following is None:
        return ()
    works = [article.references[key] for key in following.refs if key in article.references]
    return tuple(cited_study(work) for work in works if same_author(named["author"], work))


def _told_in_article(
    article: Article, passage: Passage, start: int, end: int, _: tuple[Study, ...], rules: ProseRules
) -> Iterator[_Statement]:
    """What a primary article says: its own finding, an aim, or, with the words each citation stands for, others' findings."""
    text, own = passage.text[start:end], (own_study(article.head),)
    speaks = rules.is_own.search(text) is not None
    if passage.kind in ("title", "caption"):
        yield _Statement(text, "own", own)
        return
    introduces = any(_INTRODUCTION.search(title) for title in passage.section) and passage.part != "abstract" and not speaks
    if not introduces and rules.is_background.search(text):
        yield _Statement(text, "aim" if _asks(text, rules) else "none", own)
        return
    results = any(_RESULTS.search(title) for title in passage.section) or passage.part == "abstract"
    citations = _citations(passage, start, end)
    others = (citations or _AUTHOR_YEAR.search(text)) and not (speaks or (results and _FIGURE.search(text)))
    if not (introduces or others):
        yield _Statement(text, "own", own)
        return
    cited = [Cited(c.start - start, min(c.end, end) - start, _works(article, [c])) for c in citations]
    found = [
        _Statement(claim.text, "cited", claim.studies, claim.start)
        for claim in claims(text, [c for c in cited if c.studies], rules)
    ]
    yield from found or [_Statement(text, "none", own)]
