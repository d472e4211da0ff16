"""Whether the tokens of machines are kept well: they end, they are used, and whom they act for is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError

from app.accounts import users_in
from app.accounts.tables import token_roles, tokens
from app.accounts.tokens import INGEST, REPLACED, Token
from app.examination.finding import Finding, ok, warn
from app.machines.kept import listed
from app.machines.terms import DAY_NS, SOON_NS
from app.settings import Settings

UNUSED_DAYS = 90


def look_at_tokens(settings: Settings, now_ns: int) -> Iterator[Finding]:
    """What somebody has to do about tokens that work."""
    try:
        if not settings.state.is_there:
            return
        gone = {user.name for user in users_in(settings.state, settings.roles) if user.disabled}
        working = [token for token in _all(settings) if token.works(now_ns)]
    except (DatabaseError, OSError):  # a finding about the people or the home already
        return
    if working:
        yield ok("1 token works." if len(working) == 1 else f"{len(working)} tokens work.")
    for is_so, said, advice in _questions(gone, now_ns):
        if found := [token for token in working if is_so(token)]:
            yield warn(f"Tokens {said}: {', '.join(sorted({token.name for token in found}))}.", advice)


def _all(settings: Settings) -> list[Token]:
    with settings.state.looked_at() as connection:
        return listed(connection, settings.roles) if _is_of_today(connection) else []


def _is_of_today(connection: Connection) -> bool:
    """What an older Syncline left gets its columns when it is opened next, which the doctor does not do."""
    known = inspect(connection)
    return all(known.has_table(table.name) for table in (tokens, token_roles)) and {column.name for column in tokens.columns} <= {
        column["name"] for column in known.get_columns(tokens.name)
    }


def _questions(gone: set[str], now_ns: int) -> Sequence[tuple[Callable[[Token], bool], str, str]]:
    unused_ns = now_ns - UNUSED_DAYS * DAY_NS
    return (
        (
            lambda token: token.expires_ns is None,
            "that never end by themselves",
            "Give them an end: syncline token rotate NAME --expires 365d",
        ),
        (
            lambda token: token.expires_ns is not None and token.expires_ns <= now_ns + SOON_NS and token.state(now_ns) != REPLACED,
            "that end within 14 days",
            "Make successors: syncline token rotate NAME",
        ),
        (
            lambda token: max(token.created_ns, token.last_used_ns or 0) <= unused_ns,
            f"that nobody used for {UNUSED_DAYS} days",
            "Revoke what nobody needs: syncline token revoke NAME",
        ),
        (
            lambda token: token.user in gone,
            "that act for somebody who can no longer sign in",
            "They are refused. Revoke them: syncline token revoke NAME",
        ),
        (
            lambda token: token.scope == INGEST and not token.sees.is_all,
            "that were limited by sites, which limits nothing of what is sent",
            "Make them anew for sources: syncline token add NAME --scope ingest --source otlp",
        ),
    )
