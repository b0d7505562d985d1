"""A made-up run, its report, and the report as a browser sees it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mitotransfer.files import table_lines, write_whole
from mitotransfer.review import write_report
from mitotransfer.rows import FILES, ArticleRow, EvidenceRow, ProblemRow, SecretionRow, TrialRow, header

ATTACK = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
SENTENCE = "Astrocytes transferred <b>mitochondria</b> to neurons & glia."

Tables = dict[str, list[Any]]

RUN: Tables = {
    "table1_secretion.csv": [
        SecretionRow(
            row_id="s1",
            cell_type="astrocyte",
            mechanism="tunneling nanotube; CD38",
            recipient_cell="neuron; microglia",
            biological_effect="ATP ↑; oxidative stress =",
            reference="Doe et al., 2019",
            cell_type_ids="cell:astrocyte",
            effect_ids="outcome:atp:increase; outcome:-:none",
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
            roles="donor=Astrocytes<cell:astrocyte>; recipient=neurons<cell:neuron>",
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


def put(folder: Path, run: Tables = RUN) -> None:
    """Writes the tables of a run."""
    write_whole(
        {
            folder / name: table_lines(columns, [[getattr(row, column) for column in columns] for row in run.get(name, [])])
            for name, columns in ((name, header(row_class)) for name, row_class in FILES.items())
        }
    )


def written(folder: Path, run: Tables = RUN) -> str:
    """The report of a run."""
    put(folder, run)
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
        if tag not in ("meta", "input", "img", "br"):
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
