"""Reading a line of evidence back: its roles, and where they stand in the sentence."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.document import Event, Locator, Role, Study
from mitotransfer.evidence import RoleText, read_roles, spans
from mitotransfer.tabulate.build import evidence_line

SENTENCE = "Astrocytes gave mitochondria to neurons; the astrocytes kept their own mitochondria, and ATP of neurons rose."


def line(roles: str, start: int, end: int, sentence: str = SENTENCE) -> dict[str, str]:
    return {"sentence": sentence, "roles": roles, "start": str(start), "end": str(end)}


def shown(record: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(span.role, record["sentence"][span.start : span.end], span.start) for span in spans(record)]


def test_roles_are_read_with_ids_and_targets() -> None:
    cell = "donor=MSCs; recipient=; donor=MSC (human, young)<cell:msc>"
    assert read_roles("donor=MSC (human, young)<cell:msc>; effect=ATP<outcome:atp:increase> in HeLa cells; form=EVs<>") == [
        RoleText("donor", "MSC (human, young)", "cell:msc"),
        RoleText("effect", "ATP", "outcome:atp:increase", "HeLa cells"),
        RoleText("form", "EVs"),
    ]
    assert read_roles(cell) == [RoleText("donor", "MSC (human, young)", "cell:msc")]  # what a hand broke is left out


def test_the_place_nearest_to_the_trigger_is_shown() -> None:
    record = line("donor=astrocytes<cell:astrocyte>; recipient=neurons<cell:neuron>", 11, 15)
    assert shown(record) == [("donor", "Astrocytes", 0), ("trigger", "gave", 11), ("recipient", "neurons", 32)]


def test_words_of_another_sentence_have_no_span() -> None:
    assert shown(line("donor=microglia<cell:microglia>", 11, 15)) == [("trigger", "gave", 11)]


def test_a_whole_table_row_is_no_trigger() -> None:
    assert shown(line("donor=Astrocytes<>", 0, len(SENTENCE))) == [("donor", "Astrocytes", 0)]


def test_offsets_that_a_hand_broke_show_nothing() -> None:
    assert spans({"sentence": "a b", "roles": "", "start": "x", "end": "-3"}) == []
    assert spans(line("", 5, 4000)) == []


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(words, words, st.sampled_from(["", "cell:neuron", "outcome:atp:increase"]))
def test_what_is_written_is_read_again(surface: str, target: str, ident: str) -> None:
    name, direction = ident, ""
    if ident.startswith("outcome"):
        name, _, direction = ident.rpartition(":")
    role = Role("effect", surface, name, direction, target if direction else "")
    event = Event("effect", "secretion", "prose", Locator("/a", "", surface), Study(), (role,), "rule")
    found = read_roles(evidence_line(event, "r1", "r1", "PMC1").roles)
    if not any(sign in surface + target for sign in "<>=;"):
        assert found == [RoleText("effect", surface, ident, role.target)]


@given(words, words, st.integers(-5, 40), st.integers(-5, 40))
def test_spans_never_overlap_or_leave_the_sentence(sentence: str, surface: str, start: int, end: int) -> None:
    places = spans({"sentence": sentence, "roles": f"donor={surface}<>; form={surface}<>", "start": str(start), "end": str(end)})
    assert all(0 <= span.start < span.end <= len(sentence) for span in places)
    assert all(one.end <= other.start for one, other in itertools.pairwise(places))
