"""How many of the gold names of documents are found as mentions, by the vocabulary alone and with the language models.

    python tools/mention_recall.py GOLD JATS [--model NAME] [--ner NAME ...]

GOLD: directory of gold documents (JSON with `rows`), JATS: the same documents as files. A gold name counts as found where a
mention
of a fitting category in its document is the same vocabulary entry or has the same words, half where it is near (the scorer's
measure).
"""

import argparse
from collections import defaultdict
from pathlib import Path

import msgspec

from mitotransfer import annotate, parse, settings
from mitotransfer.annotate.abbreviations import abbreviation_forms, article_abbreviations
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.sentences import split_sentences
from mitotransfer.document import Article, Mention
from mitotransfer.evaluate.gold import GoldSecretion, GoldTransplantation, gold_values, read_gold
from mitotransfer.evaluate.similarity import Names, Value, read_names, similarity

# What is asked: field of a gold row -> name of the measure, and the categories a mention may have.
FIELDS = {
    "donor_cell": ("cell", ("cell", "cell_line", "tissue")),
    "recipient_cell": ("cell", ("cell", "cell_line", "tissue")),
    "target": ("cell", ("cell", "cell_line", "tissue")),
    "tissue": ("tissue", ("tissue",)),
    "donor_species": ("species", ("species",)),
    "model_species": ("species", ("species",)),
    "disease": ("disease", ("disease", "condition")),
    "mito_source": ("source", ("cell", "cell_line", "tissue")),
}


def vocabulary_mentions(article: Article, resources: Resources) -> list[Mention]:
    short, _ = article_abbreviations(article.passages, article.head.source)
    extra = abbreviation_forms(short, resources.everything)
    found: list[Mention] = []
    for passage in article.passages:
        for start, end in split_sentences(passage.text):
            for _, categories in FIELDS.values():
                found += names(passage.text[start:end], resources, categories, extra, adjectives=True, denied=True)
    return found


def model_mentions(article: Article, resources: Resources) -> list[Mention]:
    texts = [passage.text[start:end] for passage in article.passages for start, end in split_sentences(passage.text)]
    return [mention for analysis in resources.models.analyse(texts) for mention in analysis.mentions]


def wanted(rows) -> set[tuple[str, str]]:
    asked = (row for row in rows if isinstance(row, GoldSecretion | GoldTransplantation))
    return {(field, name) for row in asked for field in FIELDS if hasattr(row, field) for name in gold_values(row, field)}


def best(name: str, categories: tuple[str, ...], mentions: list[Mention], known: Names) -> float:
    fitting = {(m.ident, m.surface) for m in mentions if m.category in categories}
    return max((similarity(name, Value(ident, surface), categories, known) for ident, surface in fitting), default=0.0)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("gold", type=Path)
    arguments.add_argument("jats", type=Path)
    arguments.add_argument("--model", default="mitotransfer")
    arguments.add_argument("--ner", nargs="*", default=[])
    arguments.add_argument("--misses", action="store_true", help="list the names that are not found with the model")
    arguments.add_argument("--vocabulary", type=Path, help="another vocabulary than the shipped one")
    asked = arguments.parse_args()
    config = settings.load()
    chosen = asked.vocabulary or Path(config.annotate.vocabulary)
    options = msgspec.structs.replace(config.annotate, vocabulary=str(chosen))
    nlp = settings.NlpSettings(model=asked.model, ner=tuple(asked.ner), catalogue=config.nlp.catalogue)
    resources = annotate.load(options, nlp)
    known = read_names(Path(config.annotate.vocabulary))  # the measure stays the same
    totals = defaultdict(lambda: [0, 0.0, 0.0, 0, 0])
    for document in read_gold(asked.gold):
        path = next(path for path in asked.jats.iterdir() if path.stem == document.id)
        (article,) = parse.parse_documents(path.read_bytes(), path.name, max_bytes=50_000_000)
        before = vocabulary_mentions(article, resources)
        after = before + model_mentions(article, resources)
        for field, name in sorted(wanted(document.rows)):
            measure, categories = FIELDS[field]
            one, two = best(name, categories, before, known), best(name, categories, after, known)
            if asked.misses and two < 1:
                print(f"{two:.1f}  {document.id}  {field}: {name}")
            for key in (measure, "all"):
                total = totals[key]
                total[0] += 1
                total[1] += one
                total[2] += two
                total[3] += one == 1
                total[4] += two == 1
    print("| gold names | n | vocabulary | with model | exactly: vocabulary | with model |\n|---|---|---|---|---|---|")
    for measure in ("cell", "tissue", "species", "disease", "source", "all"):
        n, one, two, sure, surer = totals[measure]
        print(f"| {measure} | {n} | {one / n:.3f} | {two / n:.3f} | {sure / n:.3f} | {surer / n:.3f} |")


if __name__ == "__main__":
    main()
