"""A cited finding as one event, from its own sentence alone: a review's frame is not the frame of the study it cites."""

from __future__ import annotations

from mitotransfer.annotate.cells import find_routes, linked
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.names import names
from mitotransfer.annotate.prose_effects import effect_role, effects_in
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import CELLS_GIVEN, Finding, Reading
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import Event, Locator, Role

_CITED, _NAMED = 0.7, 0.4  # confidence with a resolved reference, and with a printed name only


def single_event(finding: Finding, reading: Reading, resources: Resources, extra: Extra) -> Event | None:
    """The event of a finding with what its sentence says; None when it is not complete enough to stand alone."""
    text = finding.sentence.text
    roles = roles_of(finding)
    if finding.table == "transplantation":
        if finding.rule == f"prose:{CELLS_GIVEN}":
            return None
        roles += linked("disease", names(text, resources, ("disease",), extra))
        roles += linked("procedure", names(text, resources, ("model_procedure",), extra))
        roles += linked("model_species", names(text, resources, ("species",), extra))
        roles += linked("route", find_routes(text, [], resources, extra))
    named = {role.name for role in roles}
    needed = {"donor", "recipient"} if finding.table == "secretion" else {"agent", "mito_source"}
    if not needed <= named or (finding.table == "transplantation" and not named & {"model_species", "disease", "procedure"}):
        return None
    roles += [effect_role(outcome) for outcome in effects_in(reading, resources, extra)]
    study = finding.sentence.study
    return as_event(finding, roles, _CITED if study.doi or study.pmid or study.pmcid else _NAMED)


def roles_of(finding: Finding) -> list[Role]:
    """The roles of a finding under their names in its table."""
    roles: list[Role] = []
    names_of = _SECRETION if finding.table == "secretion" else _TRANSPLANTATION
    for role, mentions in finding.roles.items():
        if name := names_of.get(role):
            roles += linked(name, mentions)
    if finding.table == "transplantation" and not any(role.name == "agent" for role in roles):
        roles.append(Role("agent", "mitochondria", MITOCHONDRIA))
    return roles


_SECRETION = {"donor": "donor", "recipient": "recipient", "form": "form", "mechanism": "mechanism"}
_TRANSPLANTATION = {"donor": "mito_source", "recipient": "target", "agent": "agent"}


def as_event(finding: Finding, roles: list[Role], confidence: float, group: str = "") -> Event:
    """An event at the place of a finding."""
    place = finding.sentence
    locator = Locator(place.passage.locator, " > ".join(place.passage.section), place.text, finding.start, finding.end)
    return Event(
        kind=finding.kind,
        table=finding.table,
        source="prose",
        locator=locator,
        study=place.study,
        roles=tuple(roles),
        rule=finding.rule,
        trigger=place.text[finding.start : finding.end],
        group=group,
        negated=finding.polarity.negated,
        negation_cue=finding.polarity.negation_cue,
        hedged=finding.polarity.hedged,
        hedge_cue=finding.polarity.hedge_cue,
        confidence=confidence,
    )
