"""Short forms: definitions in brackets and lists, and what they stand for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from scispacy.abbreviation import find_abbreviation
from spacy.tokens import Doc
from spacy.vocab import Vocab

from mitotransfer.annotate.abbreviations import (
    abbreviation_forms,
    aligned,
    article_abbreviations,
    bracket_definitions,
    footnote_abbreviations,
    looks_short,
)
from mitotransfer.annotate.matcher import Matcher
from mitotransfer.annotate.vocabulary import Entry, Vocabulary
from mitotransfer.document import Passage

ENTRIES = (
    Entry("cell:msc", "cell", "mesenchymal stem cell", ("MSC",)),
    Entry("cell:bmsc", "cell", "bone marrow-derived mesenchymal stem cell", ("BMSC",), ambiguous_forms=("BMSC",)),
    Entry("cell:stromal", "cell", "bone marrow stromal cell", ("BMSC",), ambiguous_forms=("BMSC",)),
    Entry("cell_line:pc12", "cell_line", "PC12"),
    Entry("disease:pheochromocytoma", "disease", "pheochromocytoma"),
    Entry("disease:ali", "disease", "acute lung injury", ("ALI",), ambiguous_forms=("ALI",)),
    Entry("disease:injury", "disease", "lung injury"),
    Entry("mechanism:tfam", "mechanism", "mitochondrial transcription factor A"),
    Entry("mechanism:nsmase", "mechanism", "neutral sphingomyelinase"),
    Entry("form:armm", "form", "ARRDC1-mediated microvesicle"),
)
MATCHER = Matcher(Vocabulary({entry.ident: entry for entry in ENTRIES}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adipose-derived mesenchymal stem cells (MSCs) were", {"MSCs": "mesenchymal stem cells"}),
        ("extracellular vesicle (EVs)", {"EVs": "extracellular vesicle"}),
        # A hyphen, slash or Greek letter in the short form: scispaCy's own filter refuses these.
        ("bone marrow mesenchymal stem cells (BM-MSCs)", {"BM-MSCs": "bone marrow mesenchymal stem cells"}),
        ("after ischemia–reperfusion (I/R) injury", {"I/R": "ischemia–reperfusion"}),
        # The long form begins inside a word.
        ("CD38/cyclic ADP-ribose (cADPR)", {"cADPR": "cyclic ADP-ribose"}),
        # The nearest letter that fits is not where the long form begins.
        ("at the onset of arthritis (OA)", {"OA": "onset of arthritis"}),
        ("MSC (mesenchymal stem cell)", {"MSC": "mesenchymal stem cell"}),
        ("mesenchymal stem cells (MSCs; Lonza)", {"MSCs": "mesenchymal stem cells"}),
        (
            "arrestin domain-containing protein 1 (ARRDC1)-mediated microvesicles (ARMMs)",
            {"ARRDC1": "arrestin domain-containing protein 1", "ARMMs": "ARRDC1-mediated microvesicles"},
        ),
    ],
)
def test_definitions_in_brackets(text: str, expected: dict[str, str]) -> None:
    assert dict(bracket_definitions(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "cells were stained (Fig. 1A)",
        "antibodies against actin (Sigma, USA)",
        "an inhibitor of release (GW4869, 10 µM)",
        "(n = 5) and (A) or (see Table 2)",
        "the heart was removed. Stem cells (HRSC)",  # never over a full stop
        "()",
    ],
)
def test_brackets_that_define_nothing(text: str) -> None:
    assert list(bracket_definitions(text)) == []


@pytest.mark.parametrize("word", ["MSC", "mtDNA", "HK-2", "PGC-1α", "I/R", "cADPR", "i.v."])
def test_short_forms(word: str) -> None:
    assert looks_short(word)


@pytest.mark.parametrize("word", ["Sigma", "cells", "Fig", "IV", "USA", "2005", "A", "mitochondria"])
def test_words_that_are_no_short_forms(word: str) -> None:
    assert not looks_short(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EV extracellular vesicle, NR not reported.", {"EV": "extracellular vesicle", "NR": "not reported"}),
        ("CA, chronic arthritis; LN, lymph node.", {"CA": "chronic arthritis", "LN": "lymph node"}),
        ("AS: artesunate, PQ: piperaquine.", {"AS": "artesunate", "PQ": "piperaquine"}),
        ("CA = chronic arthritis; LN = lymph node", {"CA": "chronic arthritis", "LN": "lymph node"}),
        ("Abbreviations: EV – extracellular vesicle", {"EV": "extracellular vesicle"}),
        (
            "List of abbreviations ES cell, embryonic stem cell; NA, not applicable",
            {"ES cell": "embryonic stem cell", "NA": "not applicable"},
        ),
        # A comma inside a long form; a word defined by one word; letters that do not fit, among others that do.
        (
            (
                "LPS lipopolysaccharide, TFAM transcription factor A, mitochondrial, "
                "MERTK tyrosine-protein kinase Mer, NR not reported"
            ),
            {
                "LPS": "lipopolysaccharide",
                "TFAM": "transcription factor A, mitochondrial",
                "MERTK": "tyrosine-protein kinase Mer",
                "NR": "not reported",
            },
        ),
        (
            "cADPR cyclic adenosine diphosphate (ADP)-ribose, EV extracellular vesicle",
            {"cADPR": "cyclic adenosine diphosphate (ADP)-ribose", "EV": "extracellular vesicle", "ADP": "adenosine diphosphate"},
        ),
        ("Data are mean ± SD. *P < 0.05 vs. control. NR, not reported.", {"NR": "not reported"}),
        # Prose.
        ("* p < 0.05, WT vs. HIF-1α KO for given exercised or resting state", {}),
        ("CD4 values were imputed for 6,156 eligible adults starting ART.", {}),
        ("Values are means of three experiments.", {}),
        ("", {}),
    ],
)
def test_lists_under_tables(text: str, expected: dict[str, str]) -> None:
    assert footnote_abbreviations(text) == expected


@pytest.mark.parametrize(
    ("abbreviations", "expected"),
    [
        ({"MSCs": "mesenchymal stem cells"}, {"MSCs": ["cell:msc"]}),
        # Through another short form of the list.
        (
            {"BMSCs": "bone marrow-derived MSCs", "MSCs": "mesenchymal stem cells"},
            {"BMSCs": ["cell:bmsc"], "MSCs": ["cell:msc"]},
        ),
        ({"TFAM": "transcription factor A, mitochondrial"}, {"TFAM": ["mechanism:tfam"]}),
        ({"nSMase": "neutral sphingomyelinase pathway"}, {"nSMase": ["mechanism:nsmase"]}),
        ({"ARMMs": "arrestin domain-containing protein 1 (ARRDC1)-mediated microvesicles"}, {"ARMMs": ["form:armm"]}),
        # The head of the long form, narrowed by what stands before it; never another part of it.
        ({"UC-MSC": "umbilical cord mesenchymal stem cell"}, {"UC-MSC": ["cell:msc"]}),
        ({"LIR": "lung injury registry"}, {"LIR": []}),
        # The vocabulary knows PC12 in one sense: a head does not overrule it.
        ({"PC12": "adrenal pheochromocytoma"}, {}),
        # It knows that ALI is ambiguous: here it is something else.
        ({"ALI": "air-liquid interface"}, {"ALI": []}),
        ({"BMSC": "bone marrow stromal cell"}, {"BMSC": ["cell:stromal"]}),
        # Two short forms that explain each other.
        ({"AB": "BA factor", "BA": "AB factor"}, {"AB": [], "BA": []}),
    ],
)
def test_what_short_forms_stand_for(abbreviations: dict[str, str], expected: dict[str, list[str]]) -> None:
    forms = abbreviation_forms(abbreviations, MATCHER)
    assert {short: [ident for _, ident in meanings] for short, meanings in forms.items()} == expected


def passage(text: str, **values: object) -> Passage:
    return Passage("p1", "paragraph", "body", text, locator="/article/body/p", **values)  # type: ignore[arg-type]


def test_the_first_of_two_definitions_holds_and_a_note_says_so() -> None:
    passages = [passage("acute lung injury (ALI)"), passage("an air-liquid interface (ALI)")]
    found, problems = article_abbreviations(passages, "PMC1")
    assert found == {"ALI": "acute lung injury"}
    (problem,) = problems
    assert (problem.code, problem.source, problem.place, problem.severity) == (
        "abbreviation-clash",
        "PMC1",
        "/article/body/p",
        "note",
    )
    assert "'acute lung injury' and for 'air-liquid interface'" in problem.message


def test_the_same_definition_in_the_plural_is_no_clash() -> None:
    passages = [passage("mesenchymal stem cells (MSC)"), passage("Mesenchymal stem-cell (MSC)")]
    assert article_abbreviations(passages) == ({"MSC": "mesenchymal stem cells"}, [])


def test_a_section_of_abbreviations_is_read_as_a_list() -> None:
    found, _ = article_abbreviations([passage("EV: extracellular vesicle; NR: not reported", section=("Abbreviations",))])
    assert found == {"EV": "extracellular vesicle", "NR": "not reported"}


def test_the_feet_of_a_real_review(shared: Path, root: Path) -> None:
    text = (shared / "review" / "PMC10834547.txt").read_text(encoding="utf-8")
    feet = [line for line in text.splitlines() if line.startswith("AdMSCs adipose")]
    if not feet:
        pytest.skip("the review's text has no table feet")
    matcher = Matcher(Vocabulary.load(root / "configs" / "vocabulary"))
    for foot in feet:
        found = footnote_abbreviations(foot)
        forms = abbreviation_forms(found, matcher)
        assert found["BMSCs"] == "bone marrow-derived MSCs"
        assert forms["BMSCs"] == [("cell", "cell:bone_marrow_mesenchymal_stem_cell")]
        assert len(found) > 12


def test_bracket_that_is_empty_before_its_first_semicolon_defines_nothing() -> None:
    # "(; P < 0.05)" is left where a citation was lifted out of a bracket; the part before the semicolon has no word
    assert list(bracket_definitions("was higher in treated mice (; P < 0.05) than in controls")) == []


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("received microvesicles harvested from rat MSCs (MMVs); in vitro", "MMVs", "MSCs microvesicles"),
        ("whether mitochondria isolated from platelets (pl-MT) are effective", "pl-MT", "platelets mitochondria"),
        ("Microvesicles shed by mesenchymal stem cells (MMVs) offer a treatment", "MMVs", "mesenchymal stem cells Microvesicles"),
    ],
)
def test_what_is_named_with_its_source_first_is_defined_the_other_way_round(text: str, short: str, long: str) -> None:
    assert list(bracket_definitions(text)) == [(short, long)]


@pytest.mark.parametrize(
    "text", ["mitochondria from the liver (LM) were injected", "expression was reduced by siRNA (KD) in cells"]
)
def test_letters_that_do_not_fit_the_other_way_round_define_nothing(text: str) -> None:
    assert list(bracket_definitions(text)) == []


def by_scispacy(long: str, short: str) -> str:
    words, shorts = long.split(), short.split()
    if not (words and shorts):
        return ""
    document = Doc(Vocab(), words=words + shorts)
    _, found = find_abbreviation(document[: len(words)], document[len(words) :])
    return found.text.strip() if found is not None else ""


@pytest.mark.parametrize("letters", ["abcAB-1", "aAβΣσςİıſß-"])
@pytest.mark.parametrize("seed", range(4))
def test_definitions_are_aligned_as_by_scispacy(letters: str, seed: int) -> None:
    chance = random.Random(seed)
    fitting = 0
    for _ in range(300):
        long = " ".join("".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(chance.randint(1, 5)))
        short = " ".join("".join(chance.choices(letters, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 2)))
        assert aligned(long, short) == by_scispacy(long, short), (long, short)
        fitting += bool(aligned(long, short))
    assert fitting > 30


def test_nothing_is_aligned_with_nothing() -> None:
    assert aligned("", "AB") == aligned("a b", " ") == aligned(" ", " ") == ""
