"""Why rows and values are lost or false: every value of every row followed back to sentences, rules and roles.

A lost value is looked for, in this order, in its own row, among the roles of the document's events, then by name in the
sentences of these events and of the gold row. A false value, and a false row, is followed to the events that brought it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from operator import itemgetter
from typing import Literal, NamedTuple

from mitotransfer.evaluate.gold import Effect
from mitotransfer.evaluate.pairing import ROW_FLOOR, Judgement, Pairing, is_negated, matches
from mitotransfer.evaluate.similarity import SAME, Names, Value, similarity
from mitotransfer.evaluate.traces import Part, Trace
from mitotransfer.rows import SEPARATOR, role_columns
from mitotransfer.rows import TABLES as ROWS

_LONG = 30  # characters of the shorter sentence from which being part of another tells that they are the same
_NO_IDS = ("", "-", "outcome:-")
_NO_NAMES = Names(())

Kind = Literal["missed", "false", "paired"]
Reason = Literal["taken", "direction", "elsewhere", "named", "unnamed"]
REASONS: dict[Reason, tuple[str, str]] = {
    "taken": ("one for two", "the row has it once and it is paired with another gold value"),
    "direction": ("other way", "the row has the effect in another direction"),
    "elsewhere": ("elsewhere", "an event of the document has it: in which role, by which rule, in which row"),
    "named": ("not read", "a sentence of the gold row or of the document's events names it, no role holds it"),
    "unnamed": ("not named", "none of these sentences names it"),
}


class Place(NamedTuple):
    """A sentence of the gold or of the run, and the rules that fired on it (none: no event of the run has it)."""

    sentence: str
    rules: tuple[str, ...]


class Lost(NamedTuple):
    """A gold value that its row lacks. `found`: the events that have it; `places`: the sentences that name it where none has."""

    field: str
    text: str
    reason: Reason
    found: tuple[tuple[Trace, Part], ...] = ()
    places: tuple[Place, ...] = ()


class Partly(NamedTuple):
    """A gold value whose row has only a near one, which counts a half or less."""

    field: str
    text: str
    found: str


class Extra(NamedTuple):
    """A value that the gold row lacks, with the events of the row that brought it."""

    field: str
    text: str
    found: tuple[tuple[Trace, Part], ...]


class Brought(NamedTuple):
    """A value of the run: how near it is to a value of the gold row (1, 0.5 or 0), and the events that brought it."""

    field: str
    text: str
    share: float
    found: tuple[tuple[Trace, Part], ...]


class Finding(NamedTuple):
    """One gold row, one row of the run, or a pair of them: what each states, and what of it is lost, partly right, false, right.

    `number`: place of the gold row among the document's rows of its table, from 1 (0 for a false row); `nearest`: of a missed
    or false row, what it would have been paired with and why it is not; `places`: the gold's evidence; `traces`: the events of
    the run's row; `brought`: every value of the run's row, right or not.
    """

    kind: Kind
    table: str
    document: str
    number: int = 0
    gold: Mapping[str, str] = {}
    given: Mapping[str, str] = {}
    row_id: str = ""
    confidence: str = ""
    nearest: str = ""
    wrong_polarity: bool = False
    lost: tuple[Lost, ...] = ()
    partly: tuple[Partly, ...] = ()
    extra: tuple[Extra, ...] = ()
    brought: tuple[Brought, ...] = ()
    places: tuple[Place, ...] = ()
    traces: tuple[Trace, ...] = ()

    @property
    def right(self) -> tuple[str, ...]:
        """The fields of right values, one for each."""
        return tuple(value.field for value in self.brought if value.share == SAME)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.kind == "paired" and not (self.wrong_polarity or self.lost or self.partly or self.extra)


def analyse(judgement: Judgement, traces: Mapping[str, Sequence[Trace]]) -> list[Finding]:
    """Every gold row and every false row, by document, table and place in it. `traces`: the run's events by document."""
    by_document: dict[str, list[Finding]] = {doc.id: [] for doc in judgement.documents}
    for pairing in judgement.pairings:
        document = _Document(pairing, traces.get(pairing.document, ()), judgement.names)
        by_document[pairing.document] += document.findings()
    return [finding for findings in by_document.values() for finding in findings]


class _Document:
    """The rows of one document in one table, and its events."""

    def __init__(self, pairing: Pairing, traces: Sequence[Trace], names: Names) -> None:
        self.pairing, self.traces, self.names = pairing, traces, names
        self.fields = pairing.fields
        self.roles = {shown: role for role, (shown, _) in role_columns(ROWS[pairing.table]).items()}

    def findings(self) -> Iterator[Finding]:
        """The gold rows in their order, then the false rows in theirs."""
        row_of = dict(self.pairing.pairs)
        for i in range(len(self.pairing.gold)):
            yield self._paired(i, row_of[i]) if i in row_of else self._missed(i)
        for j in self.pairing.false:
            given = self.pairing.given[j]
            extra = tuple(self._extra(name, value, j) for name in self.fields for value in given[name])
            brought = tuple(Brought(one.field, one.text, 0.0, one.found) for one in extra)
            finding = Finding("false", self.pairing.table, self.pairing.document, extra=extra, brought=brought)
            yield self._with_row(finding._replace(nearest=self._nearest_gold(j)), j)

    def _missed(self, i: int) -> Finding:
        wanted = self.pairing.wanted[i]
        lost = tuple(self._lost(name, value, i) for name in self.fields for value in wanted[name])
        nearest = self._nearest_row(i)
        return self._with_gold(Finding("missed", self.pairing.table, self.pairing.document, nearest=nearest, lost=lost), i)

    def _paired(self, i: int, j: int) -> Finding:
        lost: list[Lost] = []
        partly: list[Partly] = []
        extra: list[Extra] = []
        brought: list[Brought] = []
        for name, field in self.fields.items():
            wanted, given = self.pairing.wanted[i][name], self.pairing.given[j][name]
            matched = matches(wanted, given, field.categories, self.names)
            lost += [self._lost(name, wanted[at], i, given) for at in _unmatched(wanted, (w for _, w, _ in matched))]
            extra += [self._extra(name, given[at], j) for at in _unmatched(given, (g for _, _, g in matched))]
            partly += [Partly(name, _gold_text(wanted[w]), _given_text(given[g])) for score, w, g in matched if score < SAME]
            shares = {g: score for score, _, g in matched}
            for at, value in enumerate(given):
                told = self._extra(name, value, j)
                brought.append(Brought(name, told.text, shares.get(at, 0.0), told.found))
        finding = Finding(
            "paired",
            self.pairing.table,
            self.pairing.document,
            wrong_polarity=not self.pairing.same_polarity(i, j),
            lost=tuple(lost),
            partly=tuple(partly),
            extra=tuple(extra),
            brought=tuple(brought),
        )
        return self._with_row(self._with_gold(finding, i), j)

    def _with_gold(self, finding: Finding, i: int) -> Finding:
        values = self.pairing.wanted[i]
        gold = {name: SEPARATOR.join(map(_gold_text, values[name])) for name in self.fields if values[name]}
        if self.pairing.gold[i].negated:
            gold["negated"] = "true"
        places = tuple(self._place(sentence) for sentence in self.pairing.gold[i].evidence)
        return finding._replace(number=i + 1, gold=gold, places=places)

    def _with_row(self, finding: Finding, j: int) -> Finding:
        row, values = self.pairing.rows[j], self.pairing.given[j]
        given = {name: SEPARATOR.join(map(_given_text, values[name])) for name in self.fields if values[name]}
        if is_negated(row):
            given["negated"] = "true"
        return finding._replace(
            given=given,
            row_id=row.get("row_id", ""),
            confidence=row.get("confidence", ""),
            traces=self._traces(j),
        )

    def _traces(self, j: int) -> tuple[Trace, ...]:
        row_id = self.pairing.rows[j].get("row_id", "")
        return tuple(trace for trace in self.traces if trace.row_id == row_id)

    def _nearest_row(self, i: int) -> str:
        """The row of the run that is nearest to a missed gold row, and why it is not its pair."""
        if not self.pairing.rows:
            return "the run has no row of this document in this table"
        score, j = max(((self.pairing.nearness[i, j], j) for j in range(len(self.pairing.rows))), key=itemgetter(0))
        taken = next((f"paired with gold row {gold + 1}" for gold, row in self.pairing.pairs if row == j), "")
        return f"row {self.pairing.rows[j].get('row_id', '')}, {_why_no_pair(score, taken)}"

    def _nearest_gold(self, j: int) -> str:
        """The gold row that is nearest to a false row, and why it is not its pair."""
        if not self.pairing.gold:
            return "the gold has no row of this document in this table"
        score, i = max(((self.pairing.nearness[i, j], i) for i in range(len(self.pairing.gold))), key=itemgetter(0))
        taken = next(
            (f"paired with row {self.pairing.rows[row].get('row_id', '')}" for gold, row in self.pairing.pairs if gold == i), ""
        )
        return f"gold row {i + 1}, {_why_no_pair(score, taken)}"

    def _lost(self, name: str, value: str | Effect, i: int, given: Sequence[Value] = ()) -> Lost:
        """Where a lost value is; `given`: the values that its row has in this field. See REASONS."""
        categories = self.fields[name].categories
        wanted = value.outcome if isinstance(value, Effect) else value
        found = tuple(
            (trace, part)
            for trace in self.traces
            for part in trace.parts
            if similarity(wanted, part.value, categories, self.names) == SAME
        )
        reason: Reason | None = "elsewhere" if found else None
        if any(similarity(value, other, categories, self.names) == SAME for other in given):
            reason = "taken"
        elif any(similarity(wanted, other, categories, self.names) == SAME for other in given):
            reason = "direction"
        if reason:
            return Lost(name, _gold_text(value), reason, found=found)
        sentences = dict.fromkeys((*self.pairing.gold[i].evidence, *(trace.sentence for trace in self.traces)))
        places = [self._place(text) for text in sentences if self.names.named_in(text, wanted, categories)]
        return Lost(name, _gold_text(value), "named" if places else "unnamed", places=tuple(_distinct(places)))

    def _place(self, sentence: str) -> Place:
        rules = dict.fromkeys(trace.rule for trace in self.traces if _same_sentence(trace.sentence, sentence))
        return Place(sentence, tuple(rules))

    def _extra(self, name: str, value: Value, j: int) -> Extra:
        role = self.roles.get(self.fields[name].text, "")
        found = ((trace, part) for trace in self._traces(j) for part in trace.parts)
        return Extra(name, _given_text(value), tuple(pair for pair in found if pair[1].role == role and _brings(pair[1], value)))


def _gold_text(value: str | Effect) -> str:
    """A gold value in words."""
    return f"{value.outcome} ({value.direction})" if isinstance(value, Effect) else value


def _given_text(value: Value) -> str:
    """A value of a run in words: as it is displayed, else by its id."""
    return value.text or f"{value.ident}{value.direction and f' ({value.direction})'}"


def _why_no_pair(score: float, taken: str) -> str:
    return f"similarity {score:.2f}, {f'a pair needs {ROW_FLOOR}' if score < ROW_FLOOR else taken}"


def _unmatched(values: Sized, matched: Iterable[int]) -> list[int]:
    return sorted(set(range(len(values))) - set(matched))


def _brings(part: Part, value: Value) -> bool:
    """Whether a role is where a row's value comes from: the same id and direction, or the same words where there is no id."""
    if part.value.direction != value.direction:
        return False
    if part.value.ident in _NO_IDS or value.ident in _NO_IDS:
        return similarity(value.text, Value(text=part.value.text), (), _NO_NAMES) > 0
    return part.value.ident == value.ident


def _same_sentence(one: str, other: str) -> bool:
    """Whether two sentences are the same, or one is a part of the other that is too long to be so by chance."""
    short, long = sorted((" ".join(one.split()), " ".join(other.split())), key=len)
    return short == long or (len(short) >= _LONG and short in long)


def _distinct(places: Iterable[Place]) -> list[Place]:
    kept: list[Place] = []
    for place in places:
        if not any(_same_sentence(place.sentence, other.sentence) for other in kept):
            kept.append(place)
    return kept
