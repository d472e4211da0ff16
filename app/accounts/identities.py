"""Who people are at a provider of single sign-on, and what is therefore not ours to change of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, Connection, String, Table, Text, UniqueConstraint, select

from app.accounts.people import AccountError
from app.accounts.tables import metadata
from metrics.texts import _

# `subject` is the provider's own id of somebody: names and addresses may be given to somebody else one day.
identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user", String(64), nullable=False),
    UniqueConstraint("user"),
)

# Answers of a provider that were used: each counts once.
used_answers = Table(
    "used_answers",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("used_ns", BigInteger, nullable=False),
)

RIGHTS = ("roles", "sites", "workflows", "suppliers")


def issuer_of(connection: Connection, name: str) -> str | None:
    """Which provider vouches for the person of this name; None: nobody does, they have a password here."""
    return connection.execute(select(identities.c.issuer).where(identities.c.user == name)).scalar()


def issuers(connection: Connection) -> dict[str, str]:
    """By the name of a person, which provider vouches for them."""
    return {row.user: row.issuer for row in connection.execute(select(identities))}


def check_is_ours(connection: Connection, name: str, what: Collection[str]) -> None:
    """Raises AccountError where one of the columns `what` of a person is for their provider to say."""
    is_password = "password_hash" in what
    if not is_password and not set(RIGHTS) & set(what):
        return
    if (issuer := issuer_of(connection, name)) is None:
        return
    if is_password:
        raise AccountError(
            _("{name} signs in by single sign-on: {issuer} asks for their password, there is none here.", name=name, issuer=issuer)
        )
    raise AccountError(
        _(
            "{name} signs in by single sign-on: their groups at {issuer} say what they may and see.",
            name=name,
            issuer=issuer,
        )
    )
