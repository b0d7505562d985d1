"""Tables to events: find the tables that are ours, read them row by row.

A row gives one main event with the names of its cells, and one event for each paragraph of its mechanism, effect and
labelling cells, so that every value can be traced to the cell it stands in. Events of a row share a group.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace

from mitotransfer.annotate.cells import Context, is_unstated, linked, read_cell
from mitotransfer.annotate.cues import find_cues, polarity_at
from mitotransfer.annotate.headers import Column, Mapping, map_columns
from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.slots import MITOCHONDRIA
from mitotransfer.annotate.studies import (
    by_author_and_year,
    by_label,
    cited_study,
    first_cited,
    is_own,
    is_review,
    own_study,
    printed_name,
)
from mitotransfer.document import Article, Cell, Event, EventKind, Locator, Passage, Role, Study, Table, TableName

_TOPIC = re.compile(r"mitochondri|mitovesic|\bmito", re.IGNORECASE)
_TOPIC_SHARE = 0.5
# Words of a table on mitochondria that pass from cell to cell, not on what they do within one.
_PASSING = re.compile(
    r"\b(?:donor|recipient|acceptor|secret|releas|transfer|transplant|uptake|internali[sz]|donat|extracellular)"
    r"|nanotub|vesic|exosom|gap junction",
    re.IGNORECASE,
)
# Mitochondria named as what is given, or taken from somewhere: not the mitochondria of treated cells.
_GIVEN = re.compile(
    r"mitochondri\w*[\s‐-]+(?:\w+\s+)?(?:transplant|transfer|transport|deliver|donat|donor|source|therap|inject|infus|administ|graft)"
    r"|(?:transplant|transfer|deliver|donat|inject|infus|administ|source|origin|isolated|exogenous|autologous)\w*"
    r"\s+(?:of\s+)?(?:[\w‐-]+\s+){0,2}mitochondri(?:a|on)\b",
    re.IGNORECASE,
)
# Columns whose paragraphs are findings of their own.
_OWN_EVENTS: dict[str, EventKind] = {"effect": "effect", "mechanism": "regulation", "uptake": "uptake", "label": "labelling"}
_MAIN: dict[TableName, EventKind] = {"secretion": "secretion", "transplantation": "transplantation", "trials": "trial"}
_MOVING = frozenset({"secretion", "transfer", "uptake", "transplantation"})
_ROW_STEP = re.compile(r"(/(?:tr|row|\*\[local-name\(\)='(?:tr|row)'\])\[\d+\])/.*$")


class Row(NamedTuple):
    """A data row: its number in the grid, its cells by column, and the sub-header texts it stands under."""

    number: int
    cells: list[Cell | None]
    under: list[Passage]


class Part(NamedTuple):
    """A paragraph of a cell that is a finding of its own, with what was read from it."""

    column: Column
    paragraph: Passage
    roles: list[Role]


def read_table(table: Table, article: Article, resources: Resources, extra: Extra) -> list[Event]:
    """The events of one table; empty when it is none of ours or not about mitochondria that leave or enter cells.

    `extra` are the short forms of the article and of the table's own foot.
    """
    if not table.cells or not _TOPIC.search(_text_of(table)):
        return []
    grid = table.grid()
    head_rows = table.head_rows or 1
    if len(grid) <= head_rows:
        return []
    headers = [_headers(grid, number, head_rows) for number in range(table.n_columns)]

    @cache
    def named(text: str) -> frozenset[str]:
        return frozenset(mention.category for mention in resources.everything.find_all(text, extra=extra))

    witness = [_witness(grid, number, head_rows, named) for number in range(table.n_columns)]
    mapping = map_columns(resources.headers, headers, witness)
    titled = _is_about_transfer(article, resources)
    if mapping is None or not (titled or _on_topic(table, grid, headers, head_rows)):
        return []
    context = Context(resources, extra, mapping.table)
    needed = _PASSING if mapping.table == "secretion" else _GIVEN
    certain = mapping.table == "trials" or titled or needed.search(_title(table, headers))
    # by its place: ids and labels of tables come twice in real articles
    name = f"table {next(n for n, other in enumerate(article.tables) if other is table)}"
    events: list[Event] = []
    for row in _rows(grid, head_rows):
        if certain or _is_of_topic(row, mapping):
            events += _row_events(row, f"{name} row {row.number}", table, mapping, article, context)
    return events


def _title(table: Table, headers: list[list[str]]) -> str:
    return " ".join([*(p.text for p in table.caption), *(text for texts in headers for text in texts)])


def _is_of_topic(row: Row, mapping: Mapping) -> bool:
    """Whether a row of a table with a vague title is on topic: mitochondria pass between cells, or are what is given.

    Mitochondria among the outcomes are no sign of it: other treatments act on them too.
    """
    outcomes = {column.number for column in mapping.columns if column.role == "effect"}
    texts = [cell.text for cell in _distinct(cell for number, cell in enumerate(row.cells) if number not in outcomes)]
    return any((_PASSING if mapping.table == "secretion" else _TOPIC).search(text) for text in texts)


def _text_of(table: Table) -> str:
    return " ".join([*(p.text for p in table.caption), *(cell.text for cell in table.cells)])


def _headers(grid: list[list[Cell | None]], column: int, head_rows: int) -> list[str]:
    cells = [row[column] for row in grid[:head_rows]]
    return list(dict.fromkeys(cell.text for cell in cells if cell is not None and cell.text))


def _witness(
    grid: list[list[Cell | None]], column: int, head_rows: int, named: Callable[[str], frozenset[str]]
) -> dict[str, float]:
    """The share of a column's filled cells that hold a name of a category, by category; `named` tells those in a text."""
    texts = [cell.text for cell in _distinct(row[column] for row in grid[head_rows:]) if cell.text]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(named(text))
    return {category: count / len(texts) for category, count in counts.items()}


def _on_topic(table: Table, grid: list[list[Cell | None]], headers: list[list[str]], head_rows: int) -> bool:
    """Whether the table is about mitochondria that move, as its title or most of its rows say."""
    title = _title(table, headers)
    if _TOPIC.search(title):
        return True
    rows = grid[head_rows:]
    return sum(any(_TOPIC.search(cell.text) for cell in _distinct(row)) for row in rows) >= _TOPIC_SHARE * len(rows)


def _distinct(cells: Iterable[Cell | None]) -> list[Cell]:
    """Each cell once: one that spans a thousand columns stands at each of these places, and reading it there would never end."""
    return list({id(cell): cell for cell in cells if cell is not None}.values())


def _is_about_transfer(article: Article, resources: Resources) -> bool:
    """Whether the article's title speaks of mitochondria and of their moving: its tables then need not say so again."""
    title = article.head.title
    return bool(_TOPIC.search(title)) and _moves(title, resources)


def _moves(text: str, resources: Resources) -> bool:
    entries = resources.vocabulary.entries
    return any(_MOVING.intersection(entries[m.ident].values("event")) for m in resources.triggers.find(text))


def _rows(grid: list[list[Cell | None]], head_rows: int) -> Iterator[Row]:
    """The data rows, each with the sub-header above it; a row that is one cell across is a sub-header.

    A header that is printed again (at the top of a page) is no data row.
    """
    under: list[Passage] = []
    header = _texts(grid[head_rows - 1])
    for number, cells in enumerate(grid[head_rows:], head_rows):
        if _texts(cells) == header:
            continue
        distinct = _distinct(cells)
        told = {id(cell) for cell in distinct if cell.text}
        filled = [cell for cell in cells if cell is not None and id(cell) in told]
        if len(cells) > 1 and filled and (len(distinct) == 1 or (len(filled) == 1 and filled[0] is cells[0])):
            under = list(filled[0].paragraphs)
        elif filled:
            yield Row(number, cells, under)


def _texts(cells: list[Cell | None]) -> list[str]:
    texts = {id(cell): cell.text for cell in _distinct(cells)}
    return [texts.get(id(cell), "") for cell in cells]


def _row_events(row: Row, group: str, table: Table, mapping: Mapping, article: Article, context: Context) -> list[Event]:
    study = _study(row, mapping, article, context)
    main: list[Role] = []
    parts: list[Part] = []
    for column in mapping.columns:
        cell = row.cells[column.number]
        for paragraph in cell.paragraphs if cell is not None else ():
            roles = read_cell(paragraph, column, context)
            if column.role in _OWN_EVENTS and roles:
                parts.append(Part(column, paragraph, roles))
            else:
                main += roles
    main += _from_subheader(row, mapping, main, context)
    main += _given(mapping, main)
    if not main and not parts:
        return []
    unwanted = _doubtful_recipients(parts, main, context)
    negated, cue = _denial(row, mapping, context)
    events = [replace(_main_event(row, table, mapping, study, main, group), negated=negated, negation_cue=cue)]
    for part in parts:
        event = _part_event(part._replace(roles=_without_recipients(part.roles, unwanted)), study, context)
        events.append(replace(event, group=group, locator=replace(event.locator, section=table.label or table.id)))
    return events


def _given(mapping: Mapping, main: list[Role]) -> list[Role]:
    """A transplantation table that names the source of mitochondria but not what was given, gave mitochondria."""
    sourced = any(role.name == "mito_source" for role in main)
    if mapping.table == "transplantation" and sourced and not any(column.role == "agent" for column in mapping.columns):
        return [Role("agent", "mitochondria", MITOCHONDRIA)]
    return []


def _denial(row: Row, mapping: Mapping, context: Context) -> tuple[bool, str]:
    """Whether a cell of a column without a role says that nothing moved ("transfer not detected"), and in which words."""
    mapped = {column.number for column in mapping.columns}
    for cell in _distinct(cell for number, cell in enumerate(row.cells) if number not in mapped):
        for paragraph in cell.paragraphs:
            text = paragraph.text
            cues = find_cues(text, context.resources.cues)
            for trigger in context.resources.triggers.find(text) if cues else ():
                polarity = polarity_at(text, cues, trigger.start, trigger.end)
                if polarity.negated and _moves(trigger.surface, context.resources):
                    return True, polarity.negation_cue
    return False, ""


def _doubtful_recipients(parts: list[Part], main: list[Role], context: Context) -> frozenset[str] | None:
    """Recipients read from effect cells that are none; None stands for all of them, where a column names the recipients.

    The donor itself ("causing hepatocyte injury"), and a name of which the row holds a narrower one.
    """
    if any(role.name == "recipient" for role in main):
        return None
    donors = {role.ident for role in main if role.name == "donor" and role.ident}
    named = {role.ident for part in parts for role in part.roles if role.name == "recipient"}
    return frozenset(donors.union(*(context.resources.vocabulary.ancestors(ident) for ident in named)))


def _without_recipients(roles: list[Role], unwanted: frozenset[str] | None) -> list[Role]:
    return [role for role in roles if role.name != "recipient" or (unwanted is not None and role.ident not in unwanted)]


def _from_subheader(row: Row, mapping: Mapping, main: list[Role], context: Context) -> list[Role]:
    """What the sub-header says of a role that no column fills: a band "Heart" over a table without a tissue column."""
    mapped = {column.role for column in mapping.columns} | {role.name for role in main}
    roles: list[Role] = []
    for name, categories in _BANDS[mapping.table].items():
        if name not in mapped:
            for paragraph in row.under:
                found = context.resources.matcher(*categories).find(paragraph.text, extra=context.extra)
                roles += linked(name, found)
    return roles


_BANDS: dict[TableName, dict[str, tuple[str, ...]]] = {
    "secretion": {"donor": ("cell", "cell_line"), "form": ("secreted_form",)},
    "transplantation": {"tissue": ("tissue",), "disease": ("disease",)},
    "trials": {"trial_condition": ("disease",)},
}


def _study(row: Row, mapping: Mapping, article: Article, context: Context) -> Study:
    """The work a row is about: what its reference column cites, else what the row cites, else the article itself."""
    column = next((c for c in mapping.columns if c.role == "reference"), None)
    cell = row.cells[column.number] if column else None
    others = [c for c in _distinct(row.cells) if c is not cell and c.row == row.number]
    for place in ([cell] if cell is not None else []) + others:
        citations = [citation for paragraph in place.paragraphs for citation in paragraph.citations]
        reference = first_cited(citations, article.references)
        if reference is None and place is cell:
            reference = by_author_and_year(place.text, article.references) or by_label(place.text, article.references)
        if reference is not None:
            study = cited_study(reference)
            printed = printed_name(cell.text) if cell is not None else ""
            return Study(printed, study.pmcid, study.pmid, study.doi, cited=True) if printed else study
    if cell is not None and not is_own(cell.text):
        if not is_unstated(cell.text, context):
            return Study(printed_name(cell.text) or cell.text, cited=True)
        if is_review(article):
            return Study(cited=True)
    return own_study(article.head)


def _main_event(row: Row, table: Table, mapping: Mapping, study: Study, roles: list[Role], group: str) -> Event:
    texts = []
    for number, cell in enumerate(row.cells):
        if cell is not None and (number == 0 or row.cells[number - 1] is not cell):
            texts.append(" / ".join(p.text for p in cell.paragraphs))
    sentence = " | ".join(texts)
    own = [cell for cell in row.cells if cell is not None and cell.row == row.number]
    places = [p.locator for cell in own for p in cell.paragraphs if p.locator]
    locator = _ROW_STEP.sub(r"\1", places[0]) if places else table.locator
    rules = "+".join(column.rule.id for column in mapping.columns)
    used = [column.confidence for column in mapping.columns]
    return Event(
        kind=_MAIN[mapping.table],
        table=mapping.table,
        source="table",
        locator=Locator(locator, table.label or table.id, sentence, 0, len(sentence)),
        study=study,
        roles=tuple(roles),
        rule=f"table:{rules}",
        trigger=table.label or table.id,
        group=group,
        confidence=round(sum(used) / len(used), 2),
    )


def _part_event(part: Part, study: Study, context: Context) -> Event:
    column, paragraph, roles = part
    text = paragraph.text
    polarity = polarity_at(text, find_cues(text, context.resources.cues), len(text), len(text))
    return Event(
        kind=_OWN_EVENTS[column.role],
        table=context.table,
        source="table",
        locator=Locator(paragraph.locator, "", text, 0, len(text)),
        study=study,
        roles=tuple(roles),
        rule=f"table:{column.rule.id}",
        trigger=column.rule.id,
        hedged=polarity.hedged,
        hedge_cue=polarity.hedge_cue,
        confidence=round(column.confidence, 2),
    )
