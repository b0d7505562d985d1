"""The stage behind all others: a finished run's tables in the formats of others. `export/` makes them, here they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from mitotransfer import __version__
from mitotransfer import export as exporting
from mitotransfer import tabulate as tabulating
from mitotransfer.decisions import DECISIONS
from mitotransfer.document import Article
from mitotransfer.files import write_whole
from mitotransfer.lock import writes
from mitotransfer.steps import decoded, payloads
from mitotransfer.store import Shards, remove


@writes("out")
def export(
    out: Path,
    formats: Sequence[str],
    *,
    to: Path | None = None,
    all_text: bool = False,
    date: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Writes the tables in `out` in other formats, each into its folder in `to` (default: `out/export`); returns the folders.

    Annotations stand on the articles' own text where `out/work/parsed` has it. All files are written or none; of formats with a
    file per article, files of earlier exports are removed. Tells what was written and left out. Raises ConfigError, InputError,
    OutputError.
    """
    names = exporting.known_formats(formats)
    tables = exporting.load(out, all_text=all_text)
    wanted = {line["source_id"] for line in tables.files["evidence.csv"]} if exporting.ON_TEXT & set(names) else set()
    package = tabulating.datapackage([*tables.files, *([DECISIONS] if tables.log else [])], __version__)
    sources = exporting.Sources(tables, package, _texts(out / "work" / "parsed", wanted), __version__, date)
    folder = to or out / "export"
    made = {name: exporting.make(name, sources) for name in names}
    write_whole({folder / name / path: [data] for name, one in made.items() for path, data in one.files.items()})
    for line in exporting.told(tables) if set(names) - exporting.WITHOUT_SENTENCES else ():
        tell(line)
    for name, one in made.items():
        if name == "pubannotation":
            remove([path for path in sorted((folder / name).glob("*.json")) if path.name not in one.files])
        tell(f"{name}: {folder / name}")
        for told in (*map(str, one.accounts), *one.notes):
            tell(f"  {told}")
    return [folder / name for name in names]


def _texts(parsed: Path, wanted: AbstractSet[str]) -> dict[str, Article]:
    """The parsed articles of these sources, if they are at hand; of one that is there twice the one that tables use."""
    if not wanted or not (parsed / "index.txt").exists():
        return {}
    found = [a for _, payload in payloads(Shards(parsed)) for a in decoded(payload, Article) if a.head.source in wanted]
    ordered = sorted(found, key=lambda a: (a.head.source, a.status != "ok", a.head.file), reverse=True)
    return {article.head.source: article for article in ordered}
