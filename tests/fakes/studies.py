"""Made-up studies in the form of the trial registry, the names of their pieces, and pruning to some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

Study = dict[str, Any]
Path = tuple[str, ...]

STATUSES = (
    "ACTIVE_NOT_RECRUITING", "COMPLETED", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "RECRUITING", "SUSPENDED",
    "TERMINATED", "WITHDRAWN", "AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING",
    "WITHHELD", "UNKNOWN",
)  # fmt: skip
_P = "protocolSection"
_MODULES = {
    "identificationModule": ("nctId", "nctIdAliases", "briefTitle", "officialTitle", "acronym", "orgStudyIdInfo", "organization"),
    "statusModule": (
        "statusVerifiedDate", "overallStatus", "lastKnownStatus", "whyStopped", "startDateStruct", "primaryCompletionDateStruct",
        "completionDateStruct", "studyFirstPostDateStruct", "resultsFirstPostDateStruct", "lastUpdatePostDateStruct",
    ),
    "sponsorCollaboratorsModule": ("responsibleParty", "leadSponsor", "collaborators"),
    "descriptionModule": ("briefSummary", "detailedDescription"),
    "conditionsModule": ("conditions", "keywords"),
    "designModule": ("studyType", "phases", "enrollmentInfo"),
    "armsInterventionsModule": ("armGroups", "interventions"),
    "contactsLocationsModule": ("overallOfficials", "locations"),
}  # fmt: skip
# pieces whose name is not simply that of the leaf
_NAMED = {
    "NCTId": "identificationModule.nctId", "NCTIdAlias": "identificationModule.nctIdAliases",
    "OrgStudyId": "identificationModule.orgStudyIdInfo.id", "OrgFullName": "identificationModule.organization.fullName",
    "OrgClass": "identificationModule.organization.class", "Phase": "designModule.phases",
    "EnrollmentCount": "designModule.enrollmentInfo.count", "EnrollmentType": "designModule.enrollmentInfo.type",
    "Condition": "conditionsModule.conditions", "Keyword": "conditionsModule.keywords",
    "LeadSponsorName": "sponsorCollaboratorsModule.leadSponsor.name",
    "LeadSponsorClass": "sponsorCollaboratorsModule.leadSponsor.class",
    "ResponsiblePartyType": "sponsorCollaboratorsModule.responsibleParty.type",
    "CollaboratorName": "sponsorCollaboratorsModule.collaborators.name",
    "CollaboratorClass": "sponsorCollaboratorsModule.collaborators.class",
    "InterventionType": "armsInterventionsModule.interventions.type",
    "InterventionName": "armsInterventionsModule.interventions.name",
    "InterventionDescription": "armsInterventionsModule.interventions.description",
    "InterventionArmGroupLabel": "armsInterventionsModule.interventions.armGroupLabels",
    "InterventionOtherName": "armsInterventionsModule.interventions.otherNames",
    "ArmGroupLabel": "armsInterventionsModule.armGroups.label", "ArmGroupType": "armsInterventionsModule.armGroups.type",
    "ArmGroupDescription": "armsInterventionsModule.armGroups.description",
    "ArmGroupInterventionName": "armsInterventionsModule.armGroups.interventionNames",
    "LocationFacility": "contactsLocationsModule.locations.facility",
    "LocationStatus": "contactsLocationsModule.locations.status", "LocationCity": "contactsLocationsModule.locations.city",
    "LocationState": "contactsLocationsModule.locations.state", "LocationZip": "contactsLocationsModule.locations.zip",
    "LocationCountry": "contactsLocationsModule.locations.country",
    "LocationGeoPoint": "contactsLocationsModule.locations.geoPoint",
}  # fmt: skip


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _pieces() -> dict[str, Path]:
    """Paths by piece name: leaves, the branches above them and, for a struct, its date and type."""
    pieces: dict[str, Path] = {"ProtocolSection": (_P,), "HasResults": ("hasResults",), "DerivedSection": ("derivedSection",)}
    for module, names in _MODULES.items():
        pieces[_capital(module)] = (_P, module)
        for name in names:
            pieces[_capital(name)] = (_P, module, name)
            if name.endswith("DateStruct"):
                stem = _capital(name).removesuffix("Struct")
                pieces[stem] = (_P, module, name, "date")
                pieces[f"{stem}Type"] = (_P, module, name, "type")
    return pieces | {name: (_P, *path.split(".")) for name, path in _NAMED.items()}


PIECES = _pieces()
_PATHS = {".".join(path) for path in PIECES.values()}


class UnknownFieldError(Exception):
    """A name in `fields` that is no piece."""


def paths_of(fields: str) -> list[Path]:
    """The paths that a list of piece names, branches and dotted paths asks for."""
    paths = []
    for name in filter(None, re.split(r"[,|]", fields)):
        if name in PIECES:
            paths.append(PIECES[name])
        elif name in _PATHS:
            paths.append(tuple(name.split(".")))
        else:
            raise UnknownFieldError(name)
    return paths


def prune(study: Study, paths: Iterable[Path]) -> Study:
    """The study with what lies on these paths and below, nothing else: a date without its type unless that is asked for."""
    kept: Study = {}
    for path in paths:
        _copy(study, kept, path)
    return kept


def _copy(source: Study, target: Study, path: Path) -> None:
    name, rest = path[0], path[1:]
    if name not in source:
        return
    value = source[name]
    if not rest:
        target[name] = value
    elif isinstance(value, list):
        items = target.setdefault(name, [{} for _ in value])
        for one, kept in zip(value, items, strict=True):
            _copy(one, kept, rest)
    else:
        _copy(value, target.setdefault(name, {}), rest)


def values_at(value: Any, path: Path) -> list[Any]:
    """Every value on a path, lists opened."""
    if isinstance(value, list):
        return [found for one in value for found in values_at(one, path)]
    if not path:
        return [value]
    return values_at(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def date_struct(text: str) -> dict[str, str]:
    """`2024-05 ESTIMATED` as a struct; without the second word it has no type, as in older records."""
    date, _, kind = text.partition(" ")
    return {"date": date} | ({"type": kind} if kind else {})


def study(
    nct: str,
    title: str = "",
    *,
    status: str = "RECRUITING",
    phases: Sequence[str] | None = ("PHASE1",),
    start: str = "2024-05-17 ACTUAL",
    primary: str = "2026-08 ESTIMATED",
    completion: str = "2026-12 ESTIMATED",
    updated: str = "2026-06-01 ACTUAL",
    conditions: Sequence[str] = ("Heart Failure",),
    interventions: Sequence[tuple[str, str]] = (("BIOLOGICAL", "Autologous mitochondria"),),
    places: Sequence[tuple[str, str, str]] = (("Made-up Hospital", "Bergen", "Norway"),),
    sponsor: tuple[str, str] = ("Made-up University", "OTHER"),
    summary: str = "",
    aliases: Sequence[str] = (),
    has_results: bool = False,
) -> Study:
    """A study. Dates are written `2024`, `2024-05 ESTIMATED`, `2024-05-17 ACTUAL`; what is empty or None is left out."""
    title = title or f"Mitochondria transplantation, study {nct}"
    dates = {"startDateStruct": start, "primaryCompletionDateStruct": primary, "completionDateStruct": completion}
    dates |= {"studyFirstPostDateStruct": "2024-01-10 ACTUAL", "lastUpdatePostDateStruct": updated}
    status_module: Study = {"statusVerifiedDate": "2026-06", "overallStatus": status}
    status_module |= {"lastKnownStatus": "RECRUITING"} if status == "UNKNOWN" else {}
    status_module |= {name: date_struct(text) for name, text in dates.items() if text}
    ident: Study = {"nctId": nct, "orgStudyIdInfo": {"id": f"MT-{nct[-4:]}"}, "briefTitle": title, "officialTitle": title}
    ident["organization"] = {"fullName": sponsor[0], "class": sponsor[1]}
    ident |= {"nctIdAliases": list(aliases)} if aliases else {}
    named = [
        {"type": kind, "name": name, "description": f"{name}, once", "armGroupLabels": ["Treated"]}
        for kind, name in interventions
    ]
    arm = {"label": "Treated", "type": "EXPERIMENTAL", "interventionNames": [f"{k.capitalize()}: {n}" for k, n in interventions]}
    located = [{"facility": place, "status": "RECRUITING", "city": city, "country": country} for place, city, country in places]
    design: Study = {"studyType": "OBSERVATIONAL" if phases is None else "INTERVENTIONAL"}
    design |= {} if phases is None else {"phases": list(phases)}
    modules: Study = {
        "identificationModule": ident,
        "statusModule": status_module,
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor[0], "class": sponsor[1]}},
        "descriptionModule": {"briefSummary": summary or f"{title}: is it safe?"},
        "conditionsModule": {"conditions": list(conditions)},
        "designModule": design | {"enrollmentInfo": {"count": 40, "type": "ESTIMATED"}},
    }
    modules |= {"armsInterventionsModule": {"armGroups": [arm], "interventions": named}} if named else {}
    modules |= {"contactsLocationsModule": {"locations": located}} if located else {}
    return {_P: modules, "derivedSection": {"miscInfoModule": {"versionHolder": "2026-06-16"}}, "hasResults": has_results}
