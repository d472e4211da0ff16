"""The way back from a backup: a new home of verified files, in which nothing is sent before a person has looked."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

from app.access.roles import ADMIN
from app.application import opened
from app.backup import manifest
from app.backup.manifest import Manifest
from app.configuration.model import Settings
from app.instants import instant_text
from app.recovery.runs import AUTOMATIC, SENDING, Actor
from app.storage.state import make_home
from app.trouble import Mistake, Unreachable
from collectors.journal import sync_folder


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: `late` records lay beyond the numbers of the backup and were computed now."""

    manifest: Manifest
    late: int


def checked(folder: Path) -> Manifest:
    """What the backup in `folder` says of itself, every file of it compared with its checksum. Raises Mistake with all that is wrong."""
    found = manifest.read(folder)
    if problems := list(manifest.check(folder, found)):
        raise Mistake(f"the backup {folder} is damaged.\n" + "\n".join(f"  {each}" for each in problems))
    return found


def restore(folder: Path, settings: Settings) -> Restored:
    """Makes the home of `settings` anew from a backup. Raises Mistake when something is in it already, or the backup is damaged.

    Recoveries may have gone on after the backup was made: sending, and whatever is automatic, stay off until somebody lets them go on."""
    home = settings.home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Mistake(f"{home} is not empty and is left as it is. Move it away, or set another `home`.")
    found = checked(folder)
    _check_state(found, settings)
    _lay_out(folder, found, home)
    with opened(settings) as application:
        said = f"Restored from the backup of {instant_text(found.made_ns)}: recoveries may have gone on after it. Look before they go on."
        who = Actor("syncline restore", frozenset({ADMIN}), access=settings.roles)
        for switch in (AUTOMATIC, SENDING):
            application.desk.runs.switch(switch, who, is_stopped=True, reason=said)
        before = application.intake.loaded()
        application.advance()
        return Restored(found, application.intake.loaded() - before)


def _check_state(found: Manifest, settings: Settings) -> None:
    """People and their work lie where the configuration looks for them. Raises Mistake."""
    if found.state and settings.state.shared is None:
        where = f"they were in {found.state}"
        raise Mistake(f"people and their work are not in this backup: {where}. Bring that back first, and name it as `storage.state`.")
    if not found.state and settings.state.shared is not None:
        raise Mistake(
            "people and their work are in this backup, the configuration looks for them in a database. Restore it without `storage.state`, "
            "then bring them there: syncline state move"
        )


def _lay_out(folder: Path, found: Manifest, home: Path) -> None:
    """The files of the backup as a home: all of them, or none."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{home.name}.", dir=home.parent))
        try:
            for path, written in found.files.items():
                _bring(folder / path, draft / path, written)
            make_home(home)
            draft.rename(home)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(home.parent)
    except OSError as error:
        why = "its disk is full" if error.errno == ENOSPC else error.strerror or str(error)
        raise Unreachable(f"the home {home} cannot be written: {why}. Nothing was left there.") from error


def _bring(source: Path, target: Path, written: manifest.Written) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as into:
        if manifest.taken(read, into) != written:
            raise Mistake(f"{source} changed while it was read.")
        into.flush()
        os.fsync(into.fileno())
    target.chmod(0o600)
