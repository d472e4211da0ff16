"""`syncline user reset|enable|signout`: links for a password, and who may come back in or has to leave."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from app.commands.command import Command
from app.commands.people import administering, named
from app.instants import instant_text

if TYPE_CHECKING:
    from app.settings import Settings


def reset_password(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE

    with administering(arguments) as (administration, settings):
        link = administration.make_link(COMMAND_LINE, arguments.name)
    until = instant_text(link.until_ns)[:16].replace("T", " ")
    print(f"With this link {link.user} sets a password, once, until {until} UTC. Hand it over yourself:", file=sys.stderr)
    print(f"{_address(settings)}password#{link.secret}")


def enable_user(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE

    with administering(arguments) as (administration, _):
        administration.enable(COMMAND_LINE, arguments.name)
    print(f"{arguments.name} may sign in again.")


def sign_out(arguments: argparse.Namespace) -> None:
    from app.accounts.administration import COMMAND_LINE

    with administering(arguments) as (administration, _):
        ended = administration.sign_out(COMMAND_LINE, arguments.name)
    print(f"{arguments.name} is signed out: {ended} session{'s' * (ended != 1)} ended.")


def _address(settings: Settings) -> str:
    """Where people reach Syncline, as the configuration says; else where it listens."""
    return settings.telling.url or f"http://{settings.web.host}:{settings.web.port}{settings.web.prefix}"


COMMANDS = (
    Command("user reset", "makes a link with which a user sets a password once, and prints it", named, reset_password),
    Command("user enable", "gives a disabled user access again", named, enable_user),
    Command("user signout", "ends all sessions of a user", named, sign_out),
)
