"""Who may use the review page, and what a browser is told to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from curated import Visitor, row_id, visitor, written

HOST = "127.0.0.1:8765"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Visitor]:
    yield visitor(written(tmp_path / "out"))


def test_every_answer_forbids_foreign_code_frames_and_caching(page: Visitor) -> None:
    for path in ("/", "/static/main.js", "/api/start", "/api/row/none", "/nothing"):
        headers = page.client.get(path, base_url=page.base).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cache-Control"] == "no-store", path


def test_a_token_lets_one_browser_in_once(tmp_path: Path) -> None:
    page = Visitor(written(tmp_path / "out"))
    address = page.gate.invitation().removeprefix(page.base)
    first = page.client.get(address, base_url=page.base)
    assert (first.status_code, first.headers["Location"]) == (303, "/")
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and address.rpartition("/")[2] not in cookie
    second = page.client.get(address, base_url=page.base)
    assert second.status_code == 403 and b"used already" in second.data


def test_a_second_browser_enters_by_a_new_address(tmp_path: Path) -> None:
    page = visitor(written(tmp_path / "out"))
    other = page.client.application.test_client()
    assert other.get("/api/start", base_url=page.base).status_code == 401
    other.get(page.gate.invitation().removeprefix(page.base), base_url=page.base)
    assert other.get("/api/start", base_url=page.base).status_code == 200
    assert page.get("start")[0] == 200


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/api/start", "/api/rows", "/enter/guessed"])
def test_nothing_is_answered_without_a_session(tmp_path: Path, path: str) -> None:
    page = Visitor(written(tmp_path / "out"))
    answer = page.client.get(path, base_url=page.base)
    assert answer.status_code in (401, 403)
    assert b"PMC" not in answer.data


@pytest.mark.parametrize(
    "host", ["bad.example:8765", "localhost:8765", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.bad.example:8765"]
)
def test_another_host_name_is_refused(page: Visitor, host: str) -> None:
    assert page.client.get("/api/start", base_url=page.base, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://bad.example", "http://127.0.0.1:9999", "http://localhost:8765", "null", None])
def test_a_change_from_another_origin_or_of_none_is_refused(page: Visitor, origin: str | None) -> None:
    action = {"row": row_id(1), "last_seen": "", "decision": "reject"}
    headers = {"Origin": origin} if origin else {}
    answer = page.client.post("/api/decide", json=action, base_url=page.base, headers=headers)
    assert answer.status_code == 403
    assert not page.room.desk.log.read()


def test_reading_by_another_site_is_refused(page: Visitor) -> None:
    for headers in ({"Origin": "http://bad.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert page.client.get("/api/start", base_url=page.base, headers=headers).status_code == 403, headers


def test_a_change_that_is_no_json_is_refused(page: Visitor) -> None:
    headers = {"Origin": page.base, "Content-Type": "text/plain"}
    assert page.client.post("/api/decide", data="{}", base_url=page.base, headers=headers).status_code == 415


def test_a_cookie_of_another_server_does_not_count(tmp_path: Path) -> None:
    page = Visitor(written(tmp_path / "out"))
    for name, value in ((page.gate.cookie, "guessed"), ("mitotransfer-1", "guessed")):
        page.client.set_cookie(name, value, domain="127.0.0.1")
        assert page.client.get("/api/start", base_url=page.base).status_code == 401


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static/app.py", "/static/%2e%2e/app.py"])
def test_no_file_beside_those_of_the_page_is_given(page: Visitor, path: str) -> None:
    assert page.client.get(path, base_url=page.base).status_code == 404


def test_too_much_is_not_read(page: Visitor) -> None:
    headers = {"Origin": page.base, "Content-Type": "application/json"}
    assert page.client.post("/api/decide", data="x" * 300_000, base_url=page.base, headers=headers).status_code == 413


def test_the_page_holds_no_code_of_its_own(page: Visitor) -> None:
    text = page.client.get("/", base_url=page.base).text
    assert "<style" not in text and " style=" not in text and " on" not in text.replace(" one", "").partition("<body>")[2]
    assert text.count("<script") == text.count('<script src="/static/') + text.count('<script type="module" src="/static/')
