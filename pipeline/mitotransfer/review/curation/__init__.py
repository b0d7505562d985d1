"""A local page in which a curator works through what was extracted, and decides.

`proposals` reads what a run wrote, `catalogue` holds it with what stands applied, `filters` chooses rows, `view` says what is
shown of them, `actions` makes decisions of what is done, `gate` lets nobody else in, `app` joins them, `serving` runs it.
"""

from mitotransfer.review.curation.serving import serve

__all__ = ["serve"]
