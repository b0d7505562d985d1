"""The report shows every row with its evidence, runs nothing that came from an article, and is the same for the same tables."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import tracemalloc
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from pages import RUN, SENTENCE, Page, put, written

from mitotransfer.errors import InputError, OutputError
from mitotransfer.review import report as report_module
from mitotransfer.review.listing import Shown
from mitotransfer.review.loading import Run
from mitotransfer.review.report import write_report
from mitotransfer.rows import ArticleRow, SecretionRow, TransplantationRow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(written(tmp_path_factory.mktemp("run")))


def test_page_is_well_formed(page: Page) -> None:
    assert page.open == []  # every element was closed, in order


def test_nothing_of_an_article_becomes_markup(page: Page) -> None:
    assert len(page.found("script")) == 1
    assert page.found("img") == page.found("b") == []
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "<script>alert('x')</script>" in page.text  # shown, not lost


def test_links_lead_to_known_places_only(page: Page) -> None:
    links = {link["href"] for link in page.found("a") if not (link["href"] or "").startswith("#")}
    assert links == {
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC1",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC2",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC3",
        "https://doi.org/10.1000/a%3Cb",
        "https://clinicaltrials.gov/study/NCT02851758",
    }


def test_inner_links_have_targets(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    inner = {(link["href"] or "")[1:] for link in page.found("a") if (link["href"] or "").startswith("#")}
    labels = {attrs[name] for _, attrs in page.tags for name in ("aria-labelledby", "for") if name in attrs}
    assert inner | labels <= set(ids)


def test_policy_allows_the_page_its_own_style_and_script_and_nothing_else(page: Page) -> None:
    policy = next(meta["content"] for meta in page.found("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not any("style" in attrs or "src" in attrs for _, attrs in page.tags)  # the policy would block them


def test_tables_have_captions_and_scoped_headers(page: Page) -> None:
    assert len(page.found("caption")) == len(page.found("table"))
    assert {head.get("scope") for head in page.found("th")} == {"row", "col", "rowgroup"}


def test_headings_leave_no_level_out(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(page: Page) -> None:
    regions = [attrs for _, attrs in page.tags if attrs.get("class") == "scroll"]
    assert regions
    for attrs in regions:
        assert attrs.get("tabindex") == "0" and attrs.get("role") == "region"
        assert attrs.get("aria-label") or attrs.get("aria-labelledby")


def test_every_plot_has_a_caption_and_its_numbers_as_a_table(tmp_path: Path) -> None:
    html = written(tmp_path)
    plots = html.split('<div class="plots">', 1)[1].split("</div>\n<p", 1)[0].split("<h3")[1:]
    assert len(plots) >= 5
    for plot in plots:
        assert len(re.findall(r"<svg class=\"plot\"[^>]* aria-hidden=\"true\">", plot)) == 1
        assert re.search(r"<figcaption>\w[^<]+</figcaption>", plot)
        assert "<tbody>" in plot.split("<details>", 1)[1]


def test_counts_add_up(page: Page) -> None:
    assert "4 inputs = 2 with rows + 1 without evidence + 1 failed. Rows: 2 secretion and transfer" in page.text
    assert "without evidence no event found 1 failed not XML: line 3 1 all inputs 4" in page.text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("row-s1", ["Stated with doubt", "From a retracted article", "prose", "confidence 0.9"]),
        ("row-s2", ["Claimed absence", "Rejected by a reviewer"]),
        ("row-r1", []),
    ],
)
def test_polarity_doubt_review_and_retraction_are_said_in_words(tmp_path: Path, row: str, words: list[str]) -> None:
    body = written(tmp_path).split(f'id="{row}"', 1)[1].split("</tbody>", 1)[0]
    assert re.findall(r'<span class="tag ?\w*">(.*?)</span>', body) == words


def test_effects_have_signs_and_words(page: Page) -> None:
    assert "ATP ↑ : increase oxidative stress = : no effect" in page.text


def test_evidence_shows_sentence_place_rule_and_cue(page: Page) -> None:
    assert "Evidence: 1 passage for astrocyte" in page.text
    assert SENTENCE in page.text
    for part in ("Results > Transfer", "/article/body/sec[2]/p[1]", "by rule transfer-verb", "doubt: “may”", "donor: Astrocytes"):
        assert part in page.text


def test_trigger_and_roles_are_marked(tmp_path: Path) -> None:
    html = written(tmp_path)
    assert re.findall("<mark>(.*?)</mark>", html) == ["this", "transferred"]  # the legend; broken offsets mark nothing
    assert re.findall(r'<span class="role (\w+)" title="(.*?)">(.*?)</span>', html) == [
        ("giver", "donor", "Astrocytes"),
        ("taker", "recipient", "neurons"),
    ]


def test_lines_of_one_sentence_are_one_passage_with_all_readings(tmp_path: Path) -> None:
    line = RUN["evidence.csv"][0]
    other = dataclasses.replace(line, evidence_id="e3", event="effect", roles="target=mitochondria<>", start="", end="")
    page = Page(written(tmp_path, RUN | {"evidence.csv": [line, other]}))
    assert "Evidence: 1 passage for astrocyte" in page.text
    assert page.text.count("glia.") == 1
    assert "transfer by rule transfer-verb" in page.text and "effect by rule transfer-verb" in page.text


def test_lines_of_a_row_that_do_not_stand_together_are_all_shown_in_order(tmp_path: Path) -> None:
    """A sorted or decided table: evidence of other rows in between."""
    line = RUN["evidence.csv"][0]
    others = [
        dataclasses.replace(line, evidence_id=f"e{n}", locator=f"/p[{n}]", row_id="s2" if n % 2 else "s1") for n in range(4)
    ]
    html = written(tmp_path, RUN | {"evidence.csv": others})
    for row, places in (("s1", ["/p[0]", "/p[2]"]), ("s2", ["/p[1]", "/p[3]"])):
        body = html.split(f'id="row-{row}"', 1)[1].split("</tbody>", 1)[0]
        assert re.findall(r"<code>(.*?)</code>", body) == places
    assert "4 passages of evidence" in Page(html).text


def test_passages_are_counted_once_wherever_their_lines_stand(tmp_path: Path) -> None:
    line = RUN["evidence.csv"][0]
    lines = [dataclasses.replace(line, evidence_id=f"e{n}", sentence=f"Sentence {n % 3}.") for n in range(7)]
    assert "3 passages of evidence" in Page(written(tmp_path, RUN | {"evidence.csv": lines})).text


def test_what_the_page_does_not_show_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the rows and articles take no ten times the memory."""
    monkeypatch.setattr(report_module, "_MAX_ROWS", 20)

    def peak(count: int) -> int:
        rows = [SecretionRow(row_id=f"s{n}", source_id=f"PMC{n}", mechanism="CD38" * 50, confidence="0.5") for n in range(count)]
        lines = [dataclasses.replace(RUN["evidence.csv"][0], row_id=row.row_id, source_id=row.source_id) for row in rows]
        articles = [ArticleRow(id=row.source_id, status="rows", title="A title " * 20) for row in rows]
        put(tmp_path, RUN | {"table1_secretion.csv": rows, "evidence.csv": lines, "articles.csv": articles})
        run = Run(tmp_path)
        del rows, lines, articles
        tracemalloc.start()
        try:
            with TemporaryFile() as spare:
                report_module._context(run, Shown(run, 20, spare))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    small, large = peak(100), peak(1000)
    assert large - small < 900 * 1000  # a row with its evidence and article takes 6 kB in memory


def test_row_without_evidence_says_so(page: Page) -> None:
    assert "Evidence: 0 passages for MSC No line of evidence.csv names this row." in page.text


def test_problems_are_grouped_worst_first(page: Page) -> None:
    assert "not-xml error parse 1 1 article:" in page.text
    assert "bad-span warning parse 2 2 articles: cut" in page.text
    assert page.text.index("not-xml") < page.text.index("bad-span")


def test_same_tables_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path / "a") == written(tmp_path / "b")


def test_empty_run_is_a_page_too(tmp_path: Path) -> None:
    page = Page(written(tmp_path, {}))
    assert page.open == []
    assert "0 inputs = 0. Rows: 0 secretion" in page.text
    assert page.text.count("No rows.") == 6  # of three tables, printed and row by row
    assert "None were met." in page.text
    assert page.found("svg") == []


def test_long_tables_are_cut_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "_MAX_ROWS", 2)
    monkeypatch.setattr(report_module, "_MAX_LINES", 1)
    rows = [TransplantationRow(row_id=f"t{n}") for n in range(3)]
    page = Page(written(tmp_path, RUN | {"table2_transplantation.csv": rows}))
    assert "3 rows; the first 2 are shown, table2_transplantation.csv holds all" in page.text
    assert "1 more in problems.csv" in page.text


def test_of_too_many_articles_those_that_gave_rows_or_failed_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "_MAX_ROWS", 3)
    page = Page(written(tmp_path))
    assert "3 of 4 inputs" in page.text and "articles.csv holds all" in page.text
    assert "failed: not XML: line 3" in page.text and "without evidence: no event found" not in page.text


@pytest.mark.parametrize("nested", [True, False])
def test_scores_are_shown_when_metrics_hold_them(tmp_path: Path, nested: bool) -> None:
    score = {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "gold": 8, "predicted": 4}
    table = {"rows": score, "fields": {}, "fields_micro": score, "polarity_accuracy": None}
    scores = {"documents": 2, "rows_micro": score, "fields_micro": score, "tables": {"trials": table}}
    name = "metrics.json" if nested else "quality.json"
    (tmp_path / name).write_text(json.dumps({"evaluate": scores, "parse": {"seconds": 1.5}} if nested else scores))
    text = Page(written(tmp_path)).text
    assert "against 8 gold rows of 2 documents" in text
    assert "Clinical trials: rows 0.500 0.250 0.333" in text
    assert "Not shown for want of data" in text and "the run has not been scored" in text  # for calibration


def test_reliability_is_drawn_when_scores_hold_it(tmp_path: Path) -> None:
    score = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 8, "predicted": 4}
    bins = {"0.8-1.0": {"values": 12, "confidence": 0.9, "right": 0.75}}
    scores = {"documents": 2, "rows_micro": score, "fields_micro": score, "tables": {}}
    scores |= {"reliability": {"bins": bins, "brier": 0.0625, "gap": 0.15}}
    (tmp_path / "quality.json").write_text(json.dumps(scores))
    page = Page(written(tmp_path))
    assert "on 2 documents with gold rows (12 values; Brier score 0.062, mean gap 0.150)" in page.text
    assert "0.8-1.0 0.900 0.750 12" in page.text
    assert len(page.found("circle")) == 1


def test_timings_in_the_metrics_do_not_change_the_page(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps({"parse": {"seconds": 1.5}}))
    assert written(tmp_path) == written(tmp_path / "without")


def test_missing_or_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"table1_secretion\.csv: cannot be read"):
        write_report(tmp_path)
    put(tmp_path)
    (tmp_path / "provenance.json").write_text('{"program": 1}')
    with pytest.raises(InputError, match=r"provenance\.json: not the provenance of a run"):
        write_report(tmp_path)
    (tmp_path / "provenance.json").unlink()
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(InputError, match=r"metrics\.json: not JSON"):
        write_report(tmp_path)
    (tmp_path / "problems.csv").write_text("code\nx\n")
    with pytest.raises(InputError, match=r"problems\.csv: missing columns: message"):
        write_report(tmp_path)


def test_run_without_provenance_says_so(page: Page) -> None:
    """Outputs of an earlier version, or of single stages."""
    assert "there is no provenance.json beside them" in page.text


@pytest.mark.parametrize(
    ("status", "tags"),
    [("accepted", ["Accepted by a reviewer"]), ("edited", ["Edited by a reviewer"]), ("conflict", ["Reviewers disagree"])],
)
def test_decisions_are_shown_and_counted(tmp_path: Path, status: str, tags: list[str]) -> None:
    rows = [SecretionRow(row_id="s1", cell_type="astrocyte", source_id="PMC2", review_status=status)]
    html = written(tmp_path, RUN | {"table1_secretion.csv": rows})
    body = html.split('id="row-s1"', 1)[1].split("</tbody>", 1)[0]
    assert re.findall(r'<span class="tag ?\w*">(.*?)</span>', body) == tags
    counts = "0 1" if status == "conflict" else "1 0"
    reviewed, disputed = counts.split()
    assert f"Secretion and transfer 1 1 0 0 {reviewed} 0 {disputed}" in Page(html).text


def test_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match=r"report\.html: cannot be written"):
        write_report(tmp_path)
