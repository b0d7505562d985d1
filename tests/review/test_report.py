"""The report shows every row with its evidence, runs nothing that came from an article, and is the same for the same tables."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mitotransfer.errors import InputError, OutputError
from mitotransfer.files import table_lines, write_whole
from mitotransfer.review import report as report_module
from mitotransfer.review.report import write_report
from mitotransfer.rows import FILES, ArticleRow, EvidenceRow, ProblemRow, SecretionRow, TransplantationRow, TrialRow, header

ATTACK = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
SENTENCE = "Astrocytes transferred <b>mitochondria</b> to neurons & glia."

RUN: dict[str, list[Any]] = {
    "table1_secretion.csv": [
        SecretionRow(
            row_id="s1",
            cell_type="astrocyte",
            mechanism="tunneling nanotube; CD38",
            recipient_cell="neuron; microglia",
            biological_effect="↑ ATP; = oxidative stress",
            negated="false",
            hedged="true",
            confidence="0.9",
            source="prose",
            source_id="PMC1",
            study_doi="10.1000/a<b",
            review_status="proposed",
        ),
        SecretionRow(row_id="s2", cell_type="MSC", mechanism="CD38", negated="true", source_id="PMC2", review_status="rejected"),
    ],
    "table2_transplantation.csv": [],
    "table3_trials.csv": [TrialRow(row_id="r1", nct_number="NCT02851758", source_id="file.xml", conditions=ATTACK)],
    "evidence.csv": [
        EvidenceRow(
            evidence_id="e1",
            row_id="s1",
            source_id="PMC1",
            section="Results > Transfer",
            locator="/article/body/sec[2]/p[1]",
            sentence=SENTENCE,
            start="11",
            end="22",
            event="transfer",
            rule_id="transfer-verb",
            negated="false",
            hedged="true",
            hedge_cue="may",
            confidence="0.9",
        ),
        EvidenceRow(evidence_id="e2", row_id="r1", source_id="javascript:alert(1)", sentence=ATTACK, start="0", end="9999"),
    ],
    "articles.csv": [
        ArticleRow(id="PMC1", title=ATTACK, status="rows", retracted="true"),
        ArticleRow(id="PMC2", status="rows", retracted="false"),
        ArticleRow(id="PMC3", status="no_evidence", reason="no event found"),
        ArticleRow(id="broken.xml", status="failed", reason="not XML: line 3"),
    ],
    "problems.csv": [
        ProblemRow("PMC1", "parse", "warning", "bad-span", "/article/x", "cut"),
        ProblemRow("PMC2", "parse", "warning", "bad-span", "", "cut"),
        ProblemRow("broken.xml", "parse", "error", "not-xml", ATTACK, ATTACK),
    ],
}


def written(folder: Path, run: dict[str, list[Any]] = RUN) -> str:
    tables = {
        folder / name: table_lines(columns, [[getattr(row, column) for column in columns] for row in run.get(name, [])])
        for name, columns in ((name, header(row_class)) for name, row_class in FILES.items())
    }
    write_whole(tables)
    path = write_report(folder)
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


class Page(HTMLParser):
    """The page as a browser sees it: tags with attributes, and the text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.raw: dict[str, str] = {}
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "rect", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.raw[self.open[-1]] = data
        else:
            self.words.append(data)

    def found(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


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
    assert {head.get("scope") for head in page.found("th")} == {"row", "col"}


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
    assert "↑ increase: ATP = no effect: oxidative stress" in page.text


def test_evidence_shows_sentence_place_rule_and_cue(page: Page) -> None:
    assert "Evidence: 1 passage for astrocyte" in page.text
    assert SENTENCE in page.text
    for part in ("Results > Transfer", "/article/body/sec[2]/p[1]", "by rule transfer-verb", "doubt: “may”"):
        assert part in page.text


def test_trigger_is_marked(tmp_path: Path) -> None:
    assert re.findall("<mark>(.*?)</mark>", written(tmp_path)) == ["transferred"]  # broken offsets mark nothing


def test_row_without_evidence_says_so(page: Page) -> None:
    assert "Evidence: 0 passages for MSC No line of evidence.csv names this row." in page.text


def test_charts_leave_out_absences_and_rejected_rows(page: Page) -> None:
    assert "Mechanism Rows Bar CD38 1 tunneling nanotube 1" in page.text
    assert "astrocyte → microglia 1 astrocyte → neuron 1" in page.text


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
    assert page.text.count("No rows.") == 3
    assert "None were met." in page.text


def test_long_tables_are_cut_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_module, "_MAX_ROWS", 2)
    monkeypatch.setattr(report_module, "_MAX_LINES", 1)
    rows = [TransplantationRow(row_id=f"t{n}") for n in range(3)]
    page = Page(written(tmp_path, RUN | {"table2_transplantation.csv": rows}))
    assert "3 rows; the first 2 are shown, table2_transplantation.csv holds all" in page.text
    assert "1 more in problems.csv" in page.text


@pytest.mark.parametrize("nested", [True, False])
def test_scores_are_shown_when_metrics_hold_them(tmp_path: Path, nested: bool) -> None:
    score = {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "gold": 8, "predicted": 4}
    table = {"rows": score, "fields": {}, "fields_micro": score, "polarity_accuracy": None}
    scores = {"documents": 2, "rows_micro": score, "fields_micro": score, "tables": {"trials": table}}
    (tmp_path / "metrics.json").write_text(json.dumps({"evaluate": scores, "parse": {"seconds": 1.5}} if nested else scores))
    text = Page(written(tmp_path)).text
    assert "against 8 gold rows of 2 documents" in text
    assert "Clinical trials: rows 0.500 0.250 0.333" in text


def test_timings_in_the_metrics_do_not_change_the_page(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps({"parse": {"seconds": 1.5}}))
    assert written(tmp_path) == written(tmp_path / "without")


def test_missing_or_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"table1_secretion\.csv: cannot be read"):
        write_report(tmp_path)
    written(tmp_path)
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(InputError, match=r"metrics\.json: not JSON"):
        write_report(tmp_path)
    (tmp_path / "problems.csv").write_text("code\nx\n")
    with pytest.raises(InputError, match=r"problems\.csv: missing columns: message"):
        write_report(tmp_path)


def test_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OutputError, match=r"report\.html: cannot be written"):
        write_report(tmp_path)
