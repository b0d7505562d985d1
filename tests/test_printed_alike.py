"""The report and the exports print the same tables."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import exportable as made
from mitotransfer import handover
from mitotransfer.review import write_report


def rows_of(text: str, style: str) -> list[list[str]]:
    """The rows of the tables that hold `style` in their start tag, as texts; what only screen readers hear is left out."""
    found = []
    for table in re.findall(rf"<table [^>]*{style}[^>]*>.*?</table>", text, re.DOTALL):
        heard = r'<span class="unseen">.*?</span>|<caption>.*?</caption>'
        tree = ET.fromstring(re.sub(heard, "", table.replace("&nbsp;", " "), flags=re.DOTALL))
        for row in tree.iter("tr"):
            cells = [[*cell.iter("li")] or [cell] for cell in row]
            found.append(["; ".join("".join("".join(part.itertext()).split()) for part in cell) for cell in cells])
    return found


def test_page_and_html_have_the_same_cells(tmp_path: Path) -> None:
    out = made.write(tmp_path / "out")
    handover.export(out, ["html"])
    page = write_report(out).read_text(encoding="utf-8")
    exported = (out / "export" / "html" / "tables.html").read_text(encoding="utf-8")
    on_page = rows_of(page, 'class="printed"')
    assert len(on_page) == 3 + 5  # heads and rows
    assert [[cell.replace("; ", ";") for cell in row] for row in on_page] == rows_of(exported, "border-collapse")


def test_page_and_html_have_the_same_footnotes_and_references(tmp_path: Path) -> None:
    def bare(text: str, pattern: str) -> list[str]:
        return ["".join(re.sub(r"<[^>]*>", "", found).split()) for found in re.findall(pattern, text, re.DOTALL)]

    out = made.write(tmp_path / "out")
    handover.export(out, ["html"])
    page = write_report(out).read_text(encoding="utf-8")
    exported = (out / "export" / "html" / "tables.html").read_text(encoding="utf-8")
    notes = bare(exported, r'<p style="[^"]*margin:2pt 0">(.*?)</p>')
    assert len(notes) == 3
    assert set(notes) <= set(bare(page, r'<p class="foot">(.*?)</p>'))
    assert bare(exported, r"<ol [^>]*>(.*?)</ol>") == bare(page, r'<ol class="references">(.*?)</ol>')
