"""Changes of named outcomes that the parser loses, read from the order of the words: "A, B and C were reduced", "raised A and B".

Long lists of measurements are what parsers of clinical English get wrong most often. A list here is a row of short noun
phrases with commas and "and" between them; what stands right before or right after it says how all of them changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from mitotransfer.document import Mention

_INSIDE = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "DET", "SYM"})
_JOINS = frozenset({",", "and", "or", "as", "well", "both", "plus", "&"})
_BETWEEN = frozenset({"of", "in", "from", "within", "at", "for"})
_LONGEST = 9  # tokens of one phrase of a list
_PREDICATE = 6  # tokens from "was" to the word that tells the direction
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_HELPERS = frozenset({"is", "are", "was", "were", "been", "be", "had", "has", "have", "remained", "became", "stayed", "being"})
_PREFIXES = frozenset({"re", "up", "down", "de", "co", "over"})
_PARTICLES = {"down": "decrease", "up": "increase", "back": "improve"}
# verbs that say by such a word where they take something
_MOVED = frozenset({
    "bring", "brings", "bringing", "brought", "drive", "drives", "drove", "driven", "push", "pushes", "pushed", "pull", "pulled",
    "turn", "force", "forced", "build", "built", "step", "stepped", "ramp", "ramped", "dial", "dialed", "tone", "toned",
    "win", "won", "keep", "kept", "hold", "held", "get", "got", "scale", "scaled",
})  # fmt: skip
_KEEPING = frozenset({"protect", "shield", "spare", "save", "rescue", "guard", "safeguard", "preserve", "defend", "insulate"})


class Told(NamedTuple):
    """The last token of a name, and the word that says how it changed; `outer` is a second one: "attenuated the loss of".

    `meaning` is the direction where it is not what the word says by itself: "brought down", "shielded from".
    """

    outcome: Token
    trigger: Token
    outer: Token | None = None
    meaning: str = ""


def told_in_lists(
    doc: Doc, names: Collection[Mention], carriers: Collection[str], intransitive: Collection[str]
) -> Iterator[Told]:
    """For each name of an outcome the word right before or after its list that says how it changed, where there is one.

    `carriers` are words that only say that something is measured ("levels"), `intransitive` verbs that say it of their subject.
    """
    for name in names:
        span = doc.char_span(name.start, name.end, alignment_mode="expand")
        if span is None:
            continue
        end = span.end
        while end < len(doc) and doc[end].lemma_ in carriers:
            end += 1
        last = _list_end(doc, end)
        after = _said_after(doc, last, intransitive)
        if after is not None:
            yield Told(doc[end - 1], after)
        elif last < len(doc) and doc[last].lower_ in _PARTICLES and _is_moved(doc, span.start):
            yield Told(doc[end - 1], doc[last], None, _PARTICLES[doc[last].lower_])
        elif not _opens_predicate(doc, last):
            yield from _said_before(doc, span, doc[end - 1], carriers)


def _is_moved(doc: Doc, start: int) -> bool:
    """ "Brought oxygenation back"."""
    return any(token.lower_ in _MOVED for token in doc[max(0, start - _LONGEST) : start])


def _list_end(doc: Doc, end: int) -> int:
    """Where the list ends that goes on behind a phrase, with what belongs to its last part ("in the lung")."""
    closed = at = _with_place(doc, end)
    while (start := _after_join(doc, at)) != at:
        stop = start
        while stop < len(doc) and _is_inside(doc[stop]):
            stop += 1
        if stop == start or stop - start > _LONGEST:
            return closed
        joined = any(token.lower_ in ("and", "or", "&", "as") for token in doc[at:start])
        at = _with_place(doc, stop)
        closed = at if joined else closed  # "A, B were" is no list of two
    return closed


def _with_place(doc: Doc, end: int) -> int:
    """The end of a phrase with the brackets and the "in the lung" behind it."""
    if end < len(doc) and doc[end].text == "(":
        close = next((token.i for token in doc[end : end + _LONGEST] if token.text == ")"), -1)
        end = close + 1 if close >= 0 else end
    if end < len(doc) and doc[end].lower_ in _BETWEEN:
        stop = end + 1
        while stop < len(doc) and _is_inside(doc[stop]):
            stop += 1
        if stop > end + 1:
            return _with_place(doc, stop)
    return end


def _after_join(doc: Doc, at: int) -> int:
    start = at
    while start < len(doc) and doc[start].lower_ in _JOINS:
        start += 1
    return start


def _is_inside(token: Token) -> bool:
    """Whether a token can be part of a phrase of a list; a word that tells a direction begins or ends one."""
    return not token._.says and (token.pos_ in _INSIDE or token.text in "-‐‑–/")


def _said_after(doc: Doc, at: int, intransitive: Collection[str]) -> Token | None:
    """The predicate right behind a list: "were significantly reduced", "rose"."""
    if at >= len(doc):
        return None
    first = doc[at]
    if first._.says == "none" and first.tag_ == "JJ":
        return first if not _has_object(first) else None  # "left glucose unchanged"
    if first.lower_ == "to" and at + 1 < len(doc) and doc[at + 1].lemma_ in intransitive:
        first = doc[at + 1]  # "allowed respiration to resume"
        return first if first._.says and not _has_object(first) else None
    if first.lower_ not in _HELPERS:
        while first.pos_ == "ADV" and not first._.says and first.i + 1 < len(doc):
            first = doc[first.i + 1]
        itself = first._.says and first.lemma_ in intransitive and first.tag_ in ("VBD", "VBP", "VBZ", "VBN")
        return first if itself and not _has_object(first) else None
    for token in doc[at + 1 : at + _PREDICATE]:
        if token._.says:
            return token if token.tag_ in ("VBN", "VBD", "JJR", "JJ", "RBR") and not _has_object(token) else None
        if token.lower_ not in _HELPERS and token.pos_ not in ("ADV", "PART"):
            return None
    return None


def _has_object(verb: Token) -> bool:
    """Whether a noun phrase follows at once: the verb says something of that."""
    following = verb.nbor() if verb.i + 1 < len(verb.doc) else None
    return following is not None and following.pos_ in ("NOUN", "PROPN", "DET", "ADJ", "PRON") and following.tag_ != "PDT"


def _opens_predicate(doc: Doc, at: int) -> bool:
    return at < len(doc) and doc[at].tag_ in _FINITE


def _said_before(doc: Doc, span: Span, outcome: Token, carriers: Collection[str]) -> Iterator[Told]:
    """The verb or comparative before a list, directly or through "the loss of"."""
    inner: Token | None = None
    at = span.start - 1
    while at >= max(0, span.start - 3 * _LONGEST):
        token = doc[at]
        if token._.says and token.pos_ in ("VERB", "ADJ") and token.tag_ in ("VBD", "VBN", "VBZ", "VBP", "VBG", "JJR", "VB"):
            if not is_joined(token):
                yield Told(outcome, inner or token, token if inner else None)
                return
            break
        if token.lower_ in _PARTICLES and at and doc[at - 1].lower_ in _MOVED:
            yield Told(outcome, inner or token, token if inner else None, "" if inner else _PARTICLES[token.lower_])
            return
        if token.lower_ in ("from", "against") and inner is None:
            keeper = next((one for one in reversed(doc[max(0, at - _LONGEST) : at]) if one.lemma_ in _KEEPING), None)
            if keeper is not None and keeper.tag_.startswith("VB"):
                yield Told(outcome, keeper, None, "decrease")
            return
        if token.lower_ in ("of", "in") and at:
            head = doc[at - 1]
            if head._.says and head.pos_ == "NOUN" and inner is None:
                inner = head
            elif head.lemma_ not in carriers:
                break
            at -= 1
        elif not (_is_inside(token) or token.lower_ in _JOINS or token.text in "()"):
            break
        at -= 1
    if inner is not None:
        yield Told(outcome, inner)


def is_joined(token: Token) -> bool:
    """ "LPS-induced inflammation": the participle says where it came from. "Re-established" is one word."""
    joined = token.i > 0 and token.nbor(-1).text in "-‐‑–"
    return joined and not (token.i > 1 and token.doc[token.i - 2].lower_ in _PREFIXES)
