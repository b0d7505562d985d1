"""What a run wrote, kept to see later what a hand changed; and what it proposed before anything decided was applied.

In `OUT/review/`: `proposed/<file>`, `written/<file>.<hash>.csv` and `known_as.json`. A copy is there before the file itself is,
and the one before it goes only afterwards: whenever a run is killed, one of the copies is what stands in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from mitotransfer.errors import ConfigError
from mitotransfer.files import pieces_of, read_records, write_whole
from mitotransfer.rows import Records

FOLDER = "review"


class Written:
    """The copies of one output directory."""

    def __init__(self, out: Path) -> None:
        self.proposed = out / FOLDER / "proposed"
        self._copies = out / FOLDER / "written"
        self._known_as = out / FOLDER / "known_as.json"

    def is_own(self, path: Path) -> bool:
        """Whether a file still holds, byte for byte, what a run wrote."""
        return self._copy(path.name, path).exists()

    def versions(self, name: str) -> list[Records]:
        """What was written under this name; the version that is being replaced, too, if a run was killed meanwhile."""
        return [read_records(path) for path in sorted(self._copies.glob(f"{name}.*.csv"))]

    def keep(self, files: Mapping[str, Path], known_as: Mapping[str, str]) -> None:
        """Keeps copies of files that are about to be written (name -> where its content is), and the ids of rows in the log.

        No links: who edits a file where it lies would change the copy, too.
        """
        copies: dict[Path, Iterable[bytes]] = {self._copy(name, path): pieces_of(path) for name, path in files.items()}
        write_whole(copies | {self._known_as: [msgspec.json.encode(dict(sorted(known_as.items())))]})

    def known_as(self) -> dict[str, str]:
        """Ids of rows and lines of evidence today -> those under which they were decided on, where these are others."""
        try:
            return msgspec.json.decode(self._known_as.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(f"{self._known_as}: cannot be read ({error}); make the tables again") from error

    def forget_others(self, out: Path, names: Iterable[str]) -> None:
        """Removes the copies of what is replaced now."""
        for name in names:
            kept = self._copy(name, out / name)
            for path in self._copies.glob(f"{name}.*.csv"):
                if path != kept:
                    path.unlink(missing_ok=True)

    def _copy(self, name: str, path: Path) -> Path:
        """The copy of what is at `path`."""
        with path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256")
        return self._copies / f"{name}.{content.hexdigest()[:16]}.csv"
