"""Which of the names that a corpus marks as cells are those of cell lines."""

from __future__ import annotations

import pytest

from mitotransfer.models.cell_lines import finder, is_line, mark_lines
from mitotransfer.models.corpora import Gold, Span
from mitotransfer.models.gazetteer import vocabulary_names
from mitotransfer.settings import config_root

KNOWN = finder(name for name, _ in vocabulary_names(config_root() / "vocabulary", {"cell_line": ""}))


@pytest.mark.parametrize(
    "name",
    [
        "HeLa", "HeLa cells", "PC-3 cells", "PC-3", "HT-29", "U87MG", "U87 MG cells", "MCF-7", "A549", "T24", "3T3",
        "breast cancer cell line MDA-MB-435", "human glioma cell lines", "hepatoma cell-line", "HCT116 tumour cells",
    ],
)  # fmt: skip
def test_a_name_that_says_so_is_listed_or_is_a_code_is_a_line(name: str) -> None:
    assert is_line(name, KNOWN)


@pytest.mark.parametrize(
    "name",
    [
        "CD4+ T cells", "CD34", "CD8(+) T-cells", "Th17 cells", "Th1", "Gr1+ cells", "endothelial cells", "neurons", "Cell lines",
        "cell line", "tumor cells", "T cells", "B-cell", "myeloid-derived suppressor cells", "GFAP-positive astrocytes",
    ],
)  # fmt: skip
def test_types_markers_and_bare_words_are_no_lines(name: str) -> None:
    assert not is_line(name, KNOWN)


def test_a_listed_name_counts_only_as_a_whole_word() -> None:
    known = finder(["HeLa", "HeLa S3"])
    assert is_line("HeLa", known)
    assert not is_line("HeLas", known)
    assert not is_line("HeLa", None)


def test_without_listed_names_nothing_is_found() -> None:
    assert not is_line("CD4+ T cells", finder([]))


def test_only_names_marked_as_cells_are_relabelled() -> None:
    text = "PC-3 near neurons, and PC-3"
    spans = [Span(0, 4, "Cell"), Span(10, 17, "Cell"), Span(23, 27, "Gene_or_gene_product")]
    gold = Gold("1", text, [], spans)
    assert [span.label for span in mark_lines(gold, KNOWN).spans] == ["Cell_line", "Cell", "Gene_or_gene_product"]
    assert [span.label for span in gold.spans] == ["Cell", "Cell", "Gene_or_gene_product"]  # the record itself is untouched
