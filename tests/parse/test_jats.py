"""The walk through an article: one test per oddity of the markup, two lines of body each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from mitotransfer.document import Article
from mitotransfer.errors import InputError
from mitotransfer.parse import parse_document, parse_documents

Build = Callable[..., bytes]
Read = Callable[..., Article]


def texts(article: Article, part: str = "body") -> list[str]:
    return [passage.text for passage in article.passages if passage.part == part]


def kinds(article: Article, part: str = "body") -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in article.passages if passage.part == part]


def codes(article: Article) -> list[str]:
    return [problem.code for problem in article.problems]


def test_sections_name_their_paragraphs(read: Read) -> None:
    article = read("<sec><label>2</label><title>Methods</title><sec><title>Cells</title><p>MSCs.</p></sec><p>All.</p></sec>")
    found = [(p.kind, p.text, p.section) for p in article.passages if p.part == "body"]
    assert found == [
        ("heading", "2 Methods", ()),
        ("heading", "Cells", ("Methods",)),
        ("paragraph", "MSCs.", ("Methods", "Cells")),
        ("paragraph", "All.", ("Methods",)),
    ]


def test_ids_count_in_document_order_across_tables(read: Read) -> None:
    article = read(
        "<p>one</p><table-wrap id='t'><label>Table 1</label><caption><p>two</p></caption><table><tr><td>three</td></tr></table>"
        "</table-wrap><p>four</p>"
    )
    (table,) = article.tables
    assert [p.id for p in article.passages if p.part == "body"] == ["p2", "p5"]
    assert [p.id for p in (*table.caption, *table.cells[0].paragraphs)] == ["p3", "p4"]
    assert "two" not in texts(article)


def test_table_inside_a_sentence_follows_it(read: Read) -> None:
    article = read("<p>As shown <table-wrap id='t'><table><tr><td>1</td></tr></table></table-wrap> here.</p><p>Next.</p>")
    assert texts(article) == ["As shown here.", "Next."]
    assert article.tables[0].locator == "/article/body[1]/p[1]/table-wrap[1]/table[1]"


def test_blocks_inside_a_paragraph_follow_it_in_order(read: Read) -> None:
    article = read(
        "<p>Start <list><list-item><p>item</p></list-item></list> middle <disp-quote><p>quote</p></disp-quote>"
        " and <fn id='f'><label>*</label><p>note</p></fn> end.</p>"
    )
    assert kinds(article) == [
        ("paragraph", "Start middle and end."),
        ("list-item", "item"),
        ("paragraph", "quote"),
        ("footnote", "* note"),
    ]


def test_figure_label_leads_its_caption(read: Read) -> None:
    article = read("<fig id='f'><label>Figure 1</label><caption><title>MSCs</title><p>(A) Cells.</p></caption><graphic/></fig>")
    assert kinds(article) == [("caption", "Figure 1. MSCs"), ("caption", "(A) Cells.")]
    assert article.passages[-2].marks[0].kind == "label"


def test_figure_without_caption_keeps_its_label(read: Read) -> None:
    assert texts(read("<fig id='f'><label>Figure 1</label><graphic/></fig><p>x</p>")) == ["Figure 1", "x"]


def test_nested_lists_and_definitions(read: Read) -> None:
    article = read(
        "<list><list-item><label>1.</label><p>a</p><list><list-item><p>b</p></list-item></list></list-item></list>"
        "<def-list><def-item><term>MSC</term><def><p>mesenchymal stem cell</p></def></def-item></def-list>"
    )
    assert kinds(article) == [("list-item", "1. a"), ("list-item", "b"), ("list-item", "MSC mesenchymal stem cell")]


def test_unknown_block_is_descended_into(read: Read) -> None:
    article = read("<novelty><deep><p>kept</p></deep>loose <b>text</b> too</novelty><other>direct</other>")
    assert " ".join(texts(article)) == "kept loose text too direct"


def test_stray_text_between_blocks_is_kept(read: Read) -> None:
    # not valid, but it happens: text directly in a section
    assert texts(read("<sec><title>T</title>stray <p>a</p> tail</sec>")) == ["T", "stray", "a", "tail"]


def test_display_formula_and_its_number(read: Read) -> None:
    article = read(
        "<disp-formula id='e'><label>(1)</label><mml:math><mml:mi>E</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math>"
        "</disp-formula>"
    )
    assert texts(article) == ["(1) E=1"]


def test_boxes_verses_speech_and_statements(read: Read) -> None:
    article = read(
        "<boxed-text><sec><title>Box</title><p>in it</p></sec></boxed-text>"
        "<verse-group><verse-line>roses</verse-line><verse-line>violets</verse-line></verse-group>"
        "<speech><speaker>A.</speaker><p>said</p></speech><statement><p>stated</p></statement>"
    )
    assert texts(article) == ["Box", "in it", "roses", "violets", "A.", "said", "stated"]


def test_back_matter_without_its_references(read: Read) -> None:
    article = read(
        back="<ack><p>Thanks.</p></ack><app-group><app><title>App. A</title><p>More.</p></app></app-group>"
        "<fn-group><fn><p>Note.</p></fn></fn-group><glossary><def-list><def-item><term>a</term><def><p>b</p></def></def-item>"
        "</def-list></glossary><notes><p>N</p></notes>"
    )
    found = [(p.text, p.section) for p in article.passages if p.part == "back"]
    assert found == [
        ("Thanks.", ("Acknowledgments",)),
        ("App. A", ()),
        ("More.", ("App. A",)),
        ("Note.", ("Footnotes",)),
        ("a b", ("Glossary",)),
        ("N", ("Notes",)),
    ]


def test_floats_group_is_read(build: Build) -> None:
    floats = b"<floats-group><fig id='f'><label>Fig 1</label><caption><p>C</p></caption></fig></floats-group></article>"
    article = parse_document(build("<p>x</p>").replace(b"</article>", floats), "t.xml")
    assert texts(article, "floats") == ["Fig 1. C"]


@pytest.mark.parametrize("tag", ["sub-article", "response"])
def test_sub_article_is_marked_as_such(build: Build, tag: str) -> None:
    sub = (
        f"<{tag}><front-stub><title-group><article-title>Decision</article-title></title-group></front-stub>"
        f"<body><p>Accepted.</p></body></{tag}></article>"
    )
    article = parse_document(build("<p>x</p>").replace(b"</article>", sub.encode()), "t.xml")
    assert kinds(article, "sub-article") == [("title", "Decision"), ("paragraph", "Accepted.")]
    assert article.head.title == "A title"


def test_abstracts_of_every_kind(read: Read) -> None:
    article = read(
        front="<abstract><sec><title>Aim</title><p>a</p></sec></abstract>"
        "<abstract abstract-type='plain-language-summary'><p>b</p></abstract>"
        "<trans-abstract xml:lang='fr'><p>c</p></trans-abstract>"
        "<kwd-group><title>Key words</title><kwd>MSC</kwd><kwd><italic>in vivo</italic></kwd></kwd-group>"
    )
    found = [(p.kind, p.text, p.section) for p in article.passages if p.part == "abstract"]
    assert found == [
        ("heading", "Aim", ("Abstract",)),
        ("abstract", "a", ("Abstract", "Aim")),
        ("abstract", "b", ("Plain language summary",)),
        ("abstract", "c", ("Abstract (fr)",)),
    ]
    assert [(p.text, p.section) for p in article.passages if p.kind == "keyword"] == [
        ("MSC", ("Key words",)),
        ("in vivo", ("Key words",)),
    ]


def test_supplementary_material_caption(read: Read) -> None:
    article = read(
        "<supplementary-material id='s'><label>S1 File</label><caption><title>Data.</title><p>(XLS)</p></caption>"
        "</supplementary-material>"
    )
    assert kinds(article) == [("caption", "S1 File. Data."), ("caption", "(XLS)")]


def test_duplicate_id_is_reported(read: Read) -> None:
    assert codes(read("<sec id='s'><p>a</p></sec><sec id='s'><p>b</p></sec>")) == ["duplicate-id"]


@pytest.mark.parametrize(
    ("inside", "state", "code"),
    [
        (
            "<!--The publisher of this article does not allow downloading of the full text in XML form.-->",
            "withheld",
            "body-withheld",
        ),
        ("<body><supplementary-material content-type='scanned-pages'/></body>", "ocr", "scanned-article"),
        ("", "none", "no-body"),
        ("<body><p> </p></body>", "none", "no-body"),
    ],
)
def test_article_without_a_readable_body(build: Build, inside: str, state: str, code: str) -> None:
    data = build("<p>BODY</p>", front="<abstract><p>a</p></abstract>").replace(b"<body><p>BODY</p></body>", inside.encode())
    article = parse_document(data, "t.xml")
    assert article.head.body == state
    assert codes(article) == [code]
    assert texts(article, "abstract") == ["a"]


def test_scan_told_by_pmc_property(build: Build) -> None:
    name = "<meta-name>pmc-prop-is-scanned-article</meta-name>"
    meta = f"<custom-meta-group><custom-meta>{name}<meta-value>yes</meta-value></custom-meta></custom-meta-group>"
    data = build("<p>B</p>", front=meta).replace(b"<body><p>B</p></body>", b"")
    assert parse_document(data, "t.xml").head.body == "ocr"


NAMESPACE = b'xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/"'
OAI = (
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><header/><metadata>%s</metadata></record></GetRecord>'
    b"</OAI-PMH>"
)


def bare(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: data,
        lambda data: bare(data).replace(b"<article ", b"<article " + NAMESPACE + b" ", 1),
        lambda data: OAI % bare(data).replace(b"<article ", b"<article " + NAMESPACE + b" ", 1),
        lambda data: OAI % bare(data).replace(b"<article ", b'<article xmlns="" ', 1),
        lambda data: b"<pmc-articleset>" + bare(data) + b"</pmc-articleset>",
    ],
    ids=["plain", "namespaced", "oai", "oai-without-namespace", "articleset"],
)
def test_envelopes_and_namespaces(build: Build, wrap: Callable[[bytes], bytes]) -> None:
    data = wrap(
        build("<sec><title>S</title><p>a <bold>b</bold></p></sec><table-wrap><table><tr><td>c</td></tr></table></table-wrap>")
    )
    article = parse_document(data, "t.xml")
    assert texts(article) == ["S", "a b"]
    assert len(article.references) == 30
    root = etree.fromstring(data)
    for passage in (*article.passages, *article.tables[0].cells[0].paragraphs):
        (found,) = root.xpath(passage.locator)
        assert " ".join("".join(found.itertext()).split()) == passage.text


def test_several_articles_in_one_file(build: Build) -> None:
    data = b"<pmc-articleset>" + bare(build("<p>one</p>")) + bare(build("<p>two</p>")) + b"</pmc-articleset>"
    articles = parse_documents(data, "set.xml")
    assert [texts(article) for article in articles] == [["one"], ["two"]]
    assert [article.passages[-1].locator for article in articles] == [
        f"/pmc-articleset/article[{n}]/body[1]/p[1]" for n in (1, 2)
    ]
    with pytest.raises(InputError) as caught:
        parse_document(data, "set.xml")
    assert caught.value.code == "several-articles"


def test_machine_descriptions_are_no_text(read: Read) -> None:
    article = read(
        "<fig><object-id>10.1/x</object-id><label>Fig 1</label><caption><p>C</p></caption><alt-text>a plot</alt-text></fig>"
    )
    assert texts(article) == ["Fig 1. C"]


def test_each_of_many_lists_in_a_paragraph_has_its_own_place(read: Read) -> None:
    """Siblings are counted from the one before, not from the first: the places must be the same."""
    lists = "<list><list-item><p>x</p></list-item></list>"
    article = read(f"<p>{lists}a <italic>{lists}</italic>{lists * 3}</p><p>{lists}</p>")
    found = [
        passage.locator.partition("/list-item")[0].partition("/body[1]")[2] for passage in article.passages if passage.text == "x"
    ]
    ends = ["list[1]", "italic[1]/list[1]", "list[2]", "list[3]", "list[4]"]
    assert found == [*(f"/p[1]/{end}" for end in ends), "/p[2]/list[1]"]
