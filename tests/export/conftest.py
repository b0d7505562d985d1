"""A run to export, and its exports."""

from __future__ import annotations

from pathlib import Path

import pytest

import exportable as made
from mitotransfer import handover
from mitotransfer.export import FORMATS


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return made.write(tmp_path / "out")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A run that found nothing."""
    return made.write(tmp_path / "empty", tables={name: [] for name in made.files()}, parsed=False)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all formats; not to be changed."""
    folder = made.write(tmp_path_factory.mktemp("run"))
    handover.export(folder, ["all"])
    assert sorted(path.name for path in (folder / "export").iterdir()) == sorted(FORMATS)
    return folder / "export"
