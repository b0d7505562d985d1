"""The quality gate: F1 floors with the corpus they were measured on, and a pin that does not lower them by accident."""

from __future__ import annotations

import hashlib
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path

import msgspec

from mitotransfer.errors import ConfigError
from mitotransfer.evaluate.score import Report


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """F1 floors by metric (`Report.metrics`), and what they were measured on. The content of the floor file."""

    corpus_sha256: str
    documents: int
    gold_rows: int
    floors: dict[str, float]

    def json(self) -> str:
        """The floor file: indented, metrics in alphabetical order, so that a change reads well in a diff."""
        text = msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=2)
        return text.decode() + "\n"


def read_floors(path: Path) -> Floors:
    """The floor file. Raises ConfigError naming the file when it cannot be read or is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Floors)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a floor file: {error}") from error


def corpus_hash(folder: Path) -> str:
    """sha256 of the files below `folder`: their relative names and bytes; hidden files are passed over.

    Raises ConfigError when there are none.
    """
    total = hashlib.sha256()
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise ConfigError(f"{folder}: no corpus there")
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in files):
        total.update(f"{name}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def check(report: Report, floors: Floors, corpus_sha256: str) -> list[str]:
    """What stands against letting `report` pass, in words; empty when nothing does.

    Every metric is held to its floor; a metric without floor or a floor without metric, another corpus or other counts
    mean that the floors are not about this measurement and must be pinned again.
    """
    measured = report.metrics()
    found = []
    if corpus_sha256 != floors.corpus_sha256:
        found.append(f"the corpus changed ({corpus_sha256[:12]}…, pinned {floors.corpus_sha256[:12]}…): pin the floors again")
    for what, now, pinned in (
        ("documents", report.documents, floors.documents),
        ("gold rows", report.gold_rows, floors.gold_rows),
    ):
        if now != pinned:
            found.append(f"{now} {what}, pinned with {pinned}: pin the floors again")
    for name, floor in sorted(floors.floors.items()):
        if name not in measured:
            found.append(f"{name}: not measured, floor {floor:.3f}")
        elif measured[name] < floor:
            found.append(f"{name}: F1 {measured[name]:.4f} is below its floor {floor:.3f}")
    found += [f"{name}: F1 {measured[name]:.4f} has no floor" for name in sorted(measured.keys() - floors.floors.keys())]
    return found


def pin(report: Report, corpus_sha256: str, previous: Floors | None = None, *, lower: bool = False) -> Floors:
    """Floors at what `report` measured, rounded down to three decimals.

    Raises ConfigError naming each floor of `previous` that would sink or vanish, unless `lower` allows it.
    """
    floors = {name: _rounded_down(f1) for name, f1 in sorted(report.metrics().items())}
    sinking = [
        f"{name} {floor:.3f} → {f'{floors[name]:.3f}' if name in floors else 'none'}"
        for name, floor in sorted(previous.floors.items() if previous else ())
        if floors.get(name, -1.0) < floor
    ]
    if sinking and not lower:
        raise ConfigError(f"pinning would lower floors, which must be asked for: {', '.join(sinking)}")
    return Floors(corpus_sha256, report.documents, report.gold_rows, floors)


def _rounded_down(value: float) -> float:
    # by way of the shortest decimal form: 0.57 * 1000 is 569.99… in binary
    return float(Decimal(str(value)).quantize(Decimal("0.001"), ROUND_FLOOR))
