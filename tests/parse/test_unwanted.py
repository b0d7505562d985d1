"""Articles that are passed over before they are read: only what they say of themselves is taken up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mitotransfer.document import Article
from mitotransfer.errors import InputError
from mitotransfer.parse import parse_documents
from mitotransfer.topic import UNMENTIONED, has_topic, unmentioned
from sound import check_screened

Build = Callable[..., bytes]
ROOT = Path(__file__).resolve().parent.parent.parent
REASON = "not today"
SAMPLE = ROOT / "corpus" / "sample" / "articles"


def refuse(_: bytes, __: Callable[[], list[str]]) -> str:
    return REASON


def asked_about(data: bytes) -> tuple[bytes, list[str]]:
    """The text and the pieces that a file's only article would be judged by."""
    asked: list[tuple[bytes, list[str]]] = []

    def note(text: bytes, pieces: Callable[[], list[str]]) -> str:
        asked.append((text, pieces()))
        return ""

    parse_documents(data, "a.xml", unwanted=note)
    (only,) = asked
    return only


def test_an_unwanted_article_is_its_head_and_the_reason(build: Build) -> None:
    data = build("<sec><title>Results</title><p>Neurons fire <xref ref-type='bibr' rid='r99'>99</xref>.</p></sec>")
    (whole,), (passed,) = parse_documents(data, "a.xml"), parse_documents(data, "a.xml", unwanted=refuse)
    assert passed == Article(whole.head, reason=REASON)
    assert [problem.code for problem in whole.problems] == ["dangling-citation"]  # of a text that nobody wants


def test_what_reading_the_file_had_to_mend_is_told_all_the_same(build: Build) -> None:
    data = build("<p>Neurons fire.</p>").replace(b"fire", b"fi\xe9re")
    (passed,) = parse_documents(data, "a.xml", unwanted=refuse)
    assert (passed.reason, [problem.code for problem in passed.problems]) == (REASON, ["encoding"])


def test_a_cut_file_is_refused_though_what_is_left_of_it_is_unwanted(build: Build) -> None:
    (article,) = parse_documents(build("<p>Neurons fire.</p>"), "a.xml", unwanted=refuse)
    assert article.reason
    with pytest.raises(InputError, match="ends too early"):
        parse_documents(build("<p>Neurons fire.</p>")[:-60], "a.xml", unwanted=refuse)


@pytest.mark.parametrize(
    "body", ["", "<p> </p>", "<p><inline-graphic/></p>", "<sec><title>Results</title></sec>", "<fig><p>A</p></fig>"]
)
def test_whether_there_is_a_body_is_never_guessed(build: Build, body: str) -> None:
    data = build(body)
    assert parse_documents(data, "a.xml", unwanted=refuse) == parse_documents(data, "a.xml")


def test_an_article_is_judged_by_all_its_text_but_the_references(build: Build) -> None:
    data = build(
        "<p>One <italic>two</italic><!-- three --> four<?five?></p><table-wrap><table><tr><td>six</td></tr></table></table-wrap>",
        back="loose<ack><p>seven</p></ack><!-- eight -->tail<app-group><app><ref-list><p>nine</p></ref-list></app></app-group>",
    )
    text, pieces = asked_about(data)
    said = {word for piece in pieces for word in piece.split()}
    assert {"A", "title", "One", "two", "four", "six", "loose", "seven", "tail"} <= said
    assert not {"three", "five", "eight", "Author1", "2001"} & said
    assert "nine" in said  # a list within the text is left in
    assert sorted(text.replace(b"\n", b"")) == sorted("".join(pieces).encode())


def test_pieces_are_what_stands_between_two_tags(build: Build) -> None:
    _, pieces = asked_about(build("<p>mito<italic>chon</italic>dria</p>"))
    assert [piece for piece in pieces if piece in ("mito", "chon", "dria")] == ["mito", "chon", "dria"]


def test_each_article_of_a_set_is_judged_by_itself(build: Build) -> None:
    one, other = (build(f"<p>{word} here</p>").partition(b"?>")[2] for word in ("Neurons", "Mitochondria"))
    passed, read = parse_documents(b"<pmc-articleset>" + one + other + b"</pmc-articleset>", "a.xml", unwanted=unmentioned)
    assert (passed.reason, passed.passages) == (UNMENTIONED, ())
    assert read.reason == "" and read.passages


def test_elements_in_a_namespace_are_judged_alike(build: Build) -> None:
    data = build("<p>Neurons fire.</p>").replace(b"<article ", b'<article xmlns="urn:x" ')
    assert [article.reason for article in parse_documents(data, "a.xml", unwanted=unmentioned)] == [UNMENTIONED]


@pytest.mark.parametrize(
    "content",
    ["mito<italic>chondria</italic>", "<bold>M</bold>itochondria", "mit<!-- x -->ophagy"],
)
def test_a_word_in_parts_is_seen(build: Build, content: str) -> None:
    data = build(f"<p>Of {content}.</p>")
    whole = parse_documents(data, "a.xml")
    assert any(has_topic(passage.text) for passage in whole[0].passages)
    assert parse_documents(data, "a.xml", unwanted=unmentioned) == whole


@pytest.mark.parametrize(
    "cut",
    [
        "<xref ref-type='bibr' rid='r1'>1</xref>",
        "<sup><xref ref-type='bibr' rid='r1'>1</xref></sup>",
        "<fig/>",
        "<inline-graphic/>",
        "<fn><p>x</p></fn>",
        "<tex-math>x</tex-math>",
    ],
)
def test_what_is_cut_out_of_a_word_leaves_it_in_two(build: Build, cut: str) -> None:
    """`unmentioned` relies on it: it looks for words in what is left of a file when only its tags are taken out."""
    (article,) = parse_documents(build(f"<p>Of mi{cut}tochondria here.</p>"), "a.xml")
    assert "Of mi tochondria here." in [passage.text for passage in article.passages]


def check_passed(paths: list[Path]) -> tuple[int, int]:
    """How many articles are read and passed over; all as they must be."""
    passed: list[bool] = []
    for path in paths:
        data = path.read_bytes()
        screened = parse_documents(data, path.name, unwanted=unmentioned)
        for one, other in zip(parse_documents(data, path.name), screened, strict=True):
            check_screened(one, other)
            passed.append(bool(other.reason))
    return passed.count(False), passed.count(True)


def test_no_article_of_ours_on_mitochondria_is_passed_over() -> None:
    read, _ = check_passed(sorted(SAMPLE.glob("*.xml")))
    assert read > 10


def test_of_real_articles_most_are_passed_over_and_none_on_mitochondria(shared: Path) -> None:
    read, passed = check_passed(sorted((shared / "jats").glob("*.*xml")))
    assert passed > 3 * read
