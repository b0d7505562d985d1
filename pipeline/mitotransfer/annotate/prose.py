"""Prose to events: sentences are screened, read by the rules of `configs/rules`, and their findings gathered into rows.

Vocabulary and trigger words with patterns over one sentence, after the rule-based event extraction of Cohen et al. 2011
(doi:10.1111/j.1467-8640.2011.00405.x); roles that a sentence leaves open are filled from the article's frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mitotransfer.annotate.gather import gather
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.recognised import recognised
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading, read_sentence
from mitotransfer.annotate.screening import Sentence, sentences
from mitotransfer.annotate.single import single_event
from mitotransfer.annotate.studies import is_review
from mitotransfer.annotate.trials import trial_events, unregistered_trial
from mitotransfer.document import Article, Event

_CELLS = ("cell", "cell_line")
_ENOUGH = 2  # roles that a finding must fill in its own sentence before an article is taken to be about such findings


def prose_events(article: Article, resources: Resources, extra: Extra, short: Mapping[str, str] | None = None) -> list[Event]:
    """The events of an article's prose: its own findings gathered with its frame, cited ones sentence by sentence.

    In a review, and in plain text, only findings with a study to name count. `short` are the article's short forms and
    what they stand for, `extra` the meanings that the vocabulary knows for them.
    """
    review = is_review(article)
    read = list(sentences(article, resources, review))
    chosen = [number for number, s in enumerate(read) if s.topical and s.voice != "none"]
    found = recognised([read[number] for number in chosen], resources, short or {})
    first = {n: read_sentence(read[n], resources, extra, analysis) for n, analysis in zip(chosen, found, strict=True)}
    cited = [finding for reading in first.values() if reading.sentence.voice == "cited" for finding in reading.findings]
    events = [event for finding in cited if (event := single_event(finding, resources, extra)) is not None]
    if review:
        return events
    trials = trial_events(article, read, resources, extra)
    if not _on_topic([finding for reading in first.values() for finding in _own(reading)]):
        return events + trials
    if any(event.rule == "prose:trial_only" for event in trials):
        return events + trials  # what is planned is no finding
    others = [number for number, s in enumerate(read) if _is_own(s) and number not in first]
    analysed = recognised([read[number] for number in others], resources, short or {})
    first |= {n: read_sentence(read[n], resources, extra, analysis) for n, analysis in zip(others, analysed, strict=True)}
    readings = [first[number] for number, s in enumerate(read) if _is_own(s)]
    gathered = gather(readings, resources, extra)
    if (trial := unregistered_trial(read, resources, extra)) is not None:  # patients are no animal model
        gathered = [event for event in gathered if event.table != "transplantation"]
        trials = trials or [trial]
    return events + trials + gathered


def _own(reading: Reading) -> Sequence[Finding]:
    return reading.findings if reading.sentence.voice == "own" else ()


def _is_own(sentence: Sentence) -> bool:
    return sentence.voice in ("own", "aim")


def _on_topic(findings: Sequence[Finding]) -> bool:
    """Whether one finding shows it, or several together name a donor and a recipient."""
    if any(_convinces(finding) for finding in findings):
        return True
    moves = [f for f in findings if f.kind == "secretion"]
    named = [f for f in findings if any(m.category in _CELLS for role in ("donor", "recipient") for m in f.roles.get(role, ()))]
    if named and any(f.sentence.passage.kind == "title" for f in moves):
        return True
    pairs = [f for f in findings if f.rule != f"prose:{CELLS_GIVEN}"]
    both = all(any(f.roles.get(role) for f in pairs) for role in ("donor", "recipient"))
    return both and any(f.kind == "transfer" for f in pairs)


def _convinces(finding: Finding) -> bool:
    """Whether a finding by itself shows that the article is about mitochondria that leave or enter cells."""
    if finding.rule == f"prose:{CELLS_GIVEN}":
        return False
    if finding.table == "transplantation":
        return True
    filled = sum(bool(finding.roles.get(role)) for role in ("donor", "recipient", "form"))
    sole = finding.kind == "secretion" or (finding.sentence.passage.kind == "title" and finding.kind == "transfer")
    return filled >= _ENOUGH or (sole and filled > 0)
