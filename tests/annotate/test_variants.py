"""The normal form and the spellings of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitotransfer.annotate.variants import case_sensitive, form_variants, normal, plural, spelling


@given(st.text())
def test_the_normal_form_keeps_every_offset(text: str) -> None:
    assert len(normal(text)) == len(text) == len(spelling(text))


@given(st.text())
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ischemia–Reperfusion", "ischemia reperfusion"),
        ("I/R", "i r"),
        ("co\u00a0culture_x", "co culture x"),
        ("Parkinson’s", "parkinson's"),
        ("Ca²⁺", "ca2+"),
        ("BaCl₂", "bacl2"),
        ("10 \u00b5g", "10 μg"),
        ("TNF-𝛼", "tnf α"),
        ("ΔΨm", "δψm"),
        ("İstanbul", "istanbul"),
        ("Ndufs4−/− and +/–", "ndufs4-/- and +/-"),
    ],
)
def test_normal_form(text: str, expected: str) -> None:
    assert normal(text) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [("SHED", True), ("HK-2", True), ("mtDNA", True), ("heart", False), ("MitoTracker", False), ("i.v.", False)],
)
def test_which_forms_match_in_their_own_case_only(form: str, expected: bool) -> None:
    assert case_sensitive(form) is expected


@pytest.mark.parametrize(
    ("form", "variant"),
    [
        ("astrocyte", "astrocytes"),
        ("vesicle containing mitochondria", "vesicles containing mitochondria"),
        ("loss of neurons", "losses of neurons"),
        ("cardiomyopathy", "cardiomyopathies"),
        ("thrombus", "thrombi"),
        ("filopodium", "filopodia"),
        ("anastomosis", "anastomoses"),
        ("biopsy", "biopsies"),
        ("dendritic process", "dendritic processes"),
        ("donor mitochondria", "donor mitochondrion"),
        ("MSC", "MSCs"),
        ("co-culture", "coculture"),
        ("co-culture", "co culture"),
        ("coculture", "co culture"),
        ("nonischemic heart", "non ischemic heart"),
        ("SH-SY5Y", "shsy5y"),
        ("MDA-MB-231", "mda mb231"),
        ("PC12", "PC 12"),
        ("CD38", "Cd38"),
        ("Mfn2", "MFN2"),
        ("Miro 1", "miro1"),
        ("TNF-α", "TNFα"),
        ("TNF-α", "TNF alpha"),
        ("transforming growth factor beta", "transforming growth factor β"),
        ("β1-integrin", "beta 1 integrin"),
        ("IL-1 beta secretion", "il 1β secretion"),
        ("cardiac ischemia", "cardiac ischaemia"),
        ("lung oedema", "lung edema"),
        ("hemorrhagic shock", "haemorrhagic shock"),
        ("tumor growth", "tumour growth"),
        ("internalization", "internalisation"),
        ("tunneling nanotube", "tunnelling nanotubes"),
        ("fluorescently labeled", "fluorescently labelled"),
        ("acute leukemia", "acute leukaemia"),
        ("fetal fibroblast", "foetal fibroblasts"),
        ("muscle fiber", "muscle fibres"),
        ("pediatric patient", "paediatric patients"),
        ("anesthesia", "anaesthesia"),
        ("Parkinson's disease", "parkinson disease"),
    ],
)
def test_a_name_has_this_spelling(form: str, variant: str) -> None:
    assert variant in form_variants(form)


@pytest.mark.parametrize(
    ("form", "variant"),
    [
        ("TNF-α", "TNF a"),
        ("MSC", "msc"),
        ("SHED", "Shed"),
        ("CD38", "cd38"),
        ("bone marrow-derived macrophage", "bone marrowderived macrophage"),
        ("chemotherapy", "chaemotherapy"),
        ("intravenously", "intravenouslys"),
    ],
)
def test_a_name_has_not_this_spelling(form: str, variant: str) -> None:
    assert variant not in form_variants(form)


def test_verbs_and_cues_get_no_plural() -> None:
    assert form_variants("secrete", plurals=False) == {"secrete"}


def test_plural_of_a_plural_is_nothing() -> None:
    assert plural("vesicles") == ()
    assert plural("transplanted") == ()


@given(st.from_regex(r"[A-Za-zα-ω0-9][A-Za-zα-ω0-9' /-]{0,20}[A-Za-z0-9]", fullmatch=True))
def test_every_name_is_one_of_its_own_spellings(form: str) -> None:
    wanted = " ".join((spelling(form) if case_sensitive(form) else normal(form)).split())
    assert wanted in form_variants(form)
