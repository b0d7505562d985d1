"""Made-up tables for tests of the review page, and a server that shows them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import waitress
from flask.testing import FlaskClient

from mitotransfer.decisions import Desk
from mitotransfer.review.curation.app import Room, create_app
from mitotransfer.review.curation.gate import Gate
from mitotransfer.rows import FILES, ArticleRow, EvidenceRow, SecretionRow, TransplantationRow, TrialRow
from mitotransfer.settings import config_root
from mitotransfer.terms import Terms, read_terms
from tabled import write_tables

VOCABULARY = config_root() / "vocabulary"
ATTACK = '<script>alert(1)</script> astrocytes "passed" mitochondria to neurons <img src=x onerror=alert(2)> & glia.'
FORMULA = '=HYPERLINK("http://bad.example","x")'


def row_id(number: int) -> str:
    return f"r{number:015x}"


def line_id(number: int) -> str:
    return f"e{number:015x}"


def secretion(number: int, **values: str) -> SecretionRow:
    settled: dict[str, Any] = {
        "row_id": row_id(number),
        "cell_type": "astrocyte",
        "cell_type_ids": "cell:astrocyte",
        "recipient_cell": "neuron",
        "recipient_cell_ids": "cell:neuron",
        "reference": f"Doe et al., {2000 + number}",
        "negated": "false",
        "hedged": "false",
        "confidence": "0.80",
        "source": "prose",
        "source_id": "PMC999001",
        "review_status": "proposed",
        "retracted": "false",
    }
    return SecretionRow(**(settled | values))


def line(number: int, row: int, sentence: str, **values: str) -> EvidenceRow:
    trigger = "passed" if "passed" in sentence else ""
    start = sentence.find(trigger) if trigger else 0
    settled = {
        "evidence_id": line_id(number),
        "row_id": row_id(row),
        "source_id": "PMC999001",
        "section": "Results > Transfer",
        "locator": "/article/body[1]/sec[1]/p[1]",
        "sentence": sentence,
        "start": str(start),
        "end": str(start + len(trigger)),
        "event": "transfer",
        "roles": "donor=astrocytes<cell:astrocyte>; recipient=neurons<cell:neuron>",
        "rule_id": "prose:transfer_active",
        "trigger": trigger,
        "negated": "false",
        "hedged": "false",
        "confidence": "0.80",
    }
    return EvidenceRow(**(settled | values))


def tables() -> dict[str, list[Any]]:
    """Five rows of three tables, two articles."""
    mechanism = {"mechanism": "tunneling nanotube; CD38", "mechanism_ids": "mechanism:tunneling_nanotube; mechanism:cd38"}
    effects = {
        "biological_effect": "ATP production ↑; dance ↓",
        "effect_ids": "outcome:atp_production:increase; outcome:-:decrease",
    }
    return {
        "table1_secretion.csv": [
            secretion(1, **mechanism, **effects),
            secretion(
                2,
                negated="true",
                hedged="true",
                confidence="0.40",
                recipient_cell="microglia",
                recipient_cell_ids="cell:microglia",
            ),
            secretion(3, cell_type=FORMULA, cell_type_ids="-", source_id="PMC999002"),
        ],
        "table2_transplantation.csv": [
            TransplantationRow(
                row_id=row_id(4),
                tissue="heart",
                tissue_ids="tissue:heart",
                reference="Roe, 2020",
                negated="false",
                hedged="false",
                confidence="0.90",
                source="table",
                source_id="PMC999002",
                study_doi="10.5555/roe.2020",
                review_status="proposed",
                retracted="false",
            )
        ],
        "table3_trials.csv": [
            TrialRow(
                row_id=row_id(5),
                conditions="stroke",
                condition_ids="disease:stroke",
                nct_number="NCT01234567",
                status="Recruiting",
                source="registry",
                source_id="NCT01234567",
                review_status="proposed",
                retracted="false",
            )
        ],
        "evidence.csv": [
            line(
                1,
                1,
                "Rat astrocytes passed mitochondria to neurons.",
                roles="donor=astrocytes<cell:astrocyte>; recipient=neurons<cell:neuron>",
            ),
            line(
                2,
                1,
                "This went through nanotubes.",
                roles="mechanism=nanotubes<mechanism:tunneling_nanotube>",
                rule_id="prose:mechanism",
            ),
            line(3, 1, "CD38 raised ATP.", roles="mechanism=CD38<mechanism:cd38>; effect=ATP<outcome:atp_production:increase>"),
            line(
                4,
                2,
                "Astrocytes may not have passed any to microglia.",
                negated="true",
                negation_cue="not",
                hedged="true",
                hedge_cue="may",
                roles="donor=Astrocytes<cell:astrocyte>; recipient=microglia<cell:microglia>",
            ),
            line(5, 3, ATTACK, source_id="PMC999002"),
            line(
                6,
                4,
                "Hearts were given mitochondria.",
                roles="tissue=Hearts<tissue:heart>",
                event="transplantation",
                rule_id="table:header",
                source_id="PMC999002",
            ),
        ],
        "articles.csv": [
            ArticleRow(id=name, title=f"Title of {name}", status="rows", n_rows="3") for name in ("PMC999001", "PMC999002")
        ],
        "problems.csv": [],
    }


def written(out: Path, files: dict[str, list[Any]] | None = None) -> Path:
    """An output directory with these tables."""
    out.mkdir(parents=True, exist_ok=True)
    write_tables(out, {name: [] for name in FILES} | (files or tables()))
    return out


def terms() -> Terms:
    return read_terms(VOCABULARY)


def desk(out: Path, reviewer: str = "ada") -> Desk:
    return Desk(out, VOCABULARY, None, reviewer)


def nothing() -> list[str]:
    """Applies nothing."""
    return ["nothing was applied"]


class Visitor:
    """A browser that was let in, as Flask's test client."""

    def __init__(self, out: Path, reviewer: str = "ada", apply: Callable[[], list[str]] = nothing) -> None:
        self.room = Room(desk(out, reviewer), terms(), apply)
        self.gate = Gate(8765)
        self.client: FlaskClient = create_app(self.room, self.gate).test_client()
        self.base = self.gate.origin
        self.headers = {"Host": "127.0.0.1:8765", "Origin": self.base}

    def enter(self) -> Visitor:
        answer = self.client.get(self.gate.invitation().removeprefix(self.base), base_url=self.base)
        assert answer.status_code == 303
        return self

    def get(self, path: str, **parameters: str) -> Any:
        answer = self.client.get(f"/api/{path}", query_string=parameters, base_url=self.base)
        return answer.status_code, json.loads(answer.data)

    def post(self, path: str, **content: str) -> Any:
        answer = self.client.post(f"/api/{path}", json=content, base_url=self.base, headers={"Origin": self.base})
        return answer.status_code, json.loads(answer.data)

    def row(self, number: int) -> Any:
        status, answer = self.get(f"row/{row_id(number)}")
        assert status == 200, answer
        return answer["row"]

    def decide(self, number: int, decision: str, **more: str) -> Any:
        """A decision of somebody who has just looked at the row."""
        content = {"row": row_id(number), "last_seen": self.row(number)["last"], "decision": decision} | more
        status, answer = self.post("decide", **content)
        assert status == 200, answer
        return answer["row"]


def visitor(out: Path, reviewer: str = "ada", apply: Callable[[], list[str]] = nothing) -> Visitor:
    return Visitor(out, reviewer, apply).enter()


@contextmanager
def served(out: Path, reviewer: str = "ada", apply: Callable[[], list[str]] = nothing) -> Iterator[Gate]:
    """A server of the page on a free port, in a thread."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        gate = Gate(listener.getsockname()[1])
        room = Room(desk(out, reviewer), terms(), apply)
        server = waitress.create_server(create_app(room, gate), sockets=[listener], threads=8)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield gate
        finally:
            server.close()
            thread.join(timeout=5)
