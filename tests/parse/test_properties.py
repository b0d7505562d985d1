"""What holds of any article that can be parsed: trees of elements and attributes as no author would write them."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mitotransfer.annotate import annotate_article, load
from mitotransfer.errors import InputError
from mitotransfer.parse import parse_document, parse_documents
from small import jats, reference, secretion, tables_only
from sound import check_article, passages_of

TEXTS = st.sampled_from(
    ["", " ", "mitochondria", "a\n b", "[1]", "[1–2]", "(", "2006", "\u00a0", "\u2028", "é" * 50, "1.", "–", ","]
)
TAGS = st.sampled_from(
    [
        "p",
        "sec",
        "title",
        "label",
        "list",
        "list-item",
        "def-list",
        "fn",
        "caption",
        "fig",
        "disp-formula",
        "alternatives",
        "break",
        "boxed-text",
        "table-wrap",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "tgroup",
        "colspec",
        "row",
        "entry",
        "entrytbl",
        "table-wrap-foot",
        "xref",
        "sup",
        "italic",
    ]
)
VALUES = st.sampled_from(["0", "-1", "2", "3", "1e9", "9" * 5000, "", "c1", "r1", "r1 r2", "bibr", "٣"])
NAMES = st.sampled_from(["colspan", "rowspan", "morerows", "namest", "nameend", "colname", "id", "rid", "ref-type", "list-type"])
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=3)


def _built(tag: str, attributes: dict[str, str], text: str, tail: str, children: list[etree._Element]) -> etree._Element:
    element = etree.Element(tag, attributes)
    element.text, element.tail = text, tail
    element.extend(children)
    return element


def _element(children: st.SearchStrategy[list[etree._Element]]) -> st.SearchStrategy[etree._Element]:
    return st.builds(_built, TAGS, ATTRIBUTES, TEXTS, TEXTS, children)


ELEMENTS = st.recursive(_element(st.just([])), lambda inner: _element(st.lists(inner, max_size=5)), max_leaves=15)
BODIES = st.lists(ELEMENTS, min_size=1, max_size=4).map(
    lambda found: "".join(etree.tostring(e, encoding="unicode") for e in found)
)
REFERENCES = reference(1, "Doe", 2020) + reference(2, "Roe", 2021)


@settings(max_examples=150)
@given(BODIES)
def test_any_tree_gives_a_sound_article_and_the_same_again(body: str) -> None:
    data = jats(body, references=REFERENCES).encode()
    article = parse_document(data, "any.xml")
    check_article(article)
    assert parse_document(data, "any.xml") == article


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["td", "th"]), st.sampled_from(["1", "2", "3", "0", "70000", "x"]), st.sampled_from(["1", "2", "0"])
    ),
    max_size=4,
)


@settings(max_examples=100)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_any_spans_give_a_whole_grid(rows: list[list[tuple[str, str, str]]]) -> None:
    body = "".join(
        "<tr>" + "".join(f'<{tag} colspan="{wide}" rowspan="{high}">x</{tag}>' for tag, wide, high in row) + "</tr>"
        for row in rows
    )
    article = parse_document(jats(f"<table-wrap><table>{body}</table></table-wrap>").encode(), "any.xml")
    check_article(article)
    assert article.tables[0].n_rows == len(rows) or not any(rows)


@settings(max_examples=40)
@given(BODIES)
def test_annotation_leaves_the_article_as_it_was(body: str) -> None:
    article = parse_document(jats(body, references=REFERENCES).encode(), "any.xml")
    before = msgspec.json.encode(article)
    annotate_article(article, load(tables_only().annotate))
    assert msgspec.json.encode(article) == before


INFONS = st.dictionaries(
    st.sampled_from(["type", "section_type", "id", "xml", "name_0", "name_x", "year", "article-id_pmc"]),
    st.sampled_from(
        ["TABLE", "REF", "front", "title_1", "title_99", "table", "table_foot", "<table><tr><td>x</td></tr></table>", "t1"]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda v: st.lists(v) | st.dictionaries(TEXTS, v)
)
PASSAGES = st.lists(st.fixed_dictionaries({"infons": INFONS | JSON, "text": TEXTS | JSON}) | JSON, max_size=6)


@settings(max_examples=100)
@given(PASSAGES)
def test_any_passages_of_bioc_give_a_sound_article_or_a_reason(passages: list[object]) -> None:
    for article in parse_documents(json.dumps({"documents": [{"id": "1", "passages": passages}]}).encode(), "any.json"):
        check_article(article)


@settings(max_examples=200)
@given(st.integers(0, 1300), st.binary(min_size=1, max_size=4))
def test_any_bytes_written_over_a_sample_give_an_article_or_a_reason(at: int, put: bytes) -> None:
    data = secretion().encode()
    try:
        articles = parse_documents(data[:at] + put + data[at + len(put) :], "any.xml")
    except InputError as error:
        assert str(error) and error.code
        return
    assert any(passage.text for article in articles for passage in passages_of(article))
