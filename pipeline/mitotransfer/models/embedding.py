"""Embeddings of words, kept: what a tok2vec makes of a word by itself, before it looks at its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from spacy.attrs import ENT_ID, NORM, ORTH
from spacy.language import Language
from spacy.pipeline import Tok2Vec
from spacy.tokens import Doc

_BY_WORD = frozenset({"NORM", "PREFIX", "SUFFIX", "SHAPE", "LOWER", "ORTH", "ENT_ID"})  # what `_KEY` determines
_KEY = [ORTH, NORM, ENT_ID]
_KEYS = f"V{8 * len(_KEY)}"  # the numbers of a word as bytes
_KEPT = 6_000  # words: 54 MB with both our tok2vecs; then they are forgotten


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
    """The embedding part of a tok2vec for which `embeds_words` holds, and what `prepare` makes of embedded words, one a row."""

    def __init__(self, nlp: Language, pipe: Tok2Vec, prepare: Callable[[Any], Any]) -> None:
        self._vocab = nlp.vocab
        self._embed = pipe.model.layers[0]
        self._prepare = prepare
        self._rows: dict[bytes, int] = {}
        self.table: Any = None  # a prepared word a row

    def __call__(self, docs: Sequence[Doc]) -> list[Any]:
        """The rows of `table` for the words of each document, one of which has words; they hold until the next call."""
        keys: list[list[bytes]] = [doc.to_array(_KEY).view(_KEYS).ravel().tolist() for doc in docs]
        new = self._unknown(keys)
        if new and self.table is not None and len(self._rows) + len(new) > len(self.table):
            self._rows.clear()
            new = self._unknown(keys)
        if new:
            made = self._prepare(self._embed.predict([self._words(new)])[0])
            if self.table is None or len(made) > len(self.table):
                self.table = np.empty((max(_KEPT, len(made)), made.shape[1]), dtype=made.dtype)
            known = len(self._rows)
            self.table[known : known + len(made)] = made
            self._rows.update(zip(new, range(known, known + len(made)), strict=True))
        return [np.array([self._rows[key] for key in words], dtype=np.intp) for words in keys]

    def _unknown(self, keys: Sequence[Sequence[bytes]]) -> list[bytes]:
        return list(dict.fromkeys(key for words in keys for key in words if key not in self._rows))

    def _words(self, keys: Sequence[bytes]) -> Doc:
        """A document of these words."""
        values: Any = np.frombuffer(b"".join(keys), dtype="uint64").reshape(-1, len(_KEY))
        doc = Doc(self._vocab, words=[self._vocab.strings[orth] for orth in values[:, 0].tolist()])
        rest: Any = np.ascontiguousarray(values[:, 1:])
        return doc.from_array(_KEY[1:], rest)
