"""spaCy's components over many texts at once, by ways that give the same and cost less.

What is dear in them is not the arithmetic. The transition parsers choose each move of each text by calls that ask for Python's
lock again and again: here the parser moves all texts one step at a time with the lock held, and a recogniser's moves are chosen
for all tokens at once, since those outside of a name do not depend on moves made before. A word's embedding is kept for
when the word comes again. Components that are not known here do what they always do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB, IS_SPACE, POS, SENT_START, TAG
from spacy.language import Language
from spacy.pipeline import AttributeRuler, DependencyParser, EntityRecognizer, Tok2Vec
from spacy.symbols import IDS
from spacy.tokens import Doc, Span

from mitotransfer.models.embedding import WordEmbedding, embeds_words
from mitotransfer.models.encoder import WindowEncoder, encodes_windows

Step = Callable[[Sequence[Doc]], object]
_NER_FEATURES = 3  # a recogniser's view of a state: the next token, the first one of the open name, the one before the next
_FEW = 8  # texts: measured, from here on steps that all of them take together are the cheaper way
_NONE = (sys.maxsize, 0, 0)  # behind the last name


def steps(nlp: Language) -> dict[str, Step]:
    """The components of a pipeline by name, in their order, each as something that is done to a batch of documents."""
    return {name: _step(nlp, name, pipe) for name, pipe in nlp.pipeline}


def annotated(texts: Sequence[str | Doc], nlp: Language, todo: Iterable[Step], batch_size: int) -> Iterator[Doc]:
    """The texts, or documents begun before, with what these steps of the pipeline make of them, `batch_size` at a time."""
    todo = list(todo)
    for begin in range(0, len(texts), batch_size):
        docs = [text if isinstance(text, Doc) else nlp.make_doc(text) for text in texts[begin : begin + batch_size]]
        for step in todo:
            step(docs)
        yield from docs


def _step(nlp: Language, name: str, pipe: Any) -> Step:
    if isinstance(pipe, Tok2Vec) and embeds_words(nlp, name) and encodes_windows(nlp, name):
        return _Vectors(nlp, pipe)
    if isinstance(pipe, DependencyParser) and pipe.cfg["beam_width"] == 1:
        return lambda docs: _parse(pipe, docs)
    if isinstance(pipe, EntityRecognizer) and pipe.cfg["beam_width"] == 1:
        return _Names(pipe)
    if isinstance(pipe, AttributeRuler) and (tags := _tag_map(pipe)) is not None:
        return lambda docs: _set_pos(docs, tags)
    if hasattr(pipe, "pipe"):
        return lambda docs: list(pipe.pipe(docs, batch_size=len(docs)))
    return lambda docs: [pipe(doc) for doc in docs]


class _Vectors:
    """A shared tok2vec, in batches small enough for what they make to stay in the processor's cache."""

    _BATCH = 16

    def __init__(self, nlp: Language, pipe: Tok2Vec) -> None:
        self._pipe, self._encode = pipe, WindowEncoder(pipe)
        self._embed = WordEmbedding(nlp, pipe, self._encode.prepared)

    def __call__(self, docs: Sequence[Doc]) -> None:
        if not any(map(len, docs)):
            self._pipe.set_annotations(docs, self._pipe.predict(docs))
            return
        texts = self._embed(docs)
        for begin in range(0, len(docs), self._BATCH):
            part = slice(begin, begin + self._BATCH)
            self._pipe.set_annotations(docs[part], self._encode(texts[part], self._embed.table))


def _parse(pipe: DependencyParser, docs: Sequence[Doc]) -> None:
    """spaCy's greedy parse, by its functions for training, which keep Python's lock; of few texts by its own."""
    if len(docs) < _FEW:
        pipe.set_annotations(docs, pipe.predict(docs))
        return
    batch = pipe.moves.init_batch(docs)
    if states := [state for state in batch if not state.is_final()]:
        step = pipe.model.predict(docs)
        simple = not pipe.model.attrs["unseen_classes"] and step.vec2scores is not None
        while states:
            scores = _scores(step, step.get_token_ids(states)) if simple else step.predict(states)
            states = pipe.transition_states(states, scores)
    pipe.set_annotations(docs, batch)


class _Names:
    """A recogniser of names.

    Outside of a name a move is chosen by the next token alone, inside by that, the first token of the name and the one before.
    All moves of the first kind are scored at once, then the second moves of all names that may begin, the third, and so on.
    """

    def __init__(self, pipe: EntityRecognizer) -> None:
        self._pipe = pipe
        moves = [pipe.moves.get_class_name(number) for number in range(pipe.moves.n_moves)]
        self._number = {move: number for number, move in enumerate(moves)}
        self._label = {number: move[2:] for number, move in enumerate(moves) if move != "O"}
        free = [number for number, move in enumerate(moves) if move == "O" or (move[0] in "BU" and self._label[number])]
        self._free = np.array(free)
        self._begins = np.array([moves[number][0] == "B" for number in free])
        self._names = np.array([moves[number] != "O" for number in free])
        self._inside = {
            number: (self._number[f"I-{label}"], self._number[f"L-{label}"])
            for number, label in self._label.items()
            if moves[number][0] == "B"
        }

    def __call__(self, docs: Sequence[Doc]) -> None:
        known = [doc.to_array([ENT_IOB, SENT_START, IS_SPACE]) for doc in docs]
        tokens = np.concatenate(known) if known else np.zeros((0, 3))
        if not len(tokens):
            return
        step = self._pipe.model.predict(docs)
        if (
            self._pipe.model.attrs["unseen_classes"]
            or step.vec2scores is None
            or step.state2vec.nF != _NER_FEATURES
            or np.isin(tokens[:, 0], (1, 3)).any()
        ):
            self._pipe.set_annotations(docs, self._pipe.predict(docs))
            return
        lengths = [len(doc) for doc in docs]
        closes = np.append(tokens[1:, 1] == 1, True)  # no name runs over the end of a sentence
        closes[np.cumsum(lengths)[np.array(lengths) > 0] - 1] = True
        found = zip(*(part.tolist() for part in self._spans(step, tokens[:, 2].astype(bool), closes)), strict=True)
        begin = taken = 0
        first, end, move = next(found, _NONE)
        for doc, length in zip(docs, lengths, strict=True):
            names = []
            while first < begin + length:
                if first >= taken:
                    names.append(Span(doc, first - begin, end - begin, label=self._label[move]))
                    taken = end
                first, end, move = next(found, _NONE)
            doc.set_ents(names, default="outside")
            begin += length

    def _spans(self, step: Any, spaces: Any, closes: Any) -> tuple[Any, Any, Any]:
        """The first token of each name that may begin, sorted, where it would end, and the move by which it begins."""
        places = np.arange(len(spaces), dtype="i")
        nowhere = np.full_like(places, -1)
        scores = _scores(step, _states(places, nowhere, nowhere))[:, self._free]
        scores[np.ix_(closes | spaces, self._begins)] = -np.inf
        scores[np.ix_(spaces, self._names)] = -np.inf
        chosen = scores.argmax(axis=1)
        firsts = places[self._names[chosen]]
        moves = self._free[chosen[firsts]]
        ends = firsts + 1
        going = np.flatnonzero(self._begins[chosen[firsts]])
        while len(going):
            now = ends[going]
            scores = _scores(step, _states(now, firsts[going], now - 1))
            inner, last = np.array([self._inside[move] for move in moves[going]]).T
            rows = np.arange(len(going))
            more, stop = scores[rows, inner], scores[rows, last]
            goes_on = ~closes[now] & ((more > stop) | ((more == stop) & (inner < last)))
            ends[going] += 1
            going = going[goes_on]
        return firsts, ends, moves


def _scores(step: Any, tokens: Any) -> Any:
    """The score of each move in states with these tokens, one state a row."""
    return step.vec2scores.predict(step.state2vec.predict(tokens))


def _states(*features: Any) -> Any:
    """States by their tokens, those of each feature apart."""
    return np.ascontiguousarray(np.stack(features, axis=1))


def _tag_map(ruler: AttributeRuler) -> dict[int, int] | None:
    """The part of speech for each tag, where that is all a ruler sets."""
    found: dict[int, int] = {}
    rules: list[Any] = ruler.patterns
    for rule in rules:
        wanted = [token for pattern in rule["patterns"] for token in pattern]
        if (
            len(wanted) != 1
            or list(wanted[0]) != ["TAG"]
            or list(rule["attrs"]) != ["POS"]
            or not isinstance(wanted[0]["TAG"], str)
        ):
            return None
        found[ruler.vocab.strings[wanted[0]["TAG"]]] = IDS[rule["attrs"]["POS"]]
    return found


def _set_pos(docs: Sequence[Doc], tags: dict[int, int]) -> None:
    for doc in docs:
        found = [tags.get(tag, pos) for pos, tag in doc.to_array([POS, TAG]).tolist()]
        column: Any = np.array(found, dtype="uint64").reshape(-1, 1)
        doc.from_array([POS], column)
