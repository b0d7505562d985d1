"""Rules for prose, read from the files of `configs/rules` and checked when loaded.

Those of the key `dependencies` look at syntax (`dependencies.py` explains them), all others at the text. Their
patterns see sentences in which names are replaced by slots. A pattern is a regular expression in which braces stand
for slots and named parts:
    {cell}  {cell|tissue}    a name of that kind (of one of those kinds), with the words that may narrow it before it
    {donor=cell}             the same, and it fills the role; a list ("A, B and C") fills it with each of its names
    {transfer}               a trigger word of that event of `trigger.tsv`, in any of its forms
    {gap}                    an entry of `words` in the file
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from mitotransfer.annotate.cores import Alternatives, without_optional_start
from mitotransfer.annotate.dependencies import DependencyRule, compiled
from mitotransfer.annotate.literals import WordSets, needs
from mitotransfer.document import EventKind, TableName
from mitotransfer.errors import ConfigError
from mitotransfer.settings import checked, read_yaml

SLOTS = frozenset({"cell", "adjective", "tissue", "species", "form", "mito", "mechanism"})
TRIGGERS = frozenset({"secretion", "transfer", "uptake", "transplantation", "isolation", "negative"})
ROLES = frozenset({"donor", "recipient", "form", "mechanism", "species", "agent"})

_BRACES = re.compile(r"\{(?:(\w+)=)?([a-z_]+(?:\|[a-z_]+)*)\}")
# Words that may stand before a name and belong to it: no verbs, prepositions or conjunctions.
_STOP = (
    r"(?:and|or|but|by|from|to|into|onto|in|of|on|at|with|without|that|which|who|whose|where|when|while|whereas|after|via|through|for|as|"
    r"than|so|thus|thereby|hence|therefore|is|are|was|were|be|been|has|have|had|did|do|not|no|can|could|may|might|also|then|whether|if)\b"
)
# Two adjectives in a row may have a comma between them; what cells lack or carry is a mechanism ("Cx43-deficient MSCs").
_WORD = rf"(?!{_STOP})[^\W_][\w'’+⁺/‐‑–-]*(?:(?<=ic|al|ed|nt|us|ve),)?"
_NARROWER = rf"(?:(?:{_WORD}|<(?:species|tissue|cell|adjective|mechanism)\d+/>)[ ‐‑-])"
_JOINT = r"(?:, | and | or |, and |, or | as well as |/)"
# Brackets are taken away before patterns are tried, so a list is names, joints and a few words between them.
_SLOT = r"<(?:{kinds})\d+/>"
_TRIGGER = r"<(?:[a-z]+\+)*(?:{kinds})(?:\+[a-z]+)*\d+/[^>]*>"


class Rule(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """One way to say something. With `event` it states a finding, without it fills roles of the findings of its sentence.

    `yes` are sentences with the roles marked as `[donor Astrocytes]`; `no` are sentences in which it must not apply.
    """

    id: str
    description: str
    patterns: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    event: EventKind | Literal[""] = ""
    table: TableName | Literal[""] = ""

    @property
    def name(self) -> str:
        """What findings call it."""
        return self.id


class Phrase(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """Wording that decides what a sentence is worth, tried on its plain text. `yes` and `no` are checked when loaded."""

    id: str
    description: str
    patterns: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """All patterns as one."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.patterns), re.IGNORECASE)


Meaning = Literal["increase", "decrease", "improve", "worsen", "change", "none"]


class OutcomeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that tell what an outcome is, by lemma; `configs/rules/effects.yaml` explains each list."""

    carriers: tuple[str, ...] = ()
    wanted_low: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    verbs: dict[str, str] = {}
    processes: dict[str, str] = {}
    dimensions: dict[str, tuple[str, ...]] = {}


class ProseRules(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """All files of the directory as one.

    Phrases: `distractors` are blanked out before rules are tried; `background`, `own` and `controls` classify sentences,
    `generic_names` and `no_models` refuse names; `genetic` are strains named by what was done to their genes; `routes`
    have the vocabulary id they stand for as id; `preparations` name what rows of one article can differ in; `signs` and
    `attributions` are asked for by their ids.

    Ids of the vocabulary: `organs` are the tissues that diseases, procedures, cells and parts belong to, `treated` the
    tissues that can be an organ that was treated, `not_modelled` diseases and procedures that are no model of a
    transplantation, `inflicted` diseases that are procedures as well, `ischemic` and `reperfused` what ischemia without
    and with reperfusion does to an organ, `implies` the disease that a procedure is the usual model of.

    `directions` are words that tell how something changed, `outcome_words` what changes; `treatments`, `harms` and
    `comparators` tell to what a change is due.

    `states` are entries of the mechanism vocabulary that are no mechanism in prose; `words` are for patterns, `lists` for
    `dependencies`.
    """

    words: dict[str, str] = {}
    directions: dict[Meaning, tuple[str, ...]] = {}
    outcome_words: OutcomeWords = OutcomeWords()
    states: tuple[str, ...] = ()
    distractors: tuple[Phrase, ...] = ()
    background: tuple[Phrase, ...] = ()
    own: tuple[Phrase, ...] = ()
    controls: tuple[Phrase, ...] = ()
    generic_names: tuple[Phrase, ...] = ()
    attributions: tuple[Phrase, ...] = ()
    treatments: tuple[Phrase, ...] = ()
    harms: tuple[Phrase, ...] = ()
    comparators: tuple[Phrase, ...] = ()
    no_models: tuple[Phrase, ...] = ()
    genetic: tuple[Phrase, ...] = ()
    routes: tuple[Phrase, ...] = ()
    preparations: tuple[Phrase, ...] = ()
    organs: dict[str, tuple[str, ...]] = {}
    treated: tuple[str, ...] = ()
    not_modelled: tuple[str, ...] = ()
    inflicted: tuple[str, ...] = ()
    reperfused: dict[str, str] = {}
    ischemic: dict[str, str] = {}
    implies: dict[str, str] = {}
    signs: tuple[Phrase, ...] = ()
    rules: tuple[Rule, ...] = ()
    lists: dict[str, tuple[str, ...]] = {}
    dependencies: tuple[DependencyRule, ...] = ()

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every phrase, whatever it decides."""
        causes = (*self.treatments, *self.harms, *self.comparators)
        models = (*self.no_models, *self.genetic, *self.routes, *self.preparations)
        voices = (*self.distractors, *self.background, *self.own, *self.controls, *self.generic_names, *self.attributions)
        return (*voices, *causes, *models, *self.signs)

    @cached_property
    def attribution(self) -> dict[str, Phrase]:
        """What tells which study a statement belongs to, by id: `claims.py` and `screening.py` ask for each by its name."""
        return {phrase.id: phrase for phrase in self.attributions}

    @cached_property
    def compiled(self) -> tuple[tuple[Rule, tuple[Pattern, ...]], ...]:
        """Each rule with its patterns as regular expressions."""
        return tuple(
            (rule, tuple(_compiled(expand(pattern, self.words), self._asked) for pattern in rule.patterns)) for rule in self.rules
        )

    @cached_property
    def _asked(self) -> WordSets:
        """The words that patterns of rules need."""
        patterns = (expand(pattern, self.words) for rule in self.rules for pattern in rule.patterns)
        return WordSets(words for pattern in patterns for words in needs(pattern))

    def words_in(self, text: str) -> int:
        """The sets of words of which one stands in a text, as bits: those of `Pattern.asks`."""
        return self._asked.found_in(text)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The direction of change that a word tells, by its form or lemma; empty for words of `lists` that tell none."""
        listed = {word: "" for words in self.lists.values() for word in words}
        return listed | {word: meaning for meaning, words in self.directions.items() for word in words}

    @cached_property
    def distractor(self) -> Alternatives:
        """Whatever only looks like mitochondria that move between cells."""
        return _any(self.distractors)

    @cached_property
    def is_background(self) -> Alternatives:
        """Signs of what others found or of what was asked."""
        return _any(self.background)

    @cached_property
    def is_own(self) -> Alternatives:
        """Signs of the authors' own result."""
        return _any(self.own)

    @cached_property
    def is_control(self) -> Alternatives:
        """Signs of a transfer that was stopped on purpose."""
        return _any(self.controls)

    @cached_property
    def is_no_model(self) -> Alternatives:
        """Signs of a treatment or examination in what looks like the making of a model."""
        return _any(self.no_models)

    @cached_property
    def genetic_model(self) -> re.Pattern[str]:
        """Strains named by what was done to their genes; the group `procedure` is the name of the model."""
        return re.compile("|".join(phrase.regex.pattern for phrase in self.genetic) or r"(?!)", re.IGNORECASE)

    @cached_property
    def organ_of(self) -> dict[str, str]:
        """The organ of each disease, procedure, cell and part in `organs`."""
        return {ident: organ for organ, idents in self.organs.items() for ident in idents}

    @cached_property
    def sign(self) -> dict[str, re.Pattern[str]]:
        """The signs by their ids. Patterns that begin with ^ are for `match` or a text of its own."""
        return {phrase.id: phrase.regex for phrase in self.signs}

    @cached_property
    def is_generic(self) -> Alternatives:
        """Names found by a language model that tell no cell from another."""
        return _any(self.generic_names)

    @cached_property
    def is_treatment(self) -> Alternatives:
        """Mitochondria that are handed over or given, by whatever name."""
        return _any(self.treatments)

    @cached_property
    def is_harm(self) -> Alternatives:
        """What changes outcomes without mitochondria: injuries, poisons, controls."""
        return _any(self.harms)

    @cached_property
    def is_route(self) -> Alternatives:
        """Ways in which something is given."""
        return _any(self.routes)

    @cached_property
    def is_comparator(self) -> Alternatives:
        """What opens the side of a comparison that the treated one is measured against."""
        return _any(self.comparators)


class Pattern(NamedTuple):
    """A pattern as a regular expression.

    `asks` are sets of words, as bits of `ProseRules.words_in`: where no word of one stands it cannot apply (`literals.py`).
    `core` is the expression without what may stand before its first word or slot: it matches where the whole does, and is soon
    done where nothing does.
    """

    regex: re.Pattern[str]
    asks: int
    core: re.Pattern[str]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The matches in a text, as those of `regex`."""
        end = 0
        while self.core.search(text, end) and (found := self.regex.search(text, end)) is not None:
            yield found
            end = max(found.end(), found.start() + 1)


def _compiled(pattern: str, words: WordSets) -> Pattern:
    core = re.compile(without_optional_start(pattern), re.IGNORECASE)
    return Pattern(re.compile(pattern, re.IGNORECASE), words.bits(needs(pattern)), core)


def _any(phrases: Iterable[Phrase]) -> Alternatives:
    return Alternatives(pattern for phrase in phrases for pattern in phrase.patterns)


def expand(pattern: str, words: dict[str, str]) -> str:
    """The regular expression a pattern stands for. Raises KeyError with a name in braces that nothing defines."""

    def write(match: re.Match[str]) -> str:
        role, names = match[1], match[2].split("|")
        if len(names) == 1 and names[0] in words and not role:
            return f"(?:{expand(words[names[0]], words)})"
        if set(names) <= TRIGGERS and not role:
            return _TRIGGER.format(kinds="|".join(names))
        if set(names) <= SLOTS and (not role or role in ROLES):
            one = _SLOT.format(kinds="|".join(names))
            listed = rf"{_NARROWER}{{0,6}}?{one}(?:{_JOINT}{_NARROWER}{{0,3}}?{one})*(?![ ‐-]<cell)"
            return f"(?P<{role}>{listed})" if role else f"(?:{listed})"
        raise KeyError(match[0])

    return _BRACES.sub(write, pattern)


def load_rules(folder: Path) -> ProseRules:
    """Reads and checks all rules of a directory. Raises ConfigError naming the file, the rule and what is wrong with it."""
    files = {path: _read(path) for path in sorted(folder.glob("*.yaml"))}
    if not files:
        raise ConfigError(f"{folder}: no file with rules (*.yaml) in it")
    whole: dict[str, Any] = {}
    for path, content in files.items():
        for key, value in content.items():
            _join(whole, key, value, path)
    rules = checked(whole, ProseRules, folder)
    for path, content in files.items():
        own = checked(content, ProseRules, path)
        items: tuple[Rule | Phrase, ...] = (*own.phrases, *own.rules)
        for item in items:
            if not (item.patterns and item.yes and item.no):
                raise ConfigError(f"{path}: rule '{item.id}' needs patterns and example sentences (yes and no)")
            _check(item, rules.words, path)
        for rule in own.dependencies:
            try:
                compiled(rule, rules.lists)
            except ValueError as error:
                raise ConfigError(f"{path}: rule '{rule.id}': {error}") from error
    seen: set[str] = set()
    for ident in [*(p.id for p in rules.phrases), *(r.id for r in rules.rules), *(r.id for r in rules.dependencies)]:
        if ident in seen:
            raise ConfigError(f"{folder}: two rules have the id '{ident}'")
        seen.add(ident)
    return rules


def _read(path: Path) -> dict[str, Any]:
    """The checked content of a file, in which each item was looked at by itself: the message then names the allowed keys."""
    content = read_yaml(path) or {}
    if isinstance(content, dict):
        for name, kind in _KINDS.items():
            for item in content.get(name) or ():
                checked(item, kind, path)
    checked(content, ProseRules, path)
    return dict(content)


def _join(whole: dict[str, Any], key: str, value: Any, path: Path) -> None:
    """Adds what one file says under a key to what the others say. Raises ConfigError when two say the same."""
    if isinstance(value, dict):
        known = whole.setdefault(key, {})
        for name in sorted(known.keys() & value.keys()):
            raise ConfigError(f"{path}: {key}: '{name}' stands in another file, too")
        known |= value
    else:
        whole.setdefault(key, []).extend(value or ())


_PHRASES = (
    "distractors", "background", "own", "controls", "generic_names", "attributions", "treatments", "harms", "comparators",
    "no_models", "genetic", "routes", "preparations", "signs",
)  # fmt: skip
_KINDS: dict[str, type] = dict.fromkeys(_PHRASES, Phrase) | {"rules": Rule, "dependencies": DependencyRule}


def _check(item: Rule | Phrase, words: dict[str, str], path: Path) -> None:
    try:
        for pattern in item.patterns:
            # with the flag that it is used with: `re` keeps it until then
            re.compile(pattern if isinstance(item, Phrase) else expand(pattern, words), re.IGNORECASE)
    except re.error as error:
        raise ConfigError(f"{path}: rule '{item.id}': {error.pattern!r} is no regular expression ({error.msg})") from error
    except KeyError as error:
        allowed = ", ".join(sorted({*SLOTS, *TRIGGERS, *words}))
        message = f"{path}: rule '{item.id}': {error.args[0]} is no slot, trigger, word or role; allowed: {allowed}"
        raise ConfigError(message) from error
    if isinstance(item, Phrase):
        for sentence in item.yes:
            if not item.regex.search(sentence):
                raise ConfigError(f"{path}: '{item.id}' should match '{sentence}' (yes) and does not")
        for sentence in item.no:
            if item.regex.search(sentence):
                raise ConfigError(f"{path}: '{item.id}' should not match '{sentence}' (no) and does")
    elif bool(item.event) != bool(item.table):
        raise ConfigError(f"{path}: rule '{item.id}': event and table go together")
