"""What the trial registry says, from run to run: asked for what is new or may have changed, remembered, compared.

```
raw/registry.jsonl    a line for each trial (`document.TrialRecord`), by number
raw/registry.json     when it was asked, of when its data were, which searches are complete, what went wrong
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from mitotransfer.document import Change, Trial, TrialDate, TrialRecord
from mitotransfer.errors import ConfigError, Problem, Severity
from mitotransfer.fetch.http import FetchError
from mitotransfer.fetch.registry import Registry
from mitotransfer.files import write_whole

NAME = "ClinicalTrials.gov"
RECORDS, HEAD = "registry.jsonl", "registry.json"
_NO_NUMBER = "NCT00000000"  # refused with 400, and the whole batch with it
_UNCOMPARED = frozenset({"nct", "updated"})  # what else changed is told by its own name


class Head(msgspec.Struct, frozen=True):
    """The last run's asking."""

    asked: str = ""
    data: str = ""
    queries: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Remembered(NamedTuple):
    """What lies in a raw directory."""

    records: list[TrialRecord]
    head: Head


def read_queries(path: Path) -> list[str]:
    """The searches of a file: one a line, `#` begins a comment. Raises ConfigError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    return list(dict.fromkeys(text for line in lines if (text := " ".join(line.partition("#")[0].split()))))


def read_registry(raw: Path) -> Remembered:
    """What the registry stage left in `raw`. A line that is damaged is left out and told, since it will be asked for again."""
    records: list[TrialRecord] = []
    head, damaged = Head(), 0
    try:
        head = msgspec.json.decode((raw / HEAD).read_bytes(), type=Head)
    except OSError:
        return Remembered([], Head())
    except msgspec.DecodeError:
        damaged += 1
    try:
        lines = (raw / RECORDS).read_bytes().splitlines()
    except OSError:
        lines = []
        damaged += 1
    for line in lines:
        try:
            records.append(msgspec.json.decode(line, type=TrialRecord))
        except msgspec.DecodeError:
            damaged += 1
    if damaged:
        message = f"{raw / RECORDS}: damaged, or of another version, in {damaged} places; these trials count as never asked for"
        told = (*head.problems, _problem("warning", "registry-damaged", message))
        head = msgspec.structs.replace(head, queries=(), problems=told)  # what they found may be among the lost
    return Remembered(records, head)


def registry_answers(raw: Path) -> tuple[list[TrialRecord], list[Problem]]:
    """What the registry stage left in `raw`, and what a reader should know of it. Raises ConfigError when it has not run."""
    if not (raw / HEAD).is_file():
        raise ConfigError(f"{raw}: no {HEAD} there; run the registry stage first")
    records, head = read_registry(raw)
    return records, [*head.problems, *changes(records)]


def keep_registry(raw: Path, found: Remembered) -> None:
    """Writes both files, whole or not at all. Raises OutputError."""
    records = sorted(found.records, key=lambda record: record.nct)
    write_whole({
        raw / RECORDS: [msgspec.json.encode(record) + b"\n" for record in records],
        raw / HEAD: [msgspec.json.encode(found.head) + b"\n"],
    })  # fmt: skip


def ask_registry(numbers: Iterable[str], queries: Sequence[str], raw: Path, registry: Registry | None) -> Counter[str]:
    """Asks for the trials of these numbers and for those that the searches find, and writes what is known then to `raw`.

    Without a `registry` (offline) nothing is asked. One that cannot be reached leaves what earlier runs brought and a problem.
    Returns how many were done (known) and dropped (no such trial, or nothing known of it). Raises OutputError.
    """
    wanted = sorted(set(numbers))
    old = read_registry(raw)
    asking = _Asking(old, wanted, list(queries))
    if registry is None:
        asking.offline()
    else:
        asking.ask(registry)
    found = asking.found()
    keep_registry(raw, found)
    outcomes = Counter("done" if record.trial else "dropped" for record in found.records)
    known = {number for record in found.records for number in record.numbers}
    outcomes["dropped"] += len(set(wanted) - known)
    return outcomes


def changes(records: Iterable[TrialRecord]) -> Iterator[Problem]:
    """A note for each trial that changed since it was asked for before."""
    for record in records:
        if record.changes:
            told = "; ".join(
                f"{change.field}: {change.old or 'nothing'} → {change.new or 'nothing'}" for change in record.changes
            )
            message = f"changed in the registry since {record.since}: {told}"
            yield Problem(record.nct, "registry", "note", "trial-changed", "", message)


class _Asking:
    """One run's asking. What does not come is as it was remembered."""

    def __init__(self, old: Remembered, numbers: Sequence[str], queries: Sequence[str]) -> None:
        self.numbers, self.queries = numbers, queries
        self.old = {record.nct: record for record in old.records}
        self.by_number = {number: record for record in old.records for number in (record.nct, *record.numbers)}
        self.before = old.head
        self.today = datetime.now(UTC).date().isoformat()
        self.answered = False
        self.data = old.head.data
        self.complete = [query for query in queries if query in old.head.queries]
        self.received: dict[str, Trial] = {}
        self.absent: set[str] = set()
        self.meant = {number: self.by_number[number].nct for number in numbers if number in self.by_number}
        found_by = {record.nct: set(record.queries) & set(queries) for record in old.records}
        self.hits = {nct: by for nct, by in found_by.items() if by}
        self.problems: list[Problem] = []

    def offline(self) -> None:
        """Nothing is asked."""
        if missing := [number for number in self.numbers if number not in self.by_number]:
            message = f"offline: {len(missing)} trials that articles name have never been asked for ({_some(missing)})"
            self.problems.append(_problem("note", "registry-offline", message))

    def ask(self, registry: Registry) -> None:
        """Asks for everything that is not known to be as it was; stops when nobody answers."""
        try:
            self.data = registry.timestamp()
            self.answered, self.complete = True, []
            self._ask_numbers(registry)
            for query in self.queries:
                self._ask_query(registry, query)
        except FetchError as error:
            code = "registry-refused" if error.code == "refused" else "registry-unreachable"
            message = f"{error}; what had not been asked by then is as the articles and earlier runs have it"
            self.problems.append(_problem("warning", code, message))

    def found(self) -> Remembered:
        """The records of this run and their head."""
        wanted: dict[str, set[str]] = {nct: set() for nct in self.hits}
        for number, nct in self.meant.items():
            wanted.setdefault(nct, set()).add(number)
        records = [record for nct in sorted(wanted) if (record := self._record(nct, wanted[nct])) is not None]
        asked = self.today if self.answered else self.before.asked
        return Remembered(records, Head(asked, self.data, tuple(self.complete), tuple(self.problems)))

    def _ask_numbers(self, registry: Registry) -> None:
        due = [number for number in self.numbers if not self._is_current(self.by_number.get(number))]
        if _NO_NUMBER in due:
            due.remove(_NO_NUMBER)
            self.meant[_NO_NUMBER] = _NO_NUMBER
            self.absent.add(_NO_NUMBER)
        try:
            for number, trial in registry.studies(due):
                self.meant[number] = trial.nct if trial else number
                if trial:
                    self.received[trial.nct] = trial
                else:
                    self.absent.add(number)
        except FetchError as error:
            self._told(error, "the trials that articles name")

    def _ask_query(self, registry: Registry, query: str) -> None:
        if self.data and self.data == self.before.data and query in self.before.queries:
            self.complete.append(query)
            return
        hits: set[str] = set()
        try:
            for trial in registry.search(query):
                hits.add(trial.nct)
                self.received[trial.nct] = trial
                self.hits.setdefault(trial.nct, set()).add(query)
        except FetchError as error:
            self._told(error, f"the search '{query}'")
            return
        self.complete.append(query)
        for nct in self.hits.keys() - hits:
            self.hits[nct].discard(query)
        self.hits = {nct: by for nct, by in self.hits.items() if by}

    def _told(self, error: FetchError, what: str) -> None:
        """A question that got a refusal of its own is told, and the next is asked; any other failure ends the asking."""
        codes = {"bad-request": "registry-bad-request", "incomplete": "registry-incomplete", "paging": "registry-incomplete"}
        if error.code not in codes:
            raise error
        self.problems.append(_problem("warning", codes[error.code], f"{what}: {error}"))

    def _is_current(self, record: TrialRecord | None) -> bool:
        """Whether the registry's data are still those of the record."""
        return record is not None and bool(self.data) and record.data == self.data

    def _record(self, nct: str, numbers: set[str]) -> TrialRecord | None:
        """What is known of a trial now; None when it has never been asked for."""
        renamed = (self.by_number[number] for number in sorted(numbers) if number in self.by_number)
        old = self.old.get(nct) or next(renamed, None)
        told = {"numbers": tuple(sorted(numbers)), "queries": tuple(sorted(self.hits.get(nct, ())))}
        if nct in self.received or nct in self.absent:
            trial = self.received.get(nct)
            changed = tuple(compared(old.trial, trial)) if old and old.trial else ()
            since = old.asked if old and changed else ""
            return TrialRecord(nct, self.today, self.data, changes=changed, since=since, trial=trial, **told)
        if old is None:
            return None
        if self.answered and self._is_current(old):
            return msgspec.structs.replace(old, asked=self.today, changes=(), since="", **told)
        return msgspec.structs.replace(old, **told)


def compared(old: Trial, new: Trial | None) -> Iterator[Change]:
    """The fields in which a study differs from what it was, with their values as texts."""
    if new is None:
        yield Change("study", old.title or old.nct, "")
        return
    for name in Trial.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if name not in _UNCOMPARED and before != after:
            yield Change(name, _plain(before), _plain(after))


def _plain(value: object) -> str:
    if isinstance(value, TrialDate):
        return f"{value.date} ({value.kind.lower()})" if value.kind else value.date
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        named = hasattr(value, "_fields")  # a site, an intervention: its parts; else a list of such or of words
        return (", " if named else "; ").join(text for one in value if (text := _plain(one)))
    return str(value)


def _problem(severity: Severity, code: str, message: str) -> Problem:
    return Problem(NAME, "registry", severity, code, "", message)


def _some(numbers: Sequence[str], most: int = 5) -> str:
    return ", ".join(numbers[:most]) + (" …" if len(numbers) > most else "")
