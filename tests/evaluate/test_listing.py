"""The error analysis as text, and the command that writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from mitotransfer import stages
from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.analysis import Brought, Extra, Finding, Lost, Partly, Place
from mitotransfer.evaluate.listing import listing
from mitotransfer.evaluate.similarity import Value
from mitotransfer.evaluate.traces import Part, Trace
from mitotransfer.settings import load

SENTENCE = "Mesenchymal stem cells transferred their mitochondria to macrophages through tunneling nanotubes within a day."
DONOR = Part("donor", Value("cell:msc", "Mesenchymal stem cells"))
RISE = Part("effect", Value("outcome:atp", "ATP", "increase"))
TRANSFER = Trace("r1", SENTENCE, "prose:transfer", "transferred", "0.80", (DONOR,))
EFFECT = Trace("r1", "ATP rose.", "prose:effect", "rose", "0.70", (RISE,))


def told(*findings: Finding) -> list[str]:
    """The lines of the one document, without the opening and the summary."""
    lines = list(listing(findings))
    heads = [at for at, line in enumerate(lines) if line.startswith("== ")]
    return lines[heads[0] + 2 : heads[1] - 1]


def right(*fields: str) -> tuple[Brought, ...]:
    """A right value in each of these fields."""
    return tuple(Brought(field, "x", 1.0, ()) for field in fields)


def table(first: str, *findings: Finding) -> list[list[str]]:
    """The words of each line of the summary table whose header starts with `first`."""
    lines = list(dropwhile(lambda line: not line.startswith(f"{first} "), listing(findings)))
    return [line.split() for line in takewhile(bool, lines[1:])]


PAIR = Finding("paired", "secretion", "a", number=1, gold={"donor_cell": "MSC"}, given={"donor_cell": "MSC"}, row_id="r1")


def test_pair_with_errors() -> None:
    found = PAIR._replace(
        confidence="0.75",
        wrong_polarity=True,
        lost=(Lost("mechanism", "nanotube", "elsewhere", found=((TRANSFER, DONOR),)), Lost("labels", "GFP", "unnamed")),
        partly=(Partly("recipient_cell", "macrophage", "alveolar macrophage"),),
        extra=(Extra("effects", "ATP ↑", ((EFFECT, RISE),)), Extra("condition", "hypoxia", ())),
        traces=(TRANSFER, EFFECT),
    )
    assert told(found) == [
        "secretion 1: found (row r1, confidence 0.75)",
        "  gold    donor_cell: MSC",
        "  found   donor_cell: MSC",
        "  false   negated: one of the two is, the other is not",
        "  lost    mechanism: nanotube: elsewhere",
        '          - donor "Mesenchymal stem cells" in this row by prose:transfer 0.80 at "transferred": Mesenchymal stem cells',
        "              transferred their mitochondria to macrophages through tunneling nanotubes within a day.",
        "  lost    labels: GFP: not named",
        "  partly  recipient_cell: macrophage, found alveolar macrophage",
        "  false   effects: ATP ↑",
        '          - effect "ATP" (increase) by prose:effect 0.70 at "rose": ATP rose.',
        "  false   condition: hypoxia: no event of the row has it",
    ]


def test_missed_row() -> None:
    found = Finding(
        "missed",
        "transplantation",
        "a",
        number=2,
        gold={"tissue": "lung", "negated": "true"},
        nearest="row r7, similarity 0.10, a pair needs 0.3",
        lost=(Lost("tissue", "lung", "named", places=(Place(SENTENCE, ()),)),),
        places=(Place(SENTENCE, ()), Place("ATP rose.", ("prose:effect", "prose:label"))),
    )
    assert told(found) == [
        "transplantation 2: MISSED",
        "  gold    tissue: lung | negated: true",
        "  nearest row r7, similarity 0.10, a pair needs 0.3",
        "  evidence no rule fired: Mesenchymal stem cells transferred their mitochondria to macrophages through tunneling",
        "             nanotubes within a day.",
        "  evidence prose:effect, prose:label: ATP rose.",
        "  lost    tissue: lung: not read",
        "          - no rule fired: Mesenchymal stem cells transferred their mitochond…",
    ]


def test_missed_row_without_evidence_says_so() -> None:
    assert "  evidence the gold gives none" in told(Finding("missed", "trials", "a", number=1, nearest="none"))


def test_false_row_tells_each_of_its_events_with_its_roles() -> None:
    found = Finding(
        "false", "secretion", "a", given={"donor_cell": "MSC"}, row_id="r1", nearest="none", traces=(TRANSFER, EFFECT)
    )
    assert told(found)[3:] == [
        '  evidence prose:transfer 0.80 at "transferred": Mesenchymal stem cells transferred their mitochondria to macrophages',
        "             through tunneling nanotubes within a day.",
        '             roles donor "Mesenchymal stem cells"',
        '  evidence prose:effect 0.70 at "rose": ATP rose.',
        '             roles effect "ATP" (increase)',
    ]


def test_no_more_than_three_events_are_told_the_others_counted() -> None:
    events = tuple((TRANSFER._replace(sentence=f"Sentence {number}."), DONOR) for number in range(5))
    lines = told(PAIR._replace(lost=(Lost("mechanism", "MSC", "elsewhere", found=(*events, events[0])),)))
    assert [line.rpartition(": ")[2] for line in lines[-4:-1]] == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert lines[-1].split() == ["-", "and", "2", "more"]  # the same event is counted once


def test_clean_pairs_are_not_told_but_counted() -> None:
    lines = list(listing([PAIR._replace(brought=right("donor_cell"))]))
    assert lines[0] == "0 rows missed, 0 false, 1 paired, 0 of these with errors"
    assert not any(line.startswith("== a") for line in lines)


def test_values_by_field_with_every_reason() -> None:
    reasons = ("taken", "direction", "elsewhere", "elsewhere", "named", "unnamed")
    found = PAIR._replace(
        brought=right("donor_cell", "effects", "effects"),
        partly=(Partly("effects", "a", "b"),),
        lost=tuple(Lost("effects", "a", reason) for reason in reasons),
        extra=(Extra("effects", "c", ()), Extra("labels", "d", ())),
    )
    assert table("values", found) == [
        ["secretion.donor_cell", "1", "1", "0", "0", "0", "0", "0", "0", "0"],
        ["secretion.effects", "9", "2", "1", "1", "1", "2", "1", "1", "1"],
        ["secretion.labels", "0", "0", "0", "0", "0", "0", "0", "0", "1"],
        ["all", "10", "3", "1", "1", "1", "2", "1", "1", "2"],
    ]


def test_rules_with_their_rows_precision_and_false_values() -> None:
    right = PAIR._replace(traces=(TRANSFER, TRANSFER, EFFECT), extra=(Extra("effects", "c", ((EFFECT, RISE), (EFFECT, RISE))),))
    false = Finding("false", "secretion", "b", row_id="r2", traces=(EFFECT,))
    assert table("events", right, false) == [
        ["2", "2", "1", "0.500", "1", "prose:effect"],
        ["2", "1", "1", "1.000", "0", "prose:transfer"],
    ]


def test_what_lies_in_sentences_on_which_no_rule_fired_is_counted() -> None:
    missed = Finding("missed", "secretion", "a", number=1, nearest="none")
    quiet, loud = (Place("x", ()),), (Place("x", ()), Place("y", ("prose:z",)))
    pair = PAIR._replace(lost=(Lost("labels", "GFP", "named", places=quiet), Lost("labels", "GFP", "unnamed")))
    lines = list(listing([missed, missed._replace(places=quiet), missed._replace(places=loud), pair]))
    assert "Missed rows with evidence in the gold: 2; for 1 of these no rule fired on any of the sentences" in lines
    assert "Lost values that are named but not read: 1; for 1 of these no rule fired on any of the sentences" in lines


def test_lines_are_no_wider_than_a_terminal() -> None:
    long = {"condition": "; ".join(f"condition number {number}" for number in range(30))}
    lines = list(
        listing([PAIR._replace(gold=long, lost=(Lost("condition", "x" * 90, "elsewhere", found=((TRANSFER, DONOR),)),))])
    )
    assert max(map(len, lines)) <= 120


# -- the stage -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two articles of the sample."""
    out = tmp_path_factory.mktemp("evaluate") / "out"
    names = ("astrocyte_cd38_neuron", "distractor_fission_fusion")
    articles: Iterable[Path] = (next((root / "corpus/sample/articles").glob(f"{name}.*")) for name in names)
    stages.run([str(path) for path in articles], out, load(None))
    return out


def test_stage_writes_metrics_and_errors_alike_each_time(sample: Path, root: Path, tmp_path: Path) -> None:
    gold, settings = root / "corpus/sample/gold", load(None)
    for name in ("one", "two"):
        metrics, errors = tmp_path / f"{name}.json", tmp_path / f"{name}.txt"
        report = stages.evaluate(sample, gold, settings, metrics=metrics, errors=errors, folds=3)
    assert (tmp_path / "one.txt").read_bytes() == (tmp_path / "two.txt").read_bytes()
    assert "MISSED" in (tmp_path / "one.txt").read_text(encoding="utf-8")  # the articles that were not read
    scores = json.loads((tmp_path / "one.json").read_bytes())
    assert scores["rows_micro"]["f1"] == report.rows_micro.f1
    assert sum(found["values"] for found in scores["reliability"]["bins"].values()) > 0
    assert sum(len(fold["documents"]) for fold in scores["folds"]["folds"]) == report.documents
    for line in (*report.reliability.lines(), "mean of the folds: rows F1"):
        assert line in report.summary()


def test_without_folds_there_are_none(sample: Path, root: Path, tmp_path: Path) -> None:
    report = stages.evaluate(sample, root / "corpus/sample/gold", load(None), metrics=tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_bytes())["folds"] is None
    assert "fold" not in report.summary()


def test_nothing_is_written_when_the_events_are_missing(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"evidence\.csv: missing"):
        stages.evaluate(tmp_path, root / "corpus/sample/gold", load(None), metrics=tmp_path / "m", errors=tmp_path / "e")
    assert list(tmp_path.iterdir()) == []
