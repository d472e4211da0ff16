"""`syncline audit verify`: whether the audit is what was written, held against anchors that were kept elsewhere."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of
from app.trouble import Mistake

if TYPE_CHECKING:
    from app.audit import Head

ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def verify(arguments: argparse.Namespace) -> int:
    """Reads only, also while Syncline serves."""
    from app import audit
    from app.application import reachable
    from app.audit import files
    from app.audit.checking import first_number

    settings = settings_of(arguments, needs_secrets=False)
    state, folder = settings.state, arguments.files or settings.home / files.FOLDER
    if not state.is_there:
        raise Mistake(f"there is no {state.place}, so there is no audit yet.")
    with reachable(state):
        try:
            with state.looked_at() as connection:
                if not audit.is_there(connection):
                    raise Mistake(f"{state.place} holds no audit.")
                moved = list(files.moved_out(folder))
                _check_reach(arguments.anchor, moved[0].number if moved else first_number(connection))
                wrong = audit.verify(connection, settings.home / audit.HEAD_FILE, arguments.anchor, moved)
                head = audit.newest(connection)
                entries = audit.count(connection, audit.Filter())
        except ValueError as error:
            raise Mistake(str(error)) from error
    if wrong:
        print(f"The audit is not what was written: {wrong}. All before it are as they were.")
        return 3
    beside = f", and {len(moved):,} in files," if moved else ""
    print(f"{entries:,} entries{beside} are as they were written. The newest is {head}.")
    return 0


def _check_reach(anchors: Iterable[Head], first: int | None) -> None:
    """Raises Mistake for an anchor whose entry is not at hand any more."""
    for anchor in anchors:
        if first is not None and anchor.number < first:
            raise Mistake(f"entry {anchor.number:,} was moved out. Name the folder with its file: --files FOLDER.")


def _anchor(text: str) -> Head:
    from app.audit import Head

    found = ANCHOR.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(
            f"must be the number and the hash of an entry, 42:9f86…, as reports and the log say it (found '{text}')"
        )
    return Head(int(found[1]), found[2])


def _options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=_anchor,
        metavar="NUMBER:HASH",
        help="an entry as a report or the log named it; may be repeated",
    )
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="where entries are that were moved out (default: audit/ in the home)")


COMMANDS = (Command("audit verify", "says whether the audit is what was written", _options, verify),)
