"""The stage behind all others: a finished run handed on, in formats of others (made in `export/`) and to places elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from tempfile import TemporaryDirectory

from mitotransfer import __version__, publishing
from mitotransfer import export as exporting
from mitotransfer import tabulate as tabulating
from mitotransfer.decisions import DECISIONS
from mitotransfer.document import Article
from mitotransfer.errors import ConfigError, OutputError
from mitotransfer.export import Export
from mitotransfer.files import write_whole
from mitotransfer.lock import writes
from mitotransfer.provenance import FILE as PROVENANCE
from mitotransfer.rows import FILES
from mitotransfer.steps import decoded, payloads
from mitotransfer.store import Shards, remove
from mitotransfer.urls import is_url, shown

PACKAGE = "datapackage.json"
_FINISHED = (*FILES, DECISIONS, PROVENANCE, "metrics.json", "report.html", PACKAGE)
_FIGURES = "figures"


@writes("out")
def export(
    out: Path,
    formats: Sequence[str],
    *,
    to: Path | str | None = None,
    all_text: bool = False,
    date: str = "",
    rows_per_file: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Writes the tables in `out` in other formats, each into its folder in `to` (default: `out/export`); returns the folders.

    `to` may be a URL: they are made in a temporary folder then and put there, and no folder is returned. `rows_per_file`: a
    table of Parquet is a folder of files of so many lines. Annotations stand on the articles' own text where
    `out/work/parsed` has it. All files are written or none; where their names depend on the content or `rows_per_file`, those
    of earlier exports are removed. Tells what was written and left out. Raises ConfigError, InputError, OutputError.
    """
    names = exporting.known_formats(formats)
    if rows_per_file and exporting.PARQUET not in names:
        raise ConfigError("--rows-per-file is for --format parquet")
    url = to.rstrip("/") if isinstance(to, str) and is_url(to) else ""
    if url:
        publishing.check(url)
    lines = exporting.stream(out, all_text=all_text)
    made = {exporting.PARQUET: exporting.make_shards(lines, __version__, rows_per_file)} if rows_per_file else {}
    made |= _whole(out, [name for name in names if name not in made], all_text=all_text, date=date)
    for line in exporting.told(lines.withheld) if set(names) - exporting.WITHOUT_SENTENCES else ():
        tell(line)
    made = {name: made[name] for name in names}
    if not url:
        return _written(made, Path(to) if to else out / "export", tell)
    with TemporaryDirectory(prefix="mitotransfer-") as folder:
        _written(made, Path(folder), lambda line: tell(line.replace(folder, shown(url))))
        for name in names:
            _put(Path(folder), name, url, tell)
    return []


def _whole(out: Path, names: Sequence[str], *, all_text: bool, date: str) -> dict[str, Export]:
    """The files of formats for which all tables are read at once."""
    if not names:
        return {}
    tables = exporting.load(out, all_text=all_text)
    wanted = {line["source_id"] for line in tables.files["evidence.csv"]} if exporting.ON_TEXT & set(names) else set()
    package = tabulating.datapackage([*tables.files, *([DECISIONS] if tables.log else [])], __version__)
    sources = exporting.Sources(tables, package, _texts(out / "work" / "parsed", wanted), __version__, date)
    return {name: exporting.make(name, sources) for name in names}


def _put(folder: Path, name: str, url: str, tell: Callable[[str], None]) -> None:
    """Puts the folder of one format to a place elsewhere."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted((folder / name).rglob("*")) if path.is_file()}
    done = publishing.publish(url, files, last=f"{name}/{exporting.ENTRY}", listed=f"published-{name}.json")
    tell(f"published {shown(url)}/{name}: {done}")


def _written(made: Mapping[str, Export], folder: Path, tell: Callable[[str], None]) -> list[Path]:
    """Writes the files of each format into its folder, and tells of them."""
    contents = {(name, path): data for name, one in made.items() for path, data in one.files.items()}
    write_whole({folder / name / path: [data] if isinstance(data, bytes) else data for (name, path), data in contents.items()})
    for name, one in made.items():
        earlier = [path for pattern in exporting.REPLACED.get(name, ()) for path in sorted((folder / name).glob(pattern))]
        remove([path for path in earlier if path.relative_to(folder / name).as_posix() not in one.files])
        tell(f"{name}: {folder / name}")
        for told in (*map(str, one.accounts), *one.notes):
            tell(f"  {told}")
    return [folder / name for name in made]


@writes("out")
def publish(out: Path, url: str, tell: Callable[[str], None] = lambda _: None) -> None:
    """Puts the finished files of a run to a folder elsewhere, datapackage.json last; unchanged ones are not sent again.

    What is there of an earlier publication and not in `out` any more is removed. Raises ConfigError when `out` holds no tables,
    OutputError.
    """
    missing = [name for name in (*FILES, PACKAGE) if not (out / name).exists()]
    if missing:
        raise ConfigError(f"{out}: no {', '.join(missing)} there; write them with `mitotransfer run INPUT... --out {out}`")
    paths = [out / name for name in _FINISHED if (out / name).exists()] + sorted((out / _FIGURES).glob("*"))
    files = {path.relative_to(out).as_posix(): path for path in paths}
    try:
        tell(f"published {shown(url)}: {publishing.publish(url, files, last=PACKAGE)}")
    except OutputError as error:
        raise OutputError(f"{error}; {out} is complete: `mitotransfer publish {out} {shown(url)}` goes on from there") from error


def check_place(url: str) -> None:
    """Raises ConfigError or OutputError where nothing can be published: a library, the bucket or a permission is missing."""
    publishing.check(url)


def _texts(parsed: Path, wanted: AbstractSet[str]) -> dict[str, Article]:
    """The parsed articles of these sources, if they are at hand; of one that is there twice the one that tables use."""
    if not wanted or not (parsed / "index.txt").exists():
        return {}
    found = [a for _, payload in payloads(Shards(parsed)) for a in decoded(payload, Article) if a.head.source in wanted]
    ordered = sorted(found, key=lambda a: (a.head.source, a.status != "ok", a.head.file), reverse=True)
    return {article.head.source: article for article in ordered}
