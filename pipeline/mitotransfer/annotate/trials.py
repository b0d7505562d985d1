"""Trials in which mitochondria are given to people: by registration number, or by the patients that were treated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.screening import Sentence
from mitotransfer.annotate.trial_facts import PEOPLE, trial_roles
from mitotransfer.document import Article, Event, Locator, Passage, Role
from mitotransfer.topic import has_topic

_NCT = re.compile(r"\bNCT\s?(\d{8})\b")
_PROTOCOL = re.compile(
    r"\bno results?\b|is recruiting|under way|(?:trial|study) protocol|protocol of|not yet (?:been )?(?:available|recruit)",
    re.IGNORECASE,
)
_DONE = "treated|received|receiving|underwent|enrolled|given|injected|infused|transplanted|randomi[sz]ed|allocated|included"
_TREATED = re.compile(
    rf"\b(?:{PEOPLE})\b[^.;]{{0,100}}?\b(?:{_DONE})\b|\b(?:{_DONE})\b[^.;]{{0,60}}?\b(?:{PEOPLE})\b", re.IGNORECASE
)
_ANIMALS = re.compile(
    r"\b(?:mice|mouse|murine|rats?|rabbits?|pigs?|piglets?|porcine|swine|sheep|dogs?|canine|monkeys?|macaques?|hamsters?|animals?)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"mitochondri\w+(?: [\w'’-]+){0,12} (?:transplant|transfer|inject|infus|augment|administ|given|deliver)"
    r"|(?:transplant|inject|infus|augment|administ|enrich|loaded|given|deliver)\w*(?: [\w,-]+){0,7} mitochondri"
    r"|mitochondrial (?:transplantation|augmentation|therapy)",
    re.IGNORECASE,
)
# A trial told of beside an article's own patients: what came, or is to come, after it.
_ANOTHER = re.compile(
    r"\b(?:paved the way|led to|follow(?:ed|s|ing)?(?:-?up)?|subsequent|later|next|further|larger|sister|an? registered|ongoing"
    r"|another|future|planned|now (?:being )?(?:tested|under way|enrolling)|has since)\b[^.;]{0,80}\b(?:trial|study|NCT)",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(r"\b(?:discussion|conclusions?|perspectives?|outlook|future)\b", re.IGNORECASE)


def names_trial(passages: Iterable[Passage]) -> bool:
    """Whether the registration number of a trial may stand there."""
    return any("NCT" in passage.text for passage in passages)


def trial_events(article: Article, read: Sequence[Sentence], resources: Resources, extra: Extra) -> list[Event]:
    """One event for each registration number of a trial in which mitochondria are given.

    What is said around the number decides: its passage, or, where that names several trials, its own sentence. A number beside
    other uses of the word (targeted drugs, say) gives none.
    """
    events: list[Event] = []
    seen: set[str] = set()
    planned = _planned(read)
    article_text = " ".join(s.text for s in read if s.voice in ("own", "aim"))
    for sentence in read:
        for number in _NCT.finditer(sentence.printed):
            nct = f"NCT{number[1]}"
            passage = sentence.passage
            alone = len(set(_NCT.findall(passage.text))) == 1
            text = planned or (_on_people(read, sentence) if alone else sentence.printed)
            scope = text if planned else f"{article.head.title}. {text}"
            if nct in seen or not _gives_mitochondria(scope, resources):
                continue
            seen.add(nct)
            roles = (Role("nct", nct), *trial_roles(text, article_text, resources, extra))
            place = Locator(passage.locator, " > ".join(passage.section), sentence.printed, number.start(), number.end())
            rule = "prose:trial_only" if _PROTOCOL.search(planned or passage.text) else "prose:trial"
            events.append(Event("trial", "trials", "prose", place, sentence.study, roles, rule, nct, nct, confidence=0.7))
    return events


def treated_patients(read: Sequence[Sentence], resources: Resources) -> tuple[Sentence, re.Match[str]] | None:
    """Where an article says that its own patients were treated with mitochondria; None when it does not.

    An article that speaks of animals as well reports what was tried on them, and says so of none.
    """
    own = [s for s in read if s.voice in ("own", "aim") and not (_NCT.search(s.text) and _is_another(s))]
    text = " ".join(s.text for s in own)
    if not _gives_mitochondria(text, resources) or _ANIMALS.search(resources.rules.distractor.blanked(text)):
        return None
    return next(((s, treated) for s in own if s.voice == "own" and (treated := _TREATED.search(s.text))), None)


def on_people_alone(read: Sequence[Sentence], resources: Resources) -> bool:
    """Whether an article names no animals of its own, however it calls those who took part."""
    text = " ".join(s.text for s in read if s.voice in ("own", "aim"))
    return _ANIMALS.search(resources.rules.distractor.blanked(text)) is None


def unregistered_trial(read: Sequence[Sentence], resources: Resources, extra: Extra) -> Event | None:
    """The event of a study that treated patients with mitochondria and tells no registration of its own; else None.

    A number told as that of another trial ("paved the way for") is none of its own.
    """
    own = [s for s in read if s.voice in ("own", "aim")]
    if any(_NCT.search(s.text) and not _is_another(s) for s in own):
        return None
    found = treated_patients(read, resources)
    if found is None:
        return None
    sentence, treated = found
    passage = sentence.passage
    place = Locator(passage.locator, " > ".join(passage.section), sentence.printed, treated.start(), treated.end())
    text = " ".join(s.text for s in own if not _NCT.search(s.text))
    roles = tuple(trial_roles(text, text, resources, extra))
    rule = "prose:trial_unregistered"
    return Event("trial", "trials", "prose", place, sentence.study, roles, rule, treated[0], "own patients", confidence=0.5)


def _gives_mitochondria(text: str, resources: Resources) -> bool:
    """Whether a text speaks of mitochondria that are given, and not only of drugs that go to them."""
    plain = resources.rules.distractor.blanked(text)
    return has_topic(plain) and _GIVEN.search(plain) is not None


def _is_another(sentence: Sentence) -> bool:
    """Whether a number is told as that of a trial beside the article's own patients."""
    if _ANOTHER.search(sentence.text):
        return True
    return any(_AFTERWARDS.search(title) for title in sentence.passage.section)


def _on_people(read: Sequence[Sentence], numbered: Sentence) -> str:
    """The passage of a number without its sentences on animals."""
    passage = [s for s in read if s.passage is numbered.passage]
    return " ".join(s.text for s in passage if s is numbered or not _ANIMALS.search(s.text))


def _planned(read: Sequence[Sentence]) -> str:
    """All own sentences of an article that describes one trial and has no results of it; empty for others."""
    text = " ".join(s.text for s in read if s.voice in ("own", "aim"))
    return text if len(set(_NCT.findall(text))) == 1 and _PROTOCOL.search(text) else ""
