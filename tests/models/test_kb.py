"""Building and loading a knowledge base: what is kept of OBO files, wherever they come from, and what is said of bad ones."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mitotransfer.errors import ConfigError, InputError, OutputError
from mitotransfer.models import kb

CELLS = """format-version: 1.2
data-version: releases/2024-01-04
ontology: cl/cl-basic

[Term]
id: CL:0000540
name: neuron
synonym: "nerve cell" EXACT []
synonym: "gangl\\"ion cell" NARROW PLURAL [X:1]
is_a: CL:0000000 ! cell

[Term]
id: CL:0000000
name: cell

[Term]
id: CL:0000009
name: fusiform initial
is_obsolete: true

[Term]
id: GO:0005623
name: cell

[Term]
id: UBERON:0000955
name: brain

[Term]
id: UBERON:0000948
name: heart

[Term]
id: UBERON:0002107
name: liver
"""
ORGANS = """format-version: 1.2

[Term]
id: UBERON:0002107
name: liver
property_value: has_relational_adjective "hepatic" xsd:string
property_value: UBPROP:0000007 "jecorary" xsd:string

[Term]
id: UBERON:0000948
name: heart

[Term]
id: CL:0000540
name: neuron
"""


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A web server on loopback that gives every request this answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sends(status: int, body: bytes = b"", length: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)

    return answer


def test_concepts_come_back_as_they_stood_in_the_file_sorted_by_id(tmp_path: Path) -> None:
    kb.build([write(tmp_path / "cl.obo", CELLS)], tmp_path / "kb")
    _, concepts = kb.load(tmp_path / "kb")
    neuron = kb.Concept(
        "CL:0000540", "neuron", (('gangl"ion cell', "NARROW"), ("nerve cell", "EXACT")), ("CL:0000000",)
    )  # fmt: skip
    assert concepts == [kb.Concept("CL:0000000", "cell"), neuron]


def test_obsolete_terms_and_those_of_imported_ontologies_are_left_out_and_counted(tmp_path: Path) -> None:
    manifest = kb.build([write(tmp_path / "cl.obo", CELLS)], tmp_path / "kb")
    assert manifest.sources[0].dropped == {"GO": 1, "UBERON": 3}  # more terms of Uberon than its own: the header tells
    assert str(manifest) == (
        "cl.obo: 2 concepts of CL (CC BY 4.0); left out: 1 GO, 3 UBERON\n2 concepts, 4 names"
    )  # fmt: skip


def test_without_a_header_the_most_frequent_prefix_is_the_files_own(tmp_path: Path) -> None:
    manifest = kb.build([write(tmp_path / "organs.obo", ORGANS)], tmp_path / "kb")
    assert (manifest.sources[0].prefixes, manifest.sources[0].dropped) == (("UBERON",), {"CL": 1})


def test_prefixes_can_be_chosen_and_the_first_source_of_an_id_counts(tmp_path: Path) -> None:
    sources = [write(tmp_path / "organs.obo", ORGANS), write(tmp_path / "cl.obo", CELLS)]
    manifest = kb.build(sources, tmp_path / "kb", prefixes=["UBERON", "GO"])
    concepts = {concept.id: concept for concept in kb.load(tmp_path / "kb")[1]}
    assert sorted(concepts) == ["GO:0005623", "UBERON:0000948", "UBERON:0000955", "UBERON:0002107"]
    assert ("hepatic", "ADJECTIVE") in concepts["UBERON:0002107"].synonyms
    assert manifest.concepts == 4


def test_relational_adjectives_of_old_and_new_releases_are_kept_under_a_scope_of_their_own(tmp_path: Path) -> None:
    kb.build([write(tmp_path / "organs.obo", ORGANS)], tmp_path / "kb")
    assert kb.load(tmp_path / "kb")[1][1].synonyms == (("hepatic", kb.ADJECTIVE), ("jecorary", kb.ADJECTIVE))


def test_the_manifest_says_where_concepts_come_from(tmp_path: Path) -> None:
    kb.build([write(tmp_path / "cl.obo", CELLS)], tmp_path / "kb")
    source = kb.load(tmp_path / "kb")[0].sources[0]
    assert (source.address, source.ontology, source.version) == ("cl.obo", "cl/cl-basic", "releases/2024-01-04")
    assert len(source.sha256) == 64


def test_the_same_file_packed_or_not_gives_the_same_concepts_and_again_the_same_bytes(tmp_path: Path) -> None:
    packed = {"a.obo": CELLS, "b.obo.gz": gzip.compress(CELLS.encode()), "c.zip": zipped(**{"x/cl.obo": CELLS, "readme": "x"})}
    written = set()
    for name, content in packed.items():
        for run in ("1", "2"):
            kb.build([write(tmp_path / name, content)], tmp_path / f"{name}-{run}")
        first, second = ((tmp_path / f"{name}-{run}") for run in ("1", "2"))
        assert (first / kb.MANIFEST).read_bytes() == (second / kb.MANIFEST).read_bytes()
        written |= {(first / kb.CONCEPTS).read_bytes(), (second / kb.CONCEPTS).read_bytes()}
    assert len(written) == 1


def test_a_source_may_be_a_file_address(tmp_path: Path) -> None:
    path = write(tmp_path / "c l.obo", CELLS)
    assert kb.build([path.as_uri()], tmp_path / "kb").concepts == 2


def test_a_source_may_be_downloaded_and_a_password_in_its_address_is_not_written_down(tmp_path: Path) -> None:
    with served(sends(200, gzip.compress(CELLS.encode()))) as host:
        manifest = kb.build([f"http://{host}/cl.obo"], tmp_path / "kb")
        assert manifest.sources[0].address == f"http://{host}/cl.obo"
    assert kb._without_login(f"https://me:secret@{host}/cl.obo") == f"https://{host}/cl.obo"


def refused(source: str | Path, out: Path, **options: list[str]) -> str:
    with pytest.raises(InputError) as caught:
        kb.build([source], out, **options)
    assert not out.exists()  # nothing is written of a knowledge base that cannot be made
    return str(caught.value)


def test_downloads_that_fail_are_told_with_the_cause(tmp_path: Path) -> None:
    out = tmp_path / "kb"
    with served(sends(404)) as host:
        assert "the server answers 404" in refused(f"http://{host}/cl.obo", out)
    assert "cannot be downloaded" in refused(f"http://{host}/cl.obo", out)  # nobody listens there any more
    with served(sends(200, CELLS.encode(), length=10_000)) as host:
        assert "of 10000 bytes" in refused(f"http://{host}/cl.obo", out)


def test_what_is_larger_than_the_limit_is_not_read_to_its_end_packed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kb, "_MOST_BYTES", 1000)
    large = CELLS + "! " + "x" * 2000
    for name, content in {
        "a.obo": large.encode(),
        "b.gz": gzip.compress(large.encode()),
        "c.zip": zipped(**{"c.obo": large}),
    }.items():
        assert "larger than" in refused(write(tmp_path / name, content), tmp_path / "kb")
    with served(sends(200, large.encode())) as host:
        assert "larger than" in refused(f"http://{host}/cl.obo", tmp_path / "kb")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.obo", "<html>\n<body>not found</body></html>", "cannot be read as OBO"),
        ("empty.obo", "", "holds no terms; is it an OBO file?"),
        ("latin.obo", CELLS.encode() + "name: é".encode("latin-1"), "not UTF-8 text"),
        ("cut.obo.gz", gzip.compress(CELLS.encode())[:-20], "the archive is damaged"),
        ("broken.zip", b"PK" + b"\0" * 50, "the archive is damaged"),
        ("none.zip", zipped(readme="x"), "holds 0 .obo files"),
        ("two.zip", zipped(**{"a.obo": CELLS, "b.obo": CELLS}), "holds 2 .obo files"),
    ],
)
def test_files_that_are_no_ontology_are_refused_by_name(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    message = refused(write(tmp_path / name, content), tmp_path / "kb")
    assert message.startswith(name)
    assert said in message
    assert "\n" not in message


def test_a_prefix_that_no_term_has_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "cl.obo", CELLS)
    said = refused(path, tmp_path / "kb", prefixes=["MONDO"])
    assert said == "cl.obo: no id begins with MONDO; those there begin with CL, GO, UBERON"


@pytest.mark.parametrize("source", ["missing.obo", "ftp://example.org/cl.obo"])
def test_sources_that_cannot_be_reached_are_refused(tmp_path: Path, source: str) -> None:
    assert source in refused(source, tmp_path / "kb")


def test_a_knowledge_base_needs_a_source(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no source"):
        kb.build([], tmp_path / "kb")


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        kb.build([write(tmp_path / "cl.obo", CELLS)], write(tmp_path / "kb", "x"))


def test_loading_tells_what_is_wrong_with_a_directory_and_how_to_make_one(tmp_path: Path) -> None:
    def said() -> str:
        with pytest.raises(ConfigError, match="mitotransfer kb build") as caught:
            kb.load(tmp_path / "kb")
        return str(caught.value)

    assert "no knowledge base there" in said()
    kb.build([write(tmp_path / "cl.obo", CELLS)], tmp_path / "kb")
    concepts, manifest = tmp_path / "kb" / kb.CONCEPTS, tmp_path / "kb" / kb.MANIFEST
    whole = concepts.read_bytes()
    concepts.write_bytes(whole[:-10])
    assert "not the file that kb.json describes" in said()
    concepts.write_bytes(whole)
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2'))
    assert "format 2, this version reads 1" in said()
    manifest.write_text("{}")
    assert "not the description of a knowledge base" in said()


def test_crafts_ontologies_are_kept_whole(shared: Path, tmp_path: Path) -> None:
    manifest = kb.build([shared / "craft" / "ontologies" / "CL.obo.zip"], tmp_path / "kb")
    assert (manifest.concepts, manifest.names) == (2068, 4142)
