"""Everything that people and their work go through, with state in a real PostgreSQL; and recoveries there by a process that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.recovery import real_runs
from tests.recovery.observed import STATE
from tests.repository import ROOT
from tests.servers.postgres import running
from tests.servers.state_databases import BOTH, ONLY

PLACES = (
    "accounts",
    "machines",
    "audit",
    "alerts",
    "telling",
    "recovery",
    "annotations",
    "duty",
    "messages",
    "privacy",
    "reports",
    "retention",
)


def run(seed: int) -> Iterator[str]:
    """A line for each folder of tests, and one for the kills."""
    for place in PLACES:
        words = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests" / place), "-o", "faulthandler_timeout=0"]
        done = subprocess.run(words, cwd=ROOT, env={**os.environ, ONLY: BOTH[1]}, capture_output=True, text=True, check=False)
        said = done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]]
        wrong = [line for line in said if line.startswith(("FAILED", "ERROR"))]
        yield f"{place} with state in PostgreSQL: {said[-1].strip()}{''.join(f'; {line}' for line in wrong)}"
    with running() as server, server.database() as url, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        (Path(folder) / STATE).write_text(url)
        yield f"recovery with state in PostgreSQL: {real_runs.killed(Path(folder), count=300, keys=60, kills=40, seed=seed)}"
    with running() as server, server.database() as url, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        (Path(folder) / STATE).write_text(url)
        yield f"recovery with state in PostgreSQL: {real_runs.away(Path(folder), server, count=300, keys=60, outages=20)}"
