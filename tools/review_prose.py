"""What the prose of a review alone gives: its tables are taken away, and the rows are held against those of its own tables.

    python tools/review_prose.py REVIEW.xml ROWS [--config FILE] [--out DIR]

REVIEW.xml: a review as JATS; ROWS: a directory with its gold rows (JSON whose rows have `study_doi`). Prints
the studies that a sentence on mitochondria that move or are given cites, with and without a row; the precision of each
field against the gold rows of the same study, and how many rows are of a study that no gold row names.
Exit status 1 when a study with gold rows and such a sentence has no row.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from lxml import etree

from mitotransfer import stages
from mitotransfer.annotate.sentences import split_sentences
from mitotransfer.annotate.studies import cited_study
from mitotransfer.document import Article, Passage, Study
from mitotransfer.evaluate.gold import GoldDocument
from mitotransfer.evaluate.pairing import Record, judge
from mitotransfer.evaluate.score import score
from mitotransfer.evaluate.similarity import read_names
from mitotransfer.files import read_records
from mitotransfer.parse import parse_documents
from mitotransfer.rows import TABLE_FILES
from mitotransfer.settings import load

MITOCHONDRIA = re.compile(r"mitochondri|\bmito\w*|exopher|organelle", re.IGNORECASE)
MOVING = re.compile(
    r"secret|releas|extru|eject|\btransfer|transplant|inject|infus|administ|deliver|uptake|(?:taken|took|takes?) up|internali[sz]"
    r"|engulf|incorporat|donat|enter(?:s|ed|ing)?\b|target(?:s|ed)? (?:macro|neur)|treatment|deriv",
    re.IGNORECASE,
)


def main() -> int:
    """Runs the pipeline and prints what the module says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("review", type=Path)
    options.add_argument("rows", type=Path)
    options.add_argument("--config", type=Path)
    options.add_argument("--out", type=Path, help="keep the run here (default: a temporary directory)")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = arguments.out or Path(temporary)
        return report(arguments.review, arguments.rows, arguments.config, out)


def report(review: Path, rows: Path, config: Path | None, out: Path) -> int:
    """Runs on the review without its tables, into `out`; prints; gives the exit status."""
    settings = load(config)
    data = without_tables(review.read_bytes())
    source = out / "input" / review.name
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(data)
    stages.run([str(source)], out, settings)
    tables = {name: read_records(out / file) for name, file in TABLE_FILES.items() if name != "trials"}
    (article,) = parse_documents(data, review.name)
    gold = gold_studies(rows)
    found = {key for records in tables.values() for key in map(study_of, records)}
    missing = print_studies(cited_sentences(article), found, {document.id for document in gold})
    print_precision(tables, gold, Path(settings.annotate.vocabulary))
    return 1 if missing else 0


def without_tables(data: bytes) -> bytes:
    """The document without its table-wraps; text behind them stays."""
    root = etree.fromstring(data)
    for table in list(root.iter("{*}table-wrap")):
        parent, before = table.getparent(), table.getprevious()
        if parent is None:
            continue
        if table.tail and before is not None:
            before.tail = (before.tail or "") + table.tail
        elif table.tail:
            parent.text = (parent.text or "") + table.tail
        parent.remove(table)
    return etree.tostring(root, encoding="utf-8")


def gold_studies(folder: Path) -> list[GoldDocument]:
    """The gold rows of the secretion and transplantation tables as one document for each study."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        for row in msgspec.json.decode(path.read_bytes())["rows"]:
            if row["table"] != "trials":
                rows[(row.get("study_doi") or row["reference"][0]).lower()].append(row)
    return [msgspec.convert({"id": key, "rows": found}, GoldDocument) for key, found in rows.items()]


def study_of(record: Record) -> str:
    """What tells the study of a row from others."""
    return (record["study_doi"] or record["reference"]).lower()


def cited_sentences(article: Article) -> dict[str, tuple[Study, list[str]]]:
    """The sentences on mitochondria that move or are given, by the study they cite."""
    found: dict[str, tuple[Study, list[str]]] = {}
    for passage in article.passages:
        if passage.part != "body":
            continue
        for sentence, keys in _sentences(passage):
            if not (MITOCHONDRIA.search(sentence) and MOVING.search(sentence)):
                continue
            for key in keys:
                if key in article.references:
                    study = cited_study(article.references[key])
                    found.setdefault((study.doi or study.reference).lower(), (study, []))[1].append(sentence)
    return found


def _sentences(passage: Passage) -> Iterator[tuple[str, list[str]]]:
    for start, end in split_sentences(passage.text):
        cited = [c for c in passage.citations if start < c.end and c.start <= end]
        yield passage.text[start:end], [key for citation in cited for key in citation.refs]


def print_studies(cited: dict[str, tuple[Study, list[str]]], found: set[str], gold: set[str]) -> int:
    """Prints every cited study, those without row with their sentences; gives how many of the gold's are without."""
    missing = 0
    for key, (study, sentences) in cited.items():
        known = "in the tables" if key in gold else "not in the tables"
        print(f"{'row ' if key in found else 'NONE'}  {study.reference}  {study.doi or '(no DOI)'}  ({known})")
        if key not in found:
            missing += key in gold
            for sentence in sentences:
                print(f"          {sentence}")
    n_gold = len(gold & cited.keys())
    print(
        f"{len(found & cited.keys())} of {len(cited)} cited studies have a row, {n_gold - missing} of the {n_gold} in the tables"
    )
    return missing


def print_precision(tables: Mapping[str, Sequence[Record]], gold: Sequence[GoldDocument], vocabulary: Path) -> None:
    """Prints the precision of each field of the rows whose study the gold knows."""
    names = read_names(vocabulary)
    by_study = {table: [{**row, "source_id": study_of(row)} for row in rows] for table, rows in tables.items()}
    judgement = judge(by_study, gold, names)
    for table, scores in score(judgement).tables.items():
        if not scores.rows.predicted:
            continue
        print(f"{table}: {scores.rows.predicted} rows of studies in the tables, precision {scores.rows.precision:.3f}")
        for field, values in scores.fields.items():
            if values.predicted:
                print(f"    {field:17} precision {values.precision:.3f} of {values.predicted} values")
        print(f"    {'all fields':17} precision {scores.fields_micro.precision:.3f} of {scores.fields_micro.predicted} values")
    print(f"{judgement.rows_of_unknown_source} rows are of studies that the tables do not hold")


if __name__ == "__main__":
    sys.exit(main())
