"""Which sentences of an article are read for findings, and whose findings they would be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.sentences import split_sentences
from mitotransfer.annotate.studies import cited_study, own_study
from mitotransfer.document import Article, Passage, Study

_PARTS = frozenset({"front", "abstract", "body", "floats"})
_KINDS = frozenset({"title", "abstract", "paragraph", "list-item", "caption"})
_TOPIC = re.compile(r"mitochondri|mitovesic|\bmito\w*|organelle|exopher|mitocyto|\bexMT", re.IGNORECASE)
_INTRODUCTION = re.compile(r"\b(?:introduction|background)\b", re.IGNORECASE)
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


class Sentence(NamedTuple):
    """A sentence with its place; `voice` tells whose finding it may state (aim: it only says what was asked)."""

    passage: Passage
    start: int
    text: str
    voice: Voice
    study: Study
    topical: bool

    @property
    def boundaries(self) -> list[int]:
        """Offsets in the sentence where a superscript or subscript begins or ends: borders of words."""
        edges = (edge - self.start for m in self.passage.marks if m.kind in ("sup", "sub") for edge in (m.start, m.end))
        return [edge for edge in edges if 0 <= edge <= len(self.text)]


def has_topic(text: str) -> bool:
    """Whether a text has a word for mitochondria."""
    return bool(_TOPIC.search(text))


def sentences(article: Article, resources: Resources, review: bool) -> Iterator[Sentence]:
    """The sentences of the passages that can hold findings, in document order.

    `topical` is a sentence with a word for mitochondria, or one that follows such a sentence in its passage.
    """
    named_only = _reports_others(article)
    for passage in article.passages:
        if passage.part not in _PARTS or passage.kind not in _KINDS or _OTHERS.search(" ".join(passage.section[:1])):
            continue
        before = False
        for begin, end in split_sentences(passage.text):
            # parsers take "Results: Mitochondria raised ATP" for one phrase
            start = heading.end() if (heading := _HEADING.match(passage.text, begin, end)) else begin
            text = passage.text[start:end]
            topical = has_topic(text)
            if named_only:
                voice, study = _named_voice(text, article)
            else:
                voice, study = _voice(article, passage, start, end, resources, review)
            yield Sentence(passage, start, text, voice, study, topical or before)
            before = topical


def _reports_others(article: Article) -> bool:
    """Whether an article without type and reference list (plain text) tells what named others found."""
    if article.references or article.head.article_type:
        return False
    return sum(len(_NAMED.findall(passage.text)) for passage in article.passages) >= _SEVERAL


def _named_voice(text: str, article: Article) -> tuple[Voice, Study]:
    """The printed name is all there is of such a study; without one nobody can be made answerable for the sentence."""
    if named := _NAMED.search(text):
        return "cited", Study(f"{named['name']}.")
    return "none", own_study(article.head)


def _voice(article: Article, passage: Passage, start: int, end: int, resources: Resources, review: bool) -> tuple[Voice, Study]:
    text, own = passage.text[start:end], own_study(article.head)
    cited = [c for c in passage.citations if start < c.end and c.start <= end and (c.start > start or c.end > c.start)]
    references = [article.references[key] for c in cited for key in c.refs if key in article.references]
    if review:
        return ("cited", cited_study(references[0])) if references else ("none", own)
    rules = resources.rules
    speaks = rules.is_own.search(text) is not None
    if passage.kind in ("title", "caption"):
        return "own", own
    if any(_INTRODUCTION.search(title) for title in passage.section) and passage.part != "abstract" and not speaks:
        return ("cited", cited_study(references[0])) if references else ("none", own)
    if rules.is_background.search(text):
        asked = next((phrase for phrase in rules.background if phrase.id == "asked" and phrase.regex.search(text)), None)
        return ("aim" if asked else "none"), own
    results = any(_RESULTS.search(title) for title in passage.section) or passage.part == "abstract"
    if (cited or _AUTHOR_YEAR.search(text)) and not (speaks or (results and _FIGURE.search(text))):
        return ("cited", cited_study(references[0])) if references else ("none", own)
    return "own", own
