"""Training: data of the recipe, one spaCy training run a part, the parts put together, scored, described."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import spacy
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop
from spacy.util import load_config, registry

import mitotransfer
from mitotransfer.errors import ConfigError
from mitotransfer.files import write_whole
from mitotransfer.models import recipe
from mitotransfer.models.assemble import assemble
from mitotransfer.models.multitask import train_names
from mitotransfer.models.prepare import cell_lines, prepare, records
from mitotransfer.models.recipe import Recipe
from mitotransfer.models.scores import Prf, layer_names, name_scores, syntax_scores
from mitotransfer.models.tokens import tokenizer

PARTS = ("syntax", "names")
Say = Callable[[str], None]
SCORED: dict[str, recipe.Split] = {"dev": "dev", "test": "test"}
OFFICIAL = {"Cell_line": "Cell"}  # what BioNLP13CG itself calls them


class Scores(msgspec.Struct, frozen=True):
    """What a pipeline reaches on one split: syntax (on the pipeline's own tokens and on gold ones), names by corpus and label."""

    split: recipe.Split
    syntax: dict[str, float]
    syntax_gold_tokens: dict[str, float]
    names: dict[str, dict[str, Prf]]

    def summary(self) -> str:
        """A line for syntax and one for each corpus of names."""
        lines = [f"{self.split}: " + ", ".join(f"{name} {value:.3f}" for name, value in self.syntax_gold_tokens.items())]
        for corpus, labels in self.names.items():
            lines.append(f"{corpus}: " + ", ".join(f"{label} {score.f1:.3f}" for label, score in labels.items()))
        return "\n".join(lines)


def recipe_of(path: Path | None, out: Path | None) -> tuple[Recipe, Path]:
    """The recipe (default: the project's), and where its pipeline belongs. Raises ConfigError."""
    chosen = path or Path(mitotransfer.__file__).resolve().parents[2] / "models" / "train.yaml"
    if not chosen.is_file():
        raise ConfigError(f"{chosen}: no such file; training needs a recipe (in the source tree: models/train.yaml)")
    made = recipe.load(chosen)
    return made, out or chosen.parent / f"en_{made.name}"


@registry.callbacks("mitotransfer.tokenizer")  # type: ignore[untyped-decorator]
def _use_tokenizer() -> Callable[[Language], None]:
    def replace(nlp: Language) -> None:
        nlp.tokenizer = tokenizer(nlp)

    return replace


def train(
    made: Recipe, root: Path, vocabulary: Path, work: Path, out: Path, *, only: Sequence[str], final: bool = False, say: Say
) -> Scores | None:
    """Train the pipeline of a recipe and write it to `out`; returns its scores on the development parts.

    With `final` the recognisers learn from the development parts too, for the number of steps in their config, and nothing
    is left to score them on but the test parts.

    `root` holds the corpora, `work` the prepared data and each part's best state. `only`: the parts to train anew (syntax,
    names); the others are taken from `work`. Raises ConfigError when a source is missing or is not the one the recipe names.
    """
    if unknown := sorted(set(only) - set(PARTS)):
        raise ConfigError(f"there is no part '{unknown[0]}' to train; allowed: {', '.join(PARTS)}")
    for part in PARTS:
        if part not in only and not (work / part / "model-best").is_dir():
            raise ConfigError(f"{work / part}: no trained state of '{part}'; train it too")
    if out.is_dir() and any(out.iterdir()) and not (out / "config.cfg").is_file():
        raise ConfigError(f"{out}: holds something that is no pipeline and would be lost; name another directory")
    recipe.check_sources(made, root)
    prepare(made, root, vocabulary, work / "data", say)
    for part in only:
        (work / part).mkdir(parents=True, exist_ok=True)
    lines = cell_lines(vocabulary)
    if "syntax" in only:
        _train_syntax(made, work)
    if "names" in only:
        heads = {}
        for head, corpus in made.recognisers.corpora.items():
            learnt, dev = (records(made, root, corpus, split, lines) for split in ("train", "dev"))
            heads[head] = ([*learnt, *dev], []) if final else (learnt, dev)
        config = Path(made.folder) / made.recognisers.config
        with _quiet():
            train_names(config, heads, made.recognisers.kept, work / "data", work / "names" / "model-best", say)
    nlp = assemble(made, work, out)
    if final:
        return None
    scores = evaluate(made, root, vocabulary, nlp, "dev")
    write_scores(scores, out)
    return scores


def _train_syntax(made: Recipe, work: Path) -> None:
    """spaCy's own training."""
    data = work / "data"
    paths = {
        "paths.train": str(data / f"{made.syntax.corpus}_train.spacy"),
        "paths.dev": str(data / f"{made.syntax.corpus}_dev.spacy"),
        "paths.vectors": str(data / "vectors"),
    }
    with _quiet():
        nlp = init_nlp(load_config(Path(made.folder) / made.syntax.config, overrides=paths), use_gpu=-1)
        train_loop(nlp, work / "syntax", use_gpu=-1, stdout=sys.stderr, stderr=sys.stderr)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings that spaCy raises about itself while it trains."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def evaluate(made: Recipe, root: Path, vocabulary: Path, nlp: Language, split: recipe.Split) -> Scores:
    """The scores of a pipeline on one split of the recipe's corpora."""
    lines = cell_lines(vocabulary)
    gold = {name: records(made, root, name, split, lines) for name in made.corpora}
    names = {}
    for head in made.recognisers.kept:
        corpus = made.recognisers.corpora[head]
        said = list(layer_names(nlp, gold[corpus], head))
        # over all: as the corpus has it, which does not tell lines from other cells
        names[corpus] = name_scores(said, gold[corpus]) | {"ALL": name_scores(said, gold[corpus], OFFICIAL)["ALL"]}
    syntax = gold[made.syntax.corpus]
    return Scores(split, syntax_scores(nlp, syntax, gold_tokens=False), syntax_scores(nlp, syntax, gold_tokens=True), names)


def score(made: Recipe, root: Path, vocabulary: Path, pipeline: Path, split: str) -> Scores:
    """Score a trained pipeline on the dev or test split, and write the scores beside it. Raises ConfigError."""
    if split not in SCORED:
        raise ConfigError(f"there is no split '{split}' to score; allowed: {', '.join(SCORED)}")
    if not pipeline.is_dir():
        raise ConfigError(f"{pipeline}: no trained pipeline there; train it first")
    recipe.check_sources(made, root)
    with _quiet():
        scores = evaluate(made, root, vocabulary, spacy.load(pipeline), SCORED[split])
    write_scores(scores, pipeline)
    return scores


def write_scores(scores: Scores, pipeline: Path) -> None:
    """Write the scores to `scores_<split>.json` beside the pipeline."""
    content = msgspec.json.format(msgspec.json.encode(scores), indent=2)
    write_whole({pipeline.parent / f"scores_{scores.split}.json": [content, b"\n"]})
