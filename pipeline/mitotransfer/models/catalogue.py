"""What is known of each language model (`configs/models.yaml`), and where a model lies on this machine. Needs no spaCy."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import mitotransfer
from mitotransfer.errors import ConfigError
from mitotransfer.settings import checked, read_yaml

# What a mention may be: categories of the vocabulary, three more that only models know, and "entity" for names without a type.
CATEGORIES = ("cell", "cell_line", "species", "tissue", "disease", "component", "gene", "chemical", "entity")
FORMAT = 1  # of our block in meta.json


class ModelError(ConfigError):
    """A model is missing or unfit: why, and the line that mends it."""

    def __init__(self, cause: str, run: str) -> None:
        super().__init__(f"{cause}; run: {run}")
        self.cause = cause
        self.run = run


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the catalogue; the fields are explained at the top of `configs/models.yaml`."""

    package: str
    version: str
    install: str
    licence: str
    labels: dict[str, str]
    spacy: str = ""
    shipped: bool = False

    @property
    def reinstall(self) -> str:
        """The line that puts the model in the place of whatever is installed under its name."""
        return self.install.replace("pip install", "pip install --force-reinstall", 1)


class Lock(msgspec.Struct, frozen=True):
    """The versions a pipeline was trained with."""

    spacy: str
    thinc: str
    scispacy: str
    numpy: str


class Training(msgspec.Struct, frozen=True):
    """Our block in the meta.json of a pipeline we trained: its versions, SHA-256 of its files by relative path."""

    format: int
    lock: Lock
    files: dict[str, str] = {}


class Meta(msgspec.Struct, frozen=True):
    """What is read of a pipeline's meta.json; spaCy writes more. `spacy_version` is the range the pipeline asks for."""

    lang: str
    name: str
    version: str
    spacy_version: str = ""
    mitotransfer: Training | None = None

    @property
    def package(self) -> str:
        """The name spaCy gives a package of this pipeline."""
        return f"{self.lang}_{self.name}"


class Found(NamedTuple):
    """A model on this machine: its entry in the catalogue, the directory with config.cfg, its meta.json."""

    model: Model
    folder: Path
    meta: Meta

    def __str__(self) -> str:
        return f"{self.meta.package} {self.meta.version} ({self.folder})"


class Catalogue(NamedTuple):
    """All entries by name, and the file they were read from."""

    models: dict[str, Model]
    path: Path

    def find(self, name: str) -> Found:
        """The model of this name, or in the directory of this name (a spaCy pipeline whose meta.json names a known package).

        Raises ConfigError for a name that is not known (and tells which are), ModelError for a model that is not installed, or
        where something else is installed under its name.
        """
        if name in self.models:
            model = self.models[name]
            folder = place(model)
            if folder is None:
                raise ModelError(f"the language model '{name}' is not installed", model.install)
            try:
                found = Found(model, *pipeline(folder))
            except ConfigError as error:
                raise ModelError(f"what is installed as '{name}' is no spaCy pipeline ({error})", model.reinstall) from error
            if found.meta.package != model.package:
                raise ModelError(f"what is installed as '{name}' calls itself {found}", model.reinstall)
            return found
        if not Path(name).is_dir():
            known = ", ".join(self.models)
            raise ConfigError(
                f"there is no language model '{name}'; allowed: {known}, or a directory that holds a spaCy pipeline"
            )
        folder, meta = pipeline(Path(name))
        for model in self.models.values():
            if model.package == meta.package:
                return Found(model, folder, meta)
        raise ConfigError(f"{name}: holds '{meta.package}', whose labels are not known; add them to {self.path}")


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue in a YAML file. Raises ConfigError naming the file, the model, what is wrong and what is allowed."""
    models = {}
    for name, entry in checked(read_yaml(path), dict[str, Any], path).items():
        model = checked(entry, Model, Path(f"{path}: {name}"))
        for label, category in model.labels.items():
            if category and category not in CATEGORIES:
                allowed = ", ".join(CATEGORIES)
                raise ConfigError(
                    f"{path}: {name}: label {label}: no category '{category}'; allowed: {allowed}, or \"\" to drop it"
                )
        models[name] = model
    return Catalogue(models, path)


def place(model: Model) -> Path | None:
    """The directory of a model: in the project where that ships it, else of the installed package; None when it is not there.

    The package is not imported: under a model's name anything may have been installed, and its code is none we want to run.
    """
    inside = Path(mitotransfer.__file__).resolve().parent
    if model.shipped:
        for folder in (inside / "trained" / model.package, inside.parent.parent / "models" / model.package):
            if folder.is_dir():
                return folder
    spec = importlib.util.find_spec(model.package)
    if spec is None:
        return None
    return Path(next(iter(spec.submodule_search_locations or [spec.origin or ""])))


def pipeline(folder: Path) -> tuple[Path, Meta]:
    """The directory with config.cfg, and meta.json, of a saved pipeline or of a package of one (which keeps it a level deeper).

    Raises ConfigError when `folder` holds neither.
    """
    try:
        meta = msgspec.json.decode((folder / "meta.json").read_bytes(), type=Meta)
    except OSError as error:
        raise ConfigError(f"{folder}: no meta.json there") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{folder / 'meta.json'}: not a spaCy pipeline's ({error})") from error
    for inner in (folder, folder / f"{meta.package}-{meta.version}"):
        if (inner / "config.cfg").is_file():
            return inner, meta
    raise ConfigError(f"{folder}: no config.cfg there")


def package_version(package: str) -> str:
    """The version of an installed package, empty when there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
