"""What users name: ids in every spelling, lists of ids, files, directories."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitotransfer.document import Head
from mitotransfer.errors import ConfigError
from mitotransfer.fetch.inputs import Request, identify, mistaken_id, printable, read_requests


def requests(*inputs: Path | str, out: Path | None = None) -> list[Request]:
    return list(read_requests([str(name) for name in inputs], out))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PMC10834547", ("pmcid", "PMC10834547")),
        ("pmc 10834547", ("pmcid", "PMC10834547")),
        ("PMC10834547.2", ("pmcid", "PMC10834547")),
        ("PMCID: PMC10834547", ("pmcid", "PMC10834547")),
        ("PMC0012", ("pmcid", "PMC12")),
        ("38172601", ("pmid", "38172601")),
        ("PMID: 38172601", ("pmid", "38172601")),
        ("pmid 0038172601", ("pmid", "38172601")),
        ("10.1038/s12276-023-01141-7", ("doi", "10.1038/s12276-023-01141-7")),
        ("https://doi.org/10.1038/x(1)2", ("doi", "10.1038/x(1)2")),
        ("doi:10.1038/x", ("doi", "10.1038/x")),
        (" PMC1 ", ("pmcid", "PMC1")),
    ],
)
def test_ids(text: str, found: tuple[str, str]) -> None:
    assert identify(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PMC",
        "PMC0",
        "0",
        "PMCX1",
        "PMC1 PMC2",
        "PMC1;PMC2",
        "-5",
        "1.5",
        "10.1038",
        "10.1/x",
        "PMC12345678901",
        "PMC١٢",
        "٣٤",
        "10.1234/a\x07b",  # \S of a pattern takes control characters, which no name of a file or line of a table can hold
    ],
)
def test_what_is_no_id(text: str) -> None:
    """Among them digits of other scripts, which regular expressions count as digits."""
    assert identify(text) is None


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_any_text_is_an_id_or_none(text: str) -> None:
    found = identify(text)
    assert found is None or identify(found[1]) == found


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_printable_names_have_one_line_and_a_utf8_form(name: str) -> None:
    shown = printable(name)
    assert len(shown) == len(name) and len(f"{shown}x".splitlines()) == 1
    assert printable(shown) == shown


def listed(tmp_path: Path, data: bytes, name: str = "ids.txt") -> list[Request]:
    path = tmp_path / name
    path.write_bytes(data)
    return requests(path)


def test_list_of_ids_gives_a_request_a_line(tmp_path: Path) -> None:
    found = listed(tmp_path, b"PMC1\n\n# none\n2 # a comment\n10.5555/x,\n")
    assert [(r.kind, r.ident, r.place.rpartition(":")[2]) for r in found] == [
        ("pmcid", "PMC1", "1"),
        ("pmid", "2", "4"),
        ("doi", "10.5555/x", "5"),
    ]


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfPMC1\r\nPMC2\r\n", b"PMC1\rPMC2", "PMC1\r\nPMC2".encode("utf-16"), b'"PMC1"\n"PMC2"']
)
def test_lists_as_other_systems_save_them(tmp_path: Path, data: bytes) -> None:
    """Byte order mark and CRLF (Windows), CR (old Mac), UTF-16 (Notepad's "Unicode"), quotes (a spreadsheet's CSV)."""
    assert [(r.ident, r.place[-2:]) for r in listed(tmp_path, data)] == [("PMC1", ":1"), ("PMC2", ":2")]


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    """Python's splitlines() also cuts at form feeds and at U+2028, editors do not."""
    found = listed(tmp_path, "PMC1\x0c\nPMC2 \u2028 x\nPMC3\n".encode())
    assert [r.place.rpartition(":")[2] for r in found] == ["1", "2", "3"]


def test_list_with_more_junk_than_ids_is_still_a_list(tmp_path: Path) -> None:
    """Read as an article, its ids would be lost without a word."""
    found = listed(tmp_path, b"title of a list\nPMC1\n???\nnot an id\n")
    assert [r.kind for r in found] == ["unreadable", "pmcid", "unreadable", "unreadable"]
    assert "'???' is no PMCID, PMID or DOI" in found[2].reason


@pytest.mark.parametrize(
    "text",
    [
        "Mitochondria pass from astrocytes to neurons, as was shown before.\n2016\nSecond paragraph of the article's text.\n",
        "No id here\n",
        "",
    ],
)
def test_text_of_an_article_is_no_list(tmp_path: Path, text: str) -> None:
    (request,) = listed(tmp_path, text.encode())
    assert (request.kind, request.ident) == ("file", "ids")


def test_xml_is_never_a_list(tmp_path: Path) -> None:
    assert [r.kind for r in listed(tmp_path, b"PMC1\nPMC2\n", "ids.xml")] == ["file"]


def test_arguments_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.xml").touch()
    (tmp_path / "a.xml").touch()
    assert [r.ident for r in requests("PMC9", tmp_path, "12")] == ["PMC9", "a", "b", "12"]


def test_bare_digits_carry_a_hint_and_a_marked_pmid_does_not() -> None:
    assert "PMC123" in requests("123")[0].reason
    assert requests("PMID:123")[0].reason == ""


@pytest.mark.parametrize("name", ["nowhere", "", " ", "x" * 300, "PMC1 PMC2", "a\nb"])
def test_argument_that_is_nothing(name: str) -> None:
    with pytest.raises(ConfigError, match="is neither a file, a directory nor an article id") as error:
        requests(name)
    assert "\n" not in str(error.value)


def test_upper_case_suffix_is_an_article(tmp_path: Path) -> None:
    (tmp_path / "A.XML").touch()
    assert [r.kind for r in requests(tmp_path)] == ["file"]


def test_directory_that_holds_the_output(tmp_path: Path) -> None:
    (tmp_path / "a.xml").touch()
    (tmp_path / "results" / "out").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    assert [r.ident for r in requests(tmp_path, out=tmp_path / "results" / "out")] == ["a", "other"]


def test_output_reached_through_a_link_is_still_the_input(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    with pytest.raises(ConfigError, match="both an input and the directory to write to"):
        requests(tmp_path / "in", out=tmp_path / "link")


@pytest.mark.parametrize(
    ("name", "head", "code"),
    [
        ("PMC38172601", Head("PMC1", pmcid="PMC1", pmid="38172601"), "pmid-as-pmcid"),
        ("PMC2", Head("PMC1", pmcid="PMC1", pmid="38172601"), "other-article"),
        ("PMC1", Head("PMC1", pmcid="PMC1", pmid="38172601"), ""),
        ("pmc1", Head("PMC1", pmcid="PMC1"), ""),
        ("PMC2", Head("10.5555/x", doi="10.5555/x"), ""),  # says nothing of itself
        ("smith2020", Head("PMC1", pmcid="PMC1"), ""),
        ("38172601", Head("PMC1", pmcid="PMC1", pmid="1"), ""),  # a number may be any file's name
    ],
)
def test_article_that_came_under_the_wrong_id(name: str, head: Head, code: str) -> None:
    problem = mistaken_id(name, head)
    assert (problem.code if problem else "") == code
    assert problem is None or (problem.severity == "warning" and name in problem.message and head.pmcid in problem.message)
