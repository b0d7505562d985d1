"""Settings: `configs/run.yaml` checked against the classes below. An unknown key is an error that names the allowed ones."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
import yaml

from mitotransfer.errors import ConfigError

T = TypeVar("T")
Executor = Literal["serial", "processes", "dask"]
Source = Literal["cloud", "efetch", "europepmc", "bioc"]
LicencePolicy = Literal["open", "noncommercial", "tdm"]
QuotePolicy = Literal["all", "redistributable"]
Service = Literal["ncbi", "europepmc"]
Count = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
_EMAIL = r"[!-~]+@[!-~]+"  # it stands in a header, which holds ASCII only


class Endpoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base addresses of the services."""

    cloud: str = "https://pmc-oa-opendata.s3.amazonaws.com/"
    eutils: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
    idconv: str = "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"
    europepmc: str = "https://www.ebi.ac.uk/europepmc/webservices/rest/"
    bioc: str = "https://www.ncbi.nlm.nih.gov/research/bionlp/RESTful/pmcoa.cgi/"
    registry: str = "https://clinicaltrials.gov/api/v2/"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests per second that all programs of this machine together send to a service. NCBI allows 10 with a key."""

    cloud: Rate = 20.0
    ncbi: Rate = 3.0
    ncbi_with_key: Rate = 10.0
    europepmc: Rate = 5.0
    registry: Rate = 0.66  # 40 a minute


class FetchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`library`: a directory searched first for articles given by id (`PMC123.xml`, `.nxml`, `.json`, `.txt`).

    `sources`: what is asked for the others, in this order; none: nothing is asked. `offline`: only what earlier runs fetched.
    `email`: the contact that NCBI wants; without one it is not asked. `licences`: what may be kept (`open`: may be passed on
    and sold, `noncommercial`: may be passed on, `tdm`: may be mined). `workers`: requests at once. `timeout`: seconds until the
    next bytes must come, `request`: until an answer must be complete, `total`: for all `attempts` at one; `first_pause`: before
    the second of them, doubled before each further one. `registry`: whether trials are completed from ClinicalTrials.gov, and
    those added that the searches of the file `registry_queries` find there.
    """

    library: str = ""
    sources: tuple[Source, ...] = ("cloud", "efetch", "europepmc", "bioc")
    offline: bool = False
    email: Annotated[str, msgspec.Meta(pattern=rf"^({_EMAIL})?\Z")] = ""
    licences: LicencePolicy = "tdm"
    endpoints: Endpoints = Endpoints()
    per_second: Limits = Limits()
    workers: Count = 8
    timeout: Rate = 30.0
    request: Rate = 120.0
    total: Rate = 600.0
    attempts: Count = 5
    first_pause: Rate = 1.0
    registry: bool = False
    registry_queries: str = "queries/mitochondrial-trials.registry.txt"


class SearchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`with_text`: find only articles whose text can be had. `most`: a query that finds more is refused as too wide.

    `queries`: the directory of query files, relative to the configuration directory.
    """

    service: Service = "ncbi"
    with_text: bool = True
    most: Count = 100_000
    queries: str = "queries"


class ParseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_bytes`: larger inputs are refused; no article of PMC comes near the default.

    `screening`: of articles in JATS without a word for mitochondria only what they say of themselves is read.
    """

    max_bytes: Count = 50_000_000
    screening: bool = True


class AnnotateSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths are relative to the configuration directory. `prose: false` reads tables only.

    `off`: rules, as evidence.csv names them, whose findings are left out.
    """

    vocabulary: str = "vocabulary"
    table_headers: str = "table_headers.yaml"
    rules: str = "rules"
    confidence: str = "confidence.json"
    prose: bool = True
    off: tuple[str, ...] = ()


class NlpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Language models for prose. `model`: name (see `catalogue`) or directory of the one for syntax and names; empty for none.

    `ner`: further models whose names are added, in order of precedence. `kb`: a directory made by `mitotransfer kb build`, in
    which names that the vocabulary does not hold are looked up; a link below `link_threshold` (0 to 1) is none.
    """

    model: str = "mitotransfer"
    ner: tuple[str, ...] = ()
    catalogue: str = "models.yaml"
    kb: str = ""
    link_threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.8


class TabulateSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cited_findings`: rows for findings that a primary article cites from others.

    `min_confidence`: events below it make no row of their own. `quote`: whose sentences stand in evidence.csv, those of all
    articles or only of those whose licence allows passing text on (`redistributable`).
    """

    cited_findings: bool = False
    quote: QuotePolicy = "all"
    min_confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0


class EvaluateSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`floors`: the quality floors, relative to the configuration directory."""

    floors: str = "quality_floor.json"


class ReportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`figures`: whether the report's plots are also written as SVG and PNG (needs matplotlib: the extra `figures`)."""

    figures: bool = False


class RunSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`executor` and `workers` change speed only, never the outputs. `scheduler`: the address of a Dask scheduler; none: Dask
    workers are started on this machine.

    What an input may take in a stage: `article_seconds`, and `article_memory`, megabytes of address space of a worker, program
    and language model included (no less than 2000); 0: no limit. Without both the serial executor works in this very process.
    """

    executor: Executor = "serial"
    workers: Count = 1
    scheduler: str = ""
    article_seconds: NotNegative = 600.0
    article_memory: Annotated[int, msgspec.Meta(ge=0)] = 0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, one block per stage, as in `configs/run.yaml`."""

    fetch: FetchSettings = FetchSettings()
    search: SearchSettings = SearchSettings()
    parse: ParseSettings = ParseSettings()
    annotate: AnnotateSettings = AnnotateSettings()
    nlp: NlpSettings = NlpSettings()
    tabulate: TabulateSettings = TabulateSettings()
    evaluate: EvaluateSettings = EvaluateSettings()
    report: ReportSettings = ReportSettings()
    run: RunSettings = RunSettings()
    root: str = ""

    def path(self, relative: str) -> Path:
        """A path of the configuration directory."""
        return Path(self.root) / relative

    def file(self, relative: str) -> Path:
        """A file of the configuration directory, else of the shipped one. Raises ConfigError when neither has it."""
        return _found(Path(self.root), relative)


def config_root() -> Path:
    """The shipped configuration: inside an installed wheel, else `configs/` of the source tree."""
    package = Path(__file__).resolve().parent
    installed = package / "configs"
    return installed if installed.is_dir() else package.parent.parent / "configs"


# That of libyaml, where PyYAML was built with it: ten times as fast.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc,valid-type]
    """YAML 1.2's truth values: only true and false, so that `yes` and `no` stay words (and keys). A repeated key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{key.value}' stands twice", key.start_mark)
            seen.add(str(key.value))
        content: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return content


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises ConfigError naming the file (and line) when it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 a SafeLoader
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # not UTF-8, no such date, nested without end
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error


def checked(content: Any, kind: type[T], path: Path) -> T:
    """`content` as `kind`. Raises ConfigError naming the file, the place in it, what is wrong and what is allowed."""
    _forbid_unknown(content, kind, path, "")
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error


def _forbid_unknown(content: Any, kind: Any, path: Path, place: str) -> None:
    """msgspec names the unknown key; users also need the known ones."""
    if not (isinstance(content, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in content.items():
        if key not in fields:
            raise ConfigError(f"{path}: unknown key '{place}{key}'; allowed here: {', '.join(sorted(fields))}")
        _forbid_unknown(value, fields[key], path, f"{place}{key}.")


def known_against(name: str) -> bool:
    """Whether a run is scored against decisions. Raises ConfigError for what else it cannot be scored against."""
    if name not in ("", "decisions"):
        raise ConfigError(f"--against '{name}': a run can be scored against decisions, or a directory of gold rows")
    return bool(name)


def known_executor(name: str) -> Executor:
    """The executor of this name. Raises ConfigError naming those there are."""
    known: dict[str, Executor] = {executor: executor for executor in get_args(Executor)}
    if name not in known:
        raise ConfigError(f"there is no executor '{name}'; allowed: {', '.join(known)}")
    return known[name]


def known_email(text: str) -> str:
    """The contact as it is. Raises ConfigError when it is no e-mail address."""
    if text and not re.fullmatch(_EMAIL, text):
        raise ConfigError(f"--email: '{text}' is no e-mail address")
    return text


def known_service(name: str) -> Service:
    """The service for searches of this name. Raises ConfigError naming those there are."""
    known: dict[str, Service] = {service: service for service in get_args(Service)}
    if name not in known:
        raise ConfigError(f"there is no service '{name}' to search at; allowed: {', '.join(known)}")
    return known[name]


def known_endpoints(given: Iterable[str], endpoints: Endpoints) -> Endpoints:
    """The addresses with those changed that are given as `name=address`. Raises ConfigError naming the services there are."""
    changed: dict[str, str] = {}
    for text in given:
        name, _, address = text.partition("=")
        if name not in Endpoints.__struct_fields__:
            raise ConfigError(
                f"there is no service '{name}' (--endpoint NAME=URL); allowed: {', '.join(Endpoints.__struct_fields__)}"
            )
        if not address.startswith(("http://", "https://")):
            raise ConfigError(f"--endpoint {name}: '{address}' is no address (http://… or https://…)")
        changed[name] = address
    return msgspec.structs.replace(endpoints, **changed)


def load(path: Path | None = None) -> Settings:
    """Settings from a YAML file (default: the shipped `run.yaml`); its directory is the configuration directory.

    Files the directory lacks (vocabulary, rules) are taken from the shipped configuration. Raises ConfigError.
    """
    file = path or config_root() / "run.yaml"
    content = read_yaml(file) or {}
    if isinstance(content, dict) and "root" in content:
        raise ConfigError(f"{file}: unknown key 'root'; the configuration directory is the one this file is in")
    settings = checked(content, Settings, file)
    annotate = settings.annotate
    names = ("vocabulary", "table_headers", "rules", "confidence")
    found = {name: str(_found(file.parent, getattr(annotate, name))) for name in names}
    nlp = msgspec.structs.replace(settings.nlp, catalogue=str(_found(file.parent, settings.nlp.catalogue)))
    annotate = msgspec.structs.replace(annotate, **found)
    return msgspec.structs.replace(settings, annotate=annotate, nlp=nlp, root=str(file.parent.resolve()))


def _found(folder: Path, name: str) -> Path:
    """`name` in the configuration directory, else in the shipped one."""
    for root in (folder, config_root()):
        if (root / name).exists():
            return (root / name).resolve()
    raise ConfigError(f"{folder / name}: no such file or directory, and the shipped configuration has none either")
