"""Rows of the secretion table from the findings of an article: which findings make one, and what completes it."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.cells import linked
from mitotransfer.annotate.drafts import Draft, related
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.roles import Finding, Reading, forms
from mitotransfer.annotate.slots import BARE
from mitotransfer.annotate.vocabulary import Vocabulary
from mitotransfer.document import Mention

_CELLS = ("cell", "cell_line")
_CIRCUMSTANCES = ("condition", "model_procedure", "disease")
_CONTACT = "transfer"  # the kind of mechanisms that hand mitochondria over from cell to cell


def secretion_rows(own: Sequence[Reading], vocabulary: Vocabulary) -> list[Draft]:
    """The findings of cells that release or receive mitochondria, those together that agree on donor and recipient."""
    rows: list[Draft] = []
    findings = [f for r in own for f in r.findings if f.table == "secretion"]
    for finding in sorted(findings, key=lambda f: not (f.roles.get("donor") and f.roles.get("recipient"))):
        for role in ("donor", "recipient"):
            finding.roles[role] = [m for m in finding.roles.get(role, ()) if m.category in _CELLS]
        home = next((row for row in rows if _fits(finding, row, vocabulary)), None)
        if home is None:
            rows.append(home := Draft("secretion", finding.polarity.negated))
        home.findings.append(finding)
    return rows


def _fits(finding: Finding, row: Draft, vocabulary: Vocabulary) -> bool:
    if finding.polarity.negated != row.negated:
        return False
    return all(related(finding.idents(role), row.idents(role), vocabulary) for role in ("donor", "recipient"))


def is_full(row: Draft) -> bool:
    """Whether a row names donor and recipient."""
    return bool(row.mentions("donor") and row.mentions("recipient"))


def stands(row: Draft) -> bool:
    """Whether a row says enough: donor and recipient, or a donor that releases."""
    donor, recipient = row.mentions("donor"), row.mentions("recipient")
    if row.negated or is_full(row):
        return is_full(row)
    leaves = any(f.kind in ("secretion", "transfer") for f in row.findings)
    titled = any(f.sentence.passage.kind == "title" for f in row.findings)
    return bool(donor and leaves) or bool(recipient and titled)


def complete(row: Draft, readings: Sequence[Reading], own: Sequence[Reading], frame: Frame) -> None:
    """Adds what the sentences of a row (`readings`) and the article's own sentences say of the roles that it leaves open."""
    row.frame += frame.donor_species(row.mentions("donor"))
    named = [m for r in readings if r.findings for m in forms(r, frame.resources)] or (
        [] if row.negated else _only_form(own, frame)
    )
    row.frame += linked("form", [with_mitochondria(m, frame) for m in named])[:2]
    row.frame += linked("condition", [m for r in readings for m in frame.in_sentence(r, _CIRCUMSTANCES)])[:3]


def _only_form(own: Sequence[Reading], frame: Frame) -> list[Mention]:
    """The only vesicle that the article names with mitochondria, where it names no contact between cells."""
    entries = frame.resources.vocabulary.entries
    mechanisms = {m.ident for r in own for m in r.slots.mentions if m.category == "mechanism"}
    if any(entries[ident].extra.get("kind") == _CONTACT for ident in mechanisms):
        return []
    named = [m for r in own if r.sentence.topical for m in forms(r, frame.resources) if m.ident not in BARE]
    return named[:1] if len({m.ident for m in named}) == 1 else []


def with_mitochondria(form: Mention, frame: Frame) -> Mention:
    """The form as one that holds mitochondria, where the vocabulary has such an entry."""
    label = frame.resources.vocabulary.label(form.ident)
    found = frame.resources.matcher("secreted_form").exactly(f"{label} containing mitochondria")
    return form._replace(ident=found[0].ident) if found else form
