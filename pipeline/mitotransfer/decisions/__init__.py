"""What curators decide: the log of decisions, what stands of it, and how it is read from files edited by hand."""

from mitotransfer.decisions.desk import Desk
from mitotransfer.decisions.log import DECISIONS, Log
from mitotransfer.decisions.model import Decision, decision_id, table_of
from mitotransfer.decisions.snapshots import Snapshot, Snapshots
from mitotransfer.decisions.standing import Standing, Verdict, standing

__all__ = [
    "DECISIONS",
    "Decision",
    "Desk",
    "Log",
    "Snapshot",
    "Snapshots",
    "Standing",
    "Verdict",
    "decision_id",
    "standing",
    "table_of",
]
