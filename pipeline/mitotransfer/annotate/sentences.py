"""Sentences of scientific prose.

A border is proposed after a full stop, question or exclamation mark before something that can open a sentence, and
refused after abbreviations, initials and inside brackets. Rules of spaCy's sentencizer are not enough for such text:
it cuts after "Fig.", "et al." and "S." and not after a citation number glued to the stop.
"""

from __future__ import annotations

import re

# Never the last word of a sentence.
_NEVER = re.compile(
    r"figs?|eqs?|refs?|tabs?|suppl?|sect|secs|chap|vols?|pp|nr|e\.g|eg|i\.e|ie|cf|v\.?s|viz|approx|ca|drs?|prof|mrs?|ms|st|resp|incl|excl|"
    r"avg|dept|univ|gen|subsp|str|ver|chr|nos?"
)
# Often the last word: a border only before a word that commonly opens a sentence. So are i.v, u.s.a, j.-i.
_SOMETIMES = re.compile(r"al|etc|inc|ltd|co|corp|llc|gmbh|spp?|var|[js]r|(?:[a-z]\.-?)+[a-z]")
_OPENERS = re.compile(
    r"the|an?|th(?:is|ese|ose|at|ey|eir)|its?|we|our|in|on|at|by|for|from|to|with|as|when|while|although|however|moreover|furthermore|"
    r"thus|therefore|hence|here|there|then|after|before|during|upon|following|similarly|likewise|additionally|interestingly|importantly|"
    r"notably|consistent(?:ly)?|taken|together|finally|first|second|third|next|since|because|if|both|all|each|one|two|three|several|"
    r"some|many|most|no|not|neither|only|further|recently|indeed|conversely|but|and|so|yet|such|another|other|under|using",
    re.IGNORECASE,
)
# Words after which a single capital is a name, not an initial: "vitamin C.", "cytochalasin B."
_LETTERED = re.compile(r"vitamin|type|class|group|part|panel|factor|[a-z]{7,}")
_STOP = re.compile(
    r"""[.!?]+["'”’)\]]*(?=\s|$)"""  # plain end
    r"""|(?<=[a-zA-Z)\]])\.(?:\d{1,3}(?:[,–-]\s?\d{1,3})*|\[[\d,–\- ]+\])(?=\s+["“(\[]?[A-Z])"""  # cells.12 The
    r"""|(?<=[a-z)\]])\.(?=(?:The|This|These|We|In|However|Moreover|Furthermore|Here|It|Thus|Our)\s)"""  # cells.The
    r"""|\n\s*\n"""
)
_WORD_BEFORE = re.compile(r"[^\s(\[“\"]+$")
# A capital, digit or Greek letter; a name such as mtDNA, p53, iPSC; a panel, "(a)" or "(b–d)"; a footnote sign.
_OPENING = re.compile(r"""["“‘'(\[]*(?:[A-Z\d]|[^\W\d_a-z]|[a-z]{1,3}-?[A-Z\d])|\([a-z]([,–-]\s?[a-z])*\)|[*†‡§]+\s?\w""")
_LONGEST_BRACKET = 400


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a passage, without the blanks around them; together they hold all its other text."""
    inside = _bracketed(text)
    spans: list[tuple[int, int]] = []
    start = 0
    for stop in _STOP.finditer(text):
        end = stop.end()
        if text[stop.start()] != "\n" and (stop.start() in inside or not _is_border(text, start, stop)):
            continue
        _append(spans, text, start, end)
        start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    part = text[start:end]
    if stripped := part.strip():
        begin = start + len(part) - len(part.lstrip())
        spans.append((begin, begin + len(stripped)))


def _is_border(text: str, start: int, stop: re.Match[str]) -> bool:
    rest = text[stop.end() :].lstrip() if stop.end() < len(text) else ""
    rest = rest[:60]
    if not rest:
        return True
    if not _OPENING.match(rest):
        return False
    if text[stop.start()] != "." or stop.end() - stop.start() > 1:
        return True
    found = _WORD_BEFORE.search(text, max(start, stop.start() - 40), stop.start())
    word = found[0].lower() if found else ""
    following = re.match(r"\W*([A-Za-z]+)(?!\.)", rest)
    opens = following is not None and bool(_OPENERS.fullmatch(following[1]))
    if _NEVER.fullmatch(word):
        # "No." is a number only before one.
        return word in ("no", "nos") and not re.match(r"\S*\d", rest)
    if _SOMETIMES.fullmatch(word):
        return opens
    if len(word) == 1 and word.isalpha() and found and found[0].isupper():
        before = text[max(start, found.start() - 20) : found.start()].split()
        return opens or (bool(before) and bool(_LETTERED.fullmatch(before[-1])))
    return True


def _bracketed(text: str) -> set[int]:
    """Offsets of full stops inside brackets that are closed again."""
    found: set[int] = set()
    opened: list[int] = []
    for mark in re.finditer(r"[()\[\]]", text):
        if mark[0] in "([":
            opened.append(mark.start())
        elif opened:
            begin = opened.pop()
            if not opened and mark.start() - begin <= _LONGEST_BRACKET:
                found.update(i for i in range(begin, mark.start()) if text[i] in ".!?")
    return found
