"""The trained parts as one pipeline, with the versions it was made with and a checksum of each file."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import DocBin
from spacy.vectors import Vectors

from mitotransfer.models.catalogue import FORMAT
from mitotransfer.models.lemmas import learn, ranked
from mitotransfer.models.multitask import SHARED
from mitotransfer.models.prepare import IRREGULAR, blank
from mitotransfer.models.recipe import Recipe

LOCKED = ("spacy", "thinc", "scispacy", "numpy")


def assemble(recipe: Recipe, work: Path, out: Path) -> Language:
    """Join the best states in `work` (syntax, names), write the pipeline to `out`, and return it as loaded from there."""
    nlp = spacy.load(work / "syntax" / "model-best")
    ruler: Any = nlp.add_pipe("attribute_ruler", after="tagger")
    train = DocBin().from_disk(work / "data" / f"{recipe.syntax.corpus}_train.spacy")
    for tag, pos in universal(train, nlp).items():
        ruler.add(patterns=[[{"TAG": tag}]], attrs={"POS": pos})
    irregular = json.loads((work / "data" / IRREGULAR).read_bytes())
    learnt = learn(train.get_docs(nlp.vocab), recipe.word_list(), irregular, nlp.vocab)
    lemmatizer: Any = nlp.add_pipe("mitotransfer_lemmatizer", name="lemmatizer", after="attribute_ruler")
    lemmatizer.set(learnt.exceptions, learnt.rules, learnt.known)
    names = spacy.load(
        work / "names" / "model-best", exclude=sorted(set(recipe.recognisers.corpora) - set(recipe.recognisers.kept))
    )
    for shared in ("names", SHARED):
        nlp.add_pipe(shared, source=names)
    for head in recipe.recognisers.kept:
        nlp.add_pipe(head, source=names)
        nlp.add_pipe("mitotransfer_layer", name=f"{head}_layer", config={"key": head})
    nlp.add_pipe("mitotransfer_union", name="union", config={"labels": recipe.labels})
    words = recipe.word_list()
    table = nlp.vocab.vectors
    vectors: Any = nlp.add_pipe("mitotransfer_vectors", name="vectors", first=True)
    vectors.set(words, table.data[[table.key2row[get_string_id(word)] for word in words]])
    _describe(nlp, recipe)
    _write(nlp, out)
    return spacy.load(out)


def universal(store: DocBin, nlp: Language) -> dict[str, str]:
    """The universal part of speech of each fine tag: the one it mostly has in the training data."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in store.get_docs(nlp.vocab):
        for token in doc:
            counts[token.tag_][token.pos_] += 1
    return {tag: ranked(found)[0] for tag, found in sorted(counts.items()) if tag}


def _describe(nlp: Language, recipe: Recipe) -> None:
    nlp.meta.update(
        name=recipe.name,
        version=recipe.version,
        description=recipe.description,
        author="mitotransfer",
        license="CC BY-SA 4.0",
        sources=[
            {"name": name, "url": corpus.address, "license": corpus.licence, "author": corpus.citation}
            for name, corpus in recipe.corpora.items()
        ],
        performance={},
    )
    nlp.meta["mitotransfer"] = {"format": FORMAT, "lock": {name: importlib.metadata.version(name) for name in LOCKED}}
    nlp.config["paths"] = dict.fromkeys(nlp.config["paths"])  # where training found its data says nothing here


def _write(nlp: Language, out: Path) -> None:
    """Write to a fresh directory; the checksums go into meta.json, which cannot hold its own."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    kept, nlp.vocab.vectors = nlp.vocab.vectors, Vectors()  # the component `vectors` writes them, in half the space
    nlp.to_disk(out)
    nlp.vocab.vectors = kept
    srsly.write_json(out / "vocab" / "strings.json", sorted(_needed_strings(nlp)))
    meta = srsly.read_json(out / "meta.json")
    meta["mitotransfer"]["files"] = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "meta.json"
    }
    srsly.write_json(out / "meta.json", meta)


def _needed_strings(nlp: Language) -> set[str]:
    """The strings that loaded components look up by their hash; the store itself holds each word that training ever saw."""
    return {*blank().vocab.strings, *(label for labels in nlp.pipe_labels.values() for label in labels)}
