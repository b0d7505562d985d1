"""Terms of OBO files, as they are, gzipped or zipped, and what is said of a file that is none."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tinycorpora import OBO, write_zip

from mitotransfer.errors import ConfigError
from mitotransfer.models.ontology import Term, read_obo

NEURON = Term("CL:0000540", "neuron", (("nerve cell", "EXACT"), ('a "firing" cell', "NARROW")), ("CL:0000000",))


def write(path: Path) -> Path:
    """The same terms in the file's kind."""
    if path.suffix == ".zip":
        return write_zip(path, OBO)
    path.write_bytes(gzip.compress(OBO.encode()) if path.suffix == ".gz" else OBO.encode())
    return path


@pytest.mark.parametrize("name", ["cl.obo", "cl.obo.gz", "cl.obo.zip"])
def test_terms_are_read_in_file_order_without_obsolete_ones(tmp_path: Path, name: str) -> None:
    terms = list(read_obo(write(tmp_path / name)))
    assert [term.id for term in terms] == ["CL:0000000", "CL:0000540", "CL:0000127", "UBERON:0000955"]
    assert terms[1] == NEURON


def test_a_term_that_is_only_referred_to_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cl.obo"
    path.write_text("format-version: 1.2\n\n[Term]\nid: CL:1\nname: neuron\nis_a: CL:2\nrelationship: part_of UBERON:3\n")
    assert list(read_obo(path)) == [Term("CL:1", "neuron", (), ("CL:2",))]


def test_other_relations_are_no_parents(tmp_path: Path) -> None:
    astrocyte = list(read_obo(write(tmp_path / "cl.obo")))[2]
    assert astrocyte == Term("CL:0000127", "astrocyte", (("astroglia", "RELATED"),), ("CL:0000000",))


def test_a_zip_archive_without_ontology_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cl\.zip: no \.obo file inside"):
        list(read_obo(write_zip(tmp_path / "cl.zip", OBO, "readme.txt")))


def _broken_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cl.obo", OBO * 20)
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)


BROKEN: dict[str, Callable[[Path], object]] = {
    "nothing.obo": lambda path: None,
    "words.obo": lambda path: path.write_text("Cells move.\nThey rest.\n"),
    "latin.obo": lambda path: path.write_bytes(OBO.replace("neuron", "zellkörper").encode("latin-1")),
    "word.obo.zip": lambda path: path.write_text("not an archive"),
    "torn.obo.zip": _broken_zip,
    "word.obo.gz": lambda path: path.write_text("not an archive"),
    "torn.obo.gz": lambda path: path.write_bytes(gzip.compress(OBO.encode() * 20)[:100]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    BROKEN[name](tmp_path / name)
    with pytest.raises(ConfigError, match=rf"{name}: cannot be read as OBO \(.+\)"):
        list(read_obo(tmp_path / name))
