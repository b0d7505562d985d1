"""The one document model: what every stage takes and gives.

Text never changes once parsed; everything later is offsets on it. All types are plain data: they compare by
value, cross process borders as JSON and are checked against their annotations when read back. The numerous ones hold
no cycles, so the collector need not look at them (`gc=False`); marks and citations are written as JSON arrays (`array_like`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from mitotransfer.errors import Problem

Part = Literal["front", "abstract", "body", "floats", "back", "sub-article"]
PassageKind = Literal["title", "heading", "abstract", "paragraph", "list-item", "caption", "footnote", "cell", "keyword"]
BodyState = Literal["full", "withheld", "ocr", "none"]
Status = Literal["ok", "dropped", "failed", "not_found", "not_open_access"]


class Mark(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An inline tag kept beside the text: `text[start:end]` stood inside `<kind>` (sup, sub, italic, formula, …)."""

    start: int
    end: int
    kind: str


class Citation(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A pointer to references of the same article.

    A numbered citation is lifted out of the text (`start == end`, `label` holds what was printed, as "24" or
    "[1–3]"); an author-year citation stays in the text and `start:end` covers it. `refs` are keys of
    `Article.references` (ranges expanded), empty when the target does not exist.
    """

    start: int
    end: int
    refs: tuple[str, ...]
    label: str


class Passage(msgspec.Struct, gc=False):
    """A title, paragraph, list item, caption, footnote or a paragraph of a table cell.

    `id` is unique in the article and counts in document order; `section` holds the titles of the enclosing sections,
    outermost first; `locator` is an XPath that finds the element in the source (empty for plain text and BioC).
    """

    id: str
    kind: PassageKind
    part: Part
    text: str
    locator: str = ""
    section: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    citations: tuple[Citation, ...] = ()


class Cell(msgspec.Struct, gc=False):
    """A table cell at its upper left corner (`row`, `column`, from 0, header rows included), with its cleaned spans."""

    row: int
    column: int
    rowspan: int
    colspan: int
    header: bool
    paragraphs: tuple[Passage, ...] = ()

    @property
    def text(self) -> str:
        """The cell's paragraphs in one line."""
        return " ".join(p.text for p in self.paragraphs if p.text)


class Table(msgspec.Struct, gc=False):
    """A table as a grid. `form` tells how it was given; a `graphic` table has no cells and a problem says so.

    The first `head_rows` rows are the header. `cells` holds each cell once, in row-major order; `grid()` repeats it
    over its span.
    """

    id: str
    label: str
    form: Literal["table", "cals", "graphic"]
    n_rows: int
    n_columns: int
    head_rows: int
    locator: str = ""
    section: tuple[str, ...] = ()
    caption: tuple[Passage, ...] = ()
    cells: tuple[Cell, ...] = ()
    foot: tuple[Passage, ...] = ()

    def grid(self) -> list[list[Cell | None]]:
        """The table as `n_rows` lists of `n_columns`; a spanning cell stands at each place it covers, None where no cell is."""
        grid: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for row in grid[cell.row : cell.row + cell.rowspan]:
                row[cell.column : cell.column + cell.colspan] = [cell] * cell.colspan
        return grid


class Reference(msgspec.Struct, gc=False):
    """An entry of the reference list. `authors` are surnames in order ("et al." is not one); `text` is the whole entry."""

    id: str
    label: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    more_authors: bool = False
    title: str = ""
    year: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""


class Head(msgspec.Struct):
    """What is known of an article apart from its text. `source` is the PMCID, else PMID, DOI or the file's stem."""

    source: str
    file: str = ""
    pmcid: str = ""
    pmid: str = ""
    doi: str = ""
    title: str = ""
    journal: str = ""
    year: str = ""
    authors: tuple[str, ...] = ()
    licence: str = ""
    article_type: str = ""
    language: str = ""
    retracted: bool = False
    body: BodyState = "full"


class Article(msgspec.Struct):
    """One parsed article.

    When `status` is not ok nothing was read, and `reason` says why (dropped: on purpose). When it is ok and there is a `reason`,
    the article was passed over for it: all is well with the file, its text was not taken up.
    """

    head: Head
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    references: dict[str, Reference] = {}
    problems: tuple[Problem, ...] = ()
    status: Status = "ok"
    reason: str = ""


class Mention(NamedTuple):
    """A name of the vocabulary in a text: `text[start:end]` is a form of entry `ident` of `category`."""

    start: int
    end: int
    category: str
    ident: str
    surface: str


class Study(msgspec.Struct, frozen=True):
    """The work a finding is about: the article itself, or the reference it cites."""

    reference: str = ""
    pmcid: str = ""
    pmid: str = ""
    doi: str = ""
    cited: bool = False


class Locator(msgspec.Struct, frozen=True):
    """Where a finding stands: `sentence[start:end]` is its trigger (a whole table row: 0 and the length)."""

    xpath: str
    section: str
    sentence: str
    start: int = 0
    end: int = 0


class Role(msgspec.Struct, frozen=True):
    """One argument of an event. `name` is a role of `rows.ROLES`; `ident` is a vocabulary id or empty.

    `label` is what a table shows: the entry's label, else the surface. Effects carry `direction` (increase, decrease,
    change, none) and `target` (surface of where it changes).
    """

    name: str
    surface: str
    ident: str = ""
    direction: str = ""
    target: str = ""
    label: str = ""


# context: what a sentence tells of the study (species, model, dose) beside its findings
EventKind = Literal["secretion", "transfer", "uptake", "transplantation", "regulation", "effect", "labelling", "context", "trial"]
TableName = Literal["secretion", "transplantation", "trials"]


class Event(msgspec.Struct, frozen=True):
    """A trigger with its roles, polarity and certainty, from one sentence, one table row or one entry of the trial registry.

    `table` is the output table it speaks for; events with the same `group` (not empty) make one row, whatever else
    they say; `rule` names the rule or header mapping that found it; `confidence` is between 0 and 1.
    """

    kind: EventKind
    table: TableName
    source: Literal["table", "prose", "registry"]
    locator: Locator
    study: Study
    roles: tuple[Role, ...]
    rule: str
    trigger: str = ""
    group: str = ""
    negated: bool = False
    negation_cue: str = ""
    hedged: bool = False
    hedge_cue: str = ""
    confidence: float = 1.0

    def named(self, *names: str) -> Iterator[Role]:
        """The roles of these names."""
        return (role for role in self.roles if role.name in names)


class Annotated(msgspec.Struct):
    """What annotation hands on: the article without its text, the events found in it, and whether it reports on others' work."""

    head: Head
    review: bool = False
    events: tuple[Event, ...] = ()
    n_passages: int = 0
    n_tables: int = 0
    problems: tuple[Problem, ...] = ()
    status: Status = "ok"
    reason: str = ""


class TrialDate(NamedTuple):
    """A date to the precision known (`2024`, `2024-05`, `2024-05-17`); `kind` is ACTUAL, ESTIMATED or not told."""

    date: str = ""
    kind: str = ""


class Intervention(NamedTuple):
    """What a trial gives or does; `kind` as BIOLOGICAL, DRUG, PROCEDURE."""

    kind: str
    name: str
    description: str = ""
    other_names: tuple[str, ...] = ()


class Site(NamedTuple):
    """Where a trial takes place."""

    facility: str
    city: str = ""
    country: str = ""


class Trial(msgspec.Struct, frozen=True):
    """A study as the trial registry has it, in its words; all but the number may be missing. `updated`: its last change there."""

    nct: str
    title: str = ""
    official_title: str = ""
    aliases: tuple[str, ...] = ()
    status: str = ""
    phases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    sites: tuple[Site, ...] = ()
    sponsor: str = ""
    start: TrialDate = TrialDate()
    primary_completion: TrialDate = TrialDate()
    study_completion: TrialDate = TrialDate()
    updated: str = ""
    has_results: bool = False


class Change(NamedTuple):
    """A field of a study that is another than when it was last asked for."""

    field: str
    old: str
    new: str


class TrialRecord(msgspec.Struct, frozen=True):
    """What came of asking the registry for a trial; without `trial` it knows no such number.

    `asked`: the date; `data`: of when its data were; `numbers`: those of texts that mean it; `queries`: those that found it;
    `changes`: what changed since it was asked on the date `since`.
    """

    nct: str
    asked: str
    data: str = ""
    numbers: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    since: str = ""
    trial: Trial | None = None


class Registered(msgspec.Struct, frozen=True):
    """A trial that the registry was asked for on the date `asked`, ready for tables; without `event` there is no such trial.

    `numbers`: by which texts may call it; `own_row`: found by a search and about mitochondria that are given, so a row even if no
    article names it.
    """

    nct: str
    asked: str
    numbers: tuple[str, ...] = ()
    event: Event | None = None
    own_row: bool = False
