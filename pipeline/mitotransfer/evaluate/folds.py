"""The same figures on parts of the documents: how far apart they lie says how much to trust the pooled ones.

Documents are dealt out one by one in the order of the sha256 of their ids: the parts differ by one document at most, and the
same documents are always dealt alike, so that rules can be developed on four parts of five and measured on the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import msgspec

from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.pairing import Judgement
from mitotransfer.evaluate.tally import tally

_FIGURES = ("rows_f1", "fields_f1", "polarity")


class Fold(msgspec.Struct, frozen=True):
    """Figures of one part of the documents, all tables together; None where the part holds nothing to measure them on."""

    documents: tuple[str, ...]
    gold_rows: int
    rows_f1: float | None
    fields_f1: float | None
    polarity: float | None


class Folds(msgspec.Struct, frozen=True):
    """All parts; mean and spread (highest less lowest) of each figure over the parts that have it."""

    folds: tuple[Fold, ...]
    mean: dict[str, float]
    spread: dict[str, float]

    def lines(self) -> list[str]:
        """A line for each part, one for the means and one for the spreads."""
        lines = [
            f"fold {number}: {len(fold.documents)} documents, {fold.gold_rows} gold rows: "
            + _told({name: getattr(fold, name) for name in _FIGURES})
            for number, fold in enumerate(self.folds, 1)
        ]
        return [*lines, f"mean of the folds: {_told(self.mean)}", f"spread (highest less lowest): {_told(self.spread)}"]


def deal(documents: Iterable[str], folds: int) -> list[frozenset[str]]:
    """Document ids in `folds` parts; the order in which they are given does not matter."""
    ordered = sorted(documents, key=lambda ident: hashlib.sha256(ident.encode()).digest())
    return [frozenset(ordered[number::folds]) for number in range(folds)]


def in_folds(judgement: Judgement, folds: int) -> Folds:
    """Figures of each of `folds` parts of the documents. Raises ConfigError when there are fewer documents than folds."""
    if len(judgement.documents) < folds:
        raise ConfigError(f"{folds} folds need at least as many documents; the gold has {len(judgement.documents)}")
    parts = tuple(_fold(judgement, idents) for idents in deal([doc.id for doc in judgement.documents], folds))
    values = {name: [value for part in parts if (value := getattr(part, name)) is not None] for name in _FIGURES}
    return Folds(
        parts,
        mean={name: round(sum(found) / len(found), 4) for name, found in values.items() if found},
        spread={name: round(max(found) - min(found), 4) for name, found in values.items() if found},
    )


def _fold(judgement: Judgement, idents: Collection[str]) -> Fold:
    documents = tuple(doc.id for doc in judgement.documents if doc.id in idents)
    counts = tally((p for p in judgement.pairings if p.document in idents), judgement.names)
    rows, fields = counts.row_score, counts.field_score
    return Fold(
        documents, rows.gold, rows.f1 if rows.gold else None, fields.f1 if fields.gold else None, polarity=counts.polarity
    )


def _told(figures: dict[str, float | None] | dict[str, float]) -> str:
    names = {"rows_f1": "rows F1", "fields_f1": "fields F1", "polarity": "polarity"}
    return ", ".join(f"{names[name]} {'none' if value is None else f'{value:.3f}'}" for name, value in figures.items())
