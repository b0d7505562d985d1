"""Articles by id: what the licence lets be kept, what the next run asks and keeps, what goes wrong on this side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes import faults
from fakes.articles import jats
from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.fetch.cloud import Cloud
from mitotransfer.settings import known_email, load
from remotes import Services, fetch, stored

# -- licences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("open", {"CC0", "CC BY", "CC BY-SA", "CC BY-ND"}),
        ("noncommercial", {"CC0", "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"}),
        ("tdm", {"CC0", "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND", "TDM", "", "own words"}),
    ],
)
def test_licence_policy(world: Services, raw: Path, policy: str, kept: set[str]) -> None:
    licences = ["CC0", "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND", "TDM", "own words", None]
    for number, licence in enumerate(licences, 11):
        world.cloud.add(f"PMC{number}", license_code=licence)
        world.eutils.add(f"PMC{number}")  # what may not be kept is not looked for elsewhere
    lines = fetch(raw, world.settings(licences=policy), *(f"PMC{n}" for n in range(11, 21)))
    assert {line.licence for line in lines if line.status == "ok"} == kept
    assert {(line.status, line.code) for line in lines if line.status != "ok"} <= {("not_open_access", "licence")}
    assert not world.eutils.requests
    assert len([record for record in world.cloud.requests if record.route.endswith(".xml")]) == len(kept)  # others never sent


def test_source_that_tells_no_licence(world: Services, raw: Path) -> None:
    world.eutils.add("PMC11")
    world.eutils.add("PMC12", withheld=True)
    lines = fetch(raw, world.settings(licences="noncommercial"), "PMC11", "PMC12")
    assert [(line.status, line.code, line.sha256) for line in lines] == [
        ("not_open_access", "licence", ""), ("not_open_access", "withheld", ""),
    ]  # fmt: skip


def test_stricter_policy_later_removes_what_was_kept(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", license_code="TDM")
    fetch(raw, world.settings(), "PMC11")
    assert len(stored(raw)) == 1
    assert fetch(raw, world.settings(licences="open"), "PMC11")[0].code == "licence"
    assert fetch(raw, world.settings(licences="open", offline=True), "PMC11")[0].code == "offline"
    assert stored(raw) == {}


# -- the next run ----------------------------------------------------------------------------------------------------


def test_second_run_fetches_nothing_that_is_unchanged(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    world.cloud.add("PMC12", 1)
    world.cloud.add("PMC12", 2)
    world.eutils.add("PMC13")
    world.idconv.add("PMC14", 514)
    world.cloud.add("PMC14")
    first = fetch(raw, world.settings(), "PMC11", "PMC12", "PMC13", "514")
    world.asked()
    assert fetch(raw, world.settings(), "PMC11", "PMC12", "PMC13", "514") == first
    asked = {name: [record.route for record in fake.requests] for name, fake in world.all.items()}
    assert not any(route.endswith(".xml") for route in asked["cloud"])
    assert [asked[name] for name in ("eutils", "europepmc", "bioc", "idconv")] == [[]] * 4
    assert [record.status for record in world.cloud.requests if record.route == "/metadata/PMC11.1.json"] == [304]


def test_article_replaced_in_place_and_new_version(world: Services, raw: Path) -> None:
    for pmcid in ("PMC11", "PMC12", "PMC13"):
        world.cloud.add(pmcid)
    before = fetch(raw, world.settings(), "PMC11", "PMC12", "PMC13")
    world.cloud.replace("PMC11", 1, jats("PMC11", seed="new"), is_retracted=True)
    world.cloud.add("PMC12", 2)
    after = fetch(raw, world.settings(), "PMC11", "PMC12", "PMC13")
    assert [line.version for line in after] == [1, 2, 1]
    assert before[0].sha256 != after[0].sha256 and "retracted" in after[0].flags
    assert before[2] == after[2]
    assert len(stored(raw)) == 3  # what was replaced is gone


def test_article_that_was_removed_is_not_kept(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    fetch(raw, world.settings(), "PMC11")
    world.cloud.remove("PMC11", 1)
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert line.code == "not-found" and stored(raw) == {}


def test_article_that_cannot_be_asked_about_stays_and_that_is_said(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    world.eutils.add("PMC11")
    (before,) = fetch(raw, world.settings(), "PMC11")
    world.cloud.plan.on(".", faults.status(500))
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.source, line.status, line.code, line.sha256) == ("cloud", "ok", "not-checked", before.sha256)
    assert "status 500" in line.reason
    world.cloud.plan.clear()
    assert fetch(raw, world.settings(), "PMC11") == [before]


@pytest.mark.parametrize("damage", [b"", b"x", None])
@pytest.mark.parametrize("what", ["store", "remote"])
def test_damaged_files_are_fetched_again(world: Services, raw: Path, what: str, damage: bytes | None) -> None:
    world.cloud.add("PMC11")
    before = fetch(raw, world.settings(), "PMC11")
    (path,) = (raw / what).glob("*/*")
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert fetch(raw, world.settings(), "PMC11") == before


def test_leftovers_of_a_run_that_was_cut_off_go(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    before = fetch(raw, world.settings(), "PMC11")
    for path in (*(raw / "store").glob("*/*"), *(raw / "remote").glob("*/*")):
        path.with_name(f".{path.name}.1-2.tmp").write_bytes(b"half")
    assert fetch(raw, world.settings(), "PMC11") == before
    assert not list(raw.rglob(".*"))


def test_offline(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    world.cloud.add("PMC12")
    world.idconv.add("PMC12", 512)
    before = fetch(raw, world.settings(), "PMC11", "512")
    world.asked()
    lines = fetch(raw, world.settings(offline=True), "PMC11", "512", "PMC13", "599")
    assert not world.asked()
    assert [(line.name, line.status, line.code) for line in lines] == [
        ("512", "ok", ""), ("599", "failed", "offline"), ("PMC11", "ok", ""), ("PMC13", "failed", "offline"),
    ]  # fmt: skip
    assert [lines[0], lines[2]] == before


def test_same_bytes_under_two_names_written_at_once(world: Services, raw: Path) -> None:
    """Both threads write the same file of the store."""
    xml = jats("PMC11", seed="same")
    ids = [f"PMC{n}" for n in range(11, 61)]
    for pmcid in ids:
        world.cloud.add(pmcid, xml=xml)
    lines = fetch(raw, world.settings(), *ids)
    assert {line.status for line in lines} == {"ok"} and len(stored(raw)) == 1


# -- what goes wrong here ---------------------------------------------------------------------------------------------


def test_disk_that_is_full_ends_it(world: Services, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No article could be kept: unlike a failure of one article."""

    def full(*_: object) -> None:
        raise OutputError("store: cannot be written (No space left on device)")

    world.cloud.add("PMC11")
    monkeypatch.setattr("mitotransfer.store.Blobs.keep", full)
    with pytest.raises(OutputError, match="No space left"):
        fetch(raw, world.settings(), *(f"PMC{n}" for n in range(11, 40)))


def test_mistake_of_ours_costs_one_article(world: Services, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true = Cloud.article

    def article(self: Cloud, pmcid: str, *rest: object) -> object:
        return true(self, pmcid, *rest) if pmcid != "PMC12" else {}["nothing"]  # type: ignore[arg-type]

    for pmcid in ("PMC11", "PMC12"):
        world.cloud.add(pmcid)
    monkeypatch.setattr(Cloud, "article", article)
    one, two = fetch(raw, world.settings(), "PMC11", "PMC12")
    assert one.status == "ok" and (two.status, two.code) == ("failed", "internal-error") and "KeyError" in two.reason


@pytest.mark.parametrize("email", ["me", "a b@c", "łab@example.org", "a@b\n", "@"])
def test_contact_that_is_no_address(email: str, tmp_path: Path) -> None:
    """It stands in a header of every request."""
    config = tmp_path / "run.yaml"
    config.write_text(json.dumps({"fetch": {"email": email}}))
    with pytest.raises(ConfigError, match="email"):
        load(config)
    with pytest.raises(ConfigError, match="no e-mail address"):
        known_email(email)
