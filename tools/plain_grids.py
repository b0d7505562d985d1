"""What the tables of an article hold, read the plain way: a second reading of JATS tables, for tests and benchmarks."""

from __future__ import annotations

import re
from typing import Any


def name(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def letters(text: str) -> str:
    """What must be equal: all but whitespace, and the brackets and separators that leave with a citation."""
    return re.sub(r"[\s\[\](),;–-]+", "", text)


def printed(cell: Any, *, cited: bool = False) -> str:
    """A cell's text read the plain way: everything but formula sources and (without `cited`) references."""
    if name(cell) in ("tex-math", "annotation") or (name(cell) == "xref" and cell.get("ref-type") == "bibr" and not cited):
        return ""
    own = cell.text or "" if name(cell) else ""
    return own + "".join(printed(child, cited=cited) + (child.tail or "") for child in cell)


def expected_grid(table: Any, *, cited: bool = False) -> dict[tuple[int, int], str]:
    """Place -> text, by asking for each cell in turn for the first place that nothing covers yet."""
    sections = [child for child in table if name(child) in ("thead", "tbody")]
    sections += [child for child in table if name(child) == "tfoot"]
    groups = [[tr for tr in section if name(tr) == "tr"] for section in sections]
    groups.append([tr for tr in table if name(tr) == "tr"])
    places: dict[tuple[int, int], str] = {}
    top = 0
    for group in groups:
        for y, tr in enumerate(group, top):
            for cell in (cell for cell in tr if name(cell) in ("td", "th")):
                x = next(x for x in range(10_000) if (y, x) not in places)
                last = min(y + int(cell.get("rowspan", "1")), top + len(group))
                for down in range(y, last):
                    for across in range(x, x + int(cell.get("colspan", "1"))):
                        places.setdefault((down, across), letters(printed(cell, cited=cited)))
        top += len(group)
    return places
