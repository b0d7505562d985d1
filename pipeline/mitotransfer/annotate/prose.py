"""Prose to events: sentences are screened, read by the rules of `configs/rules`, and their findings gathered into rows.

Vocabulary and trigger words with patterns over one sentence, after the rule-based event extraction of Cohen et al. 2011
(doi:10.1111/j.1467-8640.2011.00405.x); roles that a sentence leaves open are filled from the article's frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from spacy.tokens import Doc

from mitotransfer.annotate.candidates import screen, short_forms
from mitotransfer.annotate.cited import cited_events
from mitotransfer.annotate.gather import gather
from mitotransfer.annotate.matcher import Extra, holds
from mitotransfer.annotate.recognised import recognised
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading, read_sentence, says_event
from mitotransfer.annotate.screening import Sentence, Sentences, in_methods
from mitotransfer.annotate.slots import CELLS
from mitotransfer.annotate.studies import is_review
from mitotransfer.annotate.trials import names_trial, on_people_alone, treated_patients, trial_events, unregistered_trial
from mitotransfer.document import Article, Event
from mitotransfer.topic import has_topic

_FRONT = ("front", "abstract")
_ENOUGH = 2  # roles that a finding must fill in its own sentence before an article is taken to be about such findings


def prose_events(
    article: Article, resources: Resources, extra: Extra, short: Mapping[str, str] | None = None, *, screening: bool = True
) -> list[Event]:
    """The events of an article's prose: its own findings gathered with its frame, cited ones study by study.

    In a review, and in plain text, only findings with a study to name count. `short` are the article's short forms and
    what they stand for, `extra` the meanings that the vocabulary knows for them. Without `screening` every sentence goes
    through the language model and the rules at once: slower, with the same events (tests compare them).
    """
    review = is_review(article)
    text = Sentences(article, resources, review)
    known: dict[int, Reading] = {}
    if screening and not screen(resources).names_product((passage.text for passage in text.passages), extra):
        known = _known(text, resources, extra, short)
        if not any(map(_stated, known.values())):
            return [] if review or not names_trial(text.passages) else trial_events(article, text.all(), resources, extra)
    read = text.all()
    relevant = _may_hold_findings(read)
    chosen = _worth_reading(read, relevant, known) if known else relevant if screening else range(len(read))
    if any(_convinces(finding) for reading in known.values() for finding in _own(reading)):
        chosen = sorted({*chosen, *(number for number, s in enumerate(read) if _is_own(s))})  # all of them count, see below
    first = _read(read, chosen, resources, extra, short, known)
    events = cited_events([reading for reading in first.values() if reading.sentence.voice == "cited"], resources, extra)
    if review:
        return events
    trials = trial_events(article, read, resources, extra)
    telling = [first[number] for number in relevant if number in first]
    found = [finding for reading in telling for finding in _own(reading)]
    if not _on_topic(found, _cells_meet(read, telling, resources)):
        return events + trials
    if any(event.rule == "prose:trial_only" for event in trials):
        return events + trials  # what is planned is no finding
    others = [number for number, s in enumerate(read) if _is_own(s) and number not in first]
    first |= _read(read, others, resources, extra, short, known)
    readings = [first[number] for number, s in enumerate(read) if _is_own(s)]
    gathered = gather(readings, resources, extra)
    if treated_patients(read, resources) or (trials and on_people_alone(read, resources)):  # they are no animal model
        gathered = [event for event in gathered if event.table != "transplantation"]
    if (trial := unregistered_trial(read, resources, extra)) is not None:
        trials.append(trial)
    return events + trials + gathered


def _known(text: Sentences, resources: Resources, extra: Extra, short: Mapping[str, str] | None) -> dict[int, Reading]:
    """The candidates of title and abstract and all on others' work, then the other own ones if those do not decide that own
    findings matter."""
    front: list[Sentence] = []
    cited: list[Sentence] = []
    own: list[Sentence] = []
    for sentence in _telling(text, resources, extra):
        if sentence.voice != "none":
            (front if sentence.passage.part in _FRONT else cited if sentence.voice == "cited" else own).append(sentence)
    known = _candidates([*front, *cited], resources, extra, short)
    return known if _own_matter(known) else known | _candidates(own, resources, extra, short)


def _telling(text: Sentences, resources: Resources, extra: Extra) -> Iterator[Sentence]:
    """The sentences whose words are such that some rule may state a finding in them."""
    shorts = short_forms(extra)
    look = screen(resources)
    for number, passage in enumerate(text.passages):
        if has_topic(passage.text) or holds(passage.text, shorts):
            yield from text.of(number, lambda printed: look.may_tell(printed, shorts), shorts)


def _candidates(
    sentences: Iterable[Sentence], resources: Resources, extra: Extra, short: Mapping[str, str] | None
) -> dict[int, Reading]:
    """Of these sentences those that can state a finding, read, by their identity; others may be among them.

    Where none of them states one the article has none: the others can only complete what these say. They are parsed first, and
    names looked for where a rule over text may apply, or one over syntax fits the parse.
    """
    shorts = short_forms(extra)
    look = screen(resources)
    hinted = [(s, hint) for s in sentences if (hint := look.may_state(s, extra, shorts)) is not None]
    docs: list[Doc] = resources.models.parsed([sentence.text for sentence, _ in hinted]) if hinted and resources.models else []
    fits = [look.fits(hint, sentence, doc, extra) for (sentence, hint), doc in zip(hinted, docs, strict=False)]
    left = [number for number, (_, hint) in enumerate(hinted) if hint.by_text or fits[number]]
    chosen = [hinted[number][0] for number in left]
    found = recognised(chosen, resources, short or {}, [docs[number] for number in left] if docs else ())
    return {
        id(sentence): read_sentence(sentence, resources, extra, analysis)
        for number, sentence, analysis in zip(left, chosen, found, strict=True)
        if (docs and fits[number]) or says_event(sentence, resources, extra, analysis)
    }


def _worth_reading(read: Sequence[Sentence], relevant: Sequence[int], known: Mapping[int, Reading]) -> list[int]:
    """Of relevant sentences those on cited studies of which a finding is `known`, and own ones if a finding can matter to them.

    All sentences that can state a finding are known, so that an article that is about none, by these, will not be (`_on_topic`);
    own ones only until one of them matters.
    """
    studies = {study for r in known.values() if r.sentence.voice == "cited" and _stated(r) for study in r.sentence.studies}
    own = _own_matter(known)
    return [n for n in relevant if (not studies.isdisjoint(read[n].studies) if read[n].voice == "cited" else own)]


def _own_matter(known: Mapping[int, Reading]) -> bool:
    return any(f.table == "secretion" or _convinces(f) for r in known.values() for f in _own(r) if f in _stated(r))


def _stated(reading: Reading) -> list[Finding]:
    """The findings that a sentence states of mitochondria, not only of cells or vesicles that are given."""
    return [finding for finding in reading.findings if finding.rule != f"prose:{CELLS_GIVEN}"]


def _may_hold_findings(read: Sequence[Sentence]) -> list[int]:
    """Which sentences are read before it is known whether the article is about mitochondria that move.

    A finding names mitochondria, so it stands in a sentence with a word for them; what is said of a cited study beside such a
    sentence completes it. The article's other own sentences follow only once it has a finding.
    """
    studies = {study for s in read if s.voice == "cited" and s.topical for study in s.studies}
    return [
        number
        for number, s in enumerate(read)
        if s.voice != "none" and (s.topical or (s.voice == "cited" and not studies.isdisjoint(s.studies)))
    ]


def _read(
    read: Sequence[Sentence],
    chosen: Iterable[int],
    resources: Resources,
    extra: Extra,
    short: Mapping[str, str] | None,
    known: Mapping[int, Reading],
) -> dict[int, Reading]:
    """The chosen sentences, by number, with what the language model and the rules make of them; some are `known` already."""
    numbers = [number for number in chosen if read[number].voice != "none"]
    new = [number for number in numbers if id(read[number]) not in known]
    found = recognised([read[number] for number in new], resources, short or {})
    made = {n: read_sentence(read[n], resources, extra, analysis) for n, analysis in zip(new, found, strict=True)}
    return {n: made[n] if n in made else known[id(read[n])] for n in numbers}


def _own(reading: Reading) -> Sequence[Finding]:
    return reading.findings if reading.sentence.voice == "own" else ()


def _is_own(sentence: Sentence) -> bool:
    return sentence.voice in ("own", "aim")


def _cells_meet(read: Sequence[Sentence], readings: Iterable[Reading], resources: Resources) -> bool:
    """Whether the article brings cells together: cultures of two, contacts between them, a title with cells and a transfer."""
    sign = resources.rules.sign["cells_meet"]
    titled = (r for r in readings if r.sentence.passage.kind == "title" and any(f.kind == "transfer" for f in r.findings))
    named = any(m.category in CELLS for r in titled for m in r.slots.mentions)
    return named or any(_is_own(s) and sign.search(s.text) for s in read)


def _on_topic(findings: Sequence[Finding], cells_meet: bool) -> bool:
    """Whether one finding shows it, or several together name a donor and a recipient.

    Where cells are brought together, a finding that names one of them in its part is enough; the others stand elsewhere.
    """
    if any(_convinces(finding) for finding in findings):
        return True
    moves = [f for f in findings if f.kind == "secretion"]
    named = [f for f in findings if any(m.category in CELLS for role in ("donor", "recipient") for m in f.roles.get(role, ()))]
    if named and any(f.sentence.passage.kind == "title" for f in moves):
        return True
    parts = [f for f in named if f.table == "secretion" and not in_methods(f.sentence)]
    if cells_meet and any(f.kind == "transfer" or f.roles.get("recipient") for f in parts):
        return True
    pairs = [f for f in findings if f.rule != f"prose:{CELLS_GIVEN}"]
    named_donor = any(f.roles.get("donor") for f in pairs) or len(pairs) < len(findings)  # cells that are given
    both = named_donor and any(f.roles.get("recipient") for f in pairs)
    return both and any(f.kind == "transfer" for f in pairs)


def _convinces(finding: Finding) -> bool:
    """Whether a finding by itself shows that the article is about mitochondria that leave or enter cells."""
    if finding.rule == f"prose:{CELLS_GIVEN}":
        return False
    if in_methods(finding.sentence):
        return False  # mitochondria are handled in many methods: what an article is about, it says elsewhere, too
    if finding.table == "transplantation":
        return True
    filled = sum(bool(finding.roles.get(role)) or role in finding.pronouns for role in ("donor", "recipient", "form"))
    sole = finding.kind == "secretion" or (finding.sentence.passage.kind == "title" and finding.kind == "transfer")
    return filled >= _ENOUGH or (sole and filled > 0)
