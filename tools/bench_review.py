"""How the review page bears 20,000 rows and 100,000 lines of evidence: start, filters, decisions, memory."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from curated import Visitor, line, row_id, secretion, written

ROWS, LINES = 20_000, 5
CELLS = ("astrocyte", "neuron", "platelet", "macrophage", "cardiomyocyte", "mesenchymal stem cell")


def made(out: Path) -> Path:
    rows, lines = [], []
    for number in range(1, ROWS + 1):
        giver, taker = CELLS[number % 6], CELLS[number // 6 % 6]
        article = f"PMC9{number // 8:06}"
        share = f"{(number % 100) / 100:.2f}"
        rows.append(secretion(number, cell_type=giver, recipient_cell=taker, source_id=article, confidence=share))
        for place in range(LINES):
            sentence = (
                f"In dish {number}.{place} the {giver}s passed mitochondria to {taker}s, and ATP rose by {number % 97} percent."
            )
            lines.append(line(number * LINES + place, number, sentence, source_id=article, rule_id=f"prose:rule_{number % 80}"))
    return written(out, {"table1_secretion.csv": rows, "evidence.csv": lines})


def timed(what: str, work: Callable[[], object], times: int = 9) -> None:
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    print(f"{what:48} median {statistics.median(spent):7.1f} ms, worst {max(spent):7.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = made(Path(folder) / "out")
        subprocess.run([sys.executable, __file__, "--page", str(out)], check=True)  # what making them takes is not the page's


def page(out: Path) -> None:
    def memory() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    before, start = memory(), time.perf_counter()
    visitor = Visitor(out).enter()
    print(f"{'start':48} {time.perf_counter() - start:.2f} s, {memory() - before:.0f} MB more at most ({before:.0f} MB before)")
    timed("all rows", lambda: visitor.get("rows"))
    timed("by words", lambda: visitor.get("rows", text="dish 777 neurons"))
    timed(
        "by field, confidence and rule",
        lambda: visitor.get("rows", field="cell_type", value="platelet", low="0.5", rule="prose:rule_2"),
    )
    timed("least sure first", lambda: visitor.get("rows", sort="unsurest"))
    timed("40 rows of the list", lambda: visitor.get("briefs", ids=",".join(map(row_id, range(900, 940)))))
    timed("a row", lambda: visitor.get(f"row/{row_id(4321)}"))
    numbers = iter(range(1, ROWS))
    timed("a decision", lambda: visitor.decide(next(numbers), "accept"), 300)
    print("with 2,000 decisions in the log:")
    for number in range(301, 2001):
        visitor.decide(number, "accept")
    timed("a decision", lambda: visitor.decide(next(numbers) + 3000, "accept"), 50)
    timed("what changed", lambda: visitor.get("changes", since="0"))
    start = time.perf_counter()
    Visitor(out)
    print(f"{'start again':48} {time.perf_counter() - start:.2f} s")
    print(f"{'memory in the end':48} {memory():.0f} MB")


if __name__ == "__main__":
    page(Path(sys.argv[2])) if sys.argv[1:2] == ["--page"] else main()
