"""What a reader sees of a run: one page with the tables and the sentences behind them."""

from mitotransfer.review.figures import FIGURES, check_figures, write_figures
from mitotransfer.review.report import write_report

__all__ = ["FIGURES", "check_figures", "write_figures", "write_report"]
