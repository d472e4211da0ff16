"""`syncline storage init`, `copy` and `status`: the lake that several machines share."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of, table
from app.trouble import Mistake, Unreachable

if TYPE_CHECKING:
    from app.settings import Settings


def init(arguments: argparse.Namespace) -> None:
    from app.several.place import place_of
    from sql import lake

    settings = _shared(arguments)
    with _reached():
        is_new = lake.make(place_of(settings.storage))
    print("The lake is made; every machine may start now." if is_new else "The lake is there already; nothing was changed.")


def copy(arguments: argparse.Namespace) -> None:
    from app.application import opened
    from app.configuration.lake import machine_of
    from app.instants import instant_text
    from app.remote import find_server
    from app.several import copies
    from app.several.place import lake_of

    settings = _shared(arguments)
    if server := find_server(settings.home):
        raise Mistake(f"process {server.pid} serves this home. Stop it first; it goes on where it stopped.")
    with opened(settings) as application, closing(lake_of(settings.storage)) as lake, _reached():
        name = f"{instant_text(application.now_ns())} {machine_of(settings.storage)}"
        size = copies.put(application, lake, name)
        records = application.intake.loaded()
    print(f"The tables made of {records:,} records are in the lake, {size / 1e6:,.1f} MB: a machine without any begins with them.")


def status(arguments: argparse.Namespace) -> None:
    import time

    from app.accounts.tables import open_engine
    from app.instants import instant_text
    from app.several.presence import known

    settings = _shared(arguments)
    engine, now_ns = open_engine(settings.state.url()), time.time_ns()
    try:
        found = known(engine)
    finally:
        engine.dispose()
    newest = max((each.said.followed for each in found), default=0)
    rows = [
        (
            each.machine,
            each.role,
            "now" if each.is_there(now_ns) else instant_text(each.seen_ns),
            f"{max(0, newest - each.said.loaded):,}" if each.role != "receiver" else "",
            f"{each.said.waiting:,}",
            ", ".join(sorted(each.said.sources)),
            each.said.trouble,
        )
        for each in found
    ]
    heads = ("machine", "role", "seen", "records behind", "not forwarded", "reads", "trouble")
    print(table(rows, heads) if rows else "No machine has been seen for a day.")


def _shared(arguments: argparse.Namespace) -> Settings:
    settings = settings_of(arguments)
    if not settings.storage.is_shared:
        raise Mistake("this configuration has no lake. Say which one several machines share: `storage: {kind: ducklake, …}`.")
    return settings


@contextmanager
def _reached() -> Iterator[None]:
    from sql.lake import LakeUnavailable, NoLake

    try:
        yield
    except LakeUnavailable as error:
        raise Unreachable(f"the lake cannot be reached: {error}.") from error
    except NoLake as error:
        raise Unreachable(f"{error}. `syncline storage init` makes it.") from error


COMMANDS = (
    Command("storage init", "makes the lake that several machines share, once", configuration, init),
    Command("storage copy", "puts this machine's tables into the lake, so that a new machine begins with them", configuration, copy),
    Command("storage status", "which machines there are, how far each is, and what it reads", configuration, status),
)
