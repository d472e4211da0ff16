"""Whether erasing a person was begun and did not end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.examination.finding import Finding, fail

PLAN = "erasing.json"  # in the home while it goes on; it names the person


def look_at_erasure(home: Path) -> Iterator[Finding]:
    """Nothing where nothing is left to do."""
    with suppress(OSError):  # a finding about the home already
        if not (home / PLAN).exists():
            return
        yield fail(
            "Erasing somebody from the data was begun and did not end.",
            f"Give the same `syncline privacy erase … --in-data` once more; {home / PLAN} holds what is to be erased.",
        )
