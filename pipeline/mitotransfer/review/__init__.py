"""What a reader sees of a run: one page with the tables and the sentences behind them."""

from mitotransfer.review.report import write_report

__all__ = ["write_report"]
