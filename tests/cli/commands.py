"""Runs `syncline`: in this process, or as a process of its own, as a person does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import cli

ROOT = Path(__file__).parent.parent.parent
QUIET = {
    **{name: value for name, value in os.environ.items() if not name.startswith("SYNCLINE_")},
    "PYTHONPATH": str(ROOT),
    "SYNCLINE_OTLP_GRPC_PORT": "0",  # whatever a test's configuration says, two of them never want one port
}


@dataclass(frozen=True, slots=True)
class Result:
    code: int
    out: str
    said: str


Run = Callable[..., Result]


def here(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, hundreds of times faster than in one of its own."""

    def run(*words: str | Path) -> Result:
        capfd.readouterr()
        code = cli.main([str(word) for word in words])
        out, said = capfd.readouterr()
        return Result(code, out, said)

    return run


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "app", *map(str, words)]


def syncline(*words: str | Path, folder: Path) -> Result:
    """Runs a command as a process in `folder` to its end."""
    done = subprocess.run(command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, env=QUIET, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(folder: Path, real_server: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """A `syncline serve` that is ready: process, pid, url of the web app, and the addresses for OTLP from its log."""
    card, log = folder / "home" / "serve.json", folder / "serve.log"
    card.unlink(missing_ok=True)  # one that was killed leaves it
    log.unlink(missing_ok=True)

    def greeted() -> bool:
        return card.exists() and log.exists() and "OTLP over gRPC:  http" in log.read_text().rpartition("\n")[0]

    with real_server(command("serve"), greeted, log=log, folder=folder, environment=QUIET) as process:
        said = dict(line.split(": ", 2)[1:] for line in log.read_text().splitlines() if "http://" in line)
        yield {
            **json.loads(card.read_text()),
            "process": process,
            "otlp": said["OTLP over HTTP"].strip(),
            "grpc": said["OTLP over gRPC"].strip(),
        }
