"""What curators decide survives: runs again, other rules, another vocabulary, a new version of the article, a spreadsheet."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from mitotransfer import curating, stages
from mitotransfer.decisions import Decision
from mitotransfer.errors import ConfigError
from mitotransfer.settings import Settings, config_root
from small import CSV, Rows, jats, read, run, table, tables_of, tables_only

HEADER = ("Donor cells", "Released form", "Recipient", "Outcome", "Reference")
ROWS = [
    ("Astrocyte (mouse)", "Extracellular vesicles", "Neuron", "Increased survival", "A 2001"),
    ("Platelet (human)", "Free mitochondria", "Macrophage", "Reduced apoptosis", "B 2002"),
    ("Mesenchymal stem cell (human)", "Microvesicles", "Cardiomyocyte", "Increased ATP", "C 2003"),
]
TABLE = "table1_secretion.csv"
Edit = Callable[[Rows], None]


def article(*rows: tuple[str, ...], before: str = "") -> str:
    return jats(before + table(HEADER, *rows), pmcid="PMC999001")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(article(*ROWS))
    return path


@pytest.fixture
def out(tmp_path: Path, source: Path) -> Path:
    assert run(tmp_path / "out", source)
    return tmp_path / "out"


def by_donor(out: Path) -> dict[str, dict[str, str]]:
    return {row["cell_type"]: row for row in read(out / TABLE)}


def edit_table(path: Path, change: Edit, *, delimiter: str = ",", encoding: str = "utf-8") -> None:
    rows = read(path)
    columns = list(rows[0])
    change(rows)
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.DictWriter(handle, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def decide(rows: Rows) -> None:
    """Accepts the astrocytes, rejects the platelets, corrects what the stem cells gave to."""
    rows[0]["review_status"] = "accepted"
    rows[1]["review_status"] = "rejected"
    rows[2]["recipient_cell"] = "cardiomyocyte; fibroblast"


def log_of(out: Path) -> tuple[Decision, ...]:
    return stages.desk(out, tables_only()).log.read()


def told(out: Path) -> list[str]:
    return [row["code"] for row in read(out / "problems.csv") if row["stage"] == "decisions"]


def states(out: Path) -> dict[str, str]:
    return {donor: row["review_status"] for donor, row in by_donor(out).items()}


DECIDED = {"astrocyte": "accepted", "platelet": "rejected", "mesenchymal stem cell": "edited"}


@pytest.fixture
def curated(out: Path, source: Path) -> Path:
    edit_table(out / TABLE, decide)
    assert run(out, source)
    assert states(out) == DECIDED
    return out


def test_what_was_changed_in_a_table_is_in_the_log_and_in_the_next_tables(curated: Path) -> None:
    assert [(one.decision, one.field, one.old, one.new) for one in log_of(curated)] == [
        ("accept", "", "", ""),
        ("reject", "", "", ""),
        ("edit", "recipient_cell", "cardiomyocyte", "cardiomyocyte; fibroblast"),
    ]
    assert by_donor(curated)["mesenchymal stem cell"]["recipient_cell_ids"] == "cell:cardiomyocyte; cell:fibroblast"


def test_runs_again_change_nothing(curated: Path, source: Path) -> None:
    before, log = tables_of(curated), log_of(curated)
    run(curated, source)
    assert tables_of(curated) == before
    assert log_of(curated) == log


def test_without_decisions_there_is_no_log_and_no_second_copy_of_proposals(out: Path) -> None:
    assert not (out / "decisions.csv").exists()
    assert not (out / "review" / "proposed").exists()
    assert len(list((out / "review" / "written").iterdir())) == 4


def test_an_article_that_moved_its_table_keeps_its_decisions(curated: Path, source: Path) -> None:
    """A paragraph before it gives every row another place, and so another id."""
    ids = {row["row_id"] for row in read(curated / TABLE)}
    source.write_text(article(*ROWS, before="<p>New in this version.</p>" + table(("Gene", "Fold"), ("A", "2"))))
    run(curated, source)
    assert ids.isdisjoint(row["row_id"] for row in read(curated / TABLE))
    assert states(curated) == DECIDED
    assert told(curated) == ["decision-moved"] * 3
    assert by_donor(curated)["mesenchymal stem cell"]["recipient_cell"] == "cardiomyocyte; fibroblast"


def test_a_row_that_moved_can_be_decided_on_again(curated: Path, source: Path) -> None:
    """What is said of it later counts as said of the same row, whatever its id is meanwhile."""
    source.write_text(article(*ROWS, before="<p>New in this version.</p>" + table(("Gene", "Fold"), ("A", "2"))))
    run(curated, source)
    edit_table(curated / TABLE, lambda rows: (rows[0].update(species="rat"), rows[1].update(review_status="accepted")))
    run(curated, source)
    assert len(read(curated / TABLE)) == 3
    assert states(curated) == {"astrocyte": "edited", "platelet": "accepted", "mesenchymal stem cell": "edited"}
    assert by_donor(curated)["astrocyte"]["species_ids"] == "species:rat"
    source.write_text(article(("Hepatocyte (rat)", "Exosomes", "Stellate cell", "Reduced fibrosis", "D 2004")))
    run(curated, source)
    kept = by_donor(curated)["astrocyte"]
    assert (kept["species"], kept["review_status"]) == ("rat", "edited")
    assert any(line["row_id"] == kept["row_id"] for line in read(curated / "evidence.csv"))


def test_an_accepted_row_keeps_its_values_when_its_article_changed(curated: Path, source: Path) -> None:
    source.write_text(article((*ROWS[0][:3], "Increased survival, reduced ATP", "A 2001"), *ROWS[1:]))
    run(curated, source)
    row = by_donor(curated)["astrocyte"]
    assert (row["review_status"], row["biological_effect"]) == ("accepted", "animal survival ↑")
    assert set(told(curated)) <= {"accepted-row-changed", "decision-moved"}
    assert "accepted-row-changed" in told(curated)


def test_accepted_and_edited_rows_that_are_no_longer_found_stay_rejected_ones_are_told(curated: Path, source: Path) -> None:
    source.write_text(article(("Hepatocyte (rat)", "Exosomes", "Stellate cell", "Reduced fibrosis", "D 2004")))
    run(curated, source)
    assert states(curated) == {"hepatocyte": "proposed", "astrocyte": "accepted", "mesenchymal stem cell": "edited"}
    assert sorted(told(curated)) == ["decided-row-kept", "decided-row-kept", "decision-orphaned"]
    kept = by_donor(curated)["astrocyte"]
    lines = {line["evidence_id"] for line in read(curated / "evidence.csv") if line["row_id"] == kept["row_id"]}
    assert lines == set(kept["evidence_ids"].split("; "))
    assert [(row["status"], row["n_rows"]) for row in read(curated / "articles.csv")] == [("rows", "3")]


def test_an_orphan_is_told_with_what_it_is_most_like(curated: Path, source: Path) -> None:
    source.write_text(article(ROWS[0], ("Platelet (human)", "Exosomes", "Chondrocyte", "Reduced fibrosis", "B 2002"), ROWS[2]))
    run(curated, source)
    orphan = next(row for row in read(curated / "problems.csv") if row["code"] == "decision-orphaned")
    assert f"most like it is row {by_donor(curated)['platelet']['row_id']}" in orphan["message"]
    assert by_donor(curated)["platelet"]["review_status"] == "proposed"


def test_decisions_wait_while_their_article_is_not_among_the_inputs(curated: Path, source: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.xml"
    other.write_text(jats(table(HEADER, ROWS[0]), pmcid="PMC999002"))
    run(curated, other)
    assert told(curated) == ["decision-waits"] * 3
    assert states(curated) == {"astrocyte": "proposed"}
    run(curated, source, other)
    assert told(curated) == []
    assert states(curated) == DECIDED | {"astrocyte": "proposed"}  # the second article's, which stands last


def other_vocabulary(folder: Path, old: str, new: str) -> Settings:
    """The shipped settings with another label for a cell of the vocabulary."""
    shutil.copytree(config_root() / "vocabulary", folder)
    cells = folder / "cell.tsv"
    text = cells.read_text()
    assert f"\t{old}\t" in text
    cells.write_text(text.replace(f"\t{old}\t", f"\t{new}\t"))
    settings = tables_only()
    return msgspec.structs.replace(settings, annotate=msgspec.structs.replace(settings.annotate, vocabulary=str(folder)))


def test_another_vocabulary_changes_no_accepted_value(curated: Path, source: Path, tmp_path: Path) -> None:
    settings = other_vocabulary(tmp_path / "vocabulary", "astrocyte", "astroglial cell")
    stages.run([str(source)], curated, settings)
    assert states(curated) == DECIDED
    assert set(told(curated)) == {"accepted-row-changed", "decision-moved"}


def test_another_id_in_the_vocabulary_does_not_lose_a_decision(curated: Path, source: Path, tmp_path: Path) -> None:
    """Ids of rows hold ids of the vocabulary: rows are found again by their sentences."""
    settings = other_vocabulary(tmp_path / "vocabulary", "platelet", "platelet")
    cells = tmp_path / "vocabulary" / "cell.tsv"
    cells.write_text(
        cells.read_text().replace("cell:platelet\t", "cell:thrombocyte\t").replace("cell:platelet|", "cell:thrombocyte|")
    )
    stages.run([str(source)], curated, settings)
    assert states(curated) == DECIDED
    assert by_donor(curated)["platelet"]["cell_type_ids"] == "cell:thrombocyte"
    assert told(curated) == ["decision-moved"]


def test_a_changed_rule_loses_no_accepted_row_and_brings_no_rejected_one_back(
    curated: Path, source: Path, tmp_path: Path
) -> None:
    """A header the rules no longer know: the column of recipients is not read any more."""
    headers = tmp_path / "table_headers.yaml"
    text = (config_root() / "table_headers.yaml").read_text()
    start = text.index("- id: recipient-cell")
    end = text.index("- id: ", start + 5)
    headers.write_text(text[:start] + text[end:])
    settings = tables_only()
    settings = msgspec.structs.replace(settings, annotate=msgspec.structs.replace(settings.annotate, table_headers=str(headers)))
    stages.run([str(source)], curated, settings)
    assert states(curated) == DECIDED
    assert by_donor(curated)["astrocyte"]["recipient_cell"] == "neuron"
    assert by_donor(curated)["platelet"]["recipient_cell"] == ""
    assert "accepted-row-changed" in told(curated)


def test_two_reviewers_who_disagree_are_shown_and_nothing_is_applied(curated: Path, source: Path) -> None:
    desk = stages.desk(curated, tables_only(), reviewer="bo")
    accepted = log_of(curated)[0]
    desk.log.add([Decision(reviewer="bo", decision="reject", table="secretion", row_id=accepted.row_id, source_id="PMC999001")])
    run(curated, source)
    assert states(curated)["astrocyte"] == "conflict"
    assert told(curated) == ["decision-conflict"]


def test_a_decision_taken_back_in_the_table_is_withdrawn(curated: Path, source: Path) -> None:
    edit_table(curated / TABLE, lambda rows: rows[1].update(review_status="proposed"))
    run(curated, source)
    assert states(curated) == DECIDED | {"platelet": "proposed"}
    assert log_of(curated)[-1].decision == "undo"


def test_rejected_evidence_gives_no_value_any_more(out: Path, source: Path) -> None:
    def reject(lines: Rows) -> None:
        line = next(one for one in lines if one["event"] == "effect" and "apoptosis" in one["roles"])
        line.update(decision="reject", reviewer="bo", note="of another experiment")

    assert by_donor(out)["platelet"]["biological_effect"] == "cell death ↓"
    edit_table(out / "evidence.csv", reject)
    run(out, source)
    row = by_donor(out)["platelet"]
    assert (row["biological_effect"], row["review_status"]) == ("", "proposed")
    line = next(one for one in read(out / "evidence.csv") if one["decision"])
    assert (line["decision"], line["reviewer"], line["note"], line["row_id"]) == (
        "reject",
        "bo",
        "of another experiment",
        row["row_id"],
    )
    assert line["evidence_id"] not in row["evidence_ids"]
    assert line["reviewed_at"]


def test_a_row_whose_finding_was_rejected_line_by_line_is_rejected(out: Path, source: Path) -> None:
    def reject(lines: Rows) -> None:
        for line in lines:
            if line["event"] in ("secretion", "transfer") and "Platelet" in line["roles"]:
                line["decision"] = "reject"

    edit_table(out / "evidence.csv", reject)
    run(out, source)
    assert states(out)["platelet"] == "rejected"


def test_a_row_added_by_hand_stays(out: Path, source: Path) -> None:
    def add(rows: Rows) -> None:
        new = dict.fromkeys(rows[0], "")
        rows.append(new | {"cell_type": "Microglia; my own cell", "recipient_cell": "neuron", "source_id": "PMC999001"})

    edit_table(out / TABLE, add)
    for _ in range(2):
        run(out, source)
        row = by_donor(out)["Microglia; my own cell"]
        assert (row["cell_type_ids"], row["source"], row["review_status"]) == ("cell:microglia; -", "curator", "accepted")
        assert len(read(out / TABLE)) == 4


def test_a_row_added_without_its_article_and_a_line_of_an_unknown_row_are_told(out: Path, source: Path) -> None:
    def change(rows: Rows) -> None:
        rows.append(dict.fromkeys(rows[0], "") | {"cell_type": "Microglia"})
        rows.append(rows[0] | {"row_id": "r" + "0" * 15})
        rows.append(rows[0] | {"cell_type": "twice"})
        rows[1]["review_status"] = "maybe"
        del rows[2]

    edit_table(out / TABLE, change)
    run(out, source)
    assert sorted(told(out)) == ["bad-state", "row-twice", "row-without-source", "rows-missing", "unknown-row"]
    assert len(read(out / TABLE)) == 3
    assert log_of(out) == ()


def test_a_table_of_another_kind_stops_the_run_before_anything_is_replaced(out: Path, source: Path) -> None:
    (out / TABLE).write_bytes(b"name;value\r\n1;2\r\n")
    with pytest.raises(ConfigError, match=rf"{TABLE}: neither one of the tables nor evidence.csv"):
        run(out, source)
    assert (out / TABLE).read_bytes() == b"name;value\r\n1;2\r\n"


def test_a_copy_edited_elsewhere_is_taken_up_by_the_command(out: Path, source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "from_a_colleague.csv"
    shutil.copy(out / TABLE, copy)

    def change(rows: Rows) -> None:
        rows[0].update(review_status="edited", species="rat")
        rows[1].update(species="rat")  # its state does not say that it was edited: the copy may be old

    edit_table(copy, change, delimiter=";", encoding="utf-8-sig")
    lines: list[str] = []
    curating.decisions([copy], tables_only(), stages.desk(out, tables_only(), reviewer="cy"), lines.append)
    found = by_donor(out)
    assert (found["astrocyte"]["species"], found["astrocyte"]["species_ids"]) == ("rat", "species:rat")
    assert found["platelet"]["species"] == "human"
    assert any("1 decided" in line for line in lines)
    assert any("not taken, since review_status is not 'edited'" in line for line in lines)


def test_a_run_killed_between_the_tables_takes_nothing_of_its_own_for_an_edit(
    curated: Path, source: Path, tmp_path: Path
) -> None:
    """The new copy is there, one table is new, another still old: none of it is an edit."""
    before = {name: (curated / name).read_bytes() for name in CSV}
    old = {path.name: path.read_bytes() for path in (curated / "review" / "written").iterdir()}
    source.write_text(article(*ROWS[:2], ("Hepatocyte (rat)", "Exosomes", "Stellate cell", "Reduced fibrosis", "D 2004")))
    run(curated, source)
    for name, content in old.items():
        (curated / "review" / "written" / name).write_bytes(content)
    (curated / "evidence.csv").write_bytes(before["evidence.csv"])
    log = log_of(curated)
    run(curated, source)
    assert log_of(curated) == log


@pytest.fixture(scope="session")
def soffice() -> Iterator[str]:
    found = shutil.which("soffice")
    if not found:
        pytest.skip("LibreOffice is not installed")
    yield found


@pytest.mark.slow
def test_a_table_sorted_and_saved_in_libreoffice_keeps_everything(soffice: str, out: Path, source: Path, tmp_path: Path) -> None:
    """Through a real spreadsheet program and back: as its own format, re-sorted, then as CSV with semicolons and a mark."""
    edit_table(out / TABLE, lambda rows: (decide(rows), rows.reverse()))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    saved = tmp_path / "saved"
    for form in ("ods", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"):
        file = out / TABLE if form == "ods" else saved / "table1_secretion.ods"
        command = [soffice, profile, "--headless", "--convert-to", form, "--outdir", str(saved), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    text = (saved / TABLE).read_bytes()
    assert b";" in text.splitlines()[0]
    shutil.copy(saved / TABLE, out / TABLE)
    run(out, source)
    assert states(out) == DECIDED
    assert [one.decision for one in log_of(out)] == ["edit", "reject", "accept"]
    assert by_donor(out)["mesenchymal stem cell"]["recipient_cell_ids"] == "cell:cardiomyocyte; cell:fibroblast"


@pytest.mark.filterwarnings("ignore")  # frictionless's own use of its libraries is not ours to mend
def test_the_log_of_decisions_is_part_of_the_data_package(curated: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    with frictionless.system.use_context(trusted=True):  # the temporary folder is an absolute path
        report = frictionless.validate(str(curated / "datapackage.json"))
    assert report.valid, report.flatten()
    assert "decisions" in {task.name for task in report.tasks}
