"""The DVC pipeline: commands our command line understands, honest dependencies, a lock that a clean copy reproduces."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from mitotransfer import stages
from mitotransfer.cli import app

STAGES = ("fetch", "parse", "annotate", "tabulate", "evaluate", "report")


def _pipeline(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "dvc.yaml").read_text())["stages"]


def _outs(stage: dict[str, Any]) -> set[str]:
    entries = [*stage.get("outs", ()), *stage.get("metrics", ())]
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


def test_stages_are_the_stages_in_order(root: Path) -> None:
    """Training comes first and is frozen: a run never starts it."""
    found = _pipeline(root)
    assert tuple(found) == ("train", *STAGES)
    assert [name for name, stage in found.items() if stage.get("frozen")] == ["train"]


@pytest.mark.parametrize("name", ("train", *STAGES))
def test_command_is_understood_by_our_command_line(root: Path, name: str) -> None:
    command = _pipeline(root)[name]["cmd"].split()
    assert command[:2] == ["mitotransfer", name]
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    words = ["." if word == "corpus/training" else word for word in command[2:]]  # corpora are no part of the project
    commands[name].make_context(name, words)  # raises a usage error for what it does not know


@pytest.mark.parametrize("name", STAGES)
def test_paths_of_the_command_are_deps_or_outs(root: Path, name: str) -> None:
    stage = _pipeline(root)[name]
    known = {*stage["deps"], *_outs(stage), "configs/run.yaml"}
    paths = [word for word in stage["cmd"].split()[2:] if "/" in word or word == "outputs"]
    assert paths
    for path in paths:
        assert any(one == path or one.startswith(f"{path}/") or path.startswith(f"{one}/") for one in known), path


@pytest.mark.parametrize("name", STAGES)
def test_deps_cover_the_modules_a_stage_reaches(root: Path, name: str) -> None:
    """A stage whose room imports a base module that decides its output must be redone when that module changes."""
    rooms = {name: name for name in STAGES} | {"report": "review"}
    package = root / "pipeline/mitotransfer"
    deps = set(_pipeline(root)[name]["deps"])
    imported: set[str] = set()
    for file in (package / rooms[name]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mitotransfer."):
                imported.add(node.module.split(".")[1])
    assert f"pipeline/mitotransfer/{rooms[name]}" in deps
    for module in imported - {rooms[name], "settings"}:  # settings come in as params
        assert {f"pipeline/mitotransfer/{module}", f"pipeline/mitotransfer/{module}.py"} & deps, f"{name} imports {module}"


@pytest.mark.parametrize("name", ["parse", "annotate"])
def test_deps_cover_what_the_shard_keys_are_made_of(root: Path, name: str) -> None:
    """A key that changes without DVC knowing would give another lock in a clean copy than here."""
    source = inspect.getsource(getattr(stages, name))
    deps = set(_pipeline(root)[name]["deps"])
    versions = re.findall(r"source_version\(([^)]*)\)", source)
    assert versions
    for module in re.findall(r'"(\w+)[/"]', versions[0]):
        assert {f"pipeline/mitotransfer/{module}", f"pipeline/mitotransfer/{module}.py"} & deps, module


@pytest.mark.slow
def test_a_clean_copy_reproduces_the_committed_lock(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("dvc")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout.split(b"\0")
    copy = tmp_path / "copy"
    for name in filter(None, (part.decode() for part in tracked)):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(copy / "pipeline"),  # the copy's program, not the installed one
        "DVC_NO_ANALYTICS": "1",
    }
    done = subprocess.run(["dvc", "repro"], cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (copy / "dvc.lock").read_text() == (root / "dvc.lock").read_text(), "run `make repro` and commit dvc.lock"
