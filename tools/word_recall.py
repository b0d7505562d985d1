"""Does the parser lose words, or put them out of order? Checked against lxml's own `itertext`, article by article.

    python tools/word_recall.py DIR [--show 3]

The oracle is the plain text of every `<body>`, word by word, less what is left out on purpose: numbered citations and TeX
sources, identifiers, and descriptions of pictures for machines. Blocks inside a paragraph are expected after it, because
the parser lifts them out of the sentence. Prints each loss with its context, and the share of words found in order.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from mitotransfer.document import Article, Passage
from mitotransfer.parse import parse_documents

SUFFIXES = (".xml", ".nxml")
FLOOR = 0.999
WORD = re.compile(r"\w+")
NUMBERED = re.compile(r"[\s\[\](),;.–—−‐-]*(?!(?:19|20)\d\d)(?:\d{1,4}[a-z]?[\s\[\](),;.–—−‐-]*)+")
LEFT_OUT = frozenset(("tex-math", "annotation", "object-id", "alt-text", "long-desc", "ref-list"))
LIFTED = frozenset(
    ("table-wrap", "fig", "list", "def-list", "disp-quote", "boxed-text", "disp-formula", "fn", "supplementary-material")
)
RUNNING = frozenset((
    *("italic", "bold", "sup", "sub", "sc", "monospace", "underline", "named-content", "styled-content", "ext-link", "xref"),
    *("email", "uri", "inline-formula", "strike", "overline", "roman", "sans-serif", "abbrev", "alternatives"),
))  # fmt: skip


def main() -> int:
    """Exit status 1 when any file falls below the floor."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--show", type=int, default=3, help="losses to print per article")
    arguments = options.parse_args()
    found = expected = given = below = 0
    for path in sorted(arguments.folder.iterdir()):
        if path.suffix not in SUFFIXES:
            continue
        matched, total, ours, losses = compare(path.read_bytes(), path.name)
        given += ours
        found += matched
        expected += total
        if losses:
            print(f"{path.name}: {matched} of {total} words ({matched / total:.4%})")
            for loss in losses[: arguments.show]:
                print(f"    {loss}")
        below += matched < FLOOR * total
    share = found / max(expected, 1)
    print(f"{found:,} of {expected:,} words of the bodies in order: {share:.4%}; {below} files below {FLOOR:.1%}")
    print(f"{given - found:,} words were given that are not expected there")
    return 1 if below else 0


def compare(data: bytes, name: str) -> tuple[int, int, int, list[str]]:
    """(words found in order, words expected, words given, what was lost with its context) for one file."""
    root = etree.fromstring(data)
    oracle = [word for body in root.iter("{*}body") for word in WORD.findall("".join(oracle_text(body)))]
    ours = [word for article in parse_documents(data, name) for word in WORD.findall(" ".join(body_texts(article)))]
    matched, losses = align(oracle, ours)
    return matched, len(oracle), len(ours), losses


def oracle_text(element: etree._Element) -> Iterator[str]:
    """The words of an element in reading order, blocks inside a paragraph after it."""
    later: list[etree._Element] = []
    yield from _plain(element, later)
    while later:
        waiting, later = later, []
        for block in waiting:
            yield " "
            yield from oracle_text(block)
            yield " "


def _plain(element: etree._Element, later: list[etree._Element]) -> Iterator[str]:
    yield element.text or ""
    name = _name(element)
    for child in element:
        tag = _name(child)
        if name == "p" and tag in LIFTED:
            later.append(child)
            yield " "
        elif tag == "math":
            yield from _letters("".join(_plain(child, [])))
        elif tag and tag not in LEFT_OUT and not _is_number(child, tag):
            apart = tag not in RUNNING
            inner: list[etree._Element] = [] if tag == "p" or name != "p" else later
            if apart:
                yield " "
            yield from _plain(child, inner)
            if inner is not later:
                for block in inner:
                    yield from (" ", *oracle_text(block), " ")
            if apart:
                yield " "
        elif tag:
            yield " "
        yield child.tail or ""


def _letters(formula: str) -> str:
    """A formula letter by letter: what is a word in it depends on blanks that mean nothing."""
    return f" {' '.join(formula)} "


def _is_number(element: etree._Element, tag: str) -> bool:
    text = "".join(map(str, element.itertext()))
    return tag == "xref" and element.get("ref-type") == "bibr" and (not text or bool(NUMBERED.fullmatch(text)))


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def body_texts(article: Article) -> Iterator[str]:
    """The parser's texts of the bodies (sub-articles' too) in document order: passages and tables by their numbers."""
    placed: list[tuple[list[int], str]] = [
        (_number(p), _spelled(p)) for p in article.passages if "/body" in p.locator or "'body'" in p.locator
    ]
    for table in article.tables:
        if "/body" not in table.locator and "'body'" not in table.locator:
            continue
        passages = [*table.caption, *(p for cell in table.cells for p in cell.paragraphs), *table.foot]
        placed += [(_number(p), _spelled(p)) for p in passages]
        if table.label:
            first = _number(passages[0]) if passages else max((number for number, _ in placed), default=[0])
            placed.append(([*first[:-1], first[-1] - 0.5], table.label))  # type: ignore[list-item]
    return (text for _, text in sorted(placed, key=lambda pair: pair[0]))


def _spelled(passage: Passage) -> str:
    """A passage's text with its formulas letter by letter."""
    text = passage.text
    for mark in reversed(passage.marks):
        if mark.kind == "formula":
            text = text[: mark.start] + _letters(text[mark.start : mark.end]) + text[mark.end :]
    return text


def _number(passage: Passage) -> list[int]:
    return [int(part) for part in passage.id.removeprefix("p").split(".")]


def align(oracle: list[str], ours: list[str], window: int = 3000, run: int = 3) -> tuple[int, list[str]]:
    """Match both word lists from left to right; where they part, meet again at the nearest run of equal words."""
    matched = i = j = 0
    losses: list[str] = []
    while i < len(oracle):
        if j < len(ours) and oracle[i] == ours[j]:
            matched, i, j = matched + 1, i + 1, j + 1
            continue
        skip_oracle, skip_ours = _meet(oracle[i : i + window], ours[j : j + window], run)
        if skip_oracle:
            before, lost = " ".join(oracle[max(0, i - 4) : i]), " ".join(oracle[i : i + min(skip_oracle, 12)])
            losses.append(f"{before} [{lost}] x{skip_oracle}; ours: {' '.join(ours[j : j + min(skip_ours, 6)])}")
        i, j = i + skip_oracle, j + skip_ours
    return matched, losses


def _meet(left: list[str], right: list[str], run: int) -> tuple[int, int]:
    """How many words to skip on either side to meet again; all of both when they never do."""
    places: dict[tuple[str, ...], int] = {}
    for at in range(len(right) - min(run, len(right)) + 1):
        places.setdefault(tuple(right[at : at + run]), at)
    best = (len(left), len(right))
    for at in range(len(left)):
        if at >= sum(best):
            break
        there = places.get(tuple(left[at : at + run]))
        if there is not None and at + there < sum(best):
            best = (at, there)
    return best


if __name__ == "__main__":
    sys.exit(main())
