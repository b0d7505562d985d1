"""A population's expected outcomes are those that a plain, patient client finds."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
import requests

from fakes.idlists import as_file, lines
from fakes.population import KINDS, OUTCOMES, Population, build
from mitotransfer.fetch.inputs import identify

PREFIX = "{http://s3.amazonaws.com/doc/2006-03-01/}CommonPrefixes/{http://s3.amazonaws.com/doc/2006-03-01/}Prefix"
TRIES = 4  # passing faults fail twice; one more for a busy machine


class LostError(Exception):
    """An article cannot be had; the code says why."""


class Client:
    """The shortest client that tells the reasons apart. It does not wait between tries."""

    def __init__(self, world: Population) -> None:
        self.world, self.endpoints = world, world.endpoints

    def get(self, url: str, read: Callable[[requests.Response], object], **params: str) -> object:
        code = ""
        for _ in range(TRIES):
            try:
                answer = requests.get(url, params=params, timeout=(5, 0.5))
                if answer.status_code == 403:
                    raise LostError("refused")
                if answer.status_code != 200:
                    code = "too-many-requests" if answer.status_code == 429 else "server-error"
                elif b"API rate limit exceeded" in answer.content:
                    code = "too-many-requests"
                elif b"<html" in answer.content[:50]:
                    code = "html-page"
                else:
                    return read(answer)
            except requests.exceptions.Timeout:
                code = "timeout"
            except (ET.ParseError, requests.exceptions.JSONDecodeError):
                code = "truncated"
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError):
                code = "connection-reset"
            except ArithmeticError:
                code = "wrong-md5"
        raise LostError(code)

    def article(self, pmcid: str) -> tuple[int, str]:
        """The version taken and the checksum of its bytes."""
        cloud = self.endpoints["cloud"]
        root = self.get(
            f"{cloud}/", lambda a: ET.fromstring(a.content), **{"prefix": f"{pmcid}.", "delimiter": "/", "list-type": "2"}
        )
        assert isinstance(root, ET.Element)
        names = [(one.text or "").strip("/") for one in root.iterfind(PREFIX)]
        found = {name: self.metadata(name) for name in names}
        if not found:
            raise LostError(self.elsewhere(pmcid))
        name = max(found, key=lambda name: (not found[name].get("is_manuscript"), int(name.rpartition(".")[2])))
        address = str(found[name].get("xml_url") or found[name].get("text_url") or "")
        if not address:
            raise LostError("no-full-text")
        key, _, md5 = address.removeprefix("s3://pmc-oa-opendata/").partition("?md5=")

        def read(answer: requests.Response) -> str:
            if key.endswith(".xml"):
                ET.fromstring(answer.content)
            if hashlib.md5(answer.content).hexdigest() != md5:
                raise ArithmeticError
            return hashlib.sha256(answer.content).hexdigest()

        return int(name.rpartition(".")[2]), str(self.get(f"{cloud}/{key}", read))

    def metadata(self, name: str) -> dict[str, object]:
        meta = self.get(f"{self.endpoints['cloud']}/metadata/{name}.json", lambda answer: answer.json())
        assert isinstance(meta, dict)
        if f"{meta.get('pmcid')}.{meta.get('version')}" != name:
            raise LostError("bad-metadata")
        return meta

    def elsewhere(self, pmcid: str) -> str:
        text = requests.get(f"{self.endpoints['eutils']}/efetch.fcgi", params={"db": "pmc", "id": pmcid[3:]}, timeout=5).text
        assert "not available" in text or "<body>" not in text
        return "not-in-pmc" if "not available" in text else "withheld"

    def outcome(self, pmcid: str) -> tuple[str, str, int, str]:
        try:
            return ("ok", "", *self.article(pmcid))
        except LostError as error:
            code = str(error)
            return {code: status for status, code in OUTCOMES.values()}[code], code, 0, ""


def test_a_patient_client_finds_what_is_expected() -> None:
    with build(340, seed=3, hold=60, retry_after=0) as world, ThreadPoolExecutor(12) as workers:
        client = Client(world)
        got = dict(zip(world.ids, workers.map(client.outcome, world.ids), strict=True))
    assert world.differences({pmcid: (status, code) for pmcid, (status, code, _, _) in got.items()}) == []
    kept = {pmcid: (version, digest) for pmcid, (_, _, version, digest) in got.items()}
    assert kept == {pmcid: (one.version, one.sha256) for pmcid, one in world.expected.items()}
    assert {record.fault for record in world.cloud.requests} >= {"timeout", "reset", "truncated", "html", "corrupted", "SlowDown"}


def test_every_kind_has_its_share_and_is_the_same_for_the_same_seed() -> None:
    one, again, other = build(1000, seed=1), build(1000, seed=1), build(1000, seed=2)
    kinds = Counter(expected.kind for expected in one.expected.values())
    assert kinds == dict.fromkeys(KINDS, 50) | {"good": 200}
    assert one.ids == again.ids != other.ids
    assert one.expected == again.expected
    assert one.cloud.objects == again.cloud.objects
    assert {expected.place for expected in one.expected.values()} == {"", "versions", "metadata", "article"}
    lasting = Counter(expected.kind for expected in one.expected.values() if expected.permanent)
    assert all(lasting[kind] == 10 for kind in KINDS[:10])
    assert one.summary().total() == 1000


def test_differences_name_article_and_fault() -> None:
    world = build(20, outcomes={"unknown": ("failed", "absent")})
    right = {pmcid: (one.status, one.code) for pmcid, one in world.expected.items()}
    assert world.differences(right) == []
    unknown = next(one for one in world.expected.values() if one.kind == "unknown")
    assert right[unknown.pmcid] == ("failed", "absent")
    del right[unknown.pmcid]
    assert world.differences(right | {"PMC1": ("ok", "")}) == [
        f"{unknown.pmcid}: unknown (permanent, -): expected ('failed', 'absent'), got None",
        "PMC1: not asked for",
    ]


def test_with_a_fallback_what_the_cloud_fails_to_give_comes_from_efetch() -> None:
    world = build(100, fallback=True)
    assert {one.code for one in world.expected.values()} == {"", "not-in-pmc", "withheld"}
    assert all(one.pmcid[3:] in world.eutils.index.entries for one in world.expected.values() if one.source == "eutils")


@pytest.mark.parametrize("n", [1, 500])
def test_lines_of_an_id_list_are_what_they_say(n: int) -> None:
    made = lines([f"PMC{k}" for k in range(1, 401)], n, seed=5)
    assert made == lines([f"PMC{k}" for k in range(1, 401)], n, seed=5)
    assert len(made) == n
    firsts = [line.pmcid for line in made if line.kind in ("pmcid", "pmid", "doi")]
    assert len(firsts) == len(set(firsts))
    for line in made:
        found = identify(re.sub(r"#.*", "", line.text).strip(" ,"))
        if line.kind in ("pmcid", "pmid", "doi"):
            assert found and found[0] == line.kind
        elif line.kind == "repeated":
            assert found and line.pmcid in firsts
        else:
            assert found is None, line
    data = as_file(made)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == n
