"""What annotation needs beside the article: vocabulary, matchers, header mapping, prose rules. Loaded once per process."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, cached_property
from pathlib import Path

from mitotransfer.annotate.confidence import load_calibration
from mitotransfer.annotate.dependencies import DependencyRules
from mitotransfer.annotate.headers import HeaderRules, load_headers
from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.rules import ProseRules, load_rules
from mitotransfer.annotate.switches import check_off
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.errors import ConfigError
from mitotransfer.models.kb import Concept, Manifest
from mitotransfer.models.kb import load as load_kb
from mitotransfer.models.linking import Linker
from mitotransfer.models.load import Models, check_models, load_models, models_version
from mitotransfer.settings import AnnotateSettings, NlpSettings


class Resources:
    """The checked configuration of annotation. Holds no state of an article."""

    def __init__(self, settings: AnnotateSettings, nlp: NlpSettings) -> None:
        self.vocabulary = Vocabulary.load(Path(settings.vocabulary))
        self.headers: HeaderRules = load_headers(Path(settings.table_headers))
        self.rules: ProseRules = load_rules(Path(settings.rules))
        self.calibration = load_calibration(Path(settings.confidence))
        self.prose = settings.prose
        self.off = check_off(settings.off, self.rules, self.headers)
        self.unspecific = frozenset(self.headers.unspecific)
        self._check_headers(settings.table_headers)
        self.everything = self.matcher(*NAMES)
        self.cues = self.matcher("negation_hedge")
        self.triggers = self.matcher("trigger")
        self._nlp = nlp if settings.prose and (nlp.model or nlp.ner) else None
        if self._nlp:
            check_models(nlp.model, nlp.ner, Path(nlp.catalogue))
            if nlp.kb:
                _knowledge(nlp.kb)  # a mistake is told before anything is written

    @cached_property
    def models(self) -> Models | None:
        """The language models, loaded when the first sentence needs them; None when there are none or only tables are read."""
        return load_models(self._nlp.model, self._nlp.ner, Path(self._nlp.catalogue)) if self._nlp else None

    @cached_property
    def dependencies(self) -> DependencyRules | None:
        """The rules over syntax; None where there are none, or no model parses sentences."""
        if not self.rules.dependencies or self.models is None or self.models.main is None:
            return None
        return DependencyRules(self.rules.dependencies, self.rules.lists)

    @cached_property
    def linker(self) -> Linker | None:
        """What looks names up that the vocabulary does not hold; None without a knowledge base."""
        return Linker(_knowledge(self._nlp.kb)[1], self._nlp.link_threshold) if self._nlp and self._nlp.kb else None

    @cached_property
    def by_xref(self) -> dict[tuple[str, str], str]:
        """Vocabulary ids by category and the ontology id they stand for."""
        found: dict[tuple[str, str], str] = {}
        for entry in self.vocabulary.entries.values():
            for xref in entry.xrefs:
                found.setdefault((entry.category, xref), entry.ident)
        return found

    def _check_headers(self, path: str) -> None:
        """The header mapping may name only what the vocabulary holds. Raises ConfigError."""
        for ident in sorted(self.unspecific - set(self.vocabulary.entries)):
            raise ConfigError(f"{path}: unspecific: '{ident}' is not in the vocabulary")
        known = sorted(self.vocabulary.by_category)
        for rule in self.headers.columns:
            for category in rule.categories:
                if category not in known:
                    raise ConfigError(f"{path}: column '{rule.id}': no category '{category}'; allowed: {', '.join(known)}")

    def matcher(self, *categories: str) -> Matcher:
        """A matcher in which only these categories compete; made once for each set."""
        return _matcher(self.vocabulary, frozenset(categories))


# Categories whose entries are things that events are about.
NAMES = (
    "cell", "cell_line", "tissue", "species", "condition", "disease", "model_procedure", "secreted_form", "mechanism",
    "uptake", "agent", "route", "label", "outcome",
)  # fmt: skip


_NO_MODEL = NlpSettings(model="")


@cache
def _knowledge(directory: str) -> tuple[Manifest, list[Concept]]:
    return load_kb(Path(directory))


@cache
def _matcher(vocabulary: Vocabulary, categories: Collection[str]) -> Matcher:
    return Matcher(vocabulary, categories)


def model_version(nlp: NlpSettings) -> str:
    """What of the language models changes the outcome of annotation. Raises ConfigError when one is missing."""
    if not (nlp.model or nlp.ner):
        return ""
    knowledge = [_knowledge(nlp.kb)[0].sha256, str(nlp.link_threshold)] if nlp.kb else []
    return "\n".join([models_version(nlp.model, nlp.ner, Path(nlp.catalogue)), *knowledge])


def kb_version(nlp: NlpSettings) -> str:
    """SHA-256 of the knowledge base, empty when none is used. Raises ConfigError when it is missing or damaged."""
    return _knowledge(nlp.kb)[0].sha256 if nlp.kb and (nlp.model or nlp.ner) else ""


@cache
def load(settings: AnnotateSettings, nlp: NlpSettings = _NO_MODEL) -> Resources:
    """The resources for these settings. Raises ConfigError when a file of the configuration is wrong or a model is missing."""
    return Resources(settings, nlp)
