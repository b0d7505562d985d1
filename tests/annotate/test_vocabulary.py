"""The vocabulary's files: what loads, and what each mistake is answered with."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mitotransfer.annotate.vocabulary import COMMON, EXTRA, Vocabulary
from mitotransfer.errors import ConfigError

Write = Callable[..., Path]
NAMES = "curie\tname\tsynonyms\tsource\nCL:0000034\tstem cell\t\there\n"


def line(category: str, **values: str) -> str:
    return "\t".join(values.get(column, "") for column in COMMON + EXTRA.get(category, ()))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a category file of the given lines (and the ontology names), returns the folder."""

    def _write(category: str, *lines: str, header: str = "") -> Path:
        top = header or "\t".join(COMMON + EXTRA.get(category, ()))
        (tmp_path / f"{category}.tsv").write_text("\n".join((top, *lines)) + "\n", encoding="utf-8")
        (tmp_path / "ontology_names.tsv").write_text(NAMES, encoding="utf-8")
        return tmp_path

    return _write


def test_the_projects_own_vocabulary_loads_quickly(root: Path) -> None:
    begin = time.perf_counter()
    vocabulary = Vocabulary.load(root / "configs" / "vocabulary")
    assert time.perf_counter() - begin < 2
    assert len(vocabulary.entries) > 1000
    assert vocabulary.label("species:human") == "human"


def test_an_entry_has_all_its_columns(write: Write) -> None:
    text = line(
        "outcome",
        id="outcome:renal_function",
        label="renal function",
        synonyms="creatinine|kidney function",
        polarity="up",
        inverse_forms="creatinine",
    )
    entry = Vocabulary.load(write("outcome", text)).entries["outcome:renal_function"]
    assert entry.forms == ("renal function", "creatinine", "kidney function")
    assert entry.extra["polarity"] == "up"
    assert entry.values("inverse_forms") == ("creatinine",)


def test_ancestors_by_depth(write: Write) -> None:
    vocabulary = Vocabulary.load(
        write(
            "tissue",
            line("tissue", id="tissue:organ", label="organ"),
            line("tissue", id="tissue:heart", label="heart", parent="tissue:organ"),
            line("tissue", id="tissue:myocardium", label="myocardium", parent="tissue:heart"),
        )
    )
    assert vocabulary.ancestors("tissue:myocardium", 1) == {"tissue:heart"}
    assert vocabulary.ancestors("tissue:myocardium") == {"tissue:heart", "tissue:organ"}
    assert vocabulary.is_a("tissue:myocardium", "tissue:organ")
    assert vocabulary.is_a("tissue:heart", "tissue:heart")
    assert not vocabulary.is_a("tissue:organ", "tissue:heart")
    assert vocabulary.ancestors("tissue:unheard_of") == frozenset()


def test_an_ambiguous_form_is_known_as_such(write: Write) -> None:
    text = line("cell", id="cell:a", label="pluripotent stem cell", synonyms="PSC", ambiguous="1", ambiguous_forms="PSC")
    vocabulary = Vocabulary.load(write("cell", text))
    assert vocabulary.is_ambiguous("cell:a", "PSCs")
    assert not vocabulary.is_ambiguous("cell:a", "pluripotent stem cell")


def test_windows_line_ends_and_byte_order_mark(write: Write) -> None:
    # What a spreadsheet program saves.
    folder = write("cell", line("cell", id="cell:a", label="stem cell", xref="CL:0000034"))
    path = folder / "cell.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert Vocabulary.load(folder).entries["cell:a"].xrefs == ("CL:0000034",)


@pytest.mark.parametrize(
    ("values", "column", "says"),
    [
        ({"id": "tissue:a", "label": "a"}, "id", "must be 'cell:'"),
        ({"id": "cell:A b", "label": "a"}, "id", "slug"),
        ({"id": "cell:a", "label": ""}, "label", "no label"),
        ({"id": "cell:a", "label": "a", "parent": "cell:b"}, "parent", "not in the vocabulary"),
        ({"id": "cell:a", "label": "a", "parent": "cell:a"}, "parent", "cell:a -> cell:a"),
        ({"id": "cell:a", "label": "a", "ambiguous": "1", "ambiguous_forms": "b"}, "ambiguous_forms", "forms: a"),
        ({"id": "cell:a", "label": "a", "ambiguous_forms": "a"}, "ambiguous", "must be 1"),
        ({"id": "cell:a", "label": "a", "xref": "stem cell"}, "xref", "no CURIE"),
        ({"id": "cell:a", "label": "a", "xref": "CL:0000035"}, "xref", "ontology_names.tsv"),
    ],
)
def test_mistakes_of_one_line(write: Write, values: dict[str, str], column: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as error:
        Vocabulary.load(write("cell", line("cell", **values)))
    assert f"cell.tsv, line 2, column {column}:" in str(error.value)


@pytest.mark.parametrize(
    ("category", "values", "says"),
    [
        ("trigger", {"event": "secretoin"}, "column event: 'secretoin' is not allowed; allowed: secretion, "),
        ("negation_hedge", {"type": "negation", "scope": "forwards"}, "column scope: 'forwards' is not allowed"),
        ("outcome", {"polarity": ""}, "column polarity: '' is not allowed; allowed: up, down, context"),
        ("outcome", {"polarity": "up", "inverse_forms": "b"}, "column inverse_forms"),
        ("secreted_form", {"size_min_nm": "50-100"}, "column size_min_nm: '50-100' is not a number"),
        ("cell_line", {"species": "species:martian"}, "no id of species.tsv"),
    ],
)
def test_mistakes_in_a_categorys_own_columns(write: Write, category: str, values: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Vocabulary.load(write(category, line(category, id=f"{category}:a", label="a", **values)))


def test_unknown_column_names_the_allowed_ones(write: Write) -> None:
    header = "\t".join(COMMON).replace("synonyms", "synonym")
    with pytest.raises(ConfigError, match="column synonym: unknown column; allowed: id, label, synonyms"):
        Vocabulary.load(write("cell", header=header))


def test_missing_column(write: Write) -> None:
    with pytest.raises(ConfigError, match="column attested: missing column"):
        Vocabulary.load(write("cell", header="\t".join(COMMON[:-1])))


def test_wrong_number_of_tabs(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"cell.tsv, line 2: 1 tabs where the header has 9"):
        Vocabulary.load(write("cell", "cell:a\ta"))


def test_duplicate_id_names_both_lines(write: Write) -> None:
    row = line("cell", id="cell:a", label="a")
    with pytest.raises(ConfigError, match=r"line 3, column id: cell:a stands already in cell.tsv, line 2"):
        Vocabulary.load(write("cell", row, row))


def test_cycle_over_two_entries(write: Write) -> None:
    rows = (line("cell", id=f"cell:{a}", label=a, parent=f"cell:{b}") for a, b in ("ab", "ba"))
    with pytest.raises(ConfigError, match="cell:a -> cell:b -> cell:a"):
        Vocabulary.load(write("cell", *rows))


def test_a_form_of_two_entries_must_be_marked_in_both(write: Write) -> None:
    first = line("cell", id="cell:a", label="a", synonyms="HSC", ambiguous="1", ambiguous_forms="HSC")
    with pytest.raises(ConfigError, match=r"'HSC' is a form of cell:a too .*name it in ambiguous_forms of both"):
        Vocabulary.load(write("cell", first, line("cell", id="cell:b", label="b", synonyms="HSC")))
    second = line("cell", id="cell:b", label="b", synonyms="HSC", ambiguous="1", ambiguous_forms="HSC")
    assert len(Vocabulary.load(write("cell", first, second)).entries) == 2


def test_short_forms_that_differ_in_case_are_two_forms(write: Write) -> None:
    rows = (line("cell", id=f"cell:{i}", label=i, synonyms=form) for i, form in (("a", "hAEC"), ("b", "HAEC")))
    assert len(Vocabulary.load(write("cell", *rows)).entries) == 2


def test_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no <category>"):
        Vocabulary.load(tmp_path)
    with pytest.raises(ConfigError, match="no such vocabulary folder"):
        Vocabulary.load(tmp_path / "nowhere")


def test_file_that_is_not_utf8(write: Write) -> None:
    folder = write("cell", line("cell", id="cell:a", label="a"))
    (folder / "cell.tsv").write_bytes("id\tlabel µ".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8 at byte 9"):
        Vocabulary.load(folder)


def test_empty_file(write: Write) -> None:
    folder = write("cell")
    (folder / "cell.tsv").write_text("")
    with pytest.raises(ConfigError, match="empty; the header must be id, label"):
        Vocabulary.load(folder)


def test_missing_ontology_names(write: Write) -> None:
    folder = write("cell", line("cell", id="cell:a", label="a"))
    (folder / "ontology_names.tsv").unlink()
    with pytest.raises(ConfigError, match=r"ontology_names.tsv: cannot be read"):
        Vocabulary.load(folder)
