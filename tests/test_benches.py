"""The benchmarks count what they say they count: tables place by place, words, articles under new ids."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import bench_peers
from bench import Expected, Line, others, quality, table, table_right, tables_right, words
from bench_scale import repeated
from mitotransfer.parse import parse_document
from plain_grids import expected_grid

XML = (
    "<table><thead><tr><th rowspan='2'>cell</th><th colspan='2'>dose</th></tr><tr><th>low</th><th>high</th></tr></thead>"
    "<tbody><tr><td>MSC<sup>a</sup></td><td>0.50 <xref ref-type='bibr'>[3]</xref></td><td/></tr></tbody></table>"
)
RIGHT = [["cell", "dose", "dose"], ["cell", "low", "high"], ["MSCa", "0.50", ""]]


@pytest.fixture
def grids() -> Any:
    table = etree.fromstring(XML)
    return expected_grid(table), expected_grid(table, cited=True)


def test_a_table_is_right_with_and_without_its_citations_and_marks(grids: Any) -> None:
    assert table_right(RIGHT, grids)
    assert table_right([*RIGHT[:2], ["MSC^a^", "0.50 [3]", ""]], grids)


@pytest.mark.parametrize(
    "rows",
    [
        [["cell", "dose", ""], *RIGHT[1:]],  # the span is not expanded
        [*RIGHT[:2], ["MSCa", "0.5", ""]],  # a number rewritten
        RIGHT[:2],  # a row lost
        [*RIGHT, ["more", "", ""]],
        [*RIGHT[:2], ["MSCa", "", "0.50"]],
    ],
)
def test_a_table_with_a_cell_elsewhere_is_wrong(rows: list[list[str]], grids: Any) -> None:
    assert not table_right(rows, grids)


def test_one_table_read_does_not_count_for_two(grids: Any) -> None:
    assert tables_right([RIGHT], [grids, grids]) == 1


def test_words_said_twice_or_elsewhere_are_not_kept_twice(grids: Any) -> None:
    wanted = {"a.xml": Expected(words(["Mitochondria reached the cells"]), words(["Mitochondria reached"]), [grids])}
    found = quality([("a.xml", "mitochondria mitochondria cells 5 x", [])], wanted)
    assert found == {"kept": "50.0%", "plain": "50.0%", "tables": "0 of 1"}


def test_the_multiple_is_the_median_of_rounds_and_what_is_missing_is_told() -> None:
    line = Line("ours", 10, [4.0, 9.0, 5.0], [1.0, 3.0, 1.0], "100.0%", "99.0%", "2 of 2")
    lines = list(table([line], {"other 1.0": "does not install: no wheel"}, "ten files"))
    assert lines[-3] == "| ours | 10 | 5.00 | 500.0 | 4.0 (3) | 100.0% | 99.0% | 2 of 2 |"
    assert lines[-1] == "Not measured: other 1.0: does not install: no wheel."


def test_every_other_program_is_pinned_and_has_an_adapter_or_a_reason() -> None:
    found = list(others())
    assert all("==" in requirement for _, requirement, _ in found)
    assert {label for label, _, reason in found if not reason} == bench_peers.ADAPTERS.keys()


def test_rounds_end_with_the_budget(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<article/>")
    kept: list[Any] = []
    work = {"bare": bench_peers.bare, "names": lambda files: [file.name for file in files]}
    spent = bench_peers.measure(work, [[path], [path]], 5, 0.0, lambda read, files: kept.append((read, files)))
    assert {label: len(rounds) for label, rounds in spent.items()} == {"bare": 1, "names": 1}
    assert kept == [(["a.xml"], [path])] * 2


def test_names_that_pandas_makes_up_for_columns_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        'Unnamed: 0_level_0,dose,dose.1\nUnnamed: 0_level_1,low,high\nMSC,1,"2,5"\n', encoding="utf-8"
    )
    info = tmp_path / "table_000_info.json"
    info.write_text(json.dumps({"table_data_file": "t.csv", "n_header_rows": 2}), encoding="utf-8")
    assert bench_peers.pandas_grid(info) == [["", "dose", "dose"], ["", "low", "high"], ["MSC", "1", "2,5"]]


def test_text_within_sections_is_read_once() -> None:
    tree = [{"title": "Results", "sections": [{"text": "They moved.", "inline": [{"text": "They"}], "source": {"text": "x"}}]}]
    assert list(bench_peers.texts_of(tree)) == ["Results", "They moved."]


def test_articles_come_again_under_ids_of_their_own_and_by_their_share() -> None:
    def made(title: str) -> bytes:
        ids = '<article-id pub-id-type="doi">10.1/x</article-id><article-id pub-id-type="pmid">1</article-id>'
        meta = f"<article-meta>{ids}<title-group><article-title>{title}</article-title></title-group></article-meta>"
        return f"<article><front>{meta}</front><body><p>Text.</p></body></article>".encode()

    found = [parse_document(data, name).head for name, data in islice(repeated([made("no")], [made("yes")], 0.25), 8)]
    assert [head.pmcid for head in found] == [f"PMC{90_000_000 + number}" for number in range(8)]
    assert [head.title for head in found] == ["no", "no", "no", "yes"] * 2
    assert not any(head.doi or head.pmid for head in found)
