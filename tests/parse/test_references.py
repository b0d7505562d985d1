"""Reference lists in every spelling, and what is read from a text-only entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mitotransfer.document import Article, Reference
from mitotransfer.parse import parse_documents
from mitotransfer.parse.references import normal_doi, normal_pmcid

Read = Callable[..., Article]

NAMES = (
    "<name><surname>Monzel</surname><given-names>AS</given-names></name>"
    "<name><surname>Picard</surname><given-names>M</given-names></name>"
)
FIELDS = "<article-title>Moving <italic>mitochondria</italic></article-title><source>Nat Metab</source><year>2023</year>"


def one(read: Read, ref: str) -> Reference:
    article = read("<p>x</p>", back=f"<ref-list>{ref}</ref-list>")
    return next(iter(article.references.values()))


@pytest.mark.parametrize("tag", ["citation", "nlm-citation", "element-citation", "mixed-citation"])
def test_every_spelling_of_a_tagged_citation(read: Read, tag: str) -> None:
    reference = one(
        read,
        f"<ref id='a'><label>1.</label><{tag}><person-group>{NAMES}<etal/></person-group>{FIELDS}"
        f"<pub-id pub-id-type='doi'>https://doi.org/10.1038/s42255.</pub-id><pub-id pub-id-type='pmid'>123456</pub-id>"
        f"<pub-id pub-id-type='pmcid'>PMC98765</pub-id></{tag}></ref>",
    )
    assert reference.id == "a"
    assert reference.label == "1"
    assert reference.authors == ("Monzel", "Picard")
    assert reference.more_authors
    assert (reference.title, reference.year) == ("Moving mitochondria", "2023")
    assert (reference.doi, reference.pmid, reference.pmcid) == ("10.1038/s42255", "123456", "PMC98765")
    # names whose tags touch are still words of their own
    assert reference.text.split()[:4] == ["Monzel", "AS", "Picard", "M"]


@pytest.mark.parametrize(
    ("text", "authors", "year"),
    [
        ("Monzel AS, Enriquez JA, Picard M. Multifaceted. Nat Metab. 2023;5:546–562.", ("Monzel", "Enriquez", "Picard"), "2023"),
        ("Baughman JM, et al. Integrative genomics. Nature. 2011;476:341.", ("Baughman",), "2011"),
        ("McArthur, K. et al. BAK/BAX macropores. Science 359, eaao6047 (2018).", ("McArthur",), "2018"),
        ("Smith, J.A., and van der Berg, B. (1999) A title of 2001.", ("Smith", "van der Berg"), "1999"),
        ("Pieniazek D, Ziebell R, <etal>et al</etal>. (2010) HIV-1, 2005–2009.", ("Pieniazek", "Ziebell"), "2010"),
        ("World Health Organization (2011) Guidelines.", (), "2011"),
    ],
)
def test_text_only_entry(read: Read, text: str, authors: tuple[str, ...], year: str) -> None:
    reference = one(read, f"<ref id='a'><mixed-citation>{text}</mixed-citation></ref>")
    assert reference.authors == authors
    assert reference.year == year
    assert reference.more_authors == ("et al" in text)


def test_identifiers_from_links_and_text(read: Read) -> None:
    reference = one(
        read,
        "<ref id='a'><mixed-citation>Doe J. T. 2001. doi:10.1000/abc(1). PMID: 11222333; "
        '<ext-link xlink:href="https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5551234/">free</ext-link></mixed-citation></ref>',
    )
    assert (reference.doi, reference.pmid, reference.pmcid) == ("10.1000/abc(1)", "11222333", "PMC5551234")


def test_no_blank_before_punctuation_where_names_are_only_tags(read: Read) -> None:
    names = "<name><surname>Monzel</surname><given-names>AS</given-names></name><name><surname>Picard</surname></name>"
    printed = "<year>2019</year> , <source>Cell</source>: <volume>7</volume> ; <fpage>1</fpage> ."
    reference = one(read, f"<ref id='a'><mixed-citation>{names} (\n {printed} )</mixed-citation></ref>")
    assert reference.text == "Monzel AS Picard ( 2019, Cell: 7; 1.)"


def test_editors_are_not_authors(read: Read) -> None:
    editors = "<person-group person-group-type='editor'><name><surname>Editor</surname></name></person-group>"
    reference = one(read, f"<ref id='a'><element-citation><person-group>{NAMES}</person-group>{editors}</element-citation></ref>")
    assert reference.authors == ("Monzel", "Picard")
    assert one(read, f"<ref id='a'><element-citation>{editors}</element-citation></ref>").authors == ("Editor",)


def test_groups_and_undivided_names(read: Read) -> None:
    reference = one(
        read,
        "<ref id='a'><element-citation><collab>Cancer Atlas Network</collab><string-name>A.S. Monzel</string-name>"
        "<string-name><surname>Picard</surname> <given-names>M</given-names></string-name></element-citation></ref>",
    )
    assert reference.authors == ("Cancer Atlas Network", "Monzel", "Picard")


def test_alternatives_count_once(read: Read) -> None:
    reference = one(
        read,
        f"<ref id='a'><citation-alternatives><element-citation>{NAMES}{FIELDS}</element-citation>"
        f"<mixed-citation id='m'>{NAMES}, printed.</mixed-citation></citation-alternatives></ref>",
    )
    assert reference.authors == ("Monzel", "Picard")
    assert "printed" in reference.text


def test_citation_by_the_id_inside_the_ref(read: Read) -> None:
    article = read(
        '<p>a [<xref ref-type="bibr" rid="inner">1</xref>]</p>',
        back="<ref-list><ref id='outer'><mixed-citation id='inner'>X</mixed-citation></ref></ref-list>",
    )
    assert next(p for p in article.passages if p.part == "body").citations[0].refs == ("outer",)


def test_reference_without_id_gets_one(read: Read) -> None:
    assert one(read, "<ref><mixed-citation>Doe J. T.</mixed-citation></ref>").id == "ref-1"


def test_duplicate_reference_id_keeps_the_first(read: Read) -> None:
    refs = "<ref id='a'><mixed-citation>First</mixed-citation></ref><ref id='a'><mixed-citation>Second</mixed-citation></ref>"
    article = read("<p>x</p>", back=f"<ref-list>{refs}</ref-list>")
    assert article.references["a"].text == "First"
    assert "Second" in [reference.text for reference in article.references.values()]
    assert [problem.code for problem in article.problems] == ["duplicate-id"]


def test_nested_lists_and_lists_in_the_body(read: Read) -> None:
    # supplements of abstracts carry a list per section; some journals split theirs by topic
    article = read(
        "<sec><p>x</p><ref-list><ref id='b'><mixed-citation>B</mixed-citation></ref></ref-list></sec>",
        back="<ref-list><ref-list><ref id='a'><mixed-citation>A</mixed-citation></ref></ref-list></ref-list>",
    )
    assert list(article.references)[:2] == ["b", "a"]
    assert "B" not in [passage.text for passage in article.passages]


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("10.1038/nature10234", "10.1038/nature10234"),
        ("https://doi.org/10.1038/nature10234.", "10.1038/nature10234"),
        ("doi:10.1016/S0140-6736(00)02799-9", "10.1016/S0140-6736(00)02799-9"),
        ("(doi:10.1016/abc)", "10.1016/abc"),
        ("DOI: not available", ""),
        ("", ""),
    ],
)
def test_normal_doi(given: str, doi: str) -> None:
    assert normal_doi(given) == doi


@pytest.mark.parametrize(
    ("given", "pmcid"), [("PMC123456", "PMC123456"), ("123456", "PMC123456"), ("PMC123456.2", "PMC123456"), ("", "")]
)
def test_normal_pmcid(given: str, pmcid: str) -> None:
    assert normal_pmcid(given) == pmcid


def test_et_al_printed_behind_tagged_names() -> None:
    # BMC: the names are tagged, "et al." is plain text between them and the title
    xml = (
        '<article><front/><body><p>x</p></body><back><ref-list><ref id="R1"><mixed-citation><name><surname>Spees</surname>'
        "<given-names>J</given-names></name>, et al. Transfer. <year>2006</year></mixed-citation></ref></ref-list>"
        "</back></article>"
    )
    reference = parse_documents(xml.encode(), "x.xml")[0].references["R1"]
    assert reference.authors == ("Spees",) and reference.more_authors
