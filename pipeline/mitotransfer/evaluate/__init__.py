"""How good a run is: its tables against gold rows, why rows are lost or false, and floors below which it may not fall."""

from mitotransfer.evaluate.analysis import analyse
from mitotransfer.evaluate.calibration import calibration
from mitotransfer.evaluate.curated import Curated, against_decisions
from mitotransfer.evaluate.gate import Floors, check, corpus_hash, pin, read_floors
from mitotransfer.evaluate.gold import GoldDocument, read_gold
from mitotransfer.evaluate.listing import listing
from mitotransfer.evaluate.pairing import judge_run
from mitotransfer.evaluate.score import Report, score
from mitotransfer.evaluate.traces import read_traces

__all__ = [
    "Curated",
    "Floors",
    "GoldDocument",
    "Report",
    "against_decisions",
    "analyse",
    "calibration",
    "check",
    "corpus_hash",
    "judge_run",
    "listing",
    "pin",
    "read_floors",
    "read_gold",
    "read_traces",
    "score",
]
