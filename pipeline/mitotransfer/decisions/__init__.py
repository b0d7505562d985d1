"""What curators decide: the log of decisions, what stands of it, and how it is read from files edited by hand."""

from mitotransfer.decisions.applying import Applied, Fate, account, apply, apply_to, mark, rejected_evidence
from mitotransfer.decisions.desk import Desk
from mitotransfer.decisions.log import DECISIONS, Log
from mitotransfer.decisions.model import Decision, decision_id, table_of
from mitotransfer.decisions.snapshots import Snapshot, Snapshots
from mitotransfer.decisions.standing import Standing, Verdict, standing, withdrawn

__all__ = [
    "DECISIONS",
    "Applied",
    "Decision",
    "Desk",
    "Fate",
    "Log",
    "Snapshot",
    "Snapshots",
    "Standing",
    "Verdict",
    "account",
    "apply",
    "apply_to",
    "decision_id",
    "mark",
    "rejected_evidence",
    "standing",
    "table_of",
    "withdrawn",
]
