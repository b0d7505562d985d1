"""Long lists of ids as people keep them: mixed kinds, repeated ids, comments, junk, any line ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["pmcid", "pmid", "doi", "repeated", "junk", "blank"]

_JUNK = (
    "n/a",
    "see supplement",
    "PMC",
    "10.1234",
    "NCT01234567",
    "PMCX12",
    "12345678901234",
    "=HYPERLINK(A1)",
    "PMC12 PMC13",
    "???",
)
_BLANK = ("", "   ", "# old ones", "\t")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text without line end, what it is, and the PMCID it stands for. `repeated` had its article before."""

    text: str
    kind: Kind
    pmcid: str = ""


def lines(pmcids: Sequence[str], n: int = 10_000, *, seed: int = 0, odd: float = 0.3) -> list[Line]:
    """`n` lines about articles whose PMID and DOI are those of `Bucket.add`; a share `odd` is repeated, junk or blank.

    Every PMCID comes at least once when there is room. An article repeated may come by another of its ids.
    """
    random = Random(seed)
    n_odd = max(int(n * odd), n - len(pmcids)) if pmcids else n
    first = list(pmcids[: n - n_odd])
    places = set(random.sample(range(1, n), n_odd)) if n_odd < n else set(range(n))
    made: list[Line] = []
    asked: list[str] = []
    for at in range(n):
        if at not in places:
            asked.append(first[len(asked)])
            made.append(_first(asked[-1], random))
        elif asked and random.random() < 0.5:
            pmcid = random.choice(asked)
            made.append(Line(random.choice(forms(pmcid))[1], "repeated", pmcid))
        elif random.random() < 0.7:
            made.append(Line(random.choice(_JUNK), "junk"))
        else:
            made.append(Line(random.choice(_BLANK), "blank"))
    return made


def _first(pmcid: str, random: Random) -> Line:
    kind, text = random.choice(forms(pmcid))
    return Line(text, kind, pmcid)


def forms(pmcid: str) -> list[tuple[Kind, str]]:
    """The ways to write the ids of an article."""
    number = int(pmcid.removeprefix("PMC"))
    pmid, doi = number + 20_000_000, f"10.5555/fake.{number}"
    return [
        ("pmcid", pmcid), ("pmcid", f"pmc{number}"), ("pmcid", f"PMCID: {pmcid}"), ("pmcid", f" {pmcid},"),
        ("pmid", str(pmid)), ("pmid", f"PMID: {pmid}"), ("pmid", f"PMID:{pmid} # from a review"),
        ("doi", doi), ("doi", f"doi:{doi}"), ("doi", f"https://doi.org/{doi.upper()}"),
    ]  # fmt: skip


def as_file(listed: Sequence[Line], end: str = "\r\n", *, bom: bool = True) -> bytes:
    """The bytes of a file of these lines, by default as Windows writes them."""
    return ("\ufeff" * bom + "".join(line.text + end for line in listed)).encode()
