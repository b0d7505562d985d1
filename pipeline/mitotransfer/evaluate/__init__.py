"""How good a run is: its tables against gold rows, and floors below which it may not fall."""

from mitotransfer.evaluate.gate import Floors, check, corpus_hash, pin, read_floors
from mitotransfer.evaluate.gold import GoldDocument, read_gold
from mitotransfer.evaluate.score import Report, score_run

__all__ = ["Floors", "GoldDocument", "Report", "check", "corpus_hash", "pin", "read_floors", "read_gold", "score_run"]
