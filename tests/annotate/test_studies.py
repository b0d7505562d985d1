"""Which work a finding is about."""

from __future__ import annotations

import time

import pytest

from mitotransfer.annotate.studies import (
    by_author_and_year,
    by_label,
    cited_study,
    first_cited,
    is_own,
    is_review,
    own_study,
    printed_name,
)
from mitotransfer.document import Article, Citation, Head, Passage, Reference

REFERENCES = {
    "r1": Reference("r1", "1", "Spees …", ("Spees", "Olson"), False, "", "2006", "10.5555/1"),
    "r2": Reference("r2", "[2]", "Al-Zaid …", ("Al-Zaid",), True, "", "2016"),
    "r3": Reference("r3", "3.", "Spees …", ("Spees",), True, "", "2009a"),
    "r4": Reference("r4", "4", "Müller …", ("Müller",), True, "", "2020"),
    "r5": Reference("r5", "5", "Müller …", ("Müller",), True, "", "2020"),
    "r6": Reference("r6", "6", "de la Cruz …", ("de la Cruz",), True, "", "2011"),
}


@pytest.mark.parametrize(
    ("text", "ident"),
    [
        ("Spees et al., 2006", "r1"),
        ("Spees et al. (2006)", "r1"),
        ("Spees and Olson, 2006", "r1"),
        ("SPEES 2006", "r1"),
        ("Spees et al. 2009", "r3"),
        ("Al-Zaid et al., 2016", "r2"),
        ("Al\u2010Zaid et al., 2016", "r2"),
        ("(Spees et al., 2006)", "r1"),
        ("see Spees et al., 2006", "r1"),
        ("Müller et al., 2020", None),  # two works of that year: neither is taken
        ("Spees et al., 1999", None),
        ("Spees", None),
        ("2006", None),
        ("", None),
    ],
)
def test_author_and_year_without_a_link(text: str, ident: str | None) -> None:
    found = by_author_and_year(text, REFERENCES)
    assert (found.id if found else None) == ident


@pytest.mark.parametrize(
    ("text", "ident"),
    [
        ("1", "r1"),
        ("[2]", "r2"),
        ("(3)", "r3"),
        (" 3. ", "r3"),
        ("1, 2", "r1"),
        ("[2, 3]", "r2"),
        ("[2], [3]", "r2"),
        ("2–4", "r2"),
        ("99", None),
        ("2006 mice", None),
        ("n = 3", None),
        ("", None),
        ("1e5", None),
        ("1.5", None),
    ],
)
def test_number_without_a_link(text: str, ident: str | None) -> None:
    found = by_label(text, REFERENCES)
    assert (found.id if found else None) == ident


@pytest.mark.parametrize(
    "text", ["This study", "this study.", "(present study)", "The present work", "our data", "Our own results"]
)
def test_own_study_in_words(text: str) -> None:
    assert is_own(text)


@pytest.mark.parametrize("text", ["This study group, 2006", "Spees et al., 2006", "", "study"])
def test_not_own_study(text: str) -> None:
    assert not is_own(text)


@pytest.mark.parametrize(
    ("authors", "more", "name"),
    [
        ((), False, "2020"),
        (("Doe",), False, "Doe, 2020"),
        (("Doe",), True, "Doe et al., 2020"),
        (("Doe", "Roe"), False, "Doe & Roe, 2020"),
        (("Doe", "Roe", "Poe"), False, "Doe et al., 2020"),
    ],
)
def test_name_of_a_study(authors: tuple[str, ...], more: bool, name: str) -> None:
    assert cited_study(Reference("r", authors=authors, more_authors=more, year="2020")).reference == name


def test_reference_without_authors_or_year_is_named_by_its_text() -> None:
    assert cited_study(Reference("r", text="A patent")).reference == "A patent"


def test_own_study_is_not_cited() -> None:
    study = own_study(Head("PMC1", pmcid="PMC1", authors=("Doe",), year="2020"))
    assert (study.reference, study.pmcid, study.cited) == ("Doe, 2020", "PMC1", False)


def test_first_citation_that_resolves() -> None:
    citations = [Citation(0, 0, (), "9"), Citation(0, 0, ("gone", "r2"), "7, 2"), Citation(0, 0, ("r1",), "1")]
    found = first_cited(citations, REFERENCES)
    assert found is not None and found.id == "r2"
    assert first_cited([], REFERENCES) is None


@pytest.mark.parametrize(
    ("kind", "abstract", "review"),
    [
        ("review-article", "", True),
        ("systematic-review", "", True),
        ("research-article", "This review of patients shows", False),
        ("", "In this review we collect", True),
        ("other", "Here we review what is known.", True),
        ("other", "The reviewed protocol was followed.", False),
        ("", "Mitochondria were transferred.", False),
        ("case-report", "A review", False),
    ],
)
def test_what_is_a_review(kind: str, abstract: str, review: bool) -> None:
    passages = (Passage("p1", "abstract", "abstract", abstract),)
    assert is_review(Article(Head("x", article_type=kind), passages)) is review


@pytest.mark.parametrize("text", ["x" * 50_000, "x-" * 25_000, "1 " * 25_000 + "x", "[" * 50_000, "X Y" * 20_000])
def test_endless_texts_take_no_time(text: str) -> None:
    started = time.perf_counter()
    assert by_author_and_year(text, REFERENCES) is by_label(text, REFERENCES) is None
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(("text", "name"), [("see Spees et al., 2006, fig. 1", "Spees et al., 2006"), ("nothing here", "")])
def test_name_as_printed(text: str, name: str) -> None:
    assert printed_name(text) == name
