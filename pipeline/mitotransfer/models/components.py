"""spaCy components of the trained pipeline. The wheel of the model carries this file, so it imports nothing of the project.

`names` marks what a list of names knows, as a feature for the entity recognisers; `layer` sets one recogniser's entities aside so
that the next starts afresh; `union` joins the layers into `doc.ents`.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from spacy.attrs import LEMMA, LOWER, TAG
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span
from spacy.vectors import Vectors
from spacy.vocab import Vocab

Factory = TypeVar("Factory", bound=Callable[..., Any])
_HOME = "mitotransfer.models.components"


def factory(name: str, **given: Any) -> Callable[[Factory], Factory]:
    """`Language.factory`, once: spaCy allows no two, so the copy in a wheel of the model leaves it to the project."""
    if __name__ != _HOME and importlib.util.find_spec("mitotransfer") and importlib.util.find_spec(_HOME):
        return lambda made: made
    return Language.factory(name, **given)


_LONGEST = 8  # words of a name; longer ones are systematic titles that no author writes


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word in lower case and without a regular plural."""
    word = word.lower()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


class Names:
    """Marks the words of known names in `token.ent_id_`: B-LABEL for a name's first word, I-LABEL for the others.

    The names themselves are in `doc.spans["names"]`.

    Read from left to right, the longest name first. Unlike `ent_type_` this attribute does not bind the recognisers that read it
    as a feature, and unlike `ent_kb_id_` it outlives them; `union` clears it.
    """

    def __init__(self, names: dict[str, str] | None = None) -> None:
        self.table: dict[str, str] = names or {}
        self._index()

    def _index(self) -> None:
        self.lengths: dict[str, int] = {}
        self._note(self.table)

    def _note(self, names: Iterable[str]) -> None:
        """How many words the names have that begin with a word, as bits."""
        lengths = self.lengths
        for name in names:
            first, _, rest = name.partition(" ")
            lengths[first] = lengths.get(first, 0) | 1 << (rest.count(" ") + 2 if rest else 1)

    def add(self, label: str, words: Iterable[str]) -> None:
        """Add one name, given as its tokens; a name that is there already keeps its label."""
        words = list(words)
        if 0 < len(words) <= _LONGEST:
            name = " ".join(folded(word) for word in words)
            self.table.setdefault(name, label)
            self._note([name])

    def __call__(self, doc: Doc) -> Doc:
        """Mark the document's tokens."""
        words = [folded(token.text) for token in doc]
        spans, n = [], 0
        while n < len(words):
            length, label = self._at(words, n)
            for k in range(length):
                doc[n + k].ent_id_ = f"{'I' if k else 'B'}-{label}"
            if length:
                spans.append(Span(doc, n, n + length, label=label))
            n += length or 1
        doc.spans["names"] = spans
        return doc

    def _at(self, words: list[str], n: int) -> tuple[int, str]:
        lengths = self.lengths.get(words[n], 0)
        for length in range(min(lengths.bit_length() - 1, len(words) - n), 0, -1):
            if lengths >> length & 1 and (label := self.table.get(" ".join(words[n : n + length]))) is not None:
                return length, label
        return 0, ""

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002 spaCy's signature
        """The list, sorted and compressed."""
        lines = "".join(f"{label}\t{name}\n" for name, label in sorted(self.table.items()))
        return gzip.compress(lines.encode(), mtime=0)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Names:  # noqa: ARG002
        """The inverse of `to_bytes`."""
        pairs = (line.partition("\t") for line in gzip.decompress(data).decode().splitlines())
        labels: dict[str, str] = {}  # one string for each label, not for each name
        self.table = {name: labels.setdefault(label, label) for label, _, name in pairs}
        self._index()
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write `names.gz` into the directory."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "names.gz").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Names:  # noqa: ARG002
        """The inverse of `to_disk`."""
        return self.from_bytes((Path(path) / "names.gz").read_bytes())

    def initialize(self, get_examples: Callable[[], Iterable[Any]], *, nlp: Language | None = None, names: str = "") -> None:  # noqa: ARG002
        """Take the list from a file written by `to_disk`, before training."""
        if names:
            self.from_disk(names)


@factory("mitotransfer_names", assigns=["token.ent_id"])
def make_names(nlp: Language, name: str) -> Names:  # noqa: ARG001 spaCy's signature
    """An empty list of names; its content is loaded with the pipeline."""
    return Names()


class WordVectors:
    """Gives the vocabulary its static vectors, kept as half-precision numbers: half the size, and no score that changes.

    Each of `words` (lower case) is also found with a capital and in capitals. `data`: one row a word.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self.words: list[str] = []
        self.data = np.zeros((0, 0), dtype="float16")

    def __call__(self, doc: Doc) -> Doc:
        """Nothing is done to documents."""
        return doc

    def set(self, words: list[str], data: np.ndarray[Any, Any]) -> None:
        """Take these words and their vectors into use."""
        self.words, self.data = words, data.astype("float16")
        self.vocab.vectors = vector_table(words, self.data.astype("float32"))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write `words.gz` and `vectors.npy` into the directory."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "words.gz").write_bytes(gzip.compress("\n".join(self.words).encode(), mtime=0))
        np.save(Path(path) / "vectors.npy", self.data)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> WordVectors:  # noqa: ARG002
        """The inverse of `to_disk`."""
        words = gzip.decompress((Path(path) / "words.gz").read_bytes()).decode().split("\n")
        self.set(words, np.load(Path(path) / "vectors.npy"))
        return self


def vector_table(words: Sequence[str], data: np.ndarray[Any, Any]) -> Vectors:
    """spaCy's table for these words (lower case): it looks them up as they are written, so each has up to three keys."""
    table = Vectors(data=data, keys=[get_string_id(word) for word in words])
    for row, word in enumerate(words):
        for form in {word.capitalize(), word.upper()} - {word}:
            table.add(get_string_id(form), row=row)
    return table


@factory("mitotransfer_vectors")
def make_vectors(nlp: Language, name: str) -> WordVectors:  # noqa: ARG001 spaCy's signature
    """No vectors yet; they are loaded with the pipeline."""
    return WordVectors(nlp.vocab)


class Lemmatizer:
    """Lemmas, in lower case, of words with a tag: exceptions by word, else what the word's ending tells.

    `rules`: for each tag of inflected words, by ending, the edits (old end, new end) that make lemmas, the likelier first; of the
    lemmas that all endings of a word give, the longest first, the first `known` one counts, else the first. Words with digits
    and those of other tags are their own lemmas.
    """

    ENDING = 4  # letters of the longest ending that rules go by
    _KEPT = 50_000  # words; then they are forgotten

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self.set({}, {}, ())

    def set(
        self,
        exceptions: Mapping[str, Mapping[str, str]],
        rules: Mapping[str, Mapping[str, Sequence[Sequence[str]]]],
        known: Iterable[str],
    ) -> None:
        """Take these exceptions (lemmas by tag and word), rules and known words into use."""
        self.exceptions, self.rules, self.known = exceptions, rules, frozenset(known)
        self._made: dict[tuple[int, int], int] = {}

    def lemma(self, word: str, tag: str) -> str:
        """The lemma of a word."""
        word = word.lower()
        if (exception := self.exceptions.get(tag, {}).get(word)) is not None:
            return exception
        rules = self.rules.get(tag)
        if not rules or any(letter.isdigit() for letter in word):
            return word
        made = [edited(word, old, new) for ending in endings(word) for old, new in rules.get(ending, ())]
        return next((lemma for lemma in made if lemma in self.known), made[0] if made else word)

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemmas of all tokens."""
        lemmas = [self._lemma(lower, tag) for lower, tag in doc.to_array([LOWER, TAG]).tolist()]
        column: Any = np.array(lemmas, dtype="uint64").reshape(-1, 1)
        return doc.from_array([LEMMA], column)

    def _lemma(self, lower: int, tag: int) -> int:
        if (lemma := self._made.get((lower, tag))) is None:
            if len(self._made) >= self._KEPT:
                self._made.clear()
            strings = self.vocab.strings
            lemma = self._made[lower, tag] = strings.add(self.lemma(strings[lower], strings[tag]))
        return lemma

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002 spaCy's signature
        """Write `lemmas.gz` into the directory."""
        Path(path).mkdir(parents=True, exist_ok=True)
        content = {"exceptions": self.exceptions, "rules": self.rules, "known": sorted(self.known)}
        (Path(path) / "lemmas.gz").write_bytes(gzip.compress(json.dumps(content, sort_keys=True).encode(), mtime=0))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Lemmatizer:  # noqa: ARG002
        """The inverse of `to_disk`."""
        self.set(**json.loads(gzip.decompress((Path(path) / "lemmas.gz").read_bytes())))
        return self


def endings(word: str) -> Iterator[str]:
    """The endings of a word that rules go by, the longest first and the empty one last; none is the whole word."""
    for length in range(min(Lemmatizer.ENDING, len(word) - 1), -1, -1):
        yield word[len(word) - length :]


def edited(word: str, old: str, new: str) -> str:
    """The word with its end exchanged."""
    return word[: len(word) - len(old)] + new


@factory("mitotransfer_lemmatizer", assigns=["token.lemma"], requires=["token.tag"])
def make_lemmatizer(nlp: Language, name: str) -> Lemmatizer:  # noqa: ARG001 spaCy's signature
    """A lemmatizer that leaves each word as it is; what it goes by is loaded with the pipeline."""
    return Lemmatizer(nlp.vocab)


class Layer:
    """Moves `doc.ents` to `doc.spans[key]`."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities aside."""
        doc.spans[self.key] = list(doc.ents)
        doc.ents = ()
        return doc


@factory("mitotransfer_layer", assigns=["doc.spans"], requires=["doc.ents"], default_config={"key": "layer"})
def make_layer(nlp: Language, name: str, key: str) -> Layer:  # noqa: ARG001
    """A component that sets entities aside under `key`."""
    return Layer(key)


class Union:
    """Joins the layers into `doc.ents` under common labels.

    `labels` maps, for each layer, its labels to the common ones ("" drops a label). Longer names win over shorter ones, and of
    equals those of the layer that is listed first.
    """

    def __init__(self, labels: dict[str, dict[str, str]]) -> None:
        self.mapping = labels

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc.ents`."""
        spans = [
            Span(doc, span.start, span.end, label=common)
            for key, mapping in self.mapping.items()
            for span in doc.spans.get(key, ())
            if (common := mapping.get(span.label_, ""))
        ]
        for token in (token for name in doc.spans.get("names", ()) for token in name):
            token.ent_id_ = ""
        taken: set[int] = set()
        kept: list[Span] = []
        for span in sorted(spans, key=len, reverse=True):  # a stable order: of equals the first layer's stays first
            if taken.isdisjoint(range(span.start, span.end)):
                taken.update(range(span.start, span.end))
                kept.append(span)
        doc.set_ents(kept)
        return doc


@factory("mitotransfer_union", assigns=["doc.ents"], requires=["doc.spans"], default_config={"labels": {}})
def make_union(nlp: Language, name: str, labels: dict[str, dict[str, str]]) -> Union:  # noqa: ARG001
    """A component that joins layers; see Union."""
    return Union(labels)
