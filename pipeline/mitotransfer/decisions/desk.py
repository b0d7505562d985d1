"""Where the decisions on the tables of one output directory are kept, and how they get there."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mitotransfer.decisions.log import DECISIONS, Log
from mitotransfer.decisions.model import Decision
from mitotransfer.decisions.snapshots import Snapshots
from mitotransfer.decisions.standing import Standing, standing
from mitotransfer.decisions.takeup import fitted, hand_edited, take_up
from mitotransfer.decisions.written import Written
from mitotransfer.errors import Problem
from mitotransfer.files import remove_folder
from mitotransfer.terms import read_terms


class Desk:
    """The log of decisions (default: `out/decisions.csv`), the rows they were made on, and what runs wrote into `out`.

    `reviewer`: who decides where a file does not say so (default: the user of this machine); `vocabulary`: the folder in which
    the ids of names that a hand wrote are looked up.
    """

    def __init__(self, out: Path, vocabulary: Path, path: Path | None = None, reviewer: str = "") -> None:
        self.out = out
        self.vocabulary = vocabulary
        self.reviewer = reviewer or _user()
        self.log = Log(path or out / DECISIONS)
        self.snapshots = Snapshots(self.log.path)
        self.written = Written(out)

    def take_up(self, files: Sequence[Path] = ()) -> list[Problem]:
        """Adds what was decided by hand in the tables of `out`, or in these files, to the log; returns what could not be taken.

        Raises ConfigError when a file cannot be understood, OutputError when the log cannot be written.
        """
        edited = list(files) or hand_edited(self.out, self.written)
        if not edited:
            return []
        terms = read_terms(self.vocabulary)
        problems: list[Problem] = []
        for path in edited:
            taken = take_up(path, self.written, self.reviewer, terms, in_place=not files)
            drafts = list(fitted(_as_logged(taken.drafts, self.written.known_as()), self.log.read()))
            self.snapshots.keep(taken.snapshots)  # before the lines that name them
            self.log.add(drafts)
            problems += taken.problems
        return problems

    def standing(self) -> Standing:
        """What stands of all that was decided."""
        return standing(self.log.read(), self.snapshots.read())

    def forget_proposals(self) -> None:
        """Removes the tables as they were before decisions were applied: they are as they are now. Raises OutputError."""
        remove_folder(self.written.proposed)


def _as_logged(drafts: Iterable[Decision], known_as: Mapping[str, str]) -> Iterator[Decision]:
    """Decisions under the ids that earlier ones on the same rows and lines have."""
    for one in drafts:
        row_id, evidence_id = (known_as.get(ident, ident) for ident in (one.row_id, one.evidence_id))
        yield dataclasses.replace(one, row_id=row_id, evidence_id=evidence_id)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name; KeyError before Python 3.13
        return "reviewer"
