"""Phrases around a token of a parsed sentence: what is coordinated with it, and the words that belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Span, Token

from mitotransfer.document import Mention

# Dependents on the left that narrow a noun; articles and pronouns say nothing of what it is.
_NARROWING = frozenset({"amod", "compound", "nmod", "npadvmod", "nummod", "poss", "advmod", "case", "punct", "quantmod", "neg"})


def coordinated(token: Token) -> list[Token]:
    """The token and what is joined to it by "and", "or" and commas, in the order of the text; not what stands before it."""
    found = [token]
    for child in token.rights:
        if child.dep_ == "conj":
            found += coordinated(child)
    return sorted(found, key=lambda one: one.i)


def phrase(token: Token) -> Span:
    """The token with the words before it that narrow it: "alveolar protein leak", without articles and what follows."""
    start = token.i
    for child in reversed(list(token.lefts)):
        if child.dep_ not in _NARROWING or child.right_edge.i != start - 1:
            break
        start = child.left_edge.i
    while start < token.i and token.doc[start].is_punct:
        start += 1
    return token.doc[start : token.i + 1]


def named(token: Token, mentions: Sequence[Mention]) -> Mention | None:
    """The name that a token is part of; None where it belongs to none."""
    begin, end = token.idx, token.idx + len(token)
    return next((m for m in mentions if m.start < end and begin < m.end), None)
