"""Negation and doubt by marked sentences.

[-x-] is negated, [?x?] put with doubt, <+x+> neither. A sentence without a mark fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mitotransfer.annotate import cues
from mitotransfer.annotate.cues import find_cues, polarity_at
from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.vocabulary import Vocabulary

_MARK = re.compile(r"\[([-?])(.+?)\1\]|<(\+)(.+?)\+>")


@pytest.fixture(scope="module")
def cue_matcher(root: Path) -> Matcher:
    return Matcher(Vocabulary.load(root / "configs" / "vocabulary"), {"negation_hedge"})


def read_marks(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, marks, last = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        word = mark[2] or mark[4]
        marks.append((mark[1] or mark[3], len(text), len(text) + len(word)))
        text += word
        last = mark.end()
    return text + marked[last:], marks


@pytest.mark.parametrize(
    "marked",
    [
        # Negation reaches forward …
        "Treatment led to no [-improvement-] of cardiac function.",
        "MSCs failed to [-transfer-] mitochondria.",
        "GW4869 did not [-block-] the release.",
        "Mitochondria didn’t [-enter-] the cells.",
        "We found no evidence that MSCs [-transferred-] mitochondria.",
        "Neither [-uptake-] nor [-transfer-] was seen.",
        "Neither ageing nor a corn-starch diet [-impaired-] it.",
        "Transfer was independent of [-gap junctions-].",
        "Mitochondria could not be [-internalized-].",
        "Transfer was unidirectional, with no [-passage-] of mitochondria to stromal cells.",
        # … or backward, or stands in the name itself.
        "[-Uptake-] could not be detected in vivo.",
        "[-Transfer-] and [-uptake-] were not observed.",
        "[-Survival-] did not differ between groups.",
        "[-TNTs-] were not required for <+transfer+>.",
        "Transfer was not [-observed-] when TNTs were <+inhibited+>.",
        # It ends with its clause.
        "GW4869 did not [-reduce-] uptake, but <+increased+> ATP.",
        "GW4869 did not affect [-viability-] and <+increased+> ATP.",
        "GW4869 did not alter [-uptake-] and [-release-] by treated cells.",
        "Bioenergetics did not [-improve-], and the effect of MSCs on bacterial <+clearance+> was lost.",
        "Mitochondria were not [-eliminated-], the inflammasome was activated and function <+declined+>.",
        "Rats got no [-treatment-], one <+injection+> or two <+injections+>.",
        "MSCs, which did not [-express-] CD38, <+transferred+> mitochondria.",
        "When TNTs were not [-inhibited-], <+transfer+> increased.",
        "MSCs <+donated+> mitochondria to neurons and [-fusion-] was not observed.",
        "[-Transfer-], which requires <+TNTs+>, was not observed.",
        "Transfer <+occurred+> from MSCs (not from [-fibroblasts-]) and <+improved+> survival.",
        # Cues that govern a noun only.
        "In the absence of [-TNTs-], <+transfer+> decreased.",
        "In the absence of [-TNTs-] mitochondria were <+transferred+> anyway.",
        "MSCs lacking [-Miro1-] <+transferred+> fewer mitochondria.",
        "MSCs but not [-fibroblasts-] <+transferred+> mitochondria.",
        "Mitochondria <+moved+> through TNTs rather than [-gap junctions-].",
        "GW4869 reduced <+release+> without affecting [-viability-].",
        "[-TNT-]-independent <+transfer+> was seen in three independent <+experiments+>.",
        # Not a negation.
        "Mitochondria are not only <+released+> but also <+taken up+>.",
        "Uptake was not independent of <+dynamin+>.",
        "Transfer was <+increased+> (data not shown).",
        "Sample No. 3 was <+injected+>.",
        # Doubt.
        "Mitochondria may be [?transferred?] by EVs.",
        "[?Transfer?] may occur via EVs.",
        "These results suggest that mitochondria are [?transferred?] and function is [?improved?].",
        "[?Transfer?] has been suggested.",
        "It cannot be excluded that mitochondria were [?released?].",
        "Whether mitochondria are [?transferred?] is unclear.",
        "It was not determined whether mitochondria were [?released?].",
        "Red and green vesicles, in all likelihood EVs, were [?exchanged?].",
        "Transport may [?contribute?] to the effect, but [-transferred-] mitochondria could not be found.",
        # Not doubt.
        "The membrane potential was <+restored+> by transplantation.",
        "In May 2020 mitochondria were <+injected+>.",
        "Mitochondria were <+injected+> at the indicated time points and <+counted+>.",
    ],
)
def test_marked_sentence(marked: str, cue_matcher: Matcher) -> None:
    text, marks = read_marks(marked)
    assert marks
    cues = find_cues(text, cue_matcher)
    for kind, start, end in marks:
        polarity = polarity_at(text, cues, start, end)
        expected = {"-": (True, polarity.hedged), "?": (polarity.negated, True), "+": (False, False)}[kind]
        assert (polarity.negated, polarity.hedged) == expected, (text[start:end], polarity)


def test_the_cue_is_named(cue_matcher: Matcher) -> None:
    text = "It is likely that MSCs failed to transfer mitochondria."
    polarity = polarity_at(text, find_cues(text, cue_matcher), text.index("transfer"), text.index(" mito"))
    assert polarity == (True, "failed to", True, "likely")


def test_a_cue_tells_its_kind(cue_matcher: Matcher) -> None:
    (cue,) = find_cues("no transfer", cue_matcher)
    assert cue == (0, 2, "negation", "negation_hedge:no", "no", "forward")


def test_no_cue_no_polarity() -> None:
    assert polarity_at("MSCs transfer mitochondria.", [], 5, 13) == (False, "", False, "")


def test_whether_a_cue_looks_back_is_asked_once_for_all_names(cue_matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by fuzzing: a cell of 200,000 letters, with hundreds of names before hundreds of cues, took 48 s."""
    text = "ATP, " * 30 + "which may rise, " * 10
    found = find_cues(text, cue_matcher)
    asked: list[str] = []

    class Asked:
        def search(self, before: str) -> None:
            asked.append(before)

    monkeypatch.setattr(cues, "_PASSIVE", Asked())
    for start in range(0, 150, 5):
        polarity_at(text, found, start, start + 3)
    assert len(asked) == len(set(asked)) == len(found) > 5
