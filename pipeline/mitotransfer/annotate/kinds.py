"""Names of cells by how much they say: which is a kind of which, and which of several are worth telling."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from mitotransfer.annotate.vocabulary import Vocabulary

# A state or a part in the experiment: any cell can be in it.
_STATES = frozenset({
    "cell:apoptotic_cell", "cell:necroptotic_cell", "cell:senescent_cell", "cell:stressed_cell", "cell:donor_cell",
    "cell:recipient_cell",
})  # fmt: skip


def is_kind_of(ident: str, above: str, vocabulary: Vocabulary) -> bool:
    """Whether a cell or line is the other one or a kind of it; a line is a kind of its cell, any cell can be in a state."""
    if above in _STATES or vocabulary.is_a(ident, above):
        return True
    entry = vocabulary.entries.get(ident)
    return entry is not None and any(vocabulary.is_a(cell, above) for cell in entry.values("cell"))


def related(one: AbstractSet[str], other: AbstractSet[str], vocabulary: Vocabulary) -> bool:
    """Whether two sets of ids can mean the same cells: one is empty, or an id of one is a kind of one of the other."""
    return not one or not other or any(is_kind_of(a, b, vocabulary) or is_kind_of(b, a, vocabulary) for a in one for b in other)


def general(idents: Iterable[str], vocabulary: Vocabulary) -> set[str]:
    """The ids of which a narrower one is there too: "stem cells … mesenchymal stem cells"."""
    known = set(idents)
    return {a for a in known if any(b != a and is_kind_of(b, a, vocabulary) for b in known)}


def narrower(one: AbstractSet[str], other: AbstractSet[str], vocabulary: Vocabulary) -> bool:
    """Whether every id of `one` is a kind of one of `other`, and not the same."""
    return bool(one) and one != other and all(any(is_kind_of(a, b, vocabulary) for b in other) for a in one)
