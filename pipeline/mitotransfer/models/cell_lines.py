"""Cell lines among the names that corpora mark as cells.

No open corpus at hand tells a line from a cell type; the annotation is derived by rule from BioNLP13CG's "Cell": a name is a line
when it says so, when the vocabulary lists it, or when it is a code of letters and digits (PC-3, HT-29, U87MG) that is no marker.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from mitotransfer.models.corpora import Gold

LABEL = "Cell_line"
_CELL = "Cell"
_SAYS_SO = re.compile(r"\w.*\bcell[\s-]?(?:sub)?lines?\b", re.IGNORECASE)
_CODE = re.compile(
    r"(?<![\w-])(?!(?:CD|Th|Gr|Ly|Sca|Lin)-?\d)(?=\w*[A-Z])"
    r"(?:[A-Z]{2,4}-[A-Z]{1,4}-?\d{1,5}|[A-Za-z]{2,6}[-/ ]?\d{1,5}|[A-Z]\d{1,5}|[A-Z]-\d{2,5}|\d[A-Z]\d)"
    r"(?:[-/]?\w{1,6}){0,2}(?![\w+−-])"
)


def is_line(name: str, known: re.Pattern[str] | None = None) -> bool:
    """Whether a cell's name is that of a line. `known`: an expression that finds the names of lines."""
    return bool(_SAYS_SO.match(name) or _CODE.search(name) or (known and known.search(name)))


def finder(names: Iterable[str]) -> re.Pattern[str]:
    """An expression that finds any of these names as whole words."""
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)" if ordered else r"(?!)")


def mark_lines(gold: Gold, known: re.Pattern[str]) -> Gold:
    """The record with the label Cell_line on those of its cells that are lines."""

    def relabelled(text: str, label: str) -> str:
        return LABEL if label == _CELL and is_line(text, known) else label

    spans = [replace(s, label=relabelled(gold.text[s.start : s.end], s.label)) for s in gold.spans]
    return Gold(gold.name, gold.text, gold.sentences, spans)
