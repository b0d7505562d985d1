"""The doctor: each thing a run needs is looked at, told with what was found and expected, and with a line that mends it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from spacy.about import __version__ as spacy_version
from standins import install, own_pipeline, pipeline, record, save

from mitotransfer.errors import ConfigError
from mitotransfer.models import doctor, kb
from mitotransfer.models.doctor import Doctor, Finding, diagnose, healthy
from mitotransfer.settings import AnnotateSettings, NlpSettings, Settings, checked, config_root, read_yaml

ENTRY = "{package: en_x, version: 0.5.4, install: pip install x.tar.gz, licence: CC0, labels: {CL: cell}}"


SERVICES = {"PMC Cloud Service", "NCBI E-utilities", "Europe PMC", "ClinicalTrials.gov"}


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "models.yaml"
    path.write_text(f"x: {ENTRY}\nmitotransfer: {ENTRY.replace('en_x', 'en_mitotransfer')}")
    return path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


class _Answers(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def findings(catalogue: Path, model: str = "", kb: str = "", *, prose: bool = True) -> dict[str, Finding]:
    """What the doctor finds, services left out."""
    nlp = NlpSettings(model=model, catalogue=str(catalogue), kb=kb)
    settings = Settings(annotate=AnnotateSettings(prose=prose), nlp=nlp, root=str(catalogue.parent))
    return {found.name: found for found in diagnose(settings, offline=True)}


def finding(catalogue: Path, name: str, *, model: str = "", kb: str = "") -> Finding:
    return findings(catalogue, model, kb)[name]


def own(folder: Path, **lock: str) -> Path:
    """A pipeline like ours, with its lock and the checksums of its files."""
    versions = {name: importlib.metadata.version(name) for name in ("spacy", "thinc", "scispacy", "numpy")} | lock
    save(own_pipeline({"astrocytes": "CL"}, {"CL": "CL"}), folder, "mitotransfer", "0.5.4")
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "meta.json"
    }
    meta = json.loads((folder / "meta.json").read_text())
    meta["mitotransfer"] = {"format": 1, "lock": versions, "files": files}
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


def test_libraries_are_held_against_the_ranges_of_the_package(catalogue: Path) -> None:
    found = findings(catalogue)
    assert {"Python", "spacy", "scispacy", "numpy", "pandas", "lxml", "msgspec", "dvc"} <= set(found)
    assert "pytest" not in found  # developers' tools are not a user's concern
    assert found["spacy"] == Finding("spacy", "ok", spacy_version, "<3.9,>=3.8", "pip install 'spacy<3.9,>=3.8'", needed=True)
    assert not found["dvc"].needed
    assert healthy(found.values())


def test_library_of_another_version_or_absent_is_told(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    have = {"numpy": "2.1.0", "lxml": "", "dvc": ""}
    real = doctor.package_version
    monkeypatch.setattr(doctor, "package_version", lambda name: have.get(name, real(name)))
    found = findings(catalogue)
    assert (
        str(found["numpy"]) == "differs       numpy: 2.1.0, expected <2,>=1.26\n              run: pip install 'numpy<2,>=1.26'"
    )
    assert str(found["lxml"]) == "missing       lxml: expected >=5.3\n              run: pip install 'lxml>=5.3'"
    assert str(found["dvc"]).startswith("not installed dvc: expected <4,>=3.60")
    assert not healthy([found["numpy"]])
    assert not healthy([found["lxml"]])
    assert healthy([found["dvc"]])


def test_source_tree_that_is_not_installed_is_told(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PACKAGE", "mitotransfer-of-nowhere")
    first = findings(catalogue)["mitotransfer-of-nowhere"]
    assert (first.state, first.run, first.needed) == ("missing", "pip install -e .", False)


@pytest.mark.parametrize(("model", "needed"), [("", False), ("x", True)])
def test_missing_model_fails_only_the_run_that_names_it(catalogue: Path, model: str, needed: bool) -> None:
    found = finding(catalogue, "model x", model=model)
    assert found == Finding("model x", "missing", "", "0.5.4", "pip install x.tar.gz", needed)
    assert healthy([found]) is not needed


def test_run_that_reads_tables_only_needs_no_model(catalogue: Path) -> None:
    assert not findings(catalogue, "x", prose=False)["model x"].needed


def test_model_that_is_there_is_loaded_when_a_run_names_it(catalogue: Path, site: Path) -> None:
    """Not named, only its version is looked at: a label without a category comes to light by loading."""
    inner = install(site, "en_x", pipeline({"astrocytes": "CELL"}), spacy_version=">=3.8,<3.9")
    assert finding(catalogue, "model x") == Finding("model x", "ok", f"0.5.4 in {inner}")
    used = finding(catalogue, "model x", model="x")
    assert used.state == "differs"
    assert "labels without a category: CELL" in used.found
    assert not healthy([used])


def test_other_version_of_a_model_is_told_but_may_serve(catalogue: Path, site: Path) -> None:
    inner = install(site, "en_x", pipeline({"astrocytes": "CL"}), version="0.6.0", spacy_version=">=3.8,<3.9")
    found = finding(catalogue, "model x", model="x")
    assert found == Finding("model x", "differs", f"0.6.0 in {inner}", "0.5.4", "pip install --force-reinstall x.tar.gz")
    assert healthy([found])


def test_stranger_under_a_models_name_is_told(catalogue: Path, site: Path) -> None:
    (site / "en_x.py").write_text("raise AssertionError('imported')")
    record(site, "en_x", "999.9.9")
    found = finding(catalogue, "model x", model="x")
    assert (found.state, found.run, found.needed) == ("differs", "pip install --force-reinstall x.tar.gz", True)
    assert "is no spaCy pipeline" in found.found


def test_own_model_matches_its_lock_and_checksums(catalogue: Path, tmp_path: Path) -> None:
    folder = own(tmp_path / "trained", thinc="1.0")
    found = findings(catalogue, str(folder))
    assert found[f"model {folder}"].state == "ok"
    assert found[f"model {folder}: spacy"].state == "ok"
    thinc = found[f"model {folder}: thinc"]
    assert (thinc.state, thinc.expected, thinc.run) == ("differs", "1.0", "pip install 'thinc==1.0'")
    assert healthy(found.values())


def test_own_model_of_another_spacy_is_told(catalogue: Path, tmp_path: Path) -> None:
    folder = own(tmp_path / "trained", spacy="3.7.5")
    found = finding(catalogue, f"model {folder}", model=str(folder))
    assert (found.state, found.run, found.needed) == ("differs", "pip install 'spacy==3.7.5'", True)


@pytest.mark.parametrize(
    ("change", "said"), [(b"x", "changed since it was trained: ner_craft/model"), (None, "ner_craft/model cannot be read")]
)
def test_changed_file_of_our_model_is_told(catalogue: Path, tmp_path: Path, change: bytes | None, said: str) -> None:
    folder = own(tmp_path / "trained")
    if change is None:
        (folder / "ner_craft" / "model").unlink()
    else:
        (folder / "ner_craft" / "model").write_bytes(change)
    found = finding(catalogue, f"model {folder}", model=str(folder))
    assert found.state == "differs"
    assert said in found.found
    assert found.needed


def test_unknown_model_of_the_settings_is_told(catalogue: Path) -> None:
    found = finding(catalogue, "model en_core_web_sm", model="en_core_web_sm")
    assert (found.state, found.needed) == ("differs", True)
    assert "allowed: x, mitotransfer" in found.found


def test_broken_spacy_does_not_stop_the_doctor(catalogue: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "en_x", pipeline({"astrocytes": "CL"}))
    monkeypatch.setitem(sys.modules, "mitotransfer.models.load", None)  # an import of it now raises ImportError
    found = finding(catalogue, "model x", model="x")
    assert found.found.startswith("spaCy cannot be imported")
    assert found.run == "pip install --force-reinstall 'spacy>=3.8,<3.9' 'numpy>=1.26,<2'"


def test_knowledge_base_is_loaded_when_configured(catalogue: Path, tmp_path: Path) -> None:
    assert "knowledge base" not in findings(catalogue)
    folder = tmp_path / "kb"
    missing = finding(catalogue, "knowledge base", kb=str(folder))
    assert (missing.state, missing.run, missing.needed) == ("missing", f"mitotransfer kb build SOURCE... --out {folder}", True)
    obo = tmp_path / "cl.obo"
    obo.write_text("format-version: 1.2\nontology: cl\n\n[Term]\nid: CL:0000127\nname: astrocyte\n")
    kb.build([obo], folder)
    assert finding(catalogue, "knowledge base", kb=str(folder)) == Finding("knowledge base", "ok", f"1 concepts in {folder}")
    (folder / kb.CONCEPTS).write_text("")
    assert finding(catalogue, "knowledge base", kb=str(folder)).state == "differs"


def test_services_are_asked_and_fail_only_when_strict(catalogue: Path, server: str) -> None:
    with socket.socket() as closed:  # bound, but nobody listens
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        services = f"timeout: 2\nservices: {{up: {server}/200, ill: {server}/503, gone: '{nowhere}'}}"
        catalogue.with_name("doctor.yaml").write_text(services)
        nlp = NlpSettings(model="", catalogue=str(catalogue))
        *_, up, ill, gone = diagnose(Settings(nlp=nlp, root=str(catalogue.parent)))
    assert (up.state, up.found) == ("ok", f"{server}/200")
    assert (ill.state, ill.found) == ("unreachable", f"{server}/503: answers 503")
    assert gone.state == "unreachable"
    assert "refused" in gone.found
    assert f"run: curl -sSI '{nowhere}'" in str(gone)
    assert healthy([up, ill, gone])
    assert not healthy([up, ill, gone], strict=True)
    assert healthy([up], strict=True)


def test_offline_asks_no_service(catalogue: Path) -> None:
    assert not set(findings(catalogue)) & SERVICES


def test_shipped_services_are_well_formed() -> None:
    path = config_root() / "doctor.yaml"
    asked = checked(read_yaml(path), Doctor, path)
    assert set(asked.services) == SERVICES
    assert asked.timeout == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services: {x: 'file:///etc/hosts'}", "matching regex"),
        ("service: {}", "unknown key 'service'; allowed here: services, timeout"),
        ("{services: {}, timeout: 0}", "`float` > 0.0"),
    ],
)
def test_mistakes_in_the_file_of_services_are_told(catalogue: Path, text: str, said: str) -> None:
    catalogue.with_name("doctor.yaml").write_text(text)
    with pytest.raises(ConfigError) as error:
        findings(catalogue)
    assert said in str(error.value)
