"""CRAFT and IOB corpora: places of tokens and names in the text, and what is said of a broken file."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinycorpora import Article, Name, articles, at, write_craft, write_iob

from mitotransfer.errors import ConfigError
from mitotransfer.models.corpora import CRAFT_LABELS, SPLITS, Gold, Span, craft, files, flat, iob


def read(folder: Path, *paragraphs: list[str], text: str, names: tuple[Name, ...] = ()) -> list[Gold]:
    """What is read of an article with this text."""
    return list(craft(write_craft(folder, {"train": [Article("7", text, paragraphs, names)]}), "train"))


def surfaces(gold: Gold) -> list[tuple[str, str]]:
    return [(gold.text[span.start : span.end], span.label) for span in gold.spans]


def words(gold: Gold) -> list[list[str]]:
    return [[gold.text[token.start : token.end] for token in sentence] for sentence in gold.sentences]


def test_blanks_and_line_ends_inside_a_paragraph_become_one_blank(tmp_path: Path) -> None:
    text = "\nCells move.  Then  cells\n \nrest.\n"
    (gold,) = read(tmp_path, ["Cells move .", "Then cells rest ."], text=text, names=(at(text, "CL", "cells\n"),))
    assert gold.text == "Cells move. Then cells rest."
    assert words(gold) == [["Cells", "move", "."], ["Then", "cells", "rest", "."]]
    # the name's line end, in the text a character of its own, is now the blank before "rest"
    assert surfaces(gold) == [("cells ", "CELL")]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["cell", "cell-cell", "β", "𝛽-cell", "."]), st.sampled_from(["", " ", " \n", "\t \u00a0"]))
    )
)
def test_every_token_lies_where_its_text_is(tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[str, str]]) -> None:
    pieces = [*pieces, ("end", "\n")]
    (gold,) = read(
        tmp_path_factory.mktemp("craft"), [" ".join(word for word, _ in pieces)], text="".join(word + gap for word, gap in pieces)
    )
    assert words(gold) == [[word for word, _ in pieces]]
    assert gold.text == "".join(word + gap[:1].replace("\t", " ") for word, gap in pieces).strip()


def test_a_heading_on_a_line_of_its_own_is_cut_off_its_paragraph(tmp_path: Path) -> None:
    found = read(tmp_path, ["Methods", "Cells", "Cells move . ", "They rest ."], text="Methods\nCells\n\nCells move. They rest.")
    assert [(gold.name, gold.text) for gold in found] == [
        ("7-p0", "Methods"),
        ("7-p1", "Cells"),
        ("7-p2", "Cells move. They rest."),
    ]
    assert [len(gold.sentences) for gold in found] == [1, 1, 2]


def test_each_paragraph_has_offsets_of_its_own(tmp_path: Path) -> None:
    text = "Cells move. Neurons rest."
    found = read(tmp_path, ["Cells move ."], ["Neurons rest ."], text=text, names=(at(text, "CL", "Neurons"),))
    assert [gold.text for gold in found] == ["Cells move.", "Neurons rest."]
    assert found[0].spans == []
    assert found[1].spans == [Span(0, 7, "CELL", "CL:Neurons")]


def test_syntax_is_read_with_heads_counted_from_the_sentence_and_the_root_as_its_own_head(tmp_path: Path) -> None:
    rows = "Old|old|JJ|ADJ|2|amod mice|mouse|NNS|NOUN|3|nsubj rest|rest|VBP|VERB|0|root"
    (gold,) = read(tmp_path, ["Yes", rows], text="Yes Old mice rest")
    assert [(t.lemma, t.tag, t.pos, t.head, t.dep) for t in gold.sentences[1]] == [
        ("old", "JJ", "ADJ", 1, "amod"),
        ("mouse", "NNS", "NOUN", 2, "nsubj"),
        ("rest", "VBP", "VERB", 2, "ROOT"),
    ]


def test_a_word_with_digits_is_its_own_lemma(tmp_path: Path) -> None:
    # CRAFT writes each number in a lemma as 0
    (gold,) = read(tmp_path, ["Bmp4|bmp0|NN|NOUN|0|root genes|gene|NNS|NOUN|1|dep"], text="Bmp4 genes")
    assert [token.lemma for token in gold.sentences[0]] == ["bmp4", "gene"]


def test_each_ontology_gives_its_label(tmp_path: Path) -> None:
    text = "neurons in brains of mice keep vesicles with water and actin"
    named = dict(zip(CRAFT_LABELS, ("neurons", "brains", "mice", "vesicles", "water", "actin"), strict=True))
    (gold,) = read(tmp_path, [text], text=text, names=tuple(at(text, ontology, name) for ontology, name in named.items()))
    assert surfaces(gold) == [
        ("neurons", "CELL"), ("brains", "ANATOMY"), ("mice", "ORGANISM"), ("vesicles", "CELLULAR_COMPONENT"),
        ("water", "CHEMICAL"), ("actin", "GENE_PRODUCT"),
    ]  # fmt: skip


def test_a_discontinuous_name_is_left_out(tmp_path: Path) -> None:
    text = "rod and cone photoreceptors rest"
    names = (at(text, "CL", "rod", "photoreceptors"), at(text, "CL", "cone photoreceptors"))
    (gold,) = read(tmp_path, [text], text=text, names=names)
    assert surfaces(gold) == [("cone photoreceptors", "CELL")]


def test_a_name_across_two_paragraphs_is_left_out(tmp_path: Path) -> None:
    text = "brain\ncells near neurons"
    names = (at(text, "CL", "brain\ncells"), at(text, "CL", "neurons"))
    found = read(tmp_path, ["brain", "cells near neurons"], text=text, names=names)
    assert [surfaces(gold) for gold in found] == [[], [("neurons", "CELL")]]


def test_of_names_that_overlap_the_longest_stays(tmp_path: Path) -> None:
    text = "mouse brain cells and brain stem"
    names = (
        at(text, "UBERON", "brain"),
        at(text, "CL", "brain cells"),
        at(text, "NCBITaxon", "mouse"),
        at(text, "UBERON", "brain stem"),
    )
    (gold,) = read(tmp_path, [text], text=text, names=names)
    assert surfaces(gold) == [("mouse", "ORGANISM"), ("brain cells", "CELL"), ("brain stem", "ANATOMY")]


def test_of_names_equally_long_the_first_in_the_order_of_labels_stays() -> None:
    chemical, gene, cell = Span(0, 5, "CHEMICAL", "a"), Span(0, 5, "GENE_PRODUCT", "b"), Span(3, 8, "CELL", "c")
    assert flat([gene, chemical]) == flat([chemical, gene]) == [chemical]
    assert flat([gene, chemical, cell]) == [cell]


def test_names_of_the_same_place_and_label_are_one(tmp_path: Path) -> None:
    text = "mice rest"
    two = (Name("NCBITaxon", "NCBITaxon:2", ((0, 4),)), Name("NCBITaxon", "NCBITaxon:1", ((0, 4),)))
    (gold,) = read(tmp_path, [text], text=text, names=two)
    assert gold.spans == [Span(0, 4, "ORGANISM", "NCBITaxon:1")]


def test_a_release_of_craft_reads_as_its_flat_copy_does(tmp_path: Path) -> None:
    made = {"train": articles(10, 3, 0), "dev": articles(20, 2, 3), "test": articles(30, 1, 5)}
    release, copy = write_craft(tmp_path / "release", made, release=True), write_craft(tmp_path / "flat", made)
    for split in SPLITS:
        assert list(craft(release, split)) == list(craft(copy, split)) != []
    assert files(release, "craft").keys() == files(copy, "craft").keys()
    assert len(files(copy, "craft")) == 3 + 6 * (2 + len(CRAFT_LABELS))


def test_articles_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    folder = write_craft(tmp_path, {"dev": articles(20, 2, 0)[::-1]})
    assert [gold.name for gold in craft(folder, "dev")] == ["20-p0", "21-p0"]


def test_a_directory_without_the_lists_of_articles_is_not_craft(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not look like CRAFT: .*craft-ids-dev\.txt is missing"):
        list(craft(tmp_path, "dev"))


def test_a_token_that_is_not_in_the_text_is_told_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"7\.conllu:6: 'cells' does not follow in the article's text"):
        read(tmp_path, ["Two cells"], text="Two neurons")


def test_a_token_behind_words_that_no_token_has_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"7\.conllu:6: 'cells' does not follow"):
        read(tmp_path, ["Two cells"], text="Two big cells")


@pytest.mark.parametrize("missing", ["txt/7.txt", "conllu/7.conllu", "annotations/CL/7.txt.knowtator.xml"])
def test_a_missing_file_of_an_article_is_told(tmp_path: Path, missing: str) -> None:
    folder = write_craft(tmp_path, {"train": [Article("7", "Cells", [["Cells"]])]})
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match=missing):
        list(craft(folder, "train"))


@pytest.mark.parametrize("line", ["1\tCells", "1\tCells\tcell\tNOUN\tNN\t_\tzero\troot\t_\t_"])
def test_a_line_that_is_not_conllu_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    folder = write_craft(tmp_path, {"train": [Article("7", "Cells", [["Cells"]])]})
    (folder / "conllu" / "7.conllu").write_text(f"# newpar\n{line}\n\n")
    with pytest.raises(ConfigError, match=r"7\.conllu:2: "):
        list(craft(folder, "train"))


def sentence(folder: Path, tokens: str) -> Gold:
    (gold,) = iob(write_iob(folder, {"dev": [tokens]}), "dev")
    return gold


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("TGF - beta signals", "TGF-beta signals"),
        ("cells ( MSCs ) , and [ 3 ] .", "cells (MSCs), and [3]."),
        ("IL - 2 / STAT5 : 50 % ; more", "IL-2/STAT5: 50%; more"),
        ("the patient ' s cells", "the patient's cells"),
        ("p < 0.05 and n = 3", "p < 0.05 and n = 3"),
        ("about .5 mg", "about .5 mg"),
    ],
)
def test_iob_words_are_put_together_as_they_were_printed(tmp_path: Path, tokens: str, text: str) -> None:
    gold = sentence(tmp_path, tokens)
    assert gold.text == text
    assert words(gold) == [tokens.split()]


def test_iob_names_cover_the_text_between_their_words(tmp_path: Path) -> None:
    gold = sentence(tmp_path, "TGF|B-Gene -|I-Gene beta|I-Gene in T|B-Cell cells|I-Cell B|B-Cell cells|I-Cell")
    assert surfaces(gold) == [("TGF-beta", "Gene"), ("T cells", "Cell"), ("B cells", "Cell")]


@pytest.mark.parametrize("tokens", ["big cells|I-Cell", "T|B-Organ cells|I-Cell", "T|B-Cell in cells|I-Cell", "cells|I-Cell"])
def test_an_inside_tag_that_continues_nothing_begins_a_name(tmp_path: Path, tokens: str) -> None:
    # as CoNLL's own scorer reads it; no name may reach across words that are outside
    assert surfaces(sentence(tmp_path, tokens))[-1] == ("cells", "Cell")


def test_iob_sentences_are_told_apart_by_blank_lines_and_numbered(tmp_path: Path) -> None:
    folder = write_iob(tmp_path / "Corpus", {"test": ["one", "two"]})
    (folder / "test.tsv").write_text("\none\tO\n\n\ntwo\tO")
    assert [(gold.name, gold.text) for gold in iob(folder, "test")] == [("Corpus-test-0", "one"), ("Corpus-test-1", "two")]


def test_a_missing_iob_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no devel\.tsv"):
        list(iob(tmp_path, "dev"))
    assert files(tmp_path, "iob") == {}


def test_the_real_corpora_are_read_whole(shared: Path) -> None:
    paragraphs = islice(craft(shared / "craft", "dev"), 200)
    for gold in (*paragraphs, *iob(shared / "ner" / "BioNLP13CG-IOB", "dev")):
        assert words(gold) == [[token.text for token in sentence] for sentence in gold.sentences]
        assert "  " not in gold.text
        assert all(0 <= span.start < span.end <= len(gold.text) for span in gold.spans)
