"""The tables with what curators decided applied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from mitotransfer.decisions import Snapshot, Standing, apply, rejected_evidence
from mitotransfer.decisions.applying import Applied
from mitotransfer.errors import Problem
from mitotransfer.tabulate.build import Tables, problem_rows


def decided(
    build: Callable[[Collection[str]], Tables], found: Standing, snapshots: Mapping[str, Snapshot]
) -> tuple[Tables, Applied]:
    """The tables as they are when all that stands is applied, and what came of it.

    `build`: makes the tables anew, without the values of the lines of evidence whose ids it is given.
    """
    rejected = rejected_evidence(build(()).files, found, snapshots) if found.evidence else frozenset()
    tables = build(rejected)
    applied = apply(tables.files, found, snapshots)
    told = [Problem(p.source_id, p.stage, p.severity, p.code, p.place, p.message) for p in tables.files["problems.csv"]]
    tables.files["problems.csv"] = problem_rows([*told, *applied.problems])
    return tables, applied
