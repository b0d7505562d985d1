r"""LaTeX: a longtable per table to \input into a paper, the references, a preamble, and a document that shows them all.

pdfTeX knows few characters: those of Western and Central European languages pass as they are, Greek letters, arrows and common
signs become commands, and of others it prints the code point (`[U+1F9EC]`); XeTeX and LuaTeX print all that their font holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mitotransfer.export.printed import accounts, footnotes, lines_of, one_line, printed
from mitotransfer.export.result import Export
from mitotransfer.export.tables import Tables
from mitotransfer.paper import Paper, PaperTable, Reference

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "[": "{[}",  # at the start of a line of a table it would be taken for the argument of the line's end
    "]": "{]}",
    "*": "{*}",  # the same
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    "\N{NO-BREAK SPACE}": "~",
}
_MATH = {
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "±": r"\pm",
    "×": r"\times",
    "÷": r"\div",
    "·": r"\cdot",
    "−": "-",
    "≤": r"\leq",
    "≥": r"\geq",
    "≈": r"\approx",
    "≠": r"\neq",
    "∼": r"\sim",
    "∞": r"\infty",
    "Δ": r"\Delta",
    "∆": r"\Delta",
    "°": r"^{\circ}",
    "′": "'",
    "″": "''",
    "ς": r"\varsigma",
    "ϕ": r"\phi",
    "ϵ": r"\epsilon",
}
_TEXT = {
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
    "•": r"\textbullet{}",
    "†": r"\textdagger{}",
    "‡": r"\textdaggerdbl{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "µ": r"\textmu{}",
    "™": r"\texttrademark{}",
    "®": r"\textregistered{}",
    "‐": "-",
    "‑": "-",
}
# capitals that look like Latin ones and omicron have no command
_GREEK = re.compile(
    "GREEK (SMALL|CAPITAL) LETTER (ALPHA|BETA|GAMMA|DELTA|EPSILON|ZETA|ETA|THETA|IOTA|KAPPA|LAMDA|MU|NU|XI|PI|RHO|SIGMA|TAU|"
    "UPSILON|PHI|CHI|PSI|OMEGA)"
)
_NOT_IN_T1 = "ĦħĸĿŀŉŦŧſ"
_LIKE_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
_PREAMBLE = r"""% What the tables need. Load it with \input{preamble} before \begin{document}.
\usepackage{iftex}
\ifpdftex
  \usepackage[utf8]{inputenc}
  \usepackage[T1]{fontenc}
  \usepackage{textcomp}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  \newcommand{\mtchar}[1]{[U+#1]}
\else
  \usepackage{fontspec}
  \newcommand{\mtchar}[1]{\char"#1\relax}
\fi
\usepackage{array,booktabs,longtable}
"""


def make(tables: Tables) -> Export:
    """`<table>.tex`, `references.tex`, `preamble.tex`, and `paper.tex`, which puts them into one document."""
    work = printed(tables)
    files = {f"{table.name}.tex": _table(table) for table in work.tables}
    files |= {"references.tex": _references(work.references), "preamble.tex": _PREAMBLE, "paper.tex": _paper(work)}
    unknown = sorted({match for text in files.values() for match in re.findall(r"\\mtchar\{([0-9A-F]+)\}", text)})
    note = f"characters that pdfTeX prints as code points (XeTeX and LuaTeX print them): {', '.join(unknown)}"
    return Export({name: text.encode() for name, text in files.items()}, accounts(work), (note,) if unknown else ())


def latex(text: str) -> str:
    """A text that LaTeX prints as it is, in one line."""
    line = re.sub("-(?=-)", "-\N{WORD JOINER}", one_line(text))  # two hyphens are no dash
    return "".join("{}" if char == "\N{WORD JOINER}" else _char(char) for char in line)


def _char(char: str) -> str:
    if char in _MATH:
        return f"${_MATH[char]}$"
    known = _SPECIAL.get(char) or _TEXT.get(char) or _LIKE_LATIN.get(char)
    if known:
        return known
    if char < "\x7f":
        return char
    if name := _GREEK.fullmatch(unicodedata.name(char, "")):
        letter = name[2].replace("LAMDA", "LAMBDA")
        return rf"$\{letter.capitalize() if name[1] == 'CAPITAL' else letter.lower()}$"
    decomposed = unicodedata.normalize("NFKD", char)
    if unicodedata.category(char) == "No" and len(decomposed) == 1:  # superscript and subscript digits
        sign = "_" if "SUBSCRIPT" in unicodedata.name(char) else "^"
        return f"${sign}{{{decomposed}}}$"
    if char in "⁻⁺₋₊":
        return f"${'^' if char in '⁻⁺' else '_'}{{{'-' if char in '⁻₋' else '+'}}}$"
    # what the fonts in T1 encoding have: Latin-1 letters and most of Latin Extended-A
    if "À" <= char <= "ſ" and char not in _NOT_IN_T1 and unicodedata.category(char).startswith("L"):
        return char
    return rf"\mtchar{{{ord(char):04X}}}"


def _table(table: PaperTable) -> str:
    if not table.groups:
        return f"% {table.title}: no rows\n"
    shown = [*table.headings, "Ref."]
    narrow = 0.05
    width = (1 - narrow) / (len(shown) - 1)
    columns = "".join(_column(share) for share in [width] * (len(shown) - 1) + [narrow])
    head = " & ".join(rf"\textbf{{{latex(heading)}}}" for heading in shown)
    lines = [
        r"{\footnotesize\setlength{\tabcolsep}{2pt}",
        rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
        rf"\caption{{{latex(table.title)}}}\label{{tab:{table.name}}}\\",
        rf"\toprule {head} \\ \midrule \endfirsthead",
        rf"\toprule {head} \\ \midrule \endhead",
        r"\bottomrule \endfoot",
        *_rows(table, len(shown)),
        r"\end{longtable}",
    ]
    notes = latex(" ".join(footnotes(table)))
    lines += [rf"\noindent {notes}\par"] if notes else []
    return "\n".join([*lines, "}"]) + "\n"


def _column(share: float) -> str:
    return rf">{{\raggedright\arraybackslash\hspace{{0pt}}}}p{{\dimexpr {share:.3f}\linewidth-2\tabcolsep\relax}}"


def _rows(table: PaperTable, count: int) -> Iterable[str]:
    for number, (label, cells) in enumerate(lines_of(table)):
        if label:
            rule = r"\addlinespace " if number else ""
            yield rf"{rule}\multicolumn{{{count}}}{{@{{}}l}}{{\textbf{{{latex(label)}}}}} \\*"
        yield " & ".join(map(latex, cells)) + r" \\"


def _references(references: Iterable[Reference]) -> str:
    items = [rf"\item[{{[{r.number}]}}] {latex(r.text)}. \texttt{{{latex(r.address())}}}" for r in references]
    if not items:
        return "% no references\n"
    return "\n".join([r"\begin{list}{}{\raggedright\setlength{\itemsep}{0pt}}", *items, r"\end{list}"]) + "\n"


def _paper(work: Paper) -> str:
    tables = [rf"\input{{{table.name}}}" for table in work.tables if table.groups]
    lines = [
        r"\documentclass[a4paper,landscape]{article}",
        r"\usepackage[margin=1.5cm]{geometry}",
        r"\input{preamble}",
        r"\begin{document}",
        *tables,
        r"\section*{References}",
        r"\input{references}",
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"
