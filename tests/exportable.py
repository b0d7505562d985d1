"""A made-up run with everything that is hard to hand on: odd characters, formulas, text that may not leave, sentences gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mitotransfer.document import Article, Cell, Head, Passage, Table
from mitotransfer.rows import ArticleRow, EvidenceRow, ProblemRow, SecretionRow, TransplantationRow, TrialRow
from mitotransfer.store import Shards
from tabled import write_tables

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
PARAGRAPH = "/article/body[1]/p[1]"
TABLE_ROW = "/article/body[1]/table-wrap[1]/table[1]/tbody[1]/tr[1]"
SENTENCE = "\N{DNA DOUBLE HELIX} Rat astrocytes released mitochondria\N{MATHEMATICAL BOLD SMALL A}."
WHOLE_ROW = "Astrocyte | Neuron / glia"
GONE = "This sentence was in an earlier version."


def evidence(evidence_id: str, row_id: str, **given: str) -> EvidenceRow:
    values = {"source_id": "PMC1", "locator": PARAGRAPH, "section": "Results", "event": "secretion", "rule_id": "prose:releases"}
    values |= {"negated": "false", "hedged": "false", "confidence": "0.90"}
    return EvidenceRow(evidence_id, row_id, **values | given)


def released(evidence_id: str, row_id: str, **given: str) -> EvidenceRow:
    """The sentence of the paragraph: donor and trigger stand in it, the recipient does not."""
    start = SENTENCE.index("released")
    roles = "donor=astrocytes<cell:astrocyte>; recipient=neurons<cell:neuron>"
    place = {"sentence": SENTENCE, "start": str(start), "end": str(start + len("released")), "trigger": "released"}
    return evidence(evidence_id, row_id, **place | {"roles": roles} | given)


def secretion(row_id: str, **given: str) -> SecretionRow:
    values = {"source": "prose", "source_id": "PMC1", "review_status": "proposed", "retracted": "false"}
    values |= {"negated": "false", "hedged": "false", "confidence": "0.90"}
    return SecretionRow(row_id, **values | given)


def files() -> dict[str, list[Any]]:
    """All tables; every kind of trouble has a line."""
    row_line = evidence(
        "e2", "r1", locator=TABLE_ROW, sentence=WHOLE_ROW, start="0", end=str(len(WHOLE_ROW)), rule_id="table:donor+recipient"
    )
    row_line.roles, row_line.hedged, row_line.hedge_cue = "donor=Astrocyte<cell:astrocyte>", "true", "may"
    return {
        "table1_secretion.csv": [
            secretion(
                "r1",
                cell_type="astrocyte; =cmd|'x'!A1",
                cell_type_ids="cell:astrocyte; -",
                recipient_cell='neuron, "pyramidal"\nlayer|5',
                recipient_cell_ids="cell:neuron",
                biological_effect="ATP production ↑; infarct size ↓; \N{DNA DOUBLE HELIX} repair =",
                effect_ids="outcome:atp_production:increase; outcome:infarct_size:decrease; outcome:-:none",
                reference="Muster & Söhne_β, 2024",
                study_doi="10.5555/Ab.1",
                evidence_ids="e1; e2; e3",
            ),
            secretion("r2", cell_type="astrocyte", reference="Muster & Söhne_β, 2024", study_doi="10.5555/ab.1", negated="true"),
            secretion("r3", cell_type="Zelle", review_status="rejected", evidence_ids="e1", reference="Nobody, 1999"),
            secretion("r4", reference="Beispiel, 2020", study_pmid="77", hedged="true", evidence_ids="e6", source_id="PMC2"),
        ],
        "table2_transplantation.csv": [
            TransplantationRow(
                "t1", tissue="heart", dose="1 × 10⁷", source_id="PMC1", review_status="proposed", retracted="false"
            )
        ],
        "table3_trials.csv": [
            TrialRow(
                "c1",
                conditions="stroke",
                start="~2024-05",
                nct_number="NCT00000001",
                source="registry",
                source_id="NCT00000001",
                evidence_ids="e5",
                review_status="proposed",
                retracted="false",
            )
        ],
        "evidence.csv": [
            released("e1", "r1"),
            released("e1", "r3", decision="reject", reviewer="AB"),
            row_line,
            evidence("e3", "r1", sentence=GONE, start="0", end="4", negated="true", negation_cue="no"),
            evidence(
                "e4",
                "t1",
                sentence="Caf\N{LATIN SMALL LETTER E WITH ACUTE} nanotubes",
                start="5",
                end="14",
                locator="/article/p[9]",
            ),
            evidence("e5", "c1", source_id="NCT00000001", locator="", sentence="Stroke | mitochondria", start="0", end="21"),
            released("e6", "r4", source_id="PMC2"),
        ],
        "articles.csv": [
            ArticleRow("PMC1", doi="10.5555/ab.1", title="One", licence=CC_BY, retracted="false", status="rows", n_rows="4"),
            ArticleRow("PMC2", title="Two", licence="", retracted="false", status="rows", n_rows="1"),
            ArticleRow("PMC3", title="Three", licence=CC_BY, retracted="false", status="no_evidence", n_rows="0"),
        ],
        "problems.csv": [ProblemRow("PMC1", "parse", "note", "graphic-only-table", "/article", "=1+1")],
    }


def article(source: str = "PMC1") -> Article:
    """The parsed article: control characters stand in its text, the table is the last."""
    text = f"\x85Before it.\x0b {SENTENCE} After it."
    cells = tuple(
        Cell(0, n, 1, 1, header=False, paragraphs=(Passage(f"p{4 + n}", "cell", "body", words, f"{TABLE_ROW}/td[{n + 1}]"),))
        for n, words in enumerate(["Astrocyte", "Neuron", "glia"])
    )
    passages = (
        Passage("p1", "title", "front", "On \N{DNA DOUBLE HELIX}", "/article/front[1]/title[1]"),
        Passage("p2", "paragraph", "body", text, PARAGRAPH, ("Results", "Release")),
        Passage("p3", "paragraph", "body", "  ", "/article/body[1]/p[2]"),
        Passage("p9", "paragraph", "body", "The end.", "/article/body[1]/p[3]"),
    )
    return Article(Head(source), passages=passages, tables=(Table("t", "Table 1", "table", 1, 3, 0, cells=cells),))


def write(out: Path, *, tables: dict[str, list[Any]] | None = None, parsed: bool = True) -> Path:
    """The run in `out`, with or without its work directory."""
    write_tables(out, files() if tables is None else tables)
    if parsed:
        shards = Shards(out / "work" / "parsed")
        for source in ("PMC1", "PMC2"):
            shards.write(source, "key", "done", msgspec.json.encode([article(source)]))
        shards.close(["PMC1", "PMC2"])
    return out
