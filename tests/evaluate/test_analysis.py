"""Where a lost value is, what brought a false one, and why a row has no pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mitotransfer.errors import ConfigError, InputError
from mitotransfer.evaluate.analysis import Finding, Lost, Place, analyse
from mitotransfer.evaluate.gold import GoldDocument
from mitotransfer.evaluate.pairing import judge
from mitotransfer.evaluate.similarity import Names, Value
from mitotransfer.evaluate.traces import Part, Trace, read_traces
from mitotransfer.files import table_lines, write_whole
from mitotransfer.rows import EvidenceRow, header

NAMES = Names(
    [
        {"id": "cell:msc", "label": "mesenchymal stem cell", "synonyms": "MSC", "parent": ""},
        {"id": "cell:tcell", "label": "T cell", "synonyms": "", "parent": ""},
        {"id": "cell:macrophage", "label": "macrophage", "synonyms": "", "parent": ""},
        {"id": "cell:alveolar", "label": "alveolar macrophage", "synonyms": "", "parent": "cell:macrophage"},
        {"id": "outcome:atp", "label": "ATP production", "synonyms": "ATP|ATP content", "parent": ""},
    ]
)
GIVEN = "MSCs gave mitochondria to macrophages through nanotubes."
SECOND = "The ATP content of these macrophages rose within a day of coculture."
GOLD: dict[str, Any] = {
    "table": "secretion",
    "donor_cell": ["MSC"],
    "donor_species": [],
    "condition": [],
    "secreted_form": [],
    "mechanism": [],
    "recipient_cell": ["macrophage"],
    "effects": [],
    "labels": [],
    "evidence": [GIVEN, SECOND],
}
ROW = {
    "row_id": "r1",
    "source_id": "a",
    "cell_type": "mesenchymal stem cell",
    "cell_type_ids": "cell:msc",
    "recipient_cell": "macrophage",
    "recipient_cell_ids": "cell:macrophage",
    "confidence": "0.70",
}
DONOR = Part("donor", Value("cell:msc", "MSCs"))
TRANSFER = Trace(
    "r1", GIVEN, "prose:transfer", "gave", "0.80", (DONOR, Part("recipient", Value("cell:macrophage", "macrophages")))
)


def effect(outcome: str, direction: str = "increase") -> dict[str, str]:
    return {"outcome": outcome, "direction": direction}


def findings(gold: list[dict[str, Any]], rows: list[dict[str, str]], *traces: Trace) -> list[Finding]:
    document = msgspec.convert({"id": "a", "rows": gold}, GoldDocument)
    return analyse(judge({"secretion": rows}, [document], NAMES), {"a": traces})


def lost(gold: dict[str, Any], row: dict[str, str], *traces: Trace) -> Lost:
    """The one value that a pair has lost."""
    (finding,) = findings([GOLD | gold], [ROW | row], *traces)
    (value,) = finding.lost
    assert finding.kind == "paired"
    assert not finding.clean
    return value


def test_a_pair_without_errors_is_clean() -> None:
    (finding,) = findings([GOLD], [ROW], TRANSFER)
    assert finding.clean
    assert finding.right == ("donor_cell", "recipient_cell")
    assert (finding.row_id, finding.confidence, finding.number) == ("r1", "0.70", 1)


def test_lost_value_that_an_event_has_in_another_role_or_row_is_elsewhere() -> None:
    other = Trace("r2", SECOND, "prose:uptake", "coculture", "0.50", (Part("condition", Value("", "coculture")),))
    value = lost({"mechanism": ["coculture"]}, {}, TRANSFER, other)
    assert (value.field, value.reason, value.found) == ("mechanism", "elsewhere", ((other, other.parts[0]),))


def test_lost_value_that_only_a_sentence_names_comes_with_the_rules_that_fired_there() -> None:
    value = lost({"mechanism": ["nanotube"]}, {}, TRANSFER)
    assert (value.reason, value.places) == ("named", (Place(GIVEN, ("prose:transfer",)),))
    value = lost({"condition": ["coculture"]}, {}, TRANSFER)
    assert (value.reason, value.places) == ("named", (Place(SECOND, ()),))


def test_lost_value_that_no_sentence_names() -> None:
    value = lost({"mechanism": ["connexin 43"]}, {}, TRANSFER)
    assert (value.reason, value.found, value.places) == ("unnamed", (), ())


def test_lost_effect_in_another_direction_is_told_as_such() -> None:
    value = lost({"effects": [effect("ATP content")]}, {"biological_effect": "ATP ↓", "effect_ids": "outcome:atp:decrease"})
    assert (value.text, value.reason) == ("ATP content (increase)", "direction")


def test_one_value_of_the_row_does_not_stand_for_two_of_the_gold() -> None:
    two = [effect("ATP content"), effect("ATP production")]
    value = lost({"effects": two}, {"biological_effect": "ATP ↑", "effect_ids": "outcome:atp:increase"})
    assert value.reason == "taken"


def test_near_value_is_partly_right_neither_lost_nor_false() -> None:
    near = {"recipient_cell": "alveolar macrophage", "recipient_cell_ids": "cell:alveolar"}
    (finding,) = findings([GOLD], [ROW | near], TRANSFER)
    assert (finding.lost, finding.extra) == ((), ())
    assert [tuple(partly) for partly in finding.partly] == [("recipient_cell", "macrophage", "alveolar macrophage")]


def test_false_value_comes_with_the_events_of_its_row_that_brought_it() -> None:
    label = Part("label", Value("", "MitoTracker"))
    mine = Trace("r1", SECOND, "prose:label", "seen", "0.70", (label,))
    others = Trace("r2", SECOND, "prose:label", "seen", "0.70", (label,))
    elsewhere = Trace("r1", SECOND, "prose:effect", "rose", "0.70", (Part("condition", Value("", "MitoTracker")),))
    (finding,) = findings([GOLD], [ROW | {"visualization_method": "MitoTracker"}], TRANSFER, mine, others, elsewhere)
    assert [(extra.field, extra.text, extra.found) for extra in finding.extra] == [("labels", "MitoTracker", ((mine, label),))]


def test_false_effect_is_brought_by_the_event_of_its_direction() -> None:
    parts = [Part("effect", Value("outcome:atp", "ATP", way)) for way in ("increase", "decrease")]
    up, down = (Trace("r1", SECOND, f"prose:{part.value.direction}", "rose", "0.70", (part,)) for part in parts)
    row = ROW | {"biological_effect": "ATP production ↓", "effect_ids": "outcome:atp:decrease"}
    (finding,) = findings([GOLD], [row], up, down)
    assert [trace.rule for extra in finding.extra for trace, _ in extra.found] == ["prose:decrease"]


def test_missed_row_tells_its_evidence_and_that_the_run_has_none() -> None:
    (finding,) = findings([GOLD], [], TRANSFER)
    assert finding.kind == "missed"
    assert finding.places == (Place(GIVEN, ("prose:transfer",)), Place(SECOND, ()))
    assert finding.nearest == "the run has no row of this document in this table"
    assert [value.reason for value in finding.lost] == ["elsewhere", "elsewhere"]


def test_missed_row_whose_nearest_row_has_another_pair() -> None:
    second = findings([GOLD, GOLD | {"donor_cell": ["T cell"]}], [ROW], TRANSFER)[1]
    assert (second.kind, second.nearest) == ("missed", "row r1, similarity 0.50, paired with gold row 1")


def test_false_row_tells_the_nearest_gold_row() -> None:
    far = ROW | {
        "row_id": "r2",
        "cell_type_ids": "cell:tcell",
        "cell_type": "T cell",
        "recipient_cell": "",
        "recipient_cell_ids": "",
    }
    pair, false = findings([GOLD], [ROW, far], TRANSFER, TRANSFER._replace(row_id="r2"))
    assert (pair.clean, false.kind, false.nearest) == (True, "false", "gold row 1, similarity 0.00, a pair needs 0.3")
    assert [trace.row_id for trace in false.traces] == ["r2"]
    assert findings([], [ROW])[0].nearest == "the gold has no row of this document in this table"


def test_polarity_that_differs_is_an_error_and_a_claimed_absence_is_told() -> None:
    (finding,) = findings([GOLD | {"negated": True}], [ROW], TRANSFER)
    assert finding.wrong_polarity
    assert not finding.clean
    assert (finding.gold["negated"], "negated" in finding.given) == ("true", False)


@pytest.mark.parametrize(
    ("sentence", "same"),
    [
        (f"  {GIVEN} ", True),  # white space
        (GIVEN.removesuffix(" through nanotubes."), True),  # cut by another splitter
        (f"Results: {GIVEN}", True),
        ("MSCs", False),  # a table cell is in many sentences by chance
    ],
)
def test_evidence_of_the_gold_is_found_among_the_sentences_of_the_run(sentence: str, same: bool) -> None:
    (finding,) = findings([GOLD], [], TRANSFER._replace(sentence=sentence))
    assert bool(finding.places[0].rules) is same


@pytest.mark.parametrize(
    ("sentence", "name", "named"),
    [
        ("MSCs were cultured.", "mesenchymal stem cell", True),  # another name of the entry
        ("Stem cells of mesenchymal origin were cultured.", "mesenchymal stem cell", True),  # all content words
        ("T-cells were cultured.", "T cell", True),
        ("Cells were kept at room T.", "T cell", False),  # one content word needs the whole name
        ("Mesenchymal cells were cultured.", "mesenchymal stem cell", False),
        ("Platelets were cultured.", "platelet", True),  # no entry
        ("Plateletpheresis was done.", "platelet", False),
    ],
)
def test_names_in_a_sentence(sentence: str, name: str, named: bool) -> None:
    assert NAMES.named_in(sentence, name, ("cell",)) is named


# -- evidence.csv --------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, **values: str) -> Path:
    columns = header(EvidenceRow)
    values = {
        "row_id": "r1",
        "source_id": "10.1/x",
        "sentence": GIVEN,
        "rule_id": "prose:transfer",
        "confidence": "0.80",
    } | values
    write_whole({tmp_path / "evidence.csv": table_lines(columns, [[values.get(name, "") for name in columns]])})
    return tmp_path


DOCUMENT = [GoldDocument("a", (), doi="10.1/x")]


def test_events_come_by_document_with_roles_surfaces_ids_and_directions(tmp_path: Path) -> None:
    roles = "donor=MSCs<cell:msc>; effect=ATP < 5 mM<outcome:atp:increase> in T cells; label=GFP<>"
    traces = read_traces(written(tmp_path, roles=roles, trigger="gave"), DOCUMENT)
    assert traces == {
        "a": [
            Trace(
                "r1",
                GIVEN,
                "prose:transfer",
                "gave",
                "0.80",
                (
                    Part("donor", Value("cell:msc", "MSCs")),
                    Part("effect", Value("outcome:atp", "ATP < 5 mM", "increase")),
                    Part("label", Value("", "GFP")),
                ),
            )
        ]
    }


def test_events_of_other_sources_are_passed_over(tmp_path: Path) -> None:
    assert read_traces(written(tmp_path, source_id="PMC1"), DOCUMENT) == {}


def test_missing_evidence_and_evidence_without_a_column_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"evidence\.csv: missing; .* tabulate"):
        read_traces(tmp_path, DOCUMENT)
    (tmp_path / "evidence.csv").write_text("row_id,source_id,sentence\nr1,a,b\n")
    with pytest.raises(InputError, match=r"evidence\.csv: no column roles, rule_id, trigger, confidence"):
        read_traces(tmp_path, DOCUMENT)
