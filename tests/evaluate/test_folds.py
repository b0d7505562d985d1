"""Figures on parts of the documents."""

from __future__ import annotations

import pytest

from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.folds import deal, in_folds
from mitotransfer.evaluate.gold import GoldDocument, GoldTrial
from mitotransfer.evaluate.pairing import Judgement, judge
from mitotransfer.evaluate.similarity import Names

IDS = [f"doc{number}" for number in range(11)]


def judged(right: set[str], *, without_rows: frozenset[str] = frozenset()) -> Judgement:
    """A trial in each document, found in those of `right`, as a row of another trial in the others."""

    def gold(ident: str) -> GoldDocument:
        trial = GoldTrial(nct=f"NCT-{ident}", conditions=(), intervention=(), location=(), donor=())
        return GoldDocument(ident, () if ident in without_rows else (trial,))

    rows = [{"source_id": ident, "nct_number": f"NCT-{ident}" if ident in right else "none"} for ident in IDS]
    return judge({"trials": rows}, [gold(ident) for ident in IDS], Names(()))


def test_every_document_is_in_one_part_and_parts_are_as_equal_as_can_be() -> None:
    parts = deal(IDS, 4)
    assert sorted(ident for part in parts for ident in part) == sorted(IDS)
    assert sorted(map(len, parts)) == [2, 3, 3, 3]


def test_the_order_of_documents_does_not_matter_and_parts_are_not_their_order() -> None:
    assert deal(IDS, 3) == deal(reversed(IDS), 3)
    assert deal(IDS, 3)[0] != frozenset(IDS[0::3])


def test_the_same_documents_are_dealt_alike_on_every_machine() -> None:
    assert deal("abcd", 2) == [{"b", "d"}, {"a", "c"}]  # in the order of sha256: d c b a


def test_figures_of_each_part_their_mean_and_spread() -> None:
    first, second, third = deal(IDS, 3)
    folds = in_folds(judged(set(first) | set(list(second)[:2])), 3)
    assert [set(fold.documents) for fold in folds.folds] == [first, second, third]
    assert [fold.rows_f1 for fold in folds.folds] == [1.0, 0.5, 0.0]
    assert folds.mean["rows_f1"] == 0.5
    assert folds.spread == {"rows_f1": 1.0, "fields_f1": 1.0, "polarity": 0.0}
    assert folds.folds[2].polarity is None  # no pair to measure it on
    assert "rows F1 0.000, fields F1 0.000, polarity none" in folds.lines()[2]
    assert folds.lines()[-1] == "spread (highest less lowest): rows F1 1.000, fields F1 1.000, polarity 0.000"


def test_a_part_without_gold_rows_has_no_figures_and_counts_in_no_mean() -> None:
    first, _ = deal(IDS, 2)
    folds = in_folds(judged(set(IDS), without_rows=first), 2)
    assert [fold.rows_f1 for fold in folds.folds] == [None, 1.0]
    assert folds.mean["rows_f1"] == 1.0


def test_more_folds_than_documents_is_an_error() -> None:
    with pytest.raises(ConfigError, match="12 folds need at least as many documents; the gold has 11"):
        in_folds(judged(set()), 12)
