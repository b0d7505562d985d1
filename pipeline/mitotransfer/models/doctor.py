"""`mitotransfer doctor`: what is installed, matching, reachable, and a line to run for each thing that is not.

Works without spaCy and where spaCy is broken: nothing but the check of the models that a run uses imports it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import mitotransfer
from mitotransfer.errors import ConfigError
from mitotransfer.models.catalogue import Catalogue, Found, ModelError, load_catalogue, package_version, place
from mitotransfer.settings import Settings, checked, config_root, read_yaml

State = Literal["ok", "missing", "differs", "unreachable"]
_PACKAGE = "mitotransfer"


class Finding(NamedTuple):
    """One check: what was looked at, what was found and expected, the line that mends it.

    `needed`: the configured run cannot do without it.
    """

    name: str
    state: State
    found: str
    expected: str = ""
    run: str = ""
    needed: bool = False

    def __str__(self) -> str:
        """One line, and a second with what to run."""
        state = "not installed" if self.state == "missing" and not self.needed else self.state
        told = ", ".join(part for part in (self.found, self.expected and f"expected {self.expected}") if part)
        line = f"{state:13} {self.name}{told and f': {told}'}"
        return f"{line}\n{'':13} run: {self.run}" if self.run and self.state != "ok" else line


class Doctor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`configs/doctor.yaml`: the services a run may use (name: address) and how many seconds each is given."""

    services: dict[str, Annotated[str, msgspec.Meta(pattern="^https?://")]]
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 5.0


def diagnose(settings: Settings, *, offline: bool = False) -> Iterator[Finding]:
    """All checks for a run with these settings, one by one as they are done; `offline`: without the services.

    Raises ConfigError when the catalogue of models or `doctor.yaml` is wrong.
    """
    nlp = settings.nlp
    used = [name for name in (nlp.model, *nlp.ner) if name] if settings.annotate.prose else []
    catalogue, asked = load_catalogue(Path(nlp.catalogue)), _asked(settings)
    yield from versions()
    yield from models(used, catalogue)
    if nlp.kb:
        yield _knowledge_base(Path(nlp.kb))
    if not offline:
        yield from reach(asked.services, asked.timeout)


def healthy(findings: Iterable[Finding], *, strict: bool = False) -> bool:
    """Whether the configured run has everything it needs; `strict`: and every service can be reached."""
    wrong = (finding for finding in findings if finding.state != "ok")
    return not any(finding.needed or (strict and finding.state == "unreachable") for finding in wrong)


def versions() -> Iterator[Finding]:
    """Python and the libraries, against the ranges this package asks for; extras are not needed."""
    try:
        own = importlib.metadata.metadata(_PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        yield Finding(_PACKAGE, "missing", "run from its source, so that versions cannot be checked", run="pip install -e .")
        return
    yield Finding(_PACKAGE, "ok", own["Version"])
    fresh = "python3.11 -m venv .venv && .venv/bin/pip install ."
    yield _version("Python", platform.python_version(), SpecifierSet(own["Requires-Python"]), run=fresh)
    for text in own.get_all("Requires-Dist") or []:
        wanted = Requirement(text)
        if wanted.marker and wanted.marker.evaluate({"extra": "dev"}):
            continue  # a developer's tool
        have = package_version(wanted.name)
        run = f"pip install '{wanted.name}{wanted.specifier}'"
        yield _version(wanted.name, have, wanted.specifier, run=run, needed=wanted.marker is None)


def _version(name: str, have: str, wanted: SpecifierSet, *, run: str, needed: bool = True) -> Finding:
    if not have:
        return Finding(name, "missing", "", str(wanted), run, needed)
    state: State = "ok" if wanted.contains(have, prereleases=True) else "differs"
    return Finding(name, state, have, str(wanted), run, needed)


def models(used: Sequence[str], catalogue: Catalogue) -> Iterator[Finding]:
    """The models of the catalogue and those a run uses; the latter are loaded, unless their files were changed."""
    for name in (*catalogue.models, *(name for name in used if name not in catalogue.models)):
        needed = name in used
        model = catalogue.models.get(name)
        title = f"model {name}"
        if model is not None and place(model) is None:
            yield Finding(title, "missing", "", model.version, model.install, needed)
            continue
        try:
            found = catalogue.find(name)
            finding = _model(title, found, needed)
            if needed and not finding.needed:
                _load(found, catalogue)
        except ModelError as error:
            yield Finding(title, "differs", error.cause, run=error.run, needed=needed)
        except ConfigError as error:
            yield Finding(title, "differs", str(error), needed=needed)
        else:
            yield finding
            yield from _lock(title, found)


def _model(title: str, found: Found, needed: bool) -> Finding:
    """Version and files of a model that is there. Another version than the catalogue's may serve: loading tells."""
    said, wanted = f"{found.meta.version} in {found.folder}", found.model.version
    if damaged := _damaged(found):
        return Finding(title, "differs", f"{said}, changed since it was trained: {damaged}", "", found.model.reinstall, needed)
    if found.meta.version != wanted:
        return Finding(title, "differs", said, wanted, found.model.reinstall)
    return Finding(title, "ok", said)


def _damaged(found: Found) -> str:
    """The first file of a model that is missing or not as its checksum says, empty when all are."""
    for name, digest in found.meta.mitotransfer.files.items() if found.meta.mitotransfer else ():
        try:
            if hashlib.sha256((found.folder / name).read_bytes()).hexdigest() == digest:
                continue
        except OSError:
            return f"{name} cannot be read"
        return name
    return ""


def _load(found: Found, catalogue: Catalogue) -> None:
    """Load a model as a run does. Raises ConfigError."""
    try:
        from mitotransfer.models.load import load_pipeline
    except (ImportError, ValueError) as error:  # ValueError: compiled for another numpy
        cause = f"spaCy cannot be imported ({' '.join(str(error).split())})"
        raise ModelError(cause, "pip install --force-reinstall 'spacy>=3.8,<3.9' 'numpy>=1.26,<2'") from error
    load_pipeline(found, catalogue)


def _lock(title: str, found: Found) -> Iterator[Finding]:
    """The versions a model of ours was trained with; another patch of spaCy, or another numpy, is told but does no harm."""
    if found.meta.mitotransfer is None:
        return
    for package, wanted in msgspec.structs.asdict(found.meta.mitotransfer.lock).items():
        have = package_version(package)
        state: State = "ok" if have == wanted else "differs"
        yield Finding(f"{title}: {package}", state, have, wanted, f"pip install '{package}=={wanted}'")


def _knowledge_base(folder: Path) -> Finding:
    """Whether the knowledge base can be loaded."""
    build = f"mitotransfer kb build SOURCE... --out {folder}"
    try:
        from mitotransfer.models import kb

        manifest, _ = kb.load(folder)
    except (ImportError, ConfigError) as error:
        return Finding("knowledge base", "differs" if folder.is_dir() else "missing", str(error), run=build, needed=True)
    return Finding("knowledge base", "ok", f"{manifest.concepts} concepts in {folder}")


def _asked(settings: Settings) -> Doctor:
    """`doctor.yaml` of the configuration directory, else the shipped one. Raises ConfigError."""
    path = settings.path("doctor.yaml")
    path = path if path.exists() else config_root() / "doctor.yaml"
    return checked(read_yaml(path), Doctor, path)


def reach(services: Mapping[str, str], timeout: float) -> list[Finding]:
    """Ask every service at once; only status 200 counts as reached. A proxy named by the environment is used."""
    with ThreadPoolExecutor(max_workers=len(services) or 1) as pool:
        told = pool.map(lambda address: _answer(address, timeout), services.values())
        return [
            Finding(name, "unreachable" if answer else "ok", answer or address, run=f"curl -sSI '{address}'")
            for (name, address), answer in zip(services.items(), told, strict=True)
        ]


def _answer(address: str, timeout: float) -> str:
    """What is wrong with a service, empty when it answers as it should."""
    agent = {"User-Agent": f"mitotransfer/{mitotransfer.__version__} (doctor)"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=agent), timeout=timeout) as answer:  # noqa: S310 http(s), checked
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    except urllib.error.URLError as error:
        return f"{address}: {error.reason}"
    except (OSError, HTTPException) as error:  # reset or silent after the connection stood
        return f"{address}: {error}"
    return "" if status == HTTPStatus.OK else f"{address}: answers {status}"
