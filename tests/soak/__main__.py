"""`make soak`: kills under traffic, a board left open, random plants by the thousand, workflow files, the kit; `--record` keeps it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.browser import looks
from tests.recovery import real_runs
from tests.repository import ROOT
from tests.results import machine, record
from tests.soak import flood, kills, machines, mutants, state, watching, workflows

PARTS = ("kills", "machines", "recovery", "state", "flood", "watching", "looks", "mutants", "plants", "workflows", "kit")
LOOKS = ("test_everybody.py", "test_languages.py", "test_hostile.py")
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long there is traffic, with kills in between (default: 60)")
    parser.add_argument("--kills", type=int, default=1_000_000, help="ends the kills after so many (default: when the time is over)")
    parser.add_argument("--seed", type=int, default=1, help="decides when it is killed (default: 1)")
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="one part of it",
    )
    parser.add_argument("--record", action="store_true", help=f"writes what came out into {RESULTS.name}")
    words = parser.parse_args()
    lines = [f"## {datetime.now(UTC):%Y-%m-%d}", "", f"{machine()}.", ""]
    print("\n".join(lines), flush=True)
    for line in _lines(words):
        lines.append(f"* {line}")
        print(lines[-1], flush=True)
    if words.record:
        record(RESULTS, "Soak runs, newest first", "\n".join(lines))
    return 0


def _lines(words: argparse.Namespace) -> Iterator[str]:
    if words.only in (None, "kills"):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            yield from kills.run(Path(folder), words.minutes, words.seed, words.kills)
    if words.only in (None, "machines"):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            yield from (f"machines: {line}" for line in machines.run(Path(folder), words.minutes, words.seed, min(words.kills, 100)))
    if words.only in (None, "recovery"):
        at_once = partial(real_runs.at_once, count=500, keys=120)
        killed = partial(real_runs.killed, count=600, keys=120, kills=110, seed=words.seed)
        for run in (at_once, killed):
            with tempfile.TemporaryDirectory(prefix="soak-") as folder:
                yield f"recovery: {run(Path(folder))}"
    if words.only in (None, "state"):
        yield from state.run(words.seed)
    if words.only in (None, "flood"):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            yield flood.run(Path(folder))
    if words.only in (None, "watching"):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            yield from watching.run(Path(folder), min(words.minutes, 30))
    if words.only in (None, "looks"):
        said = _run("pytest", "-q", *(str(ROOT / "tests" / "browser" / name) for name in LOOKS), **{looks.EVERY_WAY: "yes"})
        yield f"every page in every way, in another language, with hostile texts: {said.splitlines()[-1].strip()}"
    if words.only in (None, "mutants"):
        yield mutants.run()
    if words.only in (None, "plants"):
        for file in sorted((ROOT / "tests" / "models").glob("test_random_*.py")):
            said = _run("pytest", "-q", str(file), "--hypothesis-profile=soak", "--hypothesis-seed=random", "-o", "faulthandler_timeout=0")
            yield f"{file.stem.removeprefix('test_').replace('_', ' ')}: {said.splitlines()[-1].strip()}"
    if words.only in (None, "workflows"):
        yield from workflows.run(min(words.minutes, 10), words.seed)
    if words.only in (None, "kit"):
        said = _run("tests.kit").splitlines()
        yield f"the kit's plants, {len(said)} ways: {sum(line.count(' agree') > 0 for line in said)} agree" if len(said) > 1 else said[0]


def _run(*words: str, **environment: str) -> str:
    around = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=around, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
