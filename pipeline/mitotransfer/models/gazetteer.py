"""The list of known names that the recognisers read as a feature: our vocabulary, ontologies, gene nomenclature."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from spacy.language import Language

from mitotransfer.errors import ConfigError
from mitotransfer.models.components import Names, folded
from mitotransfer.models.ontology import read_obo

_COMMON = 5000  # of the general language's most frequent words; as single words of a list they are rather the word than the name
_GENES = ("gene with protein product", "complex", "T cell", "immuno", "endogenous")  # HGNC's locus types that are products


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of names that are marked as `label`, with the terms it comes under.

    `format`: obo; terms (a JSON list of id, name, namespace, synonyms); hgnc (its columns). `only`: the prefix of ids (obo) or
    the namespace (terms) that counts. Names of more than `words` words, less than 3 or more than `letters` letters stay out.
    """

    path: str
    format: Literal["obo", "terms", "hgnc"]
    label: str
    address: str
    licence: str
    only: str = ""
    words: int = 8
    letters: int = 200
    sha256: str = ""


def known_names(
    vocabulary: Path, categories: dict[str, str], sources: Sequence[Source], root: Path, frequent: Sequence[str], nlp: Language
) -> Names:
    """The list. A name that several hold belongs to the first: the vocabulary's categories, then `sources` in their order.

    `frequent`: words of general language, most frequent first. Raises ConfigError naming the file that is missing or broken.
    """
    names = Names()
    for form, label in vocabulary_names(vocabulary, categories):
        names.add(label, _words(form, nlp))
    common = {form for word in frequent[:_COMMON] if word.isalpha() for form in (word, folded(word))}
    for source in sources:
        curated = source.format == "obo"
        for form in _forms(source, root / source.path):
            words = _words(form, nlp) if _SHORTEST <= len(form) <= source.letters else []
            if 0 < len(words) <= source.words and (curated or not _is_word(form, words, common)):
                names.add(source.label, words)
    return names


def _forms(source: Source, path: Path) -> Iterator[str]:
    try:
        yield from _READERS[source.format](path, source.only)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{path}: cannot be read as '{source.format}' ({type(error).__name__}: {error})") from error


_SHORTEST = 3  # letters of a name; shorter synonyms ("A", "RD") are rather something else


def _words(form: str, nlp: Language) -> list[str]:
    return [token.text for token in nlp.tokenizer(form)]


def _is_word(form: str, words: Sequence[str], common: Collection[str]) -> bool:
    return len(words) == 1 and (form.lower() in common or folded(form) in common or folded(words[0]) in common)


def vocabulary_names(directory: Path, categories: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name, label) for the entries of these categories ({category: label}); ambiguous forms are left out."""
    for category, label in categories.items():
        path = directory / f"{category}.tsv"
        if not path.is_file():
            raise ConfigError(f"{path}: no such vocabulary file; names of '{category}' were asked for")
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                ambiguous = set(row["ambiguous_forms"].split("|"))
                forms = [row["label"], *row["synonyms"].split("|"), *(row.get("adjectives") or "").split("|")]
                yield from ((form, label) for form in forms if form and form not in ambiguous)


def _obo(path: Path, prefix: str) -> Iterator[str]:
    for term in read_obo(path):
        if term.id.startswith(prefix) and term.id != "CL:0000000":  # "cell" names nothing
            yield term.name
            yield from (text for text, _ in term.synonyms)


def _terms(path: Path, namespace: str) -> Iterator[str]:
    for term in json.loads(path.read_bytes()):
        if term["namespace"] == namespace:
            yield term["name"] or ""
            yield from term.get("synonyms", ())


def _hgnc(path: Path, _: str) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["Status"] == "Approved" and row["Locus type"].startswith(_GENES):
                yield from (row["Approved symbol"], row["Approved name"])
                yield from (form.strip() for form in row["Alias symbols"].split(", ") + row["Previous symbols"].split(", "))


_READERS: dict[str, Callable[[Path, str], Iterator[str]]] = {"obo": _obo, "terms": _terms, "hgnc": _hgnc}
