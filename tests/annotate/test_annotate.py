"""Annotation as a whole: what it passes over, and what it tells beside the events."""

from __future__ import annotations

import pytest

from mitotransfer.annotate import Resources, annotate_article, load
from mitotransfer.document import Article, Cell
from mitotransfer.parse import parse_document, parse_documents
from mitotransfer.settings import load as load_settings
from small import jats, table, tables_only


@pytest.fixture(scope="module")
def resources() -> Resources:
    return load(load_settings().annotate)


NAMED = (
    "Islam et al. reported that BMSCs donate mitochondria to alveolar epithelial cells. "
    "Babenko et al. found that MSCs transfer mitochondria to neurons through tunneling nanotubes."
)


def text(content: str) -> Article:
    return parse_documents(content.encode(), "passage.txt")[0]


def test_article_without_a_word_on_mitochondria_is_passed_over(resources: Resources) -> None:
    done = annotate_article(text("Astrocytes released ATP to neurons. Cells were counted."), resources)
    assert done.events == () and done.reason == "no mention of mitochondria"


def test_study_known_by_name_only_is_told(resources: Resources) -> None:
    # plain text has no reference list: the row can be followed by the printed name only
    done = annotate_article(text(NAMED), resources)
    assert {event.study.reference for event in done.events} == {"Islam et al.", "Babenko et al."}
    assert [(p.code, p.severity) for p in done.problems] == [("study-without-id", "note")] * 2


def test_vendor_names_inside_a_sentence_are_no_names(resources: Resources) -> None:
    # web copies of articles carry advertisements between words
    spoiled = NAMED.replace("to neurons", "to Serpin B7 Proteins site neurons")
    roles = [role for event in annotate_article(text(spoiled), resources).events for role in event.roles]
    assert roles and not any("serpin" in role.surface.lower() or "site" in role.surface.lower() for role in roles)


def test_every_role_has_a_name_to_show(resources: Resources) -> None:
    roles = [role for event in annotate_article(text(NAMED), resources).events for role in event.roles]
    assert {"bone marrow mesenchymal stem cell", "neuron"} <= {role.label for role in roles}
    assert all(role.label for role in roles)


def test_a_cell_across_a_thousand_columns_is_read_once_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was read at each place it covers: a long text there took all memory, and 150 KB of article many gigabytes."""
    wide = "<td colspan='1000' rowspan='9'>Long <p>words</p> of a cell</td>"
    rows = [("MSC", "Neuron", "mitochondria ATP ↑", wide), *[("MSC", "Neuron", "ROS ↓")] * 8]
    data = jats(table(("Donor cells", "Recipient", "Outcome"), *rows, caption="Cells"), title="Cells")
    article = parse_document(data.encode(), "a.xml")
    assert article.tables[0].n_columns == 1003
    read = []
    plain = Cell.text.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(Cell, "text", property(lambda cell: read.append(cell) or plain(cell)))
    annotate_article(article, load(tables_only().annotate))
    assert 0 < sum(cell.colspan == 1000 for cell in read) < 3 * 1003  # as witness of each column, and a few times a row
