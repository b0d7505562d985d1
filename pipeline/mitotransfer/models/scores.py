"""Scores of a trained pipeline on gold records: tokens, tags, lemmas, dependencies, sentences, names.

Syntax is scored by spaCy's own scorer, once from the text alone and once on the gold tokens; as everywhere with spaCy, relations
of punctuation do not count in UAS and LAS. Names count when both ends and the label are exactly right, over all annotated names,
also those that no token can hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from mitotransfer.models.corpora import Gold
from mitotransfer.models.docbins import to_doc


class Prf(msgspec.Struct, frozen=True):
    """Precision, recall and F1 (0 to 1) over `gold` annotated items."""

    precision: float
    recall: float
    f1: float
    gold: int


class _Counts(NamedTuple):
    right: Counter[str]
    said: Counter[str]
    gold: Counter[str]


def name_scores(
    predicted: Iterable[Iterable[tuple[int, int, str]]], records: Iterable[Gold], labels: Mapping[str, str] | None = None
) -> dict[str, Prf]:
    """Exact-span scores per label and over all (`ALL`). `predicted`: (start, end, label) of each record; `labels` renames on
    both sides."""
    counts = _Counts(Counter(), Counter(), Counter())
    rename = (labels or {}).get
    for spans, record in zip(predicted, records, strict=True):
        said = {(start, end, rename(label, label)) for start, end, label in spans}
        gold = {(span.start, span.end, rename(span.label, span.label)) for span in record.spans}
        counts.right.update(label for _, _, label in said & gold)
        counts.said.update(label for _, _, label in said)
        counts.gold.update(label for _, _, label in gold)
    scores = {label: _prf(counts.right[label], counts.said[label], counts.gold[label]) for label in sorted(counts.gold)}
    return scores | {"ALL": _prf(counts.right.total(), counts.said.total(), counts.gold.total())}


def _prf(right: int, said: int, gold: int) -> Prf:
    precision, recall = right / said if said else 0.0, right / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return Prf(round(precision, 4), round(recall, 4), round(f1, 4), gold)


_SYNTAX = ("token_f", "tag_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")


def syntax_scores(nlp: Language, records: Sequence[Gold], *, gold_tokens: bool) -> dict[str, float]:
    """Tokens F1, tag and lemma accuracy, UAS, LAS and sentence F1 (0 to 1), a paragraph being one text.

    `gold_tokens`: the pipeline is given the annotators' tokens; otherwise it makes its own, and what it says of tokens that
    are none counts as wrong.
    """
    references = [to_doc(record, nlp.vocab) for record in records]
    made = [_bare(doc) if gold_tokens else nlp.make_doc(doc.text) for doc in references]
    docs = list(nlp.pipe(made, batch_size=64))
    scorer = Scorer(nlp)
    found = scorer.score([Example(doc, reference) for doc, reference in zip(docs, references, strict=True)])
    return {name: round(found[name], 4) for name in _SYNTAX}


def _bare(doc: Doc) -> Doc:
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])


def layer_names(nlp: Language, records: Iterable[Gold], layer: str = "") -> Iterator[list[tuple[int, int, str]]]:
    """For each record the names (start, end, label) in `doc.spans[layer]`, or in `doc.ents` without a layer."""
    for doc in nlp.pipe((record.text for record in records), batch_size=64):
        yield [(span.start_char, span.end_char, span.label_) for span in (doc.spans[layer] if layer else doc.ents)]
