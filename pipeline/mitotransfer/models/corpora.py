"""The training corpora, read as their publishers give them: CRAFT (text, CoNLL-U, Knowtator XML) and IOB columns.

Offsets are code points. Nothing here knows spaCy: `docbins` turns these records into its training files.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from mitotransfer.errors import ConfigError
from mitotransfer.models.spans import apart

# Ontology folder of CRAFT -> our mention category.
CRAFT_LABELS = {
    "CL": "CELL",
    "UBERON": "ANATOMY",
    "NCBITaxon": "ORGANISM",
    "GO_CC": "CELLULAR_COMPONENT",
    "CHEBI": "CHEMICAL",
    "PR": "GENE_PRODUCT",
}
SPLITS = ("train", "dev", "test")
IOB_FILES = {"train": "train.tsv", "dev": "devel.tsv", "test": "test.tsv"}


@dataclass(slots=True)
class Token:
    """A gold token with its place in the text; `head` counts from the sentence's first token (root: itself)."""

    start: int
    end: int
    text: str
    lemma: str = ""
    tag: str = ""
    pos: str = ""
    head: int = 0
    dep: str = ""


@dataclass(slots=True, frozen=True)
class Span:
    """An annotated name: [start, end) in the text, its label and, in CRAFT, its ontology class."""

    start: int
    end: int
    label: str
    concept: str = ""


@dataclass(slots=True)
class Gold:
    """One paragraph (CRAFT) or sentence (IOB) with what people marked in it."""

    name: str
    text: str
    sentences: list[list[Token]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def files(directory: Path, reader: str) -> dict[str, Path]:
    """What a reader (`craft` or `iob`) reads in a corpus directory: a name that is the same in every layout, and the file."""
    if reader == "iob":
        return {name: directory / name for name in IOB_FILES.values() if (directory / name).is_file()}
    places = _craft_places(directory)
    found = {f"ids/craft-ids-{split}.txt": places["ids"] / f"craft-ids-{split}.txt" for split in SPLITS}
    for pmid in (pmid for split in SPLITS for pmid in _pmids(places["ids"], split)):
        found |= {f"txt/{pmid}": places["txt"] / f"{pmid}.txt", f"conllu/{pmid}": places["conllu"] / f"{pmid}.conllu"}
        found |= {f"{name}/{pmid}": places[name] / f"{pmid}.txt.knowtator.xml" for name in CRAFT_LABELS}
    return {name: path for name, path in found.items() if path.is_file()}


def _craft_places(directory: Path) -> dict[str, Path]:
    """Where CRAFT's files are: in the directories of its releases, or in folders named for what they hold."""
    if (directory / "articles").is_dir():
        concepts = {name: directory / "concept-annotation" / name / name / "knowtator" for name in CRAFT_LABELS}
        syntax = directory / "structural-annotation" / "dependency" / "conllu"
        return {"ids": directory / "articles" / "ids", "txt": directory / "articles" / "txt", "conllu": syntax, **concepts}
    return {name: directory / name for name in ("ids", "txt", "conllu")} | {
        name: directory / "annotations" / name for name in CRAFT_LABELS
    }


def _pmids(directory: Path, split: str) -> list[str]:
    path = directory / f"craft-ids-{split}.txt"
    if not path.is_file():
        raise ConfigError(f"{directory.parent} does not look like CRAFT: {path} is missing")
    return sorted(path.read_text("utf-8").split())


def craft(directory: Path, split: str) -> Iterator[Gold]:
    """Paragraphs of CRAFT's articles of one official split (train, dev, test), in file order.

    Raises ConfigError naming file and line for a directory that is not CRAFT or a token that is not in its text.
    """
    places = _craft_places(directory)
    for pmid in _pmids(places["ids"], split):
        yield from _craft_article(places, pmid)


def _craft_article(places: dict[str, Path], pmid: str) -> Iterator[Gold]:
    text = _content(places["txt"] / f"{pmid}.txt")
    found = [s for name in CRAFT_LABELS for s in _knowtator(places[name] / f"{pmid}.txt.knowtator.xml", CRAFT_LABELS[name], text)]
    spans = flat(found)
    for number, sentences in enumerate(_blocks(_conllu(places["conllu"] / f"{pmid}.conllu", text), text)):
        start, end = sentences[0][0].start, sentences[-1][-1].end
        inside = [s for s in spans if s.start >= start and s.end <= end]
        yield _cut(Gold(f"{pmid}-p{number}", text[start:end], sentences, inside), start)


def _content(path: Path) -> str:
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; the corpus is not whole")
    return path.read_text("utf-8")


def _blocks(paragraphs: Iterable[list[list[Token]]], text: str) -> Iterator[list[list[Token]]]:
    """Paragraphs, cut again where a line ends between two sentences: headings stand on lines of their own."""
    for paragraph in paragraphs:
        block = paragraph[:1]
        for sentence in paragraph[1:]:
            if "\n" in text[block[-1][-1].end : sentence[0].start]:
                yield block
                block = []
            block.append(sentence)
        yield block


def _cut(gold: Gold, start: int) -> Gold:
    """The same paragraph with offsets of its own and each run of white space as one blank."""
    places, pieces, length = [0] * (len(gold.text) + 1), [], 0
    for n, char in enumerate(gold.text):
        places[n] = length
        blank = char.isspace()
        if not (blank and n and gold.text[n - 1].isspace()):
            pieces.append(" " if blank else char)
            length += 1
    places[-1] = length
    for token in (t for sentence in gold.sentences for t in sentence):
        token.start, token.end = places[token.start - start], places[token.end - start]
    spans = [Span(places[s.start - start], places[s.end - start], s.label, s.concept) for s in gold.spans]
    return Gold(gold.name, "".join(pieces), gold.sentences, spans)


def _conllu(path: Path, text: str) -> Iterator[list[list[Token]]]:
    """Paragraphs of sentences of tokens; offsets by searching forward, since the file has none."""
    paragraph: list[list[Token]] = []
    sentence: list[Token] = []
    place = 0
    for number, line in enumerate(_content(path).splitlines(), 1):
        if line.startswith("# newpar"):
            if paragraph:
                yield paragraph
            paragraph = []
        elif not line.strip():
            if sentence:
                paragraph.append(sentence)
            sentence = []
        elif not line.startswith("#"):
            columns = line.split("\t")
            if not columns[0].isdigit():
                continue  # ranges and empty nodes carry no syntax of their own
            if len(columns) != 10 or not columns[6].isdigit():
                raise ConfigError(f"{path}:{number}: not a token of CoNLL-U (ten columns, the seventh a number)")
            place = _find(columns[1], text, place, f"{path}:{number}")
            head = int(columns[6]) - 1
            token = Token(
                place, place + len(columns[1]), columns[1], lemma=_lemma(columns[1], columns[2]), tag=columns[4], pos=columns[3]
            )
            token.head, token.dep = (len(sentence), "ROOT") if head < 0 else (head, columns[7])
            sentence.append(token)
            place = token.end
    if sentence:
        paragraph.append(sentence)
    if paragraph:
        yield paragraph


def _lemma(word: str, lemma: str) -> str:
    """CRAFT's lemma, but for words with digits, in which it writes each number as 0 ("Bmp4": "bmp0")."""
    return word.lower() if any(char.isdigit() for char in word) else lemma


def _find(word: str, text: str, place: int, where: str) -> int:
    found = text.find(word, place)
    if found < 0 or text[place:found].strip():
        raise ConfigError(f"{where}: {word!r} does not follow in the article's text")
    return found


def _knowtator(path: Path, label: str, text: str) -> Iterator[Span]:
    root = ET.fromstring(_content(path))  # noqa: S314 - a published corpus named by the user, with a checksum
    concepts = {m.get("id"): m.find("mentionClass") for m in root.findall("classMention")}
    for annotation in root.findall("annotation"):
        mention = annotation.find("mention")
        concept = concepts.get(mention.get("id")) if mention is not None else None
        pieces = [(int(s.get("start", -1)), int(s.get("end", -1))) for s in annotation.findall("span")]
        # A discontinuous name ("rod ... photoreceptors") has no place in a flat layer of spans.
        if concept is not None and len(pieces) == 1 and text[slice(*pieces[0])].strip():
            yield Span(*pieces[0], label, concept.get("id", ""))


def flat(spans: list[Span]) -> list[Span]:
    """Spans without overlaps: of two that meet the longer stays, of two as long the first in label order of CRAFT_LABELS."""
    rank = {label: n for n, label in enumerate(CRAFT_LABELS.values())}
    ranked = sorted(spans, key=lambda s: (s.start - s.end, rank.get(s.label, len(rank)), s.start, s.concept))
    return sorted(apart(ranked), key=lambda s: s.start)


_GLUED_RIGHT = re.compile(r"[(\[{/'‘-]$")


def iob(directory: Path, split: str) -> Iterator[Gold]:
    """Sentences of a corpus in IOB columns, as running text.

    The files hold words without their spacing, split at every hyphen and slash; here the text is put together the way it was
    most likely printed, so that a model trained on it meets articles as they are.
    """
    path = directory / IOB_FILES[split]
    if not path.is_file():
        raise ConfigError(f"{directory} has no {path.name}")
    rows: list[tuple[str, str]] = []
    count = 0
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        if line.strip():
            word, _, tag = line.partition("\t")
            rows.append((word, tag.strip()))
        elif rows:
            yield _iob_sentence(f"{directory.name}-{split}-{count}", rows)
            rows, count = [], count + 1


def _iob_sentence(name: str, rows: list[tuple[str, str]]) -> Gold:
    text, tokens = "", []
    spans: list[Span] = []
    for n, (word, tag) in enumerate(rows):
        if text and not _joined(rows, n):
            text += " "
        start = len(text)
        text += word
        tokens.append(Token(start, len(text), word))
        if tag.startswith("I-") and n and rows[n - 1][1][1:] == tag[1:]:
            spans[-1] = Span(spans[-1].start, len(text), spans[-1].label)
        elif tag.startswith(("B-", "I-")):  # an I- that continues nothing begins a name, as CoNLL's scorer reads it
            spans.append(Span(start, len(text), tag[2:]))
    return Gold(name, text, [tokens], spans)


def _joined(rows: list[tuple[str, str]], n: int) -> bool:
    """Whether word n stands right after the word before it."""
    before, word = rows[n - 1][0], rows[n][0]
    if word in {"-", "/"} or before in {"-", "/"}:
        # "5 - 10 mg" and "cells - but" are rarer here than "TGF-beta"
        return True
    return bool(word[0] in ")]},.;:%?!'’" and not word[1:2].isdigit()) or bool(_GLUED_RIGHT.search(before) and len(before) == 1)
