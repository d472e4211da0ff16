"""The configured sources: are there files, and how old is the newest file and event."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

from app.examination.finding import Finding, ok, warn
from app.instants import instant_ns
from app.remote import Server
from app.settings import Settings, Source
from app.trouble import Trouble
from collectors.files.tail import Folder
from sql.store import OFFLINE

HOUR = 3600


def look_at_sources(settings: Settings, server: Server | None) -> Iterator[Finding]:
    """One finding per source that reads files, and one for what is received."""
    newest = _newest_events(settings, server)
    for source in settings.sources:
        if pattern := source.options.get("path"):
            yield _files(settings, source, pattern, newest)
    for name in sorted(newest.keys() - {source.name for source in settings.sources if "path" in source.options}):
        yield ok(f"Source {name}: {_event(newest[name])}.")


def _newest_events(settings: Settings, server: Server | None) -> Mapping[str, int]:
    """Source → when its newest event took effect. Nothing where nobody can say: the reason is a finding of its own already."""
    file = settings.home / "syncline.duckdb"
    with suppress(Trouble, duckdb.Error, OSError):
        if server:
            rows = [json.loads(line) for line in b"".join(server.export("sources")).splitlines()]
            times = [(row["source"], instant_ns(row["newest_event_time"])) for row in rows if row["newest_event_time"]]
            return {source: max(when for name, when in times if name == source) for source, _ in times}
        if file.exists():
            with duckdb.connect(str(file), read_only=True, config=OFFLINE) as connection:
                return dict(connection.execute("select source, max(event_ns) from events group by source").fetchall())
    return {}


def _files(settings: Settings, source: Source, pattern: str, newest: Mapping[str, int]) -> Finding:
    files = list(_states(settings.folder, pattern))
    if not files:
        return warn(f"Source {source.name}: no file matches {settings.folder / pattern}.", "Correct the path, or wait for the first file.")
    written = _ago(time.time() - max(file.st_mtime for file in files))
    event = f", {_event(newest[source.name])}" if source.name in newest else ""
    return ok(f"Source {source.name}: {len(files)} file{'s' * (len(files) > 1)}, the newest written {written} ago{event}.")


def _states(folder: Path, pattern: str) -> Iterator[os.stat_result]:
    """What the system knows of each file; a link that leads nowhere is none."""
    for _, path in Folder(folder, pattern).streams():
        with suppress(OSError):
            yield path.stat()


def _event(newest_ns: int) -> str:
    age = time.time() - newest_ns / 1e9
    return f"newest event {_ago(age)} ago" if age >= 0 else f"newest event {_ago(-age)} in the future"


def _ago(seconds: float) -> str:
    for unit, length in (("days", 24 * HOUR), ("hours", HOUR), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0, seconds):.0f} seconds"
