"""Names that the language models find in sentences, beside those of the vocabulary, linked to ontologies where they can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spacy.tokens import Doc

from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import Sentence
from mitotransfer.document import Mention
from mitotransfer.models.load import Analysis


def recognised(
    sentences: Sequence[Sentence], resources: Resources, short: Mapping[str, str], parsed: Sequence[Doc] = ()
) -> list[Analysis]:
    """What the models make of each sentence: its syntax, and its names but for those that any study has ("recipient cells").

    `short`: the article's short forms and what they stand for, under which names are looked up; `parsed`: the sentences'
    documents with syntax, where they are there already. Nothing is found without a model.
    """
    if not sentences or resources.models is None:  # in this order: asking for the models loads them
        return [Analysis(None, [])] * len(sentences)
    generic = resources.rules.is_generic
    return [
        Analysis(doc, [linked(mention, resources, short) for mention in mentions if not generic.search(mention.surface)])
        for doc, mentions in resources.models.analyse([sentence.text for sentence in sentences], parsed)
    ]


def linked(mention: Mention, resources: Resources, short: Mapping[str, str]) -> Mention:
    """The mention with the id of its concept, where the knowledge base has it: the vocabulary's, else the ontology's own."""
    if resources.linker is None:
        return mention
    link = resources.linker.link(short.get(mention.surface, mention.surface), mention.category)
    if link is None:
        return mention
    return mention._replace(ident=resources.by_xref.get((mention.category, link.concept_id), link.concept_id))
