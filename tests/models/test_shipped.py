"""The pipeline in the repository: whole, within its size, loadable by spaCy alone, and described by its card."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language

from mitotransfer.models import recipe
from mitotransfer.models.catalogue import load_catalogue
from mitotransfer.models.doctor import models

LIMIT = 20_000_000  # bytes
SENTENCE = "Mitochondria were transferred from human BMSCs to A549 cells after ischemic stroke. Dynasore blocked it in the lung."


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "models" / "en_mitotransfer"


@pytest.fixture(scope="module")
def nlp(folder: Path) -> Language:
    return spacy.load(folder)


def test_it_is_within_its_size(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.rglob("*")) <= LIMIT


def test_its_files_are_those_it_was_written_with(root: Path) -> None:
    catalogue = load_catalogue(root / "configs" / "models.yaml")
    ours = [finding for finding in models(("mitotransfer",), catalogue) if finding.name.startswith("model mitotransfer")]
    assert ours
    assert {finding.state for finding in ours} == {"ok"}, "\n".join(map(str, ours))


def test_spacy_loads_it_without_our_help(folder: Path) -> None:
    code = f"import spacy; doc = spacy.load({str(folder)!r})({SENTENCE!r}); print([(e.text, e.label_) for e in doc.ents])"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert "('human', 'ORGANISM'), ('BMSCs', 'CELL'), ('A549 cells', 'CELL_LINE')" in done.stdout


def test_names_of_every_kind_are_found(nlp: Language) -> None:
    found = {(ent.text, ent.label_) for ent in nlp(SENTENCE).ents}
    assert {("Mitochondria", "CELLULAR_COMPONENT"), ("ischemic stroke", "DISEASE"), ("lung", "ANATOMY")} <= found


def test_syntax_tells_donor_from_recipient(nlp: Language) -> None:
    doc = nlp(SENTENCE)
    verb = next(token for token in doc if token.lemma_ == "transfer")
    assert verb.dep_ == "ROOT"
    assert {child.lemma_ for child in verb.children if child.dep_ == "prep"} >= {"from", "to"}
    assert [token.lemma_ for token in doc if token.dep_ == "nsubjpass"] == ["mitochondrion"]
    assert len(list(doc.sents)) == 2


def test_the_marks_of_the_list_of_names_are_gone_at_the_end(nlp: Language) -> None:
    doc = nlp(SENTENCE)
    assert not any(token.ent_id_ for token in doc)
    assert doc.spans["names"]


def test_the_recipe_is_the_one_it_was_made_by(root: Path, nlp: Language) -> None:
    made = recipe.load(root / "models" / "train.yaml")
    assert (made.name, made.version) == (nlp.meta["name"], nlp.meta["version"])
    assert all(corpus.sha256 for corpus in made.corpora.values())


def _scores(root: Path) -> dict[str, Any]:
    return json.loads((root / "models" / "scores_test.json").read_text())


def test_the_card_gives_the_scores_as_measured(root: Path) -> None:
    """`| cell (CRAFT) | … | 0.812 |`: the last figure of a line is the one measured on the test part."""
    card, scores = (root / "models" / "README.md").read_text(), _scores(root)
    measured = {f"{label} (CRAFT)": score["f1"] for label, score in scores["names"]["craft"].items()}
    measured |= {f"{label} (BioNLP13CG)": score["f1"] for label, score in scores["names"]["bionlp13cg"].items()}
    measured |= {f"{name}, gold tokens": value for name, value in scores["syntax_gold_tokens"].items() if name != "token_f"}
    measured |= {f"{name}, from text": value for name, value in scores["syntax"].items()}
    told = {name: float(value) for name, value in re.findall(r"^\| ([^|]+?) \|.*\| ([\d.]+) \|$", card, re.MULTILINE)}
    assert set(measured) <= set(told)
    for name, value in measured.items():
        assert told[name] == round(value, 3), name


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("syntax_gold_tokens.tag_acc", 0.97),
        ("syntax_gold_tokens.dep_uas", 0.885),
        ("syntax_gold_tokens.dep_las", 0.868),
        ("syntax_gold_tokens.sents_f", 0.955),
        ("names.craft.CELL.f1", 0.72),
        ("names.craft.ANATOMY.f1", 0.76),
        ("names.craft.ORGANISM.f1", 0.96),
        ("names.bionlp13cg.ALL.f1", 0.76),
    ],
)
def test_the_scores_hold_what_was_asked(root: Path, what: str, least: float) -> None:
    value: Any = _scores(root)
    for key in what.split("."):
        value = value[key]
    assert value >= least
