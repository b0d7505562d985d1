"""Speed of the language model in words a second on one core, next to blank spaCy with the same vocabulary, part by part.

    python tools/bench_nlp.py JATS [--words N] [--rounds N] [--model NAME]

All variants are run in turn, several rounds, in one process, each on paragraphs of its own, so that none profits from what
another's caches hold of them; each figure is the median of its rounds. A word is what stands between blanks and holds a letter or
digit. "added" is what a part costs beyond the line before; parts are run by spaCy's own `pipe`.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import spacy
from spacy.matcher import PhraseMatcher

from mitotransfer import annotate, parse, settings
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import NAMES
from mitotransfer.annotate.sentences import split_sentences
from mitotransfer.models.catalogue import load_catalogue
from mitotransfer.models.load import load_models, load_pipeline

STEPS = (
    ("tokenizer", ()),
    ("tok2vec, tagger", ("vectors", "tok2vec", "tagger", "attribute_ruler")),
    ("lemmatizer", ("lemmatizer", "lemmas")),
    ("parser (with sentences)", ("parser",)),
    ("list of names", ("names",)),
    ("shared layers of the recognisers", ("tok2vec_names",)),
    ("recogniser, CRAFT", ("ner_craft", "ner_craft_layer")),
    ("recogniser, BioNLP13CG", ("ner_cancer", "ner_cancer_layer")),
    ("union: the whole pipeline", ("union",)),
)


def paragraphs(directory: Path) -> list[str]:
    found = []
    for path in sorted(directory.iterdir()):
        for article in parse.parse_documents(path.read_bytes(), path.name, max_bytes=50_000_000):
            found += [passage.text for passage in article.passages if passage.kind == "paragraph"]
    return found


def variants(model: str) -> dict[str, Callable[[list[str]], object]]:
    config = settings.load()
    resources = annotate.load(config.annotate)
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    phrases = PhraseMatcher(blank.vocab, attr="LOWER")
    forms = {form for entry in resources.vocabulary.entries.values() for form in entry.forms}
    phrases.add("vocabulary", list(blank.tokenizer.pipe(sorted(forms))))
    catalogue = load_catalogue(Path(config.nlp.catalogue))
    nlp = load_pipeline(catalogue.find(model), catalogue).nlp
    models = load_models(model, (), Path(config.nlp.catalogue))

    def blank_and_phrases(texts: list[str]) -> None:
        for doc in blank.pipe(texts):
            phrases(doc)

    def ours(texts: list[str]) -> None:
        for text in texts:
            for start, end in split_sentences(text):
                names(text[start:end], resources, NAMES, {})

    def upto(wanted: list[str]) -> Callable[[list[str]], None]:
        def run(texts: list[str]) -> None:
            with nlp.select_pipes(enable=wanted):
                for _ in nlp.pipe(texts, batch_size=64):
                    pass

        return run

    found: dict[str, Callable[[list[str]], object]] = {
        "blank spaCy, sentencizer, vocabulary (PhraseMatcher)": blank_and_phrases,
        "our sentences and vocabulary, no model": ours,
        "the whole pipeline, as annotation runs it (models/quick.py)": lambda texts: list(models.analyse(texts)),
    }
    used: list[str] = []
    for label, parts in STEPS:
        used += [part for part in parts if part in nlp.pipe_names]
        found[label] = upto(list(used))
    return found


def counted(text: str) -> int:
    return sum(any(char.isalnum() for char in word) for word in text.split())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("jats", type=Path)
    arguments.add_argument("--words", type=int, default=10_000, help="at most so many for one variant in one round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--model", default="mitotransfer")
    asked = arguments.parse_args()
    runs = variants(asked.model)
    turns = [(number, label) for number in range(asked.rounds + 1) for label in runs]
    texts = paragraphs(asked.jats)
    spent: dict[str, list[float]] = {label: [] for label in runs}
    for turn, (number, label) in enumerate(turns):
        share, words = [], 0
        for text in texts[turn :: len(turns)]:
            if words < asked.words:
                share.append(text)
                words += counted(text)
        begun = time.perf_counter()
        runs[label](share)
        if number:  # the first round warms up
            spent[label].append((time.perf_counter() - begun) / words)
    print(f"{asked.rounds} rounds, up to {asked.words:,} words each\n")
    print("| | words/s | added µs/word |\n|---|---|---|")
    before = 0.0
    for number, (label, measured) in enumerate(spent.items()):
        seconds = statistics.median(measured)
        part = number >= len(runs) - len(STEPS)
        print(f"| {label} | {1 / seconds:,.0f} | {f'{(seconds - before) * 1e6:.1f}' if part else ''} |")
        before = seconds if part else 0.0


if __name__ == "__main__":
    main()
