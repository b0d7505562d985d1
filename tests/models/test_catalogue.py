"""The catalogue of language models: what the shipped file says, what is wrong in one, where models are found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from standins import record

import mitotransfer
from mitotransfer.errors import ConfigError
from mitotransfer.models.catalogue import CATEGORIES, Catalogue, ModelError, load_catalogue
from mitotransfer.settings import config_root

ENTRY = "{package: en_x, version: 0.5.4, install: pip install x.tar.gz, licence: CC0, labels: {CL: cell}}"

# As the table of scispaCy's README lists them; MULTI_TISSUE_STRUCTURE as the model itself writes it.
DOCUMENTED = {
    "en_core_sci_sm": "ENTITY",
    "en_core_sci_md": "ENTITY",
    "en_core_sci_lg": "ENTITY",
    "en_ner_craft_md": "GGP SO TAXON CHEBI GO CL",
    "en_ner_jnlpba_md": "DNA CELL_TYPE CELL_LINE RNA PROTEIN",
    "en_ner_bc5cdr_md": "DISEASE CHEMICAL",
    "en_ner_bionlp13cg_md": "AMINO_ACID ANATOMICAL_SYSTEM CANCER CELL CELLULAR_COMPONENT DEVELOPING_ANATOMICAL_STRUCTURE "
    "GENE_OR_GENE_PRODUCT IMMATERIAL_ANATOMICAL_ENTITY MULTI_TISSUE_STRUCTURE ORGAN ORGANISM ORGANISM_SUBDIVISION "
    "ORGANISM_SUBSTANCE PATHOLOGICAL_FORMATION SIMPLE_CHEMICAL TISSUE",
}


def write(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def saved(folder: Path, name: str = "x", version: str = "0.5.4", lang: str = "en") -> Path:
    """A directory that looks like a saved pipeline."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta.json").write_text(json.dumps({"lang": lang, "name": name, "version": version}))
    (folder / "config.cfg").write_text("")
    return folder


@pytest.fixture
def shipped() -> Catalogue:
    return load_catalogue(config_root() / "models.yaml")


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    return load_catalogue(write(tmp_path, f"x: {ENTRY}"))


@pytest.mark.parametrize(("name", "labels"), DOCUMENTED.items())
def test_every_documented_label_is_mapped(shipped: Catalogue, name: str, labels: str) -> None:
    assert set(shipped.models[name].labels) == set(labels.split())


def test_scispacy_models_are_installed_from_their_release_only(shipped: Catalogue) -> None:
    """A bare name would fetch a stranger's package, and with its dependencies a model would replace our spaCy."""
    for name in DOCUMENTED:
        model = shipped.models[name]
        address = f"ai2-s2-scispacy/releases/v{model.version}/{name}-{model.version}.tar.gz"
        assert re.fullmatch(rf"pip install --no-deps https://\S+/{re.escape(address)}", model.install)
        assert model.package == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: {package: en_x}", "models.yaml: x: Object missing required field"),
        (f"x: {ENTRY[:-1]}, lables: {{}}}}", "models.yaml: x: unknown key 'lables'; allowed here: install, labels, licence"),
        (f"x: {ENTRY}".replace("cell", "cel"), "label CL: no category 'cel'; allowed: " + ", ".join(CATEGORIES)),
        ("- x", "models.yaml: Expected `object`, got `array`"),
    ],
)
def test_mistakes_in_the_file_are_told_with_model_and_cause(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_catalogue(write(tmp_path, text))
    assert said in str(error.value)


def test_label_may_be_dropped_on_purpose(tmp_path: Path) -> None:
    assert load_catalogue(write(tmp_path, f"x: {ENTRY}".replace("CL: cell", 'SO: ""'))).models["x"].labels == {"SO": ""}


def test_unknown_name_is_told_with_the_known_ones(shipped: Catalogue) -> None:
    with pytest.raises(
        ConfigError, match=r"no language model 'en_core_web_sm'; allowed: mitotransfer, en_core_sci_sm, .* or a directory"
    ):
        shipped.find("en_core_web_sm")


@pytest.mark.parametrize("name", DOCUMENTED)
def test_missing_model_is_told_in_one_line_with_what_installs_it(
    shipped: Catalogue, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)  # also where a developer has it
    with pytest.raises(ModelError) as error:
        shipped.find(name)
    assert str(error.value) == f"the language model '{name}' is not installed; run: {shipped.models[name].install}"
    assert "\n" not in str(error.value)


def test_package_is_found_without_running_its_code(tmp_path: Path, small: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    saved(site / "en_x" / "en_x-0.5.4")
    (site / "en_x" / "meta.json").write_text((site / "en_x" / "en_x-0.5.4" / "meta.json").read_text())
    (site / "en_x" / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(str(site))
    assert small.find("x").folder == site / "en_x" / "en_x-0.5.4"


@pytest.mark.parametrize("file", ["en_x/__init__.py", "en_x.py"])
def test_stranger_of_the_same_name_is_told_and_replaced(
    tmp_path: Path, small: Catalogue, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """As the packages called en_core_sci_md on the public index."""
    path = tmp_path / "site" / file
    path.parent.mkdir(parents=True)
    path.write_text("raise AssertionError('imported')")
    record(tmp_path / "site", "en_x", "999.9.9")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(ModelError, match="'x' is no spaCy pipeline") as error:
        small.find("x")
    assert error.value.run == "pip install --force-reinstall x.tar.gz"


def test_package_that_holds_another_pipeline_is_refused(
    tmp_path: Path, small: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path / "site" / "en_x", name="core_web_sm")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(ModelError, match=r"installed as 'x' calls itself en_core_web_sm 0\.5\.4"):
        small.find("x")


def test_directory_has_the_labels_of_the_name_in_its_meta(tmp_path: Path, small: Catalogue, shipped: Catalogue) -> None:
    assert small.find(str(saved(tmp_path / "here"))).model is small.models["x"]
    ours = shipped.find(str(saved(tmp_path / "trained", name="mitotransfer", version="9.9")))
    assert ours.model.labels["ANATOMY"] == "tissue"


def test_directory_of_a_pipeline_nobody_knows_is_told(tmp_path: Path, small: Catalogue) -> None:
    with pytest.raises(ConfigError, match=r"holds 'de_x', whose labels are not known; add them to .*models\.yaml"):
        small.find(str(saved(tmp_path / "here", lang="de")))


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("meta.json", None, "no meta.json there"),
        ("config.cfg", None, "no config.cfg there"),
        ("meta.json", "{", "not a spaCy pipeline's (Input data was truncated)"),
        ("meta.json", "[]", "not a spaCy pipeline's (Expected `object`, got `array`)"),
        ("meta.json", '{"lang": "en", "name": "x"}', "missing required field `version`"),
    ],
)
def test_directory_without_a_pipeline_is_told(tmp_path: Path, small: Catalogue, file: str, text: str | None, said: str) -> None:
    folder = saved(tmp_path / "here")
    (folder / file).unlink()
    if text is not None:
        (folder / file).write_text(text)
    with pytest.raises(ConfigError) as error:
        small.find(str(folder))
    assert said in str(error.value)


@pytest.mark.parametrize("inside", ["pipeline/mitotransfer/trained/en_mitotransfer", "models/en_mitotransfer"])
def test_own_model_is_found_in_the_wheel_and_in_the_source_tree(
    tmp_path: Path, shipped: Catalogue, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    monkeypatch.setattr(mitotransfer, "__file__", str(tmp_path / "pipeline" / "mitotransfer" / "__init__.py"))
    with pytest.raises(ModelError, match="run: mitotransfer train"):
        shipped.find("mitotransfer")
    folder = saved(tmp_path / inside, name="mitotransfer", version="0.1.0")
    assert shipped.find("mitotransfer").folder == folder
