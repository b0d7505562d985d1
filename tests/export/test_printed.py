"""Tables for papers: every sign of the text is printed as it is, in LaTeX, Markdown and HTML."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import exportable as made
from mitotransfer import handover
from mitotransfer.export.latex import latex
from mitotransfer.export.printed import markdown_cell


def cells(line: str) -> list[str]:
    """The cells of a line of a pipe table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_markdown_cells_keep_their_columns_whatever_is_in_them(exported: Path) -> None:
    text = (exported / "markdown" / "tables.md").read_text(encoding="utf-8")
    head, rule, *lines = [line for line in text.splitlines() if line.startswith("|")][:5]
    assert cells(head)[0] == "Donor cells"
    assert {len(cells(line)) for line in (head, rule, *lines)} == {9}
    row = next(line for line in lines if "pyramidal" in line)
    assert 'neuron, "pyramidal" layer\\|5' in cells(row)
    assert cells(row)[0] == "**astrocyte; =cmd\\|'x'\\!A1**"


def test_markdown_marks_and_references(exported: Path) -> None:
    text = (exported / "markdown" / "tables.md").read_text(encoding="utf-8")
    assert "\\[1\\] †" in text
    assert "† The study reports that this was not found." in text
    assert "1. Muster \\& Söhne\\_β, 2024. <https://doi.org/10.5555/ab.1>" in text
    assert "Zelle" not in text  # rejected
    assert "Nobody" not in text


@pytest.mark.parametrize("text", ["*a*", "_a_", "`a`", "<b>", "[a](b)", "a|b", "# a", "\\", "~a~", "&amp;"])
def test_markdown_signs_are_escaped(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", markdown_cell(text)) == text
    assert re.search(r"(?<!\\)[*_`<>\[\]|#~&]", markdown_cell(text).replace("\\\\", "")) is None


def test_html_is_well_formed_and_runs_nothing(out: Path) -> None:
    tables = made.files()
    tables["table1_secretion.csv"][0].recipient_cell = '<script>alert(1)</script> & "neurons"'
    made.write(out, tables=tables)
    handover.export(out, ["html"])
    text = (out / "export" / "html" / "tables.html").read_text(encoding="utf-8")
    page = ET.fromstring(text.replace("<!DOCTYPE html>", "").replace('<meta charset="utf-8">', ""))
    assert [element.tag for element in page.iter() if element.tag in ("script", "style", "link", "img")] == []
    assert all("style" in cell.attrib for cell in page.iter("td"))
    assert '<script>alert(1)</script> & "neurons"' in [cell.text for cell in page.iter("td")]


def test_html_rows_have_all_their_cells(exported: Path) -> None:
    text = (exported / "html" / "tables.html").read_text(encoding="utf-8")
    page = ET.fromstring(text.replace("<!DOCTYPE html>", "").replace('<meta charset="utf-8">', ""))
    for table in page.iter("table"):
        width = len(list(table.iter("th")))
        covered = 0
        for row in table.find("tbody") or []:
            found = row.findall("td")
            spans = [int(cell.get("rowspan", "1")) for cell in found]
            assert len(found) + (covered > 0) == width
            covered = max(covered, *spans) - 1


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("50% of A_1 & B#2", r"50\% of A\_1 \& B\#2"),
        (r"\input{x} $y$ ~^", r"\textbackslash{}input\{x\} \$y\$ \textasciitilde{}\textasciicircum{}"),
        ("ATP ↑, ROS ↓, ±", r"ATP $\uparrow$, ROS $\downarrow$, $\pm$"),
        ("TNF-α, PGC-1β, Δψ", r"TNF-$\alpha$, PGC-1$\beta$, $\Delta$$\psi$"),
        ("Λ ς Α ο", r"$\Lambda$ $\varsigma$ A o"),
        ("10⁻⁷ H₂O", r"10$^{-}$$^{7}$ H$_{2}$O"),
        ("Müller, Łódź", "Müller, Łódź"),
        ("a -- b", "a -{}- b"),
        ("[1] *", "{[}1{]} {*}"),
        ("a\N{NO-BREAK SPACE}b\n c", "a~b c"),
        ("\N{DNA DOUBLE HELIX}线", r"\mtchar{1F9EC}\mtchar{7EBF}"),
    ],
)
def test_latex_prints_what_is_there(text: str, printed: str) -> None:
    assert latex(text) == printed


def test_latex_tells_which_characters_pdftex_cannot_print(out: Path) -> None:
    said: list[str] = []
    handover.export(out, ["latex"], tell=said.append)
    assert "  characters that pdfTeX prints as code points (XeTeX and LuaTeX print them): 1F9EC" in said


def test_latex_files_hold_the_tables_and_the_references(exported: Path) -> None:
    text = (exported / "latex" / "secretion.tex").read_text(encoding="utf-8")
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 1
    assert r"ATP production~$\uparrow$" in text
    assert "Zelle" not in text
    assert r"Muster \& Söhne\_$\beta$, 2024" in (exported / "latex" / "references.tex").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
def test_latex_compiles(out: Path) -> None:
    tables = made.files()
    every = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x370, 0x400), 0x2070, *range(0x2074, 0x208F)]))
    every += "±×≤≥≈≠→←↑↓†‡§¶•…–—‘’“”™µ°′″∞∆−\N{DNA DOUBLE HELIX}"
    tables["table1_secretion.csv"][0].recipient_cell = "[" + every + " ".join(every)
    tables["table1_secretion.csv"][0].species = "[x] * --"
    made.write(out, tables=tables)
    handover.export(out, ["latex"])
    compiled = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=out / "export" / "latex",
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    assert compiled.returncode == 0, compiled.stdout[-2000:]
    assert "Missing character" not in compiled.stdout
