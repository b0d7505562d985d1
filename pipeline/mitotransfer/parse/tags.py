"""Which elements are what: the element names of JATS, NLM and MathML by how they are read."""

from __future__ import annotations

from mitotransfer.document import PassageKind

MATH = "{http://www.w3.org/1998/Math/MathML}"


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# --- inside a paragraph ---
# Blocks that may stand there: they leave it and become passages or tables of their own, after it.
LIFTED = _names(
    "table-wrap table-wrap-group table array fig fig-group list def-list disp-quote boxed-text disp-formula disp-formula-group"
    " fn fn-group supplementary-material verse-group speech statement preformat code chem-struct-wrap media ref-list"
    " block-alternatives floats-group explanation question-wrap answer sec"
)
# Tags read on the fast path, with the kind of mark they make.
SIMPLE = {
    **{
        name: name
        for name in _names(
            "italic bold sup sub sc monospace underline overline strike roman sans-serif named-content styled-content"
            " ext-link uri email abbrev"
        )
    },
    "inline-formula": "formula",
}
# Blocks that stay where they are but whose words must not touch their neighbours'.
SPACED = _names("p title subtitle label caption def term list-item verse-line attrib speaker tr td th sig")
NO_TEXT = _names("tex-math annotation object-id graphic inline-graphic inline-media")
MATH_SCRIPTS = {f"{MATH}msup": "sup", f"{MATH}msub": "sub"}
MATH_CELLS = frozenset((f"{MATH}mtr", f"{MATH}mtd"))
MATH_ANNOTATIONS = frozenset((f"{MATH}annotation", f"{MATH}annotation-xml"))
MATH_FRACTION = f"{MATH}mfrac"
MATH_SPACE = f"{MATH}mspace"

# --- among blocks ---
TABLES = _names("table-wrap table-wrap-group table tgroup array")
# Read whole as one passage although they may hold nothing but elements.
WHOLE = _names("def-item disp-formula chem-struct preformat code verse-line") | {f"{MATH}math"}
# No words of the article: identifiers, file names, descriptions of pictures for machines, and the reference list (read apart).
SKIPPED = _names("ref-list object-id alt-text long-desc graphic inline-graphic tex-math x related-article")
CONTAINERS = _names("body back sec abstract trans-abstract app app-group boxed-text floats-group floats-wrap")
# What the paragraphs inside are; elements that are not listed leave it as it is.
KINDS: dict[str, PassageKind] = {
    "list": "list-item",
    "def-list": "list-item",
    "fig": "caption",
    "fig-group": "caption",
    "caption": "caption",
    "media": "caption",
    "supplementary-material": "caption",
    "fn": "footnote",
    "fn-group": "footnote",
    "boxed-text": "paragraph",
}
# What a section without a title is called.
NAMES = {
    "ack": "Acknowledgments",
    "app": "Appendix",
    "bio": "Biography",
    "fn-group": "Footnotes",
    "glossary": "Glossary",
    "notes": "Notes",
}
