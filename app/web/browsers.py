"""What a browser is called by a person: `Firefox on Windows`."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The first that is found counts: each browser names those before it as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)


def called(agent: str) -> str:
    """What the header User-Agent says, in words; of what is no browser the program that asks."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or re.sub(r"[^\w.+-]", " ", agent.partition("/")[0])[:40].strip()


def _first(known: Iterable[tuple[str, str]], agent: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, agent)), "")
