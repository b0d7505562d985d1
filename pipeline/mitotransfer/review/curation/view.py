"""What the page shows of a row: in the list in short, beside it in full. Texts are as they are; the page puts them in as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mitotransfer.decisions import Decision, Verdict, withdrawn
from mitotransfer.decisions.model import editable, ids_column, role_of
from mitotransfer.links import url_of
from mitotransfer.review.curation.catalogue import SHOWN, Catalogue, Entry
from mitotransfer.review.curation.filters import confidence
from mitotransfer.review.curation.marks import pieces
from mitotransfer.review.curation.settling import sides
from mitotransfer.rows import ARROWS, TABLES
from mitotransfer.terms import paired, split

_DIRECTIONS = {arrow: word for word, arrow in ARROWS.items()}
_FROM_TO = {"secretion": ("cell_type", "recipient_cell"), "transplantation": ("mitochondrial_source", "mitochondrial_target")}
_ALSO = {
    "secretion": ("mechanism", "secreted_form", "biological_effect"),
    "transplantation": ("disease_injury", "tissue", "effects"),
    "trials": ("interventions", "mitochondria_donor", "status"),
}
_STUDY = ("study_pmcid", "study_doi", "study_pmid")
_TRUE = {"negated": "Claimed absence", "hedged": "Stated with doubt"}
_EXTRA = (*_TRUE, "study_pmcid", "study_pmid", "study_doi")  # may be edited, and come after what the table shows


def label(name: str) -> str:
    """A column in words."""
    if name in _TRUE:
        return _TRUE[name]
    words = name.replace("_", " ").capitalize()
    for plain, proper in (("Nct", "NCT"), ("pmcid", "PMCID"), ("pmid", "PMID"), ("doi", "DOI")):
        words = words.replace(plain, proper)
    return words


def columns(table: str) -> list[dict[str, Any]]:
    """The columns of a table that the page shows, each with its kind: terms, effects, truth or text."""
    allowed = editable(table)
    found = []
    for name in (*SHOWN[table], *_EXTRA):
        if name in allowed:
            role = role_of(table, name)
            kind = "effects" if role == "effect" else "terms" if ids_column(table, name) else "truth" if name in _TRUE else "text"
            found.append({"name": name, "label": label(name), "role": role, "kind": kind})
    return found


def brief(entry: Entry) -> dict[str, Any]:
    """A row in the list: which study, from where to where, what else, and what stands."""
    row = entry.row
    first, then = _headline(entry)
    return {
        "id": entry.ident,
        "table": entry.table,
        "study": getattr(row, "reference", "") or getattr(row, "nct_number", "") or row.source_id,
        "title": first,
        "more": then,
        "status": row.review_status or "proposed",
        "confidence": f"{confidence(entry):.2f}" if confidence(entry) else "",
        "flags": _flags(entry),
        "lines": len(entry.lines),
    }


def _headline(entry: Entry) -> tuple[str, str]:
    def cell(name: str) -> str:
        return ", ".join(split(getattr(entry.row, name)))

    if entry.table == "trials":
        first = cell("conditions")
    else:
        giver, taker = (cell(name) for name in _FROM_TO[entry.table])
        first = f"{giver or '…'} → {taker or '…'}" if giver or taker else ""
    more = [text for name in _ALSO[entry.table] if (text := cell(name))]
    return first or (more.pop(0) if more else "no values"), " · ".join(more)


def _flags(entry: Entry) -> list[str]:
    row = entry.row
    found = [name for name in ("negated", "hedged", "retracted") if getattr(row, name, "") == "true"]
    if entry.key != entry.ident:
        found.append("moved")
    if entry.fate and entry.fate.kind == "kept":
        found.append("kept")
    return found


def detail(entry: Entry, catalogue: Catalogue) -> dict[str, Any]:
    """All of a row: values beside what was proposed, links, evidence, what was decided, and who disagrees."""
    return {
        **brief(entry),
        "last": catalogue.last(entry.key),
        "verdict": entry.verdict.verdict if entry.verdict else "",
        "links": _links(entry, catalogue),
        "source": entry.row.source,
        "fields": [_field(entry, column) for column in columns(entry.table)],
        "evidence": [_line(line, catalogue) for line in entry.lines],
        "conflict": _conflict(entry, catalogue),
        "history": history(catalogue.of_key(entry.key)),
        "notes": [
            {"who": one.reviewer, "note": one.note} for one in (entry.verdict.decisions if entry.verdict else ()) if one.note
        ],
        "fate": _fate(entry),
    }


def _field(entry: Entry, column: dict[str, Any]) -> dict[str, Any]:
    name = column["name"]
    edit = entry.verdict.edits.get(name) if entry.verdict else None
    now, before = (_values(entry.table, row, column) for row in (entry.row, entry.base or entry.row))
    return {
        **column,
        "values": now,
        "proposed": before if before != now else None,
        "edited_by": edit.reviewer if edit else "",
        "dropped": entry.dropped.get(name, []),
    }


def _values(table: str, row: Any, column: dict[str, Any]) -> list[dict[str, str]]:
    cell, ids = getattr(row, column["name"]), ids_column(table, column["name"])
    if column["kind"] in ("text", "truth"):
        return [{"text": cell}] if cell and (cell != "false" or column["kind"] == "text") else []
    known = paired(cell, getattr(row, ids)) if ids else {}
    return [_value(value, known.get(value, ""), column["kind"]) for value in split(cell)]


def _value(value: str, ident: str, kind: str) -> dict[str, str]:
    text, _, arrow = value.rpartition(" ")
    if kind == "effects" and text and arrow in _DIRECTIONS:
        return {"text": text, "arrow": arrow, "direction": _DIRECTIONS[arrow], "id": ident}
    return {"text": value, "id": ident}


def _links(entry: Entry, catalogue: Catalogue) -> list[dict[str, str]]:
    row = entry.row
    links = [{"text": f"Read in {row.source_id}", "url": url_of(row.source_id), "title": catalogue.titles.get(row.source_id, "")}]
    study = [getattr(row, name) for name in _STUDY if getattr(row, name)]
    if study and row.source_id not in study:
        links.append({"text": f"Study {study[0]}", "url": url_of(study[0]), "title": ""})
    trials = (number for number in split(getattr(row, "nct_number", "")) if number != row.source_id)
    return links + [{"text": number, "url": url_of(number), "title": "ClinicalTrials.gov"} for number in trials]


def _line(line: Any, catalogue: Catalogue) -> dict[str, Any]:
    verdict = catalogue.verdict_on(line)
    plain = ("section", "locator", "event", "confidence", "source_id", "decision")
    return {
        **{name: getattr(line, name) for name in plain},
        "id": line.evidence_id,
        "rule": line.rule_id,
        "url": url_of(line.source_id),
        "pieces": [[piece.text, piece.role, piece.ident] for piece in pieces(line)],
        "negated": line.negation_cue if line.negated == "true" else None,
        "hedged": line.hedge_cue if line.hedged == "true" else None,
        "by": line.reviewer,
        "at": line.reviewed_at,
        "note": "" if verdict and verdict.conflicts else line.note,
        "conflicts": verdict.conflicts if verdict else [],
    }


def _conflict(entry: Entry, catalogue: Catalogue) -> dict[str, Any] | None:
    if not (entry.verdict and entry.verdict.conflicts):
        return None
    return {"said": entry.verdict.conflicts, "sides": sides(entry.verdict, catalogue.snapshots())}


def history(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Everything that was decided of a row, oldest first."""
    gone = withdrawn(decisions)
    settled = {ident for one in decisions if one.decision != "undo" and one.decision_id not in gone for ident in one.replaced}
    return [
        {
            "id": one.decision_id,
            "at": one.decided_at,
            "who": one.reviewer,
            "what": said(one),
            "evidence": bool(one.evidence_id),
            "note": one.note,
            "gone": "withdrawn" if one.decision_id in gone else "settled otherwise" if one.decision_id in settled else "",
        }
        for one in decisions
    ]


def said(one: Decision) -> str:
    """A decision in words."""
    if one.decision == "edit":
        return f"{label(one.field)}: “{one.old or 'empty'}” became “{one.new or 'empty'}”"
    about = " a line of evidence" if one.evidence_id else ""
    words = {"accept": "accepted", "reject": "rejected", "note": "noted", "add": "added by hand", "undo": "withdrew a decision"}
    settles = ", settling what others said" if one.replaced and one.decision != "undo" else ""
    return f"{words.get(one.decision, one.decision)}{about}{settles}"


def _fate(entry: Entry) -> str:
    if entry.fate is None:
        return ""
    if entry.fate.kind == "moved" and entry.fate.likeness:
        share = entry.fate.likeness.share
        return f"Decided as row {entry.key}, which is now read as this one (alike by {share:.2f}); what was decided stands."
    like = f" Most like it is row {entry.fate.likeness.row_id}." if entry.fate.likeness else ""
    return f"This row is not found in its article any more; it is kept because it was decided on.{like}"


def waiting(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Decisions whose row, or line of evidence, is not there: what they were about and what is like it today."""
    found = [
        {
            **_about(verdict, catalogue),
            "kind": fate.kind,
            "like": fate.likeness.row_id if fate.likeness and fate.likeness.row_id in catalogue.entries else "",
            "share": f"{fate.likeness.share:.2f}" if fate.likeness else "",
        }
        for fate, verdict in catalogue.loose.values()
    ]
    found += [
        {**_about(verdict, catalogue), "kind": "evidence", "like": _home(verdict, catalogue), "share": ""}
        for verdict in catalogue.loose_evidence.values()
    ]
    return found


def _home(verdict: Verdict, catalogue: Catalogue) -> str:
    entry = catalogue.at_key(verdict.last.row_id)
    return entry.ident if entry else ""


def _about(verdict: Verdict, catalogue: Catalogue) -> dict[str, Any]:
    last, snapshot = verdict.last, verdict.snapshot(catalogue.snapshots())
    row = snapshot.row if snapshot else {}
    names = SHOWN[last.table] if last.table in TABLES else []
    return {
        "id": last.thing,
        "table": last.table,
        "study": last.reference or last.source_id,
        "source_id": last.source_id,
        "url": url_of(last.source_id),
        "values": [{"label": label(name), "text": row[name]} for name in names if row.get(name)],
        "sentences": _sentences(snapshot.evidence if snapshot else (), last.evidence_id),
        "said": [
            {"id": one.decision_id, "who": one.reviewer, "at": one.decided_at, "what": said(one)} for one in verdict.decisions
        ],
    }


def _sentences(lines: Iterable[dict[str, str]], evidence_id: str) -> list[str]:
    wanted = [line.get("sentence", "") for line in lines if not evidence_id or line.get("evidence_id") == evidence_id]
    return [text for text in dict.fromkeys(wanted) if text][:5]
