"""A tok2vec's look at the neighbours of each word, layer by layer: spaCy's MaxoutWindowEncoder with nothing but its arithmetic.

What the first layer makes of a word hangs on the word and its neighbours one by one, so it is kept with the word's embedding and
only added up here. Saved are further arrays made anew for each step, what only training needs, and the search for the largest of
several values where these lie side by side: here their rows are put apart. Results are spaCy's but for the last bits, and the
same bits whatever texts stand beside a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.pipeline import Tok2Vec
from thinc.api import NumpyOps

_EPSILON = 1e-08  # as in thinc's layer norm


def encodes_windows(nlp: Language, name: str) -> bool:
    """Whether a tok2vec's encoder is one that is known here."""
    encode: Any = nlp.get_pipe_config(name)["model"].get("encode", {})
    pipe: Any = nlp.get_pipe(name)
    return (
        encode.get("@architectures") == "spacy.MaxoutWindowEncoder.v2"
        and encode["window_size"] == 1
        and isinstance(pipe.model.ops, NumpyOps)
    )


class _Layer(NamedTuple):
    """Weights: of all first pieces, then of all second ones, and so on; scale and shift of the norm."""

    weights: Any
    bias: Any
    scale: Any
    shift: Any


class WindowEncoder:
    """The encoding part of a tok2vec for which `encodes_windows` holds."""

    def __init__(self, pipe: Tok2Vec) -> None:
        encode: Any = pipe.model.layers[1]
        self._gap = encode.attrs["pad"]
        self._ops = encode.ops
        self._layers = [self._layer(residual) for residual in encode.layers[0].layers]
        places = np.split(self._layers[0].weights, 3, axis=1)  # of the word before a place, at it, and behind it
        self._first = np.vstack(places)

    def _layer(self, residual: Any) -> _Layer:
        maxout, norm = (node for node in residual.walk() if node.name in ("maxout", "layernorm"))
        weights = maxout.get_param("W")
        self._width, self._pieces, inputs = weights.shape
        ordered = np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(-1, inputs))
        return _Layer(ordered, maxout.get_param("b").T.ravel(), norm.get_param("G"), norm.get_param("b"))

    def prepared(self, words: Any) -> Any:
        """Embedded words, each beside what the first layer makes of it where it stands before, at, and behind a place."""
        return np.hstack([words, self._ops.gemm(words, self._first, trans2=True)])

    def __call__(self, texts: Sequence[Any], prepared: Any) -> list[Any]:
        """The encoded words of each text, given as rows of the prepared ones; texts lie so far apart that none sees another."""
        width, inner = self._width, self._pieces * self._width
        rows = sum(len(text) + self._gap for text in texts) + self._gap
        words = np.zeros((rows, width), dtype="float32")
        made = np.zeros((rows, inner), dtype="float32")
        starts, at = [], self._gap
        for text in texts:
            end = at + len(text)
            words[at:end] = prepared[text, :width]
            for moved in range(3):  # of the three places at which a layer sees a word, first the one behind it
                begin = width + moved * inner
                made[at + 1 - moved : end + 1 - moved] += prepared[text, begin : begin + inner]
            starts.append(at)
            at = end + self._gap
        seen = np.zeros((rows, 3 * width), dtype="float32")
        for number, layer in enumerate(self._layers):
            if number:
                seen[1:, :width] = words[:-1]
                seen[:, width : 2 * width] = words
                seen[:-1, 2 * width :] = words[1:]
                self._ops.gemm(seen, layer.weights, out=made, trans2=True)
            made += layer.bias
            words += self._normed(made, layer)
        return [words[start : start + len(text)] for start, text in zip(starts, texts, strict=True)]

    def _normed(self, made: Any, layer: _Layer) -> Any:
        """The largest of the pieces, normed."""
        best = made[:, : self._width].copy()
        for piece in range(1, self._pieces):
            np.maximum(best, made[:, piece * self._width : (piece + 1) * self._width], out=best)
        best -= np.add.reduce(best, axis=1, keepdims=True) / self._width
        spread = np.add.reduce(best * best, axis=1, keepdims=True) / self._width
        spread += _EPSILON
        best *= spread ** (-0.5)
        best *= layer.scale
        best += layer.shift
        return best
