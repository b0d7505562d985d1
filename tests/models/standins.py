"""Tiny packages that look like scispaCy's and our own: same layout, components, configuration and label sets.

Their recognisers are trained on the spot to know a handful of words by heart, so that loading, offsets and labels are
spaCy's own doing.
"""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from scispacy.custom_tokenizer import combined_rule_tokenizer
from spacy.language import Language
from spacy.training import Example

from mitotransfer.models import components  # noqa: F401 registers our components

Names = Mapping[str, str]

# the recogniser of scispaCy's configs/base_specialized_ner.cfg, narrow
_EMBED = {
    "@architectures": "spacy.MultiHashEmbed.v1",
    "width": 16,
    "attrs": ["NORM", "SHAPE"],
    "rows": [400, 100],
    "include_static_vectors": False,
}
_ENCODE = {"@architectures": "spacy.MaxoutWindowEncoder.v1", "width": 16, "depth": 1, "window_size": 1, "maxout_pieces": 2}
_OWN = {"@architectures": "spacy.Tok2Vec.v1", "embed": _EMBED, "encode": _ENCODE}
_SHARED = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16, "upstream": "*"}


def text_of(names: Iterable[str]) -> str:
    """A text with all the names, in surroundings their recogniser knows; the first character is none of the ASCII ones."""
    return " ".join(f"α: we saw {surface} here, we saw" for surface in names)


def pipeline(names: Names, *, others: Sequence[str] = (), shared: bool = False) -> Language:
    """A pipeline with scispaCy's components whose recogniser knows these names (surface: label), and that `others` are none.

    `shared`: it listens to the pipeline's tok2vec, as scispaCy's parsers do, instead of having its own.
    """
    return _pipeline(tuple(names.items()), tuple(others), shared)


@cache
def _pipeline(names: tuple[tuple[str, str], ...], others: tuple[str, ...], shared: bool) -> Language:
    random.seed(0)
    np.random.seed(0)
    nlp = spacy.blank("en")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        nlp.tokenizer = combined_rule_tokenizer(nlp)
    nlp.add_pipe("tok2vec", config={"model": _OWN})
    nlp.add_pipe("tagger", config={"model": {"tok2vec": _SHARED}})
    nlp.add_pipe("ner", config={"model": {"tok2vec": _SHARED if shared else _OWN}})
    doc = nlp.make_doc(text_of([*dict(names), *others]))
    starts = [doc.text.index(f" {surface} ") + 1 for surface, _ in names]
    spans = [(start, start + len(surface), label) for start, (surface, label) in zip(starts, names, strict=True)]
    examples = [Example.from_dict(doc, {"entities": spans, "tags": ["NN"] * len(doc)})]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    for _ in range(300):
        nlp.update(examples, sgd=optimizer)
        if [(ent.start_char, ent.end_char, ent.label_) for ent in nlp(doc.text).ents] == spans:
            return nlp
    raise AssertionError("the stand-in has not learned its names")


def own_pipeline(names: Names, labels: Names) -> Language:
    """A pipeline put together as ours is: a recogniser's names set aside in a layer, then joined under common labels."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner", source=pipeline(names), name="ner_craft")
    nlp.add_pipe("mitotransfer_layer", name="craft_layer", config={"key": "craft"})
    nlp.add_pipe("mitotransfer_union", name="union", config={"labels": {"craft": dict(labels)}})
    return nlp


def save(nlp: Language, folder: Path, name: str, version: str, **meta: Any) -> Path:
    """Write a pipeline under this name (without the language), with booleans as scispaCy's configurations have them."""
    folder.mkdir(parents=True)
    nlp.to_disk(folder)
    content = json.loads((folder / "meta.json").read_text()) | {"name": name, "version": version, **meta}
    (folder / "meta.json").write_text(json.dumps(content))
    config = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(config.replace("include_static_vectors = false", 'include_static_vectors = "False"'))
    return folder


def install(site: Path, package: str, nlp: Language, version: str = "0.5.4", spacy_version: str = ">=3.7.4,<3.8.0") -> Path:
    """Install a pipeline into the directory `site` as `spacy package` and pip would."""
    name = package.removeprefix("en_")
    inner = save(nlp, site / package / f"{package}-{version}", name, version, spacy_version=spacy_version)
    (site / package / "meta.json").write_text((inner / "meta.json").read_text())
    (site / package / "__init__.py").write_text(
        "from spacy.util import load_model_from_init_py\n\n\ndef load(**overrides):\n"
        "    return load_model_from_init_py(__file__, **overrides)\n"
    )
    record(site, package, version)
    return inner


def record(site: Path, package: str, version: str) -> None:
    """What pip leaves of an installation."""
    info = site / f"{package}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
