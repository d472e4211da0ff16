"""`syncline user …`: who may sign in."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.command import Command, configuration, settings_of, table
from app.commands.scoping import asked_scope, changes_scope, columns_of, limits, new_limits, words_of
from app.instants import instant_text
from app.trouble import Mistake, Unreachable
from metrics.scope import KINDS

if TYPE_CHECKING:
    from app.accounts import Accounts
    from app.accounts.administration import Administration
    from app.settings import Settings

ROLE_HELP = "a role of the configuration, as `user roles` lists them; may be repeated"


def add_user(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE, Rights

    with administering(arguments) as (administration, settings):
        sees = asked_scope(arguments, settings)
        password = _password(arguments)
        user = administration.add(COMMAND_LINE, arguments.name, Rights(frozenset(arguments.role), sees), password)
        limit = "" if sees.is_all else f", for {words_of(sees)}"
        print(f"{user.name} may sign in as {', '.join(sorted(user.roles))}{limit}.")
        _tell(arguments, password)


def change_user(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE, Rights

    if not (arguments.role or changes_scope(arguments)):
        raise Mistake(
            "nothing was asked for. Name new roles with --role; sites, workflows and suppliers with --site, --workflow, --supplier, "
            "--all-sites, --all-workflows or --all-suppliers."
        )
    with administering(arguments) as (administration, settings):
        asked_scope(arguments, settings)  # what is mistyped is said first
        before = administration.accounts.user(arguments.name)
        sees = asked_scope(arguments, settings, before.given)
        administration.change(COMMAND_LINE, before.name, Rights(frozenset(arguments.role) or before.roles, sees))
        user = administration.accounts.user(arguments.name)
    print(f"{user.name} may sign in as {', '.join(sorted(user.roles))}, for {words_of(user.given)}. Open sessions have ended.")


def list_users(arguments: argparse.Namespace) -> None:
    from app.accounts.identities import issuers

    with accounts_of(arguments) as (accounts, _):
        with accounts.engine.connect() as connection:
            by = issuers(connection)
        rows = [
            (
                user.name,
                ", ".join([*sorted(user.roles), *(f"{name} (no such role)" for name in sorted(user.gone))]) or "none",
                *columns_of(user.given),
                "disabled" if user.disabled else "active",
                by.get(user.name, "password"),
                time_words(user.last_login_ns),
            )
            for user in accounts.list_users()
        ]
    print(
        table(rows, ("user", "roles", *KINDS, "state", "signs in by", "last login"))
        if rows
        else "No users yet. Add one: syncline user add NAME --role admin"
    )


def list_roles(arguments: argparse.Namespace) -> None:
    known = settings_of(arguments).roles
    rows = [
        (role.name, role.title, role.lands_on, "everything" if role.is_admin else ", ".join(sorted(role.may)) or "only look")
        for role in known.roles
    ]
    print(table(rows, ("role", "title", "lands on", "may")))


def disable_user(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE

    with administering(arguments) as (administration, _):
        administration.disable(COMMAND_LINE, arguments.name)
    print(f"{arguments.name} can no longer sign in; open sessions have ended.")


def link_user(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE
    from app.accounts.federated import Federated, Identity

    with administering(arguments) as (administration, settings):
        if settings.single_sign_on is None:
            raise Mistake("there is no single sign-on. Configure it as `access.oidc` first.")
        name, accounts = administration.accounts.user(arguments.name).name, administration.accounts
        people = Federated(accounts.engine, time.time_ns, settings.roles)
        people.link(COMMAND_LINE, Identity(settings.single_sign_on.issuer, arguments.subject), name)
    print(f"{name} signs in with {settings.single_sign_on.name} from now on; the password is gone, open sessions have ended.")


def change_password(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE

    with administering(arguments) as (administration, _):
        administration.accounts.user(arguments.name)  # of who is nobody no password is asked for
        password = _password(arguments)
        administration.set_password(COMMAND_LINE, arguments.name, password)
        print(f"The password of {arguments.name} is changed; open sessions have ended.")
        _tell(arguments, password)


@contextmanager
def administering(arguments: argparse.Namespace) -> Iterator[tuple[Administration, Settings]]:
    """Changes people, and tells the audit."""
    from app.accounts.administration import Administration

    with accounts_of(arguments) as (accounts, settings):
        yield Administration(accounts, time.time_ns, settings.access.password_link), settings


@contextmanager
def accounts_of(arguments: argparse.Namespace) -> Iterator[tuple[Accounts, Settings]]:
    from sqlalchemy.exc import DatabaseError

    from app import audit
    from app.accounts import AccountError, Accounts
    from app.application import reachable
    from app.examination.home import TO_WRITE
    from app.storage.engine import AWAY

    settings = settings_of(arguments)
    with reachable(settings.state):
        url = settings.state.url()
        if not os.access(settings.home, os.W_OK):  # SQLite would only say that it cannot open the file
            raise Unreachable(f"the home {settings.home} cannot be written. {TO_WRITE}")
        accounts = Accounts(url, words=[site.name for site in settings.definitions.sites], access=settings.roles)
        audit.keep_head(accounts.engine, settings.home / audit.HEAD_FILE)
    try:
        yield accounts, settings
    except AccountError as error:
        raise Mistake(str(error)) from error
    except (DatabaseError, *AWAY):
        with reachable(settings.state):
            raise
    finally:
        accounts.close()


def _password(arguments: argparse.Namespace) -> str:
    if arguments.generate:
        return secrets.token_urlsafe(15)
    if arguments.password_file:
        return _from_file(arguments.password_file)
    if not sys.stdin.isatty():
        raise Mistake("there is no terminal to ask for a password. Use --password-file FILE (`-` is standard input) or --generate.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Mistake("the two passwords differ; nothing was changed.")
    return password


def _from_file(file: Path) -> str:
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise Mistake(f"the password file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Mistake(f"the password file {file} is not UTF-8 text. Save it as UTF-8.") from error
    return text.partition("\n")[0].rstrip("\r")


def _tell(arguments: argparse.Namespace, password: str) -> None:
    if arguments.generate:
        print("The password, shown this once:", file=sys.stderr)
        print(password)


def time_words(when_ns: int | None) -> str:
    return instant_text(when_ns)[:16].replace("T", " ") + " UTC" if when_ns else "never"


def plain(parser: argparse.ArgumentParser) -> None:
    configuration(parser)


def named(parser: argparse.ArgumentParser) -> None:
    configuration(parser)
    parser.add_argument("name", metavar="NAME", help="the name of the user or token")


def _with_password(parser: argparse.ArgumentParser) -> None:
    named(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--password-file", type=Path, metavar="FILE", help="read the password from the first line of FILE; `-` is standard input"
    )
    how.add_argument("--generate", action="store_true", help="make a password and print it once")


def _new_user(parser: argparse.ArgumentParser) -> None:
    _with_password(parser)
    limits(parser)
    parser.add_argument("--role", action="append", required=True, metavar="ROLE", help=ROLE_HELP)


def _linked_user(parser: argparse.ArgumentParser) -> None:
    named(parser)
    about = "who they are at the provider, by the `sub` it gives them; a refused sign-in leaves it in the log"
    parser.add_argument("--subject", required=True, metavar="SUB", help=about)


def _changed_user(parser: argparse.ArgumentParser) -> None:
    named(parser)
    parser.add_argument("--role", action="append", default=[], metavar="ROLE", help=f"from now on these roles: {ROLE_HELP}")
    new_limits(parser)


COMMANDS = (
    Command("user add", "adds a user", _new_user, add_user),
    Command("user change", "changes what a user may do and see; their sessions end", _changed_user, change_user),
    Command("user list", "lists the users", plain, list_users),
    Command("user roles", "lists the roles that the configuration knows, and what each may", plain, list_roles),
    Command("user disable", "ends a user's access", named, disable_user),
    Command("user link", "gives an account to somebody who signs in by single sign-on", _linked_user, link_user),
    Command("user passwd", "changes a password", _with_password, change_password),
)
