"""What a language model is made of and how good it is: training, scores, knowledge bases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mitotransfer.settings import Settings


def train(
    corpora: Path,
    settings: Settings,
    *,
    recipe: Path | None = None,
    out: Path | None = None,
    work: Path,
    parts: Sequence[str] = (),
    final: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> str:
    """Trains the language model of a recipe (default: the project's) and writes it to `out`; returns its scores in words.

    `parts`: those to train anew, all by default; `final`: on the development parts too.

    Raises ConfigError when a corpus is missing or another than the recipe names.
    """
    from mitotransfer.models import train as training

    made, target = training.recipe_of(recipe, out)
    only = parts or training.PARTS
    vocabulary = Path(settings.annotate.vocabulary)
    scores = training.train(made, corpora, vocabulary, work, target, only=only, final=final, say=tell)
    return scores.summary() if scores else f"trained on all but the test parts: {target}"


def build_kb(sources: Sequence[str], out: Path, prefixes: Sequence[str] = ()) -> str:
    """Makes a knowledge base of OBO files (paths or URLs) in `out`; returns what it holds. Raises InputError, ConfigError."""
    from mitotransfer.models import kb

    return str(kb.build(sources, out, prefixes=prefixes))


def score_model(corpora: Path, settings: Settings, *, recipe: Path | None, pipeline: Path | None, split: str) -> str:
    """Scores a trained pipeline on a split of its corpora, writes the scores beside it and into its card; returns them in
    words."""
    from mitotransfer.models import train as training

    made, target = training.recipe_of(recipe, pipeline)
    return training.score(made, corpora, Path(settings.annotate.vocabulary), target, split).summary()
