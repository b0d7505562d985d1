"""Sentences with slots: names and triggers replaced by marks that patterns can ask for, and what stands behind each mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spacy.tokens import Token

from mitotransfer.annotate.anaphora import name_of
from mitotransfer.annotate.dependencies import DependencyRule, Found
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.phrases import coordinated
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.rules import ROLES, Rule
from mitotransfer.document import Mention

# What brackets add on the origin of what stands before them belongs to the sentence.
_ORIGIN = re.compile(r"\(((?:\w+ ){0,3}?<isolation\d+/[^>]*> from [^()]{0,120})\)")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
BRACKET = 120  # characters of what is taken for an aside
MITO = re.compile(r"\b(?:mitochondri(?:a|on)|organelles?)\b|\b(?:exo|ex)-?mito(?![\w-])", re.IGNORECASE)
_MITO_STEM = re.compile(r"mitochondri", re.IGNORECASE)
# "Human leukocyte antigen", "platelet-derived growth factor", "neuron-specific enolase" are no cells.
_PROTEIN = re.compile(
    r"[ ‐-](?:(?:derived|specific|activating|inhibitory|adhesion|growth|surface) )*"
    r"(?:antigens?|factors?|enolase|elastase|receptors?)\b"
)
_ADJECTIVE = re.compile(r"(?:al|ic|ar|ial|oid)$")
_SLOT = re.compile(r"<([a-z+]+)(\d+)/([^>]*)>")
CELLS = ("cell", "cell_line")  # categories of the vocabulary that name cells
# Kinds of slots by category of the vocabulary, the first that covers a place wins it.
_CATEGORIES = (
    ("cell", CELLS), ("form", ("secreted_form",)), ("mechanism", ("mechanism",)), ("mechanism", ("uptake",)),
    ("tissue", ("tissue",)), ("species", ("species",)),
)  # fmt: skip
_FURTHER = {"cell": "cell", "cell_line": "cell"}
_EVENTS = ("secretion", "transfer", "uptake", "transplantation")
_LOSSES = frozenset({"regulation-negative", "reduction"})
_PRONOUNS = frozenset({"they", "them", "these", "those"})
MITOCHONDRIA = "secreted_form:mitochondrion"
ISOLATED_MITOCHONDRIA = "agent:isolated_mitochondria"
# Secreted forms that are mitochondria as such: they are what moves, not what they move in.
BARE = frozenset({
    MITOCHONDRIA, "secreted_form:free_mitochondria", "secreted_form:extracellular_mitochondria",
    "secreted_form:intact_mitochondria", "secreted_form:damaged_mitochondria", "secreted_form:polarized_mitochondria",
})  # fmt: skip


class Slotted(NamedTuple):
    """A sentence as patterns see it, and the mentions behind its slots by number."""

    text: str
    mentions: list[Mention]

    def kinds(self) -> Iterator[tuple[int, int, str]]:
        """Where the names stand and which kind of slot each fills; triggers are left out."""
        for kind, number, _ in _SLOT.findall(self.text):
            mention = self.mentions[int(number)]
            if mention.category != "trigger":
                yield mention.start, mention.end, kind

    def behind(self, piece: str, kinds: Sequence[str] = ()) -> list[Mention]:
        """The mentions of the slots in a piece of `text`, of these kinds if any are given."""
        return [self.mentions[int(number)] for kind, number, _ in _SLOT.findall(piece) if not kinds or kind in kinds]


class Match(NamedTuple):
    """A rule that applies to a sentence: its roles, and the place of its trigger in the sentence.

    `pronouns` are roles that a pronoun fills, each with the place of the pronoun.
    """

    rule: Rule | DependencyRule
    roles: dict[str, list[Mention]]
    start: int
    end: int
    pronouns: dict[str, int] = {}  # noqa: RUF012 (never changed)


def slotted(
    text: str,
    resources: Resources,
    extra: Extra,
    boundaries: Sequence[int] = (),
    further: Sequence[Mention] = (),
    longest: int = BRACKET,
) -> Slotted:
    """The sentence with slots for cells, tissues, species, secreted forms, mechanisms, mitochondria and triggers.

    Names of `further` take the places that the vocabulary leaves free; what stands in brackets is left out up to `longest`.
    """
    taken: list[tuple[str, Mention]] = []
    for kind, categories in _CATEGORIES:
        for name in names(text, resources, categories, extra, boundaries=boundaries, adjectives=kind == "cell", denied=True):
            mention = _without_trigger(text, name, resources)
            if kind == "cell" and _PROTEIN.match(text, mention.end):
                continue
            if _free(taken, mention) and not (kind == "mechanism" and _says_event(mention, resources)):
                taken.append((_kind(kind, mention), mention))
    for word in MITO.finditer(text):
        mention = Mention(word.start(), word.end(), "secreted_form", MITOCHONDRIA, word[0])
        if _free(taken, mention):
            taken.append(("mito", mention))
    for mention in resources.triggers.find(text):
        if _free(taken, mention) and (kind := trigger_kind(mention, resources)):
            taken.append((kind, mention))
    for mention in further:
        if mention.category in _FURTHER and _free(taken, mention):
            taken.append((_FURTHER[mention.category], mention))
    return _written(text, sorted(taken, key=lambda item: item[1].start), longest)


def _written(text: str, taken: Sequence[tuple[str, Mention]], longest: int) -> Slotted:
    pieces: list[str] = []
    end = 0
    for number, (kind, mention) in enumerate(taken):
        word = re.sub(r"[<>/]", "", mention.surface) if mention.category == "trigger" else ""
        pieces += [re.sub(r"[<>]", " ", text[end : mention.start]), f"<{kind}{number}/{word}>"]
        end = mention.end
    pieces.append(re.sub(r"[<>]", " ", text[end:]))
    written = _BRACKETS.sub(lambda m: "" if len(m[1]) <= longest else m[0], _ORIGIN.sub(r"\1", "".join(pieces)))
    return Slotted(re.sub(r"\s+", " ", written), [mention for _, mention in taken])


def _without_trigger(text: str, mention: Mention, resources: Resources) -> Mention:
    """ "Released mitochondria" as plain mitochondria: the trigger is left to the rules."""
    inner = list(resources.triggers.find(mention.surface)) if mention.ident in BARE else []
    if not inner:
        return mention
    start = mention.start + inner[-1].end + 1
    return Mention(start, mention.end, mention.category, MITOCHONDRIA, text[start : mention.end])


def _kind(kind: str, mention: Mention) -> str:
    if mention.ident in BARE:
        return "mito"
    return "adjective" if mention.category == "cell" and _ADJECTIVE.search(mention.surface) else kind


def _says_event(mention: Mention, resources: Resources) -> bool:
    """Whether a mechanism is what rules look for ("mitochondrial extrusion", "taken up") and not how it comes about."""
    if mention.ident in resources.rules.states or _MITO_STEM.search(mention.surface):
        return True
    return bool(resources.triggers.exactly(mention.surface))


def _free(taken: list[tuple[str, Mention]], mention: Mention) -> bool:
    return not any(other.start < mention.end and mention.start < other.end for _, other in taken)


def trigger_kind(mention: Mention, resources: Resources) -> str:
    """The kind of slot that a trigger word fills; empty where it fills none."""
    entry = resources.vocabulary.entries[mention.ident]
    if mention.ident == "trigger:isolate":
        return "isolation"
    events = entry.values("event")
    kinds = [event for event in _EVENTS if event in events]
    if "uptake" in kinds:  # "receive", "acquire": who does it is no donor
        return "uptake"
    return "+".join(kinds) or ("negative" if set(events) & _LOSSES else "")


def matches(sentence: Slotted, resources: Resources) -> Iterator[Match]:
    """The rules that apply to a sentence, in the order of the file, each as often as it does."""
    there = resources.rules.words_in(sentence.text)
    for rule, patterns in resources.rules.compiled:
        for pattern in patterns:
            if pattern.asks & ~there:
                continue
            for found in pattern.finditer(sentence.text):
                roles = {role: _filled(sentence, piece) for role, piece in found.groupdict().items() if piece}
                if rule.event or any(roles.values()):
                    trigger = _trigger(sentence, found[0])
                    yield Match(rule, roles, trigger.start, trigger.end)


def matched(found: Sequence[Found], mentions: Sequence[Mention]) -> Iterator[Match]:
    """What rules over syntax found, as matches: a role is filled by the name at its node and by those coordinated with it."""
    for rule, nodes in found:
        roles = {role: _named(token, mentions) for role, token in nodes.items() if role in ROLES}
        trigger = nodes.get("trigger") or next(iter(nodes.values()))
        if rule.event or any(roles.values()):
            pronouns = {role: token.idx for role, token in nodes.items() if role in ROLES and token.lower_ in _PRONOUNS}
            yield Match(rule, roles, trigger.idx, trigger.idx + len(trigger), pronouns)


def _named(token: Token, mentions: Sequence[Mention]) -> list[Mention]:
    found = (name_of(one, mentions) for one in coordinated(token))
    return list(dict.fromkeys(mention for mention in found if mention is not None))


def _filled(sentence: Slotted, piece: str) -> list[Mention]:
    """The names in a piece that fill a role: in "mouse liver macrophages" and "A and B" the ones that the words belong to."""
    kept: list[Mention] = []
    marks = list(_SLOT.finditer(piece))
    for number, mark in enumerate(marks):
        mention = sentence.mentions[int(mark[2])]
        following = marks[number + 1] if number + 1 < len(marks) else None
        narrows = following is not None and re.fullmatch(r"[ ‐‑-]|(?: [\w‐‑-]+){1,2} ", piece[mark.end() : following.start()])
        joined = following is not None and re.search(r"\b(?:and|or)\b|,|/", piece[mark.end() : following.start()])
        line = kept and kept[-1].category == "cell_line" and marks[number - 1].end() + 1 == mark.start()
        if line:
            continue  # "THP-1 monocytic cells": the line says more
        if mention.category == "cell_line" or not narrows or joined:
            kept.append(mention)
    return kept


def _trigger(sentence: Slotted, piece: str) -> Mention:
    behind = sentence.behind(piece)
    marked = [m for m in behind if m.category == "trigger"] or [m for m in behind if m.ident in BARE] or behind
    return marked[0] if marked else Mention(0, 0, "", "", "")
