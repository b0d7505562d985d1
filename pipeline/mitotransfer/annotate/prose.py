"""Prose."""
from __future__ import annotations

from mitotransfer.annotate.matcher import Extra
from mitotransfer.annotate.resources import Resources
from mitotransfer.document import Article, Event


def prose_events(article: Article, resources: Resources, extra: Extra) -> list[Event]:
    return []
