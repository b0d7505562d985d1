"""A finding as one event: its roles under the names of its table, at its place."""

from __future__ import annotations

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.roles import Finding
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.document import Event, Locator, Role


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
    start, end = finding.start + place.begin, finding.end + place.begin
    locator = Locator(place.passage.locator, " > ".join(place.passage.section), place.printed, start, end)
    return Event(
        kind=finding.kind,
        table=finding.table,
        source="prose",
        locator=locator,
        study=place.study,
        roles=tuple(roles),
        rule=finding.rule,
        trigger=place.printed[start:end],
        group=group,
        negated=finding.polarity.negated,
        negation_cue=finding.polarity.negation_cue,
        hedged=finding.polarity.hedged,
        hedge_cue=finding.polarity.hedge_cue,
        confidence=confidence,
    )
