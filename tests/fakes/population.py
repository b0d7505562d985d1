"""Many articles in fake services with a planned share of every kind of fault, and what must come of each.

    with build(1000, seed=7) as world:
        fetch(world.ids, world.endpoints)
        assert not world.differences({line.pmcid: (line.status, line.code) for line in manifest})

The services that come after the cloud have nothing of the articles whose cloud answers fail for good (unless `fallback`), so
the true reason of a failure is that of the cloud. Expected outcomes hold for a licence policy that keeps everything.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from random import Random
from types import TracebackType
from typing import Any, Self

from fakes import faults
from fakes.articles import jats
from fakes.bioc import BioC
from fakes.cloud import Bucket
from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from fakes.faults import Fault
from fakes.idconv import IdConverter
from fakes.server import Fake

OUTCOMES: dict[str, tuple[str, str]] = {  # of each kind of fault that stays: status and reason code
    "429-retry-after": ("failed", "too-many-requests"),
    "429": ("failed", "too-many-requests"),
    "500": ("failed", "server-error"),
    "503-slow-down": ("failed", "server-error"),
    "timeout": ("failed", "timeout"),
    "reset": ("failed", "connection-reset"),
    "truncated": ("failed", "truncated"),
    "html": ("failed", "html-page"),
    "wrong-md5": ("failed", "wrong-md5"),
    "rate-limit-json": ("failed", "too-many-requests"),
    "unknown": ("not_found", "not-in-pmc"),
    "withheld": ("not_found", "withheld"),
    "refused": ("failed", "refused"),
    "no-full-text": ("not_found", "no-full-text"),
    "bad-metadata": ("failed", "bad-metadata"),
}
PASSING = tuple(OUTCOMES)[:10]  # kinds that go away on retry, but for a part of them
KINDS = (*PASSING, "unknown", "withheld", "two-versions", "tdm", "missing-keys", "refused")
PLACES = {  # where a fault lies, as a pattern around the ids
    "versions": r"[?&]prefix=(?:{})\.",
    "metadata": r"/(?:{})\.\d+\.json(?:\?|$)",
    "article": r"/(?:{})\.\d+\.(?:xml|txt)(?:\?|$)",
}
_VERSIONS: tuple[dict[int, dict[str, Any]], ...] = (  # pairs of versions; the one to take is listed first
    {2: {}, 1: {"is_manuscript": True}},
    {1: {}, 2: {"is_manuscript": True}},
    {10: {}, 2: {}},
    {2: {}, 1: {}},
)
_FLAGS = ("is_pmc_openaccess", "is_manuscript", "is_historical_ocr", "is_retracted")
_MISSING: tuple[tuple[str, dict[str, Any]], ...] = (  # what is wrong with the metadata, and what comes of it
    ("", {"omit": ("media_urls", "pdf_url", "mid")}),
    ("", {"null": ("pmid", "doi", "license_code")}),
    ("", {"omit": ("license_code", "title", "citation", *_FLAGS)}),
    ("text", {"omit": ("xml_url",)}),
    ("no-full-text", {"omit": ("xml_url", "text_url")}),
    ("bad-metadata", {"omit": ("pmcid",)}),
    ("bad-metadata", {"pmcid": "PMC1"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of an article.

    `kind` is the planned fault ("good" without), `place` where it lies, `permanent` whether it stays. `sha256` is that of the
    bytes to be kept, empty when there are none or when they come from a service after the cloud. `licence` is "" for null.
    """

    pmcid: str
    kind: str = "good"
    place: str = ""
    permanent: bool = False
    status: str = "ok"
    code: str = ""
    source: str = "cloud"
    version: int = 1
    licence: str = "CC BY"
    retracted: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`share` of the articles for each kind; `permanent` share of those that pass; times they fail before they do, at most
    `fails`; seconds of `hold` (timeouts) and of `retry_after`; `sentences` in an article.
    """

    share: float = 0.05
    permanent: float = 0.2
    fails: int = 2
    hold: float = 2.0
    retry_after: int = 1
    sentences: int = 6
    fallback: bool = False
    outcomes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Population:
    """The services, the ids in the order to ask for them, and what is expected. A context manager: services run inside."""

    cloud: Bucket = field(default_factory=Bucket)
    eutils: Eutils = field(default_factory=Eutils)
    idconv: IdConverter = field(default_factory=IdConverter)
    europepmc: EuropePMC = field(default_factory=EuropePMC)
    bioc: BioC = field(default_factory=BioC)
    ids: list[str] = field(default_factory=list)
    expected: dict[str, Expected] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def services(self) -> dict[str, Fake]:
        """The services by name."""
        return {
            "cloud": self.cloud, "eutils": self.eutils, "idconv": self.idconv, "europepmc": self.europepmc, "bioc": self.bioc,
        }  # fmt: skip

    @property
    def endpoints(self) -> dict[str, str]:
        """Addresses by name, each with the path of the real service."""
        return {name: fake.endpoint for name, fake in self.services.items()}

    def __enter__(self) -> Self:
        for fake in self.services.values():
            self._stack.enter_context(fake)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def summary(self) -> Counter[tuple[str, str]]:
        """How many articles are to end with each status and code."""
        return Counter((one.status, one.code) for one in self.expected.values())

    def differences(self, got: Mapping[str, tuple[str, str]]) -> list[str]:
        """A line for each article whose status and code, by PMCID, are not those expected."""
        lines = []
        for pmcid, one in sorted(self.expected.items()):
            wanted, found = (one.status, one.code), got.get(pmcid)
            if found != wanted:
                lasting = "permanent" if one.permanent else "passing"
                lines.append(f"{pmcid}: {one.kind} ({lasting}, {one.place or '-'}): expected {wanted}, got {found}")
        return lines + [f"{pmcid}: not asked for" for pmcid in sorted(set(got) - set(self.expected))]


def build(n: int = 1000, *, seed: int = 0, services: Mapping[str, Any] | None = None, **settings: Any) -> Population:
    """A population of `n` articles, the same for the same seed. `settings` are those of `Settings`.

    `services` are services to fill instead of new ones: `{"cloud": Bucket(limit_per_second=8)}`.
    """
    maker = _Maker(Population(**(services or {})), Random(seed), Settings(**settings))
    numbers = maker.random.sample(range(9_000_000, 9_000_000 + 20 * n), n)
    kinds = [kind for kind in KINDS for _ in range(round(n * maker.settings.share))][:n]
    kinds += ["good"] * (n - len(kinds))
    seen: Counter[str] = Counter()
    for number, kind in zip(numbers, kinds, strict=True):
        maker.add(f"PMC{number}", kind, seen[kind])
        seen[kind] += 1
    maker.plan()
    maker.world.ids = list(maker.world.expected)
    maker.random.shuffle(maker.world.ids)
    return maker.world


@dataclass(slots=True)
class _Maker:
    world: Population
    random: Random
    settings: Settings
    faulty: dict[tuple[str, str, int, int], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, pmcid: str, kind: str, n: int) -> None:
        """The `n`-th article of a kind."""
        if kind != "unknown":
            number = int(pmcid.removeprefix("PMC"))
            self.world.idconv.add(pmcid, number + 20_000_000, f"10.5555/fake.{number}")
        makers: dict[str, Callable[[str, int], Expected]] = {
            "good": self._good, "two-versions": self._two, "tdm": self._tdm, "missing-keys": self._missing,
            "unknown": self._unknown, "withheld": self._withheld, "refused": self._refused,
        }  # fmt: skip
        one = makers[kind](pmcid, n) if kind in makers else self._passing(pmcid, kind, n)
        self.world.expected[pmcid] = replace(one, kind=kind)

    def _put(self, pmcid: str, version: int = 1, cut: float = 1.0, **flags: Any) -> str:
        """An article in the bucket; the checksum of what is to be kept of it."""
        number = int(pmcid.removeprefix("PMC"))
        licence = "TDM" if flags.get("is_manuscript") else "CC BY"
        xml = jats(
            pmcid, number + 20_000_000, f"10.5555/fake.{number}", version=version, count=self.settings.sentences, licence=licence
        )
        xml = xml[: int(len(xml) * cut)]
        self.world.cloud.add(pmcid, version, xml, **flags)
        return hashlib.sha256(xml).hexdigest()

    def _lost(self, pmcid: str, outcome: str, place: str = "") -> Expected:
        """An article that cannot be had from the cloud; after it, only with `fallback`."""
        status, code = self.settings.outcomes.get(outcome, OUTCOMES[outcome])
        if self.settings.fallback and outcome not in ("unknown", "withheld"):
            self.world.eutils.add(pmcid)
            return Expected(pmcid, place=place, permanent=True, source="eutils")
        return Expected(pmcid, place=place, permanent=True, status=status, code=code, source="", version=0)

    def _good(self, pmcid: str, n: int) -> Expected:
        retracted = n % 20 == 7
        return Expected(pmcid, sha256=self._put(pmcid, is_retracted=retracted), retracted=retracted)

    def _two(self, pmcid: str, n: int) -> Expected:
        pair = _VERSIONS[n % len(_VERSIONS)]
        sums = {version: self._put(pmcid, version, **flags) for version, flags in pair.items()}
        taken = next(iter(pair))
        return Expected(pmcid, version=taken, sha256=sums[taken])

    def _tdm(self, pmcid: str, n: int) -> Expected:
        return Expected(pmcid, licence="TDM", sha256=self._put(pmcid, is_manuscript=True))

    def _missing(self, pmcid: str, n: int) -> Expected:
        outcome, flags = _MISSING[n % len(_MISSING)]
        if outcome == "bad-metadata" and "pmcid" in flags:
            self._put(pmcid)
            path = f"metadata/{pmcid}.1.json"
            self.world.cloud.put_metadata(pmcid, 1, self.world.cloud.objects[path].data.replace(f'"{pmcid}"'.encode(), b'"PMC1"'))
            return self._lost(pmcid, outcome, "metadata")
        digest = self._put(pmcid, **flags)
        if outcome in OUTCOMES:
            return self._lost(pmcid, outcome, "metadata")
        if outcome == "text":
            digest = hashlib.sha256(self.world.cloud.objects[f"{pmcid}.1/{pmcid}.1.txt"].data).hexdigest()
        unlicensed = "license_code" in (*flags.get("omit", ()), *flags.get("null", ()))
        return Expected(pmcid, place="metadata", permanent=True, licence="" if unlicensed else "CC BY", sha256=digest)

    def _unknown(self, pmcid: str, n: int) -> Expected:
        return self._lost(pmcid, "unknown")

    def _withheld(self, pmcid: str, n: int) -> Expected:
        self.world.eutils.add(pmcid, withheld=True)
        return self._lost(pmcid, "withheld")

    def _refused(self, pmcid: str, n: int) -> Expected:
        place = list(PLACES)[n % 3]
        self._put(pmcid)
        self.faulty["refused", place, 0, 0].append(pmcid)
        return self._lost(pmcid, "refused", place)

    def _passing(self, pmcid: str, kind: str, n: int) -> Expected:
        """A fault that goes away after one try or some, or stays."""
        place = "article" if kind == "wrong-md5" else list(PLACES)[n % 3]
        every = round(1 / self.settings.permanent) if self.settings.permanent else 0
        if not every or n % every:
            self.faulty[kind, place, 1 + n % self.settings.fails, n // 2 % 2].append(pmcid)
            return Expected(pmcid, place=place, sha256=self._put(pmcid))
        if kind == "wrong-md5":
            self._put(pmcid, wrong_md5=True)
        elif kind == "truncated" and place == "article":
            self._put(pmcid, cut=0.6)  # in the bucket itself, so that the checksum is right and only the content tells
        else:
            self._put(pmcid)
            self.faulty[kind, place, 0, n // 2 % 2].append(pmcid)
        return self._lost(pmcid, kind, place)

    def plan(self) -> None:
        """One rule for all articles that fail alike: a rule for each would slow every request."""
        for (kind, place, times, variant), ids in self.faulty.items():
            pattern = PLACES[place].format("|".join(ids))
            self.world.cloud.plan.on(pattern, self._fault(kind, variant), times=times or None)

    def _fault(self, kind: str, variant: int) -> Fault:
        made: dict[str, Callable[[], Fault]] = {
            "429-retry-after": lambda: faults.status(429, retry_after=self.settings.retry_after),
            "429": lambda: faults.status(429),
            "500": lambda: faults.s3_error(500, "InternalError", "We encountered an internal error. Please try again."),
            "503-slow-down": faults.slow_down,
            "timeout": lambda: faults.timeout(self.settings.hold),
            "reset": lambda: faults.reset(60, rst=variant == 0),
            "truncated": faults.truncated,
            "html": faults.html_page,
            "wrong-md5": faults.corrupted,
            "rate-limit-json": faults.rate_limit_json,
            "refused": faults.refused,
        }
        return made[kind]()
