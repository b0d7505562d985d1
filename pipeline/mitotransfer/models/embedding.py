"""Embeddings of words, kept: what a tok2vec makes of a word by itself, before it looks at its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.attrs import ENT_ID, NORM, ORTH
from spacy.language import Language
from spacy.pipeline import Tok2Vec
from spacy.tokens import Doc

_BY_WORD = frozenset({"NORM", "PREFIX", "SUFFIX", "SHAPE", "LOWER", "ORTH", "ENT_ID"})  # what `_KEY` determines
_KEY = [ORTH, NORM, ENT_ID]
_KEPT = 20_000  # words: 18 MB with both our tok2vecs; then they are forgotten


def embeds_words(nlp: Language, name: str) -> bool:
    """Whether a tok2vec embeds each word by itself, by features that do not change from one place to another."""
    config: Any = nlp.get_pipe_config(name)["model"]
    embed = config.get("embed", {})
    return (
        config["@architectures"] == "spacy.Tok2Vec.v2"
        and embed.get("@architectures") == "spacy.MultiHashEmbed.v2"
        and _BY_WORD.issuperset(embed["attrs"])
    )


class WordEmbedding:
    """The embedding part of a tok2vec for which `embeds_words` holds."""

    def __init__(self, nlp: Language, pipe: Tok2Vec) -> None:
        self._vocab = nlp.vocab
        self._embed = pipe.model.layers[0]
        self._rows: dict[tuple[int, ...], int] = {}
        self._table: Any = None

    def __call__(self, docs: Sequence[Doc]) -> list[Any]:
        """The embedded words of each document."""
        keys = [list(map(tuple, doc.to_array(_KEY).tolist())) for doc in docs]
        if len(self._rows) > _KEPT:
            self._rows.clear()
            self._table = None
        new = list(dict.fromkeys(key for words in keys for key in words if key not in self._rows))
        if new:
            made = self._embed.predict([self._words(new)])[0]
            self._table = made if self._table is None else np.concatenate([self._table, made])
            for key in new:
                self._rows[key] = len(self._rows)
        if self._table is None:
            return list(self._embed.predict(docs))
        return [self._table[[self._rows[key] for key in words]] if words else self._table[:0] for words in keys]

    def _words(self, keys: Sequence[tuple[int, ...]]) -> Doc:
        """A document of these words."""
        doc = Doc(self._vocab, words=[self._vocab.strings[orth] for orth, *_ in keys])
        rest: Any = np.array([values for _, *values in keys], dtype="uint64")
        return doc.from_array(_KEY[1:], rest)
