"""Which work a finding is about: the article itself or a reference it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mitotransfer.document import Article, Citation, Head, Reference, Study

_AUTHOR_YEAR = re.compile(
    r"(?:\b(?:see|cf|by|in|from|after|and)\.?\s+)?(?<![\w'’\-‐])(?P<author>[^\W\d_][\w'’\-‐]+(?:[ -][A-Z][\w'’\-‐]+){0,2}?)"
    r"(?:\s*(?:&|and)\s*[\w'’\-]+)?(?:,?\s*et al\.?)?,?\s*\(?(?P<year>(?:19|20)\d\d)[a-z]?\)?"
)
_OWN = re.compile(
    r"(?:this|the present|present|the current|current|our)(?: own)? (?:study|work|article|paper|report|data|results?)",
    re.IGNORECASE,
)
_SURVEY = re.compile(r"\b(?:systematic|scoping|umbrella) review\b|\bmeta-analysis\b", re.IGNORECASE)
_REVIEW = re.compile(
    r"\b(?:(?:this|present|our) (?:systematic |narrative |mini-?)?review|we (?:here )?review(?:ed)?|a (?:systematic )?review)\b",
    re.IGNORECASE,
)


def own_study(head: Head) -> Study:
    """The article as a study of its own."""
    return Study(_name(head.authors, more=False, year=head.year), head.pmcid, head.pmid, head.doi)


def cited_study(reference: Reference) -> Study:
    """A cited work as a study."""
    name = _name(reference.authors, more=reference.more_authors, year=reference.year) or reference.text[:80]
    return Study(name, reference.pmcid, reference.pmid, reference.doi, cited=True)


def is_review(article: Article) -> bool:
    """Whether an article reports on others' work: by its type, else by its own words in title and abstract."""
    kind = article.head.article_type.lower()
    if "review" in kind or _SURVEY.search(article.head.title):
        return True
    if kind not in ("", "other", "article", "research-article"):
        return False
    opening = " ".join([article.head.title, *(p.text for p in article.passages if p.part == "abstract")])
    return kind != "research-article" and bool(_REVIEW.search(opening))


def first_cited(citations: Iterable[Citation], references: dict[str, Reference]) -> Reference | None:
    """The first reference that citations resolve to."""
    return next((references[key] for citation in citations for key in citation.refs if key in references), None)


def by_author_and_year(text: str, references: dict[str, Reference]) -> Reference | None:
    """The one reference that "Spees et al., 2006" can mean; None when there is none or more than one."""
    found = _AUTHOR_YEAR.search(text)
    if not found:
        return None
    author = _plain(found["author"])
    fitting = [r for r in references.values() if r.year[:4] == found["year"] and r.authors and _plain(r.authors[0]) == author]
    return fitting[0] if len(fitting) == 1 else None


def same_author(name: str, reference: Reference) -> bool:
    """Whether a printed surname is that of a reference's first author."""
    return bool(reference.authors) and _plain(name) == _plain(reference.authors[0])


def by_label(text: str, references: dict[str, Reference]) -> Reference | None:
    """The reference with the first of the numbers that are all the text says: "24", "[24]", "(24)", "24, 25"."""
    numbers = re.fullmatch(r"[\s\[(]*(\d+)(?![.\d]\d)[\s\[\]().,;–\d-]*", text)
    return next((r for r in references.values() if numbers and r.label.strip(" []().") == numbers[1]), None)


def is_own(text: str) -> bool:
    """Whether a reference cell names the article it stands in: "this study"."""
    return _OWN.fullmatch(text.strip(" .()")) is not None


def printed_name(text: str) -> str:
    """ "Spees et al., 2006" when the text holds such a name, else empty."""
    found = _AUTHOR_YEAR.search(text)
    return text[found.start("author") : found.end()].strip(" ,") if found else ""


def _name(authors: tuple[str, ...], *, more: bool, year: str) -> str:
    if not authors:
        return year
    if len(authors) == 1 and not more:
        who = authors[0]
    elif len(authors) == 2 and not more:
        who = f"{authors[0]} & {authors[1]}"
    else:
        who = f"{authors[0]} et al."
    return f"{who}, {year}" if year else who


def _plain(name: str) -> str:
    return re.sub(r"\W", "", name).lower()
