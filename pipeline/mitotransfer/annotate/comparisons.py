"""Changes that only numbers tell: "ATP was 1.6 times that of controls", "infarcts of 18% with and 34% without".

Two sides are compared. Which one was treated is told by the words beside the numbers; where they do not tell, nothing is
read. What is compared is the name of an outcome before the first number, or what cells or animals do ("65% survived").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mitotransfer.annotate.cores import Alternatives
from mitotransfer.document import Mention

_NUMBER = r"\d+(?:[.,]\d+)?"
_WORDS = {"two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "ten": 10.0}
_TIMES = {"twice": 2.0, "double": 2.0, "triple": 3.0, "thrice": 3.0, "half": 0.5, "third": 1 / 3, "thirds": 2 / 3}
_TIMES |= {"quarter": 0.25, "quarters": 0.75, "fifth": 0.2, "tenth": 0.1, "fraction": 0.5}
_VERB = (
    r"(?:was|were|is|are|had|reached|averaged|measured|equal+ed|totall?ed|amounted to|came to|stood at|remained(?: at)?|lay at)"
)
_HEDGE = (
    r"(?:(?:about|nearly|almost|roughly|approximately|some|only|just|merely|more|less|fewer|than|at|least|most|over|under|"
    r"up|to|around|well|below|above|still|as|still|an?|one|the)\s+)*"
)
_MULTIPLE = re.compile(
    rf"(?P<gap>[^.;:]{{0,70}}?)\b{_VERB}\s+{_HEDGE}"
    rf"(?:(?P<number>{_NUMBER}|{'|'.join(_WORDS)})\s*[-‐–]?\s*(?:fold|times|×|x)|(?P<word>{'|'.join(_TIMES)})"
    rf"|(?P<percent>{_NUMBER})\s?%)"
    r"\s+(?:of\s+)?(?P<other>(?:that|those|the (?:value|level|amount|rate|number)s?"
    r"|as (?:high|large|great|much|many|long|fast|strong)|what)\b[^.;]{0,90})"
)
_BEFORE = re.compile(
    rf"(?:(?P<number>{_NUMBER}|{'|'.join(_WORDS)})\s*[-‐–]?\s*(?:fold|times(?: as (?:much|many))?)"
    r"|(?P<word>twice|double|half|triple)"
    r"(?: as (?:much|many))?)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}$"
)
_MORE = re.compile(r"\b(?:more|less|fewer|higher|lower|greater|smaller|longer|shorter|faster|slower|increase|decrease|reduc)")
_COMPARE = (
    r"(?:versus|vs\.?|against|(?:as )?compared (?:with|to)|as opposed to|in contrast to|by contrast|but|and|whereas|while"
    r"|rather than|instead of|relative to)"
)
_TWO_VALUES = re.compile(
    rf"(?P<gap>[^.;:]{{0,70}}?)\b(?:{_VERB}|of)\s+{_HEDGE}(?P<first>{_NUMBER})(?P<one>(?:[^.;]|\.(?=\d)){{0,90}}?)"
    rf"[,(]?\s*\b{_COMPARE}\b(?P<two>[^.;\d]{{0,60}}?)(?P<second>\b{_NUMBER}|\bnone\b|\bno\b)(?P<three>(?:[^.;]|\.(?=\d)){{0,90}})"
)
_FROM_TO = re.compile(
    rf"(?P<gap>[^.;:,\d]{{0,40}}?)\bfrom\s+{_HEDGE}(?P<first>{_NUMBER})[^.;,\d]{{0,40}}?\bto\s+{_HEDGE}(?P<second>{_NUMBER})"
)
_SHARE = re.compile(
    rf"(?P<first>{_NUMBER})\s?%\s+of\s+(?P<one>(?:[^.;]|\.(?=\d)){{0,90}}?)"
    rf"\b(?P<state>survived|alive|viable|died|dead|apoptotic|necrotic)\b"
    rf"(?P<more>[^.;%]{{0,40}}?)[,(]?\s*\b{_COMPARE}\b(?P<two>[^.;\d]{{0,40}}?)(?P<second>{_NUMBER})"
    rf"(?P<three>(?:[^.;]|\.(?=\d)){{0,90}})"
)
_ASIDE = re.compile(r"\([^()]*\b(?:[pn]\s*[<>=]|Fig|Table|95|CI)[^()]*\)|±\s*\d+(?:\.\d+)?", re.IGNORECASE)
# what another measure is a part of: "infarct size as a percentage of the area at risk"
_PART = re.compile(
    r"(?:percentage|fraction|share|proportion|%|percent|relative to|normali[sz]ed to)(?: of)? (?:the )?$", re.IGNORECASE
)
_CONTROL = re.compile(
    r"\b(?:sham|vehicle|untreated|na[iï]ve|saline|PBS|placebo|buffer|controls?|alone|without|no (?:mitochondria|cells|treatment)"
    r"|plain"
    r"|medium (?:only|stripped)|stripped|injured (?:cells|neurons)|did not|had not|none)\b",
    re.IGNORECASE,
)


class Compared(NamedTuple):
    """What differs between treated and untreated: its place in the text, the place of the word or number that tells, and how.

    `state` is the word for what cells or animals did where no outcome is named ("survived").
    """

    start: int
    end: int
    trigger: int
    direction: str
    state: str


def compared(text: str, names: Sequence[Mention], treated: Alternatives) -> Iterator[Compared]:
    """The comparisons of a sentence; `names` are its outcomes, `treated` is what a treated side is told by."""
    if "respectively" in text:
        return  # which number belongs to what is not read here
    masked = _ASIDE.sub(lambda found: " " * len(found[0]), text)
    for name in names:
        if _PART.search(masked, 0, name.start):
            continue
        for read in (_multiple, _of_two, _before, _from_to):
            one = read(masked, name, treated)
            if one is not None:
                yield one
                break
    for found in _SHARE.finditer(masked):
        sides = masked[: found.start()] + found["one"] + found["more"], found["two"] + found["three"]
        if direction := _direction(float(found["first"]), float(found["second"]), *sides, treated):
            yield Compared(found.start("state"), found.end("state"), found.start("state"), direction, found["state"])


def _multiple(text: str, name: Mention, treated: Alternatives) -> Compared | None:
    """ "ATP was 1.6 times that of controls"."""
    found = _MULTIPLE.match(text, name.end)
    if found is None or _MORE.search(found["gap"]):
        return None
    factor = _factor(found.groupdict())
    direction = _direction(factor, 1.0, text[: found.start("other")], found["other"], treated)
    at = found.start("number") if found["number"] else max(found.start("word"), found.start("percent"))
    return Compared(name.start, name.end, at, direction, "") if direction else None


def _factor(groups: Mapping[str, str | None]) -> float:
    if number := groups.get("number"):
        return _WORDS.get(number) or _value(number)
    if percent := groups.get("percent"):
        return _value(percent) / 100
    return _TIMES[groups["word"] or "twice"]


def _value(number: str) -> float:
    return 0.0 if number in ("no", "none") else float(number.replace(",", "."))


def _of_two(text: str, name: Mention, treated: Alternatives) -> Compared | None:
    """ "Ejection fraction was 54% in treated and 38% in vehicle hearts"."""
    found = _TWO_VALUES.match(text, name.end)
    if found is None or _MORE.search(found["gap"]):
        return None
    sides = text[: name.start] + found["gap"] + found["one"], found["two"] + found["second"] + found["three"]
    direction = _direction(_value(found["first"]), _value(found["second"]), *sides, treated)
    return Compared(name.start, name.end, found.start("first"), direction, "") if direction else None


def _before(text: str, name: Mention, treated: Alternatives) -> Compared | None:
    """ "Twice as much ATP", "a twofold spare capacity"."""
    found = _BEFORE.search(text, 0, name.start)
    if found is None or _MORE.search(found[0]):
        return None
    after = re.match(r"[^.;]{0,90}", text[name.end :])
    factor = _factor(found.groupdict())
    direction = _direction(factor, 1.0, text[: found.start()], after[0] if after else "", treated)
    return Compared(name.start, name.end, found.start(), direction, "") if direction else None


def _from_to(text: str, name: Mention, treated: Alternatives) -> Compared | None:
    """ "Brought lactate from 6 to 2 mM": the treated side is the second number."""
    found = _FROM_TO.match(text, name.end)
    if found is None or not treated.search(text[: found.start("first")] + text[found.end() :]):
        return None
    first, second = _value(found["first"]), _value(found["second"])
    direction = "increase" if second > first else "decrease" if second < first else ""
    at = text.index("from", name.end)
    return Compared(name.start, name.end, at, direction, "") if direction else None


def _direction(first: float, second: float, one: str, other: str, treated: Alternatives) -> str:
    """How the treated side differs, empty if it is not told which one that is, or if there is no difference."""
    controls = bool(_CONTROL.search(one)), bool(_CONTROL.search(other))
    if controls[0] == controls[1]:
        given = bool(treated.search(one)), bool(treated.search(other))
        if given[0] == given[1]:
            return ""
        controls = given[1], given[0]
    if first == second:
        return ""
    return "increase" if (first > second) == controls[1] else "decrease"
