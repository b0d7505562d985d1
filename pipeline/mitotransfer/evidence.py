"""What a line of evidence says, read back from its cells: the roles with their words, and where these stand in the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mitotransfer.rows import SEPARATOR

# role=surface<id>, behind it for an effect " in <where it changes>"; the surface is the article's and may hold any sign
_ROLE = re.compile(r"(?P<name>[a-z_]+)=(?P<surface>.*)<(?P<ident>[^<>]*)>(?: in (?P<target>.*))?", re.DOTALL)
_NEXT = re.compile(rf"{SEPARATOR}(?=[a-z_]+=)")
TRIGGER = "trigger"


class RoleText(NamedTuple):
    """One role of an event as evidence.csv holds it. An effect's `ident` ends with its direction; `target`: where it changes."""

    name: str
    surface: str
    ident: str = ""
    target: str = ""


class Span(NamedTuple):
    """`sentence[start:end]` names a role of the event, or signals it (`TRIGGER`)."""

    start: int
    end: int
    role: str
    ident: str = ""


def role_parts(cell: str) -> list[str]:
    """The column `roles` cut into its roles, each as it is written."""
    return _NEXT.split(cell) if cell else []


def read_roles(cell: str) -> list[RoleText]:
    """The roles of the column `roles`; what is not of its form, as a hand-edited file may hold it, is left out."""
    found = (_ROLE.fullmatch(part) for part in role_parts(cell))
    return [RoleText(m["name"], m["surface"], m["ident"], m["target"] or "") for m in found if m]


def spans(line: Mapping[str, str]) -> list[Span]:
    """Where the trigger and the roles of a line of evidence.csv stand in its sentence, in order, none over another.

    Offsets count code points. Of several places that hold the words of a role the one nearest to the trigger counts; words
    that the sentence does not hold (of the frame of the study) have no span. A trigger that is a whole table row is left out.
    """
    sentence = line["sentence"]
    start, end = (int(line[key]) if line[key].isdecimal() else 0 for key in ("start", "end"))
    triggered = 0 <= start < end <= len(sentence) and (start, end) != (0, len(sentence))
    taken: list[Span] = []
    # longer names first: "neuronal mitochondria" is not lost to "mitochondria"
    for role in sorted(read_roles(line["roles"]), key=lambda r: (-len(r.surface), r)):
        places = (place for place in _places(sentence, role.surface) if not _overlaps(place, taken))
        if place := min(places, key=lambda p: (abs(p[0] - start), p), default=None):
            taken.append(Span(*place, role.name, role.ident))
    if triggered and not _overlaps((start, end), taken):
        taken.append(Span(start, end, TRIGGER))
    return sorted(taken)


def _places(sentence: str, surface: str) -> Iterable[tuple[int, int]]:
    """Where whole words of a text are these, however blanks and case are; evidence has commas for semicolons."""
    words = [re.escape(word).replace(",", "[,;]") for word in surface.split()]
    if not words:
        return []
    pattern = r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"
    return (match.span() for match in re.finditer(pattern, sentence, re.IGNORECASE))


def _overlaps(place: tuple[int, int], taken: Iterable[Span]) -> bool:
    return any(place[0] < span.end and span.start < place[1] for span in taken)
