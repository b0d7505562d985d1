"""How rightly names are linked to Cell Ontology and Uberon, on the names and concepts that CRAFT's annotators marked.

    mitotransfer kb build CRAFT/ontologies/CL.obo.zip CRAFT/ontologies/UBERON.obo.zip --out KB
    python tools/link_accuracy.py --craft CRAFT --kb KB [--split dev] [--method words|tfidf|scispacy] [--by spelling]

Each method is measured twice: with all concepts (every name has its concept, "no id" is never right), and with half of them
taken out, chosen by a hash of the id (a name whose concept is out must get no id; recall counts the others). A name counts as
often as it occurs, with `--by spelling` once. P: right ids of those given, R: right ids of those to be found. The thresholds of
`words` are the scores its links can have (`linking.SCORES`). The test split is left alone. Short forms are given as they stand.

On CRAFT's development articles (539 cell types, 1413 names of anatomy; CL of 2019, Uberon of 2015; P / R), each method at the
threshold 0.8, and `words` at its lowest beside it:

                             all concepts                     half of the concepts taken out
                     cell           anatomy              cell           anatomy
    words        1.000 / 0.727  0.980 / 0.852        1.000 / 0.678  0.974 / 0.763
    tfidf        0.980 / 0.622  0.915 / 0.712        0.816 / 0.394  0.508 / 0.615
    scispacy     0.958 / 0.642  0.933 / 0.794        0.521 / 0.406  0.513 / 0.722
    words, 0.5   0.990 / 0.753  0.973 / 0.915        0.986 / 0.756  0.674 / 0.874

Similar letters are no evidence: what an ontology lacks gets the id of something that is spelled alike. scispaCy's index of all
names took 399 s to build on two busy cores, the linker's 1.2 s. At 0.8 no precision of these four columns falls below 0.96 on the
training articles either; the mean of their F0.5 is 0.908 there (0.910 at 0.6, 0.906 at 0.5), F1 alone would ask for 0.5.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mitotransfer.models import kb, linking
from mitotransfer.models.corpora import craft

LABELS = {"CELL": "cell", "ANATOMY": "tissue"}
PREFIX = {"cell": "CL", "tissue": "UBERON"}


class Name(NamedTuple):
    surface: str
    category: str
    concept: str


Answer = tuple[str, float] | None
Method = Callable[[Sequence[kb.Concept], Sequence[Name]], list[Answer]]


def names_of(directory: Path, split: str) -> Counter[Name]:
    return Counter(
        Name(record.text[span.start : span.end], LABELS[span.label], span.concept)
        for record in craft(directory, split)
        for span in record.spans
        if span.label in LABELS
    )


def by_words(concepts: Sequence[kb.Concept], names: Sequence[Name]) -> list[Answer]:
    """The project's linker."""
    linker = linking.Linker(concepts, 0)
    found = [linker.link(name.surface, name.category) for name in names]
    return [link and (link.concept_id, link.score) for link in found]


def _split(concepts: Sequence[kb.Concept], names: Sequence[Name], method: Method) -> list[Answer]:
    """A method that knows one ontology only, on the names of each category."""
    answers: dict[Name, Answer] = {}
    for category, prefix in PREFIX.items():
        own = [name for name in names if name.category == category]
        answers |= zip(own, method([c for c in concepts if c.prefix == prefix], own), strict=True)
    return [answers[name] for name in names]


def by_trigrams(concepts: Sequence[kb.Concept], names: Sequence[Name]) -> list[Answer]:
    """TF-IDF over trigrams of characters, cosine, every name compared with every other (scikit-learn)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = sorted({(linking.key(text), c.id) for c in concepts for text in (c.name, *(text for text, _ in c.synonyms))})
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3))
    matrix = vectorizer.fit_transform([text for text, _ in rows])
    answers: list[Answer] = []
    for name in names:
        scores = (matrix @ vectorizer.transform([linking.key(name.surface)]).T).toarray().ravel()
        best = int(scores.argmax())  # of equal ones the first: rows are sorted
        answers.append((rows[best][1], float(scores[best])) if scores[best] > 0 else None)
    return answers


def by_scispacy(concepts: Sequence[kb.Concept], names: Sequence[Name]) -> list[Answer]:
    """scispaCy's CandidateGenerator; the index is made here as its `create_tfidf_ann_index` does, which wants scipy < 1.11."""
    import nmslib
    import numpy as np
    from scispacy.candidate_generation import CandidateGenerator
    from scispacy.linking_utils import Entity, KnowledgeBase
    from sklearn.feature_extraction.text import TfidfVectorizer

    class Concepts(KnowledgeBase):  # type: ignore[misc]
        def __init__(self) -> None:
            self.cui_to_entity = {c.id: Entity(c.id, c.name, [text for text, _ in c.synonyms]) for c in concepts}
            self.alias_to_cuis = defaultdict(set)
            for concept in concepts:
                for text in (concept.name, *(text for text, _ in concept.synonyms)):
                    self.alias_to_cuis[text].add(concept.id)

    base = Concepts()
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=10, dtype=np.float32)
    vectors = vectorizer.fit_transform(list(base.alias_to_cuis))
    filled = np.array(vectors.sum(axis=1) != 0).reshape(-1)
    aliases = list(itertools.compress(base.alias_to_cuis, filled))
    index = nmslib.init(method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR)
    index.addDataPointBatch(vectors[filled])
    index.createIndex({"M": 100, "indexThreadQty": 2, "efConstruction": 2000, "post": 0})
    index.setQueryTimeParams({"efSearch": 200})
    generator = CandidateGenerator(index, vectorizer, aliases, base)
    answers: list[Answer] = []
    for candidates in generator([name.surface for name in names], 30):
        best = max(candidates, key=lambda candidate: max(candidate.similarities), default=None)
        answers.append(best and (best.concept_id, max(best.similarities)))
    return answers


METHODS: dict[str, Method] = {
    "words": by_words,
    "tfidf": lambda concepts, names: _split(concepts, names, by_trigrams),
    "scispacy": lambda concepts, names: _split(concepts, names, by_scispacy),
}


def _hidden(ident: str) -> bool:
    return hashlib.sha256(ident.encode()).digest()[0] % 2 == 0


def report(counts: Counter[Name], concepts: Sequence[kb.Concept], method: Method, thresholds: Iterable[float]) -> None:
    present = {concept.id for concept in concepts}
    names = sorted(counts)
    begun = time.perf_counter()
    answers = dict(zip(names, method(concepts, names), strict=True))
    spent = time.perf_counter() - begun
    print(f"  {len(concepts)} concepts; index and {len(names)} different names in {spent:.1f} s")
    print("          threshold   given   right       P       R      F1")
    for category in LABELS.values():
        own = [name for name in names if name.category == category]
        there = sum(counts[name] for name in own if name.concept in present)
        for threshold in thresholds:
            given = [name for name in own if (answer := answers[name]) and answer[1] >= threshold]
            right = sum(counts[name] for name in given if (answers[name] or ("",))[0] == name.concept)
            said = sum(counts[name] for name in given)
            figures = right / max(said, 1), right / max(there, 1), 2 * right / max(said + there, 1)
            print(f"  {category:7} {threshold:9.2f} {said:7} {right:7}" + "".join(f"{figure:8.3f}" for figure in figures))


def evidence(counts: Counter[Name], concepts: Sequence[kb.Concept]) -> None:
    """What the links of the project's linker rest on, and how many are right."""
    linker = linking.Linker(concepts, 0)
    right: Counter[tuple[str, float]] = Counter()
    said: Counter[tuple[str, float]] = Counter()
    for name, count in counts.items():
        if link := linker.link(name.surface, name.category):
            said[link.kind, link.score] += count
            right[link.kind, link.score] += count * (link.concept_id == name.concept)
    for sort, number in sorted(said.items(), key=lambda item: -item[0][1]):
        print(f"  {sort[0]:12} {sort[1]:.2f} {right[sort]:6} of {number:6} right ({right[sort] / number:.3f})")
    print(f"  no candidate      {sum(counts.values()) - sum(said.values()):6} of {sum(counts.values()):6}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--craft", type=Path, required=True, metavar="DIR")
    parser.add_argument("--kb", type=Path, required=True, metavar="DIR")
    parser.add_argument("--split", choices=("train", "dev"), default="dev")
    parser.add_argument("--method", choices=tuple(METHODS), action="append")
    parser.add_argument("--by", choices=("mention", "spelling"), default="mention")
    options = parser.parse_args()
    counts = names_of(options.craft, options.split)
    if options.by == "spelling":
        counts = Counter(dict.fromkeys(counts, 1))
    concepts = kb.load(options.kb)[1]
    half = [concept for concept in concepts if not _hidden(concept.id)]
    for name in options.method or METHODS:
        thresholds = (
            sorted({score for _, score in linking.SCORES.values()}) if name == "words" else [0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]
        )
        for title, part in (("all concepts", concepts), ("half of the concepts taken out", half)):
            print(f"{name}, {title}")
            report(counts, part, METHODS[name], thresholds)
            if name == "words":
                evidence(counts, part)


if __name__ == "__main__":
    main()
