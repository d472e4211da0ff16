"""A folder that somebody else fetches files from: each attempt is one file, there whole or not at all, and once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from app.recovery.model import Answer, Dispatch, Sent
from app.recovery.targets.filling import NothingThere, content_of, filled, names_in, template
from app.recovery.targets.target import Kind, fingerprint_of
from collectors.journal import sync_folder
from metrics.keys import Key, Place, Problem, text

BESIDE = ".syncline"  # a folder in the folder: on the same disk, and not looked at by who fetches
UNFINISHED = ".part"
LONGEST_NAME_BYTES = 255


class FileTarget:
    """`settings` as KIND's keys read them.

    What is dropped is fetched, so that a file that is not there says nothing. A mark beside it does: it is made when the file is whole, and
    then the file is renamed to where it is fetched from. With the mark and without the unfinished file it has been dropped.
    """

    kind = "file"
    idempotent = True

    def __init__(self, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        self.name = name
        self._folder, self._name = folder / settings["folder"], settings["name"]
        self._lock = Lock()

    def describe(self) -> str:
        return f"A file in {self._folder}, once, however often it is sent."

    def fingerprint(self) -> str:
        return fingerprint_of(self.kind, {"folder": str(self._folder), "name": self._name})

    def send(self, dispatch: Dispatch) -> Sent:
        try:
            name, content = filled(self._name, dispatch, _part_of_a_name), content_of(dispatch)
        except NothingThere as nothing:
            return Sent(Answer.REFUSED, str(nothing))
        if len(name.encode()) > LONGEST_NAME_BYTES:
            return Sent(Answer.REFUSED, f"The name of the file would be longer than {LONGEST_NAME_BYTES} bytes; nothing was written.")
        if not self._folder.is_dir():
            return Sent(Answer.NOT_TAKEN, f"There is no folder {self._folder}; is it mounted? Nothing was written.")
        with self._lock:
            return self._dropped(name, dispatch.effect_id, content.body)

    def close(self) -> None:
        """Nothing is held."""

    def _dropped(self, name: str, effect_id: str, body: bytes) -> Sent:
        mark, final = self._folder / BESIDE / effect_id, self._folder / name
        unfinished = mark.with_suffix(UNFINISHED)
        try:
            if mark.exists() and not unfinished.exists():
                return Sent(Answer.ACCEPTED, f"{name} was dropped before; nothing was written again.")
            mark.parent.mkdir(exist_ok=True)
            if not mark.exists():
                _write(unfinished, body)
                sync_folder(mark.parent)
                _write(mark, name.encode())
                sync_folder(mark.parent)
        except OSError as error:
            return Sent(Answer.NOT_TAKEN, f"{self._folder} cannot be written, nothing was dropped: {error.strerror}.")
        try:
            unfinished.rename(final)
            sync_folder(self._folder)
            sync_folder(mark.parent)
        except OSError as error:
            if unfinished.exists():
                return Sent(Answer.NOT_TAKEN, f"{name} could not be put into place, nothing was dropped: {error.strerror}.")
            return Sent(Answer.UNKNOWN, f"{name} was dropped, but the disk may forget it: {error.strerror}.")
        return Sent(Answer.ACCEPTED, f"Dropped as {name}.")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _part_of_a_name(value: str) -> str:
    """Never a folder."""
    return quote(value, safe=" ()-_.")


def a_file_name(value: Any, place: Place, problems: list[Problem]) -> str | None:
    """A name that differs for each item."""
    found: str | None = template()(value, place, problems)
    if found is None:
        return None
    if "/" in found or found.startswith(".") or "\0" in found:
        problems.append(Problem(place, "must be the name of a file, without folders, and without a dot in front."))
    elif "effect_id" not in names_in(found):
        problems.append(Problem(place, "needs {effect_id}: two files of one name would be one."))
    else:
        return found
    return None


KIND = Kind(
    keys=(
        Key("folder", text, "folder", "Where files are fetched from, relative to this file. It must be there.", required=True),
        Key(
            "name", a_file_name, "text", "What each file is called, as in `ORDERS_{effect_id}.xml`.", default="{transaction_id}-{effect_id}"
        ),
    ),
    open=FileTarget,
)
