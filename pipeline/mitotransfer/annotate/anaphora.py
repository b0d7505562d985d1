"""Words that stand for a name: nouns that measure, hold or sum up what is named beside them, and pronouns.

The first get the slot of that name, so that rules over syntax see through them; the second get the slot `anaphor`, which fills
no role: other sentences of the article do (`antecedents.py`). Which words is data: the `lists` of `configs/rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spacy.tokens import Doc, Token

from mitotransfer.document import Mention

ANAPHOR = "anaphor"
_NARROWS = frozenset({"compound", "nmod", "amod", "npadvmod", "appos", "poss"})
# What nouns are in a sentence, and no adjective is; the clauses that nouns have, and no adjective has.
NOMINAL = frozenset({"nsubj", "nsubjpass", "dobj", "pobj", "dative", "oprd"})
CLAUSES = frozenset({"relcl", "acl"})
STEM = "mitochondri"
ADJECTIVE = "mitochondrial"
_MATTER = ("mito", "form")
_DESCRIBES = frozenset({"with", "lacking", "carrying", "bearing", "harboring", "harbouring"})
_LONGEST = 10  # words of a description
_LISTS = ("general_cell", "pronoun", "quantity", "cell_part", "container")  # what `_slot` asks for
Lists = Mapping[str, Sequence[str]]


def stands_for_names(lists: Lists) -> tuple[frozenset[str], frozenset[str]]:
    """The words, in lower case, and the lemmas that can get the slot `anaphor`."""
    return frozenset(lists.get("pronoun", ())), frozenset(lists.get("general_cell", ()))


def mark_further(doc: Doc, lists: Lists) -> None:
    """Gives words that stand for a name a SLOT; `doc` has those of the names already (`dependencies.mark_slots`)."""
    for token in doc:
        if _is_matter(token) and not token._.slot:
            token._.slot = "mito"
    words = frozenset(word for name in _LISTS for word in lists.get(name, ()))
    for token in doc:
        may = token.lemma_ in words or token.lower_ in words or token.pos_ == "NUM"
        if may and not token._.slot and (slot := _slot(token, lists)):
            token._.slot = slot


def may_hold_matter(token: Token, lists: Lists) -> bool:
    """Whether a token that is in no name can get the slot `mito` or `form`, whatever names there are beside it."""
    return (
        _is_matter(token) or token.pos_ == "NUM" or any(token.lemma_ in lists.get(name, ()) for name in ("quantity", "container"))
    )


def _is_matter(token: Token) -> bool:
    """Whether a word is one for mitochondria by itself; an adjective where only nouns stand is a slip of the parser."""
    lower = token.lower_
    if not lower.startswith(STEM):
        return False
    return not (lower.startswith(ADJECTIVE) and (token.dep_ in NOMINAL or any(child.dep_ in CLAUSES for child in token.rights)))


def _slot(token: Token, lists: Lists) -> str:
    if token.lemma_ in lists.get("general_cell", ()):
        if any(_within(child, "cell") for child in token.lefts if child.dep_ in _NARROWS):
            return "cell"
        return ANAPHOR if _described(token) or any(child.dep_ in ("det", "nummod") for child in token.lefts) else ""
    if token.lower_ in lists.get("pronoun", ()) and token.dep_ not in ("det", "preconj", "expl", "mark"):
        return ANAPHOR
    if token.lemma_ in lists.get("quantity", ()) or token.pos_ == "NUM":
        return next((held._.slot for held in _behind(token, "of") if held._.slot in _MATTER), "")
    if token.lemma_ in lists.get("cell_part", ()) and _whose(token) is not None:
        return "cell"
    if token.lemma_ in lists.get("container", ()) and _holds(token, lists):
        return "form"
    return ""


def _whose(part: Token) -> Token | None:
    """The cell that a part belongs to: "axons of neurons", "neuronal axons"; "somata and axons of neurons" for both."""
    held = [one for one in (*_behind(part, "of"), *(c for c in part.lefts if c.dep_ in _NARROWS)) if _within(one, "cell")]
    further = (one for child in part.rights if child.dep_ == "conj" for one in (_whose(child),) if one is not None)
    return next(iter(held), None) or next(further, None)


def _within(token: Token, slot: str) -> bool:
    return token._.slot == slot or any(_within(child, slot) for child in token.lefts if child.dep_ in _NARROWS)


def _behind(token: Token, preposition: str) -> list[Token]:
    """The objects of a preposition that belongs to a noun."""
    phrases = (child for child in token.rights if child.dep_ == "prep" and child.lower_ == preposition)
    return [held for phrase in phrases for held in phrase.rights if held.dep_ == "pobj"]


def _holds(token: Token, lists: Lists) -> bool:
    """Whether a noun is said to hold mitochondria: "particles with mitochondria", "bodies that contained mitochondria"."""
    clauses = (child for child in token.rights if child.dep_ in ("acl", "relcl") and child.lemma_ in lists.get("holds", ()))
    held = [one for clause in clauses for one in clause.rights if one.dep_ == "dobj"]
    prefixed = any(_within(child, "mito") for child in token.lefts if child.dep_ in (*_NARROWS, "amod"))
    return prefixed or any(one._.slot == "mito" for one in (*held, *_behind(token, "with"), *_behind(token, "of")))


def _described(token: Token) -> Token | None:
    """The first word of what tells cells without a name from others: "cells with a deletion", "cells lacking mtDNA"."""
    return next((one for one in token.rights if one.lower_ in _DESCRIBES and one.i == token.i + 1), None)


def name_of(token: Token, mentions: Sequence[Mention]) -> Mention | None:
    """The name that a token is part of, or that narrows a general noun ("HeLa cells"), or cells told by what they have.

    None where there is none of these. Cells told by what they have have no id.
    """
    begin, end = token.idx, token.idx + len(token)
    for mention in mentions:
        if mention.start < end and begin < mention.end:
            return mention
    if (whole := _whose(token)) is not None and token.dep_ != "ROOT":
        return name_of(whole, mentions)
    inner = (name_of(child, mentions) for child in reversed(list(token.lefts)) if child.dep_ in _NARROWS)
    if (found := next((m for m in inner if m is not None and m.category in ("cell", "cell_line")), None)) is not None:
        return found
    if token.lower_ not in ("cell", "cells") or (describing := _described(token)) is None:
        return None
    span = token.doc[token.i : min(describing.right_edge.i + 1, token.i + _LONGEST)]
    return Mention(span.start_char, span.end_char, "cell", "", span.text)
