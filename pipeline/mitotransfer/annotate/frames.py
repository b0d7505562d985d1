"""The frame of an article: what its own sentences say of species, models, routes and labels, for findings that leave it unsaid.

A role is filled from the sentence of the finding first; what the frame adds lowers the confidence of the event.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention, Role

_GENERIC_SPECIES = frozenset({"species:animal", "species:human"})
_ANIMALS = re.compile(
    r"\b(?:animals?|in vivo|mice|rats?|pigs?|rabbits?|sheep|monkeys?|patients|children|subjects)\b", re.IGNORECASE
)
_NO_NARROWER = r"(?:with|in|after|by|of|from|to|were|was|had|and|whose|that|which|received)\b"
_BODIES = re.compile(
    rf"(?<!from )(?<!of )<species\d+/>(?!['’]?s?(?: (?!{_NO_NARROWER})[\w-]+){{0,2}} <(?:cell|adjective|tissue)\d)"
    r"|\banimals?\b|\bin vivo\b|\bex[ -]vivo\b",
    re.IGNORECASE,
)
_OWNER = re.compile(r"<species(\d+)/> (?:[\w-]+ ){0,3}?(?:<tissue\d+/>[ -](?:derived )?)?<cell(\d+)/>")
# "Hamster mitochondria", "a hamster cell line": whose they are, not the animal that something was done to.
_OWNED = re.compile(r"<species(\d+)/> (?:[\w-]+ ){0,2}?(?:<(?:mito|form)\d+/>|cell lines?\b)")


class Frame:
    """What the sentences on a study name, by category and in the order of mention."""

    def __init__(self, readings: Sequence[Reading], resources: Resources, extra: Extra) -> None:
        self.resources, self.extra = resources, extra
        self.readings = list(readings)
        self.species: Counter[str] = Counter()
        self.lent: Counter[str] = Counter()
        self.owners: dict[str, Counter[str]] = {}
        self._surface: dict[str, str] = {}
        self._kept: dict[tuple[object, int], tuple[Reading, list[Mention]]] = {}
        for reading in self.readings:
            slots = reading.slots
            owned = set()
            for species, cell in _OWNER.findall(slots.text):
                self.owners.setdefault(slots.mentions[int(cell)].ident, Counter())[slots.mentions[int(species)].ident] += 1
                owned.add(int(species))
            for cell_ident, species_ident in reading.owners:
                self.owners.setdefault(cell_ident, Counter())[species_ident] += 1
            lent = {int(species) for species in _OWNED.findall(slots.text)}
            for number, mention in enumerate(slots.mentions):
                self._surface.setdefault(mention.ident, mention.surface)
                if mention.category == "species" and number not in owned and mention.ident != "species:animal":
                    # "rats" are animals that something was done to, "rat" narrows another noun
                    weight = 2 if mention.surface.lower().endswith(("s", "mice")) else 1
                    self.species[mention.ident] += weight
                    self.lent[mention.ident] += weight if number in lent and weight == 1 else 0  # "in rats mitochondria were"

    def named(self, categories: tuple[str, ...], readings: Iterable[Reading] | None = None) -> list[Mention]:
        """The names of these categories in the article's own sentences (or in some), those of titles first."""
        chosen = sorted(self.readings if readings is None else readings, key=lambda r: r.sentence.passage.kind != "title")
        return [m for r in chosen for m in self.in_sentence(r, categories)]

    def in_sentence(self, reading: Reading, categories: tuple[str, ...]) -> list[Mention]:
        """The names of these categories in a sentence, not those inside a mechanism's ("tumor" in "tumor necrosis factor")."""
        return self.once(categories, reading, lambda: self._in_sentence(reading, categories))

    def once(self, what: object, reading: Reading, make: Callable[[], list[Mention]]) -> list[Mention]:
        """The names that `make` finds in a sentence, looked for once; `what` tells them from others."""
        key = (what, id(reading))
        if key not in self._kept:
            self._kept[key] = (reading, make())  # with the reading, so that no other one gets its id
        return list(self._kept[key][1])

    def _in_sentence(self, reading: Reading, categories: tuple[str, ...]) -> list[Mention]:
        text, boundaries = reading.sentence.text, reading.sentence.boundaries
        found = names(text, self.resources, categories, self.extra, boundaries=boundaries)
        if not found or "mechanism" in categories:
            return found
        longer = [(m.start, m.end) for m in self.resources.matcher("mechanism").find(text, boundaries, self.extra)]
        return [m for m in found if not any(a <= m.start and m.end <= b and b - a > m.end - m.start for a, b in longer)]

    def in_text(self, text: str, categories: tuple[str, ...], *, adjectives: bool = False) -> list[Mention]:
        """The names of these categories in a text, adjectives ("hepatic") as well if asked for."""
        return names(text, self.resources, categories, self.extra, adjectives=adjectives)

    def model_species(self) -> list[Role]:
        """The animal that stands most often by itself, else patients, else the one whose cells are named."""
        named: Counter[str] = Counter()
        for ident, times in (self.species - self.lent).items():
            named[self.of_kind(ident)] += times
        animals = [ident for ident, _ in named.most_common() if ident not in _GENERIC_SPECIES]
        owners = [ident for count in self.owners.values() for ident, _ in count.most_common(1)]
        found = animals[:1] or [ident for ident, _ in named.most_common(1)] or owners[:1]
        return [self._role("model_species", ident) for ident in found]

    def of_kind(self, ident: str) -> str:
        """The species of a strain ("C57BL/6 mouse" is a mouse); other species as they are."""
        entries = self.resources.vocabulary.entries
        entry = entries.get(ident)
        above = (entries[parent] for parent in entry.parents) if entry else ()
        return next((one.ident for one in above if entry and entry.label.endswith(one.label)), ident)

    def cell_of(self, ident: str) -> str:
        """The kind of cell that a cell line is; other names as they are."""
        entry = self.resources.vocabulary.entries.get(ident)
        return next(iter(entry.values("cell")), ident) if entry and entry.category == "cell_line" else ident

    def organ(self, ident: str) -> str:
        """The organ that a disease, procedure, cell or part belongs to, or that a tissue is; empty where it is none."""
        rules = self.resources.rules
        kinds = [ident, *self._above(ident)]
        organ = next((rules.organ_of[kind] for kind in kinds if kind in rules.organ_of), "")
        return organ or next((kind for kind in kinds if kind in rules.treated), "")

    def _above(self, ident: str) -> list[str]:
        """The ids above an entry, the nearest first."""
        vocabulary = self.resources.vocabulary
        found: dict[str, None] = {}
        depth = 1
        while len(above := vocabulary.ancestors(ident, depth)) > len(found):
            found |= dict.fromkeys(sorted(above - found.keys()))
            depth += 1
        return list(found)

    def _role(self, name: str, ident: str) -> Role:
        return Role(name, self._surface.get(ident, self.resources.vocabulary.label(ident)), ident)


def in_animals(reading: Reading) -> bool:
    """Whether a sentence speaks of living animals or patients rather than of cells in culture."""
    return bool(_ANIMALS.search(reading.sentence.text))


def in_body(reading: Reading) -> bool:
    """Whether animals, patients or whole organs themselves are spoken of, and not only whose cells these are."""
    return bool(_BODIES.search(reading.slots.text))
