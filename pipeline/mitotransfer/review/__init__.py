"""What a reader sees of a run: one page with the tables and the sentences behind them; and a page to decide on them."""

from mitotransfer.review.curation import serve
from mitotransfer.review.figures import FIGURES, check_figures, write_figures
from mitotransfer.review.report import write_report

__all__ = ["FIGURES", "check_figures", "serve", "write_figures", "write_report"]
