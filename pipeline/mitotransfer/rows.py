"""The output tables: one class per file, its fields are the header, their metadata the column descriptions.

A column with `role` shows the display names of that role's values, one with `ids` their vocabulary ids in the same
order ("-" where the vocabulary holds no entry). Order of fields = order of columns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, str]  # a line of a table as read: column -> cell
Records = list[dict[str, str]]

MISSING_ID = "-"
SEPARATOR = "; "
ARROWS = {"increase": "↑", "decrease": "↓", "change": "±", "none": "="}  # behind an effect: its direction


def column(description: str, *, role: str = "", ids: str = "", type: str = "string", enum: tuple[str, ...] = ()) -> Any:
    """A string field of a row. `type` is the Frictionless field type, `enum` its allowed values."""
    metadata = {"description": description, "role": role, "ids": ids, "type": type, "enum": enum}
    return dataclasses.field(default="", metadata=metadata)


def _ids(role: str, what: str) -> Any:
    return column(f"Vocabulary ids of {what}, in its order; '-' where a value is not in the vocabulary", ids=role)


TRUTH = ("true", "false")
# events that state the finding of a row; the others (effects, regulation, labelling) only add to one
MAIN_EVENTS = frozenset({"secretion", "transfer", "uptake", "transplantation", "trial"})
REVIEW_STATES = ("proposed", "accepted", "edited", "rejected", "conflict")
SOURCES = ("table", "prose", "both", "curator")
_ROW_ID = "Content hash of source, place and roles: stable from run to run"
_NEGATED = "true when the finding is a claimed absence"
_HEDGED = "true when the authors put it with doubt"
_CONFIDENCE = "0 to 1: the share of the values that is expected to be right"
_SOURCE = "Where the row comes from; curator: written by hand"
_SOURCE_ID = "The article that was read: PMCID, else PMID, DOI or file name"
_STUDY = "of the work the row is about (for a review: the cited reference)"
_EVIDENCE_IDS = "evidence_id of each line of evidence.csv behind this row"
_REVIEW = "What reviewers decided; conflict: two disagree, and nothing of it is applied"
_RETRACTED = "true when the article that was read was retracted: by its own word, or the word of the service it came from"


@dataclass(slots=True)
class SecretionRow:
    """Table 1: secretion and transfer of mitochondria between cells, one row per study and donor."""

    row_id: str = column(_ROW_ID)
    cell_type: str = column("Donor cells that release mitochondria", role="donor")
    species: str = column("Species of the donor cells", role="donor_species")
    conditions: str = column("Conditions under which mitochondria are released", role="condition")
    secreted_form: str = column("Form in which mitochondria leave the cell", role="form")
    mechanism: str = column("Mechanism of release or transfer", role="mechanism")
    recipient_cell: str = column("Cells that receive the mitochondria", role="recipient")
    biological_effect: str = column("Outcomes with direction: ↑ increase, ↓ decrease, ± change, = no effect", role="effect")
    visualization_method: str = column("How mitochondria or cells were made visible", role="label")
    reference: str = column("The study, as authors and year", role="reference")
    cell_type_ids: str = _ids("donor", "cell_type")
    species_ids: str = _ids("donor_species", "species")
    condition_ids: str = _ids("condition", "conditions")
    secreted_form_ids: str = _ids("form", "secreted_form")
    mechanism_ids: str = _ids("mechanism", "mechanism")
    recipient_cell_ids: str = _ids("recipient", "recipient_cell")
    effect_ids: str = _ids("effect", "biological_effect (outcome:<slug>:<direction>)")
    label_ids: str = _ids("label", "visualization_method")
    negated: str = column(_NEGATED, type="boolean", enum=TRUTH)
    hedged: str = column(_HEDGED, type="boolean", enum=TRUTH)
    confidence: str = column(_CONFIDENCE, type="number")
    source: str = column(_SOURCE, enum=SOURCES)
    source_id: str = column(_SOURCE_ID)
    study_pmcid: str = column(f"PMCID {_STUDY}")
    study_pmid: str = column(f"PMID {_STUDY}")
    study_doi: str = column(f"DOI {_STUDY}")
    evidence_ids: str = column(_EVIDENCE_IDS)
    review_status: str = column(_REVIEW, enum=REVIEW_STATES)
    retracted: str = column(_RETRACTED, type="boolean", enum=TRUTH)


@dataclass(slots=True)
class TransplantationRow:
    """Table 2: transplantation of mitochondria in animal models, one row per study, model and source."""

    row_id: str = column(_ROW_ID)
    tissue: str = column("Tissue or organ treated", role="tissue")
    disease_injury: str = column("Disease or injury modelled", role="disease")
    species: str = column("Species of the model", role="model_species")
    model_procedure: str = column("How the model was made", role="procedure")
    intervention: str = column("What was given", role="agent")
    route: str = column("How it was given", role="route")
    mitochondrial_source: str = column("Cells or tissue the mitochondria come from", role="mito_source")
    mitochondrial_target: str = column("Cells or tissue the mitochondria reach", role="target")
    uptake_mechanism: str = column("How they are taken up", role="uptake")
    effects: str = column("Outcomes with direction: ↑ increase, ↓ decrease, ± change, = no effect", role="effect")
    dose: str = column("Dose as stated", role="dose")
    reference: str = column("The study, as authors and year", role="reference")
    tissue_ids: str = _ids("tissue", "tissue")
    disease_ids: str = _ids("disease", "disease_injury")
    species_ids: str = _ids("model_species", "species")
    procedure_ids: str = _ids("procedure", "model_procedure")
    agent_ids: str = _ids("agent", "intervention")
    route_ids: str = _ids("route", "route")
    source_ids: str = _ids("mito_source", "mitochondrial_source")
    target_ids: str = _ids("target", "mitochondrial_target")
    uptake_ids: str = _ids("uptake", "uptake_mechanism")
    effect_ids: str = _ids("effect", "effects (outcome:<slug>:<direction>)")
    negated: str = column(_NEGATED, type="boolean", enum=TRUTH)
    hedged: str = column(_HEDGED, type="boolean", enum=TRUTH)
    confidence: str = column(_CONFIDENCE, type="number")
    source: str = column(_SOURCE, enum=SOURCES)
    source_id: str = column(_SOURCE_ID)
    study_pmcid: str = column(f"PMCID {_STUDY}")
    study_pmid: str = column(f"PMID {_STUDY}")
    study_doi: str = column(f"DOI {_STUDY}")
    evidence_ids: str = column(_EVIDENCE_IDS)
    review_status: str = column(_REVIEW, enum=REVIEW_STATES)
    retracted: str = column(_RETRACTED, type="boolean", enum=TRUTH)


@dataclass(slots=True)
class TrialRow:
    """Table 3: clinical trials, one row per registered trial."""

    row_id: str = column(_ROW_ID)
    conditions: str = column("Conditions treated", role="trial_condition")
    interventions: str = column("What is given", role="agent")
    location: str = column("Where the trial takes place", role="location")
    mitochondria_donor: str = column("Where the mitochondria come from", role="mito_source")
    status: str = column("Recruitment status", role="status")
    phase: str = column("Phase", role="phase")
    start: str = column("Start date, ISO to the precision known, '~' when estimated", role="start")
    primary_completion: str = column("Primary completion, as start", role="primary_completion")
    study_completion: str = column("Study completion, as start", role="study_completion")
    nct_number: str = column("ClinicalTrials.gov number", role="nct")
    condition_ids: str = _ids("trial_condition", "conditions")
    agent_ids: str = _ids("agent", "interventions")
    route_ids: str = _ids("route", "the routes of administration")
    donor_ids: str = _ids("mito_source", "mitochondria_donor")
    registry_checked: str = column("Date the registry was asked; empty if it was not")
    source: str = column(_SOURCE, enum=(*SOURCES, "registry"))
    source_id: str = column(f"{_SOURCE_ID}; for a trial of the registry alone its number")
    study_pmcid: str = column(f"PMCID {_STUDY}")
    study_pmid: str = column(f"PMID {_STUDY}")
    study_doi: str = column(f"DOI {_STUDY}")
    evidence_ids: str = column(_EVIDENCE_IDS)
    review_status: str = column(_REVIEW, enum=REVIEW_STATES)
    retracted: str = column(_RETRACTED, type="boolean", enum=TRUTH)


@dataclass(slots=True)
class EvidenceRow:
    """One line per event: the sentence or table cell a value comes from, and why it was read so."""

    evidence_id: str = column("Content hash of source, place and roles")
    row_id: str = column("The row of table 1, 2 or 3 it supports")
    source_id: str = column(_SOURCE_ID)
    section: str = column("Section titles, outermost first, joined with ' > '; for a table its label")
    locator: str = column("XPath of the paragraph, table row or cell in the source file")
    sentence: str = column("The sentence, cell or table row (cells joined with ' | '); empty where it may not be passed on")
    start: str = column("First character of the trigger in sentence", type="integer")
    end: str = column("Character after the trigger in sentence", type="integer")
    event: str = column("Kind of event")
    roles: str = column("Roles as role=surface<id>")
    rule_id: str = column("The rule or header mapping that fired")
    trigger: str = column("The word or header that signals the event")
    negated: str = column(_NEGATED, type="boolean", enum=TRUTH)
    negation_cue: str = column("Word that negates")
    hedged: str = column(_HEDGED, type="boolean", enum=TRUTH)
    hedge_cue: str = column("Word that puts it with doubt")
    confidence: str = column("0 to 1", type="number")
    decision: str = column("A reviewer's decision: accept, reject, edit")
    reviewer: str = column("Who decided")
    reviewed_at: str = column("When, ISO 8601")
    note: str = column("A reviewer's note")


@dataclass(slots=True)
class ArticleRow:
    """One line per input, whatever came of it."""

    id: str = column("PMCID, else PMID, DOI or file name")
    pmid: str = column("PMID")
    doi: str = column("DOI")
    title: str = column("Title")
    year: str = column("Year of publication")
    licence: str = column("Licence as its source or the article states it")
    article_type: str = column("article-type of the source")
    retracted: str = column("true when the article or its source says it was retracted", type="boolean", enum=TRUTH)
    status: str = column("What came of it", enum=("rows", "no_evidence", "not_open_access", "not_found", "failed"))
    reason: str = column("Why there are no rows, in words")
    n_passages: str = column("Passages read", type="integer")
    n_tables: str = column("Tables read", type="integer")
    n_events: str = column("Events found: findings that can make a row, and what completes them", type="integer")
    n_rows: str = column("Rows written", type="integer")


@dataclass(slots=True)
class ProblemRow:
    """One line per thing a reader should know: errors, warnings and notes of every stage."""

    source_id: str = column("The article or input it concerns")
    stage: str = column("Stage that met it")
    severity: str = column("error: something is missing; warning: something may be wrong; note: for information")
    code: str = column("Stable slug to filter by")
    place: str = column("XPath, file name or line")
    message: str = column("What happened and why")


FILES: dict[str, type] = {
    "table1_secretion.csv": SecretionRow,
    "table2_transplantation.csv": TransplantationRow,
    "table3_trials.csv": TrialRow,
    "evidence.csv": EvidenceRow,
    "articles.csv": ArticleRow,
    "problems.csv": ProblemRow,
}
EVIDENCE = "evidence.csv"
TABLES: dict[str, type] = {"secretion": SecretionRow, "transplantation": TransplantationRow, "trials": TrialRow}
DATA_SET = "Intercellular mitochondrial transfer: evidence tables"  # what all tables together are called
# what a table is called in lists and plots, and in print
TITLES = {"secretion": "Secretion and transfer", "transplantation": "Transplantation", "trials": "Clinical trials"}
CAPTIONS = {
    "secretion": "Secretion and intercellular transfer of mitochondria",
    "transplantation": "Transplantation of mitochondria in animal models",
    "trials": "Clinical trials of mitochondrial transplantation",
}
TABLE_FILES = {name: file for name, row in TABLES.items() for file, cls in FILES.items() if cls is row}
REVIEWED = (*TABLE_FILES.values(), EVIDENCE)  # what reviewers decide on


def header(row_class: type) -> list[str]:
    """The column names of a table."""
    return [field.name for field in dataclasses.fields(row_class)]


def role_columns(row_class: type) -> dict[str, tuple[str, str]]:
    """Role name -> (display column, ids column) of a table; either may be empty."""
    found: dict[str, tuple[str, str]] = {}
    for field in dataclasses.fields(row_class):
        if role := field.metadata["role"]:
            found[role] = (field.name, found.get(role, ("", ""))[1])
        elif role := field.metadata["ids"]:
            found[role] = (found.get(role, ("", ""))[0], field.name)
    return found


_SINGLE_ROLES = frozenset({"reference", "start", "primary_completion", "study_completion"})


def several(row_class: type) -> frozenset[str]:
    """The columns of a table that hold several values, joined with `SEPARATOR`."""
    roles = {f.name: f.metadata["role"] or f.metadata["ids"] for f in dataclasses.fields(row_class)}
    return frozenset(name for name, role in roles.items() if (role and role not in _SINGLE_ROLES) or name == "evidence_ids")


ROLES: dict[str, tuple[str, ...]] = {name: tuple(role_columns(cls)) for name, cls in TABLES.items()}
