"""What annotation needs beside the article: vocabulary, matchers, header mapping, prose rules. Loaded once per process."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from mitotransfer.annotate.headers import HeaderRules, load_headers
from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.rules import ProseRules, load_rules
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.errors import ConfigError
from mitotransfer.settings import AnnotateSettings


class Resources:
    """The checked configuration of annotation. Holds no state of an article."""

    def __init__(self, settings: AnnotateSettings) -> None:
        self.vocabulary = Vocabulary.load(Path(settings.vocabulary))
        self.headers: HeaderRules = load_headers(Path(settings.table_headers))
        self.rules: ProseRules = load_rules(Path(settings.prose_rules))
        self.prose = settings.prose
        self.unspecific = frozenset(self.headers.unspecific)
        self._check_headers(settings.table_headers)
        self.everything = self.matcher(*NAMES)
        self.cues = self.matcher("negation_hedge")
        self.triggers = self.matcher("trigger")

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


@cache
def _matcher(vocabulary: Vocabulary, categories: Collection[str]) -> Matcher:
    return Matcher(vocabulary, categories)


@cache
def load(settings: AnnotateSettings) -> Resources:
    """The resources for these settings. Raises ConfigError when a file of the configuration is wrong."""
    return Resources(settings)
