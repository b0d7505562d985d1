"""Effects in prose: what changes, which way, under what name, and whether mitochondria that moved are the cause."""

from __future__ import annotations

import pytest

from mitotransfer.annotate.prose import prose_events
from mitotransfer.annotate.prose_effects import effects_in
from mitotransfer.annotate.resources import Resources, load
from mitotransfer.annotate.roles import read_sentence
from mitotransfer.annotate.screening import Sentence
from mitotransfer.document import Article, Head, Passage, Study
from mitotransfer.settings import load as load_settings


@pytest.fixture(scope="module")
def resources() -> Resources:
    settings = load_settings()
    return load(settings.annotate, settings.nlp)


def effects(text: str, resources: Resources) -> set[str]:
    """The effects of a sentence, each as "id or words:direction"."""
    assert resources.models is not None
    (analysis,) = resources.models.analyse([text])
    sentence = Sentence(Passage("p", "paragraph", "body", text), 0, text, "own", (Study(),), topical=True, printed=text)
    found = effects_in(read_sentence(sentence, resources, {}, analysis), resources, {})
    return {f"{one.ident.partition(':')[2] or one.surface}:{one.direction}" for one in found}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Infarct size was markedly smaller after transplantation.", {"infarct_size:decrease"}),
        ("Mitochondria raised ATP and lowered lung edema.", {"atp_production:increase", "edema:decrease"}),
        ("Transplantation improved pain.", {"pain:decrease"}),
        ("Mitochondria attenuated the inhibition of surfactant secretion.", {"surfactant_secretion:increase"}),
        ("Transplanted mitochondria ameliorated cognitive impairment.", {"cognitive_deficit:decrease"}),
        ("Cells that had received mitochondria survived better.", {"animal_survival:increase"}),
        ("Macrophages that had received mitochondria shifted toward an M2 phenotype.", {"anti_inflammatory_phenotype:increase"}),
        ("Bcl-2 was upregulated in the mitochondria group.", {"bcl_2:increase"}),
    ],
)
def test_direction_of_what_changes(text: str, wanted: set[str], resources: Resources) -> None:
    assert effects(text, resources) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Cisplatin reduced neuronal survival.",
        "ATP was lower in untreated mice.",
        "Silencing of Miro1 lowered ATP.",
        "Mitochondria may improve cardiac function.",
        "Mitochondria without a membrane no longer raised ATP.",
        "Exogenous mitochondria were added to inhibit apoptosis.",
    ],
)
def test_what_mitochondria_did_not_bring_is_no_effect(text: str, resources: Resources) -> None:
    assert effects(text, resources) == set()


def test_a_denied_change_is_none(resources: Resources) -> None:
    assert effects("Mitochondria did not raise ATP.", resources) == {"atp_production:none"}
    assert effects("Transplantation had no effect on blood pressure.", resources) == {"blood_pressure:none"}


def test_an_outcome_that_the_vocabulary_does_not_hold_keeps_its_words(resources: Resources) -> None:
    assert effects("Mitochondrial transplantation increased stromal rigidity.", resources) == {"stromal rigidity:increase"}


def test_animals_and_cells_are_no_outcome(resources: Resources) -> None:
    assert effects("Mitochondrial transplantation improved the rats.", resources) == set()


def test_what_changed_in_the_end_wins_over_what_had_not_yet(resources: Resources) -> None:
    texts = [
        "Isolated mitochondria were injected into the heart of rats with infarction.",
        "On day 1 the mitochondria did not reduce infarct size in rats.",
        "On day 7 infarct size was smaller in rats given mitochondria.",
    ]
    passages = tuple(Passage(f"p{n}", "paragraph", "body", text, f"/p[{n}]", ("Results",)) for n, text in enumerate(texts))
    events = prose_events(Article(Head("PMC1", article_type="research-article"), passages), resources, {})
    roles = [role for event in events for role in event.named("effect")]
    assert [(role.ident, role.direction) for role in roles] == [("outcome:infarct_size", "decrease")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Neutrophil infiltration, interstitial edema and apoptosis were diminished by transplantation.",
         {"neutrophil_infiltration:decrease", "edema:decrease", "cell_death:decrease"}),
        ("Donated mitochondria re-established membrane potential and oxidative phosphorylation.",
         {"mitochondrial_membrane_potential:increase", "oxidative_phosphorylation:increase"}),
        ("Transplantation of mitochondria brought down troponin I and lactate.", {"troponin:decrease", "lactate:decrease"}),
        ("Mitochondrial transplantation shielded neurons from oxidative stress and apoptosis.",
         {"oxidative_stress:decrease", "cell_death:decrease"}),
        ("Mitochondrial transfer allowed respiration to resume.", {"mitochondrial_respiration:increase"}),
    ],
)  # fmt: skip
def test_lists_and_particles_are_read_by_the_order_of_words(text: str, wanted: set[str], resources: Resources) -> None:
    assert effects(text, resources) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The ATP content of recipient cells was 1.6 times that of controls.", {"atp_production:increase"}),
        ("Lactate in co-cultured cells was half that of cells grown alone.", {"lactate:decrease"}),
        ("Ejection fraction was 54% in hearts given mitochondria and 38% in vehicle hearts.", {"ejection_fraction:increase"}),
        ("Infarct volume was 21 mm3 in controls but 9 mm3 after transplantation of mitochondria.", {"infarct_size:decrease"}),
        ("65% of neurons with donated mitochondria survived, against 25% in plain medium.", {"animal_survival:increase"}),
        ("Ejection fraction was 54% in young and 38% in old mice.", set()),
        ("Infarct size as a share of the area at risk was 8% with mitochondria and 34% with buffer.", {"infarct_size:decrease"}),
    ],
)  # fmt: skip
def test_numbers_alone_tell_a_change_where_the_treated_side_is_named(text: str, wanted: set[str], resources: Resources) -> None:
    assert effects(text, resources) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("When nanotubes were blocked, ATP did not recover.", {"atp_production:increase"}),
        ("Inhibition of glycolysis increased apoptosis.", set()),
    ],
)
def test_what_is_lost_without_the_transfer_is_its_effect(text: str, wanted: set[str], resources: Resources) -> None:
    assert effects(text, resources) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Neurons that had received mitochondria were less prone to apoptosis.", {"cell_death:decrease"}),
        ("Recipients of mitochondria were less sensitive to bortezomib.", {"drug_sensitivity:decrease"}),
        ("Transfer of mitochondria restored the ability to proliferate.", {"self_renewal_and_proliferation:increase"}),
    ],
)
def test_verbs_adjectives_and_things_name_outcomes(text: str, wanted: set[str], resources: Resources) -> None:
    assert effects(text, resources) == wanted
