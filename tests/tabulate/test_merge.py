"""Events to groups: prose beside tables, groups given by annotation, studies of a name only."""

from __future__ import annotations

from typing import Any

from mitotransfer.document import Annotated, Event, Head, Locator, Role, Study
from mitotransfer.settings import TabulateSettings
from mitotransfer.tabulate.merge import Group, group_events

DONOR, RECIPIENT = Role("donor", "MSCs", "cell:msc"), Role("recipient", "neurons", "cell:neuron")
OWN, CITED = Study("Doe, 2024", "PMC1"), Study("Spees et al., 2006", doi="10.1/x", cited=True)


def event(*roles: Role, **given: Any) -> Event:
    values: dict[str, Any] = {"kind": "transfer", "table": "secretion", "source": "prose", "study": OWN}
    values |= {"rule": "prose:x", "group": ""}
    return Event(roles=roles, locator=Locator("/p[1]", "Results", "A sentence."), **values | given)


def groups(*events: Event, review: bool = False) -> list[Group]:
    return group_events(Annotated(Head("PMC1"), review, events), TabulateSettings())


def test_events_of_one_group_are_one_row() -> None:
    found = groups(event(DONOR, group="a"), event(RECIPIENT, group="a"), event(DONOR, RECIPIENT, group="b"))
    assert [len(group.events) for group in found] == [2, 1]


def test_events_without_a_group_join_by_donor() -> None:
    other = Role("donor", "platelets", "cell:platelet")
    assert [len(group.events) for group in groups(event(DONOR), event(DONOR, RECIPIENT), event(other))] == [2, 1]


def test_effect_joins_the_row_of_its_group() -> None:
    effect = event(Role("effect", "ATP", "outcome:atp", "increase"), kind="effect", group="b")
    first, second = groups(effect, event(DONOR, group="a"), event(DONOR, RECIPIENT, group="b"))
    assert (len(first.events), len(second.events)) == (1, 2)


def test_prose_fills_only_what_a_table_row_leaves_empty() -> None:
    row = event(DONOR, source="table", study=CITED, group="t1 row 1")
    said = event(DONOR, Role("donor", "stem cells", "cell:stem_cell"), RECIPIENT, study=CITED)
    (group,) = groups(row, said, review=True)
    assert group.idents("donor") == {"cell:msc"}
    assert group.idents("recipient") == {"cell:neuron"}


def test_prose_that_adds_nothing_to_a_table_row_is_left_out() -> None:
    row = event(DONOR, source="table", study=CITED, group="t1 row 1")
    (group,) = groups(row, event(Role("donor", "stem cells", "cell:stem_cell"), study=CITED), review=True)
    assert len(group.events) == 1


def test_cited_findings_of_a_primary_article_make_no_row() -> None:
    assert groups(event(DONOR, RECIPIENT, study=CITED)) == []


def test_studies_of_a_printed_name_are_kept_apart() -> None:
    # plain text without a reference list: the name is all that tells them apart
    found = groups(event(DONOR, RECIPIENT, study=Study("Doe et al.")), event(DONOR, RECIPIENT, study=Study("Roe et al.")))
    assert [group.study.reference for group in found] == ["Doe et al.", "Roe et al."]


def test_a_study_listed_in_a_table_of_another_kind_makes_no_row_beside_it() -> None:
    given = {"kind": "transplantation", "table": "transplantation", "source": "table"}
    listed = event(Role("mito_source", "liver", "tissue:liver"), study=CITED, group="t1 row 1", **given)
    other = event(DONOR, source="table", study=Study("Roe et al., 2010", doi="10.1/y", cited=True), group="t2 row 1")
    found = groups(listed, other, event(DONOR, RECIPIENT, study=CITED), review=True)
    assert [group.table for group in found] == ["transplantation", "secretion"]
    # without a table of that kind the article has listed nothing of it
    assert [group.table for group in groups(listed, event(DONOR, RECIPIENT, study=CITED), review=True)][1:] == ["secretion"]


def test_beside_a_table_of_its_kind_a_row_from_prose_names_its_donor() -> None:
    other = event(DONOR, source="table", study=Study("Roe et al., 2010", doi="10.1/y", cited=True), group="t1 row 1")
    assert len(groups(other, event(RECIPIENT, study=CITED), review=True)) == 1
    assert len(groups(other, event(DONOR, RECIPIENT, study=CITED), review=True)) == 2
    assert len(groups(event(RECIPIENT, study=CITED), review=True)) == 1
