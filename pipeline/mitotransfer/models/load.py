"""Language models loaded by name: versions checked, labels turned into our categories, names of several models stacked."""

from __future__ import annotations

import contextlib
import gc
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from spacy.about import __version__ as spacy_version
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import is_compatible_version, load_config, load_model_from_path

from mitotransfer.document import Mention
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.models import components  # noqa: F401 registers the factories of our pipeline
from mitotransfer.models.catalogue import CATEGORIES, FORMAT, Catalogue, Found, ModelError, load_catalogue
from mitotransfer.models.quick import Step, annotated, steps
from mitotransfer.models.spans import apart

# Components that a recogniser of names does without.
_SYNTAX = {"tagger", "morphologizer", "parser", "senter", "sentencizer", "attribute_ruler", "lemmatizer", "trainable_lemmatizer"}
_SHARED = {"tok2vec", "transformer"}  # needed only where another component listens to them
_BATCH = 128  # texts
_BOOLEANS = {"True": True, "False": False}


class Analysis(NamedTuple):
    """What the models make of one text: the main model's document (None without one) and the names, sorted and apart."""

    doc: Doc | None
    mentions: list[Mention]


class Recogniser(NamedTuple):
    """A loaded pipeline, the category of each of its labels, and what is done to documents in its name (`quick.steps`): up to the
    last component for syntax, and behind it."""

    nlp: Language
    labels: dict[str, str]
    syntax: list[Step]
    names: list[Step]

    def mentions(self, doc: Doc, text: str) -> list[Mention]:
        """The document's entities whose label has a category. Offsets count code points of `text`, which is the document's."""
        return [
            Mention(ent.start_char, ent.end_char, category, "", text[ent.start_char : ent.end_char])
            for ent in doc.ents
            if (category := self.labels[ent.label_])
        ]


class Models:
    """The main model (syntax and names) and further ones (names only), loaded once; holds no state of a text.

    For one thread at a time: what is kept of words (`embedding.py`) is exchanged while texts are worked on.
    """

    def __init__(self, model: str, ner: Sequence[str], catalogue: Catalogue) -> None:
        _once(model, ner)
        self.main = load_pipeline(catalogue.find(model), catalogue) if model else None
        self.further = [load_pipeline(catalogue.find(name), catalogue, names_only=True) for name in ner]

    def parsed(self, texts: Sequence[str]) -> list[Doc]:
        """The main model's document for each text, with its syntax and without names: half the work of `analyse`.

        Raises InputError as `analyse` does. To be asked for only where there is a main model.
        """
        if self.main is None:
            return []
        _check_lengths(texts, [self.main])
        return list(annotated(texts, self.main.nlp, self.main.syntax, _BATCH))

    def analyse(self, texts: Sequence[str], parsed: Sequence[Doc] = ()) -> Iterator[Analysis]:
        """An analysis for each text, in order; texts are worked on in batches. See `stacked` for how models share a text.

        `parsed` are the texts' documents where `parsed` was asked before: the main model then goes on with them. Raises
        InputError for a text longer than spaCy takes at once (a million characters).
        """
        models = [self.main, *self.further] if self.main else self.further
        _check_lengths(texts, models)
        streams = [annotated(texts, model.nlp, (*model.syntax, *model.names), _BATCH) for model in models]
        if self.main and parsed:
            streams[0] = annotated(parsed, self.main.nlp, self.main.names, _BATCH)
        for text, docs in zip(texts, zip(*streams, strict=True) if streams else (() for _ in texts), strict=True):
            layers = [model.mentions(doc, text) for model, doc in zip(models, docs, strict=True)]
            yield Analysis(docs[0] if self.main else None, stacked(layers))


def _check_lengths(texts: Sequence[str], models: Sequence[Recogniser]) -> None:
    limit = min((model.nlp.max_length for model in models), default=0)
    if models and any(len(text) > limit for text in texts):
        raise InputError(f"a passage is longer than {limit} characters", code="passage-too-long")


def _halves(nlp: Language) -> tuple[list[Step], list[Step]]:
    """What a pipeline's components do: those up to the last one for syntax, and those behind it."""
    made = [nlp.get_pipe_meta(name) for name in nlp.pipe_names]
    last = max((n for n, meta in enumerate(made) if meta.factory in _SYNTAX or "token.lemma" in meta.assigns), default=-1)
    found = list(steps(nlp).values())
    return found[: last + 1], found[last + 1 :]


def stacked(layers: Iterable[Sequence[Mention]]) -> list[Mention]:
    """The names of several models as one list without overlaps, sorted by place.

    Of names that overlap, one with a type wins over an "entity" (which says only that something is a concept), then the
    longer over the shorter, then that of the model named first. So a model that is added finds what the others miss and
    completes names they cut short, but never changes the type of a name they agree on.
    """
    ranked = [
        (mention.category == "entity", mention.start - mention.end, order, mention)
        for order, layer in enumerate(layers)
        for mention in layer
    ]
    return sorted(apart(mention for *_, mention in sorted(ranked)))


@cache
def load_models(model: str, ner: tuple[str, ...], catalogue: Path) -> Models:
    """The models of these settings, loaded once per process.

    `model`: name or directory of the main one, empty for none; `ner`: those whose names are added, in order of precedence.
    Raises ConfigError as `Catalogue.find` and `load_pipeline` do.
    """
    models = Models(model, ner, load_catalogue(catalogue))
    gc.collect()
    gc.freeze()  # they stay: the collector need not go through them again and again (4 % of annotation)
    return models


def check_models(model: str, ner: Sequence[str], catalogue: Path) -> None:
    """Whether the models of these settings are there and made for the spaCy that is installed, without loading them.

    Raises ConfigError as `load_models` does.
    """
    known = load_catalogue(catalogue)
    for name in _once(model, ner):
        check_versions(known.find(name))


def _once(model: str, ner: Sequence[str]) -> list[str]:
    """The names of all models. Raises ConfigError when one is there twice."""
    named = [name for name in (model, *ner) if name]
    for name in named:
        if named.count(name) > 1:
            raise ConfigError(f"the language model '{name}' is named twice")
    return named


def models_version(model: str, ner: Sequence[str], catalogue: Path) -> str:
    """What the models' outcome depends on, as text: their names, the catalogue, each meta.json (ours holds the files'
    checksums)."""
    known = load_catalogue(catalogue)
    folders = [known.find(name).folder for name in (model, *ner) if name]
    return "\n".join([model, *ner, catalogue.read_text("utf-8"), *((f / "meta.json").read_text("utf-8") for f in folders)])


def load_pipeline(found: Found, catalogue: Catalogue, *, names_only: bool = False) -> Recogniser:
    """The pipeline, ready for use; with `names_only` without its components for syntax.

    spaCy's recognisers keep a name inside a sentence where sentences are known. With `names_only` they are not, so a name may,
    rarely, run over the end of one. Raises ConfigError when versions do not fit, the pipeline is damaged, or it has a label
    that the catalogue does not map.
    """
    check_versions(found)
    try:
        with _quiet():
            config = load_config(found.folder / "config.cfg", interpolate=True)
            exclude = _not_for_names(config) if names_only else []
            parts = {name: part for name, part in config["components"].items() if name not in exclude}
            overrides = {"components": _true_booleans(parts)}
            nlp = load_model_from_path(found.folder, exclude=exclude, config=overrides)
    except (OSError, ValueError, KeyError, EOFError) as error:  # a file is missing, cut off or not what it should be
        cause = " ".join(str(error).split())
        raise ModelError(f"the language model {found} cannot be loaded ({cause})", found.model.reinstall) from error
    unknown = sorted(_entity_labels(nlp) - set(found.model.labels))
    if unknown:
        allowed = ", ".join(CATEGORIES)
        raise ConfigError(
            f"{catalogue.path}: the language model {found} has labels without a category: {', '.join(unknown)}; "
            f'add them to its labels (allowed: {allowed}, or "" to drop one)'
        )
    return Recogniser(nlp, found.model.labels, *_halves(nlp))


def check_versions(found: Found) -> None:
    """Whether the installed spaCy is one that this pipeline was made for, or is known to work with. Raises ModelError.

    A pipeline of ours is bound to the minor version of spaCy it was trained with, within which stored weights and settings keep
    their meaning. One of scispaCy's says itself what it needs; the catalogue may allow more, for the one version it knows.
    """
    meta, training, model = found.meta, found.meta.mitotransfer, found.model
    if training is None:
        ranges = [meta.spacy_version, model.spacy if meta.version == model.version else ""]
        if not any(wanted and is_compatible_version(spacy_version, wanted) for wanted in ranges):
            need = meta.spacy_version or "of a version it does not tell"
            raise ModelError(f"the language model {found} needs spaCy {need}, installed is {spacy_version}", model.reinstall)
        return
    if training.format != FORMAT:
        raise ModelError(f"the language model {found} is of format {training.format}, known is {FORMAT}", model.reinstall)
    need = training.lock.spacy
    if need.split(".")[:2] != spacy_version.split(".")[:2]:
        cause = f"the language model {found} was trained with spaCy {need}, installed is {spacy_version}"
        raise ModelError(cause, f"pip install 'spacy=={need}'")


def _not_for_names(config: Any) -> list[str]:
    """The components of a pipeline that its recognisers do not need."""
    parts = config["components"]
    pipeline = [name for name in config["nlp"]["pipeline"] if parts[name].get("factory") not in _SYNTAX]
    listened = any(_listens(parts[name]) for name in pipeline)
    kept = [name for name in pipeline if listened or parts[name].get("factory") not in _SHARED]
    return [name for name in config["nlp"]["pipeline"] if name not in kept]


def _listens(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    return "Listener" in str(part.get("@architectures")) or any(_listens(inner) for inner in part.values())


def _true_booleans(part: dict[str, Any]) -> dict[str, Any]:
    """The settings that are a word "True" or "False", as booleans, at their places.

    scispaCy's configurations write some booleans the Python way. spaCy's configuration reader takes these for words, which the
    components refuse (seen with spaCy 3.8.18 and confection 1.3.4).
    """
    found: dict[str, Any] = {}
    for key, value in part.items():
        if isinstance(value, dict):
            if inner := _true_booleans(value):
                found[key] = inner
        elif isinstance(value, str) and value in _BOOLEANS:
            found[key] = _BOOLEANS[value]
    return found


def _entity_labels(nlp: Language) -> set[str]:
    """The labels that the finished document's entities may have."""
    labels: set[str] = set()
    for name, pipe in nlp.pipeline:
        made = nlp.get_pipe_meta(name)  # by factory: a wheel of our pipeline has classes of its own
        if made.factory == "mitotransfer_layer":  # takes the entities so far away
            labels.clear()
        elif made.factory == "mitotransfer_union":
            mapping: dict[str, dict[str, str]] = vars(pipe)["mapping"]
            labels |= {common for layer in mapping.values() for common in layer.values() if common}
        elif "doc.ents" in made.assigns:
            labels |= set(nlp.pipe_labels.get(name, ()))
    return labels


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without spaCy's warnings on versions (`check_versions` has spoken) and Python's on scispaCy's tokenizer expressions."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W09[45]\]", category=UserWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield
