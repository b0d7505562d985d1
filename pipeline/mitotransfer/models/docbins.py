"""Corpora as spaCy's training files: one Doc a paragraph, gold tokens, their syntax and the names in them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from mitotransfer.models.corpora import Gold

GOLD_KEY = "gold"


def to_doc(gold: Gold, vocab: Vocab) -> Doc:
    """The record as a Doc with its gold tokens.

    Names that begin or end inside a gold token cannot be entities of such a Doc; their tokens are left unmarked ("missing"), so
    that training neither rewards nor punishes what a model says there.
    """
    doc = _with_syntax(gold, vocab)
    entities: list[Span] = []
    missing: list[Span] = []
    for span in gold.spans:
        exact = doc.char_span(span.start, span.end, label=span.label, kb_id=span.concept)
        if exact is not None:
            entities.append(exact)
        elif (wide := doc.char_span(span.start, span.end, alignment_mode="expand")) is not None:
            missing.append(wide)
    taken = {token.i for span in entities for token in span}
    missing = [span for span in missing if taken.isdisjoint(token.i for token in span)]
    doc.set_ents(entities, missing=_disjoint(missing), default="outside")
    return doc


def _disjoint(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _with_syntax(gold: Gold, vocab: Vocab) -> Doc:
    tokens = [token for sentence in gold.sentences for token in sentence]
    starts: list[bool | int | None] = [number == 0 for sentence in gold.sentences for number in range(len(sentence))]
    words = [token.text for token in tokens]
    spaces = [after.start > token.end for token, after in pairwise(tokens)] + [False]
    if not tokens[0].dep:
        return Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    heads, base = [], 0
    for sentence in gold.sentences:
        heads += [base + token.head for token in sentence]
        base += len(sentence)
    return Doc(
        vocab, words=words, spaces=spaces, heads=heads, deps=[t.dep for t in tokens], tags=[t.tag for t in tokens],
        pos=[t.pos for t in tokens], lemmas=[t.lemma for t in tokens],
    )  # fmt: skip


def write(records: Iterable[Gold], path: Path, vocab: Vocab) -> int:
    """Write the records to a .spacy file; returns how many."""
    store = DocBin(store_user_data=False)
    for record in records:
        store.add(to_doc(record, vocab))
    path.parent.mkdir(parents=True, exist_ok=True)
    store.to_disk(path)
    return len(store)
