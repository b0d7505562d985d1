"""Screening: what cannot hold a finding is passed over, and nothing is lost by it."""

from __future__ import annotations

import importlib.util
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from spacy.tokens import Doc

from mitotransfer.annotate import annotate_article, prose
from mitotransfer.annotate.candidates import Hint, screen, short_forms
from mitotransfer.annotate.dependencies import DependencyRule
from mitotransfer.annotate.recognised import recognised
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.roles import CELLS_GIVEN, read_sentence
from mitotransfer.annotate.rules import Rule
from mitotransfer.annotate.screening import Sentence, Sentences
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import Article, Citation, Event, Head, Passage, Reference
from mitotransfer.parse import parse_documents
from mitotransfer.rows import MAIN_EVENTS
from mitotransfer.settings import load as load_settings

# Every how many documents of the development data one is read: all of them take minutes without screening.
SHARE_OF_SHORT, SHARE_OF_REAL = 4, 50
FINDING = "Astrocytes transferred mitochondria to neurons."
IDLE = "Neurons were cultured in medium."


@pytest.fixture(scope="module")
def resources() -> Resources:
    """With the language model: what it finds must not depend on screening either."""
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


@pytest.fixture(scope="module")
def plain() -> Resources:
    return load(load_settings().annotate)


def both_ways(article: Article, resources: Resources) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    screened = annotate_article(article, resources)
    return screened.events, annotate_article(article, resources, screening=False).events


def articles_in(paths: Sequence[Path]) -> Iterator[Article]:
    for path in paths:
        yield from parse_documents(path.read_bytes(), path.name)


def made(texts: Sequence[str], kind: str = "research-article", **given: Any) -> Article:
    passages = [Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", ("Results",)) for n, text in enumerate(texts)]
    return Article(Head("PMC1", article_type=kind), tuple(passages), **given)


def test_screening_never_changes_the_events_of_the_sample(root: Path, resources: Resources) -> None:
    paths = sorted((root / "corpus" / "sample" / "articles").iterdir())
    found = 0
    for article in articles_in(paths):
        screened, read_whole = both_ways(article, resources)
        assert screened == read_whole, article.head.source
        found += len(screened)
    assert found > 0


@pytest.mark.parametrize("seed", range(8))
def test_screening_never_changes_the_events_of_shuffled_sentences(root: Path, plain: Resources, seed: int) -> None:
    articles = list(articles_in(sorted((root / "corpus" / "sample" / "articles").iterdir())))
    pool = [p.text for article in articles for p in article.passages if p.part in ("abstract", "body")]
    chosen = random.Random(seed).sample(pool, 6)
    for kind in ("research-article", "review-article"):
        reference = Reference("r1", "1", authors=("Doe",), year="2020", doi="10.5555/1")
        source = made(chosen, kind, references={"r1": reference})
        cited = [
            Passage(
                p.id, p.kind, p.part, p.text, p.locator, p.section, citations=(Citation(len(p.text), len(p.text), ("r1",), "1"),)
            )
            for p in source.passages
        ]
        for article in (source, Article(source.head, tuple(cited), references=source.references)):
            screened, read_whole = both_ways(article, plain)
            assert screened == read_whole


def test_screening_never_changes_the_events_of_development_documents(shared: Path, resources: Resources, tmp_path: Path) -> None:
    converter = _module(shared / "score" / "to_jats.py")
    written = []
    for path in sorted((shared / "dev" / "docs").glob("*.json"))[::SHARE_OF_SHORT]:
        written.append(tmp_path / f"{path.stem}.xml")
        converter.to_jats(json.loads(path.read_bytes())).write(written[-1], encoding="utf-8")
    assert written
    _assert_same(written, resources)


def test_screening_never_changes_the_events_of_real_articles(shared: Path, resources: Resources) -> None:
    paths = [path for path in sorted((shared / "jats").iterdir()) if path.suffix in (".xml", ".nxml")]
    review, full = shared / "review" / "PMC10834547.xml", sorted((shared / "dev" / "full").glob("*.xml"))[:1]
    _assert_same([*paths[::SHARE_OF_REAL], *full, review], resources)


def _assert_same(paths: Sequence[Path], resources: Resources) -> None:
    for article in articles_in(paths):
        screened, read_whole = both_ways(article, resources)
        if screened != read_whole:
            pytest.fail(f"{article.head.file}: {len(screened)} events with screening, {len(read_whole)} without, or others")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences that are given to the language model."""
    given: list[str] = []
    original = prose.recognised

    def counting(chosen: Sequence[Sentence], *rest: Any) -> Any:
        given.extend(sentence.text for sentence in chosen)
        return original(chosen, *rest)

    monkeypatch.setattr(prose, "recognised", counting)
    return given


def test_an_article_without_mitochondria_is_not_read_at_all(read: list[str], plain: Resources) -> None:
    annotated = annotate_article(made([IDLE, "Astrocytes released cytokines."]), plain)
    assert (read, annotated.reason) == ([], "no mention of mitochondria")


def test_of_an_article_without_findings_only_sentences_that_may_state_one_are_read(read: list[str], plain: Resources) -> None:
    annotate_article(made([IDLE, "Mitochondria were counted.", "Mitochondria were found mostly in rows.", IDLE]), plain)
    assert read == ["Mitochondria were found mostly in rows."]
    read.clear()
    annotate_article(made([IDLE, "Mitochondria were counted.", IDLE, IDLE]), plain, screening=False)
    assert len(read) == 4


def test_with_a_finding_all_own_sentences_are_read_once(read: list[str], plain: Resources) -> None:
    annotate_article(made([IDLE, FINDING, IDLE]), plain)
    assert sorted(read) == sorted([IDLE, FINDING, IDLE])


def test_an_exopher_is_a_word_for_mitochondria_too(plain: Resources) -> None:
    texts = ["Cardiomyocytes released exophers that held organelles.", "Macrophages took up the organelles of cardiomyocytes."]
    screened, read_whole = both_ways(made(texts), plain)
    assert screened == read_whole
    assert screened


def _stating_sentences(resources: Resources) -> Iterator[tuple[str, str]]:
    """The examples of every rule that states a finding, without the marks of their roles."""
    rules: tuple[Rule | DependencyRule, ...] = (*resources.rules.rules, *resources.rules.dependencies)
    for rule in rules:
        if rule.event in MAIN_EVENTS and rule.name != CELLS_GIVEN:
            for sentence in rule.yes:
                yield rule.id, re.sub(r"\[\w+ ([^\]]+)\]", r"\1", sentence)


def parsed(text: str, resources: Resources) -> Doc:
    assert resources.models is not None
    return resources.models.parsed([text])[0]


def hint_for(text: str, resources: Resources) -> Hint | None:
    passage = Passage("p1", "paragraph", "body", text, "/p", ("Results",))
    return screen(resources).may_state(Sentence(passage, 0, text, "own", (), True, text), {}, [])


def test_an_example_of_every_rule_that_states_a_finding_passes_the_screen(resources: Resources) -> None:
    tried = 0
    for rule, text in _stating_sentences(resources):
        # rules speak of organelles by any name, of which the sentence before may have told
        passage = Passage("p1", "paragraph", "body", text, "/p", ("Results",))
        sentence = Sentence(passage, 0, text, "own", (), True, text)
        found = read_sentence(sentence, resources, {}, *recognised([sentence], resources, {}))
        if any(finding.rule != f"prose:{CELLS_GIVEN}" for finding in found.findings):
            hint = screen(resources).may_state(sentence, {}, [])
            assert hint, f"{rule}: {text}"
            assert hint.by_text or screen(resources).fits(hint, sentence, parsed(text, resources), {}), f"{rule}: {text}"
            tried += 1
    assert tried > 100


def test_what_is_no_finding_by_its_words_does_not_pass_the_screen(resources: Resources) -> None:
    for text in ("Mitochondria were counted.", "Mitochondrial genes are listed below.", "Neurons were cultured in medium."):
        passage = Passage("p1", "paragraph", "body", text, "/p", ("Results",))
        assert not screen(resources).may_state(Sentence(passage, 0, text, "own", (), True, text), {}, []), text


@pytest.mark.parametrize(
    "text",
    [
        "Changes were related to mitochondrial function.",  # no form of "relay"
        "Mitochondrial volume was modestly but clearly lower.",  # none of "bud"
        "Patients gave mitochondrial samples.",  # an adjective is not what is given
    ],
)
def test_words_that_only_look_like_those_of_a_rule_do_not_pass(resources: Resources, text: str) -> None:
    assert hint_for(text, resources) is None


def test_words_of_a_rule_in_another_construction_do_not_fit_its_syntax(resources: Resources) -> None:
    text = "Taken together, these data support normal mitochondrial function in neurons."
    hint = hint_for(text, resources)
    assert hint is not None
    assert not hint.by_text
    passage = Passage("p1", "paragraph", "body", text, "/p", ("Results",))
    sentence = Sentence(passage, 0, text, "own", (), True, text)
    assert not screen(resources).fits(hint, sentence, parsed(text, resources), {})


def test_what_does_not_fit_is_parsed_and_searched_for_no_names(read: list[str], resources: Resources) -> None:
    annotate_article(made(["Taken together, these data support normal mitochondrial function in neurons."]), resources)
    assert read == []


@pytest.mark.parametrize(
    "aside",
    [
        "of the cortex",
        "of the cerebral cortex, of the hippocampus and of the spinal cord of rats and mice that were kept in the dark",
    ],
)
def test_a_finding_passes_with_an_aside_of_any_length(plain: Resources, aside: str) -> None:
    text = f"Astrocytes ({aside}) transferred mitochondria to neurons."
    hint = hint_for(text, plain)
    assert hint is not None
    assert hint.by_text


def test_a_long_aside_alone_makes_no_finding(plain: Resources) -> None:
    aside = "of the cerebral cortex, of the hippocampus and of the spinal cord of rats and mice that were kept in the dark"
    assert hint_for(f"Mitochondria were counted by eye in transfer buffer ({aside}).", plain) is None


def test_sentences_are_the_same_objects_however_they_are_asked_for(plain: Resources) -> None:
    article = made([f"{IDLE} {FINDING} {IDLE}", IDLE], "review-article")
    text = Sentences(article, plain, review=True)
    asked = list(text.of(0, lambda _: True, []))
    assert [sentence.printed for sentence in asked] == [FINDING, IDLE]  # the first is not on mitochondria
    known = {id(sentence) for sentence in text.all()}
    assert len(known) == 4
    assert {id(sentence) for sentence in asked} <= known


def test_an_expression_that_is_not_tried_would_not_have_matched(plain: Resources) -> None:
    found = 0
    whole = re.compile("|".join(phrase.regex.pattern for phrase in plain.rules.background), re.IGNORECASE)
    for text in (example for phrase in plain.rules.phrases for example in (*phrase.yes, *phrase.no)):
        assert bool(plain.rules.is_background.search(text)) == bool(whole.search(text)), text
        found += bool(whole.search(text))
    assert found > 5


@pytest.mark.parametrize("form", ["pl-MT", "pl-MTs", "pl‐MT"])
def test_own_short_forms_of_mitochondria_pass_as_mitochondria_do(plain: Resources, form: str) -> None:
    text = "Astrocytes transferred pl-MT to neurons."
    passage = Passage("p1", "paragraph", "body", text, "/p", ("Results",))
    sentence = Sentence(passage, 0, text, "own", (), False, text)
    extra = {form: [("secreted_form", MITOCHONDRIA)]}
    assert screen(plain).may_state(sentence, extra, short_forms(extra))
    assert not screen(plain).may_state(sentence, {}, [])


def test_a_number_of_a_trial_is_told_where_no_sentence_states_a_finding(plain: Resources) -> None:
    texts = ["Mitochondrial transplantation into patients is tried.", "The trial is NCT01234567."]
    screened, read_whole = both_ways(made(["Patients are treated.", *texts, IDLE]), plain)
    assert screened == read_whole
