"""`syncline backup make`, `check` and `restore`: a copy of everything while it is in use, and the way back from it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of
from app.instants import instant_text
from app.remote import find_server

if TYPE_CHECKING:
    from app.backup.manifest import Manifest


def make(arguments: argparse.Namespace) -> None:
    """By the running server when there is one, else by this process."""
    from app.application import opened
    from app.backup import making
    from app.backup.manifest import parsed

    settings, folder = settings_of(arguments), arguments.folder.absolute()
    if server := find_server(settings.home):
        made = parsed(server.order("backup", folder=str(folder)))
    else:
        with opened(settings) as application:
            made = making.make(application, folder)
    print(f"{folder} holds {_contents(made)}. Everything that was recorded until {instant_text(made.known_ns)} is in it.")
    if made.state:
        print(f"People, the audit and recoveries are not: they lie in {made.state}, of which a copy must be older than this one.")


def check(arguments: argparse.Namespace) -> None:
    from app.backup.restoring import checked

    found = checked(arguments.folder)
    print(f"{arguments.folder} is as it was written on {instant_text(found.made_ns)} by Syncline {found.syncline}: {_contents(found)}.")


def restore(arguments: argparse.Namespace) -> None:
    from app.backup import restoring

    settings = settings_of(arguments)
    done = restoring.restore(arguments.folder, settings)
    late = f"; {done.late:,} of them were newer than its numbers and are computed now" if done.late else ""
    print(
        f"{settings.home} holds {_contents(done.manifest)}{late}. Recoveries may have gone on after the backup was made: sending is off, "
        "and so is whatever is automatic, until somebody lets them go on (page Recoveries)."
    )


def _contents(of: Manifest) -> str:
    files = "1 file" if len(of.files) == 1 else f"{len(of.files):,} files"
    return f"{files} with {of.total_bytes / 2**20:,.1f} MiB, records up to number {of.record:,}"


def _of_folder(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=what)


def _make_options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    _of_folder(parser, "where to write it; must not be there yet")


def _check_options(parser: argparse.ArgumentParser) -> None:
    _of_folder(parser, "the backup")


def _restore_options(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    _of_folder(parser, "the backup; the home of the configuration must be empty")


COMMANDS = (
    Command("backup make", "copies everything that a home holds into a folder, also while Syncline serves", _make_options, make),
    Command("backup check", "compares every file of a backup with its checksum", _check_options, check),
    Command(
        "backup restore",
        "makes a home anew from a backup, after comparing every file; nothing is sent by itself then",
        _restore_options,
        restore,
    ),
)
