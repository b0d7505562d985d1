"""What a run was made with and made from, gathered for provenance.json."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from mitotransfer import __version__
from mitotransfer import annotate as annotating
from mitotransfer.models.catalogue import load_catalogue
from mitotransfer.provenance import Corpus, ModelUsed, Program, Provenance
from mitotransfer.settings import Settings
from mitotransfer.steps import manifest
from mitotransfer.store import source_version, tree_version

# Libraries whose version may change what is read or written.
_LIBRARIES = ("jinja2", "lxml", "msgspec", "numpy", "pandas", "pyahocorasick", "pyyaml", "scispacy", "spacy", "thinc")
# Settings that decide the outputs; the others name paths (their content is hashed), people, or change speed only.
_CONFIGURATION = {
    "fetch": ("sources", "offline", "licences", "endpoints", "registry"),
    "parse": ("max_bytes",),
    "annotate": ("prose",),
    "nlp": ("model", "ner", "link_threshold"),
    "tabulate": ("cited_findings", "min_confidence", "quote"),
}
_REGISTRY = "registry.jsonl"


def origins(raw: Path, settings: Settings) -> Provenance:
    """The provenance of a run with these settings whose fetched articles lie in `raw`. Raises ConfigError."""
    options, nlp = settings.annotate, settings.nlp
    parts = {name: Path(getattr(options, name)) for name in ("vocabulary", "rules", "table_headers", "confidence")}
    parts["models"] = Path(nlp.catalogue)
    if settings.fetch.registry:
        parts["registry_queries"] = settings.file(settings.fetch.registry_queries)
    return Provenance(
        program=Program(__version__, source_version(".")),
        python=platform.python_version(),
        libraries={name: version(name) for name in _LIBRARIES},
        models=_models(settings) if options.prose else (),
        kb=annotating.kb_version(nlp) if options.prose else "",
        configuration=_configuration(settings),
        rules={name: tree_version(path) for name, path in parts.items()},
        corpus=_corpus(raw, settings.fetch.registry),
    )


def _configuration(settings: Settings) -> dict[str, dict[str, Any]]:
    whole: dict[str, dict[str, Any]] = msgspec.to_builtins(settings)
    found = {block: {name: whole[block][name] for name in names} for block, names in _CONFIGURATION.items()}
    nlp = found["nlp"]  # a model may be given as a directory: where it lies says nothing, and its files are hashed
    return found | {"nlp": nlp | {"model": Path(nlp["model"]).name, "ner": [Path(name).name for name in nlp["ner"]]}}


def _models(settings: Settings) -> tuple[ModelUsed, ...]:
    catalogue = load_catalogue(Path(settings.nlp.catalogue))
    found = [catalogue.find(name) for name in (settings.nlp.model, *settings.nlp.ner) if name]
    return tuple(ModelUsed(f.meta.package, f.meta.version, f.model.licence, tree_version(f.folder)) for f in found)


def _corpus(raw: Path, registry: bool) -> Corpus:
    found = [line.sha256 for line in manifest(raw)]
    sums = sorted({*found} - {""})
    total = hashlib.sha256("".join(f"{one}\n" for one in sums).encode()).hexdigest()
    return Corpus(len(found), len(sums), total, tree_version(raw / _REGISTRY) if registry else "")
