"""How near a value of a run is to a value of the gold: by vocabulary id, by is_a steps, by words."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.gold import Effect

SAME, NEAR, NONE = 1.0, 0.5, 0.0
_WORD = re.compile(r"[a-z0-9α-ω]+")
_STEPS = 2  # is_a steps within which two entries are near
_SHARE = 0.5  # content words two names must share to be near
_STOP = frozenset(
    {"a", "an", "the", "of", "in", "on", "by", "to", "from", "with", "and", "or", "into", "via", "after", "for", "at", "as"}
    | {"containing", "cell", "cells", "derived", "type"}
)


class Value(NamedTuple):
    """A value of a run: vocabulary id, displayed text, or both; effects carry a direction."""

    ident: str = ""
    text: str = ""
    direction: str = ""


class Names:
    """The vocabulary as the scorer needs it: names -> ids, ids -> label and is_a parents.

    In: entries as mappings with the columns `id`, `label`, `synonyms` ('|'), `parent` ('|'); those without id are passed over.
    """

    def __init__(self, entries: Iterable[Mapping[str, str | None]]) -> None:
        self._ids: dict[tuple[str, str], set[str]] = {}
        self._forms: dict[str, list[str]] = {}
        self._parents: dict[str, set[str]] = {}
        self.labels: dict[str, str] = {}
        for entry in entries:
            ident = (entry.get("id") or "").strip()
            if not ident:
                continue
            label = entry.get("label") or ""
            self.labels[ident] = label or ident
            self._parents[ident] = set(filter(None, (entry.get("parent") or "").split("|")))
            for name in (label, *(entry.get("synonyms") or "").split("|")):
                if name.strip():
                    self._ids.setdefault((ident.partition(":")[0], _key(name)), set()).add(ident)
                    self._forms.setdefault(ident, []).append(name)

    def find(self, name: str, categories: Collection[str]) -> set[str]:
        """Ids of a name: as it stands, else without a closing 'cell', else without an opening word of origin."""
        key = _key(name)
        without_origin = re.sub(r"^(?:autologous|allogeneic|xenogen(?:e)?ic|syngeneic) ", "", key)
        for form in (key, key.removesuffix(" cell"), without_origin):
            if found := set().union(*(self._ids.get((category, form), ()) for category in categories)):
                return found
        return set()

    def related(self, one: str, other: str) -> bool:
        """Whether one entry is an ancestor of the other by one or two is_a steps."""
        return one in self._ancestors(other) or other in self._ancestors(one)

    def named_in(self, sentence: str, name: str, categories: Collection[str]) -> bool:
        """Whether a sentence names a value, by its own name or another of the vocabulary.

        A name is there when its words stand there side by side, or when it has several content words and all occur.
        """
        text, words = f" {_plain(sentence)} ", _words(sentence)
        for form in (name, *(form for ident in sorted(self.find(name, categories)) for form in self._forms[ident])):
            content = _words(form)
            if f" {_plain(form)} " in text or (len(content) > 1 and content <= words):
                return True
        return False

    def _ancestors(self, ident: str) -> set[str]:
        found: set[str] = set()
        front = {ident}
        for _ in range(_STEPS):
            front = set().union(*(self._parents.get(entry, ()) for entry in front))
            found |= front
        return found


def read_names(folder: Path) -> Names:
    """Names of all `folder/*.tsv` of the vocabulary. Raises ConfigError when there are none or one cannot be read."""
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise ConfigError(f"{folder}: no vocabulary (*.tsv) there")
    return Names(entry for path in paths for entry in _entries(path))


def _entries(path: Path) -> Iterator[dict[str, str | None]]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            yield from csv.DictReader(handle, delimiter="\t")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: not a UTF-8 table: {error}") from error


def similarity(gold: str | Effect, value: Value, categories: Collection[str], names: Names) -> float:
    """1.0 for the same vocabulary entry or the same content words, 0.5 for a near entry or half of the words, else 0.

    Effects that differ in direction count nothing, or half when one of the directions is only "change".
    """
    name, direction = (gold.outcome, gold.direction) if isinstance(gold, Effect) else (gold, "")
    score = _by_entry(names.find(name, categories), value.ident, names)
    if score < SAME:
        score = max(score, *(_by_words(name, text) for text in (value.text, names.labels.get(value.ident, ""))))
    if direction and value.direction and value.direction != direction:
        score *= 0.5 if "change" in (direction, value.direction) else 0.0
    return score


def _by_entry(wanted: Collection[str], ident: str, names: Names) -> float:
    if ident in wanted:
        return SAME
    return NEAR if ident and any(names.related(ident, other) for other in wanted) else NONE


def _by_words(name: str, text: str) -> float:
    wanted, have = _words(name), _words(text)
    if not (wanted and have):
        return NONE
    if wanted == have:
        return SAME
    return NEAR if len(wanted & have) / len(wanted | have) >= _SHARE else NONE


@lru_cache(maxsize=65536)  # every value of a run is held against every gold value of its document
def _words(text: str) -> frozenset[str]:
    found = _WORD.findall(text.lower().replace("‐", "-"))
    return frozenset(_singular(word) if len(word) > 3 else word for word in found if word not in _STOP)


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    """The words of a text in their order, in the form in which `_words` compares them."""
    return " ".join(_singular(word) if len(word) > 3 else word for word in _WORD.findall(text.lower()))


def _key(name: str) -> str:
    return _singular(re.sub(r"[\s\-‐–/]+", " ", name.strip().lower()))


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
