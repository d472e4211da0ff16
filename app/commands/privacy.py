"""`syncline privacy find` and `syncline privacy erase`: where a person stands, and taking them out while every number stays."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.commands.command import Command, configuration, settings_of, table
from app.trouble import Mistake, Unreachable

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from app.privacy.people import Found
    from app.settings import Settings

ACTOR = "command line"
IN_A_LAKE = (
    "the records lie in a lake that several machines share and keep copies of, and nothing can be taken out of all of them yet. "
    "Without --in-data the person is erased from all that is kept beside the data."
)


def find(arguments: argparse.Namespace) -> None:
    from app.privacy import data, people
    from app.privacy.words import of_user

    settings = settings_of(arguments, needs_secrets=False)
    values = (arguments.who, *arguments.also)
    with _accounts(settings) as engine:
        found = people.find(engine, of_user(arguments.who, tuple(arguments.also)))
    try:
        held = data.find(settings.home / "journal", values)
    except data.CannotErase as why:
        print(f"In the data nothing was looked for: {why}")
        held = data.Held()
    rows = [("beside the data", name, f"{number:,}", "") for name, number in found.rows.items()]
    rows += [("beside the data", name, f"{number:,}", "published or sealed: stays") for name, number in found.sealed.items()]
    rows += [("records of", name, f"{number:,}", "") for name, number in held.records.items()]
    rows += [("records of", name, f"{number:,}", "inside of longer words: not replaced") for name, number in held.inside.items()]
    rows += [("records of", name, f"{number:,}", "in how far was read: not replaced") for name, number in held.heads.items()]
    print(table(rows, ("where", "what", "found", "")) if rows else f"{arguments.who} is nowhere.")


def erase(arguments: argparse.Namespace) -> None:
    if not arguments.yes:
        _ask(arguments.who)
    if arguments.in_data:
        _erase_from_data(arguments)
    else:
        _erase_user(arguments)


def _erase_user(arguments: argparse.Namespace) -> None:
    from app.audit.redaction import Told
    from app.privacy import people
    from app.privacy.words import of_user

    settings = settings_of(arguments, needs_secrets=False)
    name = arguments.who.strip().lower()
    change = of_user(name, tuple(arguments.also))
    pseudonym = change.names[name]
    with _accounts(settings) as engine:
        if not people.find(engine, change):
            raise Mistake(f"nobody is called '{name}' here: no user, and nothing that somebody of this name did.")
        try:
            told = Told(time.time_ns(), ACTOR, f"user {pseudonym}", {"pseudonym": pseudonym})
            found = people.erase(engine, settings.home, change, told)
        except people.LastAdministrator:
            raise Mistake(f"{name} is the last administrator. First make somebody else one: syncline user change") from None
    print(f"{name} is {pseudonym} from now on, and may not sign in.")
    _tell(found.rows, found)


def _erase_from_data(arguments: argparse.Namespace) -> None:
    from app.application import opened, reachable
    from app.audit.redaction import Told
    from app.privacy import data, people

    settings, values = settings_of(arguments), (arguments.who, *arguments.also)
    if settings.storage.is_shared:
        raise Mistake(IN_A_LAKE)
    try:
        with reachable(settings.state):
            held = data.find(settings.home / "journal", values)
            plan = data.planned(settings.home, values, lambda: _groups(settings))
            changed = data.disguise(settings.home, plan)
    except data.CannotErase as why:
        raise Mistake(str(why)) from why
    with opened(settings) as application:
        computed = application.rebuild()
        with application.read_now() as reader:
            moved = plan.moved(data.groups_of(reader.export("failure_groups")))
        pseudonyms = [each.other for each in plan.disguises]
        told = Told(application.now_ns(), ACTOR, "the data", {"pseudonyms": pseudonyms, "records": changed.total()})
        found = people.replace(application.accounts.engine, settings.home, plan.text, moved, told)
    data.done(settings.home)
    for pseudonym in pseudonyms:
        print(f"One value is {pseudonym} from now on.")
    print(f"{changed.total():,} records were written anew, and {computed.transactions:,} transactions computed from them.")
    _tell(found.rows, found)
    if held.inside or held.heads:
        print(f"Not replaced: {(held.inside + held.heads).total():,} times, in longer words or in how far was read.", file=sys.stderr)


def _groups(settings: Settings) -> list[Any]:
    """The groups of failures as they are before anything is changed."""
    from app.application import opened
    from app.privacy import data

    with opened(settings) as application, application.read_now() as reader:
        return data.groups_of(reader.export("failure_groups"))


def _tell(rows: Mapping[str, int], found: Found) -> None:
    if any(rows.values()):
        print(table([(name, f"{number:,}") for name, number in rows.items() if number], ("changed in", "rows")))
    for name, number in found.sealed.items():
        print(f"{name}: {number:,} hold the name and stay as they were published or sealed.", file=sys.stderr)


def _ask(who: str) -> None:
    if not sys.stdin.isatty():
        raise Mistake("this cannot be taken back, and there is no terminal to ask. Say --yes when it is meant.")
    if input(f"This cannot be taken back. Type {who} once more: ").strip() != who:
        raise Mistake("that is something else; nothing was changed.")


@contextmanager
def _accounts(settings: Settings) -> Iterator[Engine]:
    """The database beside the business data."""
    from app import audit
    from app.accounts import Accounts
    from app.application import reachable

    state = settings.state
    if not state.is_there:
        raise Unreachable(f"there is no {state.place}: nobody ever used this home.")
    with reachable(state):
        accounts = Accounts(state.url())
        try:
            audit.keep_head(accounts.engine, settings.home / audit.HEAD_FILE)
            yield accounts.engine
        finally:
            accounts.close()


def _whom(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("who", metavar="WHO", help="the name of a user, or a value in the data such as a customer's name or number")
    parser.add_argument(
        "--also", action="append", default=[], metavar="TEXT", help="another name or spelling of the same person; may be repeated"
    )


def _erased(parser: argparse.ArgumentParser) -> None:
    _whom(parser)
    parser.add_argument(
        "--in-data", action="store_true", help="a value in the data: all records are written and computed anew; Syncline must not serve"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


COMMANDS = (
    Command("privacy find", "says where a person stands", _whom, find),
    Command("privacy erase", "takes a person out; every number stays as it is", _erased, erase),
)
