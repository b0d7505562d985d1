"""Training data of the recipe: spaCy's files of each split, word vectors, the list of known names."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from mitotransfer.errors import ConfigError
from mitotransfer.models import docbins, recipe
from mitotransfer.models.cell_lines import finder, mark_lines
from mitotransfer.models.components import vector_table
from mitotransfer.models.corpora import Gold
from mitotransfer.models.gazetteer import known_names, vocabulary_names
from mitotransfer.models.recipe import Recipe
from mitotransfer.models.tokens import tokenizer

IRREGULAR = "irregular.json"


def blank() -> Language:
    """An empty English pipeline with our tokenizer."""
    nlp = spacy.blank("en")
    nlp.tokenizer = tokenizer(nlp)
    return nlp


def records(made: Recipe, root: Path, name: str, split: recipe.Split, lines: Sequence[str]) -> list[Gold]:
    """The records of a corpus; `lines` are names of cell lines."""
    corpus = made.corpora[name]
    found = list(recipe.read(corpus, root, split))
    if not corpus.lines:
        return found
    known = finder(lines)
    return [mark_lines(record, known) for record in found]


def cell_lines(vocabulary: Path) -> list[str]:
    """The names of cell lines that the vocabulary holds."""
    return [name for name, _ in vocabulary_names(vocabulary, {"cell_line": ""})]


def prepare(made: Recipe, root: Path, vocabulary: Path, work: Path, say: Callable[[str], None]) -> None:
    """Write `<corpus>_<train|dev>.spacy`, `vectors/`, `names/` and `irregular.json` into `work`.

    Raises ConfigError when a source is missing.
    """
    nlp = blank()
    lines = cell_lines(vocabulary)
    for name in made.corpora:
        for split in ("train", "dev"):
            found = records(made, root, name, split, lines)
            count = docbins.write(found, work / f"{name}_{split}.spacy", nlp.vocab)
            say(f"{name} {split}: {count} texts, {sum(len(record.spans) for record in found)} names")
    names = known_names(
        vocabulary, made.names.vocabulary, list(made.names.sources.values()), root, _table(root / made.vectors.path)["words"], nlp
    )
    names.to_disk(work / "names")
    say(f"names: {len(names.table)}")
    (work / IRREGULAR).write_bytes(gzip.decompress((root / made.irregular.path).read_bytes()))
    kept = vectors(made, root)
    kept.to_disk(work / "vectors")
    say(f"vectors: {kept.vocab.vectors.shape[0]} words")


@cache
def _table(path: Path) -> dict[str, Any]:
    """The vectors' file: `words`, the most frequent first, and `vectors` by word."""
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def vectors(made: Recipe, root: Path) -> Language:
    """An empty pipeline with the vectors of the recipe's words, each of unit length.

    spaCy looks vectors up by the exact word, so each is entered in lower case, with a capital, and in capitals.
    """
    table: dict[str, list[float]] = _table(root / made.vectors.path)["vectors"]
    words = made.word_list()
    if unknown := [word for word in words if word not in table]:
        raise ConfigError(f"{made.words}: no vector for '{unknown[0]}' in {made.vectors.path} ({len(unknown)} such words)")
    # wink's file has two more numbers behind each vector: its length and its rank
    data = np.asarray([table[word][:-2] for word in words], dtype="float32")
    data /= np.maximum(np.linalg.norm(data, axis=1, keepdims=True), 1e-6)
    nlp = blank()
    nlp.vocab.vectors = vector_table(words, data)
    return nlp
