"""Studies of the trial registry: which of their pieces are asked for, and what is made of the JSON that comes.

Every module and every leaf may be missing, and enumerations grow: what is not as expected counts as not stated, and words that
nobody foresaw are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mitotransfer.document import Intervention, Site, Trial, TrialDate

_STRUCTS = ("StartDateStruct", "PrimaryCompletionDateStruct", "CompletionDateStruct")
_DATES = tuple(f"{name.removesuffix('Struct')}{kind}" for name in _STRUCTS for kind in ("", "Type"))
_PIECES = (
    "NCTId", "NCTIdAlias", "BriefTitle", "OfficialTitle", "OverallStatus", "Phase", "Condition", "InterventionType",
    "InterventionName", "InterventionDescription", "InterventionOtherName", "LeadSponsorName", "LocationFacility", "LocationCity",
    "LocationCountry", "HasResults", "LastUpdatePostDate",
)  # fmt: skip
# A date with its type has the name of a struct; clients disagree whether such names are taken. Leaves are; without any
# names the whole study comes, ten times as long.
FIELDS = ("|".join((*_PIECES, *_STRUCTS)), "|".join((*_PIECES, *_DATES)), "")

_NCT = re.compile(r"NCT\d{8}")


def trial_of(study: object) -> Trial | None:
    """A study as plain data; None when it has no number."""
    nct = _text(study, "identificationModule.nctId")
    if not _NCT.fullmatch(nct):
        return None
    return Trial(
        nct,
        title=_text(study, "identificationModule.briefTitle"),
        official_title=_text(study, "identificationModule.officialTitle"),
        aliases=_texts(study, "identificationModule.nctIdAliases"),
        status=_text(study, "statusModule.overallStatus"),
        phases=_texts(study, "designModule.phases"),
        conditions=_texts(study, "conditionsModule.conditions"),
        interventions=tuple(_interventions(study)),
        sites=tuple(_sites(study)),
        sponsor=_text(study, "sponsorCollaboratorsModule.leadSponsor.name"),
        start=_date(study, "startDateStruct"),
        primary_completion=_date(study, "primaryCompletionDateStruct"),
        study_completion=_date(study, "completionDateStruct"),
        updated=_text(study, "statusModule.lastUpdatePostDateStruct.date"),
        has_results=isinstance(study, dict) and study.get("hasResults") is True,
    )


def _interventions(study: object) -> Iterator[Intervention]:
    for one in _list(study, "armsInterventionsModule.interventions"):
        name = _line(one.get("name")) if isinstance(one, dict) else ""
        if name:
            others = tuple(text for other in _listed(one.get("otherNames")) if (text := _line(other)))
            yield Intervention(_line(one.get("type")), name, _line(one.get("description")), others)


def _sites(study: object) -> Iterator[Site]:
    for one in _list(study, "contactsLocationsModule.locations"):
        if isinstance(one, dict):
            site = Site(_line(one.get("facility")), _line(one.get("city")), _line(one.get("country")))
            if any(site):
                yield site


def _date(study: object, struct: str) -> TrialDate:
    return TrialDate(_text(study, f"statusModule.{struct}.date"), _text(study, f"statusModule.{struct}.type"))


def _text(study: object, path: str) -> str:
    return _line(_at(study, path))


def _texts(study: object, path: str) -> tuple[str, ...]:
    return tuple(text for one in _list(study, path) if (text := _line(one)))


def _list(study: object, path: str) -> list[Any]:
    return _listed(_at(study, path))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(study: object, path: str) -> object:
    value = study
    for name in ("protocolSection", *path.split(".")):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _line(value: object) -> str:
    """A text in one line; nothing for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""
