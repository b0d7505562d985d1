"""Gold documents: the rows a careful curator would write from a text, as JSON files."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mitotransfer.errors import ConfigError


class Effect(msgspec.Struct, frozen=True):
    """An outcome and its direction: increase, decrease, change or none."""

    outcome: str
    direction: str


class GoldRow(msgspec.Struct, frozen=True, tag_field="table"):
    """What the rows of all tables share. A field that the text does not state is empty; a row may hold more than is scored.

    `evidence`: the sentences that state the row, word by word, where the gold gives them.
    """

    negated: bool = False
    evidence: tuple[str, ...] = ()


class GoldSecretion(GoldRow, frozen=True, tag="secretion", kw_only=True):
    """A row of table 1; `reference` is given where the row is about a cited study."""

    donor_cell: tuple[str, ...]
    donor_species: tuple[str, ...]
    condition: tuple[str, ...]
    secreted_form: tuple[str, ...]
    mechanism: tuple[str, ...]
    recipient_cell: tuple[str, ...]
    effects: tuple[Effect, ...]
    labels: tuple[str, ...]
    reference: tuple[str, ...] = ()


class GoldTransplantation(GoldRow, frozen=True, tag="transplantation", kw_only=True):
    """A row of table 2; `reference` as in table 1."""

    tissue: tuple[str, ...]
    disease: tuple[str, ...]
    model_species: tuple[str, ...]
    model_procedure: tuple[str, ...]
    intervention: tuple[str, ...]
    route: tuple[str, ...]
    mito_source: tuple[str, ...]
    target: tuple[str, ...]
    uptake_mechanism: tuple[str, ...]
    effects: tuple[Effect, ...]
    reference: tuple[str, ...] = ()


class GoldTrial(GoldRow, frozen=True, tag="trials", kw_only=True):
    """A row of table 3; a trial without a registry number has `nct` null."""

    nct: str | None
    conditions: tuple[str, ...]
    intervention: tuple[str, ...]
    location: tuple[str, ...]
    donor: tuple[str, ...]


AnyGoldRow = GoldSecretion | GoldTransplantation | GoldTrial


class GoldDocument(msgspec.Struct, frozen=True):
    """One text's rows; none for a text that holds nothing to extract. `id`, `pmcid` and `doi` are what a run may call it."""

    id: str
    rows: tuple[AnyGoldRow, ...]
    pmcid: str | None = None
    doi: str | None = None


def gold_values(row: AnyGoldRow, field: str) -> tuple[str | Effect, ...]:
    """The values of a field of a gold row, whether it holds several, one or none."""
    value: str | tuple[str | Effect, ...] | None = getattr(row, field)
    return () if not value else (value,) if isinstance(value, str) else value


def read_gold(folder: Path) -> list[GoldDocument]:
    """The documents of `folder/*.json`, in the order of their file names; keys that are not scored are passed over.

    Raises ConfigError when there are none, one lacks a field or has a wrong value in it, or two share an id.
    """
    documents: dict[str, GoldDocument] = {}
    decoder = msgspec.json.Decoder(GoldDocument)
    for path in sorted(folder.glob("*.json")):
        try:
            document = decoder.decode(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: not a gold document: {error}") from error
        if document.id in documents:
            raise ConfigError(f"{path}: a second document with the id {document.id}")
        documents[document.id] = document
    if not documents:
        raise ConfigError(f"{folder}: no gold documents (*.json) there")
    return list(documents.values())
