"""The fake services answer in the documented shapes and fail on plan."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
import requests

from fakes import faults
from fakes.bioc import BioC
from fakes.cloud import Bucket, jats
from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from fakes.faults import Fault
from fakes.idconv import IdConverter
from fakes.server import Fake, Throttle, busiest
from fakes.trials import Trials
from fakes.wire import Answer, Record, as_text

S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class Echo(Fake):
    """Answers with its own path."""

    def answer(self, record: Record) -> Answer:
        return as_text(f"you asked for {record.route} ".ljust(400, "."))


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_every_request_is_logged_with_what_it_asked(session: requests.Session) -> None:
    with Echo() as echo:
        session.get(f"{echo.url}/a%20b", params={"q": "x y"}, headers={"User-Agent": "me"})
        session.post(f"{echo.url}/form", data={"id": "1,2"})
    first, second = echo.requests
    assert (first.method, first.path, first.query, first.headers["user-agent"]) == ("GET", "/a b", {"q": ["x y"]}, "me")
    assert (second.method, second.first("id"), second.target) == ("POST", "1,2", "/form?id=1,2")
    assert first.client == second.client  # one connection, kept open


def test_busiest_second_counts_over_services() -> None:
    def at(second: float) -> Record:
        return Record(second, "GET", "/", {}, {}, "", "/")

    assert busiest(at(n / 4) for n in range(20)) == 4
    assert busiest([at(0), at(0.5), at(0.99), at(1.0)]) == 3
    assert busiest([at(0), at(30), at(61)], width=60) == 2
    assert busiest([]) == 0


def test_more_requests_than_the_limit_get_429(session: requests.Session) -> None:
    with Echo(limit_per_second=2) as echo:
        assert [session.get(echo.url).status_code for _ in range(4)] == [200, 200, 429, 429]
        assert echo.busiest_second() == 4
        assert [record.status for record in echo.requests] == [200, 200, 429, 429]


def test_services_may_share_a_limit(session: requests.Session) -> None:
    shared = Throttle(2)
    with Echo(throttle=shared) as one, Echo(throttle=shared) as two:
        assert [session.get(fake.url).status_code for fake in (one, two, one)] == [200, 200, 429]


def test_faults_come_at_the_planned_attempts(session: requests.Session) -> None:
    with Echo() as echo:
        echo.plan.on("/a", faults.status(503, retry_after=7), times=2).on("/b", faults.refused(), attempts=(2,))
        answers = [session.get(f"{echo.url}/a") for _ in range(3)]
        assert [one.status_code for one in answers] == [503, 503, 200]
        assert answers[0].headers["Retry-After"] == "7"
        assert [session.get(f"{echo.url}/b").status_code for _ in range(3)] == [200, 403, 200]
        echo.plan.on("/c", faults.slow_down(), times=1, shared=True)
        assert [session.get(f"{echo.url}/c{n}").status_code for n in range(3)] == [503, 200, 200]
    assert [record.fault for record in echo.requests[:3]] == ["status-503", "status-503", ""]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.timeout(5), requests.exceptions.ReadTimeout),
        (faults.reset(50), (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        (faults.reset(50, rst=False), requests.exceptions.ChunkedEncodingError),
        (faults.reset(0), (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        (faults.reset(10_000), (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)),
    ],
)
def test_connections_break_and_then_work_again(
    session: requests.Session, fault: Fault, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    with Echo() as echo:
        echo.plan.on("/x", fault, times=1)
        with pytest.raises(error):
            session.get(f"{echo.url}/x", timeout=(1, 0.05))
        assert session.get(f"{echo.url}/x", timeout=1).ok


def test_a_held_answer_does_not_hold_the_stop(session: requests.Session) -> None:
    start = time.monotonic()
    with Echo() as echo, pytest.raises(requests.exceptions.ReadTimeout):
        echo.plan.on("/", faults.timeout(60))
        session.get(echo.url, timeout=0.05)
    assert time.monotonic() - start < 10


def test_truncated_and_corrupted_bodies_have_a_length_that_fits(session: requests.Session) -> None:
    with Bucket() as bucket:
        xml = bucket.add("PMC1")
        bucket.plan.on("xml", faults.truncated(), attempts=(1,)).on("xml", faults.corrupted(), attempts=(2,))
        cut, wrong, right = (session.get(f"{bucket.url}/PMC1.1/PMC1.1.xml") for _ in range(3))
    assert (cut.status_code, int(cut.headers["Content-Length"])) == (200, len(cut.content))
    assert xml.startswith(cut.content)
    assert len(cut.content) < len(xml)
    assert len(wrong.content) == len(xml)
    assert wrong.content != xml
    assert ET.fromstring(wrong.content).tag == "article"
    assert right.content == xml


def test_other_bodies_come_with_200(session: requests.Session) -> None:
    with Echo() as echo:
        echo.plan.on("/h", faults.html_page()).on("/r", faults.rate_limit_json("key-1")).on("/away", faults.redirect("http://x/"))
        page, limit = session.get(f"{echo.url}/h"), session.get(f"{echo.url}/r")
        away = session.get(f"{echo.url}/away", allow_redirects=False)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (limit.status_code, limit.json()["api-key"], limit.json()["error"]) == (200, "key-1", "API rate limit exceeded")
    assert (away.status_code, away.headers["Location"]) == (302, "http://x/")


def test_bodies_can_be_huge_endless_or_slow(session: requests.Session) -> None:
    with Echo() as echo:
        echo.plan.on("/huge", faults.huge(300_000)).on("/unsaid", faults.huge(300_000, declared=False))
        echo.plan.on("/endless", faults.endless()).on("/drip", faults.drip(0.001, 100))
        assert len(session.get(f"{echo.url}/huge").content) == 300_000
        unsaid = session.get(f"{echo.url}/unsaid")
        assert (len(unsaid.content), "Content-Length" in unsaid.headers) == (300_000, False)
        assert session.get(f"{echo.url}/drip").text.startswith("you asked for /drip")
        with session.get(f"{echo.url}/endless", stream=True) as endless:
            assert sum(len(block) for _, block in zip(range(100), endless.iter_content(65536), strict=False)) > 1_000_000


def test_an_error_in_a_fake_is_raised_when_it_stops(session: requests.Session) -> None:
    with pytest.raises(AssertionError, match="NotImplementedError"), Fake() as fake:
        assert session.get(fake.url).status_code == 500


def listing(session: requests.Session, bucket: Bucket, **params: str) -> ET.Element:
    answer = session.get(bucket.url + "/", params={"list-type": "2"} | params)
    assert answer.status_code == 200
    return ET.fromstring(answer.content)


def test_bucket_lists_versions_in_byte_order(session: requests.Session) -> None:
    with Bucket() as bucket:
        for version in (1, 2, 10):
            bucket.add("PMC11", version)
        bucket.add("PMC111")
        root = listing(session, bucket, prefix="PMC11.", delimiter="/")
        absent = listing(session, bucket, prefix="PMC2.", delimiter="/")
    assert root.tag == f"{S3}ListBucketResult"
    assert root.findtext(f"{S3}Prefix") == "PMC11."
    prefixes = [one.text for one in root.iterfind(f"{S3}CommonPrefixes/{S3}Prefix")]
    assert prefixes == ["PMC11.1/", "PMC11.10/", "PMC11.2/"]
    assert (root.findtext(f"{S3}KeyCount"), root.findtext(f"{S3}IsTruncated")) == ("3", "false")
    assert (absent.findtext(f"{S3}KeyCount"), absent.find(f"{S3}CommonPrefixes")) == ("0", None)


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_bucket_pages_give_everything_once(session: requests.Session, delimiter: str) -> None:
    with Bucket(page_size=2) as bucket:
        for version in range(1, 6):
            bucket.add("PMC11", version)
        found, token, pages = [], "", 0
        while pages == 0 or token:
            more = {"continuation-token": token} if token else {}
            root = listing(session, bucket, prefix="PMC11.", delimiter=delimiter, **more)
            found += [one.text for one in root.iterfind(f"{S3}CommonPrefixes/{S3}Prefix")]
            found += [one.text for one in root.iterfind(f"{S3}Contents/{S3}Key")]
            token, pages = root.findtext(f"{S3}NextContinuationToken") or "", pages + 1
            assert (root.findtext(f"{S3}IsTruncated") == "true") == bool(token)
        assert session.get(bucket.url, params={"list-type": "2", "continuation-token": "@"}).status_code == 400
    keys = [key for key in sorted(bucket.objects) if key.startswith("PMC11.")]
    assert found == (sorted({key.split("/")[0] + "/" for key in keys}) if delimiter else keys)
    assert pages == (len(found) + 1) // 2


def test_bucket_metadata_lead_to_bytes_with_the_stated_md5(session: requests.Session) -> None:
    with Bucket() as bucket:
        bucket.add("PMC7", pmid=5, license_code="CC BY-NC", is_retracted=True)
        meta = session.get(f"{bucket.url}/metadata/PMC7.1.json").json()
        assert session.get(f"{bucket.url}/PMC7.1/PMC7.1.json").json() == meta
        assert (meta["pmcid"], meta["version"], meta["pmid"], meta["license_code"]) == ("PMC7", 1, 5, "CC BY-NC")
        assert (meta["is_pmc_openaccess"], meta["is_manuscript"], meta["is_retracted"], meta["mid"]) == (True, False, True, None)
        for kind in ("xml", "text", "pdf"):
            key, _, md5 = meta[f"{kind}_url"].removeprefix("s3://pmc-oa-opendata/").partition("?md5=")
            answer = session.get(f"{bucket.url}/{key}")
            assert hashlib.md5(answer.content).hexdigest() == md5
            assert answer.headers["ETag"] == f'"{md5}"'
    assert meta["media_urls"][0].startswith("s3://pmc-oa-opendata/PMC7.1/g001.jpg?md5=")


def test_bucket_has_manuscripts_gaps_and_wrong_checksums(session: requests.Session) -> None:
    with Bucket() as bucket:
        bucket.add("PMC1", is_manuscript=True)
        bucket.add("PMC2", omit=("xml_url", "mid"), null=("doi",))
        xml = bucket.add("PMC3", wrong_md5=True)
        bucket.add("PMC4", is_historical_ocr=True)
        tdm, gaps, wrong = (session.get(f"{bucket.url}/metadata/PMC{n}.1.json").json() for n in (1, 2, 3))
        scanned = session.get(f"{bucket.url}/PMC4.1/PMC4.1.xml").content
    assert not {"pdf_url", "media_urls"} & set(tdm)
    assert (tdm["license_code"], tdm["is_pmc_openaccess"], tdm["mid"]) == ("TDM", False, "NIHMS1")
    assert not {"xml_url", "mid"} & set(gaps)
    assert gaps["doi"] is None
    assert hashlib.md5(xml).hexdigest() not in wrong["xml_url"]
    assert ET.fromstring(scanned).find("body/preformat[@preformat-type='pmc-ocr-text']") is not None


def test_bucket_answers_304_until_an_object_is_replaced(session: requests.Session) -> None:
    with Bucket() as bucket:
        bucket.add("PMC1")
        url = f"{bucket.url}/metadata/PMC1.1.json"
        old = session.get(url)
        known = {"If-None-Match": old.headers["ETag"]}
        same = session.get(url, headers=known)
        bucket.replace("PMC1", 1, b"<article><body/></article>", is_retracted=True)
        new = session.get(url, headers=known)
        bucket.put_in_parts("PMC1.1/PMC1.1.pdf")
        assert session.get(f"{bucket.url}/PMC1.1/PMC1.1.pdf").headers["ETag"].endswith('-2"')
        bucket.remove("PMC1", 1)
        gone = session.get(url, headers=known)
    assert (same.status_code, same.content) == (304, b"")
    assert (new.status_code, new.json()["is_retracted"]) == (200, True)
    assert new.json()["xml_url"] != old.json()["xml_url"]
    assert (gone.status_code, ET.fromstring(gone.content).findtext("Code")) == (404, "NoSuchKey")


def test_bucket_inventory_names_every_version(session: requests.Session) -> None:
    with Bucket() as bucket:
        bucket.add("PMC1")
        bucket.add_inventory("2026-01-18")
        top = f"{bucket.url}/inventory-reports/pmc-oa-opendata/metadata"
        manifest = session.get(f"{top}/2026-01-18T01-00Z/manifest.json").json()
        data = session.get(f"{bucket.url}/{manifest['files'][0]['key']}").content
    assert manifest["fileSchema"] == "Bucket, Key, LastModifiedDate, ETag"
    assert gzip.decompress(data).startswith(b'"pmc-oa-opendata","metadata/PMC1.1.json","2026-01-08T11:47:59.000Z","')


def test_articles_are_the_same_for_the_same_seed() -> None:
    assert jats("PMC1", seed=3) == jats("PMC1", seed=3) != jats("PMC1", seed=4)
    assert jats("PMC1").startswith(b"\n<!DOCTYPE article PUBLIC")
    assert ET.fromstring(jats("PMC1", body="")).find("body") is None


def test_every_service_can_be_reached_with_and_without_the_real_path(session: requests.Session) -> None:
    with IdConverter() as converter, Trials() as trials, EuropePMC() as europe, BioC() as bioc, Eutils() as eutils:
        for fake in (converter, trials, europe, bioc, eutils):
            assert fake.endpoint == fake.url + fake.base
        assert session.get(f"{trials.url}/version").json() == session.get(f"{trials.endpoint}/version").json()
