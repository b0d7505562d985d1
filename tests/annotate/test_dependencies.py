"""Rules over syntax: every rule is run on its own example sentences with the shipped model; wrong ones are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import spacy
from spacy.tokens import Doc

from mitotransfer.annotate.anaphora import mark_further
from mitotransfer.annotate.dependencies import ROLES, DependencyRule, bare, compiled, mark_directions
from mitotransfer.annotate.phrases import coordinated, phrase
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.roles import read_sentence
from mitotransfer.annotate.rules import load_rules
from mitotransfer.annotate.screening import Sentence
from mitotransfer.document import Passage, Study
from mitotransfer.settings import config_root
from mitotransfer.settings import load as load_settings

VOCABULARY = spacy.blank("en").vocab
RULES = load_rules(config_root() / "rules").dependencies
_MARK = re.compile(r"\[(\w+) ([^\]]+)\]")


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def applied(rule: DependencyRule, text: str, resources: Resources) -> tuple[bool, set[tuple[str, str]]]:
    """Whether a rule applies, and the phrases that fill its roles, coordinated ones each by itself."""
    assert resources.models is not None
    (analysis,) = resources.models.analyse([text])
    sentence = Sentence(Passage("p", "paragraph", "body", text), 0, text, "own", (Study(),), topical=True, printed=text)
    found = [one for one in read_sentence(sentence, resources, {}, analysis).syntax if one.rule.id == rule.id]
    filled = {
        (role, phrase(token).text)
        for one in found
        for role, first in one.tokens.items()
        for token in coordinated(first)
        if role in ROLES
    }
    return bool(found), filled


@pytest.mark.parametrize(("rule", "marked"), [(r, s) for r in RULES for s in r.yes], ids=lambda v: getattr(v, "id", v))
def test_rule_finds_exactly_the_marked_phrases(rule: DependencyRule, marked: str, resources: Resources) -> None:
    wanted = {(mark[1], mark[2]) for mark in _MARK.finditer(marked)}
    assert applied(rule, _MARK.sub(r"\2", marked), resources) == (True, wanted)


@pytest.mark.parametrize(("rule", "sentence"), [(r, s) for r in RULES for s in r.no], ids=lambda v: getattr(v, "id", v))
def test_rule_leaves_other_sentences_alone(rule: DependencyRule, sentence: str, resources: Resources) -> None:
    assert applied(rule, sentence, resources) == (False, set())


def rule(*pattern: str, yes: Sequence[str] = ("a",)) -> DependencyRule:
    return DependencyRule("r", "", pattern, tuple(yes), ("b",))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (rule("trigger: LEMMA=raise", yes=()), "needs a pattern and example sentences"),
        (rule("trigger LEMMA=raise"), "is not of the form"),
        (rule("trigger: WORD=raise"), "'WORD=raise' is no property; allowed: DEP, LEMMA"),
        (rule("trigger: LEMMA=@up"), "there is no list 'up'; allowed: raise"),
        (rule("trigger: POS=VERB", "trigger > outcom: DEP=dobj"), "there is no role 'outcom'; allowed: trigger, agent"),
        (rule("trigger: POS=VERB", "trigger => outcome: DEP=dobj"), "there is no operator '=>'"),
        (rule("trigger: POS=VERB", "cause > outcome: DEP=dobj"), "others follow one named before it"),
        (rule("trigger: POS=VERB", "trigger > trigger: DEP=dobj"), "each once"),
    ],
)
def test_wrong_rule_is_refused_with_the_reason(wrong: DependencyRule, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        compiled(wrong, {"raise": ["raise"]})


def test_an_optional_node_gives_a_pattern_with_and_one_without_it() -> None:
    found = compiled(rule("trigger: LEMMA=@raise", "trigger > cause?: DEP=nsubj", "cause > _of: DEP=prep"), {"raise": ["raise"]})
    assert [[node["RIGHT_ID"] for node in variant] for variant in found] == [["trigger", "cause", "_of"]]


def _marked(*words: tuple[str, int, str]) -> list[str]:
    """What `mark_further` makes of words with heads and relations."""
    texts, heads, deps = zip(*words, strict=True)
    doc = Doc(VOCABULARY, words=list(texts), heads=list(heads), deps=list(deps), pos=["NOUN"] * len(words), lemmas=list(texts))
    mark_further(doc, {})
    return [token._.slot for token in doc]


def test_an_adjective_stands_for_mitochondria_where_it_describes_a_noun_only() -> None:
    assert _marked(("cells", 1, "nsubj"), ("send", 1, "ROOT"), ("mitochondrial", 3, "amod"), ("loads", 1, "dobj"))[2] == "mito"
    assert _marked(("cells", 1, "nsubj"), ("send", 1, "ROOT"), ("mitochondrial", 1, "dobj"))[2] == ""
    assert _marked(("cells", 1, "nsubj"), ("send", 1, "ROOT"), ("mitochondria", 1, "dobj"))[2] == "mito"
    assert _marked(("mitochondrial", 1, "amod"), ("loads", 1, "ROOT"), ("seen", 0, "acl"))[0] == ""


def test_a_verb_whose_stem_has_no_i_comes_from_none_with_a_y() -> None:
    assert "relay" not in bare("related")
    assert "amplify" in bare("amplified")


def test_words_of_closed_classes_are_their_own_lemmas() -> None:
    doc = Doc(VOCABULARY, words=["but", "budding"], lemmas=["bud", "bud"], pos=["CCONJ", "VERB"])
    mark_directions(doc, {})
    assert [token.lemma_ for token in doc] == ["but", "bud"]
