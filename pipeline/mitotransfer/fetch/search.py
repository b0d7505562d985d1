"""From a query to a list of articles: a file with a PMCID a line that `mitotransfer run` takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_plus

from mitotransfer.errors import ConfigError, ServiceError
from mitotransfer.fetch import epmc_search, esearch
from mitotransfer.fetch.http import FetchError, Http
from mitotransfer.fetch.inputs import LIST_SUFFIXES
from mitotransfer.fetch.queries import Hits, Query, read_query, read_since
from mitotransfer.settings import FetchSettings, SearchSettings

_NAMES = {"ncbi": "NCBI esearch (PMC)", "europepmc": "Europe PMC search"}
_SINCE = {"ncbi": "released in PMC", "europepmc": "first published"}
_LONGEST = 6_000  # characters of a query as it is sent: services refuse addresses from about 8,000 on


class Found(NamedTuple):
    """`text`: the list, a file's content; `said`: warnings and, last, a line that accounts for everything found."""

    text: str
    said: tuple[str, ...]


def search(
    given: str, since: str, fetch: FetchSettings, options: SearchSettings, folders: Iterable[Path], http: Http, api_key: str = ""
) -> Found:
    """The articles that a query, or the query file of this name in `folders`, finds at the service of the settings.

    Raises ConfigError for a query, date or settings that cannot be asked with, ServiceError when the service gives no whole
    answer.
    """
    today = datetime.now(UTC).date()
    service, day = options.service, read_since(since, today)
    query = read_query(given, service, folders)
    if fetch.offline:
        raise ConfigError("search asks a service, and the settings say not to (fetch.offline)")
    if service == "ncbi" and not fetch.email:
        raise ConfigError("NCBI wants a contact address: give --email ADDRESS or set fetch.email in the settings file")
    extra = {"ncbi": esearch.WITH_TEXT, "europepmc": epmc_search.WITH_TEXT}[service]
    asked = f"({query.text}) AND ({extra})" if options.with_text else query.text
    if (length := len(quote_plus(asked))) > _LONGEST:
        raise ConfigError(f"the query is {length:,} characters long as it is sent, more than {_LONGEST:,}; make several of it")
    try:
        if service == "ncbi":
            hits = esearch.Esearch(http, fetch.endpoints.eutils, fetch.email, api_key, most=options.most).search(asked, day)
        else:
            service_of = epmc_search.EuropePmcSearch(http, fetch.endpoints.europepmc, most=options.most)
            hits = service_of.search(asked, day, with_text=options.with_text)
    except FetchError as error:
        raise ServiceError(f"{_NAMES[service]}: {error}") from error
    return _found(hits, query, asked, service, day, today)


def list_file(path: Path) -> Path:
    """The path, if a list of ids written there will be read as one. Raises ConfigError."""
    if path.suffix.lower() not in LIST_SUFFIXES:
        raise ConfigError(f"{path}: name the list with one of {', '.join(sorted(LIST_SUFFIXES - {''}))}, so that run takes it")
    if path.is_dir():
        raise ConfigError(f"{path}: is a directory; name a file for the list")
    return path


def _found(hits: Hits, query: Query, asked: str, service: str, since: date | None, today: date) -> Found:
    pmcids = sorted(set(hits.pmcids), key=lambda pmcid: int(pmcid.removeprefix("PMC")))
    dropped = hits.dropped + Counter({"repeated": len(hits.pmcids) - len(pmcids)})
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(dropped.items()))
    count = f"{len(hits.pmcids) + hits.dropped.total():,} found = {len(pmcids):,} articles + {dropped.total():,} dropped"
    count += f" ({reasons})" if reasons else ""
    warnings = [f"warning: {warning}" for warning in hits.warnings]

    def lines() -> Iterator[str]:
        yield "mitotransfer search"
        yield f"query: {query.text}"
        if query.file:
            yield f"query file: {Path(query.file).name}"
        yield f"asked: {asked}"
        yield f"service: {_NAMES[service]}"
        if since:
            yield f"since: {since} ({_SINCE[service]})"
        yield f"date: {today}"
        yield f"count: {count}"
        yield from warnings

    head = "".join(f"# {line}\n" for line in lines())
    said = f"search    {count}; {_NAMES[service]}" + (f", since {since}" if since else "")
    return Found(head + "".join(f"{pmcid}\n" for pmcid in pmcids), (*warnings, said))
