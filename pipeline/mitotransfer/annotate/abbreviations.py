"""The article's own short forms: where they are defined, and what they stand for in the vocabulary.

Definitions in brackets are aligned as by scispaCy's `find_abbreviation` (Schwartz & Hearst 2003, A simple algorithm for
identifying abbreviation definitions in biomedical text, PSB 8:451-462), but on strings: that one needs a document for each
of the many candidates. Tests hold the two together. The candidates are ours: the component that scispaCy builds around it
refuses short forms with a hyphen or Greek letter (BM-MSC, I/R, TNF-α), takes a bracket of more than three tokens for a long
form, keeps only the first of two definitions without a word, and misplaces the start of a long form that holds punctuation.
Lists of abbreviations under tables have a reader of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.variants import normal
from mitotransfer.document import Mention, Passage
from mitotransfer.errors import Problem

_BRACKET = re.compile(r"\(([^()]{2,120})\)")
# A short form: letters and digits with at least one capital, none of them a plain word (Sigma, Figure).
_SHORT = re.compile(r"(?=[^A-ZΑ-Ω]*[A-ZΑ-Ω])[A-Za-zΑ-ω\d][A-Za-zΑ-ωµ\d/&+.′'‐‑–-]{0,13}[A-Za-zΑ-ω\d+]|(?:[a-z]\.){2,4}")
_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z][a-z]+s?|[IVX]+|\d.*")
# A bracket that opens with a plain word, a number or something without capital and dot: "(Figure 2)", "(12,14)", "(n = 5)".
_NO_SHORT = re.compile(r"[\s\"'“”‘’]*(?:[A-Z]?[a-z]{3,}|\d[^\s;,]*|[^A-ZΑ-Ω.\s;,]+)(?=[\s;,]|$)")
_CAPITAL_OR_DOT = re.compile(r"[A-ZΑ-Ω.]")
_INSIDE_END = re.compile(r"[;,]\s|\s(?:or|also|hereafter)\s")
_BEFORE_START = re.compile(r"[.;:!?]\s|[\[\]]")
_NOT_SHORT = frozenset({"USA", "UK", "EU", "US", "UAE", "PR"})
_LIST_TITLE = re.compile(
    r"^\W*(?:(?:list of|the|non-standard|institutional)\s+)*abbreviations?"
    r"(?:\s+(?:used|list|are|as follows|in this \w+))*\s*[:.;=]?\s*",
    re.IGNORECASE,
)
_TAKEN = "harvested|isolated|derived|obtained|purified|prepared|collected|taken|extracted|originating|released|shed|secreted"
_MOST_SOURCE = 4  # words
_FROM_SOURCE = re.compile(
    rf"(?P<thing>(?:[\w-]+ ){{0,2}}(?!(?:{_TAKEN}) )[\w-]+) (?:that (?:were|was|are|had been) )?(?:(?:{_TAKEN}) )?(?:from|by) "
    rf"(?P<source>(?:[\w-]+ ){{0,{_MOST_SOURCE - 1}}}[\w-]+)$"
)
_ENTRY = re.compile(r"(?P<short>\S+(?: \S+)?)\s*(?:\s?[:=]|\s[–—-])\s*(?P<long>\S.*)")
_LINKS = frozenset({"of", "the", "in", "and", "for", "with", "by", "to", "from", "on", "a", "an", "or", "as"})
_MOST_WORDS = 14
# Closing words that say what kind of thing a name is, and may be left out of it.
_KIND = re.compile(r"\s+(?:signall?ing\s+)?(?:pathway|protein|gene|system|(?:cell\s)?line|cell|model|level)s?$", re.IGNORECASE)
_NO_HEADS = frozenset({"trigger", "negation_hedge"})


class Definition(NamedTuple):
    """A short form and the words it stands for, as written."""

    short: str
    long: str


def aligned(long: str, short: str) -> str:
    """The end of `long` that `short` abbreviates, by its letters in order; empty if they do not fit."""
    text, letters = " ".join(long.split()), " ".join(short.split())
    at, lower = len(text), _lowered(text)
    if not at or not letters:
        return ""
    for number, letter in enumerate(map(str.lower, reversed(letters)), 1 - len(letters)):
        if letter.isalnum():
            at = lower.rfind(letter, 0, at)
            while number == 0 and at > 0 and text[at - 1].isalnum():
                at = lower.rfind(letter, 0, at)
            if at < 0:
                return ""
    return text[text.rfind(" ", 0, at) + 1 :]


def _lowered(text: str) -> str:
    """The text in lower case, letter by letter, so that all keep their places."""
    if text.isascii():
        return text.lower()
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)


def looks_short(text: str) -> bool:
    """Whether a word may be a short form: it holds a capital and is no plain word."""
    return bool(_SHORT.fullmatch(text)) and not _PLAIN_WORD.fullmatch(text) and text not in _NOT_SHORT


def article_abbreviations(passages: Iterable[Passage], source: str = "") -> tuple[dict[str, str], list[Problem]]:
    """Short -> long form of an article, from brackets in its text and from its lists of abbreviations.

    Where a short form is defined twice the first definition holds, and a note says so if they differ.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for passage in passages:
        definitions = list(bracket_definitions(passage.text))
        listed = any("abbreviation" in title.lower() for title in passage.section)
        if listed or passage.kind == "footnote" or _LIST_TITLE.match(passage.text):
            definitions += [Definition(*item) for item in footnote_abbreviations(passage.text).items()]
        for short, long in definitions:
            first = found.setdefault(short, long)
            if first != long and _plain(first) != _plain(long):
                message = f"'{short}' stands for '{first}' and for '{long}'; the first is used"
                problems.append(Problem(source, "annotate", "note", "abbreviation-clash", passage.locator, message))
    return found, problems


def _plain(long: str) -> str:
    return re.sub(r"s\b|\W", "", normal(long))


def bracket_definitions(text: str) -> Iterator[Definition]:
    """Definitions of the kind 'long form (SHORT)' and 'SHORT (long form)' in running text."""
    for bracket in _BRACKET.finditer(text):
        if not _may_define(text, bracket):
            continue
        inside = _INSIDE_END.split(bracket[1], 1)[0].strip(" \"'“”‘’")
        before = _BEFORE_START.split(text[max(0, bracket.start() - 200) : bracket.start()])[-1].rstrip()
        words = inside.split()
        if words and len(words) <= 2 and looks_short(words[0]):
            if long := _long_before(before, inside) or _turned_round(before, inside):
                yield Definition(inside, long)
        elif before and looks_short(short := before.split()[-1].strip(" ,\"'“”")) and 2 <= len(bracket[1].split()) <= _MOST_WORDS:
            long = aligned(bracket[1], short) or aligned(bracket[1], short.removesuffix("s"))
            if normal(long) == normal(" ".join(bracket[1].split())):
                yield Definition(short, long)


def _may_define(text: str, bracket: re.Match[str]) -> bool:
    """Whether the first word in a bracket or the last before it can be a short form; most brackets are seen off by this."""
    if not _NO_SHORT.match(bracket[1]):
        return True
    before = text[max(0, bracket.start() - 200) : bracket.start()].rstrip()
    return _CAPITAL_OR_DOT.search(before, before.rfind(" ") + 1) is not None


def _long_before(before: str, short: str) -> str:
    """The long form that ends where the bracket opens, cleared of what does not belong to it; empty if there is none."""
    letters = sum(character.isalnum() for character in short)
    window = " ".join(before.split()[-min(letters + 5, letters * 2) :])
    long = aligned(window, short)
    if not long and short.endswith("s"):
        long = aligned(window, short[:-1])
    long = _trim_start(long, short)
    if long.partition(" ")[0] in _LINKS:
        # The alignment took the nearest fitting letter: "onset of arthritis (OA)" gave "of arthritis".
        earlier = [word for word in window[: -len(long)].split()[-2:] if word[:1].lower() == short[0].lower()]
        long = f"{earlier[-1]} {long}" if earlier else ""
    if long.count("(") != long.count(")"):
        long = long.replace("(", "").replace(")", "")
    if len(long) <= len(short) or short in long.split() or not any(character.islower() for character in long):
        return ""
    return long


def _turned_round(before: str, short: str) -> str:
    """The long form of "microvesicles harvested from MSCs (MMVs)": "MSCs microvesicles", what is named with its source first."""
    last = before.rsplit(" ", _MOST_SOURCE + 1)[-_MOST_SOURCE - 1 : -1]
    named = _FROM_SOURCE.search(before) if "from" in last or "by" in last else None  # which is dear
    if named is None or named["source"].split()[0].lower() in _LINKS:
        return ""
    things, source = named["thing"].split(), named["source"].split()
    for thing in (" ".join(things[-count:]) for count in range(1, len(things) + 1)):
        for long in (f"{' '.join(source[-count:])} {thing}" for count in range(1, len(source) + 1)):
            if normal(aligned(long, short) or aligned(long, short.removesuffix("s"))) == normal(long):
                return long
    return ""


def _trim_start(long: str, short: str) -> str:
    """The long form without what is joined to its first word by a slash, hyphen or bracket: 'CD38/cyclic ADP-ribose (cADPR)'."""
    first, _, rest = long.partition(" ")
    for seam in re.finditer(r"[/(–-]", first):
        tail = f"{first[seam.end() :]} {rest}".strip()
        fits = tail[:1].lower() == short[0].lower()
        if fits and (first[0].lower() != short[0].lower() or (seam[0] == "/" and aligned(tail, short) == tail)):
            return tail
    return long.strip(" ,\"'“”")


def footnote_abbreviations(text: str) -> dict[str, str]:
    """Short -> long of a table foot or list: 'ABC long, DEF long', 'ABC, long; …', 'ABC: long', 'ABC = long'.

    Prose in the same text is passed over. A definition is taken when the letters of the short form are found in the
    long one, and otherwise only among others that fit. Brackets inside a long form stay in it.
    """
    body = _LIST_TITLE.sub("", text)
    entries: list[Definition] = []
    for segment in re.split(r";\s*|\.\s+(?=\S)|\.$", body):
        entries += _segment(segment.strip())
    fits = {short for short, long in entries if _fits(short, long)}
    found: dict[str, str] = {}
    for short, long in entries:
        if short in fits or (len(fits) >= 2 and len(fits) * 2 >= len(entries)):
            found.setdefault(short, long)
    for short, long in bracket_definitions(body):
        found.setdefault(short, long)
    return found


def _fits(short: str, long: str) -> bool:
    bare = re.sub(r"\([^()]*\)", " ", long)
    return any(aligned(bare, letters) for letters in {short, _spelt(short), short.removesuffix("s")})


def _spelt(text: str) -> str:
    """Greek letters by their first Latin letter, so that PGC-1α fits 'coactivator 1 alpha'."""
    return text.translate(str.maketrans("αβγδεκλμωψ", "abgdeklmop"))


def _segment(segment: str) -> list[Definition]:
    """The definitions of one stretch between semicolons or full stops; a comma may end a definition or stand in it."""
    found: list[Definition] = []
    pending = ""
    parts = re.split(r",\s+(?:and\s+)?|\s+and\s+(?=[A-Z]{2}[A-Za-z\d-]*[,:= ])", segment)
    for part in parts:
        words = part.split()
        entry = _ENTRY.fullmatch(part)
        if entry and looks_short(entry["short"].split()[0]):
            found.append(Definition(entry["short"], entry["long"]))
            pending = ""
        elif pending:
            found.append(Definition(pending, part))
            pending = ""
        elif len(words) > 1 and looks_short(words[0]) and _fits(words[0], " ".join(words[1:])):
            found.append(Definition(words[0], " ".join(words[1:])))
        elif words and len(words) <= 2 and looks_short(words[0]) and len(parts) > 1 and not _lists(found, words):
            pending = part
        elif len(words) > 1 and looks_short(words[0]) and _lists(found, words):
            found.append(Definition(words[0], " ".join(words[1:])))
        elif found:
            short, long = found.pop()
            found.append(Definition(short, f"{long}, {part}"))
    return [d for d in found if len(d.long.split()) <= _MOST_WORDS]


def _lists(found: list[Definition], words: list[str]) -> bool:
    """Whether 'MERTK tyrosine-protein kinase Mer' defines MERTK though its letters do not fit: it stands in such a list."""
    return len(words) > 1 and bool(found) and words[1][0].islower() and sum(c.isupper() or c.isdigit() for c in words[0]) >= 2


def abbreviation_forms(abbreviations: Mapping[str, str], matcher: Matcher) -> dict[str, list[tuple[str, str]]]:
    """What each short form stands for in the vocabulary, through its long form: give it to `Matcher.find` as `extra`.

    A long form may use other short forms of the same list. It must be a name as a whole, or end in one ('human bone
    marrow MSCs'). A short form that the vocabulary knows in one sense is left to it unless the whole long form is a
    name; one that means nothing here gets an empty list, which keeps the vocabulary's ambiguous form away.
    """
    forms: dict[str, list[tuple[str, str]]] = {}
    for short, long in abbreviations.items():
        readings = list(_readings(short, long, abbreviations))
        meanings = next((m for text in readings if (m := matcher.exactly(text))), [])
        if not meanings:
            if _known(short, matcher):
                continue
            meanings = next((m for text in readings if (m := _head(text, matcher))), [])
        forms[short] = [(mention.category, mention.ident) for mention in meanings]
    return forms


def _known(short: str, matcher: Matcher) -> bool:
    mentions = matcher.exactly(short)
    return bool(mentions) and not any(matcher.vocabulary.is_ambiguous(m.ident, short) for m in mentions)


def _readings(short: str, long: str, abbreviations: Mapping[str, str]) -> Iterator[str]:
    """The ways to write a long form: as it stands, without its brackets, with them in place of what they define, spelt out."""
    texts = [long]
    if "(" in long:
        texts.append(re.sub(r"\s*\([^()]*\)", "", long))
        inner = long
        for nested, words in bracket_definitions(long):
            inner = inner.replace(f"{words} ({nested})", nested)
        texts.append(inner)
    texts += [spelt for text in texts if (spelt := _spell_out(text, abbreviations, {short})) != text]
    # "transcription factor A, mitochondrial"
    texts += [f"{after} {before}" for before, comma, after in (text.partition(", ") for text in texts) if comma]
    yield from dict.fromkeys(texts)
    yield from dict.fromkeys(_KIND.sub("", text) for text in texts)


def _spell_out(text: str, abbreviations: Mapping[str, str], seen: set[str]) -> str:
    """The text with the list's other short forms written out, each at most once on the way down."""

    def write(match: re.Match[str]) -> str:
        word = match[0]
        short = word if word in abbreviations else word.removesuffix("s")
        if short in seen or short not in abbreviations:
            return word
        return _spell_out(abbreviations[short], abbreviations, seen | {short})

    return re.sub(r"[\w+]+", write, text)


def _head(text: str, matcher: Matcher) -> list[Mention]:
    """The longest name that a long form ends in; what stands before it only narrows it."""
    end = len(text.rstrip(" .,;:"))
    ending = [m for m in matcher.find_all(text) if m.end == end and m.category not in _NO_HEADS]
    longest = min((m.start for m in ending), default=0)
    return [m for m in ending if m.start == longest]
