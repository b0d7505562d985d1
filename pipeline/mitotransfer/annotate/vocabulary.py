"""The controlled vocabulary: one tab-separated file per category, read and checked before anything else is done.

Every mistake in a file is a `ConfigError` that says where it stands and what would be right, so that a curator who
edits the files in a spreadsheet can mend them without reading code. The format is described in the README beside them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, NoReturn

import msgspec

from mitotransfer.annotate.variants import case_sensitive, normal, spelling
from mitotransfer.errors import ConfigError

COMMON = ("id", "label", "synonyms", "parent", "xref", "note", "ambiguous", "ambiguous_forms", "adjectives", "attested")
EXTRA: dict[str, tuple[str, ...]] = {
    "cell_line": ("species", "cell"),
    "condition": ("kind",),
    "label": ("kind",),
    "mechanism": ("kind", "shows"),
    "negation_hedge": ("type", "scope"),
    "outcome": ("class", "polarity", "polarity_words", "inverse_forms"),
    "route": ("scope",),
    "secreted_form": ("size_min_nm", "size_max_nm", "size_text", "size_source"),
    "trigger": ("event", "lemmas"),
}
# Columns that rules rely on; a value outside these sets would silently switch a rule off. An entry may hold several.
ALLOWED: dict[tuple[str, str], tuple[str, ...]] = {
    ("negation_hedge", "type"): ("negation", "hedge", "pseudo-negation", "missing-value", "generic-background"),
    ("negation_hedge", "scope"): ("forward", "backward", "both", "adjacent"),
    ("outcome", "polarity"): ("up", "down", "context"),
    ("trigger", "event"): (
        "secretion",
        "transfer",
        "uptake",
        "transplantation",
        "regulation-positive",
        "regulation-negative",
        "improvement",
        "reduction",
        "labelling",
    ),
}
# Columns that hold ids of another category.
REFERS = {("cell_line", "species"): "species", ("cell_line", "cell"): "cell", ("mechanism", "shows"): "mechanism|uptake"}
NUMBERS = {("secreted_form", "size_min_nm"), ("secreted_form", "size_max_nm")}
ONTOLOGY_NAMES = "ontology_names.tsv"
ONTOLOGY_COLUMNS = ("curie", "name", "synonyms", "source")
CURIE = re.compile(r"[A-Za-z][\w.]*:[\w.-]+")


class Entry(msgspec.Struct, frozen=True):
    """One concept. `extra` holds the category's own columns, such as polarity and inverse_forms of an outcome."""

    ident: str
    category: str
    label: str
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    xrefs: tuple[str, ...] = ()
    note: str = ""
    ambiguous_forms: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    extra: dict[str, str] = {}

    @property
    def forms(self) -> tuple[str, ...]:
        """The names that stand for the concept by themselves (adjectives do not)."""
        return (self.label, *self.synonyms)

    def values(self, column: str) -> tuple[str, ...]:
        """The values of one of the category's own columns, which are joined with '|'."""
        return _values(self.extra.get(column, ""))


class Place(NamedTuple):
    """Where an entry stands, for messages."""

    path: Path
    line: int

    def fail(self, column: str, message: str) -> NoReturn:
        """Raise ConfigError for this place."""
        raise ConfigError(f"{self.path}, line {self.line}, column {column}: {message}")


class Vocabulary:
    """All entries by id, in the order of the files; `names` gives the ontologies' own name of each cited CURIE."""

    def __init__(self, entries: dict[str, Entry], names: dict[str, str] | None = None) -> None:
        self.entries = entries
        self.names = names or {}
        self.by_category: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries.values():
            self.by_category[entry.category].append(entry)
        self._ancestors: dict[str, frozenset[str]] = {}

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Read every `<category>.tsv` of a folder. Raises ConfigError naming file, line and column of the first mistake."""
        if not folder.is_dir():
            raise ConfigError(f"{folder}: there is no such vocabulary folder")
        paths = sorted(path for path in folder.glob("*.tsv") if path.name != ONTOLOGY_NAMES)
        if not paths:
            raise ConfigError(f"{folder}: holds no <category>.tsv")
        names = _load_names(folder / ONTOLOGY_NAMES)
        entries: dict[str, Entry] = {}
        places: dict[str, Place] = {}
        for path in paths:
            for place, entry in _load_category(path):
                if entry.ident in places:
                    first = places[entry.ident]
                    place.fail("id", f"{entry.ident} stands already in {first.path.name}, line {first.line}")
                entries[entry.ident] = entry
                places[entry.ident] = place
        for ident, entry in entries.items():
            _check_links(entry, entries, names, places[ident])
        _check_cycles(entries, places)
        _check_shared_forms(entries, places)
        return cls(entries, names)

    def label(self, ident: str) -> str:
        """The display name of an id; the id itself when the vocabulary does not hold it."""
        entry = self.entries.get(ident)
        return entry.label if entry else ident

    def ancestors(self, ident: str, depth: int | None = None) -> frozenset[str]:
        """Ids above an entry (is_a, for tissues also part_of), `depth` steps up or all; without the entry itself."""
        if depth is None and ident in self._ancestors:
            return self._ancestors[ident]
        found: set[str] = set()
        front = {ident}
        steps = 0
        while front and (depth is None or steps < depth):
            front = {parent for i in front if i in self.entries for parent in self.entries[i].parents} - found
            found |= front
            steps += 1
        result = frozenset(found)
        if depth is None:
            self._ancestors[ident] = result
        return result

    def is_a(self, ident: str, above: str) -> bool:
        """Whether `ident` is `above` or stands below it."""
        return ident == above or above in self.ancestors(ident)

    def is_ambiguous(self, ident: str, surface: str) -> bool:
        """Whether this form of the entry is marked as also meaning something else (plural s aside)."""
        return normal(surface) in self._ambiguous.get(ident, ())

    @cached_property
    def _ambiguous(self) -> dict[str, frozenset[str]]:
        return {
            ident: frozenset(form for marked in entry.ambiguous_forms for form in (normal(marked), normal(marked) + "s"))
            for ident, entry in self.entries.items()
            if entry.ambiguous_forms
        }


def _values(text: str) -> tuple[str, ...]:
    return tuple(value for part in text.split("|") if (value := part.strip())) if text else ()


def _rows(path: Path) -> Iterator[tuple[Place, list[str]]]:
    """The lines of a file as lists of fields, header first; blank lines are passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    width = 0
    # Not splitlines(): it would also cut at form feeds and line separators inside a note.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        width = width or len(fields)
        if len(fields) != width:
            raise ConfigError(f"{path}, line {number}: {len(fields) - 1} tabs where the header has {width - 1}")
        yield Place(path, number), fields


def _check_header(place: Place, header: list[str], allowed: tuple[str, ...]) -> None:
    for column in header:
        if column not in allowed:
            place.fail(column or "(empty)", f"unknown column; allowed: {', '.join(allowed)}")
        if header.count(column) > 1:
            place.fail(column, "stands twice in the header")
    for column in allowed:
        if column not in header:
            place.fail(column, f"missing column; needed: {', '.join(allowed)}")


def _load_category(path: Path) -> Iterator[tuple[Place, Entry]]:
    category = path.stem
    extra = EXTRA.get(category, ())
    header: list[str] = []
    for place, fields in _rows(path):
        if not header:
            header = fields
            _check_header(place, header, COMMON + extra)
            continue
        row = dict(zip(header, fields, strict=True))
        _check_row(row, category, place)
        yield (
            place,
            Entry(
                ident=row["id"],
                category=category,
                label=row["label"],
                synonyms=_values(row["synonyms"]),
                parents=_values(row["parent"]),
                xrefs=_values(row["xref"]),
                note=row["note"],
                ambiguous_forms=_values(row["ambiguous_forms"]),
                adjectives=_values(row["adjectives"]),
                extra={column: row[column] for column in extra},
            ),
        )
    if not header:
        raise ConfigError(f"{path}: empty; the header must be {', '.join(COMMON + extra)}")


def _check_row(row: dict[str, str], category: str, place: Place) -> None:
    """What can be said of one line by itself."""
    if not re.fullmatch(rf"{category}:[a-z0-9_]+", row["id"]):
        place.fail("id", f"'{row['id']}' must be '{category}:' and a slug of small letters, digits and '_'")
    if not row["label"]:
        place.fail("label", f"{row['id']} has no label")
    for xref in _values(row["xref"]):
        if not CURIE.fullmatch(xref):
            place.fail("xref", f"'{xref}' is no CURIE (prefix:local id)")
    forms = (row["label"], *_values(row["synonyms"]))
    for column in ("ambiguous_forms", "inverse_forms"):
        for form in _values(row.get(column, "")):
            if form not in forms:
                place.fail(column, f"'{form}' is neither the label nor a synonym; forms: {' | '.join(forms)}")
    if row["ambiguous"] not in ("", "1") or bool(row["ambiguous"]) != bool(row["ambiguous_forms"]):
        place.fail("ambiguous", "must be 1 where ambiguous_forms names a form, else empty")
    for column, value in row.items():
        if allowed := ALLOWED.get((category, column)):
            for part in _values(value) or ("",):
                if part not in allowed:
                    place.fail(column, f"'{part}' is not allowed; allowed: {', '.join(allowed)}")
        if (category, column) in NUMBERS and value and not re.fullmatch(r"\d+(\.\d+)?", value):
            place.fail(column, f"'{value}' is not a number")


def _load_names(path: Path) -> dict[str, str]:
    """CURIE -> name of the ontology terms that entries may cite."""
    names: dict[str, str] = {}
    header: list[str] = []
    for place, fields in _rows(path):
        if not header:
            header = fields
            _check_header(place, header, ONTOLOGY_COLUMNS)
            continue
        row = dict(zip(header, fields, strict=True))
        if not CURIE.fullmatch(row["curie"]):
            place.fail("curie", f"'{row['curie']}' is no CURIE (prefix:local id)")
        if row["curie"] in names:
            place.fail("curie", f"{row['curie']} stands twice")
        names[row["curie"]] = row["name"]
    return names


def _check_links(entry: Entry, entries: dict[str, Entry], names: dict[str, str], place: Place) -> None:
    for parent in entry.parents:
        if parent not in entries:
            place.fail("parent", f"'{parent}' is not in the vocabulary")
    for xref in entry.xrefs:
        if xref not in names:
            place.fail("xref", f"{xref} is not named in {ONTOLOGY_NAMES}; add it there with its name and source")
    for column in entry.extra:
        if wanted := REFERS.get((entry.category, column)):
            for ident in entry.values(column):
                if ident not in entries or entries[ident].category not in wanted.split("|"):
                    place.fail(column, f"'{ident}' is no id of {wanted}.tsv")


def _check_cycles(entries: dict[str, Entry], places: dict[str, Place]) -> None:
    done: set[str] = set()
    for start, entry in entries.items():
        path: list[str] = []
        stack = [(start, iter(entry.parents))]
        while stack:
            ident, parents = stack[-1]
            if len(path) < len(stack):
                path.append(ident)
            following = next((parent for parent in parents if parent not in done), None)
            if following is None:
                stack.pop()
                path.pop()
                done.add(ident)
            elif following in path:
                circle = " -> ".join([*path[path.index(following) :], following])
                places[following].fail("parent", f"an entry stands above itself: {circle}")
            else:
                stack.append((following, iter(entries[following].parents)))


def _check_shared_forms(entries: dict[str, Entry], places: dict[str, Place]) -> None:
    """Two entries of a category may share a form only when both say that it is ambiguous."""
    owner: dict[tuple[str, str], tuple[Entry, bool]] = {}
    for ident, entry in entries.items():
        marked = set(entry.ambiguous_forms)
        for form in entry.forms:
            key = (entry.category, spelling(form) if case_sensitive(form) else normal(form))
            other, other_marked = owner.setdefault(key, (entry, form in marked))
            if other.ident != ident and not (other_marked and form in marked):
                first = places[other.ident]
                places[ident].fail(
                    "synonyms",
                    f"'{form}' is a form of {other.ident} too ({first.path.name}, line {first.line}); name it in "
                    "ambiguous_forms of both, or drop it from one",
                )
