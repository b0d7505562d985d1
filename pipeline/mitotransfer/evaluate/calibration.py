"""How often each rule is right, for the confidence of later runs: counts of values by rule and role, from an analysed run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from mitotransfer.evaluate.analysis import Finding

_ABOUT = (
    "How many values each rule brought for each role on the development documents, and how many of them were right (a near "
    "one counts half). Written by 'mitotransfer evaluate OUT GOLD --calibrate FILE'; the confidence of findings comes from it."
)


def calibration(findings: Iterable[Finding]) -> str:
    """The counts as the text of `configs/confidence.json`: rule, role, [right, all].

    Values of rows without a gold row are wrong.
    """
    counts: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for finding in findings:
        for value in finding.brought:
            for rule, role in {(trace.rule, part.role) for trace, part in value.found}:
                counted = counts[rule][role]
                counted[0] += value.share
                counted[1] += 1
    rules = {rule: {role: roles[role] for role in sorted(roles)} for rule, roles in sorted(counts.items())}
    return json.dumps({"about": _ABOUT, "rules": rules}, indent=1) + "\n"
