"""Editing a text whose parts are known by their offsets: collapsing whitespace, cutting citations out."""

from __future__ import annotations

from bisect import bisect_right

from mitotransfer.document import Mark

Span = tuple[int, int]

_ODD_BLANKS = "\xa0\u2009\u2002\u2003\u200a\u202f\u2000\u2001\u2004\u2005\u2006\u2007\u2008\u2028\u2029\u205f\u3000\u1680\x85"
_SHORT = 40
_CLOSING = frozenset(".,;:)]}?!%»”’")
_OPENING = frozenset("([{«“‘/")


class Shift:
    """How offsets move when a text is edited; an offset inside an edit moves to its start."""

    __slots__ = ("ends", "shifts", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.shifts = [0]  # of what follows the i-th edit

    def add(self, start: int, end: int, length: int) -> None:
        """From now on `start:end`, after all edits so far, is `length` characters long."""
        self.starts.append(start)
        self.ends.append(end)
        self.shifts.append(self.shifts[-1] + length - (end - start))

    def at(self, offset: int) -> int:
        """Where an offset of the old text is in the new one."""
        index = bisect_right(self.starts, offset)
        if index and offset < self.ends[index - 1]:
            return self.starts[index - 1] + self.shifts[index - 1]
        return offset + self.shifts[index]

    def marks(self, marks: list[Mark], text: str) -> list[Mark]:
        """The marks moved into `text`, less those that cover nothing now; a formula without text keeps its place."""
        move, first = self.at, self.starts[0]
        found: list[Mark] = []
        for mark in marks:
            start, end, kind = mark.start, mark.end, mark.kind
            if end <= first and start < end:
                found.append(mark)
                continue
            start, end = move(start), move(end)
            if kind == "formula" or (start < end and (end - start > 2 or not text[start:end].isspace())):
                found.append(Mark(start, end, kind))
        return found


def is_tidy(text: str) -> bool:
    """Whether its only whitespace are single blanks inside it (much quicker to ask than to collapse)."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text:
        return False
    if not text.isascii() and not text.isprintable():  # no blank but the common one is printable: most texts are done here
        for blank in _ODD_BLANKS:
            if blank in text:
                return False
    return not text or (text[0] != " " and text[-1] != " ")


def tidied(text: str) -> str:
    """A text of XML with each of its whitespace runs as one blank and none at its ends.

    Most are so already, which is quicker to ask (of all but short ones) than to take them apart and join them again.
    """
    return text if len(text) > _SHORT and is_tidy(text) else " ".join(text.split())


def squeezed(text: str, at: int) -> str:
    """A piece of text that begins at offset `at` with each of its whitespace runs as one blank, and none at offset 0."""
    words = " ".join(text.split())
    if not words:
        return " " if at else ""
    lead = " " if at and text[0].isspace() else ""
    return f"{lead}{words} " if text[-1].isspace() else lead + words


def collapsed(raw: str) -> Shift:
    """How offsets move when every whitespace run of `raw` becomes one blank and those at its ends none."""
    blank = raw.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if not blank.isascii():
        for character in _ODD_BLANKS:
            if character in blank:
                blank = blank.replace(character, " ")
    length = len(blank.rstrip())
    lead = len(blank) - len(blank.lstrip()) if length else 0
    shift = Shift()
    shift.add(0, lead, 0)
    at = blank.find("  ", lead, length)
    while at >= 0:
        end = at + 2
        while blank[end] == " ":
            end += 1
        shift.add(at, end, 1)
        at = blank.find("  ", end, length)
    shift.add(length, len(raw), 0)
    return shift


def cut_out(text: str, spans: list[Span]) -> tuple[str, Shift]:
    """A tidy text without some spans and the blanks around them, and how offsets move; neighbours are cut out as one.

    A blank is left in the place of a cut unless punctuation or an end of the text follows.
    """
    pieces: list[str] = []
    shift = Shift()
    starts, ends, shifts = shift.starts, shift.ends, shift.shifts  # `Shift.add` written out: ten thousands of citations are cut
    length = len(text)
    place = covered = 0  # where the last cut ends, with and without the blanks after it
    for start, end in sorted(spans):
        if starts and start <= place:
            first = starts.pop()
            is_apart = False
            covered = max(end, covered)
            del ends[-1], shifts[-1], pieces[-1]
        else:
            first = start
            while first and text[first - 1] == " ":
                first -= 1
            is_apart = first < start
            covered = end
            pieces.append(text[place:first])
        place = covered
        while place < length and text[place] == " ":
            place += 1
        blank = _joint(text, first, place, is_apart or place > covered)
        pieces.append(blank)
        starts.append(first)
        ends.append(place)
        shifts.append(shifts[-1] + len(blank) - (place - first))
    pieces.append(text[place:])
    return "".join(pieces), shift


def _joint(text: str, first: int, last: int, is_apart: bool) -> str:
    """What comes in the place of `first:last`: a blank unless punctuation or an end of the text is next to it."""
    if first == 0 or last == len(text) or text[last] in _CLOSING or text[first - 1] in _OPENING:
        return ""
    return " " if is_apart or (text[first - 1].isalnum() and text[last].isalnum()) else ""
