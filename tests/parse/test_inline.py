"""Mixed content: what stays in the text, what becomes a mark, what is a citation and where it points."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mitotransfer.document import Article, Passage
from mitotransfer.parse.inline import Walk, read_inline

ReadOne = Callable[[str], Passage]


def cite(number: int, printed: str | None = None) -> str:
    return f'<xref ref-type="bibr" rid="r{number}">{number if printed is None else printed}</xref>'


def marked(passage: Passage) -> list[tuple[str, str]]:
    return [(mark.kind, passage.text[mark.start : mark.end]) for mark in passage.marks]


def before_citations(passage: Passage) -> list[tuple[str, tuple[str, ...]]]:
    """For each citation the last word before it and the references it points to."""
    return [(passage.text[: c.start].split()[-1] if passage.text[: c.start].split() else "", c.refs) for c in passage.citations]


def test_one_paragraph_five_parsers(paragraph: ReadOne) -> None:
    # the paragraph on which other parsers read a power as minus five, or a citation as part of a word
    passage = paragraph(
        "IC<sub>50</sub> of 3 × 10<sup>−5</sup> M in <italic>E.</italic> coli "
        f"[{cite(12)}]; CD4<sup>+</sup> cells<sup>{cite(3)}</sup>."
    )
    assert passage.text == "IC50 of 3 × 10−5 M in E. coli; CD4+ cells."
    assert marked(passage) == [("sub", "50"), ("sup", "−5"), ("italic", "E."), ("sup", "+")]
    assert before_citations(passage) == [("coli", ("r12",)), ("cells", ("r3",))]
    assert [c.label for c in passage.citations] == ["[12]", "3"]


@pytest.mark.parametrize(
    ("content", "text", "refs"),
    [
        (f"a [{cite(1)}] b", "a b", ["r1"]),
        (f"a ({cite(1)}), b", "a, b", ["r1"]),
        (f"a{cite(1, '[1]')}. B", "a. B", ["r1"]),
        (f"a ({cite(1, '[1]')}) b", "a b", ["r1"]),
        (f"a<sup>{cite(1)},{cite(3)}</sup> b", "a b", ["r1", "r3"]),
        (f"a<sup>{cite(1)}</sup><sup>,</sup><sup>{cite(3)}</sup> b", "a b", ["r1", "r3"]),
        ("a <xref ref-type='bibr' rid='r2'><sup>2</sup></xref>, b", "a, b", ["r2"]),
        (f"a [{cite(1)}], [{cite(2)}] and b", "a and b", ["r1", "r2"]),
        (f"a [{cite(1)} and {cite(2)}] b", "a b", ["r1", "r2"]),
        (f"a.<sup>{cite(1)}</sup> B", "a. B", ["r1"]),
        (f"a<sup>{cite(1)}</sup>b", "a b", ["r1"]),
        (f"{cite(1, '[1]')} says", "says", ["r1"]),
        (f"a {cite(1, '[1]')}, {cite(3, '[3]')} b", "a b", ["r1", "r3"]),
        (f"a {cite(1, '[1]')}–{cite(3, '[3]')} b", "a b", ["r1", "r2", "r3"]),
        (f"a {cite(1, '[1–3]')} b", "a b", ["r1", "r2", "r3"]),
        ("a <xref ref-type='bibr' rid='r1 r3'>[1,3]</xref> b", "a b", ["r1", "r3"]),
    ],
)
def test_numbered_citation_leaves_no_trace(paragraph: ReadOne, content: str, text: str, refs: list[str]) -> None:
    passage = paragraph(content)
    assert passage.text == text
    assert [key for citation in passage.citations for key in citation.refs] == refs
    assert all(citation.start == citation.end for citation in passage.citations)
    assert not [mark for mark in passage.marks if mark.kind == "sup"]


@pytest.mark.parametrize(
    "content",
    [
        f"a [{cite(2)}–{cite(5)}] b",
        f"a<sup>{cite(2)}-{cite(5)}</sup> b",
        f"a [{cite(2)}]–[{cite(5)}] b",
        f"a [{cite(2, '2–5')}] b",  # one xref, its first id only
        "a <xref ref-type='bibr' rid='r2 r3 r4 r5'>[2–5]</xref> b",  # several ids in one rid
        f"a [{cite(2)}–5] b",  # the end of the range is not tagged
        f"a [{cite(2)}, 3, 4, {cite(5)}] b",
    ],
)
def test_range_is_expanded_by_the_reference_list(paragraph: ReadOne, content: str) -> None:
    passage = paragraph(content)
    assert passage.text == "a b"
    assert [c.refs for c in passage.citations] == [("r2", "r3", "r4", "r5")]


def test_author_year_citation_stays(paragraph: ReadOne) -> None:
    passage = paragraph(f"as {cite(4, 'Smith et al., 2004')} and Jones ({cite(5, '2005a')}) saw")
    assert passage.text == "as Smith et al., 2004 and Jones (2005a) saw"
    assert [passage.text[c.start : c.end] for c in passage.citations] == ["Smith et al., 2004", "2005a"]
    assert [c.refs for c in passage.citations] == [("r4",), ("r5",)]


def test_bracket_with_other_words_stays(paragraph: ReadOne) -> None:
    passage = paragraph(f"a (reviewed in {cite(4)}, {cite(5)}) b")
    assert passage.text == "a (reviewed in) b"
    assert before_citations(passage) == [("in", ("r4", "r5"))]


@pytest.mark.parametrize("content", ["2006<sup>24</sup>", f"2006<sup>{cite(24)}</sup>"])
def test_citation_after_a_year_is_not_part_of_it(paragraph: ReadOne, content: str) -> None:
    # "as early as 200624 in human MSCs" is how such a sentence reads when the superscript is just dropped
    passage = paragraph(f"as early as {content} in human MSCs")
    assert passage.text == "as early as 2006 in human MSCs"
    assert before_citations(passage) == [("2006", ("r24",))]


def test_list_after_a_year_without_tags(paragraph: ReadOne) -> None:
    passage = paragraph("in 2006<sup>24,26–28</sup>.")
    assert passage.text == "in 2006."
    assert before_citations(passage) == [("2006", ("r24", "r26", "r27", "r28"))]


def test_each_of_many_superscripts_is_judged_by_itself(paragraph: ReadOne) -> None:
    # citations with and without a tag among powers, charges and years, more than anyone prints
    content = f"a<sup>{cite(1)},{cite(2)}</sup> b<sup>2+</sup> in 2006<sup>24</sup> or 2007<sup>{cite(25)}</sup>; "
    passage = paragraph(content * 500)
    assert passage.text == " ".join(["a b2+ in 2006 or 2007;"] * 500)
    assert marked(passage) == [("sup", "2+")] * 500
    found = [("a", ("r1", "r2")), ("2006", ("r24",)), ("2007", ("r25",))]
    assert before_citations(passage) == found * 500


@pytest.mark.parametrize(
    ("content", "text", "refs"),
    [
        (f"cells<sup><sup>{cite(1)}</sup> and {cite(2)}</sup>.", "cells.", ["r1", "r2"]),  # the outer one holds nothing else
        (f"cells<sup>+ <sup>{cite(1)}</sup></sup>.", "cells+.", ["r1"]),  # the outer one holds a charge, too
        (f"cells<sup>2+</sup><sup>{cite(1)}</sup>.", "cells2+.", ["r1"]),
        (f"cells{cite(1, '<sup>1</sup>')}.", "cells.", ["r1"]),
        (f"in 2006{cite(24, '<sup>24</sup>')}.", "in 2006.", ["r24"]),  # tagged already: not a second citation
    ],
)
def test_the_superscript_around_a_citation_leaves_with_it(paragraph: ReadOne, content: str, text: str, refs: list[str]) -> None:
    passage = paragraph(content)
    assert passage.text == text
    assert [ref for c in passage.citations for ref in c.refs] == refs


def test_picture_between_citations_leaves_no_bracket(paragraph: ReadOne) -> None:
    passage = paragraph(f"cells [{cite(1)}<inline-graphic/>, {cite(2)}] move [{cite(3)}]<inline-graphic/> on.")
    assert passage.text == "cells move on."
    assert before_citations(passage) == [("cells", ("r1", "r2")), ("move", ("r3",))]


@pytest.mark.parametrize(
    "content",
    [
        "10<sup>−5</sup>",
        "Ca<sup>2+</sup>",
        "CD4<sup>+</sup>",
        "m<sup>2</sup>",
        "1999<sup>th</sup>",
        "x<sup>a</sup>",
        "2010<sup>-2</sup>",
    ],
)
def test_superscript_that_is_no_citation_stays(paragraph: ReadOne, content: str) -> None:
    passage = paragraph(content)
    base, _, rest = content.partition("<sup>")
    assert passage.text == base + rest.removesuffix("</sup>")
    assert [kind for kind, _ in marked(passage)] == ["sup"]
    assert not passage.citations


def test_xref_without_type_that_points_at_a_reference(paragraph: ReadOne) -> None:
    passage = paragraph('a [<xref rid="r7">7</xref>] b')
    assert passage.text == "a b"
    assert before_citations(passage) == [("a", ("r7",))]


@pytest.mark.parametrize("target", ["", " ", "\n", "&#160;"])
def test_xref_to_nothing_but_a_blank_is_plain_text(paragraph: ReadOne, target: str) -> None:
    """Found by fuzzing: the first id of none was asked for, which cost the article."""
    found = paragraph(f"Seen <xref rid='{target}'>there</xref>.")
    assert (found.text, found.citations) == ("Seen there.", ())


def test_citation_to_nowhere_is_reported(read: Callable[[str], Article]) -> None:
    article = read('<p>a [<xref ref-type="bibr" rid="gone">9</xref>] b</p>')
    assert article.passages[-1].citations[0].refs == ()
    assert [problem.code for problem in article.problems] == ["dangling-citation"]


def test_figure_and_table_pointers_stay_as_marks(paragraph: ReadOne) -> None:
    passage = paragraph('see <xref ref-type="fig" rid="f1">Fig. 1</xref> and <xref ref-type="table" rid="t1">Table 2</xref>')
    assert passage.text == "see Fig. 1 and Table 2"
    assert marked(passage) == [("xref-fig", "Fig. 1"), ("xref-table", "Table 2")]


def test_comments_and_instructions_lose_no_tail(paragraph: ReadOne) -> None:
    # lxml's remove() takes the text after a comment with it
    assert paragraph("one <!-- a -->two <?pi x?>three").text == "one two three"


def test_break_separates_words(paragraph: ReadOne) -> None:
    assert paragraph("line one<break/>line two").text == "line one line two"


def test_sentence_goes_on_after_a_block_inside_the_paragraph(paragraph: ReadOne) -> None:
    passage = paragraph("Before <fig id='f'><label>Fig 1</label><caption><p>Cap</p></caption></fig> after.")
    assert passage.text == "Before after."


def test_formula_text(paragraph: ReadOne) -> None:
    # MathML keeps its text with powers marked; TeX is no text; of alternatives only one counts
    passage = paragraph(
        "k = <inline-formula><alternatives><tex-math>$10^{-5}$</tex-math><mml:math><mml:msup><mml:mn>10</mml:mn> "
        "<mml:mo>−5</mml:mo></mml:msup></mml:math></alternatives></inline-formula> M, "
        "<inline-formula><tex-math>$x$</tex-math></inline-formula>."
    )
    assert passage.text == "k = 10−5 M,."
    assert ("sup", "−5") in marked(passage)
    assert marked(passage).count(("formula", "10−5")) == 2
    assert ("formula", "") in marked(passage)


def test_fraction_does_not_read_as_one_number(paragraph: ReadOne) -> None:
    passage = paragraph("<mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac></mml:math>")
    assert passage.text == "1 2"


def test_unknown_inline_tag_is_a_mark(paragraph: ReadOne) -> None:
    passage = paragraph("the <gene-name>BRCA1</gene-name> gene")
    assert passage.text == "the BRCA1 gene"
    assert marked(passage) == [("gene-name", "BRCA1")]


def test_whitespace_of_every_kind_collapses(paragraph: ReadOne) -> None:
    passage = paragraph("\n  10&#160;&#8201;µM \n\t <italic>in</italic>\n   vitro&#8239;x ")
    assert passage.text == "10 µM in vitro x"
    assert marked(passage) == [("italic", "in")]


@pytest.mark.parametrize("blank", ["  ", "&#160;", "&#8239;", "&#8195;", "\t", "\n"])
def test_one_odd_blank_in_a_long_paragraph_collapses(paragraph: ReadOne, blank: str) -> None:
    # long texts are looked at before they are taken apart
    before, after = "mitochondria of donors reach their recipients", "within hours of the first contact"
    assert paragraph(f"{before}{blank}{after}").text == f"{before} {after}"
    assert paragraph(f"{before}{blank}<italic>in vitro</italic>{blank}{after} ").text == f"{before} in vitro {after}"


inline_pieces = st.recursive(
    st.text(alphabet="ab 1,.\n[]", max_size=8),
    lambda inner: st.tuples(
        st.sampled_from(["italic", "sup", "sub", "bold", "unknown"]), st.lists(inner, max_size=4), st.text("xy ,.", max_size=4)
    ).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>{made[2]}"),
    max_leaves=12,
)


@given(st.lists(inline_pieces, max_size=8).map("".join), st.lists(st.integers(1, 9), max_size=4))
def test_only_citations_leave_the_text(content: str, numbers: list[int]) -> None:
    """Whatever the nesting: the text is the element's own text without the citations, tidy, and every offset is inside it."""
    walk = Walk("test")
    walk.keys = {f"r{n}": f"r{n}" for n in range(1, 10)}
    walk.order = list(walk.keys)
    cited = "".join(f' Q[<xref ref-type="bibr" rid="r{n}">{n}</xref>] z' for n in numbers)
    element = etree.fromstring(f"<p>{content}{cited}</p>")
    text, marks, citations = read_inline(element, walk)
    assert text == " ".join(text.split())
    plain = "".join(etree.fromstring(f"<p>{content}{' Q z' * len(numbers)}</p>").itertext())
    assert "".join(text.split()) == "".join(plain.split())
    assert [c.refs for c in citations] == [(f"r{n}",) for n in numbers]
    assert all(text[: c.start].endswith("Q") for c in citations)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)
