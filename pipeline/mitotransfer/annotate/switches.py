"""Rules that a lab switched off (`annotate.off`), by the names that evidence.csv gives them in rule_id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mitotransfer.annotate.headers import HeaderRules
from mitotransfer.annotate.rules import ProseRules
from mitotransfer.errors import ConfigError

# names of what annotation finds without a rule of configs/rules: by the vocabulary, and what stands near
BUILT_IN = frozenset(
    {"antecedent", "coincubation", "condition", "disease_named", "donor_species", "dose", "form", "genetic_model"}
    | {"implied_disease", "internalization", "label", "mechanism", "model_species", "model_x_induced", "organ_named"}
    | {"organ_of_cells", "organ_of_disease", "organ_of_procedure", "organ_reached", "origin", "procedure_named"}
    | {"relation_of_donor", "reperfused", "route", "species_of_organ", "target", "trial", "trial_only"}
    | {"trial_unregistered", "uptake"}
)


def check_off(off: Sequence[str], rules: ProseRules, headers: HeaderRules) -> frozenset[str]:
    """The names of the rules that are off. Raises ConfigError for one that no rule has, naming those that are most like it."""
    columns = {column.id for column in headers.columns}
    known = set(known_rules(rules)) | {f"table:{column}" for column in columns}
    for name in off:
        if name not in known and not (name.startswith("table:") and columns.issuperset(name.removeprefix("table:").split("+"))):
            words = set(name.replace(":", "_").split("_"))
            like = sorted(known, key=lambda one: (-len(words.intersection(one.replace(":", "_").split("_"))), one))[:5]
            raise ConfigError(f"annotate.off: no rule is called '{name}'; most like it: {', '.join(like)}")
    return frozenset(off)


def known_rules(rules: ProseRules) -> Iterable[str]:
    """The names that events from prose may have."""
    yield from (f"prose:{name}" for name in BUILT_IN)
    yield from (f"prose:{rule.name}" for rule in rules.rules)
    yield from (f"prose:{phrase.id}" for phrase in (*rules.routes, *rules.preparations))
    for rule in rules.dependencies:
        yield from (f"prose:{rule.name}", f"prose:effect_{rule.name}")
