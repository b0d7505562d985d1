"""Queries, query files and the command: what is asked, what is written, what is refused before anybody is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fakes.europepmc import EuropePMC
from fakes.eutils import Eutils
from fakes.queries import EUROPE_PMC, select
from lists import head, ids
from mitotransfer.cli import main
from mitotransfer.errors import ConfigError
from mitotransfer.fetch import Found, read_requests
from mitotransfer.fetch.queries import read_query, read_since
from mitotransfer.settings import FetchSettings, config_root

Search = Callable[..., Found]
QUERIES = config_root() / "queries"


@pytest.mark.parametrize("service", ["ncbi", "europepmc"])
def test_too_long_a_query_is_refused_before_it_is_sent(ncbi: Eutils, epmc: EuropePMC, find: Search, service: str) -> None:
    with pytest.raises(ConfigError, match=r"characters long as it is sent, more than 6,000"):
        find(" OR ".join(['"mitochondrial transfer"'] * 200), service=service)
    assert not ncbi.requests and not epmc.requests


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  ", "the query: nothing to search for"),
        ('"a b', "a quotation mark has no partner"),
        ("a) OR (b", "the parentheses do not match"),
        ("(a", "the parentheses do not match"),
        ("a\udcff", "the query: holds bytes that are no UTF-8"),
    ],
)
def test_query_that_cannot_be_right(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_query(text, "ncbi", [])


def test_query_files(tmp_path: Path) -> None:
    (tmp_path / "both.txt").write_text("# what it is for\na AND\n  # more\n  (b\nOR c)\n")
    (tmp_path / "own.ncbi.txt").write_text("a[Title]\n")
    (tmp_path / "none.txt").write_text("# nothing yet\n")
    assert read_query("both", "ncbi", [tmp_path]).text == "a AND (b OR c)"
    assert read_query("own.txt", "ncbi", [tmp_path]).file == str(tmp_path / "own.ncbi.txt")
    assert read_query("other", "ncbi", [tmp_path]) == ("other", "")
    assert read_query('"a ) b"', "ncbi", [tmp_path]).text == '"a ) b"'
    with pytest.raises(ConfigError, match=r"'own' is not written for the service 'europepmc' \(own.ncbi.txt\)"):
        read_query("own", "europepmc", [tmp_path])
    with pytest.raises(ConfigError, match=r"none.txt: nothing to search for"):
        read_query("none", "ncbi", [tmp_path])


NAMES = sorted({path.name.split(".")[0] for path in QUERIES.glob("*.txt")})


def test_three_queries_are_shipped() -> None:
    assert NAMES == ["mitochondrial-transfer", "mitochondrial-transplantation", "mitochondrial-trials"]


@pytest.mark.parametrize("name", NAMES)
def test_shipped_queries_for_ncbi_are_understood(ncbi: Eutils, find: Search, name: str) -> None:
    ncbi.add("PMC1", b"<article>mitochondrial transplantation, transfer of mitochondria in patients</article>")
    ncbi.add("PMC2", b"<article>mitochondrial fission in patients</article>")
    ncbi.add("PMC3", b"<article>tunneling nanotubes of the heart</article>")
    found = find(name)
    assert ids(found) == ["PMC1"] and head(found)["query file"] == f"{name}.ncbi.txt"
    assert not any("knows no field" in line for line in found.said)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_queries_for_europe_pmc_are_understood(name: str) -> None:
    terms: list[str] = []
    everything = frozenset({"1", "2"})

    def lookup(term: str) -> frozenset[str]:
        terms.append(term)
        return everything if re.search("transplantation|patients|transfer", term) else frozenset()

    assert select(read_query(name, "europepmc", [QUERIES]).text, EUROPE_PMC, everything, lookup) == everything
    assert len(terms) > 10 and all(re.fullmatch(r'TITLE_ABS:"[\w -]+"', term) for term in terms)


@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.txt")), ids=lambda path: path.name)
def test_shipped_queries_say_what_they_are_for(path: Path) -> None:
    first, *rest = path.read_text().splitlines()
    assert re.match(r"# \w.*(?:Table [123]|rows?\b|Trials)", first) and rest


@pytest.mark.parametrize(
    ("text", "day"), [("", None), ("2026", date(2026, 1, 1)), ("2026-03", date(2026, 3, 1)), ("2026/3/5", date(2026, 3, 5))]
)
def test_since(text: str, day: date | None) -> None:
    assert read_since(text, date(2026, 11, 20)) == day


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-13", "05/03/2026", "2026-11-21"])
def test_since_that_is_no_day(text: str) -> None:
    with pytest.raises(ConfigError, match="--since: "):
        read_since(text, date(2026, 11, 20))


@pytest.fixture
def call(
    ncbi: Eutils, epmc: EuropePMC, quick: FetchSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    config = tmp_path / "quick.yaml"
    config.write_text("fetch: {per_second: {ncbi: 10000, europepmc: 10000}, attempts: 2, first_pause: 0.01}")

    def call(*arguments: object) -> tuple[int, str, str]:
        at = ["--endpoint", f"eutils={ncbi.endpoint}", "--endpoint", f"europepmc={epmc.endpoint}", "--config", config]
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in ("search", *arguments, *at)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    return call


def test_command_writes_a_list_that_run_takes(ncbi: Eutils, call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    ncbi.add("PMC7")
    ncbi.add("PMC12")
    out = tmp_path / "lists" / "new.txt"
    code, printed, said = call("mitochondria OR # nothing", "--email", "lab@example.org", "--out", out, "--since", "2026-01-01")
    assert (code, printed) == (0, "") and said.splitlines()[-1].startswith("search    2 found = 2 articles + 0 dropped")
    assert [(asked.kind, asked.ident) for asked in read_requests([str(out)])] == [("pmcid", "PMC7"), ("pmcid", "PMC12")]


def test_command_prints_the_same_without_a_file(
    epmc: EuropePMC, call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    epmc.add("PMC7")
    code, printed, _ = call("mitochondria", "--service", "europepmc")
    call("mitochondria", "--service", "europepmc", "--out", tmp_path / "new.txt")
    assert code == 0 and printed == (tmp_path / "new.txt").read_text() and printed.endswith("\nPMC7\n")


def test_own_query_files_go_before_the_shipped_ones(
    epmc: EuropePMC, call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "mine.txt").write_text("# own\nmitochondria\n")
    epmc.add("PMC7")
    assert "# query: mitochondria\n# query file: mine.txt\n" in call("mine", "--service", "europepmc")[1]
    call("mitochondrial-trials", "--service", "europepmc")
    assert 'TITLE_ABS:"autologous mitochondria"' in epmc.requests[-1].first("query")


def test_list_of_nothing_new_is_no_failure(call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    assert call("mitochondria", "--service", "europepmc", "--out", tmp_path / "new.txt")[0] == 0
    (asked,) = read_requests([str(tmp_path / "new.txt")])
    assert (asked.kind, asked.reason) == ("skipped", "a list of ids without any")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mitochondria"], "NCBI wants a contact address: give --email ADDRESS or set fetch.email"),
        (["mitochondria", "--service", "pubmed"], "there is no service 'pubmed' to search at; allowed: ncbi, europepmc"),
        (["mitochondria", "--since", "soon", "--email", "a@b.org"], "'soon' is no date"),
        (["mitochondria AND", "--service", "europepmc"], "Europe PMC search: no result, but an error: Invalid query"),
        (["", "--service", "europepmc"], "the query: nothing to search for"),
        ([], "Missing argument 'QUERY'"),
    ],
)
def test_failing_command_is_2_and_writes_nothing(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = tmp_path / "lists" / "new.txt"
    code, printed, error = call(*arguments, "--out", out)
    assert (code, printed) == (2, "") and said in error and len(error.splitlines()) == 1
    assert not out.parent.exists()


def test_list_under_a_name_that_run_would_not_take(call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, _, said = call("mitochondria", "--service", "europepmc", "--out", tmp_path / "new.json")
    assert code == 2 and "name the list with one of .csv, .ids, .tsv, .txt" in said
    (tmp_path / "folder.ids").mkdir()
    assert "is a directory" in call("mitochondria", "--service", "europepmc", "--out", tmp_path / "folder.ids")[2]


def test_service_that_fails_leaves_an_earlier_list(
    epmc: EuropePMC, call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / "new.txt").write_text("PMC5\n")
    epmc.down.add("search")
    code, _, said = call("mitochondria", "--service", "europepmc", "--out", tmp_path / "new.txt")
    assert code == 2 and "Europe PMC search: http://" in said and "status 503 (2 tries" in said
    assert (tmp_path / "new.txt").read_text() == "PMC5\n"
