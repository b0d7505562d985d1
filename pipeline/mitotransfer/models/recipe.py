"""The recipe of the trained pipeline: `models/train.yaml`, checked, with the checksums of what it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from mitotransfer.errors import ConfigError
from mitotransfer.models import corpora
from mitotransfer.models.corpora import Gold
from mitotransfer.models.gazetteer import Source
from mitotransfer.settings import checked, read_yaml

Reader = Literal["craft", "iob"]
Split = Literal["train", "dev", "test"]


class Corpus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A corpus: how it is read, where it lies below the corpora directory, where it can be had and on what terms.

    `sha256` is over the files that are read; `lines`: tell cell lines from other cells (see cell_lines).
    """

    reader: Reader
    directory: str
    address: str
    licence: str
    citation: str
    sha256: str = ""
    lines: bool = False


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A single file below the corpora directory (`path`), with the terms it comes under."""

    path: str
    address: str
    licence: str
    sha256: str = ""


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the list of known names comes from: our vocabulary's categories (category: label), then other lists in order."""

    vocabulary: dict[str, str]
    sources: dict[str, Source]


class Syntax(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tagger and parser: their spaCy training config and the corpus they learn from."""

    config: str
    corpus: str


class Recognisers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The recognisers of names: their config, the corpus each learns from, and which the pipeline keeps, by precedence."""

    config: str
    corpora: dict[str, str]
    kept: tuple[str, ...]


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `train.yaml`.

    `irregular` are lemmas of irregular forms, as spaCy keeps them for English; `labels` maps each kept recogniser's labels to the
    common ones ("" drops a label).
    """

    name: str
    version: str
    description: str
    words: str
    corpora: dict[str, Corpus]
    vectors: File
    irregular: File
    names: Names
    syntax: Syntax
    recognisers: Recognisers
    labels: dict[str, dict[str, str]]
    folder: str = ""

    def word_list(self) -> list[str]:
        """The words whose vectors are kept: those of the file `words`, one a line."""
        return (Path(self.folder) / self.words).read_text("utf-8").split()


def load(path: Path) -> Recipe:
    """The recipe. Raises ConfigError naming the file, the place and what is allowed."""
    content = read_yaml(path)
    if isinstance(content, dict) and "folder" in content:
        raise ConfigError(f"{path}: unknown key 'folder'; the recipe's folder is the one this file is in")
    recipe = checked(content, Recipe, path)
    for corpus in (recipe.syntax.corpus, *recipe.recognisers.corpora.values()):
        if corpus not in recipe.corpora:
            raise ConfigError(f"{path}: no corpus '{corpus}'; allowed: {', '.join(recipe.corpora)}")
    for kept in recipe.recognisers.kept:
        if kept not in recipe.recognisers.corpora or kept not in recipe.labels:
            raise ConfigError(
                f"{path}: recogniser '{kept}' is kept, but has no {'corpus' if kept in recipe.labels else 'labels'}"
            )
    for needed in (recipe.words, recipe.syntax.config, recipe.recognisers.config):
        if not (path.parent / needed).is_file():
            raise ConfigError(f"{path}: {needed}: no such file beside the recipe")
    return msgspec.structs.replace(recipe, folder=str(path.parent))


def read(corpus: Corpus, root: Path, split: Split) -> Iterator[Gold]:
    """The records of a split. Raises ConfigError when the corpus is not there or not as expected."""
    directory = _directory(corpus, root)
    return corpora.craft(directory, split) if corpus.reader == "craft" else corpora.iob(directory, split)


def _directory(corpus: Corpus, root: Path) -> Path:
    directory = root / corpus.directory
    if not directory.is_dir():
        raise ConfigError(f"{directory}: no such directory; the corpus can be had from {corpus.address}")
    return directory


def check_sources(recipe: Recipe, root: Path) -> None:
    """Compare what lies under `root` with the recipe's checksums. Raises ConfigError naming the first that differs."""
    for corpus in recipe.corpora.values():
        directory = _directory(corpus, root)
        _compare(str(directory), tree_digest(corpora.files(directory, corpus.reader)), corpus.sha256, corpus.address)
    files: tuple[File | Source, ...] = (recipe.vectors, recipe.irregular, *recipe.names.sources.values())
    for source in files:
        path = root / source.path
        if not path.is_file():
            raise ConfigError(f"{path}: no such file; it can be had from {source.address}")
        _compare(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), source.sha256, source.address)


def _compare(what: str, found: str, expected: str, address: str) -> None:
    if expected != found:
        raise ConfigError(f"{what}: sha256 is {found}, the recipe expects {expected or 'one to be written down'} ({address})")


def tree_digest(files: Mapping[str, Path]) -> str:
    """SHA-256 over files: for each, sorted by name, the name, NUL, and its bytes."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(name.encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()
