"""Recognisers of names that share one tok2vec, trained together on corpora with different labels.

Each step updates one recogniser with a batch of its own corpus, in turn; the shared layers so learn from all of them, as in
Crichton et al. 2017 (doi:10.1186/s12859-017-1776-8), where this gained most for the smallest corpora. spaCy's own loop trains all
components on the same texts and cannot do this.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config, load_model_from_config, registry
from thinc.api import Config, Optimizer, fix_random_seed

from mitotransfer.models.corpora import Gold
from mitotransfer.models.docbins import to_doc
from mitotransfer.models.scores import layer_names, name_scores
from mitotransfer.settings import checked

Say = Callable[[str], None]
SHARED = "tok2vec_names"  # the component whose layers the recognisers share


class Schedule(msgspec.Struct, frozen=True):
    """How: `words` a batch, `steps` at most, scored every `every` steps, stopped after `patience` steps without gain."""

    steps: int
    every: int
    patience: int
    words: int
    dropout: float


def train_names(
    config: Path,
    heads: Mapping[str, tuple[Sequence[Gold], Sequence[Gold]]],
    counted: Sequence[str],
    data: Path,
    out: Path,
    say: Say,
) -> None:
    """Train the recognisers of `config` and write the best state to `out`.

    `heads`: for each recogniser its training and development records; the state with the best mean F1 of `counted` is kept, the
    others only help. Without development records it is the last. `data` holds `vectors/` and `names/`.
    """
    scored = all(dev for _, dev in heads.values())
    settings = load_config(
        config, overrides={"paths.vectors": str(data / "vectors"), "paths.names": str(data / "names")}, interpolate=True
    )
    schedule = checked(dict(settings["mitotransfer"]), Schedule, config)
    fix_random_seed(settings["training"]["seed"])
    nlp, optimizer = _initialized(settings, heads)
    batches = {head: _batches(nlp, records, schedule.words) for head, (records, _) in heads.items()}
    best, best_step = -1.0, 0
    turns = itertools.cycle(_turns(heads))
    for step in range(1, schedule.steps + 1):
        _update(nlp, next(turns), batches, optimizer, schedule.dropout)
        if step % schedule.every:
            continue
        with nlp.use_params(optimizer.averages):
            if not scored:
                say(f"step {step} of {schedule.steps}")
                nlp.to_disk(out)
                continue
            scores = {head: _f1(nlp, head, dev) for head, (_, dev) in heads.items()}
            mean = sum(scores[head] for head in counted) / len(counted)
            say(f"step {step}: " + ", ".join(f"{head} {score:.4f}" for head, score in scores.items()))
            if mean > best:
                best, best_step = mean, step
                nlp.to_disk(out)
        if step - best_step >= schedule.patience:
            break


def _turns(heads: Mapping[str, tuple[Sequence[Gold], Sequence[Gold]]]) -> list[str]:
    """The order in which the recognisers take their turns: those with more text more often (by the square root of it)."""
    sizes = {head: sum(len(record.text) for record in records) for head, (records, _) in heads.items()}
    least = min(sizes.values())
    times = {head: round((size / least) ** 0.5) for head, size in sizes.items()}
    return [head for n in range(max(times.values())) for head in heads if n < times[head]]


def _initialized(settings: Config, heads: Mapping[str, tuple[Sequence[Gold], Sequence[Gold]]]) -> tuple[Language, Optimizer]:
    nlp = load_model_from_config(settings, auto_fill=True, exclude=())
    resolved = registry.resolve({"training": {"optimizer": settings["training"]["optimizer"]}}, validate=False)
    optimizer: Optimizer = resolved["training"]["optimizer"]
    before = registry.resolve({"init": settings["initialize"]["before_init"]}, validate=False)["init"]
    before(nlp)
    source = Path(settings["paths"]["vectors"])
    nlp.vocab.vectors.from_disk(source / "vocab")
    names: Any = nlp.get_pipe("names")
    names.from_disk(settings["paths"]["names"])
    everything = {head: [_example(nlp, record) for record in records] for head, (records, _) in heads.items()}
    shared: Any = nlp.get_pipe(SHARED)
    shared.initialize(lambda: itertools.chain.from_iterable(examples[:50] for examples in everything.values()), nlp=nlp)
    for head, examples in everything.items():
        recogniser: Any = nlp.get_pipe(head)
        recogniser.initialize(partial(iter, examples), nlp=nlp)
    return nlp, optimizer


def _example(nlp: Language, record: Gold) -> Example:
    reference = to_doc(record, nlp.vocab)
    predicted: Doc = nlp.get_pipe("names")(nlp.make_doc(record.text))
    return Example(predicted, reference)


def _batches(nlp: Language, records: Sequence[Gold], words: int) -> Iterator[list[Example]]:
    """Batches of about `words` words, without end, in a new order each time round."""
    order = list(records)
    while True:
        random.shuffle(order)
        batch: list[Example] = []
        size = 0
        for record in order:
            example = _example(nlp, record)
            batch.append(example)
            size += len(example.predicted)
            if size >= words:
                yield batch
                batch, size = [], 0
        if len(batch) == len(order):  # a corpus smaller than a batch
            yield batch


def _update(
    nlp: Language, head: str, batches: Mapping[str, Iterator[list[Example]]], optimizer: Optimizer, dropout: float
) -> None:
    """One step of one recogniser. The shared layer waits for its last listener before it learns, so that one must be the one
    at work."""
    shared: Any = nlp.get_pipe(SHARED)
    shared.listener_map[head] = shared.listener_map.pop(head)
    others = [name for name in nlp.pipe_names if name not in (SHARED, head)]
    nlp.update(next(batches[head]), drop=dropout, sgd=optimizer, losses={}, exclude=others)
    optimizer.step_schedules()  # type: ignore[no-untyped-call]


def _f1(nlp: Language, head: str, records: Sequence[Gold]) -> float:
    others = [name for name in nlp.pipe_names if name not in ("names", SHARED, head)]
    with nlp.select_pipes(disable=others):
        return name_scores(layer_names(nlp, records), records)["ALL"].f1
