"""Finds the Chromium that the browser tests drive; `python -m tests.browsers` opens it and prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
DOWNLOADED = Path(__file__).parent.parent / ".venv" / "browsers"  # where .ci/browser lets Playwright put one
FLAGS = (
    "--no-sandbox",  # root in a container has no user namespace to make one; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)
MISSING = "No browser: `make test` installs one when it may; otherwise install chromium or google-chrome, or set CHROME to its path."


def find() -> str | None:
    """The path of a Chromium that starts, or None. $CHROME, when set, is the only one asked."""
    if chosen := os.environ.get("CHROME"):
        return chosen if _starts(chosen) else None
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> list[str]:
    installed = [shutil.which(name) for name in NAMES]
    downloaded = sorted(DOWNLOADED.glob("chromium*/*/*headless*shell*"))
    return [path for path in installed if path] + [str(path) for path in (*APPLICATIONS, *downloaded) if path.is_file()]


def _starts(path: str) -> bool:
    """Ubuntu's `chromium` may be a script that only asks for a snap: being there is not enough."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except OSError:
        return False


def launch(playwright: Playwright, path: str) -> Browser:
    """A headless browser, the same for every test and screenshot."""
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS), chromium_sandbox=False)


def main() -> int:
    """Proves that a browser opens, so that a missing library is found here and not by forty tests."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        print(f"CHROME={os.environ['CHROME']} does not start." if "CHROME" in os.environ else MISSING)
        return 1
    try:
        with sync_playwright() as playwright:
            launch(playwright, path).close()
    except Exception as error:  # noqa: BLE001 - a driver that does not start raises nothing more precise
        print(f"The browser {path} does not open a page: {_reason(str(error))} Install what it misses, or set CHROME to another.")
        return 1
    print(path)
    return 0


def _reason(error: str) -> str:
    """What the browser itself said first, in the page of text that Playwright makes of it."""
    said = [line.partition("[err]")[2].strip() for line in error.splitlines() if "[err]" in line]
    return f"{(said or error.splitlines())[0].rstrip('.')}."


if __name__ == "__main__":
    sys.exit(main())
