"""Bad input through the whole run: never a traceback, never a silent loss, never the end of the other articles."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mitotransfer.errors import InputError
from mitotransfer.parse import parse_documents
from small import jats, read, run, secretion, table, tables_of, with_run

GOOD = secretion(pmcid="PMC999001")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An input directory with one sound article in it, which every run must bring through."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.xml").write_text(GOOD)
    return folder


@pytest.fixture
def told(folder: Path, tmp_path: Path) -> Callable[[bytes | str, str], dict[str, str]]:
    """Runs the folder with a bad file beside the good one; gives the line of problems.csv that names the bad one."""

    def read_beside(data: bytes | str, name: str = "bad.xml") -> dict[str, str]:
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
        out = tmp_path / "out"
        assert run(out, folder) is False
        assert [row["source_id"] for row in read(out / "table1_secretion.csv")] == ["PMC999001"]
        assert {row["id"]: row["status"] for row in read(out / "articles.csv")} == {"PMC999001": "rows", "bad": "failed"}
        (problem,) = read(out / "problems.csv")
        assert problem["source_id"] == "bad" and problem["severity"] == "error" and name in problem["place"]
        reasons = {row["id"]: row["reason"] for row in read(out / "articles.csv")}
        assert reasons["bad"] == problem["message"] != ""
        return problem

    return read_beside


Told = Callable[..., dict[str, str]]
BOMB = (
    '<!DOCTYPE article [<!ENTITY a "mitochondria mitochondria">'
    + "".join(f'<!ENTITY {chr(c)} "{f"&{chr(c - 1)};" * 10}">' for c in range(ord("b"), ord("k")))
    + "]>"
)


def test_empty_file(told: Told) -> None:
    assert told(b"")["code"] == "empty"


def test_blank_file(told: Told) -> None:
    assert told(b"\xef\xbb\xbf \r\n\n")["code"] == "empty"


def test_truncated_xml(told: Told) -> None:
    """Cut off between two elements, as a broken transfer leaves it."""
    problem = told(GOOD[: GOOD.index("<tbody>")])
    assert problem["code"] == "truncated-xml"
    assert "bad.xml:1:" in problem["place"]


def test_no_cut_of_a_file_passes_for_an_article() -> None:
    for end in range(2, len(GOOD.rstrip()) - 1):  # a lone "<" is a text
        with pytest.raises(InputError) as refused:
            parse_documents(GOOD[:end].encode(), "bad.xml")
        assert refused.value.code in ("truncated-xml", "malformed-xml")


def test_html_saved_as_xml(told: Told) -> None:
    assert (
        told("<!DOCTYPE html><html><head><title>404</title></head><body><p>Not found<br></body></html>")["code"] == "html-not-xml"
    )


def test_xhtml_saved_as_xml(told: Told) -> None:
    """Well-formed, so no syntax error gives it away."""
    assert told('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>')["code"] == "html-not-xml"


def test_xml_that_is_no_article(told: Told) -> None:
    problem = told('<OAI-PMH><error code="idDoesNotExist">no such article</error></OAI-PMH>')
    assert problem["code"] == "no-article" and "no such article" in problem["message"]


def test_binary_file_with_an_article_name(told: Told) -> None:
    assert told(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3")["code"] == "binary"


def test_undecodable_encoding(told: Told) -> None:
    """Declared as UTF-8, is KOI8-R throughout: guessing would give garbage as text."""
    text = jats("<p>" + "митохондрии " * 200 + "</p>")
    assert told(b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode("koi8-r"))["code"] == "encoding"


def test_entity_bomb(told: Told) -> None:
    started = time.perf_counter()
    assert told(BOMB + jats("<p>&j;</p>"))["code"] == "entity-bomb"
    assert time.perf_counter() - started < 10


def test_deeply_nested_elements(told: Told) -> None:
    """A stack would overflow: libxml2 stops at 256 levels."""
    assert told(jats("<sec>" * 5000 + "</sec>" * 5000))["code"] in ("too-large", "malformed-xml")


def test_bioc_json_without_end(told: Told) -> None:
    assert told('{"documents": [' + "[" * 100_000, "bad.json")["code"] != "internal-error"


def test_bioc_json_with_half_a_character(folder: Path, tmp_path: Path) -> None:
    """ "\\ud800" is valid JSON and no character: it has no UTF-8 form, and the shard could not be written."""
    passage = '{"infons": {"section_type": "ABSTRACT", "type": "abstract"}, "offset": 0, "text": "mitochondria \\ud800 x"}'
    (folder / "odd.json").write_text('[{"documents": [{"id": "PMC999003", "infons": {}, "passages": [' + passage + "]}]}]")
    out = tmp_path / "out"
    run(out, folder)
    assert len(read(out / "articles.csv")) == 2
    assert [row["source_id"] for row in read(out / "table1_secretion.csv")] == ["PMC999001"]


def test_wrong_encoding_declaration_is_mended_with_a_warning(folder: Path, tmp_path: Path) -> None:
    """Declared as Latin-1, is UTF-8: read as declared, "β" would become "Î²"."""
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + secretion(pmcid="PMC999002", donor="β cells")
    (folder / "odd.xml").write_bytes(text.encode())
    assert run(tmp_path / "out", folder)
    problems = read(tmp_path / "out" / "problems.csv")
    assert [(p["source_id"], p["severity"], p["code"]) for p in problems] == [("PMC999002", "warning", "encoding")]
    sentences = [row["sentence"] for row in read(tmp_path / "out" / "evidence.csv") if row["source_id"] == "PMC999002"]
    assert any("β cells" in sentence for sentence in sentences)


@pytest.mark.parametrize("where", ["file", "http", "dtd", "parameter"])
def test_external_entity_is_never_resolved(folder: Path, tmp_path: Path, where: str) -> None:
    """The content of another file must not get into an output; http would fail in the test's cut network."""
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY_7f3a")
    dtd = tmp_path / "evil.dtd"
    dtd.write_text(f'<!ENTITY x SYSTEM "{canary.as_uri()}">')
    doctype = {
        "file": f'<!DOCTYPE article [<!ENTITY x SYSTEM "{canary.as_uri()}">]>',
        "http": '<!DOCTYPE article [<!ENTITY x SYSTEM "http://192.0.2.1/canary.txt">]>',
        "dtd": f'<!DOCTYPE article SYSTEM "{dtd.as_uri()}">',
        "parameter": f'<!DOCTYPE article [<!ENTITY % p SYSTEM "{dtd.as_uri()}"> %p;]>',
    }[where]
    (folder / "evil.xml").write_text(doctype + secretion(pmcid="PMC999002", donor="Astrocyte &x;"))
    out = tmp_path / "out"
    run(out, folder)
    for file in (path for path in out.rglob("*") if path.is_file() and "raw" not in path.parts):
        assert b"CANARY_7f3a" not in file.read_bytes(), file
    assert "PMC999001" in {row["id"] for row in read(out / "articles.csv")}


def test_oversized_file_is_refused_before_it_is_read(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 MB in one text node (a sparse file, so that the test is fast): its size alone decides."""
    huge = folder / "huge.xml"
    with huge.open("wb") as handle:
        handle.write(b"<article><front/><body><p>")
        handle.truncate(200_000_000)
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        assert self.name != "huge.xml", "it was read"
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert run(tmp_path / "out", folder) is False
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["code"] == "too-large"
    assert "200,000,000 bytes" in problem["message"] and "parse.max_bytes" in problem["message"]


@pytest.mark.parametrize(("over", "code"), [(0, ""), (1, "too-large")])
def test_limit_on_size_is_exact(tmp_path: Path, over: int, code: str) -> None:
    limit = 20_000
    frame = jats("<p></p>")
    article = tmp_path / "a.xml"
    article.write_text(frame.replace("<p></p>", f"<p>{'x' * (limit + over - len(frame))}</p>"))
    assert article.stat().st_size == limit + over
    assert run(tmp_path / "out", article, settings=with_run(max_bytes=limit)) is not bool(over)
    assert [problem["code"] for problem in read(tmp_path / "out" / "problems.csv")] == ([code] if code else [])


def test_table_of_ten_thousand_columns(folder: Path, tmp_path: Path) -> None:
    wide = table([f"Gene {n}" for n in range(10_000)], ["0"] * 10_000, caption="Mitochondrial genes")
    (folder / "wide.xml").write_text(jats(wide, pmcid="PMC999002"))
    started = time.perf_counter()
    assert run(tmp_path / "out", folder)
    assert time.perf_counter() - started < 20
    assert {row["id"]: row["status"] for row in read(tmp_path / "out" / "articles.csv")} == {
        "PMC999001": "rows",
        "PMC999002": "no_evidence",
    }


@pytest.mark.parametrize("span", ["-1", "0", "1000000000", "two", "", "9" * 5000])
@pytest.mark.parametrize("attribute", ["rowspan", "colspan"])
def test_impossible_span_does_not_cost_the_table(tmp_path: Path, attribute: str, span: str) -> None:
    """A wrong span is read as the nearest sensible one, with a warning; the row of the last column is still there."""
    cell = f'<td {attribute}="{span}">Increased survival</td>'
    article = tmp_path / "a.xml"
    article.write_text(jats(table(("Donor cells", "Recipient", "Outcome"), ("Astrocyte", "Neuron", cell))))
    started = time.perf_counter()
    assert run(tmp_path / "out", article)
    assert time.perf_counter() - started < 10
    (row,) = read(tmp_path / "out" / "table1_secretion.csv")
    assert (row["cell_type"], row["recipient_cell"]) == ("astrocyte", "neuron")
    assert "↑" in row["biological_effect"]
    assert {problem["code"] for problem in read(tmp_path / "out" / "problems.csv")} == {"bad-span"}


def test_ids_used_twice_in_an_article(tmp_path: Path) -> None:
    """Two tables with one id, two references with one id: rows of both tables, none merged with the other's."""
    first = table(("Donor", "Recipient", "Ref."), ("Astrocyte", "Neuron", '<td><xref ref-type="bibr" rid="r1">1</xref></td>'))
    second = table(("Donor", "Recipient", "Ref."), ("Platelet", "Neutrophil", '<td><xref ref-type="bibr" rid="r1">1</xref></td>'))
    refs = (
        '<ref id="r1"><mixed-citation>One 2001</mixed-citation></ref><ref id="r1"><mixed-citation>Two 2002</mixed-citation></ref>'
    )
    article = tmp_path / "a.xml"
    article.write_text(jats(first + second, references=refs))
    assert run(tmp_path / "out", article)
    rows = read(tmp_path / "out" / "table1_secretion.csv")
    assert [(row["cell_type"], row["recipient_cell"]) for row in rows] == [("astrocyte", "neuron"), ("platelet", "neutrophil")]
    assert len({row["row_id"] for row in rows}) == 2


def test_same_bytes_under_two_names(folder: Path, tmp_path: Path) -> None:
    (folder / "same.xml").write_text(GOOD)
    assert run(tmp_path / "out", folder)
    assert len(read(tmp_path / "out" / "table1_secretion.csv")) == 1
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert (problem["code"], problem["severity"]) == ("repeated-file", "note")
    assert "good.xml" in problem["message"] and "same.xml" in problem["place"]


def test_same_article_in_two_files(folder: Path, tmp_path: Path) -> None:
    """Other bytes, same PMCID (a file fetched again): one is used, the other named; no row doubles."""
    (folder / "again.xml").write_text(GOOD + "\n<!-- fetched again -->")
    assert run(tmp_path / "out", folder)
    assert len(read(tmp_path / "out" / "table1_secretion.csv")) == 1
    assert [row["status"] for row in read(tmp_path / "out" / "articles.csv")] == ["rows", "no_evidence"]
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["code"] == "duplicate-article"
    assert "again.xml" in problem["message"] and "good.xml" in problem["message"]


def test_two_files_of_one_name_in_two_directories(folder: Path, tmp_path: Path) -> None:
    """Shards are named by the file's stem: the second must not overwrite the first, nor a file called like its stand-in."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "good.xml").write_text(secretion(pmcid="PMC999002", donor="Platelet"))
    (folder / "good@2.xml").write_text(secretion(pmcid="PMC999003", donor="Macrophage"))
    assert run(tmp_path / "out", folder, other)
    rows = read(tmp_path / "out" / "table1_secretion.csv")
    assert {row["source_id"] for row in rows} == {"PMC999001", "PMC999002", "PMC999003"}


def test_directory_with_everything_in_it(folder: Path, tmp_path: Path) -> None:
    """What is no article is left out, and all of it but hidden files is named with the reason."""
    (folder / "figure.png").write_bytes(b"\x89PNG\r\n")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7")
    (folder / "sub").mkdir()
    (folder / "sub" / "a.xml").write_text(GOOD)
    (folder / ".hidden.xml").write_text(GOOD)
    (folder / "named.xml").mkdir()
    os.mkfifo(folder / "pipe.xml")
    assert run(tmp_path / "out", folder)
    problems = read(tmp_path / "out" / "problems.csv")
    assert {problem["source_id"] for problem in problems} == {"figure.png", "paper.pdf", "sub", "named.xml", "pipe.xml"}
    assert {(problem["code"], problem["severity"]) for problem in problems} == {("not-an-article", "note")}
    reasons = {row["id"]: row["reason"] for row in read(tmp_path / "out" / "articles.csv") if row["status"] == "no_evidence"}
    assert reasons.keys() == {problem["source_id"] for problem in problems}
    assert all(reason.startswith("dropped: ") for reason in reasons.values())


def test_empty_directory_is_no_silent_success(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(tmp_path / "out", empty)
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["message"] == "an empty directory"
    assert [row["reason"] for row in read(tmp_path / "out" / "articles.csv")] == ["dropped: an empty directory"]


def test_dangling_link(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.xml").symlink_to(tmp_path / "nowhere.xml")
    assert run(tmp_path / "out", folder) is False
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["code"] == "unreadable-file" and "No such file" in problem["message"]


def test_file_that_may_not_be_read(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission bits do not bind an administrator, under whom tests may run: the refusal is played."""
    (folder / "bad.xml").write_text(secretion(pmcid="PMC999002"))
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self.name == "bad.xml":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert run(tmp_path / "out", folder) is False
    (problem,) = read(tmp_path / "out" / "problems.csv")
    assert problem["code"] == "unreadable-file" and "Permission denied" in problem["message"]


@pytest.mark.parametrize("name", [b"bad\xff.xml", b"bad\nname.xml", "bad\u2028name.xml".encode(), b"bad\x1bname.xml"])
def test_file_names_that_are_no_text(folder: Path, tmp_path: Path, name: bytes) -> None:
    """Not UTF-8, a line end, a line separator, a control character: legal in file systems, deadly to lists of names."""
    path = os.fsencode(folder) + b"/" + name
    Path(os.fsdecode(path)).write_text(secretion(pmcid=""))
    assert run(tmp_path / "out", folder)
    ids = {row["id"] for row in read(tmp_path / "out" / "articles.csv")}
    assert len(ids) == 2 and any(ident.startswith("bad\N{REPLACEMENT CHARACTER}") for ident in ids)


def test_cells_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    """From the article's text to the file, a formula comes with an apostrophe before it, in every column that holds text."""
    article = tmp_path / "a.xml"
    article.write_text(secretion(donor="=cmd|' /C calc'!A0", title="+SUM(A1:A9)*mitochondria", pmcid="PMC999009"))
    assert run(tmp_path / "out", article)
    cells = {cell for name in tables_of(tmp_path / "out") for row in read(tmp_path / "out" / name) for cell in row.values()}
    assert any("cmd|" in cell for cell in cells) and any("SUM" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell.startswith(("-;", "- ")) and cell != "-"] == []


def test_own_output_inside_an_input_directory_is_no_input(folder: Path) -> None:
    """`run . --out out`: the second run must not find the first one's output among its inputs."""
    out = folder / "out"
    assert run(out, folder)
    first = tables_of(out)
    assert run(out, folder)
    assert tables_of(out) == first
    assert read(out / "problems.csv") == []
