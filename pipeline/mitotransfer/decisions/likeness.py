"""Which row of today a row of yesterday is, when a changed rule, vocabulary or article gave it another id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mitotransfer.evidence import read_roles

SURE = 0.7  # from here on a row is taken for the same, when no other is nearly as like
_APART = 0.1

Features = frozenset[tuple[str, str]]


class Likeness(NamedTuple):
    """A row and how like it is, 0 to 1; `sure`: it can be taken for the same row."""

    row_id: str
    share: float
    sure: bool


def features(evidence: Iterable[Mapping[str, str]]) -> Features:
    """What makes a row recognisable: its sentences, and the words that fill its roles, however the vocabulary names them."""
    lines = list(evidence)
    words = {(role.name, role.surface.casefold()) for line in lines for role in read_roles(line["roles"])}
    return frozenset(words | {("", sentence) for line in lines if (sentence := line["sentence"])})


def evidence_key(line: Mapping[str, str]) -> tuple[str, ...]:
    """What two lines of evidence must share to be the same reading of the same sentence."""
    roles = sorted(f"{role.name}={role.surface.casefold()}" for role in read_roles(line["roles"]))
    return (line["source_id"], line["sentence"] or line["locator"], line["event"], *roles)


def matches(old: Mapping[str, Features], new: Mapping[str, Features]) -> dict[str, Likeness]:
    """For each old row the new one that is most like it, if any is; sure ones are given to one old row only.

    The share is the mean of the two usual ones, common features by all features (Jaccard) and by those of the smaller row, so
    that a row which only gained or only lost evidence is still known.
    """
    shares = sorted(
        ((-_share(mine, theirs), one, other) for one, mine in old.items() for other, theirs in new.items() if mine & theirs),
    )
    found: dict[str, Likeness] = {}
    taken: set[str] = set()
    for minus, one, other in shares:
        if one in found:
            continue
        rivals = [-share for share, mine, theirs in shares if (mine == one) != (theirs == other) and theirs not in taken]
        sure = -minus >= SURE and other not in taken and all(rival <= -minus - _APART for rival in rivals)
        found[one] = Likeness(other, -minus, sure)
        if sure:
            taken.add(other)
    return found


def _share(one: Features, other: Features) -> float:
    common = len(one & other)
    return (common / len(one | other) + common / min(len(one), len(other))) / 2
