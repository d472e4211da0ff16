"""The home folder: is it there or could it be made, may it be written, is there room, and what does its server say."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.examination.finding import Finding, fail, ok, warn
from app.examination.storage import look_at_storage, rejected
from app.remote import Server
from app.settings import Settings
from app.trouble import Trouble

TO_WRITE = "Give it to the user that runs Syncline; its disk must be mounted for writing."
TIGHT_BYTES, LITTLE_BYTES = 512 * 2**20, 5 * 2**30


def look_at_home(settings: Settings, server: Server | None) -> Iterator[Finding]:
    """Folder, disk, and then what the serving process says, or journal and store themselves."""
    try:
        usable = _folder(settings.home)
    except OSError as error:
        usable = fail(f"The home {settings.home} cannot be used: {error.strerror or error}.", "Correct `home` in the configuration.")
    if isinstance(usable, Finding):
        yield usable
        return
    yield _room(usable)
    if server:
        yield from _serving(server)
    elif usable == settings.home:
        yield from look_at_storage(settings.home)
    else:
        yield warn(f"The home {settings.home} does not exist yet.", "It is made by the first `syncline ingest` or `syncline serve`.")


def _folder(home: Path) -> Path | Finding:
    """The home, or the folder it would be made in; or why neither can be used."""
    place = next(path for path in (home, *home.parents) if path.is_symlink() or path.exists())
    if not place.is_dir():
        what = "a link that leads nowhere" if place.is_symlink() else "no folder"
        return fail(f"The home {home} cannot be used: {place} is {what}.", "Move it away, or set another `home`.")
    if not os.access(place, os.W_OK | os.X_OK):
        where = "it" if place == home else place
        return fail(f"The home {home} cannot be used: {where} cannot be written.", TO_WRITE)
    if shutil.disk_usage(place).total == 0:  # such as /proc, which lets root write but not make anything
        return fail(f"The home {home} cannot be used: {place} is on no disk.", "Set another `home`.")
    return place


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB are free for {folder}."
    if free < TIGHT_BYTES:
        return fail(text, "Records are refused soon; make room.")
    return warn(text, "Make room in time.") if free < LITTLE_BYTES else ok(text)


def _serving(server: Server) -> Iterator[Finding]:
    try:
        state = server.readiness()
    except Trouble as trouble:
        yield fail(f"{str(trouble)[0].upper()}{str(trouble)[1:]}", "")
        return
    behind = "an unknown number of" if state["behind_records"] is None else state["behind_records"]
    yield ok(f"Process {server.pid} serves this home at {server.url}; {behind} records are not loaded yet.")
    for problem in state["problems"]:
        yield fail(problem, "The log of the server says more.")
    yield from rejected(state["rejected"] or 0)
