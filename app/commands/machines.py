"""`syncline token …`: which machines may read, send and act, for how long, and for whom."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.commands.command import Command, table
from app.commands.people import accounts_of, named, plain, time_words
from app.commands.scoping import asked_scope, columns_of, limits
from metrics.scope import KINDS

if TYPE_CHECKING:
    from app.accounts.tokens import Token
    from app.machines.kept import Machines
    from app.settings import Settings

EXPIRES = "when it ends: 90d, 2027-03-31, or never (default: access.tokens.longest, else 365d)"


def add_token(arguments: argparse.Namespace) -> None:
    from app.machines.wanted import Wanted

    with _machines(arguments) as (machines, settings):
        wanted = Wanted(
            arguments.name,
            arguments.scope,
            asked_scope(arguments, settings),
            arguments.source or None,
            arguments.role,
            arguments.user,
            arguments.expires,
        )
        secret = machines.add(wanted)
    print(f"Token {arguments.name} of scope {arguments.scope}, shown this once:", file=sys.stderr)
    print(secret)


def list_tokens(arguments: argparse.Namespace) -> None:
    with _machines(arguments) as (machines, _):
        now_ns = machines.now_ns()
        rows = [
            (
                token.name,
                token.scope,
                *columns_of(token.sees),
                token.user or "a service",
                _sources(token),
                token.state(now_ns),
                time_words(token.created_ns),
                token.made_by or "",
                time_words(token.expires_ns),
                time_words(token.last_used_ns),
                token.last_address or "",
            )
            for token in machines.every()
        ]
    heads = ("token", "scope", *KINDS, "for", "sources", "state", "made", "by", "ends", "last used", "from")
    print(table(rows, heads) if rows else "No tokens yet. Add one: syncline token add NAME --scope read")


def rotate_token(arguments: argparse.Namespace) -> None:
    with _machines(arguments) as (machines, _):
        secret = machines.rotate(arguments.name, arguments.overlap, arguments.expires)
    print(f"Token {arguments.name} anew, shown this once; the old one works for {arguments.overlap} beside it:", file=sys.stderr)
    print(secret)


def revoke_token(arguments: argparse.Namespace) -> None:
    with _machines(arguments) as (machines, _):
        machines.revoke(arguments.name, arguments.reason)
    print(f"Token {arguments.name} works no more.")


def _sources(token: Token) -> str:
    return "" if not token.allows("ingest") else "all" if token.sources is None else ", ".join(sorted(token.sources))


@contextmanager
def _machines(arguments: argparse.Namespace) -> Iterator[tuple[Machines, Settings]]:
    from app.machines.kept import Machines

    with accounts_of(arguments) as (accounts, settings):
        yield Machines(accounts.engine, time.time_ns, settings.access.tokens, settings.roles), settings


def _new_token(parser: argparse.ArgumentParser) -> None:
    named(parser)
    limits(parser)
    scopes = "read: the API; ingest: sending OTLP and CloudEvents; recover: recoveries; annotate: annotations only; admin: everything"
    parser.add_argument("--scope", required=True, metavar="SCOPE", help=scopes)
    sources = "of scope ingest: send to this source only, otlp or cloudevents; may be repeated (default: both)"
    parser.add_argument("--source", action="append", default=[], metavar="SOURCE", help=sources)
    roles = "of scope recover: what it may do, as people's roles; may be repeated"
    parser.add_argument("--role", action="append", default=[], metavar="ROLE", help=roles)
    parser.add_argument("--for", dest="user", metavar="USER", help="whom it acts for, and never more than they may (default: a service)")
    parser.add_argument("--expires", metavar="WHEN", help=EXPIRES)


def _rotated(parser: argparse.ArgumentParser) -> None:
    named(parser)
    parser.add_argument(
        "--overlap", default="24h", metavar="DURATION", help="how long the old secret works beside the new one (default: 24h)"
    )
    parser.add_argument("--expires", metavar="WHEN", help="when the new one ends (default: after as long as the old one lasted)")


def _revoked(parser: argparse.ArgumentParser) -> None:
    named(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why; it stands in the audit")


COMMANDS = (
    Command("token add", "adds a token for a machine and prints it once", _new_token, add_token),
    Command("token list", "lists the tokens, never their secrets", plain, list_tokens),
    Command("token rotate", "makes a new secret for a token; the old one works for a while beside it", _rotated, rotate_token),
    Command("token revoke", "ends a token", _revoked, revoke_token),
)
