"""The sample corpus is sound: articles and gold rows belong together, evidence is verbatim, names are vocabulary names.

Texts are read here with the standard library alone, so that a fault of the project's own parser cannot hide one of the corpus.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "corpus" / "sample"
ARTICLES = sorted((SAMPLE / "articles").iterdir())
GOLD = sorted((SAMPLE / "gold").glob("*.json"))
XML = [path for path in ARTICLES if path.suffix == ".xml"]

# field of a gold row -> vocabulary categories a name of that field may come from
CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "secretion": {
        "donor_cell": ("cell", "cell_line", "tissue"),
        "donor_species": ("species",),
        "condition": ("condition", "model_procedure", "disease"),
        "secreted_form": ("secreted_form",),
        "mechanism": ("mechanism", "uptake"),
        "recipient_cell": ("cell", "cell_line", "tissue"),
        "labels": ("label",),
        "effects": ("outcome",),
    },
    "transplantation": {
        "tissue": ("tissue",),
        "disease": ("disease", "condition", "model_procedure"),
        "model_species": ("species",),
        "model_procedure": ("model_procedure", "condition", "disease"),
        "intervention": ("agent", "cell", "secreted_form"),
        "route": ("route",),
        "mito_source": ("cell", "cell_line", "tissue", "agent"),
        "target": ("cell", "cell_line", "tissue"),
        "uptake_mechanism": ("uptake", "mechanism"),
        "effects": ("outcome",),
    },
    "trials": {
        "conditions": ("disease", "condition"),
        "intervention": ("agent", "route"),
        "route": ("route",),
        "donor": ("cell", "tissue", "agent"),
    },
}
# what an article says and the vocabulary has no entry for, on purpose: a pipeline must live with such names
NOT_IN_VOCABULARY: set[str] = set()
FIELDS = {
    "secretion": {*CATEGORIES["secretion"], "table", "negated", "hedged", "evidence"},
    "transplantation": {*CATEGORIES["transplantation"], "table", "evidence"},
    "trials": {
        *CATEGORIES["trials"],
        *("table", "nct", "location", "phase", "status", "start", "primary_completion", "completion", "evidence"),
    },
}
OF_A_CITED_STUDY = {"reference", "study_doi", "location"}


def stem(path: Path) -> str:
    return path.stem


def read_gold(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def squeeze(text: str) -> str:
    return " ".join(text.split())


def without_citations(element: ElementTree.Element) -> str:
    """All text below an element; a pointer to the reference list is left out, the text behind it is kept."""
    cited = element.tag.rpartition("}")[2] == "xref" and element.get("ref-type") == "bibr"
    inner = "" if cited else (element.text or "") + "".join(without_citations(child) for child in element)
    return inner + (element.tail or "")


@cache
def text_of(path: Path) -> str:
    if path.suffix == ".xml":
        return squeeze(without_citations(ElementTree.parse(path).getroot()))
    if path.suffix == ".json":
        (collection,) = json.loads(path.read_text(encoding="utf-8"))
        return squeeze(" ".join(p["text"] for document in collection["documents"] for p in document["passages"]))
    return squeeze(path.read_text(encoding="utf-8"))


def key(name: str) -> str:
    """Case, hyphens, blanks and a plural s do not count (configs/vocabulary/README.md, Matching)."""
    folded = re.sub(r"[\s\-‐–/]+", " ", name.strip().lower())
    return folded[:-1] if folded.endswith("s") and not folded.endswith("ss") else folded


@cache
def vocabulary() -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for path in (ROOT / "configs" / "vocabulary").glob("*.tsv"):
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row.get("label"):
                    forms = [row["label"], *(row.get("synonyms") or "").split("|")]
                    names.setdefault(path.stem, set()).update(key(form) for form in forms if form)
    return names


def is_known(name: str, categories: tuple[str, ...]) -> bool:
    """True when a category holds the name as it stands, without a closing 'cell' or without 'autologous' before it."""
    forms = {key(name), re.sub(r" cell$", "", key(name)), key(re.sub(r"^autologous ", "", name))}
    return any(forms & vocabulary()[category] for category in categories)


def names_of(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in CATEGORIES[row["table"]]:
        for value in row[field]:
            yield field, value["outcome"] if field == "effects" else value


def test_there_are_enough_articles_of_each_kind() -> None:
    assert len(XML) >= 14
    assert {path.suffix for path in ARTICLES} == {".xml", ".txt", ".json"}
    rows = [row for path in GOLD for row in read_gold(path)["rows"]]
    assert {row["table"] for row in rows} == {"secretion", "transplantation", "trials"}
    assert any(row.get("negated") for row in rows) and any(row.get("hedged") for row in rows)
    assert sum(not read_gold(path)["relevant"] for path in GOLD) >= 4


def test_each_article_has_gold_rows_and_each_gold_file_its_article() -> None:
    assert [path.stem for path in ARTICLES] == [path.stem for path in GOLD]


@pytest.mark.parametrize("path", XML, ids=stem)
def test_article_says_the_ids_and_title_of_its_gold_file(path: Path) -> None:
    root = ElementTree.parse(path).getroot()  # raises ParseError where the XML is not well formed
    gold = read_gold(SAMPLE / "gold" / f"{path.stem}.json")
    ids = {e.get("pub-id-type"): e.text or "" for e in root.iter() if e.tag.rpartition("}")[2] == "article-id"}
    assert "PMC" + (ids.get("pmcid") or ids["pmc"]).removeprefix("PMC") == gold["pmcid"]
    assert ids["doi"] == gold["doi"]
    title = next(e for e in root.iter() if e.tag.rpartition("}")[2] == "article-title")
    assert squeeze("".join(title.itertext())) == gold["title"]


@pytest.mark.parametrize("path", ARTICLES, ids=stem)
def test_article_is_short_but_not_empty(path: Path) -> None:
    assert 200 <= len(text_of(path).split()) <= 900


@pytest.mark.parametrize("path", GOLD, ids=stem)
def test_gold_file_has_the_shape_the_scorer_reads(path: Path) -> None:
    gold = read_gold(path)
    assert set(gold) == {"id", "pmcid", "doi", "title", "sections", "figures", "relevant", "rows"}
    assert gold["id"] == path.stem
    assert gold["relevant"] is bool(gold["rows"])
    for row in gold["rows"]:
        extra = set(row) - FIELDS[row["table"]]
        assert FIELDS[row["table"]] <= set(row) and extra <= OF_A_CITED_STUDY | {"hedged", "negated"}
        assert row["evidence"]
        assert {effect["direction"] for effect in row.get("effects", [])} <= {"increase", "decrease", "change", "none"}


@pytest.mark.parametrize("path", GOLD, ids=stem)
def test_evidence_stands_verbatim_in_the_article(path: Path) -> None:
    (article,) = (candidate for candidate in ARTICLES if candidate.stem == path.stem)
    missing = [s for row in read_gold(path)["rows"] for s in row["evidence"] if squeeze(s) not in text_of(article)]
    assert missing == []


@pytest.mark.parametrize("path", GOLD, ids=stem)
def test_names_are_vocabulary_names(path: Path) -> None:
    rows = read_gold(path)["rows"]
    strange = {
        (field, name)
        for row in rows
        for field, name in names_of(row)
        if name not in NOT_IN_VOCABULARY and not is_known(name, CATEGORIES[row["table"]][field])
    }
    assert strange == set()


def test_the_list_of_names_outside_the_vocabulary_holds_no_stale_name() -> None:
    found = {
        name
        for path in GOLD
        for row in read_gold(path)["rows"]
        for field, name in names_of(row)
        if not is_known(name, CATEGORIES[row["table"]][field])
    }
    assert found == NOT_IN_VOCABULARY


@pytest.mark.parametrize("path", [*ARTICLES, *GOLD, SAMPLE / "README.md"], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_id_looks_like_a_real_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\b10\.(?!5555/)\d{4,9}/\S+", text)  # 10.5555 is the prefix for examples
    assert not re.findall(r"PMC(?!999000\d\d\b)\d+", text)
    assert not re.findall(r"NCT(?!99999\d{3}\b)\d+", text)
    assert not re.findall(r'pub-id-type="(?:pmc|pmid|pmcaid)">(?!(?:PMC)?999000\d\d<)', text)
    assert not re.findall(r'"article-id_(?:pmc|pmid)": "(?!999000\d\d")', text)


def test_author_and_year_of_a_cited_study_are_those_of_the_reference_list() -> None:
    for path in GOLD:
        for row in read_gold(path)["rows"]:
            if "reference" in row:
                root = ElementTree.parse(SAMPLE / "articles" / f"{path.stem}.xml").getroot()
                (entry,) = (e for e in root.iter("mixed-citation") if row["study_doi"] in "".join(e.itertext()))
                author, year = row["reference"][0].split(" ", 1)[0].rstrip(","), row["reference"][0][-4:]
                assert entry.findtext(".//surname") == author and entry.findtext("year") == year
