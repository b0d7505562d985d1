"""Language models by name, as stand-ins: from a text to names of our categories, and every way a model can be unfit."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.about import __version__ as spacy_version
from standins import install, own_pipeline, pipeline, save, text_of

from mitotransfer.document import Mention
from mitotransfer.errors import ConfigError, InputError
from mitotransfer.models.catalogue import Catalogue, ModelError, load_catalogue
from mitotransfer.models.load import Models, check_models, load_models, load_pipeline, stacked
from mitotransfer.settings import config_root

CATALOGUE = config_root() / "models.yaml"

# For each model a name of every label it has, and the category it comes out with ("": dropped).
KNOWN: dict[str, dict[str, tuple[str, str]]] = {
    "en_core_sci_sm": {"mitochondrial transfer": ("ENTITY", "entity")},
    "en_core_sci_md": {"mitochondrial transfer": ("ENTITY", "entity")},
    "en_core_sci_lg": {"mitochondrial transfer": ("ENTITY", "entity")},
    "en_ner_bionlp13cg_md": {
        "glutamine": ("AMINO_ACID", "chemical"),
        "immune system": ("ANATOMICAL_SYSTEM", "tissue"),
        "glioma": ("CANCER", "disease"),
        "astrocytes": ("CELL", "cell"),
        "mitochondria": ("CELLULAR_COMPONENT", "component"),
        "neural tube": ("DEVELOPING_ANATOMICAL_STRUCTURE", "tissue"),
        "Miro1": ("GENE_OR_GENE_PRODUCT", "gene"),
        "ventricles": ("IMMATERIAL_ANATOMICAL_ENTITY", "tissue"),
        "cortex": ("MULTI_TISSUE_STRUCTURE", "tissue"),
        "heart": ("ORGAN", "tissue"),
        "mice": ("ORGANISM", "species"),
        "hindlimb": ("ORGANISM_SUBDIVISION", "tissue"),
        "plasma": ("ORGANISM_SUBSTANCE", "tissue"),
        "infarct": ("PATHOLOGICAL_FORMATION", "disease"),
        "rotenone": ("SIMPLE_CHEMICAL", "chemical"),
        "endothelium": ("TISSUE", "tissue"),
    },
    "en_ner_craft_md": {
        "glucose": ("CHEBI", "chemical"),
        "astrocytes": ("CL", "cell"),
        "Miro1": ("GGP", "gene"),
        "mitochondria": ("GO", "component"),
        "exon": ("SO", ""),
        "mice": ("TAXON", "species"),
    },
    "en_ner_jnlpba_md": {
        "Jurkat": ("CELL_LINE", "cell_line"),
        "T lymphocytes": ("CELL_TYPE", "cell"),
        "IL-2 promoter": ("DNA", ""),
        "calcineurin": ("PROTEIN", "gene"),
        "c-fos mRNA": ("RNA", ""),
    },
    "en_ner_bc5cdr_md": {"rotenone": ("CHEMICAL", "chemical"), "heart failure": ("DISEASE", "disease")},
}
BC5CDR = {"rotenone": "CHEMICAL", "heart failure": "DISEASE"}
JNLPBA = {"T lymphocytes": "CELL_TYPE", "calcineurin": "PROTEIN"}
LOCK = {"spacy": spacy_version, "thinc": "8.3.4", "scispacy": "0.6.2", "numpy": "1.26.4"}


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue(CATALOGUE)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def own(folder: Path, lock: dict[str, str] | None = None, form: int = 1) -> Path:
    """A pipeline like ours in a directory: the recogniser says TAXON, the whole pipeline ORGANISM."""
    nlp = own_pipeline({"mice": "TAXON"}, {"TAXON": "ORGANISM"})
    return save(nlp, folder, "mitotransfer", "0.1.0", mitotransfer={"format": form, "lock": LOCK | (lock or {}), "files": {}})


@pytest.mark.parametrize("name", KNOWN)
def test_every_label_of_a_model_comes_out_as_its_category(site: Path, catalogue: Catalogue, name: str) -> None:
    known = KNOWN[name]
    assert {label for label, _ in known.values()} == set(catalogue.models[name].labels)
    names = {surface: label for surface, (label, _) in known.items()}
    inner = install(site, name, pipeline(names))
    assert 'include_static_vectors = "False"' in (inner / "config.cfg").read_text()  # as released; spaCy alone refuses it
    (analysis,) = Models(name, (), catalogue).analyse([text_of(names)])
    found = [(mention.surface, mention.category) for mention in analysis.mentions]
    assert found == [(surface, category) for surface, (_, category) in known.items() if category]


def test_our_pipeline_answers_with_the_labels_of_its_union(tmp_path: Path, catalogue: Catalogue) -> None:
    """TAXON, a label of a layer, needs no category: it never gets out."""
    (analysis,) = Models(str(own(tmp_path / "model")), (), catalogue).analyse(["we saw mice here"])
    assert [(mention.surface, mention.category) for mention in analysis.mentions] == [("mice", "species")]


def test_offsets_count_code_points(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR))
    text = "\N{MOUSE FACE}\u0301 " + text_of(BC5CDR)
    (analysis,) = Models("en_ner_bc5cdr_md", (), catalogue).analyse([text])
    assert [text[m.start : m.end] for m in analysis.mentions] == [m.surface for m in analysis.mentions] == list(BC5CDR)


def test_label_without_category_is_an_error_that_names_it(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR | {"mice": "SPECIES"}))
    with pytest.raises(
        ConfigError, match=r"models\.yaml: the language model en_ner_bc5cdr_md .* without a category: SPECIES; add .*cell_line"
    ):
        Models("en_ner_bc5cdr_md", (), catalogue)


def test_release_for_another_spacy_is_refused(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR), version="0.4.0", spacy_version=">=3.0.1,<3.1.0")
    with pytest.raises(ModelError, match=rf"0\.4\.0 .* needs spaCy >=3\.0\.1,<3\.1\.0, installed is {spacy_version}") as error:
        Models("en_ner_bc5cdr_md", (), catalogue)
    assert error.value.run.startswith("pip install --force-reinstall --no-deps https://")


def test_other_release_that_asks_for_our_spacy_is_taken(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR), version="0.7.0", spacy_version=">=3.8")  # without end: spaCy would warn
    assert Models("en_ner_bc5cdr_md", (), catalogue).main is not None


def test_our_pipeline_is_bound_to_the_minor_version_of_spacy(tmp_path: Path, catalogue: Catalogue) -> None:
    major, minor, _ = spacy_version.split(".", 2)
    other_patch = own(tmp_path / "patch", {"spacy": f"{major}.{minor}.999", "thinc": "1.0"})
    assert Models(str(other_patch), (), catalogue).main is not None
    older = own(tmp_path / "older", {"spacy": f"{major}.{int(minor) - 1}.2"})
    with pytest.raises(
        ModelError, match=f"trained with spaCy 3.7.2, installed is {spacy_version}; run: pip install 'spacy==3.7.2'"
    ):
        Models(str(older), (), catalogue)


def test_pipeline_of_a_later_format_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(ModelError, match="is of format 2, known is 1"):
        Models(str(own(tmp_path / "model", form=2)), (), catalogue)


@pytest.mark.parametrize(
    ("file", "content"), [("ner/model", None), ("config.cfg", b"[nlp]\nlang = {"), ("ner/model", b"\x81"), ("vocab/vectors", b"")]
)
def test_damaged_model_is_told_in_one_line(site: Path, catalogue: Catalogue, file: str, content: bytes | None) -> None:
    path = install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR)) / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="cannot be loaded") as error:
        Models("en_ner_bc5cdr_md", (), catalogue)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("shared", "kept"), [(False, ["ner"]), (True, ["tok2vec", "ner"])])
def test_further_model_is_loaded_without_what_its_names_do_not_need(
    site: Path, catalogue: Catalogue, shared: bool, kept: list[str]
) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR, shared=shared))
    found = catalogue.find("en_ner_bc5cdr_md")
    whole, part = load_pipeline(found, catalogue), load_pipeline(found, catalogue, names_only=True)
    assert whole.nlp.pipe_names == ["tok2vec", "tagger", "ner"]
    assert part.nlp.pipe_names == kept
    text = text_of(BC5CDR)
    assert part.mentions(part.nlp(text), text) == whole.mentions(whole.nlp(text), text) != []


def test_models_share_a_text(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_core_sci_sm", pipeline(dict.fromkeys(("T lymphocytes", "cytosol"), "ENTITY"), others=["calcineurin"]))
    install(site, "en_ner_jnlpba_md", pipeline(JNLPBA, others=["cytosol"]))
    texts = [text_of(["T lymphocytes", "cytosol", "calcineurin"]), "", text_of(["calcineurin"])]
    first, empty, last = Models("en_core_sci_sm", ("en_ner_jnlpba_md",), catalogue).analyse(texts)
    assert [analysis.doc.text for analysis in (first, empty, last) if analysis.doc is not None] == texts
    assert [(mention.surface, mention.category) for mention in first.mentions] == [
        ("T lymphocytes", "cell"),
        ("cytosol", "entity"),
        ("calcineurin", "gene"),
    ]
    assert empty.mentions == []
    assert [mention.surface for mention in last.mentions] == ["calcineurin"]


def test_without_a_main_model_there_are_names_but_no_syntax(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR))
    (analysis,) = Models("", ("en_ner_bc5cdr_md",), catalogue).analyse([text_of(BC5CDR)])
    assert analysis.doc is None
    assert [mention.surface for mention in analysis.mentions] == list(BC5CDR)


def test_without_any_model_every_text_has_an_empty_analysis(catalogue: Catalogue) -> None:
    assert list(Models("", (), catalogue).analyse(["mice", "rats"])) == [(None, []), (None, [])]


def test_models_are_checked_without_loading_them(site: Path) -> None:
    """A run can refuse its configuration before it has written or loaded anything."""
    inner = install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR))
    (inner / "ner" / "model").unlink()
    check_models("", ("en_ner_bc5cdr_md",), CATALOGUE)
    with pytest.raises(ConfigError, match="no language model 'en_core_web_sm'"):
        check_models("en_ner_bc5cdr_md", ("en_core_web_sm",), CATALOGUE)


def test_model_named_twice_is_told(catalogue: Catalogue) -> None:
    with pytest.raises(ConfigError, match="'en_core_sci_sm' is named twice"):
        Models("en_core_sci_sm", ("en_core_sci_sm",), catalogue)
    with pytest.raises(ConfigError, match="'en_core_sci_sm' is named twice"):
        check_models("", ("en_core_sci_sm", "en_core_sci_sm"), CATALOGUE)


def test_passage_beyond_spacys_limit_is_an_input_error(site: Path, catalogue: Catalogue) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR))
    with pytest.raises(InputError, match="longer than 1000000 characters"):
        list(Models("en_ner_bc5cdr_md", (), catalogue).analyse(["mice", "a" * 1_000_001]))


def test_models_are_loaded_once(site: Path) -> None:
    install(site, "en_ner_bc5cdr_md", pipeline(BC5CDR))
    try:
        assert load_models("en_ner_bc5cdr_md", (), CATALOGUE) is load_models("en_ner_bc5cdr_md", (), CATALOGUE)
    finally:
        load_models.cache_clear()  # the package is gone after this test


def mention(start: int, end: int, category: str) -> Mention:
    return Mention(start, end, category, "", "x" * (end - start))


@pytest.mark.parametrize(
    ("layers", "kept"),
    [
        ([[mention(0, 4, "cell")], [mention(0, 4, "disease")]], [(0, 4, "cell")]),  # the model named first
        ([[mention(0, 4, "cell")], [mention(0, 9, "cell_line")]], [(0, 9, "cell_line")]),  # the longer name
        ([[mention(0, 5, "cell")], [mention(3, 8, "disease")]], [(0, 5, "cell")]),
        ([[mention(0, 9, "entity")], [mention(0, 4, "cell")]], [(0, 4, "cell")]),  # a type tells more than length
        ([[mention(5, 9, "cell")], [mention(0, 4, "gene")]], [(0, 4, "gene"), (5, 9, "cell")]),  # what others miss is added
        ([[mention(0, 4, "cell")], [mention(4, 9, "gene")]], [(0, 4, "cell"), (4, 9, "gene")]),  # side by side
        ([[mention(0, 3, "cell"), mention(6, 9, "cell")], [mention(2, 7, "gene")]], [(2, 7, "gene")]),
        ([[], []], []),
    ],
)  # fmt: skip
def test_of_overlapping_names_one_is_kept(layers: list[list[Mention]], kept: list[tuple[int, int, str]]) -> None:
    assert [(m.start, m.end, m.category) for m in stacked(layers)] == kept
