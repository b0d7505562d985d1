"""The frame of an article: what its own sentences say of species, models, routes and labels, for findings that leave it unsaid.

A role is filled from the sentence of the finding first; what the frame adds lowers the confidence of the event.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from mitotransfer.annotate.cells import find_routes, linked
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Reading
from mitotransfer.document import Mention, Role

_GENERIC_SPECIES = frozenset({"species:animal", "species:human"})
_MODEL = ("model_procedure",)
_ANIMALS = re.compile(
    r"\b(?:animals?|in vivo|mice|rats?|pigs?|rabbits?|sheep|monkeys?|patients|children|subjects)\b", re.IGNORECASE
)
_OWNER = re.compile(r"<species(\d+)/> (?:[\w-]+ ){0,3}?(?:<tissue\d+/>[ -](?:derived )?)?<cell(\d+)/>")
_MOST = 4  # values of a role that an article states in passing; more is a list of something else


class Frame:
    """What the own sentences of an article name, by category and in the order of mention."""

    def __init__(self, readings: Sequence[Reading], resources: Resources, extra: Extra) -> None:
        self.resources, self.extra = resources, extra
        self.readings = [r for r in readings if r.sentence.voice in ("own", "aim")]
        self.species: Counter[str] = Counter()
        self.owners: dict[str, Counter[str]] = {}
        self._surface: dict[str, str] = {}
        for reading in self.readings:
            slots = reading.slots
            owned = set()
            for species, cell in _OWNER.findall(slots.text):
                self.owners.setdefault(slots.mentions[int(cell)].ident, Counter())[slots.mentions[int(species)].ident] += 1
                owned.add(int(species))
            for cell_ident, species_ident in reading.owners:
                self.owners.setdefault(cell_ident, Counter())[species_ident] += 1
            for number, mention in enumerate(slots.mentions):
                self._surface.setdefault(mention.ident, mention.surface)
                if mention.category == "species" and number not in owned and mention.ident != "species:animal":
                    # "rats" are animals that something was done to, "rat" narrows another noun
                    self.species[mention.ident] += 2 if mention.surface.lower().endswith(("s", "mice")) else 1

    def named(self, categories: tuple[str, ...], readings: Iterable[Reading] | None = None) -> list[Mention]:
        """The names of these categories in the article's own sentences (or in some), those of titles first."""
        chosen = sorted(self.readings if readings is None else readings, key=lambda r: r.sentence.passage.kind != "title")
        return [m for r in chosen for m in self.in_sentence(r, categories)]

    def in_sentence(self, reading: Reading, categories: tuple[str, ...]) -> list[Mention]:
        """The names of these categories in a sentence."""
        return names(reading.sentence.text, self.resources, categories, self.extra, boundaries=reading.sentence.boundaries)

    def model_species(self) -> list[Role]:
        """The animal that stands most often by itself, else patients, else the one whose cells are named."""
        animals = [ident for ident, _ in self.species.most_common() if ident not in _GENERIC_SPECIES]
        owners = [ident for count in self.owners.values() for ident, _ in count.most_common(1)]
        found = animals[:1] or [ident for ident, _ in self.species.most_common(1)] or owners[:1]
        return [self._role("model_species", ident) for ident in found]

    def diseases(self) -> list[Role]:
        """The diseases named in the title, else the one named most."""
        titles = [r for r in self.readings if r.sentence.passage.kind == "title"]
        found = self.named(("disease",), titles)
        return linked("disease", found) or self._most("disease", ("disease",))

    def tissues(self, sources: Collection[str] = ()) -> list[Role]:
        """The tissue named in the title, else the one named most; those that mitochondria came from (`sources`) do not count."""
        titles = [r for r in self.readings if r.sentence.passage.kind == "title"]
        titled = [m for m in self.named(("tissue",), titles) if m.ident not in sources]
        return linked("tissue", titled)[:2] or self._most("tissue", ("tissue",), sources)

    def procedures(self) -> list[Role]:
        """How the models of the article were made."""
        return linked("procedure", self.named(_MODEL))[:_MOST]

    def routes(self, *scopes: Iterable[Reading]) -> list[Role]:
        """The routes in the first of some groups of sentences that tells a specific one, else a bare one ("injection")."""
        entries = self.resources.vocabulary.entries
        bare: list[Mention] = []
        for readings in scopes:
            found = [m for r in readings for m in find_routes(r.sentence.text, [], self.resources, self.extra)]
            specific = [m for m in found if entries[m.ident].extra.get("scope") != "generic"]
            if specific:
                return linked("route", specific)[:2]
            bare += found
        return linked("route", bare)[:1]

    def _most(self, role: str, categories: tuple[str, ...], without: Collection[str] = ()) -> list[Role]:
        found = [m for m in self.named(categories) if m.ident not in without]
        count = Counter(m.ident for m in found)
        first = count.most_common(1)
        return linked(role, [m for m in found if first and m.ident == first[0][0]])

    def _role(self, name: str, ident: str) -> Role:
        return Role(name, self._surface.get(ident, self.resources.vocabulary.label(ident)), ident)


def in_animals(reading: Reading) -> bool:
    """Whether a sentence speaks of living animals or patients rather than of cells in culture."""
    return bool(_ANIMALS.search(reading.sentence.text))
