"""`syncline state move`: from the file in the home into the database that several machines share."""

from __future__ import annotations

import argparse
import time

from app.commands.command import Command, configuration, settings_of
from app.remote import find_server
from app.trouble import Mistake

ACTOR = "command line"


def move(arguments: argparse.Namespace) -> None:
    from app.application import reachable
    from app.storage import moving
    from app.storage.state import State

    settings = settings_of(arguments)
    source, target = State(settings.home), settings.state
    if target.shared is None:
        raise Mistake("the configuration names no database to move to. docs/several-machines.md says how to.")
    if not source.is_there:
        raise Mistake(f"there is no {source.place}: nothing is to be moved.")
    if server := find_server(settings.home):
        raise Mistake(f"process {server.pid} serves this home. Stop it first: what people do meanwhile would be left behind.")
    with reachable(target):
        done = moving.move(source, target, time.time_ns(), ACTOR)
    for name, many in sorted(done.rows.items()):
        print(f"{name:<20} {many:>9,}")
    print(
        f"{done.total:,} rows lie in {target.place} now, as many of each kind as before. The audit is as it was written; its newest "
        f"entry is {done.head}. {source.file.name} is called {source.file.name}{moving.ASIDE} from now on, and nothing reads it."
    )


COMMANDS = (Command("state move", "brings accounts.sqlite into the empty database that `storage.state` names", configuration, move),)
