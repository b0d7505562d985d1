"""What a run wrote, kept to see later what a hand changed; and what it proposed before anything decided was applied.

In `OUT/review/`: `proposed/<file>` and `written/<file>.<hash>.csv`. A copy is there before the file itself is, and the one before
it goes only afterwards: whenever a run is killed, one of the copies is what stands in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from mitotransfer.files import read_records, write_whole
from mitotransfer.rows import Records

FOLDER = "review"


class Written:
    """The copies of one output directory."""

    def __init__(self, out: Path) -> None:
        self.proposed = out / FOLDER / "proposed"
        self._copies = out / FOLDER / "written"

    def is_own(self, path: Path) -> bool:
        """Whether a file still holds, byte for byte, what a run wrote."""
        return self._copy(path.name, path.read_bytes()).exists()

    def versions(self, name: str) -> list[Records]:
        """What was written under this name; the version that is being replaced, too, if a run was killed meanwhile."""
        return [read_records(path) for path in sorted(self._copies.glob(f"{name}.*.csv"))]

    def keep(self, files: Mapping[str, Iterable[str]]) -> None:
        """Keeps copies of files (name -> pieces of text) that are about to be written."""
        contents = {name: "".join(pieces).encode() for name, pieces in files.items()}
        write_whole({self._copy(name, content): [content] for name, content in contents.items()})

    def forget_others(self, out: Path, names: Iterable[str]) -> None:
        """Removes the copies of what is replaced now."""
        for name in names:
            kept = self._copy(name, (out / name).read_bytes())
            for path in self._copies.glob(f"{name}.*.csv"):
                if path != kept:
                    path.unlink(missing_ok=True)

    def _copy(self, name: str, content: bytes) -> Path:
        return self._copies / f"{name}.{hashlib.sha256(content).hexdigest()[:16]}.csv"
