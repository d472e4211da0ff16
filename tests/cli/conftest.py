"""What the tests of the commands share."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.cli.commands import Run, here


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `syncline` in the test's folder."""
    for name in [name for name in os.environ if name.startswith("SYNCLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return here(capfd)
