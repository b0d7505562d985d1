"""Tables understood: from JATS to output rows, one way of making a table per test."""

from __future__ import annotations

from typing import Any

import pytest

from mitotransfer.annotate import annotate_article, load
from mitotransfer.document import Article
from mitotransfer.parse import parse_document
from small import jats, reference, table, tables_only
from tabled import build_tables

REFERENCES = reference(1, "Spees", 2006) + reference(2, "Hayakawa", 2016) + reference(3, "Islam", 2012)
CITED = '<td><xref ref-type="bibr" rid="r1">1</xref></td>'
SECRETION = ("Donor", "Recipient", "Outcome")


def article(*body: str, **given: str) -> Article:
    return parse_document(jats("".join(body), references=REFERENCES, **given).encode(), "a.xml")


def rows(*body: str, **given: str) -> list[Any]:
    settings = tables_only()
    files = build_tables([annotate_article(article(*body, **given), load(settings.annotate))], settings.tabulate).files
    return [row for name in sorted(files) if name.startswith("table") for row in files[name]]


def row(*body: str, **given: str) -> Any:
    (only,) = rows(*body, **given)
    return only


def test_headers_of_another_review() -> None:
    found = row(
        table(
            ("Model", "Source of mitochondria", "Recipient", "Route", "Outcome", "Ref."),
            ("Stroke (rat)", "Autologous muscle", "Neurons", "Intravenous", "Reduced infarct size", CITED),
        )
    )
    assert (found.disease_injury, found.species, found.mitochondrial_target) == ("stroke", "rat", "neuron")
    assert (found.route_ids, found.effect_ids) == ("route:intravenous_injection", "outcome:infarct_size:decrease")
    assert "muscle" in found.mitochondrial_source
    assert found.intervention == "mitochondria"  # no column says what was given, but one names where it came from
    assert (found.reference, found.study_doi) == ("Spees et al., 2006", "10.5555/ref.1")


def test_header_of_two_levels_with_spans() -> None:
    head = (
        ('<th colspan="2">Cells</th>', '<th colspan="2">Outcome</th>', '<th rowspan="2">Ref.</th>'),
        ("Donor", "Recipient", "In vitro", "In vivo"),
    )
    found = row(table(head, ("MSC", "Cardiomyocyte", "Increased ATP production", "Reduced infarct size", CITED)))
    assert (found.cell_type, found.recipient_cell) == ("mesenchymal stem cell", "cardiomyocyte")
    assert found.biological_effect == "ATP production ↑; infarct size ↓"
    assert found.reference == "Spees et al., 2006"


@pytest.mark.parametrize("band", [('<td colspan="3">Heart</td>',), ("Heart", "", "")])
def test_sub_header_band_names_the_tissue_of_the_rows_below(band: tuple[str, ...]) -> None:
    found = rows(
        table(
            ("Model", "Source of mitochondria", "Outcome"),
            ("Stroke (rat)", "Liver", "Reduced infarct size"),
            band,
            ("Ischemia-reperfusion (pig)", "Skeletal muscle", "Improved cardiac function"),
        )
    )
    assert [r.tissue for r in found] == ["", "heart"]


def test_row_span_belongs_to_every_row_it_covers() -> None:
    found = rows(
        table(
            SECRETION,
            ('<td rowspan="2">Platelets</td>', "Neutrophils", "Increased ATP production"),
            ("Macrophages", "Reduced apoptosis"),
        )
    )
    assert [(r.cell_type, r.recipient_cell) for r in found] == [("platelet", "neutrophil"), ("platelet", "macrophage")]
    assert len({r.row_id for r in found}) == 2


def test_abbreviations_of_the_foot() -> None:
    found = row(table(SECRETION, ("AC", "Neuron", "Increased ATP production"), foot="AC, astrocyte; NR, not reported."))
    assert found.cell_type_ids == "cell:astrocyte"


def test_citation_that_is_only_a_number() -> None:
    found = row(table(("Donor", "Recipient", "Ref."), ("MSC", "Neuron", "[2]")))
    assert (found.reference, found.study_doi) == ("Hayakawa et al., 2016", "10.5555/ref.2")


def test_author_and_year_without_a_link() -> None:
    found = row(table(("Donor", "Recipient", "Study"), ("MSC", "Neuron", "Islam et al. (2012)")))
    assert (found.reference, found.study_doi) == ("Islam et al. (2012)", "10.5555/ref.3")


def test_author_and_year_that_the_list_lacks() -> None:
    """The row is still about that work; only its ids are not known."""
    found = row(table(("Donor", "Recipient", "Study"), ("MSC", "Neuron", "Nobody et al., 1999")))
    assert (found.reference, found.study_doi, found.study_pmcid) == ("Nobody et al., 1999", "", "")


def test_reference_that_is_not_stated_is_not_the_review() -> None:
    found = row(table(("Donor", "Recipient", "Ref."), ("MSC", "Neuron", "NR")))
    assert (found.reference, found.study_pmcid) == ("", "")


def test_this_study_is_the_article() -> None:
    body = table(("Donor", "Recipient", "Ref."), ("MSC", "Neuron", "This study"), ("MSC", "Astrocyte", CITED))
    found = row(body, kind="research-article")  # the other row is another's finding
    assert (found.recipient_cell, found.reference, found.study_pmcid) == ("neuron", "Doe, 2024", "PMC999777")


def test_summary_table_of_a_primary_article_is_its_own_result() -> None:
    found = row(table(SECRETION, ("MSC", "Neuron", "Increased ATP production")), kind="research-article")
    assert (found.reference, found.study_pmcid, found.source) == ("Doe, 2024", "PMC999777", "table")


def test_cells_that_say_nothing_are_empty() -> None:
    found = row(table((*SECRETION, "Mechanism"), ("MSC", "NR", "n/a", "–")))
    assert (found.cell_type, found.recipient_cell, found.biological_effect, found.mechanism) == (
        "mesenchymal stem cell",
        "",
        "",
        "",
    )


def test_row_that_says_nothing_gives_none() -> None:
    assert len(rows(table(SECRETION, ("NR", "NR", "NR"), ("MSC", "Neuron", "NR")))) == 1


def test_null_effect() -> None:
    found = row(table(SECRETION, ("MSC", "Neuron", "No effect on ATP production; did not reduce apoptosis")))
    assert found.effect_ids == "outcome:atp_production:none; outcome:cell_death:none"


def test_forms_in_a_list() -> None:
    body = ("MSC", "microvesicles or multivesicular bodies containing mitochondria")
    found = row(table(("Donor", "Released form"), body))
    assert found.secreted_form == "microvesicle containing mitochondria; multivesicular body containing mitochondria"


def test_denied_mechanism_is_left_out() -> None:
    found = row(
        table(("Donor", "Recipient", "Mechanism"), ("MSC", "Neuron", "gap junctions, independent of tunneling nanotubes"))
    )
    assert found.mechanism == "gap junction"


def test_column_that_its_cells_explain() -> None:
    """No rule knows "By way of", and nearly all of its cells are forms of release: the second witness."""
    body = (("MSC", "Extracellular vesicles", "Increased ATP production"), ("Platelets", "Exosomes", "Reduced apoptosis"))
    found = rows(table(("Donor", "By way of", "Outcome"), *body))
    assert [r.secreted_form for r in found] == ["extracellular vesicle", "exosome"]
    assert all(float(r.confidence) < 0.9 for r in found)


def test_header_printed_again_is_no_row() -> None:
    """Tables of several pages repeat it."""
    body = (("MSC", "Neuron", "Increased ATP production"), SECRETION, ("Platelets", "Neutrophils", "Reduced apoptosis"))
    assert [r.cell_type for r in rows(table(SECRETION, *body))] == ["mesenchymal stem cell", "platelet"]


def test_tables_with_one_id_are_two_tables() -> None:
    """Ids of tables come twice in real articles: rows of the same number must not become one."""
    body = [table(SECRETION, (donor, "Neuron", "Increased ATP production")) for donor in ("MSC", "Platelets")]
    assert [r.cell_type for r in rows(*body)] == ["mesenchymal stem cell", "platelet"]


def test_trials() -> None:
    found = row(
        table(
            ("NCT number", "Condition", "Intervention", "Status (phase)", "Location", "Start date"),
            (
                "NCT99999001",
                "Stroke",
                "Autologous mitochondria, intra-arterial",
                "Recruiting (Phase I/II)",
                "Boston, USA",
                "2021-03",
            ),
            caption="Trials of mitochondrial transplantation",
        )
    )
    assert (found.nct_number, found.conditions, found.status, found.phase) == ("NCT99999001", "stroke", "Recruiting", "1/2")
    assert (found.location, found.start) == ("Boston, USA", "2021-03")


OTHER_TABLES = {
    "cells are given and no mitochondria": table(
        ("Cell type", "Route", "Outcome", "Ref."), ("MSC", "Intravenous", "Reduced infarct size", CITED), caption="MSC therapy"
    ),
    "cells are given for the sake of mitochondria": table(
        ("Model", "Treatment", "Route", "Outcome"),
        ("Stroke (rat)", "MSC", "Intravenous", "Improved mitochondrial function"),
        caption="MSC transplantation improves mitochondrial function",
    ),
    "mitochondrial genes by species": table(
        ("Gene", "Species", "Tissue", "Function"),
        ("MT-ND1", "Mouse", "Liver", "Respiration"),
        caption="Mitochondrial genes by species",
    ),
    "drugs for mitochondria": table(
        ("Drug", "Route", "Model", "Effects"),
        ("MitoQ", "Oral", "Sepsis (mouse)", "Reduced oxidative stress"),
        caption="Mitochondria-targeted antioxidants",
    ),
    "mitochondria within a cell": table(
        ("Cell type", "Mechanism", "Effect", "Ref."),
        ("Neuron", "Mitophagy", "Increased ATP production", CITED),
        caption="Mitochondrial dynamics",
    ),
    "primers": table(("Gene", "Forward", "Reverse"), ("MT-ND1", "ACGT", "TGCA"), caption="Primers of mitochondrial genes"),
    "a table without data rows": table(SECRETION),
}


@pytest.mark.parametrize("name", OTHER_TABLES)
def test_table_about_something_else_gives_nothing(name: str) -> None:
    assert rows(OTHER_TABLES[name], title="A study of something else") == []


def test_vague_table_gives_the_rows_that_are_on_topic() -> None:
    """Neither caption nor headers say that mitochondria pass between cells: each row must."""
    found = rows(
        table(
            ("Cell type", "Mechanism", "Effect", "Ref."),
            ("MSC", "Tunneling nanotubes", "Increased mitochondrial respiration", CITED),
            ("Neuron", "Mitophagy", "Reduced mitochondrial fission", CITED),
            caption="Studies",
        ),
        title="A study of something else",
    )
    assert [r.cell_type for r in found] == ["mesenchymal stem cell"]


def test_cells_of_other_shapes_do_not_break_a_table() -> None:
    """A row that is too short, one that is too long, an empty one, a cell of nested markup."""
    found = rows(
        table(
            SECRETION,
            ("MSC",),
            (),
            ("Platelets", "Neutrophils", "Reduced apoptosis", "and more", "and more"),
            ("<td><p>Astro<italic>cytes</italic></p></td>", "<td><list><list-item><p>Neurons</p></list-item></list></td>", "NR"),
        )
    )
    assert [(r.cell_type, r.recipient_cell) for r in found] == [("platelet", "neutrophil"), ("astrocyte", "neuron")]


def test_every_value_can_be_traced_to_its_cell() -> None:
    settings = tables_only()
    body = table((*SECRETION, "Mechanism"), ("MSC", "Neuron", "Increased ATP production", "Tunneling nanotubes"))
    annotated = annotate_article(article(body), load(settings.annotate))
    places = {event.kind: event.locator for event in annotated.events}
    assert places["secretion"].sentence == "MSC | Neuron | Increased ATP production | Tunneling nanotubes"
    assert places["secretion"].xpath.endswith("/tr[1]")
    assert places["effect"].sentence == "Increased ATP production"
    assert "/td[3]" in places["effect"].xpath and "/td[4]" in places["regulation"].xpath
    assert {locator.section for locator in places.values()} == {"Table 1"}


def test_names_are_looked_for_once_in_texts_that_stand_in_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of cells that each span a thousand columns: asked for each of these, a small file took half a minute."""
    resources = load(tables_only().annotate)
    asked: list[str] = []
    find_all = resources.everything.find_all

    def note(text: str, *given: Any, **named: Any) -> Any:
        asked.append(text)
        return find_all(text, *given, **named)

    monkeypatch.setattr(resources.everything, "find_all", note)
    wide = tuple(f'<td colspan="1000">{cell}</td>' for cell in ("MSC", "Neuron", "Increased ATP production"))
    annotate_article(article(table(SECRETION, wide, wide)), resources)
    assert sorted(asked) == sorted(set(asked)) != []
