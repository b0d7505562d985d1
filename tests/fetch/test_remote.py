"""Articles by id over fake services: which source and version is taken, what is kept, and what is said of what is not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fakes import faults
from fakes.articles import jats
from fakes.wire import as_text
from mitotransfer.fetch import ManifestLine
from mitotransfer.fetch.cloud import _key
from mitotransfer.fetch.http import FetchError
from remotes import Services, fetch, stored


def told(line: ManifestLine) -> tuple[str, str, str]:
    return line.source, line.status, line.code


# -- the bucket ------------------------------------------------------------------------------------------------------


def test_article_of_the_bucket(world: Services, raw: Path) -> None:
    xml = world.cloud.add("PMC11", license_code="CC BY-NC")
    (line,) = fetch(raw, world.settings(), "PMC11")
    sha256, md5 = hashlib.sha256(xml).hexdigest(), hashlib.md5(xml).hexdigest()
    assert line == ManifestLine(
        "PMC11", "command line", "PMC11.xml", sha256, len(xml), source="cloud", date=line.date, version=1, licence="CC BY-NC",
        flags=("open-access",), md5=md5,
    )  # fmt: skip
    assert stored(raw) == {sha256: xml}
    assert [record.route for record in world.cloud.requests] == ["/", "/metadata/PMC11.1.json", "/PMC11.1/PMC11.1.xml"]
    assert world.asked() == {"cloud": 3}


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        ({1: {"is_manuscript": True}, 2: {}}, 2),
        ({1: {}, 2: {"is_manuscript": True}}, 1),  # the published one, though it is older
        ({2: {}, 10: {}}, 10),  # 10 is after 2, though not in the bucket's order
        ({9: {"is_manuscript": True}, 10: {"is_manuscript": True}}, 10),
        ({3: {}}, 3),
    ],
)
def test_version_that_is_taken(world: Services, raw: Path, versions: dict[int, dict[str, bool]], taken: int) -> None:
    for version, flags in versions.items():
        world.cloud.add("PMC11", version, **flags)
    world.cloud.add("PMC111")  # another article, whose id begins alike
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.version, line.file) == (taken, "PMC11.xml")


def test_versions_over_several_pages(world: Services, raw: Path) -> None:
    world.cloud.page_size = 2
    for version in (1, 2, 3, 10, 11):
        world.cloud.add("PMC11", version)
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert line.version == 11


def test_version_removed_since_it_was_listed(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", 1)
    world.cloud.add("PMC11", 2)
    for version in (1, 2):
        world.cloud.add("PMC12", version)
        del world.cloud.objects[f"metadata/PMC12.{version}.json"]
    del world.cloud.objects["metadata/PMC11.2.json"]
    lines = fetch(raw, world.settings(sources=("cloud",)), "PMC11", "PMC12")
    assert [(line.version, line.code) for line in lines] == [(1, ""), (0, "not-found")]
    assert "listed, but without metadata" in lines[1].reason


def test_version_replaced_between_metadata_and_text(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    new = jats("PMC11", seed="new")
    true = world.cloud.answer

    def answer(record):  # type: ignore[no-untyped-def]
        given = true(record)
        if record.route.startswith("/metadata/") and world.cloud.objects["PMC11.1/PMC11.1.xml"].data != new:
            world.cloud.replace("PMC11", 1, new)
        return given

    world.cloud.answer = answer  # type: ignore[method-assign]
    fetch(raw, world.settings(), "PMC11")
    assert list(stored(raw).values()) == [new]


@pytest.mark.parametrize("keys", [("media_urls", "pdf_url", "mid", "pmid", "doi", "title"), ("license_code", "is_retracted")])
@pytest.mark.parametrize("how", ["omit", "null"])
def test_metadata_may_lack_nearly_everything(world: Services, raw: Path, keys: tuple[str, ...], how: str) -> None:
    world.cloud.add("PMC11", **{how: keys})
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert told(line) == ("cloud", "ok", "") and line.licence == ("" if "license_code" in keys else "CC BY")


def test_numbers_as_text_and_odd_values_where_nothing_is_read(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", pmid=["?"], title=5)
    meta = json.loads(world.cloud.objects["metadata/PMC11.1.json"].data)
    world.cloud.put_metadata("PMC11", 1, meta | {"version": "1"})
    assert told(fetch(raw, world.settings(), "PMC11")[0]) == ("cloud", "ok", "")


def test_plain_text_where_there_is_no_xml(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", xml=None)
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.file, line.status) == ("PMC11.txt", "ok")


def test_no_full_text_at_all(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", omit=("xml_url", "text_url"))
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.status, line.code) == ("not_open_access", "no-full-text")


BAD = {
    "of another article": {"pmcid": "PMC12", "version": 1},
    "of another version": {"pmcid": "PMC11", "version": 2},
    "without a name": {"version": 1},
    "a list": [],
    "not JSON": b"{",
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("meta", BAD.values(), ids=BAD)
def test_metadata_that_are_wrong(world: Services, raw: Path, meta: object) -> None:
    world.cloud.add("PMC11")
    world.cloud.put_metadata("PMC11", 1, meta)
    (line,) = fetch(raw, world.settings(sources=("cloud",)), "PMC11")
    assert line.status == "failed" and line.code == ("truncated" if meta == b"{" else "bad-metadata")


@pytest.mark.parametrize(
    "address",
    [
        "s3://other-bucket/PMC11.1/PMC11.1.xml",
        "s3://pmc-oa-opendata/PMC12.1/PMC12.1.xml",
        "s3://pmc-oa-opendata/PMC11.1/../PMC12.1/PMC12.1.xml",
        "s3://pmc-oa-opendata/PMC11.1/..",
        "https://pmc-oa-opendata/PMC11.1/PMC11.1.xml",
        "http://127.0.0.1/PMC11.1/PMC11.1.xml",
        "s3://[::/PMC11.1/PMC11.1.xml",
        "PMC11.1/PMC11.1.xml",
    ],
)
def test_address_in_metadata_that_leads_elsewhere(world: Services, raw: Path, address: str) -> None:
    world.cloud.add("PMC11")
    world.cloud.add("PMC12")
    meta = json.loads(world.cloud.objects["metadata/PMC11.1.json"].data)
    world.cloud.put_metadata("PMC11", 1, meta | {"xml_url": address})
    (line,) = fetch(raw, world.settings(sources=("cloud",)), "PMC11")
    assert (line.status, line.code) == ("failed", "bad-address") and stored(raw) == {}
    assert not any("12" in record.route for record in world.cloud.requests)


def test_address_in_metadata_is_read_as_it_is() -> None:
    assert _key("s3://pmc-oa-opendata/PMC1.1/a b%20c.xml?md5=" + "AB" * 16, "PMC1.1") == ("PMC1.1/a b%20c.xml", "ab" * 16)
    assert _key("s3://pmc-oa-opendata/PMC1.1/a.xml?md5=?", "PMC1.1") == ("PMC1.1/a.xml", "")
    with pytest.raises(FetchError):
        _key("s3://pmc-oa-opendata/PMC1.10/a.xml", "PMC1.1")


def test_wrong_md5(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", wrong_md5=True)
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.status, line.code) == ("failed", "wrong-md5") and stored(raw) == {}


def test_listing_with_declarations_or_of_something_else(world: Services, raw: Path) -> None:
    world.cloud.plan.on(r"prefix=PMC11\.", faults.instead("bomb", as_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')))
    world.cloud.plan.on(r"prefix=PMC12\.", faults.instead("other", as_text("<a/>")))
    world.cloud.plan.on(r"prefix=PMC13\.", faults.truncated())
    world.cloud.add("PMC13")
    lines = fetch(raw, world.settings(sources=("cloud",)), "PMC11", "PMC12", "PMC13")
    assert [line.code for line in lines] == ["bad-listing", "bad-listing", "truncated"]


def test_retracted_article_is_flagged(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", is_retracted=True)
    world.cloud.add("PMC12", is_historical_ocr=True)
    one, two = fetch(raw, world.settings(), "PMC11", "PMC12")
    assert "retracted" in one.flags and two.flags == ("open-access", "ocr")


# -- the other sources -----------------------------------------------------------------------------------------------


def test_sources_are_asked_in_their_order(world: Services, raw: Path) -> None:
    world.eutils.add("PMC11")
    world.europepmc.add("PMC11")
    world.bioc.add("PMC11")
    assert told(fetch(raw / "1", world.settings(), "PMC11")[0]) == ("efetch", "ok", "")
    assert told(fetch(raw / "2", world.settings(sources=("bioc", "efetch")), "PMC11")[0]) == ("bioc", "ok", "")
    world.asked()
    assert told(fetch(raw / "3", world.settings(sources=("cloud", "europepmc", "bioc")), "PMC11")[0])[0] == "europepmc"
    assert world.asked() == {"cloud": 1, "europepmc": 1}


def test_who_asks_is_told(world: Services, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "good-key")
    world.eutils.add("PMC11")
    fetch(raw, world.settings(), "PMC11")
    (record,) = world.eutils.requests
    assert [record.first(name) for name in ("tool", "email", "api_key", "id")] == [
        "mitotransfer", "lab@example.org", "good-key", "11",
    ]  # fmt: skip
    assert record.headers["user-agent"].startswith("mitotransfer/") and "mailto:lab@example.org" in record.headers["user-agent"]
    assert "api_key" not in world.cloud.requests[0].query


def test_key_that_is_refused_is_sent_once(world: Services, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "s3cret")
    lines = fetch(raw, world.settings(workers=1), *(f"PMC{n}" for n in range(11, 15)))
    assert {(line.status, line.code) for line in lines} == {("failed", "key-refused")}
    assert world.asked()["eutils"] == 1
    assert b"s3cret" not in b"".join(path.read_bytes() for path in raw.rglob("*") if path.is_file())


@pytest.mark.parametrize("form", ["error", "Reply"])
def test_unknown_id(world: Services, raw: Path, form: str) -> None:
    world.eutils.unknown_form = form  # type: ignore[assignment]
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.status, line.code) == ("not_found", "not-found")
    assert world.asked() == dict.fromkeys(("cloud", "eutils", "europepmc", "bioc"), 1)  # no second try of anything
    for said in ("not in PMC's open data sets", "unknown to efetch", "Europe PMC gives no full text", "not in BioC"):
        assert said in line.reason


def test_body_that_is_withheld(world: Services, raw: Path) -> None:
    world.eutils.add("PMC11", pmid="5", doi="10.5555/x", withheld=True)
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert told(line) == ("efetch", "not_open_access", "withheld")
    assert b"10.5555/x" in stored(raw)[line.sha256]  # the front matter, for its ids and title


def test_body_that_is_withheld_here_and_given_there(world: Services, raw: Path) -> None:
    world.eutils.add("PMC11", withheld=True)
    world.europepmc.add("PMC11")
    assert told(fetch(raw, world.settings(), "PMC11")[0]) == ("europepmc", "ok", "")


def test_the_true_reason_is_that_of_the_source_which_knew_most(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11")
    world.cloud.plan.on("PMC11", faults.refused())
    (line,) = fetch(raw, world.settings(), "PMC11")
    assert (line.status, line.code) == ("failed", "refused") and "unknown to efetch" in line.reason
    assert world.asked()["cloud"] == 1


def test_what_the_bucket_fails_to_give_comes_from_elsewhere(world: Services, raw: Path) -> None:
    world.cloud.add("PMC11", wrong_md5=True)
    world.eutils.add("PMC11")
    assert told(fetch(raw, world.settings(), "PMC11")[0]) == ("efetch", "ok", "")


@pytest.mark.parametrize("fault", [faults.truncated(), faults.html_page(), faults.rate_limit_json(), faults.status(500)])
@pytest.mark.parametrize("source", ["efetch", "europepmc", "bioc"])
def test_failures_of_the_other_sources_pass(world: Services, raw: Path, source: str, fault: faults.Fault) -> None:
    fake = {"efetch": world.eutils, "europepmc": world.europepmc, "bioc": world.bioc}[source]
    fake.add("PMC11")
    fake.plan.on("11", fault, times=2)
    (line,) = fetch(raw, world.settings(sources=(source,)), "PMC11")
    assert told(line) == (source, "ok", "") and len(fake.requests) == 3


def test_without_a_contact_ncbi_is_not_asked_and_that_is_said(world: Services, raw: Path) -> None:
    world.eutils.add("PMC11")
    lines = fetch(raw, world.settings(email=""), "PMC11", "12345", "10.5555/x")
    assert world.asked() == {"cloud": 1, "europepmc": 1}
    assert [(line.status, line.code) for line in lines] == [
        ("failed", "no-contact"), ("failed", "no-contact"), ("not_found", "not-found"),
    ]  # fmt: skip
    assert all("NCBI wants a contact address (fetch.email, --email)" in line.reason for line in lines)


# -- ids -------------------------------------------------------------------------------------------------------------


def test_pmid_and_doi_by_the_converter(world: Services, raw: Path) -> None:
    for number in (11, 12):
        world.cloud.add(f"PMC{number}")
        world.idconv.add(f"PMC{number}", 500 + number, f"10.5555/fake.{number}")
    lines = fetch(raw, world.settings(), "511", "10.5555/FAKE.12", "599")
    assert [(line.name, line.file, line.code) for line in lines] == [
        ("10.5555/FAKE.12", "PMC12.xml", ""), ("511", "PMC11.xml", ""), ("599", "", "not-in-pmc"),
    ]  # fmt: skip
    assert world.asked() == {"cloud": 6, "idconv": 2}
    assert "bare digits are read as a PMID" in lines[2].reason


def test_article_asked_for_by_all_its_ids_is_fetched_once(world: Services, raw: Path, tmp_path: Path) -> None:
    world.cloud.add("PMC11")
    world.idconv.add("PMC11", 511, "10.5555/fake.11")
    (tmp_path / "ids.txt").write_text("PMC11\n511\ndoi:10.5555/fake.11\nPMC11.1\n")
    lines = fetch(raw, world.settings(), tmp_path / "ids.txt")
    assert sorted((line.status, line.code) for line in lines) == [("dropped", "repeated-id")] * 3 + [("ok", "")]
    assert world.asked()["cloud"] == 3
    assert sum("the same article (PMC11) was asked for at" in line.reason for line in lines) == 2
