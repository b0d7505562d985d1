"""Table headers: the mapping file, and which columns of a table play which role in which of our tables."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from mitotransfer.document import TableName
from mitotransfer.errors import ConfigError
from mitotransfer.rows import ROLES
from mitotransfer.settings import checked, read_yaml

Reader = Literal["names", "effects", "model", "intervention", "reference", "nct", "status", "dates", "location", "text"]
KINDS: tuple[TableName, ...] = get_args(TableName)


class ColumnRule(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """One way to head a column; see the comments in `table_headers.yaml`."""

    id: str
    roles: dict[TableName, str]
    read: Reader
    categories: tuple[str, ...]
    patterns: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    also: dict[TableName, tuple[str, ...]] = {}

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """All patterns as one."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.patterns))

    def matches(self, header: str) -> bool:
        """Whether a normalised header is one of this rule's."""
        return self.regex.fullmatch(header) is not None


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a table one of ours: one of these sets of roles must be filled."""

    needs: tuple[tuple[str, ...], ...]


class HeaderRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole mapping file."""

    kinds: dict[TableName, Kind]
    columns: tuple[ColumnRule, ...]
    unspecific: tuple[str, ...] = ()


class Column(NamedTuple):
    """A mapped column: its number, the rule that reads it, its role, and how sure the mapping is (0 to 1)."""

    number: int
    rule: ColumnRule
    role: str
    confidence: float


class Mapping(NamedTuple):
    """A table understood: which output table its rows belong to, and its columns."""

    table: TableName
    columns: tuple[Column, ...]


def load_headers(path: Path) -> HeaderRules:
    """Reads and checks the mapping file. Raises ConfigError naming the file, the rule and what is wrong with it."""
    content = read_yaml(path)
    listed = content.get("columns") if isinstance(content, dict) else None
    for number, rule in enumerate(listed if isinstance(listed, list) else (), 1):
        name = rule.get("id", f"number {number}") if isinstance(rule, dict) else f"number {number}"
        checked(rule, ColumnRule, Path(f"{path}: column '{name}'"))  # one at a time: the message names rule and allowed keys
    rules = checked(content, HeaderRules, path)
    for table in KINDS:
        if table not in rules.kinds:
            raise ConfigError(f"{path}: kinds: '{table}' is missing; needed: {', '.join(KINDS)}")
        for role in (role for needed in rules.kinds[table].needs for role in needed):
            _check_role(role, table, f"{path}: kinds")
    seen: set[str] = set()
    for rule in rules.columns:
        if rule.id in seen:
            raise ConfigError(f"{path}: two column rules have the id '{rule.id}'")
        seen.add(rule.id)
        _check_rule(rule, path)
    return rules


def _check_rule(rule: ColumnRule, path: Path) -> None:
    try:
        _ = rule.regex
    except re.error as error:
        raise ConfigError(f"{path}: column '{rule.id}': {error.pattern!r} is no regular expression ({error.msg})") from error
    for table, role in [*rule.roles.items(), *((table, role) for table, roles in rule.also.items() for role in roles)]:
        _check_role(role, table, f"{path}: column '{rule.id}'")
    if rule.read in _NAMING and not rule.categories:
        raise ConfigError(f"{path}: column '{rule.id}': a column read as {rule.read} needs categories")
    if rule.read == "names" and (strange := {role for roles in rule.also.values() for role in roles} - set(ALSO_CATEGORIES)):
        allowed = ", ".join(ALSO_CATEGORIES)
        raise ConfigError(f"{path}: column '{rule.id}': also: '{min(strange)}' cannot stand beside names; allowed: {allowed}")
    for header in rule.yes:
        if not rule.matches(normalise(header)):
            raise ConfigError(f"{path}: column '{rule.id}' should match the header '{header}' (yes) and does not")
    for header in rule.no:
        if rule.matches(normalise(header)):
            raise ConfigError(f"{path}: column '{rule.id}' should not match the header '{header}' (no) and does")


def _check_role(role: str, table: TableName, place: str) -> None:
    allowed = (*ROLES[table], *EXTRA_ROLES[table])
    if role not in allowed:
        raise ConfigError(f"{place}: '{role}' is no role of {table}; allowed: {', '.join(allowed)}")


# Readers that look names up.
_NAMING = frozenset({"names", "model", "intervention"})
# Where the names of a role come from that stands in the same cells as another.
ALSO_CATEGORIES: dict[str, tuple[str, ...]] = {
    "donor_species": ("species",),
    "model_species": ("species",),
    "procedure": ("model_procedure", "condition", "disease"),
    "route": ("route",),
}
# Roles that have no display column of their own in that table.
EXTRA_ROLES: dict[TableName, tuple[str, ...]] = {"secretion": (), "transplantation": (), "trials": ("route", "reference")}


@lru_cache(maxsize=1024)  # a wide cell is the header of each of its columns
def normalise(header: str) -> str:
    """A header as patterns see it: lower case, single blanks, without footnote marks and closing punctuation."""
    text = re.sub(r"\s+", " ", header.lower().replace("\u00a0", " ")).strip()
    text = re.sub(r"[*†‡§¶#]+", "", text)
    return re.sub(r"\s*[:,;]$", "", text).strip()


def map_columns(rules: HeaderRules, headers: list[list[str]], witness: list[dict[str, float]]) -> Mapping | None:
    """Which of our tables a table is, and the role of each of its columns; None when it is none of them.

    headers : for each column its header texts, uppermost first.
    witness : for each column the share of its filled cells that hold a name of a category, by category.
    A column without a known header takes the free role that nearly all of its cells speak for.
    """
    best: Mapping | None = None
    best_score = 0.0
    for table in KINDS:
        columns = _columns_of(rules, table, headers, witness)
        roles = {column.role for column in columns}
        if not any(roles.issuperset(needed) for needed in rules.kinds[table].needs):
            continue
        score = sum(column.confidence for column in columns)
        if score > best_score:
            best, best_score = Mapping(table, tuple(columns)), score
    return best


def _columns_of(rules: HeaderRules, table: TableName, headers: list[list[str]], witness: list[dict[str, float]]) -> list[Column]:
    found: dict[str, Column] = {}
    beside: list[Column] = []
    bands: dict[str, str] = {}
    unknown: list[int] = []
    for number, texts in enumerate(headers):
        rule, known = _rule_for(rules, table, texts)
        if rule is None:
            unknown.append(number)
            continue
        share = sum(witness[number].get(category, 0.0) for category in rule.categories)
        if rule.categories and share < _CONTRADICTED and any(_speaks_for(witness[number], other) for other in rules.columns):
            unknown.append(number)  # "Recipient" over animals: the cells speak against the header
            continue
        confidence = 0.95 if not rule.categories else 0.6 + 0.35 * min(share, 1.0)
        column = Column(number, rule, rule.roles[table], confidence)
        if known != texts[-1] and bands.setdefault(column.role, known) == known and column.role in found:
            beside.append(column)  # "Outcome" over "in vitro" and "in vivo": both say outcomes
        elif column.role not in found or confidence > found[column.role].confidence:
            found[column.role] = column
    for number in unknown:
        for rule in rules.columns:
            free = table in rule.roles and rule.read == "names" and rule.roles[table] not in found
            if free and _speaks_for(witness[number], rule):
                found[rule.roles[table]] = Column(number, rule, rule.roles[table], 0.5)
                break
    return sorted([*found.values(), *beside], key=lambda column: column.number)


def _rule_for(rules: HeaderRules, table: TableName, texts: list[str]) -> tuple[ColumnRule | None, str]:
    """The first rule that knows the column's lowest header, else all its headers read as one, else an upper one; and which."""
    for header in dict.fromkeys([texts[-1], " ".join(texts), *reversed(texts)] if texts else []):
        for rule in rules.columns:
            if table in rule.roles and rule.matches(normalise(header)):
                return rule, header
    return None, ""


_WITNESS_SHARE = 0.8  # of the filled cells: a header we do not know needs cells that leave no doubt
_CONTRADICTED = 0.25  # below this share of cells that fit, a header may be overruled by them
_SPECIFIC = frozenset({"secreted_form", "species", "route", "label", "tissue"})


def _speaks_for(shares: dict[str, float], rule: ColumnRule) -> bool:
    """Whether the cells alone show the role: only categories that one role has to itself can."""
    return bool(rule.categories) and rule.categories[0] in _SPECIFIC and shares.get(rule.categories[0], 0.0) >= _WITNESS_SHARE
