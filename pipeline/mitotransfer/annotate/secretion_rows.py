"""Rows of the secretion table from the findings of an article: which findings make one, and what completes it."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.antecedents import fill
from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.conditions import add_conditions
from mitotransfer.annotate.donors import add_species
from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.kinds import general, narrower, related
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.roles import Finding, Reading, forms, goes_between
from mitotransfer.annotate.slots import BARE, CELLS
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention

_CONTACT = "transfer"  # the kind of mechanisms that hand mitochondria over from cell to cell
_FORM = 0.7  # confidence of a form that a sentence of the row names
_SEVERAL, _MOST_FORMS = 2, 2
_FAR_MORE = 2  # times the findings of a row
_LENT = 0.6  # confidence of a cell that another sentence names
_FREE = frozenset({"secreted_form:free_mitochondria"})
_OUTSIDE = frozenset({"secreted_form:extracellular_mitochondria"})
_SIDES = ("donor", "recipient")


def secretion_rows(own: Sequence[Reading], resources: Resources) -> list[Draft]:
    """The findings of cells that release or receive mitochondria, those together that agree on donor and recipient.

    A finding that says less than others ("mitochondria were released") belongs to each row that it can mean.
    """
    fill(own, resources)
    vocabulary, sign = resources.vocabulary, resources.rules.sign
    findings = [f for r in own for f in r.findings if f.table == "secretion"]
    findings = [
        f for f in findings if f.sentence.voice == "cited" or not sign["others_found"].search(f.sentence.text, 0, f.start)
    ]
    if any(all(f.idents(role) for role in _SIDES) and not _mutual(f) for f in findings):
        findings = [f for f in findings if not _mutual(f)]  # others say in which direction
    for finding in findings:
        for role in _SIDES:
            finding.roles[role] = [m for m in finding.roles.get(role, ()) if m.category in CELLS]
    rows: list[Draft] = []
    open_ones: list[Finding] = []
    for finding in sorted(findings, key=lambda f: _generality(f, findings, vocabulary)):
        homes = [row for row in rows if _fits(finding, row, vocabulary)]
        if not homes and all(finding.idents(role) for role in _SIDES):
            rows.append(home := Draft("secretion", finding.polarity.negated))
            homes = [home]
        for home in homes:
            home.findings.append(finding)
        if not homes:
            open_ones.append(finding)
    for finding in sorted(open_ones, key=lambda f: len(f.idents("donor"))):
        homes = [row for row in rows if _fits(finding, row, vocabulary)]
        if len(finding.idents("donor")) < _SEVERAL or not homes:
            homes = homes[:1] or [Draft("secretion", finding.polarity.negated)]
        for home in homes:
            _join(finding, home, rows, vocabulary)
    for row in rows:
        row.findings.sort(key=findings.index)
        _drop_general(row, vocabulary)
    return rows


def _join(finding: Finding, home: Draft, rows: list[Draft], vocabulary: Vocabulary) -> None:
    """Adds a finding to a row, and the row to the others; of several donors ("A and B release …") a row keeps its own."""
    if home.findings and len(finding.idents("donor")) >= _SEVERAL:
        known = home.idents("donor")
        home.dropped |= {("donor", i) for i in finding.idents("donor") if known and not related({i}, known, vocabulary)}
    home.findings.append(finding)
    if home not in rows:
        rows.append(home)


def _generality(finding: Finding, findings: Sequence[Finding], vocabulary: Vocabulary) -> int:
    """First those that name both cells, of them those with the narrowest names; then those that leave one open."""
    if not all(finding.idents(role) for role in _SIDES):
        return len(findings) + 1
    return sum(narrower(other.idents(role), finding.idents(role), vocabulary) for other in findings for role in _SIDES)


def _mutual(finding: Finding) -> bool:
    """Whether a finding only says that mitochondria go between cells."""
    if finding.both_ways:
        return False
    return goes_between(finding)


def _fits(finding: Finding, row: Draft, vocabulary: Vocabulary) -> bool:
    if finding.polarity.negated != row.negated:
        return False
    return all(related(finding.idents(role), _narrowest(row, role, vocabulary), vocabulary) for role in _SIDES)


def _narrowest(row: Draft, role: str, vocabulary: Vocabulary) -> set[str]:
    return row.idents(role) - general(row.idents(role), vocabulary)


def _drop_general(row: Draft, vocabulary: Vocabulary) -> None:
    for role in _SIDES:
        row.dropped |= {(role, ident) for ident in general(row.idents(role), vocabulary)}


def is_full(row: Draft) -> bool:
    """Whether a row names donor and recipient."""
    return bool(row.mentions("donor") and row.mentions("recipient"))


def is_lesser(row: Draft, rows: Sequence[Draft], vocabulary: Vocabulary) -> bool:
    """Whether most of what an article says is of the transfer the other way between the cells of this row."""
    if row.negated or any(finding.both_ways for finding in row.findings):
        return False
    return any(
        len(other.findings) > _FAR_MORE * len(row.findings)
        and all(other.idents(side) and row.idents(side) for side in _SIDES)
        and related(row.idents("donor"), other.idents("recipient"), vocabulary)
        and related(row.idents("recipient"), other.idents("donor"), vocabulary)
        for other in rows
        if other is not row and not other.negated
    )


def standing(rows: list[Draft], prepared: bool) -> list[Draft]:
    """The rows that say enough: with donor and recipient where there are such; else a donor that releases, else a form.

    Where mitochondria are `prepared` and given, only the first: their origin is no donor.
    """
    full = [row for row in rows if is_full(row)]
    if prepared or any(not row.negated for row in full):
        return full
    stated = [row for row in rows if not row.negated]
    releasing = [
        row for row in stated if row.mentions("donor") and any(f.kind in ("secretion", "transfer") for f in row.findings)
    ]
    titled = [
        row for row in stated if row.mentions("recipient") and any(f.sentence.passage.kind == "title" for f in row.findings)
    ]
    return [row for row in rows if row in (*full, *releasing, *titled)] or [row for row in stated if row.mentions("form")][:1]


def complete(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame, *, lesser: bool = False) -> None:
    """Adds what the sentences of a row (`readings`) and the article's own sentences say of the roles that it leaves open.

    Of a `lesser` row, which only tells of the other direction, the conditions are those of its own sentences.
    """
    for finding in row.findings:
        for role, mentions in finding.elsewhere.items():
            kept = [m for m in mentions if (role, m.ident) not in row.dropped and m.ident not in _told(row, role)]
            row.say(finding.places[role], linked(role, kept), "prose:antecedent", _LENT)
    add_species(row, readings, own, frame)
    add_conditions(row, readings, readings if lesser else own, frame)
    if not row.mentions("form"):
        _add_forms(row, readings, own, frame)


def _add_forms(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """The forms that the sentences of a row name, else the only one of the article, each with its sentence."""
    named = [(r, m) for r in readings if r.findings for m in forms(r, frame.resources)]
    if not row.negated:
        named += [
            (r, m)
            for r in own
            if _sees_form(r, row, frame)
            for m in forms(r, frame.resources)
            if m.ident in _FREE or m.ident not in BARE
        ]
    if any(m.ident not in _OUTSIDE for _, m in named):
        named = [(r, m) for r, m in named if m.ident not in _OUTSIDE]  # in which form, another sentence says
    if not named and not row.negated:
        named = _only_form(own, frame)
    shown = [(r, with_mitochondria(m, frame)) for r, m in named]
    wide = general({m.ident for _, m in shown}, frame.resources.vocabulary)
    kept = {m.ident: (r, m) for r, m in reversed(shown) if m.ident not in wide}
    for reading, mention in list(reversed(kept.values()))[:_MOST_FORMS]:
        row.say(reading, linked("form", [mention]), "prose:form", _FORM)


def _sees_form(reading: Reading, row: Draft, frame: Frame) -> bool:
    """Whether a sentence that states no finding tells in what mitochondria were found, or travelled, and of no other cells."""
    if reading.findings or reading.sentence.voice != "own" or not reading.sentence.topical:
        return False
    cells = {m.ident for m in reading.slots.mentions if m.category in CELLS}
    return frame.resources.rules.sign["form_seen"].search(reading.sentence.text) is not None and related(
        cells, row.idents("donor"), frame.resources.vocabulary
    )


def _told(row: Draft, role: str) -> set[str]:
    return {m.ident for finding in row.findings for m in finding.roles.get(role, ())}


def _only_form(own: Sequence[Reading], frame: Frame) -> list[tuple[Reading, Mention]]:
    """The only vesicle that the article names with mitochondria, where it names no contact between cells."""
    entries = frame.resources.vocabulary.entries
    mechanisms = {m.ident for r in own for m in r.slots.mentions if m.category == "mechanism"}
    if any(entries[ident].extra.get("kind") == _CONTACT for ident in mechanisms):
        return []
    named = [(r, m) for r in own if r.sentence.topical for m in forms(r, frame.resources) if m.ident not in BARE]
    return named[:1] if len({m.ident for _, m in named}) == 1 else []


def with_mitochondria(form: Mention, frame: Frame) -> Mention:
    """The form as one that holds mitochondria, where the vocabulary has such an entry."""
    label = frame.resources.vocabulary.label(form.ident)
    found = frame.resources.matcher("secreted_form").exactly(f"{label} containing mitochondria")
    return form._replace(ident=found[0].ident) if found else form
