"""Rules can be switched off by the names that evidence.csv gives them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
import pytest

from mitotransfer import annotate as annotating
from mitotransfer import stages
from mitotransfer.annotate.resources import Resources
from mitotransfer.annotate.switches import known_rules
from mitotransfer.errors import ConfigError
from mitotransfer.settings import Settings, load
from small import read, run, secretion, tables_only


def without(*rules: str, settings: Settings | None = None) -> Settings:
    settings = settings or tables_only()
    return msgspec.structs.replace(settings, annotate=msgspec.structs.replace(settings.annotate, off=rules))


def test_what_a_rule_that_is_off_finds_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(secretion())
    run(tmp_path / "out", tmp_path / "a.xml")
    assert read(tmp_path / "out" / "table1_secretion.csv")[0]["biological_effect"]
    stages.run([str(tmp_path / "a.xml")], tmp_path / "out", without("table:effect"))
    row = read(tmp_path / "out" / "table1_secretion.csv")[0]
    assert (row["cell_type"], row["biological_effect"]) == ("astrocyte", "")


def test_a_name_that_no_rule_has_is_an_error_that_names_the_nearest() -> None:
    settings = without("prose:uptake_activ", settings=load())
    with pytest.raises(ConfigError, match=r"annotate.off: no rule is called 'prose:uptake_activ'; most like it: .*prose:uptake"):
        annotating.load(settings.annotate, settings.nlp)


def test_every_name_written_in_the_code_can_be_switched_off(root: Path) -> None:
    """Names of built-in rules stand where the rules are; the list of them must hold them all."""
    settings = load()
    resources: Resources = annotating.load(settings.annotate, settings.nlp)
    known = set(known_rules(resources.rules))
    written = set()
    for path in (root / "pipeline/mitotransfer/annotate").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.update(re.findall(r"^prose:[a-z_]+$", node.value))
    assert len(written) > 20
    assert {name for name in written if not name.endswith("_")} <= known
