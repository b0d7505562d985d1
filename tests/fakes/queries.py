"""Search expressions of the services (AND, OR, NOT, parentheses), evaluated over sets of ids."""

from __future__ import annotations

import re
from collections.abc import Callable

Ids = frozenset[str]
Lookup = Callable[[str], "Ids | None"]

_WORD = r'[^\s()"\[\]]+'
_DATE = r'"?[\d/]+"?(?:\[\w+\])?'
ENTREZ = re.compile(  # a date range, a phrase or a run of words, each with its [field]
    rf'{_DATE}\s*:\s*{_DATE}|"[^"]*"(?:\[[^\]]*\])?|{_WORD}(?:\s+(?!(?:AND|OR|NOT)\b){_WORD})*(?:\[[^\]]*\])?'
)
EUROPE_PMC = re.compile(rf'\w+:"[^"]*"|\w+:\[[^\]]*\]|"[^"]*"|{_WORD}')
ESSIE = re.compile(rf'AREA\[\w+\](?:RANGE\[[^\]]*\]|"[^"]*"|[^\s()]+)|"[^"]*"|{_WORD}')
_OPERATOR = re.compile(r"(AND|OR|NOT)\b|[()]")


class QueryError(Exception):
    """The expression cannot be read."""


def select(query: str, term: re.Pattern[str], everything: Ids, lookup: Lookup) -> Ids:
    """The ids a query finds. A term for which `lookup` gives None is left out of the query, as if it had not been there."""
    parser = _Parser(_tokens(query, term), everything, lookup)
    found = parser.either()
    if parser.rest():
        raise QueryError("unbalanced parentheses")
    return found if found is not None else frozenset()


def _tokens(query: str, term: re.Pattern[str]) -> list[str]:
    tokens, at = [], 0
    while at < len(query):
        if query[at].isspace():
            at += 1
        elif found := _OPERATOR.match(query, at) or term.match(query, at):
            tokens.append(found[0].strip())
            at = found.end()
        else:
            raise QueryError(f"cannot read {query[at : at + 20]!r}")
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], everything: Ids, lookup: Lookup) -> None:
        self._tokens, self._at = tokens, 0
        self._everything, self._lookup = everything, lookup

    def rest(self) -> list[str]:
        return self._tokens[self._at :]

    def _take(self, *wanted: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return True
        return False

    def either(self) -> Ids | None:
        found = self.both()
        while self._take("OR"):
            other = self.both()
            found = other if found is None else found if other is None else found | other
        return found

    def both(self) -> Ids | None:
        found = self.one()
        while self.rest() and self._tokens[self._at] not in ("OR", ")"):
            self._take("AND")
            other = self.one()
            found = other if found is None else found if other is None else found & other
        return found

    def one(self) -> Ids | None:
        if self._take("NOT"):
            found = self.one()
            return None if found is None else self._everything - found
        if self._take("("):
            found = self.either()
            if not self._take(")"):
                raise QueryError("unbalanced parentheses")
            return found
        if not self.rest() or self._tokens[self._at] in ("AND", "OR", ")"):
            raise QueryError("a term is missing")
        self._at += 1
        return self._lookup(self._tokens[self._at - 1])
