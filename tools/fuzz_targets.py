"""What `fuzz.py` feeds: a reader per target, with its seeds and with what must hold of what it gives.

A target is set up once in the process that starts the children, so that each child has its resources by fork. `read` takes the
name and the bytes of a file and returns words that say what kind of result it was: an input with new words is kept as a seed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from made import decision
from mitotransfer.annotate import annotate_article, load
from mitotransfer.decisions import Log, Snapshots
from mitotransfer.decisions.standing import standing
from mitotransfer.decisions.takeup import fitted, take_up
from mitotransfer.decisions.written import Written
from mitotransfer.errors import ConfigError
from mitotransfer.fetch.inputs import printable, read_requests
from mitotransfer.parse import parse_documents
from mitotransfer.terms import read_terms
from mitotransfer.topic import unmentioned
from mitotransfer.urls import is_url
from small import jats, read, reference, run, secretion, table, tables_only
from sound import check_annotated, check_article, check_screened

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "corpus" / "sample" / "articles"
ARTICLES = (SAMPLE, ROOT / "tests" / "golden" / "articles")

Read = Callable[[str, bytes], frozenset[str]]
Seeds = list[tuple[str, bytes]]


class Target(NamedTuple):
    """A reader to be fed, and files it can read."""

    read: Read
    seeds: Seeds


def _files(suffixes: tuple[str, ...], starts: tuple[bytes, ...] = (b"",)) -> Iterator[tuple[str, bytes]]:
    paths = [path for folder in ARTICLES for path in sorted(folder.iterdir()) if path.suffix in suffixes]
    return ((path.name, data) for path in paths if (data := path.read_bytes()).lstrip().startswith(starts))


def read_articles(name: str, data: bytes) -> frozenset[str]:
    """A file of articles, read twice: the same both times; once more without those that need not be read: none that need."""
    articles = parse_documents(data, name)
    for article in articles:
        check_article(article)
    assert parse_documents(data, name) == articles, "read otherwise the second time"
    for whole, screened in zip(articles, parse_documents(data, name, unwanted=unmentioned), strict=True):
        check_screened(whole, screened)
    codes = {problem.code for article in articles for problem in article.problems}
    forms = {f"{table.form} {min(table.n_rows, 3)}" for article in articles for table in article.tables}
    kinds = {f"{passage.part} {passage.kind}" for article in articles for passage in article.passages}
    return frozenset({*codes, *forms, *kinds, f"{min(len(articles), 3)} articles"})


CALS = (
    '<table-wrap id="t2"><label>Table 2</label><table><tgroup cols="3"><colspec colname="c1"/><colspec colname="c2" colnum="2"/>'
    '<spanspec spanname="s" namest="c1" nameend="c2"/><thead><row><entry>Donor cells</entry><entry namest="c2" nameend="c3">'
    'Recipient</entry></row></thead><tbody><row><entry morerows="1" colname="c1">MSC</entry><entry>Neuron</entry></row>'
    '<row><entry spanname="s">Both</entry></row></tbody></tgroup></table></table-wrap>'
)
MIXED = (
    "<p>Mitochondria <italic>pass</italic> <xref ref-type='bibr' rid='r1'>[1</xref>–<xref ref-type='bibr' rid='r2'>2]</xref>,"
    " in 2006<sup>1</sup>. <inline-formula><mml:math xmlns:mml='http://www.w3.org/1998/Math/MathML'><mml:msup><mml:mi>x</mml:mi>"
    "<mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula><list><list-item><label>1.</label><p>One<break/>two</p></list-item></list>"
    "</p><fig id='f1'><label>Figure 1</label><caption><title>T</title><p>C</p></caption><graphic/></fig>"
    "<boxed-text><sec><title>Box</title><p>Text</p></sec></boxed-text>"
)


def _jats_seeds() -> Seeds:
    refs = reference(1, "Doe", 2020) + reference(2, "Roe", 2021)
    made = [jats(MIXED, references=refs), jats(CALS, references=refs), secretion()]
    namespaced = secretion().replace("<article ", '<article xmlns="urn:x" ', 1)
    return [*_files((".xml",), (b"<",)), *((f"made{n}.xml", text.encode()) for n, text in enumerate([*made, namespaced]))]


BIOC_XML = (
    "<collection><source>PMC</source><document><id>PMC1</id><infon key='license'>CC BY</infon><passage>"
    "<infon key='section_type'>TITLE</infon><infon key='type'>front</infon><infon key='name_0'>surname:Doe;given-names:J</infon>"
    "<offset>0</offset><text>Mitochondria between cells</text></passage><passage><infon key='section_type'>METHODS</infon>"
    "<infon key='type'>title_1</infon><text>Methods</text></passage><passage><infon key='section_type'>TABLE</infon>"
    "<infon key='type'>table_caption</infon><infon key='id'>t1</infon><text>Table 1 Donors</text></passage><passage>"
    "<infon key='section_type'>TABLE</infon><infon key='type'>table</infon><infon key='id'>t1</infon><infon key='xml'>"
    "&lt;table&gt;&lt;tr&gt;&lt;td colspan='2'&gt;MSC &lt;xref ref-type='bibr' rid='CR1'&gt;1&lt;/xref&gt;&lt;/td&gt;&lt;/tr&gt;"
    "&lt;/table&gt;</infon><text>Donor\tCell\t \tMSC\tneuron</text></passage><passage><infon key='section_type'>REF</infon>"
    "<infon key='type'>ref</infon><infon key='surname_0'>Doe</infon><infon key='year'>2020</infon><text>A work</text></passage>"
    "</document></collection>"
)


def _bioc() -> Target:
    return Target(read_articles, [*_files((".json",)), ("made.xml", BIOC_XML.encode())])


def _tables() -> Target:
    settings = tables_only().annotate
    resources = load(settings)

    def read_annotated(name: str, data: bytes) -> frozenset[str]:
        """The tables of articles, their headers and cells read to events."""
        found = set()
        for article in parse_documents(data, name):
            annotated = annotate_article(article, resources)
            check_annotated(annotated)
            found |= {f"{event.table} {event.kind} {role.name}" for event in annotated.events for role in event.roles}
        return frozenset(found)

    two = (("Donor cells", "<td colspan='2'>Recipient cells and effect</td>"), ("Type", "Cells", "Effect"))
    made = [
        table(two, ("<td rowspan='2'>MSC (human)</td>", "Neuron", "ATP ↑<break/>ROS ↓"), ("Cardiomyocyte", "Apoptosis ↓")),
        table(
            ("Model", "Source of mitochondria", "Dose", "Route", "Outcome"),
            ("Rat MCAO", "Muscle", "10<sup>6</sup>/kg", "IV", "↓"),
        ),
        table(
            ("NCT number", "Phase", "Condition", "Intervention"), ("NCT01234567", "I/II", "Ischemia", "Autologous mitochondria")
        ),
    ]
    with_tables = [(name, data) for name, data in _jats_seeds() if b"<table" in data or b"<tgroup" in data]
    return Target(read_annotated, [*with_tables, *((f"t{n}.xml", jats(text).encode()) for n, text in enumerate(made))])


def _ids(folder: Path) -> Target:
    lists = {
        "ids.txt": "# found today\nPMC123\n12345678 # why\nhttps://doi.org/10.1234/a.b\n\nPMCID: PMC9.1\n",
        "ids.csv": "PMC1,\nPMC2,\n'33333',\n",
        "ids": "pmid: 1\ndoi:10.1000/182\n10.1000/xyz(1)\n",
    }

    def read_list(name: str, data: bytes) -> frozenset[str]:
        """A file of ids, and its first line as an argument of the command."""
        path = folder / name
        path.write_bytes(data)
        said = {request.kind for request in read_requests([str(path)])}
        for request in read_requests([str(path)]):
            assert printable(request.ident) == request.ident and printable(request.place) == request.place
        argument = data.split(b"\n", 1)[0].decode("utf-8", "replace")
        if not is_url(argument) and not argument.startswith((".", "/", "~")):
            try:
                said |= {f"argument {request.kind}" for request in read_requests([argument])}
            except ConfigError:
                said.add("no argument")
        return frozenset(said)

    return Target(read_list, [(name, text.encode()) for name, text in lists.items()])


def _decisions(folder: Path) -> Target:
    source, out = folder / "in", folder / "out"
    shutil.copytree(SAMPLE, source)
    run(out, source)
    written, terms = Written(out), read_terms(ROOT / "configs" / "vocabulary")
    rows = read(out / "table1_secretion.csv")
    log = Log(folder / "seed" / "decisions.csv")
    edit = decision("edit", row=rows[0]["row_id"], field="donor", old="a", new="b", new_ids="-")
    log.add([decision("accept", row=rows[0]["row_id"]), edit, decision("note", row=rows[1]["row_id"], note="=1; “x”\nand")])
    names = ("table1_secretion.csv", "table2_transplantation.csv", "table3_trials.csv", "evidence.csv")
    seeds = [(name, b"".join((out / name).read_bytes().splitlines(keepends=True)[:12])) for name in names]
    work = folder / "work"

    def read_decided(name: str, data: bytes) -> frozenset[str]:
        """A log, to which decisions are added, or a table edited by hand whose changes become decisions."""
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        path = work / name
        path.write_bytes(data)
        here = Log(path if name == "decisions.csv" else work / "new.csv")
        snapshots = Snapshots(here.path)
        said = set()
        if name == "decisions.csv":
            before = here.read()
            drafts = [decision("note", note="a\nb")]
        else:
            before = ()
            taken = take_up(path, written, "ada", terms)
            drafts = list(fitted(taken.drafts, ()))
            said = {problem.code for problem in taken.problems}
            snapshots.keep(taken.snapshots)
        made = here.add(drafts)
        after = Log(here.path).read()
        assert after[: len(before)] == before, "decisions changed when one was added"
        assert len(after) == len(before) + len(made), "a decision was lost"
        assert here.read() == after, "remembered otherwise than written"
        found = standing(after, snapshots.read())
        return frozenset({*said, *(one.decision for one in after if len(one.decision) < 9), *(p.code for p in found.problems)})

    return Target(read_decided, [*seeds, ("decisions.csv", log.path.read_bytes())])


def target(name: str, folder: Path) -> Target:
    """The target of a name; `folder` is for its files."""
    makers: dict[str, Callable[[], Target]] = {
        "jats": lambda: Target(read_articles, _jats_seeds()),
        "bioc": _bioc,
        "tables": _tables,
        "ids": lambda: _ids(folder),
        "decisions": lambda: _decisions(folder),
    }
    return makers[name]()


NAMES = ("jats", "bioc", "tables", "ids", "decisions")
