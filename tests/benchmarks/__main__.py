"""`make bench`: prints the table; `--record` puts it, dated, at the top of RESULTS.md."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tests.benchmarks import answering, keeping, loading, receiving, yearly
from tests.benchmarks.figures import Figure
from tests.results import machine, record

RESULTS = Path(__file__).parent / "RESULTS.md"
SIZE_OF_A_YEAR = 1_000_000  # transactions: what the report of a week is promised for
HEAD = "| what | found | ratio |\n|---|---|---|"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--transactions", type=int, default=250_000, help="how many the pages are asked about (default: 250,000)")
    parser.add_argument("--seconds", type=float, default=20, help="how long requests are sent (default: 20)")
    parser.add_argument("--record", action="store_true", help=f"writes the table into {RESULTS.name}")
    words = parser.parse_args()
    title = f"## {datetime.now(UTC):%Y-%m-%d}: {words.transactions:,} transactions"
    print(f"{title}\n\n{_about()}\n\n{HEAD}", flush=True)
    rows = []
    for figure in _figures(words.transactions, words.seconds):
        rows.append(figure.row())
        print(rows[-1], flush=True)
    if words.record:
        record(RESULTS, "Benchmarks, newest first", "\n".join([title, "", _about(), "", HEAD, *rows]))
    return 0


def _figures(transactions: int, seconds: float) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from receiving.measure(Path(folder), seconds)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from loading.measure(Path(folder), transactions)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from keeping.measure(Path(folder), transactions)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from yearly.measure(Path(folder), SIZE_OF_A_YEAR)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from answering.measure(Path(folder), transactions)
    yield Figure("most memory this process held", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def _about() -> str:
    return f"{machine()}, DuckDB {duckdb.__version__}. The ratio compares with what the row names, in the same run."


if __name__ == "__main__":
    sys.exit(main())
