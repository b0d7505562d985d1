"""What an article says of itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mitotransfer.document import Article, Head
from mitotransfer.parse import parse_document

Build = Callable[..., bytes]
Read = Callable[..., Article]


@pytest.fixture
def head(read: Read) -> Callable[..., Head]:
    def read_head(front: str = "", attributes: str = "") -> Head:
        return read("<p>x</p>", front=front, attributes=attributes).head

    return read_head


def article_id(kind: str, value: str) -> str:
    return f'<article-id pub-id-type="{kind}">{value}</article-id>'


@pytest.mark.parametrize(
    ("kind", "value"),
    [("pmc", "123456"), ("pmc", "PMC123456"), ("pmcid", "PMC123456"), ("pmcaid", "123456"), ("pmcid", "PMC123456.1")],
)
def test_pmcid_in_every_spelling(head: Callable[..., Head], kind: str, value: str) -> None:
    found = head(article_id(kind, value) + article_id("pmid", "99"))
    assert (found.pmcid, found.pmid, found.doi, found.source) == ("PMC123456", "99", "10.1234/test", "PMC123456")


def test_source_falls_back_to_pmid_doi_and_file(head: Callable[..., Head], build: Build) -> None:
    assert head(article_id("pmid", "99")).source == "99"
    assert head().source == "10.1234/test"
    nameless = build("<p>x</p>").replace(b'<article-id pub-id-type="doi">10.1234/test</article-id>', b"")
    found = parse_document(nameless, "folder/some.article.xml").head
    assert (found.source, found.file) == ("some.article", "some.article.xml")


def test_earliest_year_of_publication(head: Callable[..., Head]) -> None:
    epub = "<pub-date pub-type='epub'><month>11</month><year>2004</year></pub-date>"
    assert head(f"<pub-date pub-type='ppub'><year>2005</year></pub-date>{epub}").year == "2004"
    assert head("<pub-date iso-8601-date='2003-05-01'/>").year == "2003"
    assert head().year == ""


def test_authors_are_surnames_of_authors(head: Callable[..., Head]) -> None:
    found = head(
        "<contrib-group><contrib contrib-type='author'><name><surname>Suh</surname><given-names>J</given-names></name></contrib>"
        "<contrib contrib-type='editor'><name><surname>Ed</surname></name></contrib>"
        "<contrib><collab>The Group<contrib-group><contrib><name><surname>Member</surname></name></contrib>"
        "</contrib-group></collab>"
        "</contrib></contrib-group>"
    )
    assert found.authors == ("Suh", "The Group")


@pytest.mark.parametrize(
    ("permissions", "licence"),
    [
        ("<license xlink:href='http://creativecommons.org/licenses/by/4.0/'><license-p>x</license-p></license>", "by/4.0/"),
        ("<license><ali:license_ref>https://creativecommons.org/licenses/by/4.0/</ali:license_ref></license>", "by/4.0/"),
        ("<license><p>See <uri xlink:href='https://creativecommons.org/licenses/by-nc/4.0/'>it</uri></p></license>", "nc/4.0/"),
        ("<license xmlns:rdf='r' rdf:resource='http://creativecommons.org/licenses/by/2.0'/>", "by/2.0"),
        ("<license><p>Read http://creativecommons.org/licenses/by/3.0/.</p></license>", "by/3.0/"),
        ("<license><p>Free of all copyright.</p></license>", "Free of all copyright."),
        ("<copyright-statement>© Me</copyright-statement>", "© Me"),
        ("", ""),
    ],
)  # fmt: skip
def test_licence_wherever_it_stands(head: Callable[..., Head], permissions: str, licence: str) -> None:
    assert head(f"<permissions>{permissions}</permissions>").licence.endswith(licence)


@pytest.mark.parametrize(
    ("title", "article_type", "related", "retracted"),
    [
        ("A title", "research-article", "", False),
        ("RETRACTED: A title", "research-article", "", True),
        ("A title", "retracted-article", "", True),
        ("A title", "research-article", "retraction-forward", True),
        # the notice is about another article and was not itself retracted
        ("Retracted: A title", "retraction", "retracted-article", False),
        ("Retraction of a title", "research-article", "retracted-article", False),
    ],
)
def test_retraction_and_its_notice(build: Build, title: str, article_type: str, related: str, retracted: bool) -> None:
    front = f'<related-article related-article-type="{related}"/>' if related else ""
    data = build("<p>x</p>", front=front).decode().replace("A title", title).replace("research-article", article_type)
    assert parse_document(data.encode(), "t.xml").head.retracted is retracted


def test_type_language_and_journal(head: Callable[..., Head]) -> None:
    found = head(attributes='xml:lang="en"')
    assert (found.article_type, found.language, found.journal, found.title) == ("research-article", "en", "J Test", "A title")


def test_nlm_2_front(build: Build) -> None:
    # before 3.0 the journal's title had no group and the licence a plain p
    data = build("<p>x</p>").replace(b"<journal-title-group>", b"").replace(b"</journal-title-group>", b"")
    assert parse_document(data, "t.xml").head.journal == "J Test"
