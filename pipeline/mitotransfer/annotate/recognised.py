"""Names that the language models find in sentences, beside those of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import Sentence
from mitotransfer.document import Mention


def recognised(sentences: Sequence[Sentence], resources: Resources) -> list[list[Mention]]:
    """The names that the models find in each sentence, but for those that any study has ("recipient cells").

    None where no model is configured.
    """
    if resources.models is None:
        return [[] for _ in sentences]
    generic = resources.rules.is_generic
    found = resources.models.analyse([sentence.text for sentence in sentences])
    return [[mention for mention in analysis.mentions if not generic.search(mention.surface)] for analysis in found]
