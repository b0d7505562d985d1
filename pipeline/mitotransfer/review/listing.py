"""The tables row by row, each with the passages that it rests on and the roles that were read in them."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

import msgspec
import numpy as np

from mitotransfer.evidence import TRIGGER, read_roles, spans
from mitotransfer.links import Link, url_of
from mitotransfer.review.loading import Run
from mitotransfer.review.tally import Tally
from mitotransfer.rows import TABLE_FILES, TABLES, TITLES, Record, Records
from mitotransfer.values import heading, items, split

_REVIEWED = {
    "accepted": "Accepted by a reviewer",
    "rejected": "Rejected by a reviewer",
    "edited": "Edited by a reviewer",
    "conflict": "Reviewers disagree",
}
# Roles that are told apart by colour; the others look alike.
_TONES = {
    "donor": "giver",
    "mito_source": "giver",
    "recipient": "taker",
    "target": "taker",
    "effect": "outcome",
    "mechanism": "way",
}


class Tag(NamedTuple):
    """Something a reader must know of a row, in words; `kind` only colours it."""

    text: str
    kind: str = ""


class Piece(NamedTuple):
    """A part of a sentence: plain where `kind` is empty, else the trigger or a role."""

    text: str
    kind: str = ""
    role: str = ""


class Reading(NamedTuple):
    """What a line of evidence makes of a passage: the event and its rule, the roles, confidence and cues, in words."""

    event: str
    rule: str
    notes: list[str]


class Passage(NamedTuple):
    """A sentence or table row with all that was read in it."""

    pieces: list[Piece]
    source: Link
    section: str
    locator: str
    readings: list[Reading]


class Shown:
    """The rows that a page shows, the first `most` of each table, and in a `spare` file the lines of evidence they rest on.

    `n_passages`: how many passages all of the evidence has.
    """

    def __init__(self, run: Run, most: int, spare: BinaryIO) -> None:
        self.most = most
        self._tables = run.tables
        self._spare = spare
        self._places: dict[str, list[int]] = {row["row_id"]: [] for name in run.tables for row in self.rows(name)}
        passages = array("q")  # eight bytes each: of so few no two are alike by chance
        for line in run.evidence:
            passages.append(hash((line["source_id"], line["locator"], line["sentence"])))
            if line["row_id"] in self._places:
                self._places[line["row_id"]].append(spare.tell())
                spare.write(msgspec.json.encode(line) + b"\n")
        self.n_passages = len(np.unique(np.frombuffer(passages, dtype=np.int64)))

    def rows(self, name: str) -> Iterator[Record]:
        """Those of a table."""
        return islice(self._tables[name], self.most)

    def lines(self, row_id: str) -> Records:
        """The lines of evidence of a row, in their order."""
        return [self._line(place) for place in self._places[row_id]]

    def _line(self, place: int) -> dict[str, str]:
        self._spare.seek(place)
        return msgspec.json.decode(self._spare.readline(), type=dict[str, str])


def listing(shown: Shown, tallies: Mapping[str, Tally], retracted: Collection[str]) -> list[dict[str, Any]]:
    """The three tables as the page shows them; rows come one by one, once. `retracted`: articles."""
    return [_table(name, shown, tallies[name].states["rows"], retracted) for name in TABLES]


def _table(name: str, shown: Shown, total: int, retracted: Collection[str]) -> dict[str, Any]:
    columns = [field.name for field in dataclasses.fields(TABLES[name]) if field.metadata["role"]]
    return {
        "name": name,
        "title": TITLES[name],
        "file": TABLE_FILES[name],
        "total": total,
        "shown": min(total, shown.most),
        "columns": [heading(column) for column in columns],
        "rows": (
            {
                "id": row["row_id"],
                "cells": [items(row[column]) for column in columns],
                "label": row[columns[0]] or row["row_id"],
                "tags": _tags(row, row["source_id"] in retracted),
                "links": _links(row),
                "evidence": _passages(shown.lines(row["row_id"])),
            }
            for row in shown.rows(name)
        ),
    }


def _tags(row: Record, retracted: bool) -> list[Tag]:
    tags = []
    if row.get("negated") == "true":
        tags.append(Tag("Claimed absence", "absence"))
    if row.get("hedged") == "true":
        tags.append(Tag("Stated with doubt", "doubt"))
    if retracted or row.get("retracted") == "true":
        tags.append(Tag("From a retracted article", "absence"))
    if state := _REVIEWED.get(row["review_status"]):
        tags.append(Tag(state, {"rejected": "absence", "conflict": "doubt"}.get(row["review_status"], "")))
    if row["source"]:
        tags.append(Tag({"both": "table and prose"}.get(row["source"], row["source"])))
    if row.get("confidence"):
        tags.append(Tag(f"confidence {row['confidence']}"))
    return tags


def _links(row: Record) -> list[Link]:
    """The article that was read and, where it is another, the study the row is about; the trial's registry entry."""
    links = [Link(f"Read in {row['source_id']}", url_of(row["source_id"]))]
    study = next((row[key] for key in ("study_pmcid", "study_doi", "study_pmid") if row[key]), "")
    if study and row["source_id"] not in (row["study_pmcid"], row["study_doi"], row["study_pmid"]):
        links.append(Link(f"Study: {study}", url_of(study)))
    links += [Link(nct, url_of(nct)) for nct in split(row.get("nct_number", "")) if nct != row["source_id"]]
    return links


def _passages(lines: Records) -> list[Passage]:
    """The passages of lines of evidence, in their order; lines of the same sentence are one."""
    places: dict[tuple[str, str, str], Records] = {}
    for line in lines:
        places.setdefault((line["source_id"], line["locator"], line["sentence"]), []).append(line)
    return [
        Passage(
            pieces=_pieces(same),
            source=Link(source, url_of(source)),
            section=same[0]["section"],
            locator=locator,
            readings=[_reading(line) for line in same],
        )
        for (source, locator, _), same in places.items()
    ]


def _reading(line: Record) -> Reading:
    notes = [f"{role.name.replace('_', ' ')}: {role.surface}" for role in read_roles(line["roles"])]
    notes += [f"negated by “{line['negation_cue']}”"] if line["negated"] == "true" else []
    notes += [f"doubt: “{line['hedge_cue']}”"] if line["hedged"] == "true" else []
    notes += [f"confidence {line['confidence']}"] if line["confidence"] else []
    return Reading(line["event"], line["rule_id"], notes)


def _pieces(lines: Records) -> list[Piece]:
    """The sentence of these lines, cut where a role or a trigger begins or ends; of those that overlap the first one counts."""
    sentence, done = lines[0]["sentence"], 0
    pieces: list[Piece] = []
    # roles before triggers: that a word signals one finding matters less than what it is in another
    found = sorted({span for line in lines for span in spans(line)}, key=lambda span: (span.start, span.role == TRIGGER, span))
    for span in found:
        if span.start >= done:
            kind = TRIGGER if span.role == TRIGGER else _TONES.get(span.role, "other")
            pieces += [
                Piece(sentence[done : span.start]),
                Piece(sentence[span.start : span.end], kind, span.role.replace("_", " ")),
            ]
            done = span.end
    return [piece for piece in (*pieces, Piece(sentence[done:])) if piece.text]
