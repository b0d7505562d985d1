"""BioC and PubAnnotation: offsets that give back the words, and nothing lost when a sentence is not where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bioc
import pytest
from bioc import biocjson, validator
from hypothesis import given
from hypothesis import strategies as st

import exportable as made
import small
from mitotransfer import handover
from mitotransfer.document import Article, Head, Passage
from mitotransfer.export import documents, load, pubannotation
from mitotransfer.export.tables import Tables


def collection(folder: Path) -> bioc.BioCCollection:
    with (folder / "bioc" / "mitotransfer.bioc.json").open(encoding="utf-8") as handle:
        found = biocjson.load(handle)
    validator.validate(found)  # raises where an annotation's text is not what stands at its offset, or a node is missing
    return found


def annotation_files(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "pubannotation").glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def relation(document: bioc.BioCDocument, ident: str) -> bioc.BioCRelation:
    alone = [*document.relations, *(one for passage in document.passages for one in passage.relations)]
    return next(one for one in alone if one.id == ident)


def words(document: bioc.BioCDocument, ident: str) -> dict[str, str]:
    """The roles of a finding with what stands at their offsets in the text of the document."""
    text = "\n".join(passage.text for passage in document.passages)
    at = {a.id: text[a.total_span.offset : a.total_span.end] for passage in document.passages for a in passage.annotations}
    return {node.role: at[node.refid] for node in relation(document, ident).nodes}


def test_bioc_holds_a_document_per_article_with_rows(exported: Path) -> None:
    assert [document.id for document in collection(exported).documents] == ["PMC1", "NCT00000001", "PMC2"]


def test_passages_are_those_of_the_article_in_its_order_then_those_of_evidence(exported: Path) -> None:
    document = collection(exported).documents[0]
    kinds = [passage.infons["type"] for passage in document.passages]
    assert kinds == ["title", "paragraph", *["table_cell"] * 3, "paragraph", "table_row", "sentence", "sentence"]
    assert document.passages[1].infons["section"] == "Results > Release"
    assert document.passages[1].infons["locator"] == made.PARAGRAPH
    for one, other in zip(document.passages, document.passages[1:], strict=False):
        assert other.offset == one.offset + len(one.text) + 1


def test_offsets_count_characters_also_behind_those_of_two_code_units(exported: Path) -> None:
    document = collection(exported).documents[0]
    assert words(document, "e1") == {"trigger": "released", "donor": "astrocytes"}
    (astrocytes,) = [a for a in document.passages[1].annotations if a.text == "astrocytes"]
    assert astrocytes.infons == {"type": "donor", "identifier": "cell:astrocyte"}


def test_control_characters_are_blanks_as_in_the_tables(exported: Path) -> None:
    text = collection(exported).documents[0].passages[1].text
    assert text == f" Before it.  {made.SENTENCE} After it."


def test_a_role_that_the_sentence_does_not_name_is_said_all_the_same(exported: Path) -> None:
    found = relation(collection(exported).documents[0], "e1")
    assert found.infons["role:recipient"] == "neurons<cell:neuron>"


def test_a_row_of_a_table_is_a_passage_of_its_own(exported: Path) -> None:
    document = collection(exported).documents[0]
    assert words(document, "e2") == {"trigger": made.WHOLE_ROW, "donor": "Astrocyte"}
    (passage,) = [passage for passage in document.passages if passage.infons["type"] == "table_row"]
    assert (passage.text, passage.infons["locator"]) == (made.WHOLE_ROW, made.TABLE_ROW)
    assert relation(document, "e2").infons["hedged"] == "true"


def test_sentences_that_are_not_in_their_passages_are_kept_counted_and_told(out: Path) -> None:
    said: list[str] = []
    handover.export(out, ["bioc"], tell=said.append)
    assert words(collection(out / "export").documents[0], "e3") == {"trigger": "This"}
    assert any("2 sentences are not in their passages" in line and "PMC1 (2)" in line for line in said)
    assert "  7 lines of evidence = 7 written + 0 left out" in said


def test_a_row_that_the_article_at_hand_does_not_hold_counts_as_not_found(out: Path) -> None:
    tables = made.files()
    tables["evidence.csv"][2].sentence, tables["evidence.csv"][2].end = "Astrocyte | Fibroblast", "22"
    made.write(out, tables=tables)
    said: list[str] = []
    handover.export(out, ["bioc"], tell=said.append)
    assert any("3 sentences are not in their passages" in line for line in said)


def test_an_event_behind_two_rows_is_one_relation_that_names_both(exported: Path) -> None:
    found = relation(collection(exported).documents[0], "e1")
    assert (found.infons["row_id"], found.infons["review_status"]) == ("r1; r3", "proposed; rejected")
    assert found.infons["decision"] == "reject"


def test_an_article_whose_text_may_not_leave_has_findings_and_no_text(exported: Path) -> None:
    document = collection(exported).documents[2]
    assert (document.id, document.passages) == ("PMC2", [])
    assert document.infons["text"].startswith("left out")
    found = relation(document, "e6")
    assert found.nodes == []
    assert found.infons["role:donor"] == "astrocytes<cell:astrocyte>"
    assert made.SENTENCE not in (exported / "bioc" / "mitotransfer.bioc.json").read_text(encoding="utf-8").partition('"PMC2"')[2]


def test_all_text_gives_it(out: Path) -> None:
    handover.export(out, ["bioc"], all_text=True)
    assert words(collection(out / "export").documents[2], "e6") == {"trigger": "released", "donor": "astrocytes"}


def test_without_the_articles_the_sentences_stand_alone_and_it_is_told(tmp_path: Path) -> None:
    out = made.write(tmp_path, parsed=False)
    said: list[str] = []
    handover.export(out, ["bioc"], tell=said.append)
    document = collection(out / "export").documents[0]
    assert [passage.infons["type"] for passage in document.passages] == ["sentence", "table_row", "sentence", "sentence"]
    assert words(document, "e1") == {"trigger": "released", "donor": "astrocytes"}
    assert "  1 articles have their evidence sentences only: their whole text is not in the run's work directory" in said
    assert not any("not in their passages" in line for line in said)


def test_pubannotation_spans_give_back_the_words(exported: Path) -> None:
    (registry, article) = annotation_files(exported)
    assert (article["sourcedb"], article["sourceid"]) == ("PMC", "1")
    assert article["target"] == "http://pubannotation.org/docs/sourcedb/PMC/sourceid/1"
    found = {article["text"][d["span"]["begin"] : d["span"]["end"]]: d["obj"] for d in article["denotations"]}
    assert found["released"] == "secretion"
    assert found["astrocytes"] == "cell:astrocyte"
    assert "target" not in registry


def test_pubannotation_takes_what_it_is_given(exported: Path) -> None:
    """The server's own demands: spans inside the text, nothing empty, relations between denotations."""
    for content in annotation_files(exported):
        denotations = {d["id"]: d for d in content["denotations"]}
        assert len(denotations) == len(content["denotations"])
        for denotation in denotations.values():
            assert 0 <= denotation["span"]["begin"] < denotation["span"]["end"] <= len(content["text"])
            assert denotation["obj"]
        assert all({one["subj"], one["obj"]} <= denotations.keys() and one["pred"] for one in content["relations"])
        assert all(one["subj"] in denotations and one["pred"] and one["obj"] for one in content["attributes"])


def test_pubannotation_says_only_what_holds(exported: Path) -> None:
    """An attribute that is false would be taken for true."""
    (_, article) = annotation_files(exported)
    said = [(one["pred"], one["obj"]) for one in article["attributes"]]
    assert said.count(("negated", True)) == said.count(("hedged", True)) == 1
    assert all(value is not False for _, value in said)
    assert ("recipient", "cell:neuron") in said
    assert ("negation_cue", "no") in said


def test_pubannotation_leaves_out_what_has_no_text_and_says_so(out: Path) -> None:
    said: list[str] = []
    handover.export(out, ["pubannotation"], tell=said.append)
    assert "  7 lines of evidence = 6 written + 1 left out (1 of articles whose text may not be passed on)" in said


@pytest.mark.parametrize(
    ("ident", "source"),
    [
        ("PMC10", ("PMC", "10")),
        ("123", ("PubMed", "123")),
        ("NCT01234567", ("ClinicalTrials.gov", "NCT01234567")),
        ("10.5555/a;b", ("DOI", "10.5555/a;b")),
        ("../x", ("mitotransfer", "../x")),
    ],
)
def test_sources_have_the_names_that_pubannotation_gives_them(ident: str, source: tuple[str, str]) -> None:
    assert pubannotation.source_of(ident) == source


def test_names_of_files_are_safe_and_differ(out: Path) -> None:
    tables = made.files()
    for article, line in zip(tables["articles.csv"], (0, 6), strict=False):
        article.id = tables["evidence.csv"][line].source_id = f"../{'äö'[line > 0]}"
        article.licence = "CC BY"
    made.write(out, tables=tables)
    handover.export(out, ["pubannotation"])
    names = {path.name for path in (out / "export" / "pubannotation").iterdir()}
    assert names >= {"mitotransfer-.._.json", "mitotransfer-..__.json"}


@given(st.text(alphabet="ab\N{DNA DOUBLE HELIX}\u0301\x85 \n|", max_size=30), st.text("abc |", min_size=1, max_size=12))
def test_a_sentence_is_found_wherever_it_stands(before: str, sentence: str) -> None:
    article = Article(Head("PMC1"), passages=(Passage("p1", "paragraph", "body", f"{before}{sentence}", "/p"),))
    line = vars_of(made.evidence("e1", "r1", locator="/p", sentence=sentence, start="0", end="1"))
    files: dict[str, list[dict[str, str]]] = {name: [] for name in made.files()}
    files["evidence.csv"] = [line]
    files["articles.csv"] = [vars_of(made.files()["articles.csv"][0])]
    found = documents.build(Tables(files, {}), {"PMC1": article})
    (document,) = found.documents
    note = document.notes[0]
    assert document.text[note.start : note.end] == sentence[:1]
    assert (found.notes == ()) == bool(f"{before}{sentence}".strip())  # a blank passage is none


def vars_of(row: object) -> dict[str, str]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined]


def test_a_real_run_loses_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(small.secretion("Astrocyte (mouse)", pmcid="PMC999001"), encoding="utf-8")
    small.run(tmp_path / "out", tmp_path / "a.xml")
    said: list[str] = []
    handover.export(tmp_path / "out", ["bioc", "pubannotation"], all_text=True, tell=said.append)
    (document,) = collection(tmp_path / "out" / "export").documents
    lines = load(tmp_path / "out").files["evidence.csv"]
    assert len(lines) == sum(len(passage.relations) for passage in document.passages) > 0
    assert not any("not in their passages" in line or "evidence sentences only" in line for line in said)
