"""How good a run is by what its own curators decided: rows, values by role, and each rule, with what to switch off.

An accepted row, and an edited one with its corrections, is taken as what is right; what the program proposes for it today is held
against it. So a rule that was mended is no longer blamed, and an accepted row that no rule finds any more counts as lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import sqrt
from pathlib import Path

import msgspec

from mitotransfer.errors import ConfigError
from mitotransfer.evidence import read_roles
from mitotransfer.rows import EVIDENCE, FILES, MAIN_EVENTS, MISSING_ID, TABLE_FILES, TABLES, Record, role_columns
from mitotransfer.tables import read_table
from mitotransfer.terms import split

_Z = 1.96  # of a 95 % interval
_ENOUGH = 5  # judged lines below which a rule is not spoken of


class Tally(msgspec.Struct):
    """Values or rows proposed and right, proposed and wrong, right and not proposed."""

    right: int = 0
    wrong: int = 0
    lost: int = 0

    @property
    def precision(self) -> float | None:
        """The share right of what was proposed; None of nothing."""
        judged = self.right + self.wrong
        return round(self.right / judged, 4) if judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """Within which the precision lies with 95 % (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
        n = self.right + self.wrong
        if not n:
            return 0.0, 1.0
        share = self.right / n
        middle, spread = share + _Z**2 / (2 * n), _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        return tuple(round(min(max(x / (1 + _Z**2 / n), 0.0), 1.0), 4) for x in (middle - spread, middle + spread))  # type: ignore[return-value]

    def line(self, name: str) -> str:
        """In words."""
        judged = self.right + self.wrong
        if self.precision is None:
            return f"{name}: nothing proposed, {self.lost} lost"
        low, high = self.interval
        lost = f", {self.lost} lost" if self.lost else ""
        return f"{name}: {self.right} of {judged} right, precision {self.precision:.3f} (95 % {low:.2f}-{high:.2f}){lost}"


class Curated(msgspec.Struct):
    """What decisions say of a run: rows by table, values by role, and lines of evidence by rule."""

    rows: dict[str, Tally] = {}
    values: dict[str, Tally] = {}
    rules: dict[str, Tally] = {}

    @property
    def doubtful(self) -> list[str]:
        """Rules that are more often wrong than right, as far as that can be said of so few."""
        judged = ((name, tally) for name, tally in self.rules.items() if tally.right + tally.wrong >= _ENOUGH)
        return [name for name, tally in judged if tally.precision is not None and tally.precision < 1 / 2]

    def summary(self) -> str:
        """For a terminal: the worst rules first."""
        lines = [tally.line(f"rows, {name}") for name, tally in self.rows.items()]
        lines += [tally.line(f"values, {name}") for name, tally in self.values.items()]
        ranked = sorted(self.rules.items(), key=lambda rule: (rule[1].interval[1], rule[0]))
        lines += [tally.line(f"rule {name}") for name, tally in ranked]
        if self.doubtful:
            lines.append(f"to switch off what is more often wrong than right: annotate: {{off: [{', '.join(self.doubtful)}]}}")
        return "\n".join(lines or ["nothing is decided yet"])


def against_decisions(out: Path) -> Curated:
    """Holds what is proposed in `out` against what was decided there.

    Raises ConfigError when `out` holds no tables of a run, InputError when one cannot be read.
    """
    if not (out / EVIDENCE).exists():
        raise ConfigError(f"{out}: no tables of a run there")
    proposed = out / "review" / "proposed"
    proposals = proposed if proposed.is_dir() else out  # nothing was decided when they were written
    found = Curated()
    truth: dict[str, dict[str, set[str]]] = {}
    rejected: set[str] = set()
    for table, file in TABLE_FILES.items():
        read = {row["row_id"]: row for row in read_table(proposals / file, FILES[file])}
        tally = found.rows.setdefault(table, Tally())
        for row in read_table(out / file, FILES[file]):
            state, row_id = row["review_status"], row["row_id"]
            if state == "rejected":
                tally.wrong += row_id in read
                rejected.add(row_id)
            elif state in ("accepted", "edited"):
                tally.right += row_id in read
                tally.lost += row_id not in read
                truth[row_id] = _values(table, row)
                _count(found.values, truth[row_id], _values(table, read[row_id]) if row_id in read else {})
    words = {line["evidence_id"]: line["decision"] for line in read_table(out / EVIDENCE, FILES[EVIDENCE]) if line["decision"]}
    _judge_rules(found.rules, read_table(proposals / EVIDENCE, FILES[EVIDENCE]), words, truth, rejected)
    return found


def _values(table: str, row: Record) -> dict[str, set[str]]:
    """The values of a row by role: ids, and words where the vocabulary has none."""
    values: dict[str, set[str]] = {}
    for role, (shown, ids) in role_columns(TABLES[table]).items():
        texts, idents = split(row[shown]) if shown else [], split(row[ids]) if ids else []
        lined_up = len(texts) == len(idents)
        known = {one for one in idents if MISSING_ID not in one.split(":")}
        unknown = (t for t, one in zip(texts, idents, strict=True) if MISSING_ID in one.split(":")) if lined_up else texts
        values[role] = known | {text.casefold() for text in unknown}
    return values


def _count(tallies: dict[str, Tally], right: Mapping[str, set[str]], read: Mapping[str, set[str]]) -> None:
    for role, values in right.items():
        have = read.get(role, set())
        tally = tallies.setdefault(role, Tally())
        tally.right += len(values & have)
        tally.wrong += len(have - values)
        tally.lost += len(values - have)


def _judge_rules(
    tallies: dict[str, Tally],
    lines: Iterable[Record],
    words: Mapping[str, str],
    truth: Mapping[str, Mapping[str, set[str]]],
    rejected: set[str],
) -> None:
    """A line is right by a person's word on it, else when all it brings is in its row; one that states a rejected row is not."""
    counted: dict[str, Tally] = defaultdict(Tally)
    for line in lines:
        word, row_id = words.get(line["evidence_id"]), line["row_id"]
        if word:
            right = word == "accept"
        elif row_id in truth:
            row = truth[row_id]
            right = all({role.ident, role.surface.casefold()} & row.get(role.name, set()) for role in read_roles(line["roles"]))
        elif row_id in rejected and line["event"] in MAIN_EVENTS:
            right = False
        else:
            continue
        counted[line["rule_id"]].right += right
        counted[line["rule_id"]].wrong += not right
    tallies.update(sorted(counted.items()))
