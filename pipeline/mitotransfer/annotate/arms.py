"""Arms of a study: one row for each preparation that is compared with another one, and for each species treated."""

from __future__ import annotations

from collections.abc import Sequence

from mitotransfer.annotate.drafts import Draft
from mitotransfer.annotate.frames import Frame
from mitotransfer.annotate.roles import Reading


def arms(row: Draft, own: Sequence[Reading], frame: Frame) -> list[Draft]:
    """The row as one for each arm; the row itself where nothing is compared."""
    return [row]
