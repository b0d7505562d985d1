"""Spelling: the normal form that texts and names are compared in, and the spellings a name may take.

The normal form maps each character to one character, so offsets into it are offsets into the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise, product

BLANKS = " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
DASHES = "-\u00ad\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\ufe58\ufe63\uff0d"
SLASHES = "/\u2044\u2215\uff0f"
_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`\uff07"
_DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f\u2033\uff02'
# Blocks whose characters are styled forms of plain ones: superscripts, subscripts, full width, mathematical letters.
_STYLED = (range(0xB2, 0xBB), range(0x2070, 0x209D), range(0x1D400, 0x1D800), range(0xFF01, 0xFF5F), range(0x3D0, 0x3F6))


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for block in _STYLED:
        for code in block:
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code):
                table[code] = plain
    # Sigma is written out because its lower case depends on its place in the word; the dotted capital İ grows when lowered.
    table |= {0xB5: "μ", ord("Σ"): "σ", ord("ς"): "σ", 0x130: "I", 0x2126: "Ω"}
    for characters, plain in ((BLANKS + DASHES + SLASHES + "_", " "), (_SINGLE_QUOTES, "'"), (_DOUBLE_QUOTES, '"')):
        table |= {ord(character): plain for character in characters}
    return table


_SPELLING = _table()
_GENOTYPE = re.compile(rf"[+\-{DASHES[2:]}]/[+\-{DASHES[2:]}]")


def spelling(text: str) -> str:
    """The text with dashes, slashes and odd blanks as blanks, plain quotes and digits, one code per Greek letter; case kept."""
    spelled = text.translate(_SPELLING)
    if "/" in text:
        # A genotype keeps its signs: Ndufs4-/- is not Ndufs4.
        for sign in _GENOTYPE.finditer(text):
            kept = "/".join("+" if end == "+" else "-" for end in sign[0].split("/"))
            spelled = spelled[: sign.start()] + kept + spelled[sign.end() :]
    return spelled


def normal(text: str) -> str:
    """The form in which texts and names are compared: `spelling` in lower case. Same length as the text."""
    return spelling(text).lower()


def case_sensitive(form: str) -> bool:
    """Whether a form matches in its own case only: at most 5 characters holding a capital or a digit (SHED, ALI, HK-2)."""
    return len(form) <= 5 and any(c.isupper() or c.isdigit() for c in form)


GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega",
}  # fmt: skip
_LETTERS = {name: letter for letter, name in GREEK.items() if len(name) > 3}
_GREEK_NAME = re.compile(rf"(?<![a-z])({'|'.join(_LETTERS)})(?![a-z])")
_GREEK_LETTER = re.compile(rf"([ -]?)([{''.join(GREEK)}])([ -]?)")

# American and British spellings, each way. A rule that makes a word nobody writes ("exercize") does no harm: it never matches.
_BRITISH = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(isch|leuk|an|ur|glyc|lipid|septic|tox|ox|acid|vir|bacter|cholesterol|natr|kal|calc)em(?=i)", r"\1aem"),
        (r"(isch|leuk|an|ur|glyc|lipid|septic|tox|ox|acid|vir|bacter|cholesterol|natr|kal|calc)aem(?=i)", r"\1em"),
        (r"\bhem(?=o|at)", "haem"),
        (r"\bhaem(?=o|at)", "hem"),
        (r"(?<!o)edema", "oedema"),
        (r"oedema", "edema"),
        (r"(tum|col|behavi|neighb)or(?!o)", r"\1our"),
        (r"(tum|col|behavi|neighb)our", r"\1or"),
        (r"(label|tunnel|signal|model|channel)(?=ed\b|ing\b)", r"\1l"),
        (r"(label|tunnel|signal|model|channel)l(?=ed\b|ing\b)", r"\1"),
        (r"\bf(?=etal|etus)", "fo"),
        (r"\bfo(?=etal|etus)", "f"),
        (r"\b(?=estr|esophag)", "o"),
        (r"\bo(?=estr|esophag)", ""),
        (r"(?<=rrh)e(?=a\b)", "oe"),
        (r"(?<=rrh)oe(?=a\b)", "e"),
        (r"(fib|cent)er\b", r"\1re"),
        (r"(fib|cent)re\b", r"\1er"),
        (r"(?<=\bp)e(?=diatr)|(?<=\bc)e(?=c[au])|(?<=\bf)e(?=c(?:es|al))|(?<=an)e(?=sth)", "ae"),
        (r"(?<=\bp)ae(?=diatr)|(?<=\bc)ae(?=c[au])|(?<=\bf)ae(?=c(?:es|al))|(?<=an)ae(?=sth)", "e"),
        (r"(?<=[a-z]{3})iz(?=e[ds]?\b|ing\b|ations?\b)", "is"),
        (r"(?<=[a-z]{3})is(?=e[ds]?\b|ing\b|ations?\b)", "iz"),
        (r"sulf", "sulph"),
        (r"sulph", "sulf"),
        (r"leuk(?=o)", "leuc"),
        (r"leuc(?=o)", "leuk"),
        (r"\baging\b", "ageing"),
        (r"\bageing\b", "aging"),
        (r"\bdefense\b", "defence"),
        (r"\bdefence\b", "defense"),
        (r"\bdisk\b", "disc"),
        (r"\bdisc\b", "disk"),
    )
)
# One quick look before the rules are tried one by one.
_MAYBE_BRITISH = re.compile(
    r"a?emi|\bha?em|edema|(?:tum|col|behavi|neighb)ou?r|ll?(?:ed|ing)\b|\bfo?et|\bo?es[to]|rrho?e|(?:fib|cent)(?:er|re)\b|\b[pcf]a?e|"
    r"ana?es|[sz](?:e[ds]?|ing|ations?)\b|sul(?:f|ph)|leu[kc]o|\bage?ing\b|defen[sc]e|\bdis[kc]\b"
)
_HEAD = re.compile(r" (?:containing|of|from|derived|in|with)\b")
_PREFIX = re.compile(
    r"\b(co|non|pre|post|peri|anti|intra|inter|trans|retro|sub|epi|micro|macro|nano|neuro|cardio|hyper|hypo|pro|re|auto|multi|over)"
    r"(?=[a-z]{5})"
)
# PC12 and PC 12: a blank between letters and number, or none.
_NUMBERED = ((re.compile(r"\b([A-Za-z]{2,})(?=\d)"), r"\1 "), (re.compile(r"([A-Za-z]) (?=\d)"), r"\1"))
_DIGIT = re.compile(r"\d")
_MOST_HYPHENS = 3


def form_variants(form: str, plurals: bool = True) -> set[str]:
    """All spellings under which a name of the vocabulary is found, as `spelling` writes them.

    They are in lower case unless the form is `case_sensitive`. Covered: regular plurals of the head noun, hyphen
    present, absent or blank, Greek letter or its English name, British and American words, possessives without 's.
    """
    exact = case_sensitive(form)
    forms = set(_greek(form if exact else form.lower()))
    if exact and _DIGIT.search(form):
        # A gene of man and of mouse: CD38, Cd38; MFN2, Mfn2. The digit keeps words away.
        forms |= {
            other for text in forms for other in (text.upper(), text.capitalize()) if text in (text.upper(), text.capitalize())
        }
    if not exact:
        forms = {variant for text in forms for variant in _british(text)}
        forms |= {re.sub(r"'s\b|s'(?= )", tail, text) for text in forms for tail in ("", "s") if "'" in text}
    if plurals:
        forms |= {variant for text in forms for variant in _plurals(text, exact)}
    return {" ".join(spelling(variant).split()) for text in forms for variant in _joined(text)}


def _greek(form: str) -> Iterator[str]:
    """The form with its Greek letters as letters and as names, each apart from and joined to its neighbours."""
    yield form
    lettered = _GREEK_NAME.sub(lambda m: _LETTERS[m[1]], spelling(form) if "-" not in form else form)
    if not _GREEK_LETTER.search(lettered):
        return
    for named, left, right in product((False, True), ("", " "), ("", " ")):

        def write(m: re.Match[str], named: bool = named, left: str = left, right: str = right) -> str:
            before, after = lettered[: m.start(2)].rstrip(" -"), lettered[m.end(2) :].lstrip(" -")
            apart = left if before else ""
            # A letter glued on the right (ΔΨm) stays glued; a digit (β1) or a separate word may stand apart or not.
            behind = right if m[3] or after[:1].isdigit() else ""
            return apart + (GREEK[m[2]] if named else m[2]) + behind

        yield _GREEK_LETTER.sub(write, lettered)


def _british(form: str) -> set[str]:
    forms = {form}
    if not _MAYBE_BRITISH.search(form):
        return forms
    for pattern, replacement in _BRITISH:
        forms |= {pattern.sub(replacement, text) for text in forms}
    return forms


def plural(word: str) -> tuple[str, ...]:
    """Regular plurals of an English noun, Latin ones included where the ending tells; empty for adverbs and participles."""
    if word.endswith(("ed", "ly")):
        return ()
    if word.endswith("chondrion"):
        return (word[:-2] + "a",)
    if word.endswith("chondria"):
        return (word[:-1] + "on",)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (word[:-1] + "ies",)
    if word.endswith("us"):
        return (word + "es", word[:-2] + "i")
    if word.endswith("um"):
        return (word + "s", word[:-2] + "a")
    if word.endswith("sis"):
        return (word[:-2] + "es",)
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es",) if not word.endswith(("es", "ns", "ls", "rs", "ts")) else ()
    return (word + "s",)


def _plurals(form: str, exact: bool) -> Iterator[str]:
    """The form with its last word in the plural, and with the head before ' of', ' containing', … in the plural."""
    if exact:
        if form[-1].isalnum() and not form.endswith("s"):
            yield form + "s"
        return
    cuts = [len(form)]
    if (head := _HEAD.search(form)) and head.start() > 0:
        cuts.append(head.start())
    for cut in cuts:
        word = re.search(r"[^\W_]{2,}$", form[:cut])
        if word:
            for many in plural(word[0]):
                yield form[: word.start()] + many + form[cut:]


def _joinable(left: str, right: str) -> bool:
    """Whether a hyphen between the words may be left out (co-culture, SH-SY5Y); never between two long words."""
    last, first = re.split(r"[ /]", left)[-1], re.split(r"[ /]", right)[0]
    return bool(last and first) and (len(last) <= 5 or len(first) <= 3 or last[-1].isdigit() or first[0].isdigit())


def _joined(form: str) -> Iterator[str]:
    """The form with each hyphen as blank or nothing, and with a blank put in where a hyphen may have been left out."""
    parts = form.split("-")
    if len(parts) - 1 > _MOST_HYPHENS or _GENOTYPE.search(form):
        yield form
    else:
        options = [(" ", "") if _joinable(a, b) else (" ",) for a, b in pairwise(parts)]
        for seams in product(*options):
            yield "".join(part + seam for part, seam in zip(parts, (*seams, ""), strict=True))
    if _DIGIT.search(form):
        for pattern, seam in _NUMBERED:
            if (split := pattern.sub(seam, form)) != form:
                yield split
    if (split := _PREFIX.sub(r"\1 ", form)) != form:
        yield split
