"""Peak memory and CPU time of the tabulate and report stages alone, by the number of articles.

    python tools/bench_tables.py [--articles 1000 10000 50000] [--relevant 0.1] [--keep FOLDER]

The articles of the embedded sample are annotated once and stored under many ids in a temporary folder, each with a study of its
own; of every ten (`--relevant`) one has its findings, the others have none. Each line is a process of its own: the most memory
it held (VmHWM, libraries included), what that is beyond a run of one article, and its CPU time per article. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mitotransfer import stages
from mitotransfer.document import Annotated, Event
from mitotransfer.settings import load
from mitotransfer.steps import decoded, payloads
from mitotransfer.store import Shards

SAMPLE = Path(__file__).resolve().parent.parent / "corpus" / "sample" / "articles"
STAGES = {
    "tabulate": "stages.tabulate(Path(sys.argv[1]), Path(sys.argv[2]), load())",
    "report": "stages.report(Path(sys.argv[2]))",
}
MEASURED = """
import re, sys, time
from pathlib import Path
from mitotransfer import stages
from mitotransfer.settings import load
started = time.process_time()
{call}
used = time.process_time() - started
print(used, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def templates(folder: Path) -> list[Annotated]:
    """The annotated articles of the sample."""
    stages.run([str(SAMPLE)], folder, load())
    shards = Shards(folder / "work" / "annotated")
    return [article for _, payload in payloads(shards) for article in decoded(payload, Annotated)]


def repeated(sample: list[Annotated], share: float) -> Iterator[Annotated]:
    """Articles without end, each with an id and a study of its own, by the given share with their findings."""
    with_rows = itertools.cycle([article for article in sample if article.events])
    for number in itertools.count():
        article = next(with_rows)
        pmcid = f"PMC{90_000_000 + number}"
        head = msgspec.structs.replace(article.head, source=pmcid, file=f"{pmcid}.xml", pmcid=pmcid, doi=f"10.5555/{number}")
        if int((number + 1) * share) > int(number * share):
            events = tuple(own(event, pmcid, head.doi) for event in article.events)
            yield msgspec.structs.replace(article, head=head, events=events)
        else:
            yield Annotated(head, n_passages=article.n_passages, n_tables=article.n_tables, reason="no mention of mitochondria")


def own(event: Event, pmcid: str, doi: str) -> Event:
    """The event of the article under its new ids."""
    if event.study.cited:
        return event
    return msgspec.structs.replace(event, study=msgspec.structs.replace(event.study, pmcid=pmcid, doi=doi))


def store(articles: Iterator[Annotated], folder: Path) -> Path:
    """Stores articles as the annotate stage does, one a shard."""
    shards = Shards(folder)
    names: list[str] = []
    for article in articles:
        names.append(article.head.source)
        shards.write(names[-1], "-", "done", msgspec.json.encode([article]))
    shards.close(names)
    return folder


def measured(stage: str, annotated: Path, out: Path) -> tuple[float, float]:
    """CPU seconds and megabytes of a stage in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", MEASURED.format(call=STAGES[stage]), str(annotated), str(out)]
    cpu, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(cpu), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", nargs="+", type=int, default=[1_000, 10_000, 50_000])
    parser.add_argument("--relevant", type=float, default=0.1, help="share of articles with findings")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it (default: a temporary one)")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sample = templates(folder / "sample")
        print("| articles | stage | peak MB | MB beyond one article | MB per 1,000 articles | CPU ms per article |")
        print(f"|{'---:|' * 6}")
        first: dict[str, float] = {}
        for articles in [1, *asked.articles]:
            annotated = folder / f"annotated-{articles}"
            if not annotated.exists():
                store(itertools.islice(repeated(sample, asked.relevant), articles), annotated)
            for stage in STAGES:
                cpu, peak = measured(stage, annotated, folder / f"out-{articles}")
                more = peak - first.setdefault(stage, peak)
                figures = f"{peak:.0f} | {more:.1f} | {more / articles * 1000:.2f} | {cpu / articles * 1000:.3f}"
                print(f"| {articles:,} | {stage} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
