"""What the confidence of a finding from prose means: the share of its values that is expected to be right.

Each rule has been counted on documents whose right rows are known (`configs/confidence.json`). A rule states how sure it is
by itself; that opinion weighs as much as a few counted values, so rules that were hardly seen keep it and others lose it
(the mean of a beta distribution; Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., section 2.4).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from mitotransfer.document import Event
from mitotransfer.errors import ConfigError

_OPINION = 4.0  # counted values that a rule's own opinion is worth


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By rule and role: how many of the values it brought were right, and how many it brought."""

    about: str = ""
    rules: dict[str, dict[str, tuple[float, float]]] = {}

    def applied(self, event: Event) -> Event:
        """The event with the mean expected share over its values as confidence; one from a table keeps its own."""
        if event.source != "prose" or not event.roles:
            return event
        counts = self.rules.get(event.rule, {})
        shares = []
        for role in event.roles:
            right, seen = counts.get(role.name, (0.0, 0.0))
            shares.append((right + _OPINION * event.confidence) / (seen + _OPINION))
        return msgspec.structs.replace(event, confidence=round(sum(shares) / len(shares), 4))


def load_calibration(path: Path) -> Calibration:
    """Reads the counts. Raises ConfigError naming the file and what is wrong with it."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Calibration)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    for rule, roles in found.rules.items():
        for role, (right, seen) in roles.items():
            if not 0 <= right <= seen:
                raise ConfigError(f"{path}: rule '{rule}', role '{role}': {right} right of {seen} is no count")
    return found
