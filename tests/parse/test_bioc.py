"""BioC collections of PubMed Central, JSON and XML."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from mitotransfer.document import Article
from mitotransfer.errors import InputError
from mitotransfer.parse.bioc import parse_bioc_json, parse_bioc_xml

TABLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<table><thead><tr><th>Cell</th><th>Study</th></tr></thead><tbody><tr>'
    '<td rowspan="2">MSC</td><td>Roe, 2006<sup><xref ref-type="bibr" rid="CR2">2</xref></sup></td></tr>'
    "<tr><td>Moe, 2010</td></tr></tbody></table>\n"
)
FRONT = {
    "type": "front",
    "section_type": "TITLE",
    "article-id_pmc": "1234567",
    "article-id_pmid": "222",
    "article-id_doi": "10.1000/x",
    "year": "2020",
    "name_10": "surname:Last;given-names:Z",
    "name_0": "surname:First;given-names:A",
    "name_2": "surname:Mid;given-names:M",
}
PASSAGES: list[tuple[dict[str, str], str]] = [
    (FRONT, "A title"),
    ({"section_type": "ABSTRACT", "type": "abstract_title_1"}, "Aims"),
    ({"section_type": "ABSTRACT", "type": "abstract"}, "Aim  text."),
    ({"section_type": "INTRO", "type": "paragraph"}, "Intro text."),
    ({"section_type": "METHODS", "type": "title_1"}, "Materials and methods"),
    ({"section_type": "METHODS", "type": "title_2"}, "Cells"),
    ({"section_type": "METHODS", "type": "paragraph"}, "Method text."),
    ({"section_type": "FIG", "type": "fig_caption", "id": "F1"}, "A figure."),
    ({"section_type": "TABLE", "type": "table_caption", "id": "Tab1"}, "Table 1 Donors"),
    ({"section_type": "TABLE", "type": "table", "id": "Tab1", "xml": TABLE}, "Cell\tStudy\t \tMSC\tRoe, 2006\t \t"),
    ({"section_type": "TABLE", "type": "table_foot", "id": "Tab1"}, "MSC, stem cell"),
    ({"section_type": "ACK_FUND", "type": "paragraph"}, "Thanks."),
    ({"section_type": "REF", "type": "title"}, "References"),
    (
        {"section_type": "REF", "type": "ref", "name_0": "surname:Doe;given-names:J", "source": "J Test", "year": "2001"},
        "First work",
    ),
    (
        {"section_type": "REF", "type": "ref", "surname_0": "Roe", "year": "2006", "pub-id_pmid": "77", "pub-id_doi": "10.1/r"},
        "Second work",
    ),
]


def collection(passages: list[tuple[dict[str, str], str]]) -> dict[str, Any]:
    items = [{"offset": n, "infons": infons, "text": text} for n, (infons, text) in enumerate(passages)]
    return {"source": "PMC", "documents": [{"id": "1234567", "infons": {"license": "CC BY"}, "passages": items}]}


def read(passages: list[tuple[dict[str, str], str]]) -> Article:
    (article,) = parse_bioc_json(json.dumps([collection(passages)]).encode(), "a.json")
    return article


def as_xml() -> etree._Element:
    root = etree.Element("collection")
    etree.SubElement(root, "source").text = "PMC"
    document = etree.SubElement(root, "document")
    etree.SubElement(document, "id").text = "1234567"
    etree.SubElement(document, "infon", key="license").text = "CC BY"
    for infons, text in PASSAGES:
        passage = etree.SubElement(document, "passage")
        for key, value in infons.items():
            etree.SubElement(passage, "infon", key=key).text = value
        etree.SubElement(passage, "text").text = text
    return root


def test_head() -> None:
    head = read(PASSAGES).head
    assert (head.source, head.pmcid, head.pmid, head.doi) == ("PMC1234567", "PMC1234567", "222", "10.1000/x")
    assert (head.title, head.year, head.licence, head.body) == ("A title", "2020", "CC BY", "full")
    assert head.authors == ("First", "Mid", "Last")  # by number, not by the order of the keys


def test_sections() -> None:
    got = [(p.kind, p.part, p.section, p.text) for p in read(PASSAGES).passages]
    assert got == [
        ("title", "front", (), "A title"),
        ("heading", "abstract", ("Abstract",), "Aims"),
        ("abstract", "abstract", ("Abstract", "Aims"), "Aim text."),
        ("paragraph", "body", ("Introduction",), "Intro text."),
        ("heading", "body", (), "Materials and methods"),
        ("heading", "body", ("Materials and methods",), "Cells"),
        ("paragraph", "body", ("Materials and methods", "Cells"), "Method text."),
        ("caption", "floats", (), "A figure."),
        ("paragraph", "back", (), "Thanks."),
    ]


def test_table_is_read_from_its_markup() -> None:
    article = read(PASSAGES)
    (table,) = article.tables
    assert [[cell.text if cell else None for cell in row] for row in table.grid()] == [
        ["Cell", "Study"],
        ["MSC", "Roe, 2006"],
        ["MSC", "Moe, 2010"],
    ]
    assert (table.id, table.label, table.head_rows) == ("Tab1", "Table 1", 1)
    assert (table.caption[0].text, table.foot[0].text) == ("Table 1 Donors", "MSC, stem cell")
    assert [(problem.severity, problem.code) for problem in article.problems] == [("note", "reference-by-number")]


def test_citation_in_a_table_finds_the_reference_of_its_number() -> None:
    article = read(PASSAGES)
    (citation,) = article.tables[0].cells[3].paragraphs[0].citations
    reference = article.references[citation.refs[0]]
    assert (reference.title, reference.pmid, reference.doi, reference.authors) == ("Second work", "77", "10.1/r", ("Roe",))


def test_citation_whose_number_and_id_differ_is_not_guessed() -> None:
    passages = list(PASSAGES)
    passages[9] = ({**PASSAGES[9][0], "xml": TABLE.replace("CR2", "CR1")}, "")
    assert read(passages).tables[0].cells[3].paragraphs[0].citations[0].refs == ()


def test_xml_and_json_give_the_same_article() -> None:
    (article,) = parse_bioc_xml(as_xml(), "a.json")
    assert article == read(PASSAGES)


def test_table_without_markup_comes_from_its_tabs() -> None:
    table = read([({"section_type": "TABLE", "type": "table", "id": "T"}, "a\tb\t \tc\t\t \t")]).tables[0]
    assert [[cell.text if cell else None for cell in row] for row in table.grid()] == [["a", "b"], ["c", ""]]


def test_broken_markup_is_told_and_the_tabs_are_used() -> None:
    article = read([({"section_type": "TABLE", "type": "table", "id": "T", "xml": "<table><tr>"}, "a\tb\t \t")])
    assert [problem.code for problem in article.problems] == ["table-xml"]
    assert article.tables[0].cells[1].text == "b"


def test_tables_without_ids_are_told_apart() -> None:
    one = [({"section_type": "TABLE", "type": "table_caption"}, "Cap"), ({"section_type": "TABLE", "type": "table"}, "a\tb\t \t")]
    tables = read(one + one).tables
    assert [(len(t.caption), len(t.cells)) for t in tables] == [(1, 2), (1, 2)]


def test_object_on_top_and_bare_document_are_read_too() -> None:
    top = collection(PASSAGES)
    assert (
        len(parse_bioc_json(json.dumps(top).encode(), "a"))
        == len(parse_bioc_json(json.dumps(top["documents"][0]).encode(), "a"))
        == 1
    )


def test_text_given_as_sentences() -> None:
    item = {"infons": {"type": "paragraph"}, "sentences": [{"text": "One."}, {"text": "Two."}]}
    (article,) = parse_bioc_json(json.dumps({"id": "x", "passages": [item]}).encode(), "a")
    assert article.passages[0].text == "One. Two."


def test_passage_ids_are_unique() -> None:
    article = read(PASSAGES)
    inside = [p for t in article.tables for c in t.cells for p in c.paragraphs] + [
        p for t in article.tables for p in t.caption + t.foot
    ]
    idents = [p.id for p in [*article.passages, *inside]]
    assert len(set(idents)) == len(idents)


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"[Error] : No result can be found. <BR><HR> - https://...", "bioc-no-result", "a.json"),
        (b'[{"documents": [\n{"id": }]}]', "malformed-json", "a.json:2:8"),
        (b'[{"documents": [{"id": "PMC1", "pass', "malformed-json", "a.json:1:32"),
        (b"[" * 100_000, "malformed-json", "a.json"),
        (b"{}", "bioc-empty", "a.json"),
        (b'[1, null, {"documents": [7]}]', "bioc-empty", "a.json"),
        (b'{"id": "\xff"}', "encoding", "a.json"),
    ],
)
def test_unreadable_input_is_named(data: bytes, code: str, place: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_bioc_json(data, "a.json")
    assert (caught.value.code, caught.value.place) == (code, place)


def test_fields_of_wrong_types_do_no_harm() -> None:
    document = {
        "id": 5,
        "infons": [],
        "passages": [None, {"infons": {"type": 3, "section_type": None}, "text": 8}, {"text": ["x"]}],
    }
    (article,) = parse_bioc_json(json.dumps(document).encode(), "a")
    assert [p.text for p in article.passages] == ["8"]


def test_lone_surrogate_becomes_the_replacement_character() -> None:
    # an escape that is half a character is valid JSON and can be written to no file
    data = rb'{"documents": [{"id": "PMC1", "passages": [{"infons": {"section_type": "RESULTS"}, "text": "a \ud800 b"}]}]}'
    article = parse_bioc_json(data, "x.json")[0]
    assert "\ufffd" in " ".join(p.text for p in article.passages)


def test_number_of_more_digits_than_python_reads_is_told() -> None:
    """`json` raises a ValueError of its own there, no JSONDecodeError."""
    with pytest.raises(InputError, match="a number that is too long") as refused:
        parse_bioc_json(b'{"documents": [' + b"9" * 5000 + b"]}", "file.json")
    assert refused.value.code == "malformed-json"


def test_level_of_a_heading_and_number_of_an_author_may_be_any_text() -> None:
    """`int` refuses more than 4300 digits."""
    many = "9" * 5000
    article = read([({**FRONT, f"name_{many}": "surname:Roe"}, "A title"), ({"type": f"title_{many}"}, "Methods")])
    assert "Roe" not in article.head.authors and article.passages[-1].text == "Methods"
