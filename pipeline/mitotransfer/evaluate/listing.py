"""The error analysis as plain text to read in a terminal: what went wrong in each document, then tables that sum it up."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from mitotransfer.evaluate.analysis import REASONS, Extra, Finding, Lost, Place
from mitotransfer.evaluate.pairing import TABLES
from mitotransfer.evaluate.traces import Part, Trace

_WIDTH = 120
_SHOWN = 3  # events or sentences told for one value; the others are counted
_OPENING = 50  # characters that recall a sentence told before

_LEGEND = (
    "MISSED: a gold row without a row of the run. FALSE: a row of the run without a gold row. found: a pair with errors.",
    "lost    a gold value that the row lacks, and where it is:",
    *(f"          {name:12} {meaning}" for name, meaning in REASONS.values()),
    "partly  a gold value for which the row has a near one, or the direction is open: it counts a half or less",
    "false   a value that the gold row lacks, and the events of the row that brought it",
    "An event is told as rule, confidence, trigger and sentence; a sentence is told in full once for each row.",
)


def listing(findings: Sequence[Finding]) -> Iterator[str]:
    """The lines of the listing, without line ends, for the findings of `analyse`."""
    yield from _head(findings)
    document = ""
    for finding in findings:
        if finding.clean:
            continue
        if finding.document != document:
            document = finding.document
            yield from ("", f"== {document} ".ljust(_WIDTH, "="))
        yield ""
        yield from _Row(finding).lines()
    yield from ("", "== Summary ".ljust(_WIDTH, "="), "")
    yield from _silent(findings)
    yield ""
    yield from _by_field(findings)
    yield ""
    yield from _by_rule(findings)


def _head(findings: Sequence[Finding]) -> Iterator[str]:
    kinds = Counter(finding.kind for finding in findings)
    flawed = sum(finding.kind == "paired" and not finding.clean for finding in findings)
    yield f"{kinds['missed']} rows missed, {kinds['false']} false, {kinds['paired']} paired, {flawed} of these with errors"
    yield ""
    yield from _LEGEND


# -- one row -------------------------------------------------------------------------------------------------------------


class _Row:
    """The lines of one finding. A sentence is told in full once, then by its beginning."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.told: set[str] = set()

    def lines(self) -> Iterator[str]:
        """The row, what the gold and the run state, and each error."""
        found = self.finding
        number = f" {found.number}" if found.number else ""
        kind = {"missed": "MISSED", "false": "FALSE", "paired": "found"}[found.kind]
        row = f" (row {found.row_id}{found.confidence and f', confidence {found.confidence}'})" if found.row_id else ""
        yield f"{found.table}{number}: {kind}{row}"
        for start, values in (("  gold    ", found.gold), ("  found   ", found.given)):
            yield from _wrapped(start, " | ".join(f"{name}: {text}" for name, text in values.items()))
        if found.nearest:
            yield from _wrapped("  nearest ", found.nearest)
        if found.wrong_polarity:
            yield "  false   negated: one of the two is, the other is not"
        if found.kind == "missed":
            yield from self._gold_evidence()
        if found.kind == "false":
            for trace in found.traces:
                yield from _wrapped("  evidence ", self._event(trace))
                yield from _wrapped("             ", "roles " + ", ".join(f"{part.role} {_value(part)}" for part in trace.parts))
        for lost in found.lost:
            yield from self._lost(lost)
        for partly in found.partly:
            yield from _wrapped("  partly  ", f"{partly.field}: {partly.text}, found {partly.found}")
        for extra in found.extra:
            yield from self._extra(extra)

    def _gold_evidence(self) -> Iterator[str]:
        if not self.finding.places:
            yield "  evidence the gold gives none"
        for place in self.finding.places:
            yield from _wrapped("  evidence ", self._place(place))

    def _lost(self, lost: Lost) -> Iterator[str]:
        yield from _wrapped("  lost    ", f"{lost.field}: {lost.text}: {REASONS[lost.reason][0]}")
        seen: set[tuple[str, str, str]] = set()
        told: list[str] = []
        for trace, part in lost.found:
            key = (part.role, trace.rule, trace.sentence)
            if key not in seen and len(seen) < _SHOWN:
                row = "this row" if trace.row_id == self.finding.row_id else f"row {trace.row_id}"
                told.append(f"{part.role} {_value(part)} in {row} by {self._event(trace)}")
            seen.add(key)
        yield from _items(told, len(seen))
        yield from _items([self._place(place) for place in lost.places[:_SHOWN]], len(lost.places))

    def _extra(self, extra: Extra) -> Iterator[str]:
        yield from _wrapped("  false   ", f"{extra.field}: {extra.text}{'' if extra.found else ': no event of the row has it'}")
        told = [f"{part.role} {_value(part)} by {self._event(trace)}" for trace, part in extra.found[:_SHOWN]]
        yield from _items(told, len(extra.found))

    def _place(self, place: Place) -> str:
        return f"{', '.join(place.rules) or 'no rule fired'}: {self._sentence(place.sentence)}"

    def _event(self, trace: Trace) -> str:
        return f'{trace.rule} {trace.confidence} at "{trace.trigger}": {self._sentence(trace.sentence)}'

    def _sentence(self, text: str) -> str:
        plain = " ".join(text.split())
        if plain in self.told and len(plain) > _OPENING:
            return plain[:_OPENING].rstrip() + "…"
        self.told.add(plain)
        return plain


def _value(part: Part) -> str:
    direction = part.value.direction and f" ({part.value.direction})"
    return f'"{part.value.text}"{direction}'


def _items(texts: Iterable[str], of: int) -> Iterator[str]:
    """Indented items, and how many of all are left out."""
    left_out = of
    for text in texts:
        left_out -= 1
        yield from _wrapped("          - ", text)
    if left_out:
        yield f"          - and {left_out} more"


def _wrapped(start: str, text: str) -> list[str]:
    """A paragraph that starts with `start`, the lines after it set in by two more; long names are never broken."""
    indent = " " * (len(start) + 2)
    plain = " ".join(text.split())
    return textwrap.wrap(
        plain, _WIDTH, initial_indent=start, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


# -- the summary ---------------------------------------------------------------------------------------------------------


def _silent(findings: Iterable[Finding]) -> Iterator[str]:
    """How much of what was not seen lies in sentences on which no rule fired: it needs rules, the rest better roles."""
    rows = [finding.places for finding in findings if finding.kind == "missed" and finding.places]
    values = [lost.places for finding in findings for lost in finding.lost if lost.reason == "named"]
    for what, places in (("Missed rows with evidence in the gold", rows), ("Lost values that are named but not read", values)):
        silent = sum(not any(place.rules for place in sentences) for sentences in places)
        yield f"{what}: {len(places)}; for {silent} of these no rule fired on any of the sentences"


def _by_field(findings: Iterable[Finding]) -> Iterator[str]:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for finding in findings:
        for name in finding.right:
            counts[finding.table, name]["right"] += 1
        for partly in finding.partly:
            counts[finding.table, partly.field]["partly"] += 1
        for lost in finding.lost:
            counts[finding.table, lost.field][lost.reason] += 1
        for extra in finding.extra:
            counts[finding.table, extra.field]["false"] += 1
    rows: list[Sequence[object]] = []
    total: Counter[str] = Counter()
    for table in TABLES:
        for name in TABLES[table].fields:
            if found := counts.get((table, name)):
                rows.append((f"{table}.{name}", *_counted(found)))
                total += found
    header = ("values", "gold", "right", "partly", *(name for name, _ in REASONS.values()), "false")
    yield from _columns(header, [*rows, ("all", *_counted(total))])


def _counted(found: Counter[str]) -> tuple[int, ...]:
    of_gold = [found[name] for name in ("right", "partly", *REASONS)]
    return (sum(of_gold), *of_gold, found["false"])


def _by_rule(findings: Iterable[Finding]) -> Iterator[str]:
    """A rule takes part in a row by an event of it; a false value is its doing when an event of it brought the value."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in findings:
        for rule, events in Counter(trace.rule for trace in finding.traces).items():
            counts[rule] += Counter(events=events, rows=1, right=int(finding.kind == "paired"))
        for extra in finding.extra:
            for rule in {trace.rule for trace, _ in extra.found}:
                counts[rule]["false"] += 1
    rows = [
        (found["events"], found["rows"], found["right"], f"{found['right'] / found['rows']:.3f}", found["false"], rule)
        for rule, found in sorted(counts.items())
    ]
    yield from _columns(("events", "rows", "right rows", "precision", "false values", "rule"), rows)


def _columns(header: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """A table, each column as wide as its widest cell, names to the left, figures to the right."""
    cells = [header, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(header))]
    left = {header.index(name) for name in ("values", "rule") if name in header}
    for line in cells:
        aligned = [
            cell.ljust(width) if at in left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(aligned).rstrip()
